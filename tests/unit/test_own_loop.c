/* test_own_loop.c -- a loop of one's own: what is bound, and what --check leaves of it. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct net {
    lh_ctx *c;
    lh_tape *t;
    lh_var X, y, W, L;
} net;

static char said[4000];

static void listen(void *arg, const char *text)
{
    (void)arg;
    snprintf(said, sizeof said, "%s", text);
}

static net open_net(lh_type type)
{
    net k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, listen, NULL);
    k.t = lh_tape_new(lh_params_new(k.c, type));
    k.X = lh_input(k.t, "X", LH_ROWS, 2);
    k.y = lh_input(k.t, "y", LH_ROWS, 1);
    k.W = lh_param(k.t, "W", 2, 1, LH_HE);
    k.L = lh_bce_logits(lh_matmul(k.X, k.W), k.y);
    return k;
}

static const float x32[3][2] = {{1, 2}, {-3, 4}, {0.5f, -6}}, y32[3] = {0, 1, 1};
static const double x64[3][2] = {{1, 2}, {-3, 4}, {0.5, -6}}, y64[3] = {0, 1, 1};
static const lh_wide wide[3][2] = {{1, 2}, {-3, 4}, {0.5L, -6}};

static double loss_of(net *k)
{
    CHECK(lh_forward(k->L) == LH_OK && lh_backward(k->L) == LH_OK, "%s", lh_message(k->c));
    return lh_at(lh_value(k->L), 0, 0);
}

/* The same numbers as floats, doubles and wide ones are the same inputs, whatever the tape has. */
static void any_type(void)
{
    for (int type = LH_F32; type <= LH_F64; type++) {
        net k = open_net((lh_type)type);
        const void *const own_x = type == LH_F32 ? (const void *)x32 : (const void *)x64;
        const void *const own_y = type == LH_F32 ? (const void *)y32 : (const void *)y64;
        double loss, slope;

        lh_bind(k.X, own_x, 3), lh_bind(k.y, own_y, 3);
        loss = loss_of(&k);
        slope = lh_at(lh_grad(k.W), 1, 0);
        for (int as = 0; as < 4; as++) {
            CHECK((as == 1   ? lh_bind(k.X, &x64[0][0], 3)
                   : as == 2 ? lh_bind(k.X, &wide[0][0], 3)
                             : lh_bind(k.X, &x32[0][0], 3)) == LH_OK,
                  "%s", lh_message(k.c));
            CHECK((as % 2 ? lh_bind(k.y, y64, 3) : lh_bind(k.y, y32, 3)) == LH_OK, "%s",
                  lh_message(k.c));
            CHECK(loss_of(&k) == loss && lh_at(lh_grad(k.W), 1, 0) == slope, "type %d, bound %d",
                  type, as);
        }
        CHECK(lh_at(lh_value(k.X), 1, 0) == -3 && lh_at(lh_value(k.X), 2, 1) == -6, "the inputs");
        CHECK(lh_close(k.c) == 0, "closing");
    }
}

/* The ledger reads what is bound, too. */
static void checked(void)
{
    net k = open_net(LH_F64);
    char path[400];
    char *page;

    snprintf(path, sizeof path, "%s", check_path("page.csv"));
    k.c->set.ledger = path;
    lh_bind(k.X, &x32[0][0], 3), lh_bind(k.y, y32, 3);
    CHECK(lh_verify(k.L, NULL, 0) == LH_OK, "%s", lh_message(k.c));
    page = check_read(path, NULL);
    CHECK(page && strstr(page, "dW"), "no ledger");
    free(page);
    lh_close(k.c);
}

/* A loop that never looks at a status. */
static void careless(int check, int dry_run)
{
    net k = open_net(LH_F32);
    float *w = (float *)(uintptr_t)lh_value(k.W).at;
    const float first[2] = {w[0], w[1]};
    lh_status last = LH_OK;

    k.c->set.check = check;
    k.c->set.dry_run = dry_run;
    lh_bind(k.X, &x32[0][0], 3), lh_bind(k.y, y32, 3);
    for (int step = 0; step < 5; step++) {
        const float *g;

        lh_forward(k.L);
        last = lh_backward(k.L);
        w = (float *)(uintptr_t)lh_value(k.W).at;
        g = lh_grad(k.W).at;
        CHECK(w && g && lh_value(k.L).at, "what there is can be looked at");
        w[0] -= g[0], w[1] -= g[1];
    }
    CHECK(w[0] == first[0] && w[1] == first[1], "the parameters moved");
    CHECK(last == LH_ENDED && lh_error(k.c) == LH_ENDED && lh_forward(k.L) == LH_ENDED, "%d",
          (int)last);
    CHECK(lh_clear(k.c) == LH_OK && lh_error(k.c) == LH_ENDED, "it cannot be forgotten");
    said[0] = 0;
    CHECK(lh_close(k.c) == 0 && !said[0], "it is no error: %s", said);
}

static void looking_only(void)
{
    careless(1, 0);
    careless(0, 1);
    careless(1, 1);
}

static void one_word_wrong(void)
{
    net k = open_net(LH_F32);

    k.c->set.check = 1;
    lh_bind(k.X, &x32[0][0], 3);
    CHECK(lh_forward(k.L) == LH_ESTATE && lh_backward(k.L) != LH_ENDED, "y is not bound");
    CHECK(lh_close(k.c) != 0, "an error is none of --check's ends");
}

/* lh_train() with an input that was bound says what it does not read. */
static void bound_beside_data(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_data *d;
    lh_tape *t;

    lh_on_message(c, listen, NULL);
    d = lh_data_open(c, "wdbc");
    for (int bound = 0; bound < 2; bound++) {
        t = lh_tape_new(lh_params_new(c, LH_F32));
        lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
        lh_var two = lh_input(t, "two", 1, 1);
        static const float v = 2;

        if (bound)
            lh_bind(two, &v, 1);
        lh_var Z = lh_matmul(lh_matmul(X, lh_param(t, "W", 30, 1, LH_HE)), two);
        CHECK(isnan(lh_loss(lh_bce_logits(Z, y), d)) && strstr(lh_message(c), "'two'"), "%s",
              lh_message(c));
        CHECK(!strstr(lh_message(c), "is bound to") == !bound, "%s", lh_message(c));
        lh_close(c);
        c = lh_open(0, NULL, "test");
        lh_on_message(c, listen, NULL);
        d = lh_data_open(c, "wdbc");
    }
    lh_close(c);
}

/* A parameter that was set is what is run, saved and looked at; a step by hand lowers the loss. */
static void set_values(void)
{
    static const float w32[] = {0.5f, -2};
    static const double w64[] = {0.5, -2};

    for (int type = LH_F32; type <= LH_F64; type++) {
        net k = open_net((lh_type)type);
        double first = 0, loss = 0;

        CHECK((type == LH_F32 ? lh_set(k.W, w64) : lh_set(k.W, w32)) == LH_OK, "%s",
              lh_message(k.c));
        CHECK(lh_at(lh_value(k.W), 0, 0) == 0.5 && lh_at(lh_value(k.W), 1, 0) == -2, "set");
        lh_bind(k.X, &x64[0][0], 3), lh_bind(k.y, y64, 3);
        for (int step = 0; step < 50; step++) {
            double w[2];

            loss = loss_of(&k);
            first = step ? first : loss;
            for (size_t i = 0; i < 2; i++)
                w[i] = lh_at(lh_value(k.W), i, 0) - 0.05 * lh_at(lh_grad(k.W), i, 0);
            CHECK(lh_set(k.W, w) == LH_OK, "%s", lh_message(k.c));
        }
        CHECK(loss < first / 2, "from %g to %g", first, loss);
        CHECK(lh_set(k.X, w64) == LH_ESTATE && strstr(lh_message(k.c), "lh_set: 'X'"), "%s",
              lh_message(k.c));
        lh_clear(k.c);
        CHECK(lh_set(k.W, (double *)NULL) == LH_EUSAGE, "no values");
        lh_clear(k.c);
        CHECK(lh_set_as(k.W, (lh_type)77, type == LH_F32 ? (void *)w32 : (void *)w64) == LH_OK &&
                  lh_at(lh_value(k.W), 1, 0) == -2, "of the store's own type");
        lh_tape_reset(k.t);
        CHECK(lh_set(k.W, w64) == LH_ESTALE, "stale");
        lh_close(k.c);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"floats, doubles and wide numbers are bound as what they are", any_type},
        {"and checked as what they are", checked},
        {"after --check or --dry-run no loop moves a parameter", looking_only},
        {"and an error stays an error", one_word_wrong},
        {"an input that was bound is not said to lack that", bound_beside_data},
        {"a parameter is given its values, by a loop of one's own", set_values},
        {NULL, NULL},
    };

    return check_main(argc, argv, "own_loop", tests);
}
