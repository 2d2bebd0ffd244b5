/* test_making.c -- files in the making: whole or not at all, whatever stands there or dies. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/fault.h"
#include "tests/unit/making_help.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void names(void)
{
    enum { MANY = 200 };
    static lhi_making m[MANY];
    char longest[256], *path = strdup(check_path("many"));

    for (int i = 0; i < MANY; i++)
        CHECK(lhi_sys_make(&m[i], path) == 0, "%d", i);
    for (int i = 0; i < MANY; i++)
        for (int k = 0; k < i; k++)
            CHECK(strcmp(m[i].name, m[k].name) != 0, "%s twice", m[i].name);
    CHECK(unfinished() == MANY, "%d", unfinished());
    for (int i = 0; i < MANY; i++)
        lhi_sys_unmake(&m[i]);
    CHECK(unfinished() == 0 && access(path, F_OK) != 0, "left");
    memset(longest, 'n', 255);
    longest[255] = 0;
    CHECK(put(check_path(longest)) == 0 && holds(check_path(longest), new), "a name of 255 bytes");
    CHECK(put("") == -ENOENT && put(check_path("no/such")) == -ENOENT, "no folder");
    free(path);
}

/* What stands at a path keeps what its owner expects it to keep. */
static void rights_and_links(void)
{
    char *file = strdup(check_path("kept")), *other = strdup(check_path("hard"));
    char *link = strdup(check_path("link")), *loop = strdup(check_path("loop")), to[400];
    struct stat s;

    check_write(file, old, -1);
    chmod(file, 0640);
    CHECK(symlink("kept", link) == 0 && put(link) == 0, "through a link");
    CHECK(lstat(link, &s) == 0 && S_ISLNK(s.st_mode) && holds(file, new), "the link stays");
    CHECK(stat(file, &s) == 0 && (s.st_mode & 07777) == 0640, "mode %o", s.st_mode);
    if (geteuid() == 0) {
        CHECK(chown(file, 12, 34) == 0 && put(file) == 0 && stat(file, &s) == 0, "owner");
        CHECK(s.st_uid == 12 && s.st_gid == 34, "%u %u", s.st_uid, s.st_gid);
    }
    CHECK(unlink(file) == 0 && put(link) == 0 && holds(file, new), "a link to what is not there");
    snprintf(to, sizeof to, "%s", file);
    CHECK(unlink(link) == 0 && symlink(to, link) == 0 && put(link) == 0, "an absolute link");
    CHECK(symlink("loop", loop) == 0 && put(loop) == -ELOOP, "a loop");
    check_write(file, old, -1);
    unlink(other);
    CHECK(linkat(AT_FDCWD, file, AT_FDCWD, other, 0) == 0 && put(file) == 0, "hard link");
    CHECK(holds(file, new) && holds(other, old), "another name of it keeps the old bytes");
    CHECK(put(check_folder()) == -EISDIR, "a folder");
    if (geteuid() != 0) {
        chmod(file, 0444);
        CHECK(put(file) == -EACCES, "a file that is read-only");
    }
    CHECK(unfinished() == 0, "left");
    free(file), free(other), free(link), free(loop);
}

static void no_regular_file(void)
{
    char *pipe_path = strdup(check_path("pipe")), *device = strdup(check_path("null"));
    char *sock = strdup(check_path("socket")), got[64] = "", name[40];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd, ends[2];
    struct stat s;

    CHECK(mkfifo(pipe_path, 0600) == 0 && put(pipe_path) == -ENXIO, "a pipe that nobody reads");
    CHECK(lhi_sys_try(pipe_path, 1) == 0, "that is known when someone reads it");
    fd = open(pipe_path, O_RDONLY | O_NONBLOCK);
    CHECK(put(pipe_path) == 0 && read(fd, got, sizeof got) == (ssize_t)strlen(new) &&
              memcmp(got, new, strlen(new)) == 0,
          "a pipe is written to: %s", got);
    close(fd);
    CHECK(stat(pipe_path, &s) == 0 && S_ISFIFO(s.st_mode), "it stays a pipe");

    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", sock);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && put(sock) == -ENOTSUP,
          "a socket");
    close(fd);

    /* One end is closed: the write is an error, and the process goes on. */
    CHECK(pipe(ends) == 0 && close(ends[0]) == 0, "a pipe");
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    CHECK(put(name) == -EPIPE, "a closed pipe");
    close(ends[1]);

    /* A descriptor goes on where it stood. */
    check_write(device, old, -1);
    fd = open(device, O_WRONLY | O_APPEND);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    CHECK(put(name) == 0 && holds(device, "the old onethe new one, longer"), "a descriptor");
    close(fd);
    unlink(device);
    if (mknod(device, S_IFCHR | 0600, makedev(1, 3)) == 0) {
        CHECK(put(device) == 0 || put(device) == -EACCES, "a device is written to");
        CHECK(stat(device, &s) == 0 && S_ISCHR(s.st_mode), "it stays a device");
        unlink(device);
        /* 7 is a loop device: if this ever wrote, it would not matter to anyone. */
        if (mknod(device, S_IFBLK | 0600, makedev(7, 250)) == 0)
            CHECK(put(device) == -ENOTSUP, "a disk is left alone");
    }
    CHECK(unfinished() == 0, "left");
    free(pipe_path), free(device), free(sock);
}

static void each_call_failing(void)
{
    static const int numbers[] = {EIO, ENOSPC, EDQUOT, EINTR};
    const char *path = check_path("faulty");
    int cases = 0;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        for (long nth = 1, struck = 1; struck && nth < 50; nth++) {
            int status;

            check_write(path, old, -1);
            lhi_fault_arm(LHI_FAULT_FILE, nth, 1, numbers[i]);
            status = put(path);
            struck = lhi_fault_struck(LHI_FAULT_FILE);
            lhi_fault_arm(LHI_FAULT_FILE, 0, 0, 0);
            cases += (int)struck;
            CHECK(status == (struck ? -numbers[i] : 0) || (numbers[i] == EINTR && status == 0),
                  "%s at call %ld: %d", strerror(numbers[i]), nth, status);
            CHECK(holds(path, status == 0 ? new : old) ||
                      (struck && holds(path, new)),
                  "%s at call %ld: neither old nor new", strerror(numbers[i]), nth);
            CHECK(unfinished() == 0, "%s at call %ld: a file is left", strerror(numbers[i]), nth);
        }
    CHECK(cases >= 20, "%d cases", cases);
}

/* A write, a sync or a close that a signal interrupts is no failure. */
static void interrupted(void)
{
    const char *path = check_path("interrupted");
    int fine = 0;

    for (long nth = 1, struck = 1; struck; nth++) {
        int status;

        lhi_fault_arm(LHI_FAULT_FILE, nth, 1, EINTR);
        status = put(path);
        struck = lhi_fault_struck(LHI_FAULT_FILE);
        fine += struck && status == 0;
    }
    lhi_fault_arm(LHI_FAULT_FILE, 2, 3, EINTR);
    CHECK(put(path) == 0, "a write that is interrupted three times");
    lhi_fault_arm(LHI_FAULT_FILE, 0, 0, 0);
    CHECK(fine >= 4, "%d of the calls may be interrupted", fine);
}

static void limits(void)
{
    static char bytes[5000];
    char *path = strdup(check_path("large"));
    struct rlimit small = {1000, 1000};
    pid_t child;

    check_write(path, old, -1);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_FSIZE, &small);
        if (lhi_sys_try(path, sizeof bytes) != -EFBIG)
            _exit(1);
        _exit(lhi_sys_replace(path, bytes, sizeof bytes) == -EFBIG ? 0 : 2);
    }
    CHECK(ended(child) == 0, "a limit is an error and no signal");
    CHECK(holds(path, old) && unfinished() == 0, "what stood there");
    child = fork();
    if (child == 0) {
        lhi_making m;

        close(0), close(1), close(2);
        _exit(put(path) == 0 && lhi_sys_make(&m, path) == 0 && m.fd > 2 ? 0 : 1);
    }
    CHECK(ended(child) == 0 && holds(path, new), "a file has no standard descriptor");
    CHECK(sweep(path, LHI_SWEEP_FILE).removed == 1, "the child has left its second file");
    CHECK(lhi_sys_try(path, UINT64_C(1) << 60) < 0 && lhi_sys_try(path, 1) == 0, "room");
    CHECK(lhi_sys_try(check_path("no/such"), 1) == -ENOENT, "no folder");
    CHECK(lhi_sys_try(check_folder(), 1) == -EISDIR, "a folder");
    CHECK(holds(path, new) && unfinished() == 0, "trying changes nothing");
    free(path);
}

/* A process that saves for ever is killed at some moment; what it leaves is ours to remove. */
static void the_killed(void)
{
    enum { KILLS = 60 };
    static char bytes[1 << 20];
    char *path = strdup(check_path("killed"));
    int left = 0;

    for (int i = 0; i < KILLS; i++) {
        const pid_t child = fork();

        if (child == 0)
            for (;;)
                lhi_sys_replace(path, bytes, sizeof bytes);
        usleep((unsigned)(2000 + 977 * i % 5000));
        kill(child, SIGKILL);
        CHECK(WTERMSIG(ended(child)) == SIGKILL, "killed");
        left = unfinished();
        CHECK(put(path) == 0, "the next save goes well");
    }
    CHECK(left > 0, "no kill of %d met a file in the making", KILLS);
    const found f = sweep(path, LHI_SWEEP_FILE);
    CHECK(f.removed == left && f.kept == 0, "%d of %d", f.removed, left);
    CHECK(unfinished() == 0 && holds(path, new), "left");
    printf("# %d kills left %d files\n", KILLS, left);
    free(path);
}

/* Only ours, and only of the dead. */
static void the_living_and_others(void)
{
    static const char *const others[] = {
        "run.h5.tmp",  "run.h5.1.0.tmp",  "run.h5.lh-0123456789abcde.tmp",
        "run.h5.lh-0123456789ABCDEF.tmp", ".lh-0123456789abcdef.tmp", "run.lh-",
        "run.h5.lh-0123456789abcdef.tmp~"};
    const char *const mine = "run.h5.lh-0123456789abcdef.tmp";
    char *path = strdup(check_path("run.h5")), *alive;
    found f;
    lhi_making m;

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        check_write(check_path(others[i]), old, -1);
    check_write(check_path(mine), old, -1);
    check_write(check_path("runs.h5.lh-0123456789abcdef.tmp"), old, -1);
    CHECK(lhi_sys_make(&m, path) == 0, "make");
    alive = m.name;
    f = sweep(path, LHI_SWEEP_FILE);
    CHECK(f.removed == 1 && f.bytes == strlen(old), "%d", f.removed);
    CHECK(access(check_path(mine), F_OK) != 0, "it is still there");
    f = sweep(check_folder(), LHI_SWEEP_FOLDER);
    CHECK(f.removed == 1 && f.kept == 0, "%d of the folder", f.removed);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        CHECK(access(check_path(others[i]), F_OK) == 0, "%s is gone", others[i]);
    CHECK(access(alive, F_OK) == 0, "the file of one that lives");
    CHECK(lhi_sys_write(m.fd, new, strlen(new)) == 0 && lhi_sys_made(&m) == 0, "it goes on");
    CHECK(holds(path, new), "and ends well");
    if (geteuid() == 0) {
        check_write(check_path(mine), old, -1);
        CHECK(chown(check_path(mine), 12, 34) == 0 && sweep(path, LHI_SWEEP_FILE).removed == 0,
              "that of another user");
        unlink(check_path(mine));
    }
    /* Written from here on by another process: it lives. */
    fflush(stdout);
    const pid_t child = fork();

    if (child == 0) {
        if (lhi_sys_make(&m, path) != 0)
            _exit(1);
        raise(SIGSTOP);
        _exit(lhi_sys_write(m.fd, old, strlen(old)) == 0 && lhi_sys_made(&m) == 0 ? 0 : 1);
    }
    waitpid(child, NULL, WUNTRACED);
    CHECK(sweep(path, LHI_SWEEP_FILE).removed == 0, "a live one");
    CHECK(sweep(check_folder(), LHI_SWEEP_FOLDER).removed == 0, "one in its folder");
    kill(child, SIGCONT);
    CHECK(ended(child) == 0 && holds(path, old), "it goes on");
    free(path);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"temporary names are never the same twice", names},
        {"links are followed, modes and owners kept, folders and read-only files refused",
         rights_and_links},
        {"pipes and devices are written to, sockets and disks left alone", no_regular_file},
        {"each failing call leaves the old file or the new one, and nothing else",
         each_call_failing},
        {"calls that are interrupted are made again", interrupted},
        {"limits, closed descriptors, and what is tried before the work", limits},
        {"what killed processes leave stops nobody and is removed", the_killed},
        {"the files of the living and of others stay", the_living_and_others},
        {NULL, NULL}};

    return check_main(argc, argv, "making", tests);
}
