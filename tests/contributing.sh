#!/bin/sh
# contributing.sh -- does to a copy of the tree what CONTRIBUTING.md says of adding tanh, and runs it.
#   sh tests/contributing.sh [SOURCE [WORK]]
set -u
source=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 99
work=${2:-$(mktemp -d)}
tree=$work/tree build=$work/build
passed=0 failed=0

step()
{
    what=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok - contributing: $what"
    else
        failed=$((failed + 1))
        echo "not ok - contributing: $what"
        tail -20 "$work/log" | sed 's/^/# /'
    fi
}

# The block of CONTRIBUTING.md that begins with a line.
block()
{
    awk -v first="$1" '/^```/ { inside = !inside; begin = inside; next }
        inside && begin { keep = index($0, first) == 1; begin = 0 }
        inside && keep' "$source/CONTRIBUTING.md"
}

# What git would keep, or, in a tarball, what is there but for what a build makes.
copy_tree()
{
    mkdir -p "$tree" "$build" || return 1
    if git -C "$source" ls-files -co --exclude-standard >"$work/files" 2>/dev/null; then
        (cd "$source" && tar cf - -T "$work/files") | (cd "$tree" && tar xf -)
    else
        (cd "$source" && tar cf - --exclude=./build .) | (cd "$tree" && tar xf -)
    fi
}

add_the_op()
{
    block '/* tanh.c' >"$tree/framework/ops/tanh.c"
    [ "$(wc -l <"$tree/framework/ops/tanh.c")" -gt 50 ] || return 1
    line=$(block 'LH_UNARY (tanh')
    [ -n "$line" ] || return 1
    awk -v line="$line" '/^LH_UNARY \(sigmoid/ { print line } { print }' \
        "$tree/include/longhand/ops.def" >"$work/ops.def" &&
        mv "$work/ops.def" "$tree/include/longhand/ops.def"
}

build_it()
{
    (cd "$tree" && ./bootstrap) && cd "$build" && "$tree/configure" --enable-werror CFLAGS=-O1 &&
        make -j2 && make -j2 tests/ops/test_ops
}

derives() { "$build/longhand" ops tanh | grep -F '1 - A^2'; }
tested() { cd "$build" && ./tests/ops/test_ops >"$work/tap" && [ "$(grep -c '^ok' "$work/tap")" -ge 7 ]; }
step "the tree is copied" copy_tree
step "tanh is added: one file and one line" add_the_op
step "it builds without a warning" build_it
step "longhand ops tanh derives it" derives
step "the op tests run and pass with it" tested
[ $# -ge 2 ] || rm -rf "$work"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
