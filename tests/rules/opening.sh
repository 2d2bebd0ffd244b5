#!/bin/sh
# opening.sh -- each C file opens with its name and one sentence, and the licence is below.
. "${srcdir:-.}/tests/tap.sh"

openings() {
    (cd "$1" && find framework experiments include tests bench -name '*.[ch]' \
        ! -path framework/data/wdbc.c ! -path include/longhand/version.h 2>/dev/null) |
        while IFS= read -r file; do
            name=$(basename "$file")
            case $(head -n 1 "$1/$file") in
            "/* $name -- "*) ;;
            *) echo "$file: does not open with '/* $name -- '" ;;
            esac
            # The sentence ends with a full stop, in the first comment.
            awk '{ text = text $0 } /\*\// { exit } END { exit text !~ /\.( |\*|$)/ }' "$1/$file" ||
                echo "$file: the first comment is no sentence"
            head -n 12 "$1/$file" | grep -qF '/* SPDX-License-Identifier: MIT */' ||
                echo "$file: no licence line"
        done
}

lists() {
    (cd "$1" && find framework include tests -name '*.def') | while IFS= read -r file; do
        case $(head -n 1 "$1/$file") in
        "/* $(basename "$file") -- "*) ;;
        *) echo "$file: does not open with its name" ;;
        esac
    done
}

scripts() {
    (cd "$1" && find tests -name '*.sh') | while IFS= read -r file; do
        head -n 2 "$1/$file" | grep -qF "# $(basename "$file") -- " ||
            echo "$file: does not open with its name and a sentence"
    done
}

rule "each C file opens with its name, a sentence and the licence" openings
rule "each list (.def) opens with its name" lists
rule "each script of the tests opens with its name and a sentence" scripts
catches "a file without an opening is caught" openings framework/tape/planted.c 'int planted;'
catches "a file with another's name is caught" openings framework/tape/planted.c \
    '/* other.c -- something else. */' '/* SPDX-License-Identifier: MIT */'
catches "a file without a licence is caught" openings framework/tape/planted.c \
    '/* planted.c -- a file. */'
catches "an opening that is no sentence is caught" openings framework/tape/planted.c \
    '/* planted.c -- a file */' '/* SPDX-License-Identifier: MIT */'
catches "a list without an opening is caught" lists include/longhand/planted.def 'LH_X(a)'
catches "a script without an opening is caught" scripts tests/rules/planted.sh '#!/bin/sh'
finish
