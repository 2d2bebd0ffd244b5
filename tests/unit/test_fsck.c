/* test_fsck.c -- what is told of a run's folder where memory runs out and calls on files fail. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/sys.h"
#include "tests/check.h"
#include "tests/unit/failing.h"

#include <longhand.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char other[] = "process 1 on another machine since 2026-11-28 05:50:11 UTC\n";
static char folder[300], *said;
static lh_status status;

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static char *in_folder(const char *name)
{
    static char path[4][400];
    static int at;
    char *to = path[at++ % 4];

    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

/* A copy of a file in the folder, cut to so many bytes (-1: whole). */
static void copy(const char *from, const char *to, long size)
{
    size_t whole;
    char *bytes = check_read(in_folder(from), &whole);

    check_write(in_folder(to), bytes, size < 0 ? (long)whole : size);
    free(bytes);
}

/* A run that was saved, its folder in order. */
static void begin(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    snprintf(folder, sizeof folder, "%s", check_path("run"));
    lhi_sys_mkdir(folder);
    lh_on_message(c, silent, NULL);
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_run *r = lh_train(lh_bce_logits(lh_matmul(X, lh_param(t, "W", lh_cols(d), 1, LH_ZEROS)), y),
                         LH_SGD(0.1), d, 0, 1);

    while (lh_epoch(r))
        continue;
    CHECK(lh_save(r, in_folder("model.h5")) == LH_OK, "%s", lh_message(c));
    lh_close(c);
}

static struct {
    enum lhi_fault_kind kind;
    int number;
    long nth, struck; /* 0: none fails */
} fault;

/* What lh_folder_check() returns; `said` is what it prints, until the next one. */
static long fsck(const char *path, int removes)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    size_t size = 0;
    FILE *out;
    long faults;

    free(said);
    said = NULL;
    out = open_memstream(&said, &size);
    lh_on_message(c, silent, NULL);
    lhi_fault_arm(fault.kind, fault.nth, fault.nth > 0, fault.number);
    faults = lh_folder_check(c, path, removes, out);
    fault.struck = lhi_fault_struck(fault.kind);
    lhi_fault_arm(fault.kind, 0, 0, 0);
    status = lh_error(c);
    lh_close(c);
    fclose(out);
    return faults;
}

static int is_there(const char *name)
{
    return access(in_folder(name), F_OK) == 0;
}

static void has(long faults, long wanted, const char *text)
{
    CHECK(faults == wanted, "%ld things, not %ld: %s", faults, wanted, said);
    CHECK(strstr(said, text) != NULL, "no \"%s\" in: %s", text, said);
}

static void names(void)
{
    begin();
    has(fsck(folder, 0), 0, "1 of 1 checkpoints are whole; 0 things to see to");
    copy("model.h5", "model-7-kept.h5", -1); /* it has done one step */
    has(fsck(folder, 0), 1, "its name says another step");
    CHECK(strstr(said, "beside model.h5 goes on from model-7-kept.h5 (epoch 1, step 1)"),
          "a kept one is of the same run: %s", said);
    unlink(in_folder("model-7-kept.h5"));
    copy("model.h5", "model-x.h5", -1);      /* no steps: runs of their own */
    copy("model.h5", "model-1234567890123456789.h5", -1);
    copy("model.h5", "-3.h5", -1);
    has(fsck(folder, 0), 0, "beside model-x.h5 goes on from model-x.h5");
    CHECK(strstr(said, "beside model-1234567890123456789.h5 goes on from") &&
              strstr(said, "beside -3.h5 goes on from") && strstr(said, "4 of 4"),
          "%s", said);
    unlink(in_folder("model-x.h5")), unlink(in_folder("-3.h5"));
    unlink(in_folder("model-1234567890123456789.h5"));
    copy("model.h5", "model-1.h5", -1);      /* the announced one of as many steps is taken */
    has(fsck(folder, 0), 0, "beside model.h5 goes on from model.h5 (");
    unlink(in_folder("model-1.h5"));
    check_write(in_folder("history.csv"), "epoch,loss\n", -1);
    has(fsck(folder, 0), 1, "history.csv             NOT the history of model.h5: line 1");
    copy("model.h5", "other.h5", -1);
    copy("model.h5", "model.h5", 3000);
    has(fsck(folder, 0), 1, "--resume=auto beside model.h5 begins anew: none is whole");
    CHECK(!strstr(said, "history"), "a history is taken for that of another run: %s", said);
    unlink(in_folder("model.h5"));
    has(fsck(folder, 0), 1, "history.csv             NOT the history of other.h5: line 1");
    copy("other.h5", "third.h5", -1);
    has(fsck(folder, 0), 0, "2 of 2 checkpoints are whole");
    unlink(in_folder("other.h5")), unlink(in_folder("third.h5"));
    unlink(in_folder("history.csv"));
}

static void no_folder(void)
{
    static char longest[LHI_PATH];

    memset(longest, '/', sizeof longest - 1);
    memcpy(longest, check_folder(), strlen(check_folder()));
    begin();
    CHECK(fsck(NULL, 0) == -1 && status == LH_ENOINPUT, "NULL");
    CHECK(fsck("", 0) == -1 && status == LH_ENOINPUT, "no name");
    CHECK(fsck(in_folder("model.h5"), 0) == -1 && status == LH_ENOINPUT, "a file");
    CHECK(fsck(longest, 0) == -1 && status == LH_ENOINPUT, "a name that leaves no room for files");
}

/* Where locks tell nothing, nothing is taken for left, and nothing is removed. */
static void nobody_knows(void)
{
    begin();
    check_write(in_folder("model.h5.lock"), other, -1);
    check_write(in_folder("model.h5.lh-0123456789abcdef.tmp"), "part", 4);
    for (int removes = 0; removes < 2; removes++) {
        fail_at(LHI_CALL_LOCK, ENOLCK, 0, -1);
        has(fsck(folder, removes), 2, "nobody can know whether it lives: process 1 on another");
        fail_no_more();
        CHECK(strstr(said, "4 bytes of a file in the making, nobody can know whether its process "
                           "lives"), "%s", said);
        CHECK(is_there("model.h5.lock") && is_there("model.h5.lh-0123456789abcdef.tmp"),
              "it is removed");
    }
    has(fsck(folder, 1), 0, "left by a process that is gone: process 1 on another");
    CHECK(!is_there("model.h5.lock") && !is_there("model.h5.lh-0123456789abcdef.tmp"), "it stays");
}

/* What cannot be read is told as that, and never as whole. */
static void unreadable(void)
{
    begin();
    fail_at(LHI_CALL_READ, EIO, 1, -1); /* its first bytes are read */
    has(fsck(folder, 0), 1, "model.h5                NOT READ: reading ");
    CHECK(strstr(said, "failed: Input/output error\n"), "%s", said);
    fail_at(LHI_CALL_OPEN, EACCES, 0, -1);
    CHECK(fsck(folder, 0) == 1 && strstr(said, "0 of 1 checkpoints are whole"), "%s", said);
    fail_no_more();
    CHECK(!strstr(said, "begins anew"), "what cannot be read is passed over: %s", said);
}

/* Any one call fails, or any allocation: told as an error or as a thing to see to, or it did not
 * matter; what is there stays. */
static void each_failing(void)
{
    static const struct { enum lhi_fault_kind kind; int number; } ways[] = {
        {LHI_FAULT_ALLOC, ENOMEM}, {LHI_FAULT_FILE, EIO}, {LHI_FAULT_ASIDE, EIO}};
    long struck_in_all = 0;

    begin();
    copy("model.h5", "model-1.h5", -1);
    check_write(in_folder("history.csv"), "epoch,loss\n", -1);
    check_write(in_folder("other.lock"), "words", -1);
    for (size_t i = 0; i < 3; i++) {
        fault.kind = ways[i].kind, fault.number = ways[i].number, fault.struck = 1;
        for (fault.nth = 1; fault.struck && fault.nth < 2000; fault.nth++) {
            const long faults = fsck(folder, 0);

            struck_in_all += fault.struck;
            if (faults >= 0)
                CHECK(status == LH_OK && strstr(said, " to see to\n") && (i > 0 || faults == 1),
                      "way %zu, %ld: %ld: %s", i, fault.nth, faults, said);
            else
                CHECK(fault.struck && status == (i == 0 ? LH_ENOMEM : LH_ENOINPUT),
                      "way %zu, %ld: %s: %s", i, fault.nth, lh_status_name(status), said);
        }
    }
    fault.nth = 0;
    CHECK(struck_in_all > 100, "%ld calls failed", struck_in_all);
    CHECK(is_there("model.h5") && is_there("model-1.h5") && is_there("other.lock"), "gone");
    free(said);
    said = NULL;
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"names tell which files are one run's, and what it would go on from", names},
        {"what is no folder is refused", no_folder},
        {"without locks nothing is taken for left, or removed", nobody_knows},
        {"what cannot be read is not whole", unreadable},
        {"each call and each allocation that fails is told, or did not matter", each_failing},
        {NULL, NULL}};

    return check_main(argc, argv, "fsck", tests);
}
