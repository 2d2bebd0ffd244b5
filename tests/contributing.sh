#!/bin/sh
# contributing.sh -- does to a copy of the tree what CONTRIBUTING.md says of adding bell, and runs it.
#   sh tests/contributing.sh [SOURCE [WORK]]
. "$(dirname "$0")/copied.sh"

# The block of CONTRIBUTING.md that begins with a line.
block()
{
    awk -v first="$1" '/^```/ { inside = !inside; begin = inside; next }
        inside && begin { keep = index($0, first) == 1; begin = 0 }
        inside && keep' "$source/CONTRIBUTING.md"
}

add_the_op()
{
    block '/* bell.c' >"$tree/framework/ops/bell.c"
    [ "$(wc -l <"$tree/framework/ops/bell.c")" -gt 50 ] || return 1
    line=$(block 'LH_UNARY (bell')
    [ -n "$line" ] || return 1
    awk -v line="$line" '/^LH_UNARY \(sigmoid/ { print line } { print }' \
        "$tree/include/longhand/ops.def" >"$work/ops.def" &&
        mv "$work/ops.def" "$tree/include/longhand/ops.def"
}

build_it()
{
    (cd "$tree" && ./bootstrap) && cd "$build" && "$tree/configure" --enable-werror CFLAGS=-O1 &&
        make -j"$cpus" && make -j"$cpus" tests/ops/test_ops
}

derives() { "$build/longhand" ops bell | grep -F -e '-2 * A * R'; }
in_lines() { cd "$build" && make -j"$cpus" tests/unit/test_derive && ./tests/unit/test_derive "every op"; }
tested() { cd "$build" && ./tests/ops/test_ops >"$work/tap" && [ "$(grep -c '^ok' "$work/tap")" -ge 7 ]; }

step "the tree is copied" copy_tree
step "bell is added: one file and one line" add_the_op
step "it builds without a warning" build_it
step "longhand ops bell derives it" derives
step "its lines in a derivation are what it does" in_lines
step "the op tests run and pass with it" tested
finish
