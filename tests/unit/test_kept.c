/* test_kept.c -- the files of a run that is saved while it goes on: what stays, whose they are. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/keeping_help.h"

#include <sys/wait.h>

/* Without a thread saves are made at once, and none is left out.  Returns how many there were. */
static long train_threadless(trial *k, const char *name, const char *every, const char *keep,
                             const char *for_good)
{
    begin(k, name, every);
    lh_opt_set(k->c, "keep", keep);
    lh_opt_set(k->c, "keep-every", for_good);
    lh_opt_set(k->c, "resume", "auto");
    lhi_fault_arm(LHI_FAULT_SPAWN, 1, -1, EAGAIN);
    lh_run *r = lh_train(k->L, LH_SGD(0.1), k->d, 64, 20); /* of 9 steps each */
    CHECK(lh_will_save(r, k->path) == LH_OK, "%s", lh_message(k->c));
    while (lh_epoch(r))
        continue;
    const long saves = lhi_fault_struck(LHI_FAULT_SPAWN);
    lhi_fault_arm(LHI_FAULT_SPAWN, 0, 0, 0);
    CHECK(lh_save(r, k->path) == LH_OK, "%s", lh_message(k->c));
    return saves;
}

static void no_thread(void)
{
    trial k;

    CHECK(train_threadless(&k, "threadless.h5", "7steps", "1", "0") == 25, "of 25 saves");
    CHECK(ends(&k) == 0 && k.others == 0 && k.slow == 0, "%d warnings", k.others);
}

/* The checkpoints "NAME-STEP.h5" and "NAME-STEP-kept.h5" that are there, as "90 135k ". */
static const char *beside(const char *name)
{
    static char text[500];
    size_t used = 0;

    text[0] = 0;
    for (int step = 0; step <= 180; step++)
        for (int kept = 0; kept < 2; kept++) {
            char file[100];

            snprintf(file, sizeof file, "%s-%d%s.h5", name, step, kept ? "-kept" : "");
            if (exists(file))
                used += (size_t)snprintf(text + used, sizeof text - used, "%d%s ", step,
                                         kept ? "k" : "");
        }
    return text;
}

static void kept(void)
{
    static const struct {
        const char *name, *every, *keep, *for_good, *left;
    } cases[] = {{"k1", "5epochs", "1", "0", ""},
                 {"k2", "5epochs", "2", "0", "135 "},
                 {"k3", "5epochs", "3", "0", "90 135 "},
                 {"k9", "5epochs", "9", "0", "45 90 135 "},
                 {"k4", "40steps", "2", "3", "120k 160 "},
                 {"k5", "20steps", "1", "2", "40k 80k 120k 160k "}};
    char file[40];
    trial k;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(file, sizeof file, "%s.h5", cases[i].name);
        train_threadless(&k, file, cases[i].every, cases[i].keep, cases[i].for_good);
        CHECK(strcmp(beside(cases[i].name), cases[i].left) == 0, "%s: there are %s", cases[i].name,
              beside(cases[i].name));
        CHECK(ends(&k) == 0 && k.others == 0, "%d warnings", k.others);
    }
    /* Those of its earlier lives count; what stays for good does. */
    unlink(check_path("k9.h5"));
    train_threadless(&k, "k9.h5", "9steps", "2", "0");
    CHECK(strcmp(beside("k9"), "171 ") == 0, "there are %s", beside("k9"));
    CHECK(ends(&k) == 0, "an error");
    unlink(check_path("k5.h5"));
    train_threadless(&k, "k5.h5", "never", "1", "0");
    CHECK(strcmp(beside("k5"), "40k 80k 120k 160k ") == 0, "there are %s", beside("k5"));
    CHECK(ends(&k) == 0, "an error");
}

static void locked(void)
{
    char expected[60];
    trial a, b;

    begin(&a, "mine.h5", "never");
    lh_run *r = lh_train(a.L, LH_SGD(0.1), a.d, 64, 2);
    CHECK(lh_will_save(r, a.path) == LH_OK && exists("mine.h5.lock"), "%s", lh_message(a.c));
    begin(&b, "mine.h5", "never");
    lh_run *other = lh_train(b.L, LH_SGD(0.1), b.d, 64, 2);
    CHECK(lh_will_save(other, b.path) == LH_EIO, "two runs have one file");
    snprintf(expected, sizeof expected, "another run: process %ld on ", (long)getpid());
    CHECK(strstr(lh_message(b.c), expected), "%s", lh_message(b.c));
    CHECK(lh_epoch(other) == 0 && ends(&b) == 74 && exists("mine.h5.lock"), "it goes on");
    /* A second run of the same program has it next. */
    r = lh_train(a.L, LH_SGD(0.1), a.d, 64, 2);
    CHECK(lh_will_save(r, a.path) == LH_OK && lh_will_save(r, a.path) == LH_OK, "%s",
          lh_message(a.c));
    CHECK(ends(&a) == 0 && !exists("mine.h5.lock"), "the lock is left");
    check_write(check_path("mine.h5.lock"), "process 1 on elsewhere since 1970", -1);
    begin(&a, "mine.h5", "never");
    r = lh_train(a.L, LH_SGD(0.1), a.d, 64, 2);
    CHECK(lh_will_save(r, a.path) == LH_OK, "%s", lh_message(a.c));
    CHECK(ends(&a) == 0 && !exists("mine.h5.lock"), "a dead one's lock is left");
}

/* No threads, and one call on files fails. */
static enum lhi_file_call refused;
static int with;

static int refuse(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    return kind == LHI_FAULT_SPAWN ? EAGAIN : call == refused ? with : 0;
}

/* As on file systems without locks: who holds it is asked for, on this machine. */
static void no_locks(void)
{
    char host[256], text[400];
    const struct {
        const char *before, *after; /* the name of this machine */
        int refused, told;
    } cases[] = {{"process 1 on ", " since long ago\n", 1, 0},
                 {"process 999999999 on ", " since long ago\n", 0, 0},
                 {"process 1 on another machine than ", " since long ago\n", 0, 1},
                 {"no process of ", "\n", 0, 1}};
    trial k;

    lhi_sys_host(host, sizeof host);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "%s%s%s", cases[i].before, host, cases[i].after);
        check_write(check_path("far.h5.lock"), text, -1);
        begin(&k, "far.h5", "never");
        lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 2);
        refused = LHI_CALL_LOCK;
        with = ENOLCK;
        lhi_fault_ask(refuse);
        CHECK(lh_will_save(r, k.path) == (cases[i].refused ? LH_EIO : LH_OK), "'%s': %s", text,
              lh_message(k.c));
        CHECK(k.others == cases[i].told, "'%s' is told %d times", text, k.others);
        CHECK(ends(&k) == (cases[i].refused ? 74 : 0), "'%s'", text);
        lhi_fault_ask(NULL);
        CHECK(exists("far.h5.lock") == cases[i].refused, "'%s' is left", text);
    }
}

/* A lock that cannot be written would name nobody, or a dead one: none is left, and it is told. */
static void unwritten_lock(void)
{
    static const char *const before[] = {NULL, "process 1 on elsewhere since 1970"};
    trial k;

    for (size_t i = 0; i < 2; i++) {
        if (before[i])
            check_write(check_path("full.h5.lock"), before[i], -1);
        begin(&k, "full.h5", "never");
        lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 2);
        refused = LHI_CALL_WRITE;
        with = EDQUOT;
        lhi_fault_ask(refuse);
        CHECK(lh_will_save(r, k.path) == LH_OK, "%s", lh_message(k.c));
        lhi_fault_ask(NULL);
        CHECK(k.others == 1 && k.locks == 1, "%d warnings, %d of the lock", k.others, k.locks);
        CHECK(!exists("full.h5.lock"), "a lock that says nothing is left");
        while (lh_epoch(r))
            continue;
        CHECK(lh_save(r, k.path) == LH_OK && exists("full.h5"), "%s", lh_message(k.c));
        CHECK(ends(&k) == 0 && k.others == 1, "an error");
    }
}

/* Where there are no hard links an older one is a copy; where there is nothing it is told, once. */
static void no_links(void)
{
    static const int numbers[] = {EPERM, EXDEV, EMLINK, ENOSYS, ENOTSUP, EOPNOTSUPP, EIO};
    char *bytes;
    size_t size, others;
    trial k;

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char name[40];

        snprintf(name, sizeof name, "unlinked%zu.h5", i);
        refused = LHI_CALL_LINK;
        with = numbers[i];
        lhi_fault_ask(refuse);
        train_threadless(&k, name, "45steps", "3", "0");
        lhi_fault_ask(NULL);
        CHECK(k.others == (numbers[i] == EIO), "%s: told %d times", strerror(numbers[i]),
              k.others);
        snprintf(name, sizeof name, "unlinked%zu", i);
        CHECK(strcmp(beside(name), numbers[i] == EIO ? "" : "90 135 ") == 0, "there are %s",
              beside(name));
        CHECK(lh_error(k.c) == LH_OK && ends(&k) == 0, "an error");
    }
    train_threadless(&k, "linked.h5", "45steps", "3", "0");
    ends(&k);
    bytes = check_read(check_path("linked-90.h5"), &size);
    char *copy = check_read(check_path("unlinked0-90.h5"), &others);
    CHECK(size == others && memcmp(bytes, copy, size) == 0, "the copy is another");
    free(bytes);
    free(copy);
}

/* A process that was forked from the run's has no part in its files. */
static void forked(void)
{
    trial k;
    int status;

    begin(&k, "parent.h5", "1epoch");
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 3);
    lh_will_save(r, k.path);
    const pid_t child = fork();
    if (child == 0)
        _exit(lh_close(k.c));
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
          "the child ends with %d", status);
    CHECK(exists("parent.h5.lock"), "the child has removed the lock");
    while (lh_epoch(r))
        continue;
    CHECK(lh_save(r, k.path) == LH_OK && ends(&k) == 0, "an error");
}

static void unannounced(void)
{
    static const struct {
        const char *resume;
        int code, epochs, told;
    } cases[] = {{"require", 2, 0, 0}, {"auto", 0, 2, 1}, {"never", 0, 2, 0}};
    trial k;

    for (size_t i = 0; i < 3; i++) {
        begin(&k, "silent.h5", "never");
        lh_opt_set(k.c, "resume", cases[i].resume);
        lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 2);
        while (lh_epoch(r))
            continue;
        CHECK(lh_epochs(r) == cases[i].epochs && k.others == cases[i].told, "%s: %ld epochs, %d",
              cases[i].resume, lh_epochs(r), k.others);
        CHECK(ends(&k) == cases[i].code, "%s", cases[i].resume);
    }
}

static void no_files(void)
{
    trial k;

    begin(&k, "x.h5", "1step");
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 3);
    CHECK(lh_will_save(r, "/dev/null") == LH_OK && !lhi_keeper_of(r, "/dev/null"), "%s",
          lh_message(k.c));
    CHECK(access("/dev/null.lock", F_OK) != 0, "a lock beside a device");
    while (lh_epoch(r))
        continue;
    CHECK(ends(&k) == 0, "an error");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"without a thread it saves by itself", no_thread},
        {"so many are kept as was asked for, and those for good", kept},
        {"a file has one run at a time, and a dead one's lock is taken", locked},
        {"without locks a holder on this machine is asked for, another told", no_locks},
        {"a lock that cannot be written is told and not left", unwritten_lock},
        {"without hard links older ones are copies", no_links},
        {"a forked process leaves the files of its parent's run", forked},
        {"what cannot be looked for is told before the first step", unannounced},
        {"a device is neither locked nor written to on the way", no_files},
        {NULL, NULL}};

    return check_main(argc, argv, "kept", tests);
}
