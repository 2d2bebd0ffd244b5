#!/bin/sh
# untrusted.sh -- longhand inspect --untrusted: the process that parses can do no harm.
. "${srcdir:-.}/tests/tap.sh"

"$longhand" train --epochs=3 --check-rows=0 --plot=none --quiet --out=run >out 2>err ||
    result 1 "training"
run "$longhand" inspect run/model.h5
mv out shown
run "$longhand" inspect --untrusted run/model.h5
exits "a good file is inspected" 0
ok "what is printed is the same" cmp out shown
says "how it was parsed is told" err "run/model.h5 was parsed apart, with limits"
held=$(grep -c "by seccomp" err)
run "$longhand" inspect --untrusted --quiet run/model.h5
is "--quiet does not tell" "$(cat err)" ""
for version in 1 2; do
    run "$longhand" inspect --untrusted "$source/tests/version$version.h5"
    exits "a file of version $version is inspected" 0
done
cp run/model.h5 flipped.h5
printf 'x' | dd of=flipped.h5 bs=1 seek=3000 conv=notrunc 2>/dev/null
run "$longhand" inspect flipped.h5
mv err words
run "$longhand" inspect --untrusted flipped.h5
exits "a damaged file is bad data" 65
ok "told in the same words" cmp err words
run "$longhand" inspect --untrusted missing.h5
exits "a missing file is told by its exit code" 66
run "$longhand" inspect --untrusted run
exits "a folder is none" 66
run "$longhand" inspect --untrusted run/model.h5 --seconds=-1
exits "less than no time is a usage error" 2
is "none of them left a file" "$(ls)" "err
flipped.h5
out
run
shown
words"

# A library that is loaded before the others stands for a fault in HDF5: where it opens the file.
cat >wicked.c <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

long H5Fopen(const char *name, unsigned flags, long access);

static int what;

/* Before the process is held. */
__attribute__((constructor)) static void begin(void)
{
    FILE *f = fopen("what", "r");

    if (f && fscanf(f, "%d", &what) == 1)
        fclose(f);
}

/* Tells that something was possible. */
static void leak(int possible)
{
    if (possible) {
        write(1, "POSSIBLE\n", 9);
        _exit(0);
    }
}

long H5Fopen(const char *name, unsigned flags, long access)
{
    static char *const none[] = {NULL};
    static char block[1 << 16];
    void *at;

    (void)name, (void)flags, (void)access;
    switch (what) {
    case 1: *(volatile int *)8 = 1; break;
    case 2: for (;;) continue;
    case 3: abort();
    case 4: execve("/bin/true", none, none); leak(1); break;
    case 5: leak(socket(AF_UNIX, SOCK_STREAM, 0) >= 0); break;
    case 6: leak(fork() >= 0); break;
    case 7: leak(open("/etc/passwd", O_RDONLY) >= 0); break;
    case 8: leak(open("written", O_WRONLY | O_CREAT, 0666) >= 0); break;
    case 9:
        at = malloc((size_t)3 << 30);
        leak(at && memset(at, 1, (size_t)3 << 30));
        break;
    case 10:
        leak(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
             MAP_FAILED);
        break;
    case 11: leak(kill(getppid(), SIGTERM) == 0); break;
    case 12: leak(unlink("run/model.h5") == 0); break;
    case 13:
        leak(getenv("HDF5_PLUGIN_PATH") || getenv("HDF5_DRIVER") || getenv("HOME"));
        break;
    case 14: fflush(stdout); write(1, "a\033[2Jb\302\2332Jc\n", 12); _exit(0);
    case 15:
        memset(block, 'x', sizeof block);
        for (;;) write(1, block, sizeof block);
    case 16: _exit(0);
    case 17: _exit(42);
    }
    return -1;
}
END
export HDF5_PLUGIN_PATH=/tmp HDF5_DRIVER=stdio
wicked() { # NUMBER ARGUMENTS...
    echo "$1" >what
    shift
    # A path to be preloaded has no blanks, and this folder has one.
    run env LD_LIBRARY_PATH="$work${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" LD_PRELOAD=wicked.so \
        "$longhand" inspect --untrusted run/model.h5 "$@"
}
clear() { # SENTENCE NUMBER TEXT ARGUMENTS...: one error and nothing else
    about=$1 number=$2 text=$3
    shift 3
    wicked "$number" "$@"
    exits "$about is bad data" 65
    says "$about is told" err "$text"
    is "$about is one error" "$(grep -c '^longhand' err)" 1
    is "$about prints nothing" "$(cat out)" ""
}
if grep -q '^[A-Z_]*CFLAGS = .*fsanitize' "$build/Makefile" || [ ! -f "$build/.libs/liblonghand.so" ] ||
    ! $CC -shared -fPIC -w -o wicked.so wicked.c 2>/dev/null; then
    skip "faults planted in HDF5 do no harm" "no library can be loaded before HDF5"
    finish
    exit
fi
if [ "$held" -ne 1 ]; then
    clear "a crash" 1 "HDF5 cannot read what it says"
    skip "other faults planted in HDF5" "this system has no seccomp"
    finish
    exit
fi
clear "a crash" 1 "was ended by signal 11"
clear "a loop without an end" 2 "more processor time than it was given" --seconds=1
clear "an abort" 3 "was ended by signal 6"
clear "a flood" 15 "processor time" --seconds=1
clear "an end without a word" 17 "exit code 42 and no word"
clear "memory without a limit" 9 "HDF5 could not read"
clear "a file to be written" 8 "HDF5 could not read"
ok "it was not written" test ! -e written
clear "a file to be read" 7 "HDF5 could not read"
clear "an environment" 13 "HDF5 could not read"
clear "another program" 4 "tried what reading a file does not need"
clear "a socket" 5 "tried what reading a file does not need"
clear "another process" 6 "HDF5 could not read"
clear "memory that can be run" 10 "HDF5 could not read"
clear "a signal to others" 11 "HDF5 could not read"
clear "a file to be removed" 12 "HDF5 could not read"
ok "it was not removed" test -f run/model.h5
wicked 14
is "what it prints itself is shown escaped" "$(cat out)" 'a\x1b[2Jb\xc2\x9b2Jc'
finish
