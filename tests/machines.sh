#!/bin/sh
# machines.sh -- the tests as on a stranger's machine: mathematics, processor, load, locale, folders.
# SPDX-License-Identifier: MIT
# usage: sh tests/machines.sh [SRC] [WORK] [BUILD]     BUILD: a tree that is built; some minutes

set -u
unset CFLAGS CC OMP_NUM_THREADS OMP_PROC_BIND MAKEFLAGS MFLAGS MAKELEVEL
src=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 1
if [ $# -ge 2 ]; then
    mkdir -p "$2" && work=$(cd "$2" && pwd) || exit 1
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/machines.XXXXXX") || exit 1
fi
loops=
quiet() { [ -z "$loops" ] || kill $loops 2>/dev/null; loops=; }
trap 'quiet; [ $# -ge 2 ] || rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
. "$src/tests/stage.sh"

# check WHAT TESTS [NAME=VALUE...]: these tests (all: nothing) with this in their environment.
check()
{
    what=$1 tests=$2 log=$work/check.log
    shift 2
    env "$@" make -k -j"$cpus" check ${tests:+TESTS="$tests"} >"$log" 2>&1 </dev/null
    status=$?
    grep -E '^(FAIL|ERROR|XPASS): ' "$log"
    good=$(awk '/^# PASS:/ { n += $3 } END { print n + 0 }' "$log")
    bad=$(awk '/^# (FAIL|ERROR|XPASS):/ { n += $3 } END { print n + 0 }' "$log")
    passed=$((passed + good)) failed=$((failed + bad))
    if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; }; then
        tail -n 5 "$log"
        report 1 "$what: the tests run"
    fi
    echo "# $what: $good passed, $bad failed"
}

build=${3:-$work/build}
if [ ! -f "$build/Makefile" ]; then
    mkdir -p "$build" && (cd "$build" && "$src/configure" && make -j"$cpus") >"$work/build.log" 2>&1
    report $? "it builds"
fi
cd "$build" || exit 1

# Programs of C that meet threads, instructions and numbers.
programs='tests/unit/test_tape tests/unit/test_train tests/unit/test_page tests/unit/test_graphs
    tests/unit/test_math tests/unit/test_wide tests/unit/test_verify tests/unit/test_store
    tests/unit/test_csv tests/unit/test_report tests/unit/test_progress'
programs=$(echo $programs)

# calls FILE: of an object or a program, that it calls a function of libm_off.c.
calls() { nm -u "$1" | awk '{ sub(/@.*/, ""); print $NF }' | grep -qxFf "$work/moved"; }

mkdir -p "$work/locales" "$work/with a space"
[ -d "$work/locales/de_DE.UTF-8" ] ||
    localedef -i de_DE -f UTF-8 "$work/locales/de_DE.UTF-8" >/dev/null 2>&1 ||
    echo "# no German locale can be made"

# Another mathematics library, in everything that calls it; and all tests in a strange environment.
if cc -shared -fPIC -O1 -fno-builtin "$src/tests/libm_off.c" -o "$work/libm_off.so" -ldl &&
    make -j"$cpus" check TESTS= >"$work/build.log" 2>&1; then
    nm -D --defined-only "$work/libm_off.so" | awk '{ print $NF }' >"$work/moved"
    for object in framework/*/.libs/*.o; do
        ! calls "$object" || echo "$object"
    done >"$work/callers"
    ! grep -v '^framework/bench/' "$work/callers" && [ -s "$work/callers" ]
    report $? "of the library nothing but what bench shows is worked by the C library's mathematics"
    count=0
    for one in tests/unit/test_* tests/ops/test_*; do
        binary=${one%/*}/.libs/${one##*/}
        [ -f "$binary" ] || binary=$one
        case $one in
        *.*) ;;
        *) ! calls "$binary" || count=$((count + 1)) ;;
        esac
    done
    [ "$count" -ge 8 ]
    report $? "$count programs of C call it"
    check "a libm that is off in the last place, German, no home, a space in TMPDIR" "" \
        LD_PRELOAD="$work/libm_off.so" LOCPATH="$work/locales" LC_ALL=de_DE.UTF-8 \
        OMP_WAIT_POLICY=passive HOME=/proc TMPDIR="$work/with a space"
    [ "$passed" -ge 2300 ]
    report $? "at least 2,300 tests passed there"
else
    report 1 "libm_off.c and the tests are built"
fi

one=
! taskset -c 0 true 2>/dev/null || one='taskset -c 0'
[ -n "$one" ] || echo "# one CPU: no taskset, or no CPU 0 for us"
# shellcheck disable=SC2086
check "one CPU, --isa=portable" "$programs" LONGHAND_ISA=portable $one

for loop in 1 2 3 4; do
    while :; do :; done &
    loops="$loops $!"
done
check "four busy loops, three bound threads, --isa=avx2" "$programs" LONGHAND_ISA=avx2 \
    OMP_NUM_THREADS=3 OMP_PROC_BIND=true
quiet

# Another processor: its ledger is the one of this.
notes='experiments/notes --epochs=0 --plot=none --progress=none --threads=2'
emulated()
{
    # shellcheck disable=SC2086
    ./libtool --mode=execute qemu-x86_64 -cpu "$1" $notes --out="$work/emulated" >"$work/emulated.txt" 2>&1
    grep -v "$work\|^notes:\|^qemu" "$work/emulated.txt" >"$work/emulated.said"
    cmp "$work/here.said" "$work/emulated.said"
}
if command -v qemu-x86_64 >/dev/null 2>&1 && [ "$(uname -m)" = x86_64 ]; then
    # shellcheck disable=SC2086
    ./$notes --out="$work/here" >"$work/here.txt" 2>&1
    grep -v "$work\|^notes:" "$work/here.txt" >"$work/here.said"
    grep -q 'gradients agree' "$work/here.said"
    report $? "the notes have a ledger"
    for cpu in Haswell Nehalem; do
        emulated $cpu
        report $? "$cpu (qemu): the notes print what they print here"
        ./libtool --mode=execute qemu-x86_64 -cpu $cpu tests/unit/test_wide >"$work/tap" 2>&1
        report $? "$cpu (qemu): test_wide"
    done
else
    echo "# another processor: no qemu-x86_64 (apt install qemu-user)"
fi

finish
