#!/bin/sh
# linked.sh -- no object uses a symbol of a higher layer, whatever header has declared it.
. "${srcdir:-.}/tests/tap.sh"
. "$source/tests/layers.sh"

# The global symbols of the objects: "folder/file kind symbol".
symbols() {
    names "$1" "$2" -g |
        awk "$layers"'NF > 2 { sub(/:.*/, "", $1); print file_of($1), $(NF - 1), $NF }'
}

# From symbols: "folder/file symbol home" for each that is defined in another folder.
uses() {
    awk '{ folder = $1; sub(/\/.*/, "", folder) }
    $2 ~ /[UwW]/ { file[++n] = $1; from[n] = folder; symbol[n] = $3; next }
    { home[$3] = folder }
    END {
        for (i = 1; i <= n; i++)
            if (symbol[i] in home && home[symbol[i]] != from[i])
                print file[i], symbol[i], home[symbol[i]]
    }'
}

# Prints the uses that go up.  The command uses what a driver may: it has no layer.
upward() {
    awk "$layers"'{ folder = $1; sub(/\/.*/, "", folder) }
    folder != "cli" && !allowed(folder, $3) { print $1 ".c uses " $2 " of " $3 "/" }'
}

if have nm && [ -n "$(objects "$build" "$source")" ]; then
    symbols "$build" "$source" | uses >found
    count_of() { wc -l <found | tr -d ' '; }
    ok "there are uses of other folders' symbols to look at ($(count_of))" test "$(count_of)" -gt 500
    upward <found >up
    ok "no object uses a symbol of a higher layer" not grep . up
    # define FOLDER NAME BODY: an object of a file of that name, with its source.
    define() {
        mkdir -p "planted/framework/$1/.libs"
        printf 'int lh_low(int x);\nint lh_high(int x);\n%s\n' "$3" >"planted/framework/$1/$2.c"
        $CC -c -o "planted/framework/$1/.libs/libcore_la-$2.o" "planted/framework/$1/$2.c"
    }
    define base low 'int lh_low(int x) { return x; }'
    define store high 'int lh_high(int x) { return lh_low(x); }'
    symbols planted planted | uses | upward >up
    ok "what goes down is not a violation" not grep . up
    define tape climbs 'int f(int x); int f(int x) { return lh_high(lh_low(x)); }'
    symbols planted planted | uses | upward >up
    is "a public function called from below is caught" "$(cat up)" \
        "tape/climbs.c uses lh_high of store/"
    rm planted/framework/tape/climbs.c
    symbols planted planted | uses | upward >up
    ok "an object whose source is gone is no part of the build" not grep . up
else
    skip "no object uses a symbol of a higher layer" "no nm, or no objects"
fi
finish
