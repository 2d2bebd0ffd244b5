#!/bin/sh
# exported.sh -- what the library exports is what its headers declare and the list says.
#
# The list (include/exported.txt) is what programs can be linked with: a name that leaves it breaks
# them.  After a function is added: sh tests/rules/exported.sh write
# Names that begin with _ are the compiler's.
list_of() { # LIBRARY: a line a symbol, "name", or "name TYPE" of what is no function
    nm -D --defined-only "$1" | awk '$3 !~ /^_/ { print $2 == "T" ? $3 : $3 " " $2 }' | LC_ALL=C sort
}
if [ "${1:-}" = write ]; then
    here=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
    list_of "${top_build:-$here/build}/.libs/liblonghand.so" >"$here/include/exported.txt"
    exit
fi
. "${srcdir:-.}/tests/tap.sh"

library=$(find "$build/.libs" -name 'liblonghand.so' -o -name 'liblonghand*.dylib' | head -n 1)
if [ -z "$library" ] || ! have nm; then
    skip "what the library exports is listed" "no shared library, or no nm"
    finish
    exit
fi
list_of "$library" >exported
differ() { diff "$1" "$2" | grep '^[<>]'; }
is "what the library exports is listed" "$(differ "$source/include/exported.txt" exported)" ""
is "nothing but functions is exported" "$(awk 'NF > 1' exported)" ""
is "all of it is ours" "$(grep -v '^lh_' exported)" ""

# Prototypes of the public headers; those of ops come from the list of ops.
printf '#include <longhand%s.h>\n' '' /op/wide >all.c
$CC -E -I"$source/include" -I"$build/include" all.c | tr '\n;' ' \n' |
    grep 'visibility *("default")' | sed 's/.*visibility *("default"))) *//' |
    grep -o '\blh_[a-z0-9_]* *(' | tr -d ' (' >declared
LC_ALL=C sort -u declared -o declared
is "what the headers declare is exported, and nothing else" "$(differ declared exported)" ""
ok "they are at least 150 functions" [ "$(wc -l <exported)" -ge 150 ]

sed '/^lh_matmul$/d' exported >fewer
ok "a function that is gone is noticed" [ "$(differ exported fewer)" = "< lh_matmul" ]
finish
