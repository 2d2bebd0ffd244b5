/* test_compare.c -- a state that a run cannot go on with: refused by name, with what to do. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/changes.h"
#include "framework/data/data.h"
#include "framework/optim/optim.h"
#include "framework/session/session.h"
#include "framework/train/run.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static lh_ctx *c;
static lh_run *run;
static lhi_state whole; /* as the run has it; the arrays are the context's */

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

/* The error is of the state, and stays: for the next case it is taken back here. */
static void forget(void)
{
    c->status = LH_OK;
}

static void begin(lh_optimizer how)
{
    c = lh_open(0, NULL, "test");
    lh_on_message(c, silent, NULL);
    c->set.progress = "none";
    c->set.seed = 7;
    lh_opt_real(c, "rate", 0.1, "as the driver of the notes has it");
    lh_opt_int(c, "patience", 5, "it only ends a run");
    lh_opt_path(c, "labels", "", "none is given");
    lh_data *d = lh_data_open(c, "wdbc"), *test = lh_hold_out(d, 0.25);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(t, "W1", lh_cols(d), 3, LH_HE), W2 = lh_param(t, "W2", 3, 1, LH_GLOROT);
    lh_let(Z1, lh_matmul(X, W1));
    lh_let(L, lh_bce_logits(lh_matmul(lh_relu(Z1), W2), y));
    run = lh_train(L, how, d, 64, 3);
    lh_epoch(run);
    CHECK(lh_save(run, check_path("run.h5")) == LH_OK && lh_rows(test) > 0, "%s", lh_message(c));
    lh_checkpoint *k = lh_checkpoint_open(c, check_path("run.h5"));

    CHECK(k != NULL, "%s", lh_message(c));
    whole = k->state;
}

/* The run refuses the state, says why and what to do (NULL: there is nothing), and is none the
 * worse. */
static void refuses(const char *what, const lhi_state *s, const char *why, const char *hint)
{
    const lh_status status = lhi_run_compare(run, s, "old.h5");
    const char *message = lh_message(c);

    CHECK(status == LH_EMISMATCH && strncmp(message, "old.h5 cannot be resumed here: ", 31) == 0,
          "%s: %s", what, message);
    CHECK(strstr(message, why) != NULL, "%s: no \"%s\" in: %s", what, why, message);
    CHECK(hint ? strstr(message, hint) != NULL : !strstr(message, "hint:"), "%s: %s", what,
          message);
    forget();
    CHECK(lhi_run_compare(run, &whole, "old.h5") == LH_OK, "%s: then its own: %s", what,
          lh_message(c));
}

static void of_the_network(void)
{
    enum { LINES = 40, LONG = 150 };
    static char many[LINES * LONG + 1];
    lhi_state s;
    lhi_state_param param[2];
    char *other;

    begin(LH_SGD(0.1));
    s = whole, s.type = LH_F64;
    refuses("f64", &s, "its element type is another", "give --type=f64");
    s = whole, other = strdup(whole.tape), s.tape = other;
    *strstr(other, "relu") = 'g';
    refuses("an op", &s, "another network (- in the file, + recorded)\n  ", "the driver");
    CHECK(lhi_run_compare(run, &s, "old.h5") == LH_EMISMATCH && strstr(lh_message(c), "- ") &&
              strstr(lh_message(c), "gelu(") && strstr(lh_message(c), ";  + "),
          "both lines stand there: %s", lh_message(c));
    forget();
    free(other);
    memset(many, 'x', sizeof many - 1); /* more than a message has room for */
    for (int i = 0; i < LINES; i++)
        memcpy(many + (i + 1) * LONG - 3, i % 2 ? "y \n" : "z \n", 3);
    s = whole, s.tape = many;
    refuses("forty lines", &s, "another network", "the driver");
    s = whole, s.params = 1;
    refuses("parameters", &s, "it has another number of parameters", NULL);
    for (int i = 0; i < 3; i++) {
        memcpy(param, whole.param, sizeof param);
        s = whole, s.param = param;
        param[1].rows += i == 0, param[1].cols += i == 1;
        if (i == 2)
            memcpy(param[1].name, "W3", 3);
        refuses("a parameter", &s, "its parameters are others, or in another order", NULL);
    }
    lh_close(c);
}

static void of_the_batches(void)
{
    lhi_state s;

    begin(LH_SGD(0.1));
    s = whole, s.seed = 8;
    refuses("seed", &s, "its seed, batch and shards are 8, 64, 8, and not 7, 64, 8",
            "give the same --seed, batch size and --shards");
    s = whole, s.batch = 32;
    refuses("batch", &s, "are 7, 32, 8, and not 7, 64, 8", "batch size");
    s = whole, s.shards = 2;
    refuses("shards", &s, "are 7, 64, 2, and not 7, 64, 8", "--shards");
    s = whole, s.shuffle_seed++;
    refuses("shuffled", &s, "its rows were shuffled with the seed 8, and not 7",
            "give the same --seed and --shuffle-seed");
    s = whole, s.streamed = 1;
    refuses("streamed", &s, "its rows were drawn by blocks, as they streamed", "give --stream");
    lh_close(c);
}

static void of_the_data(void)
{
    static char recipe[] = "another";
    lhi_state s;
    double held = 0.5;
    uint16_t *part;

    begin(LH_SGD(0.1));
    s = whole, s.data_digest[0] ^= 1;
    refuses("other bytes", &s, "it was trained on 427 rows of wdbc (SHA-256 ", "the same --data");
    s = whole, s.train_rows = 400;
    refuses("fewer rows", &s, "on 400 rows of wdbc", "the same split");
    s = whole, s.held = &held;
    refuses("a larger part", &s, "trained on other rows of wdbc, as many as these", "--held-out");
    s = whole, s.trained = 1;
    refuses("another part", &s, "trained on other rows", "--split-seed");
    s = whole, s.held_count = 0;
    refuses("none held out", &s, "trained on other rows", "--split-seed");
    part = malloc((size_t)whole.data_rows * sizeof *part);
    memcpy(part, whole.part, (size_t)whole.data_rows * sizeof *part);
    s = whole, s.part = part, part[17] ^= 1;
    refuses("other rows", &s, "trained on other rows", "the same split");
    s.part = NULL; /* a file that does not say which they were */
    CHECK(lhi_run_compare(run, &s, "old.h5") == LH_OK, "%s", lh_message(c));
    free(part);
    s = whole, s.recipe = recipe;
    refuses("a recipe", &s, "its columns became X and y in another way", "give the same --label");
    s.recipe = NULL; /* as version 2 has it: numbers, and a label behind them */
    CHECK(lhi_run_compare(run, &s, "old.h5") == LH_OK, "%s", lh_message(c));
    lh_close(c);
}

static void of_the_optimiser(void)
{
    lhi_state_number kept[1] = {{.name = "batches", .value = (double)NAN}};
    lhi_state s;

    begin(LH_MOMENTUM(0.1, 0.9));
    s = whole, s.slots = 0;
    refuses("no velocity", &s, "it lacks what the optimiser keeps", NULL);
    s = whole, s.kept = kept, s.kepts = 1;
    for (int i = 0; i < 3; i++) {
        kept[0].value = i == 0 ? (double)NAN : i == 1 ? (double)INFINITY : -1;
        refuses("a number", &s, "the optimiser cannot go on from the numbers that it keeps", NULL);
    }
    memcpy(kept[0].name, "gathered", 9);
    for (int i = 0; i < 2; i++) {
        kept[0].value = i == 0 ? 0.5 : 2; /* no count, or more batches than make a move */
        refuses("batches", &s, "cannot go on from the numbers", NULL);
    }
    memcpy(kept[0].name, "pairs", 6);
    kept[0].value = 1;
    refuses("pairs", &s, "cannot go on from the numbers", NULL);
    memcpy(kept[0].name, "newest pair", 12);
    refuses("the newest pair", &s, "cannot go on from the numbers", NULL);
    lh_close(c);
}

/* Options that shape the result, and have another value in the file, stand below what differs. */
static void of_the_command(void)
{
    const char *config[] = {"rate=0.5", "labels=", "unknown=3", "patience=99"};
    lhi_state s;

    begin(LH_SGD(0.1));
    CHECK(lhi_run_compare_command(run, &whole, "old.h5") == LH_OK, "%s", lh_message(c));
    s = whole, s.config = config, s.config_count = 4, s.seed = 8;
    refuses("options", &s, "\n  --rate=0.5 and here 0.1", "give the same --seed");
    CHECK(lhi_run_compare(run, &whole, "old.h5") == LH_OK, "%s", lh_message(c));
    s.seed = whole.seed;
    CHECK(lhi_run_compare(run, &s, "old.h5") == LH_OK, "options alone keep no state away: %s",
          lh_message(c));
    CHECK(lhi_run_compare_command(run, &s, "old.h5") == LH_EMISMATCH &&
              strstr(lh_message(c), "old.h5 is of another command:\n  --rate=0.5 and here 0.1") &&
              !strstr(lh_message(c), "unknown") && !strstr(lh_message(c), "patience") &&
              strstr(lh_message(c), "give the same options, or name the file"),
          "%s", lh_message(c));
    forget();
    config[0] = "rate=";
    CHECK(lhi_run_compare_command(run, &s, "old.h5") == LH_EMISMATCH &&
              strstr(lh_message(c), "--rate=nothing and here 0.1"),
          "%s", lh_message(c));
    forget();
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"another network, type or parameters are refused", of_the_network},
        {"other batches, seeds and streams are refused", of_the_batches},
        {"other data, rows and recipes are refused", of_the_data},
        {"what the optimiser cannot go on from is refused", of_the_optimiser},
        {"options with other values are told", of_the_command},
        {NULL, NULL}};

    return check_main(argc, argv, "compare", tests);
}
