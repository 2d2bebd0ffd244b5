/* test_unmade.c -- files in the making where calls fail: names taken, rights refused, no room. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/failing.h"
#include "tests/unit/making_help.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Paths as long as the system has them, or a little longer. */
static void long_paths(void)
{
    const size_t folder = strlen(check_folder());
    static char path[LHI_PATH + 8], to[LHI_PATH];

    CHECK(chdir(check_folder()) == 0, "chdir");
    for (size_t length = LHI_PATH - 30; length < LHI_PATH + 4; length++) {
        /* the folder, "/" and "./" as often as it takes */
        memset(path, '/', length);
        memcpy(path, check_folder(), folder);
        for (size_t i = folder + 1; i + 5 < length; i += 2)
            path[i] = '.';
        memcpy(path + length - 4, "name", 5);
        const int status = put(path);

        CHECK(status == (length + 24 < LHI_PATH ? 0 : -ENAMETOOLONG), "%zu bytes: %d", length,
              status);
        CHECK(unfinished() == 0, "%zu bytes: left", length);
    }
    /* A link that leads to a path that is too long with its folder. */
    memset(to, '/', sizeof to - 1);
    to[0] = '.';
    CHECK(symlink(to, "long") == 0 && put(check_path("long")) == -ENAMETOOLONG, "a long link");
    unlink("long");
}

static void unlink_it(const lhi_file_event *e)
{
    if (e->call == LHI_CALL_OPEN && (e->flags & O_EXCL) && failing.most-- > 0)
        unlink(e->path);
}

/* Names that others have, and a sweep that takes a file before it is locked: another name is
 * taken, until it looks hopeless. */
static void names_taken(void)
{
    static const struct {
        enum lhi_file_call call;
        int number, most, status;
    } cases[] = {{LHI_CALL_OPEN, EEXIST, 3, 0}, {LHI_CALL_OPEN, EINTR, 3, 0},
                 {LHI_CALL_OPEN, EEXIST, -1, -EEXIST}, {LHI_CALL_LOCK, EINTR, 3, 0},
                 {LHI_CALL_LOCK, ENOLCK, -1, 0}};
    const char *path = check_path("taken");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_write(path, old, -1);
        fail_at(cases[i].call, cases[i].number, 0, cases[i].most);
        const int status = put(path);

        fail_no_more();
        CHECK(status == cases[i].status && holds(path, status == 0 ? new : old), "%s: %d",
              strerror(cases[i].number), status);
        CHECK(unfinished() == 0, "%s: left", strerror(cases[i].number));
    }
    lhi_fault_watch(unlink_it);
    for (int most = 1; most < 200; most += 50) {
        check_write(path, old, -1);
        failing.most = most;
        const int status = put(path);

        CHECK(status == (most < 100 ? 0 : -EEXIST) && holds(path, status == 0 ? new : old),
              "swept away %d times: %d", most, status);
    }
    lhi_fault_watch(NULL);
}

/* Who may read a file does not change with the one that takes its place: where its owner and group
 * cannot be given, the group that it gets instead has what everybody has. */
static void rights_refused(void)
{
    const char *path = check_path("refused");
    struct stat s;

    for (int refused = 0; refused < 4 && geteuid() == 0; refused++) {
        check_write(path, old, -1);
        CHECK(chmod(path, 0664) == 0 && chown(path, 12, 34) == 0, "chown");
        fail_at(LHI_CALL_RIGHTS, EPERM, 0, refused);
        CHECK(put(path) == 0 && failing.struck == refused, "not %d refused", refused);
        fail_no_more();
        CHECK(stat(path, &s) == 0 && holds(path, new), "it is not there");
        CHECK((s.st_mode & 0777) == (refused < 2 ? 0664 : refused < 3 ? 0644 : 0600),
              "%d refused: mode %o", refused, s.st_mode & 0777);
        CHECK((s.st_uid == 12) == (refused == 0) && (s.st_gid == 34) == (refused < 2),
              "%d refused: %u %u", refused, s.st_uid, s.st_gid);
    }
    check_write(path, old, -1);
    chmod(path, 0640);
    fail_at(LHI_CALL_STAT, EIO, 4, -1); /* what was made cannot be looked at: for its owner alone */
    CHECK(put(path) == 0 && failing.struck > 0, "it is not asked what was made");
    fail_no_more();
    CHECK(stat(path, &s) == 0 && (s.st_mode & 0777) == 0600, "mode %o", s.st_mode & 0777);
}

/* Room is claimed where that can be done, else asked for. */
static void room(void)
{
    const char *path = check_path("room");

    CHECK(lhi_sys_try(path, UINT64_MAX) == -EFBIG, "more than any file has");
    fail_at(LHI_CALL_ALLOCATE, EINTR, 0, 2);
    CHECK(lhi_sys_try(path, 1000) == 0 && failing.struck == 2, "interrupted");
    fail_at(LHI_CALL_ALLOCATE, EDQUOT, 0, -1);
    CHECK(lhi_sys_try(path, 1000) == -EDQUOT, "a quota");
    fail_at(LHI_CALL_ALLOCATE, EOPNOTSUPP, 0, -1);
    CHECK(lhi_sys_try(path, 1000) == 0, "a file system that claims nothing");
    CHECK(lhi_sys_try(path, INT64_MAX) == -ENOSPC, "which has no such room");
    fail_at(LHI_CALL_ALLOCATE, ENOSYS, 0, -1);
    CHECK(lhi_sys_try(path, INT64_MAX) == -ENOSPC, "a system that knows no claims");
    fail_no_more();
    CHECK(access(path, F_OK) != 0 && unfinished() == 0, "something is left");
}

/* What is printed before a file that goes to the same place stands before it. */
static void to_standard_output(void)
{
    const char *path = check_path("stdout");
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        dup2(fd, 1);
        printf("before ");
        _exit(put("/dev/fd/1") == 0 ? 0 : 1);
    }
    CHECK(ended(child) == 0 && holds(path, "before the new one, longer"), "in another order");
    CHECK(put("/dev/fd/12345678") == -EBADF, "a descriptor that is not open");
}

/* A process that is to write nothing says that all went well and changes nothing. */
static void mute(void)
{
    const char *path = check_path("mute"), *left = check_path("mute.lh-0123456789abcdef.tmp");
    pid_t child;

    check_write(path, old, -1);
    check_write(left, old, -1);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        lhi_sys_writes_nothing();
        _exit(put(path) != 0                                ? 1
              : lhi_sys_try(check_path("no/such"), 1) != 0  ? 2
              : sweep(path, LHI_SWEEP_FILE).removed != 0    ? 3
              : lhi_sys_rename(path, left) != 0             ? 4
              : lhi_sys_unlink(path) != 0                   ? 5
              : lhi_sys_mkdir(check_path("mute-made")) != 0 ? 6
                                                            : 0);
    }
    CHECK(ended(child) == 0, "something is told");
    CHECK(holds(path, old) && holds(left, old) && access(check_path("mute-made"), F_OK) != 0,
          "something has changed");
    CHECK(sweep(path, LHI_SWEEP_FILE).removed == 1 && put(path) == 0, "not in this process");
}

/* What cannot be known to be left behind stays, and is told; what cannot be removed is not told. */
static void sweeps_that_fail(void)
{
    static char longest[LHI_PATH + 2];
    const char *path = check_path("dead"), *left = check_path("dead.lh-0123456789abcdef.tmp");
    found f;

    check_write(left, old, -1);
    fail_at(LHI_CALL_LOCK, ENOLCK, 0, -1);
    f = sweep(path, LHI_SWEEP_FILE);
    CHECK(f.kept == 1 && f.removed == 0, "without locks: %d kept", f.kept);
    fail_at(LHI_CALL_STAT, EIO, 2, -1); /* readlink and fstat are spared, fstatfs is not */
    f = sweep(path, LHI_SWEEP_FILE);
    CHECK(f.kept == 1 && f.removed == 0, "a file system of several machines: %d kept", f.kept);
    fail_at(LHI_CALL_STAT, EIO, 1, -1);
    f = sweep(path, LHI_SWEEP_FILE);
    CHECK(f.kept == 0 && f.removed == 0, "it cannot be looked at");
    fail_at(LHI_CALL_UNLINK, EACCES, 0, -1);
    f = sweep(path, LHI_SWEEP_FILE);
    CHECK(f.kept == 0 && f.removed == 0, "it cannot be removed");
    fail_at(LHI_CALL_LIST, EACCES, 0, -1);
    f = sweep(path, LHI_SWEEP_FILE);
    CHECK(f.kept == 0 && f.removed == 0, "the folder cannot be listed");
    fail_no_more();
    CHECK(holds(left, old), "it is gone");
    CHECK(link(left, check_path("another-name")) == 0 && sweep(path, LHI_SWEEP_FILE).removed == 0,
          "one with two names is somebody's");
    unlink(check_path("another-name"));
    memset(longest, 'x', sizeof longest - 2);
    CHECK(sweep(longest, LHI_SWEEP_FILE).removed == 0 &&
              sweep("/dev/fd/1", LHI_SWEEP_FILE).removed == 0 &&
              sweep(check_path("no/such"), LHI_SWEEP_FILE).removed == 0,
          "places without any");
    f = sweep(check_folder(), LHI_SWEEP_LOOK);
    CHECK(f.removed == 1 && f.bytes == strlen(old) && holds(left, old), "looked at: %d", f.removed);
    CHECK(sweep(path, LHI_SWEEP_FILE).removed == 1, "and removed at last");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a name that is taken costs no file", names_taken},
        {"paths of any length", long_paths},
        {"rights that cannot be given leave a file to fewer", rights_refused},
        {"room for a file is claimed or asked for", room},
        {"a file to standard output stands behind what was printed", to_standard_output},
        {"a process that writes nothing changes nothing", mute},
        {"what may be somebody's is not swept away", sweeps_that_fail},
        {NULL, NULL}};

    return check_main(argc, argv, "unmade", tests);
}
