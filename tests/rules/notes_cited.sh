#!/bin/sh
# notes_cited.sh -- each line of the notes, 1 to 22, is cited where it is implemented and in a test.
. "${srcdir:-.}/tests/tap.sh"

# The numbers that the files cite: "NOTES 14, 18" cites both, "NOTES 8 to 21" none.
cited() {
    awk '{
        text = $0
        while (match(text, /NOTES [0-9]+(, [0-9]+)*/)) {
            list = substr(text, RSTART + 6, RLENGTH - 6)
            text = substr(text, RSTART + RLENGTH)
            n = split(list, number, ", ")
            if (text ~ /^ to [0-9]/)
                n--
            for (i = 1; i <= n; i++)
                print number[i] + 0
        }
    }' "$@" | sort -nu
}

missing() { # WHERE FILES...
    where=$1
    shift
    cited "$@" | awk -v where="$where" '
        { seen[$1] }
        END {
            for (i = 1; i <= 22; i++)
                if (!(i in seen))
                    print "NOTES " i " is not cited in " where
        }'
}

uncited() {
    missing framework "$1"/framework/ops/*.[ch] "$1"/framework/kernels/*.[ch] \
        "$1"/framework/optim/*.[ch] "$1"/framework/train/*.[ch]
    missing notes.c "$1/experiments/notes.c"
    missing page.c "$1/tests/page.c"
    missing tests "$1/tests/unit/test_page.c" "$1/tests/unit/test_verify.c"
}

# The page itself has the lines 1 to 22, each once and in order.
numbered() {
    sed -n 's/^\([0-9][0-9]*\)\. .*/\1/p' "$1/docs/notes.md" | awk '
        $1 != NR { print "notes.md: line " $1 " where " NR " is wanted" }
        END { if (NR != 22) print "notes.md: " NR " lines, not 22" }'
}

rule "every line of the notes is cited in the library, in the driver, in page.c and in a test" uncited

# For each line: a tree without its citations is found wanting.
plant planted
citing=$(cd planted && grep -rl NOTES framework)
line=1
blind=
while [ "$line" -le 22 ]; do
    for part in framework page.c tests notes.c; do
        case $part in
        framework) files=$citing ;;
        page.c) files=tests/page.c ;;
        tests) files='tests/unit/test_page.c tests/unit/test_verify.c' ;;
        *) files=experiments/notes.c ;;
        esac
        for file in $files; do
            sed "/NOTES/s/\\([ ,]\\)$line\\([^0-9]\\|\$\\)/\\1 0\\2/g" "$source/$file" >"planted/$file"
        done
        (uncited planted) >found
        grep -q "^NOTES $line is not cited in $part\$" found || blind="$blind $part:$line"
        for file in $files; do
            cmp -s "$source/$file" "planted/$file" || cp "$source/$file" "planted/$file"
        done
    done
    line=$((line + 1))
done
is "a citation that is missing is found, for each line and place" "$blind" ""
printf '/* NOTES 8 to 11, and 14.  NOTES 2, 5: x.  NOTES 3. */\n' >some.c
is "a list counts and a range does not" "$(cited some.c | tr '\n' ' ')" "2 3 5 "
if [ -f "$source/docs/notes.md" ]; then
    rule "docs/notes.md has exactly the lines 1 to 22" numbered
    mkdir -p planted/docs
    cp "$source/docs/notes.md" planted/docs/ && chmod u+w planted/docs/notes.md
    catches "a line 23 is caught" numbered docs/notes.md '23. theta is done'
    sed '/^11\. /d' "$source/docs/notes.md" >planted/docs/notes.md
    numbered planted >found
    ok "a line that is gone is caught" grep -F "line 12 where 11 is wanted" found
fi
finish
