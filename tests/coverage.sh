#!/bin/sh
# coverage.sh -- what of framework/ the tests reach: its lines and branches, counted by gcov.
# SPDX-License-Identifier: MIT
# usage: sh tests/coverage.sh [SRC] [WORK]     some minutes, not in make check; WORK is built once
#
# Prints percents for each folder and how many lines no test reaches, which stand in
# WORK/unreached.txt, and fails where fewer branches are taken than the floor says.

set -u
unset OMP_NUM_THREADS CFLAGS CPPFLAGS LDFLAGS MAKEFLAGS MFLAGS MAKELEVEL GCOV_PREFIX CHECK_ALL
src=$(cd "${1:-$(dirname "$0")/..}" && pwd -P) || exit 1
if [ $# -ge 2 ]; then
    mkdir -p "$2" && work=$(cd "$2" && pwd -P) || exit 1
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/coverage.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
fi
. "$src/tests/stage.sh"

# The ratchet, in tenths of a percent of all branches: raised with what is measured, never lowered.
# Moments and other load move the measure by less than three tenths.
floor=903

# Those that draw much and reach little that no other one reaches.  The rules run nothing.
left_out=" cli/keeping.sh cli/resume.sh cli/servers.sh unit/test_alarms unit/test_formulas
unit/test_gemm unit/test_graphs unit/test_lines_run unit/test_math unit/test_memory
unit/test_optim unit/test_reading faults/test_lives faults/test_power faults/test_soak "

if ! command -v gcovr >/dev/null || ! command -v gcc >/dev/null; then
    echo "ok 1 - coverage is measured # SKIP no gcovr or no gcc (apt install gcovr)"
    exit 0
fi
cd "$work" || exit 1

# Counts are written at exit().  Copies of a process (fork) count in its memory, which they share
# here, however they end: tests make them by the ten thousand.  A limit on the size of files would
# cut what is written for all; where it cannot be lifted the process is not counted.
cat >end.c <<'END_OF_C'
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
extern char lh_counts_begin[], lh_counts_end[];
void __gcov_dump(void);
pid_t __gcov_fork(void);
_Noreturn void __real__exit(int code);
_Noreturn void __wrap__exit(int code);
static pid_t first;
static __attribute__((constructor(101))) void share(void)
{
    const uintptr_t begin = (uintptr_t)lh_counts_begin, end = (uintptr_t)lh_counts_end;
    first = getpid();
    if (end > begin && mmap((void *)begin, end - begin, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        abort();
}
static __attribute__((destructor)) void lift(void)
{
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit now;
    if (getrlimit(RLIMIT_FSIZE, &now) == 0 && now.rlim_cur != RLIM_INFINITY &&
        setrlimit(RLIMIT_FSIZE, &none) != 0) {
        setenv("GCOV_PREFIX", "/dev/null", 1);
        setenv("GCOV_ERROR_FILE", "/dev/null", 1);
    }
}
/* That of gcov would reset the counts of both. */
pid_t __gcov_fork(void)
{
    return fork();
}
void __wrap__exit(int code)
{
    if (getpid() == first) {
        lift();
        __gcov_dump();
    }
    __real__exit(code);
}
END_OF_C
cat >counts.ld <<'END_OF_LD'
SECTIONS
{
    .counts (NOLOAD) : ALIGN(65536)
    {
        lh_counts_begin = .;
        *(.bss.__gcov*)
        . = ALIGN(65536);
        lh_counts_end = .;
    }
}
INSERT AFTER .bss;
END_OF_LD
gcc -O1 -c end.c || exit 1

# Threads count together, but in the innermost loops of the products, where that takes most of the
# time and a count that is lost is one of millions.
cat >cc <<'END_OF_SH'
#!/bin/sh
case "$*" in
*kernels/tile.c*) exec gcc "$@" -fprofile-update=single ;;
*) exec gcc "$@" ;;
esac
END_OF_SH
chmod +x cc

# A line that is compiled into many places has its branches once: no function is copied into its
# callers, those least that ask for it.
mkdir -p build && cd build || exit 1
counted='--coverage -fprofile-update=atomic -fprofile-abs-path'
if [ ! -f Makefile ]; then
    "$src/configure" --disable-shared CC="$work/cc" CPPFLAGS=-Dalways_inline=noinline \
        CFLAGS="-O1 -fno-inline -fdata-sections $counted" \
        LDFLAGS="-Wl,--wrap=_exit -Wl,-T,$work/counts.ld $work/end.o" >../configure.log 2>&1
fi
make -j"$cpus" >../build.log 2>&1 && make -j"$cpus" check TESTS= >>../build.log 2>&1
report $? "the library and its tests are built to be counted"
[ "$failed" -eq 0 ] || { tail -n 20 ../build.log; finish; }
# What was counted before, what configure compiled, and what is of files that are no more.
find . \( -name '*.gcda' -o -name '*conftest*' \) -delete

tests=
for one in $(cd "$src/tests" && ls unit/test_*.c ops/test_*.c faults/test_*.c) fuzz/replay \
    $(cd "$src/tests" && ls cli/*.sh unit/*.sh); do
    one=${one%.c}
    case $left_out in
    *[[:space:]]"$one"[[:space:]]*) ;;
    *) tests="$tests tests/$one" ;;
    esac
done
CHECK_LESS=1 OMP_WAIT_POLICY=passive make -k -j"$cpus" check TESTS="$tests" >../check.log 2>&1 \
    </dev/null
grep -E '^(FAIL|ERROR|XPASS): ' ../check.log
report "$(grep -cE '^(FAIL|ERROR|XPASS): ' ../check.log)" "the tests go well as they are counted"
# Without its first two, which train hundreds of times.
bad=0
for part in 'a run with' 'numbers' 'a parameter' 'several' 'schedules' 'a plateau'; do
    srcdir=$src top_build=$PWD builddir=. tests/unit/test_optim "$part" || bad=1
done >../optim.log 2>&1
report $bad "so do those of the optimisers"

# Of the counts that are taken without locks one may come out below 0: it is left out.
gcovr -r "$src" -f "$src/framework/" --exclude-unreachable-branches -j "$cpus" \
    --gcov-ignore-parse-errors \
    --csv ../files.csv --txt ../files.txt . >../gcovr.log 2>&1
report $? "gcovr reads what was counted"
awk '/^framework\// { name = $1 } NF > 1 && $NF ~ /^[0-9]+(-[0-9]+)?(,|$)/ { print name ": " $NF }' \
    ../files.txt >../unreached.txt
awk -F, -v tenths="$floor" -v listed="$work/unreached.txt" '
    function row(name, l, lines, b, branches) {
        printf "coverage: %-10s %5.1f %% of %5d lines, %5.1f %% of %5d branches\n", name,
            100 * l / (lines ? lines : 1), lines, 100 * b / (branches ? branches : 1), branches
    }
    NR > 1 {
        split($1, part, "/")
        folder = part[2]
        if (!(folder in lines)) order[++n] = folder
        lines[folder] += $2; l[folder] += $3; branches[folder] += $5; b[folder] += $6
        all_lines += $2; all_l += $3; all_branches += $5; all_b += $6
        file[NR] = $1; missed[NR] = $2 - $3
    }
    END {
        for (i = 1; i <= n; i++)
            row(order[i], l[order[i]], lines[order[i]], b[order[i]], branches[order[i]])
        row("framework/", all_l, all_lines, all_b, all_branches)
        printf "coverage: no test reaches %d lines (%s)", all_lines - all_l, listed
        for (k = 0; k < 8; k++) {
            most = 0
            for (i = 2; i <= NR; i++) if (missed[i] > missed[most]) most = i
            if (most) printf "%s %s %d", k ? "," : ", most of them in", file[most], missed[most]
            missed[most] = 0
        }
        print ""
        exit !(all_branches > 20000 && 1000 * all_b >= tenths * all_branches)
    }' ../files.csv
report $? "at least $((floor / 10)).$((floor % 10)) % of the branches are taken"
finish
