#!/bin/sh
# readme.sh -- what the documents show is what the programs print, and what they name is there.
. "${srcdir:-.}/tests/tap.sh"

# The fenced block with the ledger; blanks at the end of a line do not count.
shown() {
    awk '/^```/ { on = 0; next } /^Gradient ledger of / { on = 1 } on' "$1" | sed 's/ *$//'
}

# The lines of the first file that the second has, in their order and one after another, but for
# what a "..." leaves out: the first one that is not so is printed.
differs() {
    sed 's/ *$//' "$2" | awk -v shown="$1" '
    { line[++n] = $0 }
    END {
        at = 0
        while ((getline text <shown) > 0)
            if (text == "...")
                skip = 1
            else {
                do at++; while (skip && at <= n && line[at] != text)
                skip = 0
                if (line[at] != text) { print "not there: " text; exit }
            }
    }'
}

# The files that a tree's documents link to, or name in brackets or backticks, with "file: " in
# front.  In a list such as [tests/unit/test_a.c, test_b.c] a bare name is in the folder before it.
named() {
    for document in README.md CONTRIBUTING.md docs/*.md docs/design/*.md; do
        [ -f "$document" ] || continue
        folder=$(dirname "$document")
        sed -n 's/](\([^)]*\))/\
link \1\
/gp' "$document" | sed -n 's/^link //p' | grep -v -e '://' -e '^#' | sed 's/#.*//' |
            while IFS= read -r target; do
                printf '%s: %s\n' "$document" "$folder/$target"
            done
        { sed 's/`[^`]*`/[&]/g' "$document" | tr '\n' ' '; echo; } |
            grep -oE '\[[^][]*\]' | tr -d '`[]' | while IFS= read -r list; do
            before=.
            printf '%s\n' "$list" | tr ',' '\n' | sed 's/^ *//; s/ *$//' |
                while IFS= read -r name; do
                    case $name in
                    *[!A-Za-z0-9_./-]* | '') continue ;;
                    tests/* | docs/* | framework/* | experiments/* | include/*)
                        before=$(dirname "$name")
                        printf '%s: ./%s\n' "$document" "$name" ;;
                    test_*.c) printf '%s: ./%s/%s\n' "$document" "$before" "$name" ;;
                    esac
                done
        done
    done | sort -u
}

# The file that CONTRIBUTING.md has its reader make.
to_make=./framework/ops/bell.c

absent() {
    (cd "$1" && named | while IFS= read -r pair; do
        [ -e "${pair#*: }" ] || printf '%s\n' "$pair"
    done) | grep -vxF "CONTRIBUTING.md: $to_make"
}

# Sentences, one a line, of the text outside of fenced blocks.
unproved() {
    awk '/^```/ { fence = !fence; next } fence { next } /^(- |#|$)/ { print "" } { printf "%s ", $0 }
        END { print "" }' "$1/README.md" |
        sed -e 's/^- *//' -e 's/\([.:!?]\) \([A-Z*]\)/\1\
\2/g' | grep -E '^[*_ ]*(Always|Never)([^a-z]|$)' | grep -vE '\[[^]]*tests/[^]]*\]' |
        sed 's/^/README.md names no test: /'
}

shown "$source/README.md" >wanted
ok "README.md has a ledger" grep -q . wanted
case $(uname -m) in
x86_64 | amd64)
    run "$build/experiments/notes" --epochs=0 --plot=none --progress=none --out="$work/notes"
    exits "the notes run without an epoch" 0
    awk '/^Gradient ledger of / { on = 1 } on' out >got
    is "their ledger is README.md's, line by line" "$(differs wanted got)" ""
    is "with five of its rows" "$(grep -c '^d' wanted)" 5
    for change in 's/agree$/DISAGREE/' '/^dW3/s/.*/dW3/' '3d' 's/^\.\.\.$//' '/^dZ3/{h;d;};/^dW3/G'; do
        sed "$change" wanted >other
        ok "another would be noticed ($change)" test -n "$(differs other got)"
    done ;;
*) skip "the ledger is README.md's, line by line" "shown as on x86_64" ;;
esac

if [ -d "$source/docs" ]; then
    (cd "$source" && named) >all
    ok "the documents name files ($(wc -l <all | tr -d ' '))" test "$(wc -l <all)" -gt 20
    rule "every file that a document links to or names is there" absent
    rule "every sentence that begins with Always or Never names its test" unproved
    mkdir -p "$work/planted"
    catches "a link to a file that is not there is caught" absent README.md '[x](docs/gone.md)'
    ok "by its name" grep -F docs/gone.md found
    catches "a test that is not there is caught" absent README.md 'It holds [tests/unit/gone.c].'
    ok "by its name, too" grep -F tests/unit/gone.c found
    catches "the second of a list is caught" absent README.md \
        'So it is' '[tests/unit/test_store.c,' 'test_gone.c].'
    ok "in the folder of the first" grep -F tests/unit/test_gone.c found
    catches "a name in backticks is caught" absent CONTRIBUTING.md "See \`framework/ops/gone.c\`."
    ok "by its name as well" grep -F framework/ops/gone.c found
    catches "a Never without a test is caught" unproved README.md '' 'It is so. Never a byte is lost.'
    catches "an Always in a list is caught" unproved README.md '' '- Always the same bits.'
fi
finish
