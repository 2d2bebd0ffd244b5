#!/bin/sh
# check.sh -- what `make install` put down is enough for a user: compile, link, run.
# SPDX-License-Identifier: MIT
#
# Given by installcheck-local: srcdir prefix bindir libdir pcdir docdir VERSION CC PKG_CONFIG SANITIZE.
set -eu
LC_ALL=C
export LC_ALL
unset CDPATH

fail() {
    echo "installcheck: $*" >&2
    exit 1
}

srcdir=$(cd "$srcdir" && pwd)
source=$srcdir/tests/install
work=$(mktemp -d "${TMPDIR:-/tmp}/longhand-installed-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

unset LD_LIBRARY_PATH LD_RUN_PATH LIBRARY_PATH CPATH C_INCLUDE_PATH PKG_CONFIG_PATH

# What `make install` says last, typed in an empty folder: the driver of the installed README.md is
# built and finds the library by itself.  (SANITIZE: see below.)
sh "$srcdir/build-aux/installed.sh" "$VERSION" "$prefix" "$pcdir" >said
awk '/^```c *$/ && !done { on = 1; next } /^```/ { if (on) done = 1; on = 0 } on' \
    "$docdir/README.md" >first.c
sed -n 's/^  //p' said | sed "s|^cc |$CC $SANITIZE |; s|^\./first|./first --progress=none|" >type
sh -eu ./type >first.out 2>first.err || { cat said first.err >&2; fail "a first program fails"; }
grep -q '^held out: accuracy 0\.9' first.out || fail "the first program does not tell its result"
[ -s first.h5 ] || fail "the first program leaves no first.h5"
for link in $(sed -n 's/](\([^)]*\))/\
link \1\
/gp' "$docdir/README.md" | sed -n 's/^link //p' | grep -v -e '://' -e '^#'); do
    [ -e "$docdir/${link%%#*}" ] || fail "README.md links to $link, which is not installed"
done

# Only the tree that was installed may answer.
PKG_CONFIG_PATH=$pcdir${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
export PKG_CONFIG_PATH

version=$($PKG_CONFIG --modversion longhand) || fail "pkg-config finds no longhand in $pcdir"
[ "$version" = "$VERSION" ] || fail "longhand.pc is of version $version, not $VERSION"
flags=$($PKG_CONFIG --cflags --libs longhand) || fail "longhand.pc gives no flags"

# SANITIZE is empty but in a build with sanitizers, whose runtime comes first in a program.
$CC -std=c11 -Wall -Wextra -Wpedantic -Werror $SANITIZE -o consumer "$source/consumer.c" \
    $flags || fail "a driver does not compile with: $flags"
./consumer --progress=none >ledger || fail "a driver built with pkg-config fails"
grep -q '2 of 2 gradients agree\|gradients agree' ledger || fail "the driver prints no ledger"

[ "$("$bindir/longhand" --version)" = "longhand $VERSION" ] || fail "longhand --version is wrong"
"$bindir/longhand" inspect consumer.h5 >shown || fail "longhand cannot read the driver's checkpoint"
grep -q W shown || fail "longhand inspect shows no parameter"
"$bindir/longhand" ops >/dev/null || fail "longhand ops fails"

# docs/own-op.md in an empty folder: an op of one's own, by each compiler that is here, and for this
# processor; the checkpoints are one file, to the byte.
own() { # COMPILER FLAG...
    rm -rf own && mkdir own && cd own
    awk '/^```$/ { on = !on; if (!on) exit; next } on' "$docdir/docs/own-op.md" |
        sed -e "s|^cp .*/experiments/|cp \"$docdir\"/experiments/|; s|own_op.c\" |own_op.c |" \
            -e "s|^cc |$* $SANITIZE |; s|^\./own_op|./own_op --progress=none --reproducible|" >type
    sh -eu ./type >said 2>err || { cat said err >&2; fail "the tutorial of docs/own-op.md fails"; }
    grep -q '^swish: 15 of 15 laws hold' said || fail "own_op does not tell of its laws"
    grep -q '^6 of 6 gradients agree' said || fail "the ledger of own_op does not agree"
    ! "$bindir/longhand" eval own_op.h5 >said 2>&1 || fail "longhand has an op that it cannot have"
    grep -q 'needs the op "swish", which is not part of longhand' said ||
        fail "longhand does not say which op own_op.h5 needs"
    cd ..
    [ -f first_own.h5 ] || cp own/own_op.h5 first_own.h5
    cmp first_own.h5 own/own_op.h5 || fail "own_op by $* trains to other bits"
}
own "$CC"
if [ -z "$SANITIZE" ]; then
    own "$CC" -O3 -march=native
    own "$CC" -std=c11 -O0
    for one in gcc clang; do
        ! command -v "$one" >/dev/null 2>&1 || own "$one" -march=native
    done
fi

# The other programs are found where they were installed, whichever libraries they find.
"$bindir/longhand" bench --quick --only=step --threads=1 --progress=none >bench ||
    fail "longhand bench fails"
! grep 'is not there: make bench' bench >&2 || fail "longhand bench does not find its programs"

# Nothing but the interface is visible, so that nothing else can come to be relied on.
if command -v nm >/dev/null 2>&1 && [ -f "$libdir/liblonghand.so" ]; then
    other=$(nm -D --defined-only "$libdir/liblonghand.so" | awk '$3 !~ /^lh_/ { print $3 }' |
        grep -v -e '^_init$' -e '^_fini$' -e '^__' || :)
    [ -z "$other" ] || fail "liblonghand.so shows more than the interface: $other"
fi
echo "installcheck: a driver compiles, links and runs; longhand $VERSION works"
