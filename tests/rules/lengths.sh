#!/bin/sh
# lengths.sh -- no source file is longer than 500 lines, no line of C longer than 100 columns.
. "${srcdir:-.}/tests/tap.sh"

# Files that we write; what is generated in a build inside the tree is none.
ours() { # TREE NAME...
    (cd "$1" && shift && for name in "$@"; do
        find framework experiments include tests bench build-aux Makefile.am configure.ac bootstrap \
            quickstart m4/longhand.m4 -name "$name" ! -name ltmain.sh ! -name tap-driver.sh ! -path framework/data/wdbc.c \
            2>/dev/null
    done)
}

long_files() {
    files=$(ours "$1" '*.[ch]' '*.sh' '*.am' '*.mk' '*.def' '*.ac' '*.m4' quickstart bootstrap)
    (cd "$1" && printf '%s\n' "$files" |
        xargs awk 'FNR == 501 { print FILENAME ": more than 500 lines" }')
}

long_lines() {
    files=$(ours "$1" '*.[ch]' '*.def')
    (cd "$1" && printf '%s\n' "$files" | xargs awk '
        { sub(/\r$/, ""); text = $0; gsub(/[\200-\277]/, "", text) }
        length(text) > 100 { print FILENAME ":" FNR ": " length(text) " columns" }
        /\t/ { print FILENAME ":" FNR ": a tab" }
        /[ ]$/ { print FILENAME ":" FNR ": a blank at the end" }')
}

many() { awk 'BEGIN { for (i = 0; i < 501; i++) print "int planted" i ";" }'; }

rule "no source file has more than 500 lines" long_files
rule "no line of C has more than 100 columns, a tab or a blank at its end" long_lines
catches "a C file of 501 lines is caught" long_files framework/tape/planted.c "$(many)"
catches "a script of 501 lines is caught" long_files tests/rules/planted.sh "$(many)"
catches "a makefile of 501 lines is caught" long_files tests/local.mk "$(many)"
catches "a line of 101 columns is caught" long_lines framework/tape/planted.c \
    "$(printf '/* %095d */' 1)"
catches "a tab is caught" long_lines framework/tape/planted.h "$(printf 'int\tplanted;')"
finish
