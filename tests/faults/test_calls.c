/* test_calls.c -- every public function while memory runs out: told, nothing lost, and it can be
 * called again. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/faults/points.h"
#include "tests/faults/times.h"
#include "tests/unit/misuse_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t good[ARGUMENTS];

/* What it returns is the caller's. */
static int keeps_memory(const char *name)
{
    return strcmp(name, "lh_open") == 0;
}

/* Calls that are refused, since there are no values here that would be meant for them. */
static int is_refused(const char *name)
{
    static const char *const names[] = {"lh_bench", "lh_fail", "lh_gather",
                                        "lh_inspect_untrusted", "lh_layer_norm", "lh_opt_set",
                                        "lh_slice", "lh_softmax_ce_classes", NULL};

    return is_in(name, names);
}

static int run(const points_work *p)
{
    make(p->arg, good);
    return closing;
}

/* Whether the call was refused in the way that a lack of memory is. */
static int is_told(void)
{
    const lh_ctx *c = lh_error(w.c) != LH_OK ? w.c : w.other;

    return lh_error(c) == LH_ENOMEM && strstr(lh_message(c), "memory") &&
           (!has_status || status == LH_ENOMEM);
}

static const char *judge(const points_work *p, const points_struck *s, int closed,
                         const char *said)
{
    static char why[600];
    const call *k = p->arg;
    const char *wrong;

    why[0] = 0;
    if (!s && !closed && (lh_error(w.c) != LH_OK) != is_refused(k->name))
        snprintf(why, sizeof why, "it is refused, or no longer: %.300s", lh_message(w.c));
    else if (s && !closed && !keeps_memory(k->name) && !is_told())
        snprintf(why, sizeof why, "it is not told: %s, \"%.200s\", returns %s",
                 lh_status_name(lh_error(w.c)), lh_message(w.c),
                 has_status ? lh_status_name(status) : "no status");
    else if ((wrong = points_folder_is_wrong(said, 0, NULL)) != NULL)
        snprintf(why, sizeof why, "%s", wrong);
    else if (s && !closed && w.c->status == LH_OK && w.other->status == LH_OK) {
        lh_clear(w.c), lh_clear(w.other);
        make(k, good);
        if (lh_error(w.c) != LH_OK)
            snprintf(why, sizeof why, "it cannot be called again: %.300s", lh_message(w.c));
    }
    if (!closed)
        end();
    else
        lh_close(w.other);
    if (!why[0] && lhi_fault_blocks(0) != 0 && !keeps_memory(k->name))
        snprintf(why, sizeof why, "%ld blocks of memory are not freed", lhi_fault_blocks(0));
    return why[0] ? why : NULL;
}

static void memory(void)
{
    static const points_way ways[] = {{LHI_FAULT_ALLOC, ENOMEM, 0}, {LHI_FAULT_ALLOC, ENOMEM, 1}};
    points_count sum = {0, 0, 0};
    long with_points = 0;

    begin(TRAINED);
    for (size_t i = 0; i < CALLS; i++) {
        const points_work p = {calls[i].name, NULL, run, judge, &calls[i], ways, 2, 1,
                               faults_stride(11)};
        const points_count n = points_strike(&p);

        sum.points += n.points, sum.strikes += n.strikes, sum.wrong += n.wrong;
        with_points += n.points > 0;
    }
    end();
    printf("# %d functions, %ld of them allocate: %ld allocations, failed %ld times, %ld wrong\n",
           CALLS, with_points, sum.points, sum.strikes, sum.wrong);
    CHECK(with_points >= 90 && sum.points >= 10000, "%ld functions, %ld allocations", with_points,
          sum.points);
}

/* A function without a call here would not be tried. */
static void all_of_them(void)
{
    const char *folder = getenv("srcdir");
    char path[400], *text, *save = NULL;
    size_t listed = 0;

    snprintf(path, sizeof path, "%s/include/exported.txt", folder ? folder : ".");
    text = check_read(path, NULL);
    for (char *name = strtok_r(text, "\n", &save); name; name = strtok_r(NULL, "\n", &save)) {
        size_t i = 0;

        if (strncmp(name, "lh_wide_", 8) == 0) /* functions of a number */
            continue;
        while (i < CALLS && strcmp(calls[i].name, name) != 0)
            i++;
        CHECK(i < CALLS, "there is no call of %s", name);
        listed++;
    }
    CHECK(listed == CALLS && listed > 200, "%zu functions are listed, %d are called", listed,
          CALLS);
    free(text);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"there is a call of each public function", all_of_them},
        {"each allocation of each public function fails, once and for ever, and is told", memory},
        {NULL, NULL}};

    setenv("PATH", "/nonexistent", 1); /* figures are kept as scripts, and no program is started */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    return check_main(argc, argv, "calls", tests);
}
