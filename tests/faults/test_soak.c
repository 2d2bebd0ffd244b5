/* test_soak.c -- after many steps, saves and figures all is as it was; and many contexts side by
 * side are each as alone. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/system/sanitized.h"
#include "tests/check.h"
#include "tests/faults/times.h"

#include <longhand.h>

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 426, BATCH = 2, STEPS_OF_AN_EPOCH = ROWS / BATCH };

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

/* The network of a context, and what it trains on. */
typedef struct net {
    lh_ctx *c;
    lh_data *d, *test;
    lh_var L;
} net;

static net opened(int seed)
{
    static const char *const options[][2] = {{"threads", "2"}, {"reproducible", "1"},
                                             {"quiet", "1"}, {"progress", "none"}};
    char number[20];
    net k = {.c = lh_open(0, NULL, "soak")};

    snprintf(number, sizeof number, "%d", seed);
    lh_opt_set(k.c, "seed", number);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        lh_opt_set(k.c, options[i][0], options[i][1]);
    lh_on_message(k.c, silent, NULL);
    k.d = lh_data_open(k.c, "wdbc");
    k.test = lh_hold_out(k.d, 0.25);
    lh_tape *t = lh_tape_new(lh_params_new(k.c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_let(A, lh_relu(lh_matmul(X, lh_param(t, "W", 30, 8, LH_HE))));
    k.L = lh_bce_logits(lh_matmul(A, lh_param(t, "V", 8, 1, LH_GLOROT)), y);
    return k;
}

/* --- what a process holds --- */

static long entries(const char *path)
{
    DIR *const d = opendir(path);
    long count = 0;

    while (d && readdir(d))
        count++;
    if (d)
        closedir(d);
    return count;
}

static long kilobytes(void)
{
    FILE *const f = fopen("/proc/self/statm", "r");
    long all = 0, resident = 0;

    if (f && fscanf(f, "%ld %ld", &all, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static long children(void)
{
    FILE *const f = fopen("/proc/thread-self/children", "r");
    long pid, count = 0;

    while (f && fscanf(f, "%ld", &pid) == 1)
        count++;
    if (f)
        fclose(f);
    return count;
}

typedef struct held {
    long kilobytes, descriptors, threads, children, files;
} held;

static held look(void)
{
    return (held){kilobytes(), entries("/proc/self/fd"), entries("/proc/self/task"), children(),
                  entries(check_folder())};
}

static void soak(void)
{
    const long steps = faults_times() > 0 ? 200000 * faults_times() : 4000;
    const long epochs = steps / STEPS_OF_AN_EPOCH + 1;
    const net k = opened(1);
    held early = {0}, late;
    long saves = 0;

    if (access("/proc/self/statm", R_OK) != 0) {
        printf("# there is no /proc here: nothing was looked at\n");
        lh_close(k.c);
        return;
    }
    lh_run *r = lh_train(k.L, LH_MOMENTUM(0.01, 0.9), k.d, BATCH, epochs);
    lh_will_save(r, check_path("soak.h5"));
    while (lh_epoch(r)) {
        lh_note(r, "test loss", lh_loss(k.L, k.test));
        saves += lh_save(r, check_path("soak.h5")) == LH_OK;
        CHECK(lh_plot(r, check_path("soak.svg"), "loss, test loss") == LH_OK, "%s",
              lh_message(k.c));
        CHECK(lh_history(r, check_path("soak.csv")) == LH_OK, "%s", lh_message(k.c));
        /* By two thirds of it libhdf5 has filled the lists of free memory that it keeps. */
        if (lh_epochs(r) == epochs * 2 / 3)
            early = look();
    }
    late = look();
    printf("# %ld steps, %ld saves and figures: from %ld to %ld kB, %ld to %ld descriptors, %ld "
           "children\n", lh_steps(r), saves, early.kilobytes, late.kilobytes, early.descriptors,
           late.descriptors, late.children);
    CHECK(lh_steps(r) >= steps && saves == epochs, "%ld steps, %ld saves", lh_steps(r), saves);
    CHECK(late.descriptors == early.descriptors && late.threads == early.threads,
          "%ld and %ld descriptors, %ld and %ld threads", early.descriptors, late.descriptors,
          early.threads, late.threads);
    CHECK(late.children == 0 && late.files == early.files, "%ld children, %ld and %ld files",
          late.children, early.files, late.files);
    /* A sanitizer keeps what was freed, to see that nobody uses it. */
    CHECK(LHI_SANITIZED || late.kilobytes - early.kilobytes < 512, "from %ld to %ld kB",
          early.kilobytes, late.kilobytes);
    CHECK(lh_close(k.c) == 0, "%s", lh_message(k.c));
}

/* --- contexts side by side --- */

enum { MOST = 8 };

typedef struct work {
    int seed, draws, code;
    char folder[300], message[300];
} work;

static void *train(void *arg)
{
    work *w = arg;
    const net k = opened(w->seed);
    char path[400];

    lh_folder(k.c, w->folder);
    lh_run *r = lh_train(k.L, LH_MOMENTUM(0.05, 0.9), k.d, 64, 3);
    snprintf(path, sizeof path, "%s/model.h5", w->folder);
    lh_will_save(r, path);
    while (lh_epoch(r)) {
        lh_note(r, "test loss", lh_loss(k.L, k.test));
        lh_save(r, path);
    }
    snprintf(path, sizeof path, "%s/history.csv", w->folder);
    lh_history(r, path);
    snprintf(path, sizeof path, "%s/loss.svg", w->folder);
    if (w->draws)
        lh_plot(r, path, "loss, test loss");
    snprintf(w->message, sizeof w->message, "%s", lh_message(k.c));
    w->code = lh_close(k.c);
    return NULL;
}

static void prepare(work *w, const char *how, int seed, int draws)
{
    *w = (work){.seed = seed, .draws = draws};
    snprintf(w->folder, sizeof w->folder, "%s/%s%d", check_folder(), how, seed);
}

static int same(const work *a, const work *b, const char *name)
{
    char one[400], other[400], *x, *y;
    size_t n, m;
    int equal;

    snprintf(one, sizeof one, "%s/%s", a->folder, name);
    snprintf(other, sizeof other, "%s/%s", b->folder, name);
    x = check_read(one, &n);
    y = check_read(other, &m);
    equal = n == m && n > 0 && memcmp(x, y, n) == 0;
    free(x);
    free(y);
    return equal;
}

static void side_by_side(void)
{
    const long rounds = faults_times() > 0 ? 200 * faults_times() : 6;
    static work alone[MOST], together[MOST];
    pthread_t thread[MOST];
    long contexts = 0;

    for (int i = 0; i < MOST; i++) {
        prepare(&alone[i], "alone", i + 1, 0);
        train(&alone[i]);
        CHECK(alone[i].code == 0, "alone: %s", alone[i].message);
    }
    for (long round = 0; round < rounds; round++) {
        const int count = 2 + (int)(round % (MOST - 1));

        for (int i = 0; i < count; i++) {
            prepare(&together[i], "together", i + 1, round % 10 == 0);
            CHECK(pthread_create(&thread[i], NULL, train, &together[i]) == 0, "thread %d", i);
        }
        for (int i = 0; i < count; i++, contexts++) {
            pthread_join(thread[i], NULL);
            CHECK(together[i].code == 0, "round %ld: %s", round, together[i].message);
            CHECK(same(&alone[i], &together[i], "model.h5") &&
                      same(&alone[i], &together[i], "history.csv"),
                  "round %ld, context %d of %d: other bytes than alone", round, i, count);
        }
    }
    printf("# %ld rounds, %ld contexts: all as alone\n", rounds, contexts);
    CHECK(contexts >= rounds * 2, "%ld contexts", contexts);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"many steps, saves and figures leave nothing behind", soak},
        {"two to eight contexts that train, save and draw are each as alone", side_by_side},
        {NULL, NULL},
    };

    return check_main(argc, argv, "soak", tests);
}
