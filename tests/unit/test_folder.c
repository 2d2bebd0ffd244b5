/* test_folder.c -- what stands beside a file: a second name for it, and who has it for himself,
 * also where the file system knows neither links nor locks. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/folder.h"
#include "tests/check.h"
#include "tests/unit/failing.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int holds(const char *path, const char *text)
{
    size_t size = 0;
    char *got = access(path, F_OK) == 0 ? check_read(path, &size) : NULL;
    const int same = got && size == strlen(text) && memcmp(got, text, size) == 0;

    free(got);
    return same;
}

static int same_file(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && lstat(b, &other) == 0 && one.st_ino == other.st_ino;
}

static void second_names(void)
{
    static const int without[] = {EPERM, EXDEV, EMLINK, ENOSYS, ENOTSUP};
    char *from = strdup(check_path("first")), *to = strdup(check_path("second"));
    char *link = strdup(check_path("link"));

    check_write(from, "one", -1);
    CHECK(lhi_sys_link(from, to) == 0 && same_file(from, to), "a new name");
    CHECK(lhi_sys_link(from, to) == 0 && same_file(from, to), "a name that it has already");
    unlink(to);
    check_write(to, "another", -1);
    CHECK(lhi_sys_link(from, to) == 0 && same_file(from, to), "the name of another file");
    unlink(to);
    CHECK(symlink("nowhere", to) == 0 && lhi_sys_link(from, to) == 0 && same_file(from, to),
          "a link that leads nowhere is no file to keep");
    CHECK(symlink("first", link) == 0 && lhi_sys_link(link, to) == 0 && same_file(from, to),
          "links to the file are followed");
    CHECK(lhi_sys_link(check_path("none"), check_path("third")) == -ENOENT, "no such file");
    CHECK(lhi_sys_link(from, check_path("no/such")) == -ENOENT, "no such folder");

    /* Where there are no hard links it is a copy, whatever the file system says of them. */
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        unlink(to);
        fail_at(LHI_CALL_LINK, without[i], 0, -1);
        CHECK(lhi_sys_link(from, to) == 0 && failing.struck == 1, "%s", strerror(without[i]));
        fail_no_more();
        CHECK(holds(to, "one") && !same_file(from, to), "%s: no copy", strerror(without[i]));
    }
    /* A copy of what cannot be read, or written, is none: what stood there stays. */
    check_write(to, "before", -1);
    fail_at(LHI_CALL_LINK, EPERM, 0, -1);
    CHECK(lhi_sys_link(check_path("none"), to) == -ENOENT && holds(to, "before"), "no such file");
    CHECK(lhi_sys_link(from, check_folder()) == -EISDIR, "a folder in its place");
    fail_no_more();
    /* Anything else is told. */
    fail_at(LHI_CALL_LINK, ENOSPC, 0, -1);
    CHECK(lhi_sys_link(from, to) == -ENOSPC && holds(to, "before"), "a full disk");
    fail_at(LHI_CALL_UNLINK, EACCES, 0, -1);
    CHECK(lhi_sys_link(from, to) == -EACCES && holds(to, "before"), "the other cannot go");
    fail_no_more();

    CHECK(lhi_sys_holds_file(from) && lhi_sys_holds_file(check_path("none")), "a file can stand");
    CHECK(!lhi_sys_holds_file(check_folder()) && !lhi_sys_holds_file("/dev/null"), "none can");
    free(from), free(to), free(link);
}

static void count(void *arg, const char *name)
{
    *(int *)arg += strcmp(name, "beside-a") == 0 || strcmp(name, "beside-b") == 0;
}

static void names_beside(void)
{
    static char path[LHI_PATH + 10];
    int n = 0;

    check_write(check_path("beside-a"), "a", -1);
    check_write(check_path("beside-b"), "b", -1);
    lhi_sys_each_beside(check_path("beside-a"), count, &n);
    CHECK(n == 2, "%d names", n);
    CHECK(chdir(check_folder()) == 0, "chdir");
    lhi_sys_each_beside("without-a-folder", count, &n);
    CHECK(n == 4, "of the current folder %d", n - 2);
    lhi_sys_each_beside(check_path("no/such"), count, &n);
    memset(path, 'x', sizeof path - 1);
    memcpy(path + sizeof path - 3, "/y", 2);
    lhi_sys_each_beside(path, count, &n);
    CHECK(n == 4, "names of a folder that is not there");
}

/* A claim by a process of its own, which then waits to be killed; its number. */
static pid_t another(const char *path)
{
    int ready[2];
    char byte = 0;
    pid_t child;

    fflush(stdout);
    CHECK(pipe(ready) == 0, "pipe");
    child = fork();
    if (child == 0) {
        lhi_claim k;

        close(ready[0]);
        if (lhi_sys_claim(&k, path) != 0 || write(ready[1], "c", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    CHECK(read(ready[0], &byte, 1) == 1 && byte == 'c', "the other has it");
    close(ready[0]);
    return child;
}

static void kill_it(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* The holder's text begins with a process. */
static int names(const lhi_claim *k, long process)
{
    char text[60];

    snprintf(text, sizeof text, "process %ld on ", process);
    return strncmp(k->holder, text, strlen(text)) == 0;
}

static void claims(void)
{
    static char longest[LHI_PATH + 1];
    char *path = strdup(check_path("claimed")), *lock = strdup(check_path("claimed.lock"));
    lhi_claim k, other;
    pid_t child;
    int status;

    CHECK(lhi_sys_look_at_claim(&k, path) == -ENOENT, "nobody has ever had it");
    CHECK(lhi_sys_claim(&k, path) == 0 && k.holder[0] == 0, "it is free: '%s'", k.holder);
    CHECK(lhi_sys_look_at_claim(&other, path) == -EWOULDBLOCK && names(&other, (long)getpid()),
          "who has it is seen: '%s'", other.holder);
    CHECK(lhi_sys_claim(&other, path) == -EWOULDBLOCK && names(&other, (long)getpid()),
          "not twice: '%s'", other.holder);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        lhi_sys_unclaim(&k);
        _exit(0);
    }
    waitpid(child, &status, 0);
    CHECK(access(lock, F_OK) == 0, "a copy of the process gives up what is not its own");
    lhi_sys_unclaim(&k);
    CHECK(access(lock, F_OK) != 0, "it is given up, and the file stays");

    child = another(path);
    CHECK(lhi_sys_claim(&k, path) == -EWOULDBLOCK && names(&k, child), "'%s'", k.holder);
    kill_it(child);
    CHECK(lhi_sys_look_at_claim(&k, path) == 0 && names(&k, child) && k.sure, "it died: '%s', %d",
          k.holder, k.sure);
    CHECK(lhi_sys_claim(&k, path) == 0 && names(&k, child) && k.sure, "its heir knows: '%s', %d",
          k.holder, k.sure);
    /* Somebody takes the file away, and another one stands there: it is not ours to remove. */
    unlink(lock);
    check_write(lock, "theirs", -1);
    lhi_sys_unclaim(&k);
    CHECK(holds(lock, "theirs"), "the file of another is removed");
    unlink(lock);

    memset(longest, 'x', LHI_PATH - 1);
    CHECK(lhi_sys_claim(&k, longest) == -ENAMETOOLONG &&
              lhi_sys_look_at_claim(&k, longest) == -ENAMETOOLONG, "a name that is too long");
    CHECK(lhi_sys_claim(&k, check_path("no/such")) == -ENOENT, "no such folder");
    lhi_sys_unclaim(&k); /* of what was never had: nothing */
    CHECK(symlink("elsewhere", lock) == 0 && lhi_sys_claim(&k, path) == -ELOOP &&
              access(check_path("elsewhere"), F_OK) != 0,
          "a link in its place is followed");
    unlink(lock);
    free(path), free(lock);
}

/* Without locks it is the number of the process that tells, on the machine that has it. */
static void without_locks(void)
{
    char *path = strdup(check_path("lockless")), *lock = strdup(check_path("lockless.lock"));
    lhi_claim k, other;
    pid_t child;

    fail_at(LHI_CALL_LOCK, ENOLCK, 0, -1);
    CHECK(lhi_sys_claim(&k, path) == 0 && failing.struck > 0, "it is free");
    CHECK(lhi_sys_claim(&other, path) == 0, "that of this process is no other's");
    lhi_sys_unclaim(&other);
    child = another(path);
    fail_at(LHI_CALL_LOCK, ENOLCK, 0, -1);
    CHECK(lhi_sys_claim(&k, path) == -EWOULDBLOCK && names(&k, child), "alive: '%s'", k.holder);
    CHECK(lhi_sys_look_at_claim(&k, path) == -EWOULDBLOCK && !k.sure, "alive");
    kill_it(child);
    CHECK(lhi_sys_look_at_claim(&k, path) == 0 && k.sure, "dead: %d", k.sure);
    CHECK(lhi_sys_claim(&k, path) == 0 && names(&k, child) && k.sure, "dead: '%s'", k.holder);
    lhi_sys_unclaim(&k);

    /* Nobody here knows of another machine's; nor of what says nothing of a process. */
    check_write(lock, "process 1 on another machine since 2026-11-28 05:50:11 UTC\n", -1);
    CHECK(lhi_sys_look_at_claim(&k, path) == 0 && !k.sure, "of another machine: %d", k.sure);
    check_write(lock, "words\n", -1);
    CHECK(lhi_sys_claim(&k, path) == 0 && !k.sure && strcmp(k.holder, "words") == 0, "'%s'",
          k.holder);
    lhi_sys_unclaim(&k);
    fail_no_more();

    /* Locks that do not reach all machines: free here, and not for certain free. */
    check_write(lock, "process 1 on another machine since 2026-11-28 05:50:11 UTC\n", -1);
    fail_at(LHI_CALL_STAT, EIO, 0, -1);
    CHECK(lhi_sys_look_at_claim(&k, path) == 0 && !k.sure, "%d", k.sure);
    fail_no_more();
    CHECK(lhi_sys_look_at_claim(&k, path) == 0 && k.sure, "with locks that do: %d", k.sure);
    free(path), free(lock);
}

/* Each call of a claim fails, once or for ever: it is had and says so, or it is told and nothing
 * stands there that says it. */
static void failing_calls(void)
{
    static const char dead[] = "process 1 on another machine since 2026-11-28 05:50:11 UTC\n";
    static const enum lhi_file_call each[] = {LHI_CALL_OPEN, LHI_CALL_WRITE, LHI_CALL_STAT,
                                              LHI_CALL_READ, LHI_CALL_ALLOCATE, LHI_CALL_CONTROL};
    char *path = strdup(check_path("failing")), *lock = strdup(check_path("failing.lock"));
    int told = 0;

    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        for (int spared = 0, struck = 1; struck; spared++) {
            lhi_claim k;
            int status;

            check_write(lock, dead, -1);
            fail_at(each[i], EIO, spared, -1);
            status = lhi_sys_claim(&k, path);
            struck = failing.struck > 0;
            fail_no_more();
            told += status != 0;
            CHECK(status == 0 || (struck && status == -EIO), "call %d after %d: %d", each[i],
                  spared, status);
            if (status == 0) {
                CHECK(lhi_sys_look_at_claim(&(lhi_claim){0}, path) == -EWOULDBLOCK,
                      "call %d after %d: it is not had", each[i], spared);
                lhi_sys_unclaim(&k);
            } else if (each[i] == LHI_CALL_WRITE || each[i] == LHI_CALL_ALLOCATE) {
                CHECK(access(lock, F_OK) != 0, "call %d after %d: half a text stands", each[i],
                      spared);
            } else {
                CHECK(access(lock, F_OK) != 0 || holds(lock, dead), "call %d after %d: a text",
                      each[i], spared);
            }
            CHECK(lhi_sys_claim(&k, path) == 0, "call %d after %d: not to be had", each[i],
                  spared);
            lhi_sys_unclaim(&k);
        }
    CHECK(told >= 4, "%d were told", told);
    free(path), free(lock);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a second name is a hard link, or a copy where there are none", second_names},
        {"the names beside a file", names_beside},
        {"what one process has no other gets, until it dies", claims},
        {"without locks, the number of a process tells whether it lives", without_locks},
        {"a claim that fails is told, and says nothing", failing_calls},
        {NULL, NULL}};

    return check_main(argc, argv, "folder", tests);
}
