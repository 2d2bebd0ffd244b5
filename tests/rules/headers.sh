#!/bin/sh
# headers.sh -- each public header compiles alone, in C and C++, and says what its functions do.
. "${srcdir:-.}/tests/tap.sh"

names=$(cd "$source/include" && echo longhand.h longhand/*.h)
[ -f "$source/include/longhand/version.h" ] || names="$names longhand/version.h"
for name in $names; do
    printf '#include <%s>\nextern int unused;\n' "$name" >alone.c
    ok "$name compiles alone as C11" $CC -std=c11 -pedantic -Wall -Wextra -Wundef \
        -Wstrict-prototypes -Werror -fsyntax-only -I"$source/include" -I"$build/include" alone.c
    printf '#include <%s>\n#include <%s>\nextern int unused;\n' "$name" "$name" >twice.c
    ok "$name may be included twice" $CC -std=c11 -Werror -fsyntax-only -I"$source/include" \
        -I"$build/include" twice.c
done
cxx=
for one in ${CXX:-} c++ g++ clang++; do
    if [ -z "$cxx" ] && have "$one"; then
        cxx=$one
    fi
done
printf '#include <longhand.h>\nint f(lh_ctx *c) { return lh_close(c); }\n' >plus.cc
if [ -n "$cxx" ]; then
    ok "longhand.h compiles as C++" "$cxx" -std=c++11 -Wall -Wextra -Werror -fsyntax-only \
        -I"$source/include" -I"$build/include" plus.cc
else
    skip "longhand.h compiles as C++" "no C++ compiler"
fi

# A function needs a comment above it, or above the group that it stands in without a blank line.
mute() {
    for file in "$1"/include/longhand/*.h; do
        awk -v name="$(basename "$file")" '
            /^[ \t]*$/ { told = 0 }
            /\*\/[ \t]*$/ { told = 1 }
            /^(#define LH_[A-Z]+\(.*)?LH_API/ && !/define LH_API/ && !told {
                print name ":" FNR ": no comment: " $0 }' "$file"
    done
}

# Every function of the library is declared with LH_API in a public header.
hidden() {
    grep -nE '^[a-z].*[ *]lh_[a-z_0-9]+ *\(' "$1"/include/longhand/*.h | grep -v LH_API |
        grep -v typedef | sed "s|^$1/||"
}

rule "every public function has a comment, or its group has" mute
rule "every public function is marked LH_API" hidden
catches "a function without a comment is caught" mute include/longhand/data.h '' \
    'LH_API int lh_planted(void);'
catches "a function that is not marked is caught" hidden include/longhand/data.h \
    'int lh_planted(int a);'
finish
