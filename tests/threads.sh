#!/bin/sh
# threads.sh -- threads never meet where they should not: ThreadSanitizer watches all of ours.
# SPDX-License-Identifier: MIT
# usage: sh tests/threads.sh [SRC] [WORK]     builds once; some minutes, not in make check

set -u
unset OMP_NUM_THREADS OMP_THREAD_LIMIT SLURM_CPUS_PER_TASK CFLAGS LDFLAGS TSAN_OPTIONS
unset OMP_TOOL_LIBRARIES
src=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 1
if [ $# -ge 2 ]; then
    mkdir -p "$2" && work=$(cd "$2" && pwd) || exit 1
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/threads.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
fi
. "$src/tests/stage.sh"
sanitize=-fsanitize=thread

# Archer tells the sanitizer what libomp does: without it teams would be races.  gcc has no such
# help, and sees contexts alone, which have one thread each.
archer=
if [ -z "${CC-}" ] && command -v clang >/dev/null; then
    archer=$(dirname "$(dirname "$(clang -print-resource-dir)")")/libarcher.so
    [ -e "$archer" ] || archer=
fi
if [ -n "$archer" ]; then
    CC=clang
    # What libomp does by itself is its own affair.
    echo called_from_lib:libomp.so >"$work/libomp.txt"
    export OMP_TOOL_LIBRARIES="$archer"
    export TSAN_OPTIONS="ignore_noninstrumented_modules=1 suppressions=$work/libomp.txt"
    tests='contexts:3 threads:8 train:10 data:9 own_run:6 keeping:1'
else
    CC=${CC:-gcc}
    tests=contexts:3
    echo "# no clang with libarcher.so: teams of OpenMP are not watched"
fi

# run OUT PROGRAM...: a kernel that places memory too much at random keeps the sanitizer from
# starting.
run()
{
    out=$1
    shift
    if command -v setarch >/dev/null; then
        setarch -R "$@" >"$out" 2>&1
    else
        "$@" >"$out" 2>&1
    fi
}

cd "$work" || exit 1
cat >race.c <<'END'
#include <pthread.h>
static int shared;
static void *add(void *unused) { shared++; return unused; }
int main(void)
{
    pthread_t a, b;
    pthread_create(&a, 0, add, 0);
    pthread_create(&b, 0, add, 0);
    pthread_join(a, 0);
    return pthread_join(b, 0);
}
END
cat >team.c <<'END'
int main(void)
{
    static int all[1000];
    int sum = 0;
    #pragma omp parallel for num_threads(4)
    for (int i = 0; i < 1000; i++)
        all[i] = i;
    #pragma omp parallel for num_threads(4) SHARED
    for (int i = 0; i < 1000; i++)
        sum += all[i];
    return sum == 0;
}
END
$CC -g $sanitize -pthread -o race race.c && run race.txt ./race
grep -q 'data race' race.txt
report $? "a race is told"
if [ -n "$archer" ]; then
    $CC -g $sanitize -fopenmp '-DSHARED=' -o team team.c && run team.txt ./team
    grep -q 'data race' team.txt
    report $? "one in a team, too"
    $CC -g $sanitize -fopenmp '-DSHARED=reduction(+:sum)' -o team team.c && run team.txt ./team &&
        [ ! -s team.txt ]
    report $? "a team without one is none"
fi

programs=
for one in $tests; do
    programs="$programs tests/unit/test_${one%:*}"
done
rm -rf build && mkdir build && cd build || exit 1
"$src/configure" CC="$CC" CFLAGS="-O1 -g $sanitize" LDFLAGS="$sanitize" >../build.log 2>&1 &&
    make -j"$cpus" $programs >>../build.log 2>&1
report $? "the library is built for it"
export srcdir="$src" builddir=. top_build="$PWD" OMP_WAIT_POLICY=passive
for one in $tests; do
    name=${one%:*}
    run "../$name.txt" timeout 600 "./tests/unit/test_$name"
    report $? "$name goes well"
    [ "$(grep -c '^ok' "../$name.txt")" -ge "${one#*:}" ]
    report $? "$name: at least ${one#*:} tests have run"
    ! grep -q 'WARNING: ThreadSanitizer' "../$name.txt"
    report $? "$name: no data race"
    [ "$failed" -eq 0 ] || grep -A 24 'WARNING: ThreadSanitizer' "../$name.txt" | head -n 80
done
[ "$failed" -eq 0 ] || tail -n 20 ../build.log
finish
