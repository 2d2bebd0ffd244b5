#!/bin/sh
# embed.sh -- prints a C source that holds the bytes of a data file: embed.sh data/wdbc.csv
# SPDX-License-Identifier: MIT
set -eu
if [ $# -ne 1 ] || [ ! -f "$1" ] || [ ! -r "$1" ]; then
    echo "embed.sh: usage: embed.sh FILE.csv, a file that can be read" >&2
    exit 1
fi
name=$(basename "$1" .csv)
# As numbers: a string literal this long is more than a C compiler must take.
LC_ALL=C od -An -v -tu1 "$1" | LC_ALL=C awk -v name="$name" '
BEGIN {
    printf "/* %s.c -- the bytes of data/%s.csv; made by build-aux/embed.sh. */\n", name, name
    print "/* SPDX-License-Identifier: CC-BY-4.0 */"
    print "#include \"framework/data/data.h\""
    printf "\nconst unsigned char lhi_%s[] = {\n", name
}
{
    line = ""
    for (i = 1; i <= NF; i++)
        line = line $i ","
    print line
    bytes += NF
}
END {
    # One 0 more, not counted: what reads numbers stops at the end of a text.
    printf "0};\nconst size_t lhi_%s_size = sizeof lhi_%s - 1;\n", name, name
    if (!bytes)
        exit 1
}'
