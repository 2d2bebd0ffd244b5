#!/bin/sh
# type_names.sh -- the name of a type has one meaning: one file defines it.
. "${srcdir:-.}/tests/tap.sh"

# Prints each definition of a name after the first.  LH_T(name) is a name of its own.
twice() {
    (cd "$1" && find framework include -name '*.[ch]' | sort | xargs awk '
    function defines(name) {
        if (name !~ /^(LH_T\()?lhi?_/) return
        if (name in home && home[name] != FILENAME && !told[name, FILENAME]++)
            print FILENAME ":" FNR ": " name " has a meaning in " home[name]
        if (!(name in home)) home[name] = FILENAME
    }
    FNR == 1 { alias = 0 }
    /^(typedef[ \t]+)?(struct|union|enum)[ \t]+[^ \t]+[ \t]*\{/ {
        name = $0
        sub(/^(typedef[ \t]+)?(struct|union|enum)[ \t]+/, "", name)
        sub(/[ \t]*\{.*/, "", name)
        defines(name)
    }
    /^typedef[^;]*\{/ { alias = 1 }
    alias && /^\}|^typedef.*\}/ {
        name = $0
        sub(/.*\}[ \t]*/, "", name)
        sub(/;.*/, "", name)
        defines(name)
        alias = 0
    }
    /^typedef[^{]*$/ && !/LH_T/ && match($0, /lhi?_[a-z0-9_]+[;()]/) {
        name = substr($0, RSTART, RLENGTH - 1)
        if ($0 !~ "(struct|union|enum)[ \t]+" name "[ \t]+" name ";") defines(name)
    }')
}

rule "no name of a type is defined in two files" twice
catches "a second struct is caught" twice framework/verify/planted.c 'struct lhi_param {' '};'
catches "a second enum is caught" twice framework/verify/planted.h 'enum lhi_cell_kind { LHI_A };'
catches "a typedef without a tag is caught" twice framework/train/planted.h \
    'typedef struct {' '    int a;' '} lh_var;'
catches "a typedef in one line is caught" twice framework/train/planted.h \
    'typedef struct { int a; } lh_slot;'
catches "another number is caught" twice framework/derive/planted.h 'typedef int lh_wide;'
catches "a function is caught" twice framework/data/planted.h 'typedef int lhi_shown(int a);'
catches "a pointer to a function is caught" twice framework/data/planted.h \
    'typedef int (*lhi_shown)(int a);'
printf '%s\n' 'typedef struct lhi_param lhi_param;' 'typedef LH_T(lhi_matrix) lhi_mine;' \
    >planted/framework/data/planted.h
is "a name told before its definition, or one of a variant, is not" "$(twice planted)" ""
finish
