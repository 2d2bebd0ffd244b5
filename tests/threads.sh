#!/bin/sh
# threads.sh -- contexts on several threads share nothing: ThreadSanitizer watches all of ours.
# SPDX-License-Identifier: MIT
# usage: sh tests/threads.sh [SRC] [WORK]     builds once; a minute or two, not in make check

set -u
unset OMP_NUM_THREADS OMP_THREAD_LIMIT SLURM_CPUS_PER_TASK CFLAGS LDFLAGS TSAN_OPTIONS
src=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 1
if [ $# -ge 2 ]; then
    mkdir -p "$2" && work=$(cd "$2" && pwd) || exit 1
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/threads.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
fi
: "${CC:=gcc}"
. "$src/tests/stage.sh"
sanitize=-fsanitize=thread

# A kernel that places memory too much at random keeps the sanitizer from starting.
run() # PROGRAM OUT
{
    if command -v setarch >/dev/null; then
        setarch -R "$1" >"$2" 2>&1
    else
        "$1" >"$2" 2>&1
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
$CC -g $sanitize -pthread -o race race.c && run ./race race.txt
grep -q 'data race' race.txt
report $? "a race is told"

rm -rf build && mkdir build && cd build || exit 1
"$src/configure" CC="$CC" CFLAGS="-O1 -g $sanitize" LDFLAGS="$sanitize" >../build.log 2>&1 &&
    make -j"$cpus" tests/unit/test_contexts >>../build.log 2>&1
report $? "the library is built for it"
run ./tests/unit/test_contexts ../threads.txt
report $? "the contexts go well"
[ "$(grep -c '^ok' ../threads.txt)" -ge 3 ]
report $? "all tests have run"
! grep -q 'ThreadSanitizer' ../threads.txt
report $? "no data race"
[ "$failed" -eq 0 ] || grep -A 24 ThreadSanitizer ../threads.txt | head -n 80
[ "$failed" -eq 0 ] || tail -n 20 ../build.log ../threads.txt
finish
