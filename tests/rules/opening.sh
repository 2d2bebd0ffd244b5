#!/bin/sh
# opening.sh -- each C file opens with its name and one sentence, and the licence is below.
. "${srcdir:-.}/tests/tap.sh"

openings() {
    (cd "$1" && find framework experiments include tests bench -name '*.[ch]' \
        ! -path framework/data/wdbc.c ! -path include/longhand/version.h -exec awk '
        function judge() {
            if (!named) print file ": does not open with its name, \"/* " base " -- \""
            # The sentence ends with a full stop, in the first comment.
            if (text !~ /\.( |\*|$)/) print file ": the first comment is no sentence"
            if (!licensed) print file ": no licence line"
        }
        FNR == 1 {
            if (file != "") judge()
            file = base = FILENAME
            sub(/.*\//, "", base)
            named = index($0, "/* " base " -- ") == 1
            text = ""
            over = licensed = 0
        }
        !over { text = text $0; over = /\*\// }
        FNR <= 12 && index($0, "/* SPDX-License-Identifier: MIT */") { licensed = 1 }
        END { judge() }' {} + 2>/dev/null)
}

# Files that do not have OPEN, their name and a dash in their first lines.
unnamed='
    function judge() { if (!found) print file ": does not open with its name and a sentence" }
    FNR == 1 {
        if (file != "") judge()
        file = base = FILENAME
        sub(/.*\//, "", base)
        found = 0
    }
    FNR <= lines && index($0, open " " base " -- ") { found = 1 }
    END { judge() }'

lists() {
    (cd "$1" && find framework include tests -name '*.def' \
        -exec awk -v lines=1 -v open='/*' "$unnamed" {} +)
}

scripts() {
    (cd "$1" && find tests -name '*.sh' -exec awk -v lines=2 -v open='#' "$unnamed" {} +)
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
