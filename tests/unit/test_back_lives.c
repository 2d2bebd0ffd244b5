/* test_back_lives.c -- --on-nan=back and checkpoints: runs that are cut anywhere, and what a file
 * may say. */
/* SPDX-License-Identifier: MIT */
#include "framework/session/keep.h"
#include "framework/store/store.h"
#include "tests/unit/back_help.h"

#include <limits.h>
#include <unistd.h>

enum { EPOCHS = 14 };

/* After these epochs the driver makes the parameters so large that the next loss is no number. */
static int spoils(long epoch)
{
    return epoch == 4 || epoch == 9 || epoch == 10;
}

static const float huge[IN] = {1e25f, 1e25f, 1e25f};

static void cut_here(lh_run *r, void *arg)
{
    (void)arg;
    r->stopped = 1; /* as if it were killed: nobody saves it then */
}

/* A life until a step, or to the end; what then stands in the file, NULL before the end. */
static char *life(int kind, const char *name, int threads, long cut, size_t *size)
{
    const char *path = check_path(name);
    net k = open_net("back", threads, rows_file());
    lhi_hook hook = {.f = cut_here, .at = (double)INFINITY, .step = cut, .epoch = LONG_MAX};
    int ended;
    lh_run *r;

    lh_opt_set(k.c, "resume", "auto");
    lh_opt_set(k.c, "save-every", cut == LONG_MAX ? "never" : "3steps");
    r = lh_train(k.L, kind < RULES ? rule(kind) : LH_SGD(2), k.d, kind == 8 ? 0 : BATCH, EPOCHS);
    CHECK(lh_will_save(r, path) == LH_OK, "%s", lh_message(k.c));
    lhi_run_hook(r, &hook);
    while (lh_epoch(r)) {
        lh_watch(r, "watched", lh_epochs(r) % 5 ? 2.0 / (double)lh_epochs(r) : 1, 0);
        if (kind < RULES && spoils(lh_epochs(r)))
            lh_set(k.W, huge);
    }
    CHECK(lh_error(k.c) == LH_OK, "%d, cut at %ld: %s", kind, cut, lh_message(k.c));
    CHECK(r->halvings <= LHI_BACKS && (r->stopped || r->halvings > 1), "%d goes back %d times",
          kind, r->halvings);
    ended = !r->stopped;
    CHECK(!ended || lh_save(r, path) == LH_OK, "%s", lh_message(k.c));
    lh_close(k.c);
    return ended ? check_read(path, size) : NULL;
}

static void cut_anywhere(void)
{
    for (int kind = 0; kind <= RULES; kind++) {
        const long step = kind == 8 ? 3 : 13; /* it has one batch */
        size_t size, others;
        char *alone;

        unlink(check_path("alone.h5"));
        alone = life(kind, "alone.h5", 1, LONG_MAX, &size);
        for (long cut = kind == 8 ? 2 : 8 + kind; cut < EPOCHS * (kind == 8 ? 1 : EACH);
             cut += step) {
            char *bytes;

            unlink(check_path("cut.h5"));
            CHECK(!life(kind, "cut.h5", 2, cut, &others), "it ends before it is cut");
            bytes = life(kind, "cut.h5", 1, LONG_MAX, &others);
            CHECK(size == others && memcmp(alone, bytes, size) == 0,
                  "%d: cut at step %ld the bytes differ", kind, cut);
            free(bytes);
        }
        free(alone);
    }
}

/* The same in a loop of the driver's own; a life ends without a word. */
static char *own_life(const char *name, long cut, size_t *size)
{
    const char *path = check_path(name);
    net k = open_net("back", 1, NULL);
    lh_run *r;

    lh_opt_set(k.c, "resume", "auto");
    lh_opt_set(k.c, "save-every", cut == LONG_MAX ? "never" : "2steps");
    r = lh_loop(k.L, rule(9), EPOCHS);
    CHECK(lh_will_save(r, path) == LH_OK, "%s", lh_message(k.c));
    while (lh_steps(r) < cut) {
        give(&k, lh_steps(r), lh_steps(r) % 17 == 16 && lh_steps(r) < 60);
        if (!lh_step(r))
            break;
        if (lh_steps(r) % EACH == 0)
            lh_epoch(r);
    }
    if (cut == LONG_MAX)
        CHECK(lh_save(r, path) == LH_OK && r->halvings == 3, "%s", lh_message(k.c));
    lh_close(k.c);
    return cut == LONG_MAX ? check_read(path, size) : NULL;
}

static void own_cut_anywhere(void)
{
    size_t size, others;
    char *alone = own_life("own.h5", LONG_MAX, &size), *bytes;

    for (long cut = 3; cut < EPOCHS * EACH; cut += 5) {
        unlink(check_path("own-cut.h5"));
        own_life("own-cut.h5", cut, &others);
        bytes = own_life("own-cut.h5", LONG_MAX, &others);
        CHECK(size == others && memcmp(alone, bytes, size) == 0, "cut at %ld the bytes differ",
              cut);
        free(bytes);
    }
    free(alone);
}

/* Two epochs of one kind, and then some of the other. */
static void the_option_may_change(void)
{
    const char *path = check_path("changed.h5");
    net k = open_net("back", 1, rows_file());
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, BATCH, 3);

    lh_epoch(r), lh_epoch(r);
    lh_set(k.W, huge);
    CHECK(lh_epoch(r) == 1 && r->halvings == 1 && lh_save(r, path) == LH_OK, "%s",
          lh_message(k.c));
    lh_close(k.c);
    k = open_net("stop", 1, rows_file());
    lh_opt_set(k.c, "resume", path);
    r = lh_train(k.L, LH_SGD(0.1), k.d, BATCH, 5);
    CHECK(lh_epoch(r) == 1 && r->descent.rule.rate == 0.05, "the rate is %g",
          r->descent.rule.rate);
    CHECK(lh_save(r, path) == LH_OK, "%s", lh_message(k.c));
    lh_set(k.W, huge);
    CHECK(lh_epoch(r) == 0 && lh_error(k.c) == LH_ENONFINITE &&
              strstr(lh_message(k.c), "gone back 1 time before"), "%s", lh_message(k.c));
    lh_close(k.c);
    /* A file that has no states of before: what it goes on from is one. */
    k = open_net("back", 1, rows_file());
    lh_opt_set(k.c, "resume", path);
    r = lh_train(k.L, LH_SGD(0.1), k.d, BATCH, 6);
    CHECK(lh_epoch(r) == 1, "%s", lh_message(k.c));
    lh_set(k.W, huge);
    CHECK(lh_epoch(r) == 1 && r->halvings == 2 && strstr(said, "beginning of epoch 5, with"), "%s",
          said);
    CHECK(lh_close(k.c) == 0, "closing");
}

/* The same, of numbers that no run has. */
static void numbers_are_looked_at(void)
{
    static const struct {
        const char *name;
        double value;
    } bad[] = {{"halvings", 4}, {"halvings", 0.5}, {"halvings", -1}, {"back epoch", 1e9},
               {"back epoch", 0.5}, {"begin step", 1e9}, {"back moves", 1e9}, {"back pairs", 1},
               {"begin newest pair", 40}, {"begin gathered", 2}, {"back step", (double)NAN}};

    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        const int good = i == sizeof bad / sizeof *bad;
        const char *path = check_path("numbers.h5");
        lhi_state_number more[40];
        net k = open_net("back", 1, rows_file());
        lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, BATCH, 3);
        lhi_state s;
        size_t at = 0;

        lh_epoch(r), lh_epoch(r);
        CHECK(lhi_run_state(r, &s) == LH_OK, "%s", lh_message(k.c));
        memcpy(more, s.kept, s.kepts * sizeof *more);
        s.kept = more;
        while (!good && at < s.kepts && strcmp(more[at].name, bad[i].name) != 0)
            at++;
        if (!good) {
            snprintf(more[at].name, LHI_NAME, "%s", bad[i].name);
            more[at].value = bad[i].value;
            s.kepts += at == s.kepts;
        }
        CHECK(lhi_store_write(k.c, &s, path) == LH_OK, "%s", lh_message(k.c));
        lhi_run_state_free(r, &s);
        lh_close(k.c);
        k = open_net("back", 1, rows_file());
        lh_opt_set(k.c, "resume", path);
        r = lh_train(k.L, LH_SGD(0.1), k.d, BATCH, 3);
        CHECK(lh_error(k.c) == (good ? LH_OK : LH_EMISMATCH) &&
                  (good || strstr(lh_message(k.c), "cannot go on from the numbers")),
              "%s: %s", good ? "the good one" : bad[i].name, lh_message(k.c));
        lh_close(k.c);
    }
}

static void a_file_tells(void)
{
    const char *path = check_path("told.h5"), *to = check_path("told.txt");
    net k = open_net("back", 1, rows_file());
    lh_run *r = lh_train(k.L, LH_MOMENTUM(0.1, 0.5), k.d, BATCH, 3);
    FILE *out = fopen(to, "w");
    char *text;

    lh_epoch(r);
    lh_set(k.W, huge);
    while (lh_epoch(r))
        ;
    CHECK(lh_save(r, path) == LH_OK, "%s", lh_message(k.c));
    lh_checkpoint_print(lh_checkpoint_open(k.c, path), out);
    fclose(out);
    text = check_read(to, NULL);
    CHECK(strstr(text, "the rate is halved, for the run went back after steps that were no number"
                 ": 1 time\n") &&
              strstr(text, "keeps velocity, back, back velocity, begin, begin velocity"), "%s",
          text);
    free(text);
    CHECK(lh_close(k.c) == 0, "closing");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a run that is cut anywhere ends with the bytes of one left alone", cut_anywhere},
        {"so does a loop of one's own", own_cut_anywhere},
        {"the option may change on the way, and the rate stays", the_option_may_change},
        {"numbers that no run has are refused", numbers_are_looked_at},
        {"a checkpoint tells it", a_file_tells},
        {NULL, NULL},
    };

    return check_main(argc, argv, "back_lives", tests);
}
