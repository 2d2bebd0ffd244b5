/* test_back.c -- --on-nan=back: where a run goes back to, with what rate, and what stays. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/fault.h"
#include "tests/unit/back_help.h"

#include <errno.h>

enum { STEPS = 400 };

/* The rule once more, by a driver of its own: runs that stop, one after another. */
typedef struct by_hand {
    float w[STEPS][IN];             /* after each step; NaN where it went back */
    float now[IN], begin[IN], back[IN];
    double back_loss, sum, rows;
    int halvings, ended;
    long step;
} by_hand;

static void end_epoch(by_hand *h)
{
    const double loss = h->sum / h->rows;

    if (!(loss > h->back_loss)) {
        memcpy(h->back, h->begin, sizeof h->back);
        h->back_loss = loss;
    }
    memcpy(h->begin, h->now, sizeof h->begin);
    h->sum = h->rows = 0;
}

static void one_run(by_hand *h, double rate)
{
    net k = open_net("stop", 1, NULL);
    lh_run *r = lh_loop(k.L, LH_SGD(rate / (1 << h->halvings)), STEPS);
    int goes_on = 1;

    if (h->step == 0) {
        give(&k, 0, 0);
        lh_forward(k.L); /* the first values are there */
        values_of(k.W, h->now);
        memcpy(h->begin, h->now, sizeof h->now);
        memcpy(h->back, h->now, sizeof h->now);
    }
    lh_set(k.W, h->now);
    while (goes_on && h->step < STEPS) {
        give(&k, h->step, 0);
        goes_on = lh_step(r);
        if (goes_on) {
            values_of(k.W, h->now);
            h->sum += lh_step_loss(r) * BATCH;
            h->rows += BATCH;
        } else {
            memcpy(h->now, h->back, sizeof h->now);
            memcpy(h->begin, h->back, sizeof h->now);
            h->sum = h->rows = 0;
            h->ended = h->halvings == LHI_BACKS;
            h->halvings += !h->ended;
        }
        memcpy(h->w[h->step++], h->now, sizeof h->now);
        if (h->step % EACH == 0)
            end_epoch(h);
    }
    lh_close(k.c);
}

static void the_rule_by_hand(void)
{
    static const double rates[] = {0.1, 1.9, 3.7, 7, 90}; /* 0, 1, 2, 3 times, and too often */

    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        by_hand h = {.back_loss = (double)NAN};
        net k = open_net("back", 2, NULL);
        lh_run *r = lh_loop(k.L, LH_SGD(rates[i]), STEPS);
        float w[IN];

        while (h.step < STEPS && !h.ended)
            one_run(&h, rates[i]);
        went_back = 0;
        for (long s = 0; s < h.step - h.ended; s++) {
            const int before = went_back;

            give(&k, s, 0);
            CHECK(lh_step(r) == 1 && lh_steps(r) == s + 1, "step %ld: %s", s, lh_message(k.c));
            values_of(k.W, w);
            CHECK(memcmp(w, h.w[s], sizeof w) == 0, "rate %g, step %ld: %a and by hand %a",
                  rates[i], s, w[0], h.w[s][0]);
            CHECK((went_back > before) == isnan(lh_step_loss(r)), "its loss");
            if (lh_steps(r) % EACH == 0)
                lh_epoch(r);
        }
        CHECK(went_back == h.halvings && h.halvings == (i < 3 ? (int)i : 3) &&
                  h.ended == (i == 4), "rate %g: %d times and by hand %d", rates[i], went_back,
              h.halvings);
        give(&k, h.step - 1, 0);
        CHECK(!h.ended || (lh_step(r) == 0 && lh_error(k.c) == LH_ENONFINITE &&
                           strstr(lh_message(k.c), "gone back 3 times before")),
              "%s", lh_message(k.c));
        lh_close(k.c);
    }
}

/* What a run of each optimiser had where its epochs began. */
typedef struct beginning {
    float value[IN], slot[2 + 2 * LHI_OPTIM_PAIRS][IN];
    long moves, gathered;
    double kept[2];
} beginning;

static size_t own_slots(const lh_run *r)
{
    return r->slots + (size_t)r->gathers;
}

static beginning look(const lh_run *r)
{
    const lh_params *p = r->t->params;
    beginning b = {.moves = r->moves, .gathered = r->gathered, .kept = {r->kept[0], r->kept[1]}};

    memcpy(b.value, p->value, sizeof b.value);
    for (size_t k = 0; k < own_slots(r); k++)
        memcpy(b.slot[k], p->slot[r->slot[k]].at, sizeof b.slot[k]);
    return b;
}

static void all_of_it_comes_back(void)
{
    for (int kind = 0; kind < RULES; kind++) {
        static beginning at[40];
        net k = open_net("back", 1, NULL);
        lh_run *r = lh_loop(k.L, rule(kind), 40);
        const int steps = kind == 7;
        double last = 0;

        went_back = 0;
        for (long s = 0; s < 60; s++) {
            const int bad = s == 12 || s == 28 || s == 29;
            beginning now;

            if (s % EACH == 0)
                at[s / EACH] = look(r);
            give(&k, s, bad);
            CHECK(lh_step(r) == 1 && went_back == (s >= 12) + (s >= 28) + (s >= 29), "%d: %ld: %s",
                  kind, s, lh_message(k.c));
            if (s < EACH && kind != 0 && kind != 1)
                last = r->descent.rule.rate;
            if (bad) {
                const long epoch = r->mark[0].number[0];
                char text[60];

                snprintf(text, sizeof text, "beginning of epoch %ld,", epoch + 1);
                CHECK(epoch < s / EACH && strstr(said, text), "%d: %s", kind, said);
                now = look(r);
                if (steps)
                    memset(at[epoch].slot[0], 0, sizeof at[epoch].slot[0]);
                CHECK(memcmp(&now, &at[epoch], sizeof now) == 0, "%d, step %ld: epoch %ld is not "
                      "what is there", kind, s, epoch);
                CHECK(r->mark[1].number[0] == r->epoch && r->mark[1].number[1] == s + 1,
                      "the epoch begins anew");
                at[s / EACH] = now;
            } else if (kind > 1 && s > EACH) {
                CHECK(r->descent.rule.rate == last / (1 << went_back), "%d, step %ld: %g of %g",
                      kind, s, r->descent.rule.rate, last);
            }
            if (lh_steps(r) % EACH == 0)
                lh_epoch(r);
        }
        CHECK(went_back == 3 && lh_epochs(r) == 12 && lh_close(k.c) == 0, "kind %d", kind);
    }
}

/* Without a step that is wrong both are one. */
static void nothing_else_changes(void)
{
    for (int kind = 0; kind < RULES; kind++) {
        beginning ends[2];
        double losses[2][20];

        for (int back = 0; back < 2; back++) {
            net k = open_net(back ? "back" : "stop", 1, rows_file());
            lh_run *r = lh_train(k.L, rule(kind), k.d, kind == 8 ? 0 : BATCH, 20);
            size_t blocks = 0;

            while (lh_epoch(r)) {
                CHECK(lh_epochs(r) < 4 || k.c->block_count == blocks, "%d: memory", kind);
                blocks = k.c->block_count;
            }
            ends[back] = look(r);
            memcpy(losses[back], r->series[0].at, sizeof losses[back]);
            CHECK(lh_epochs(r) == 20 && lh_close(k.c) == 0, "kind %d", kind);
        }
        CHECK(memcmp(&ends[0], &ends[1], sizeof ends[0]) == 0 &&
                  memcmp(losses[0], losses[1], sizeof losses[0]) == 0, "kind %d", kind);
    }
}

static void gradients_of_ones_own(void)
{
    static const float wrong[IN] = {0, (float)INFINITY, 0};
    net k = open_net("back", 1, NULL);
    lh_run *r = lh_loop(k.L, LH_SGD(0.1), 10);
    float first[IN], w[IN];

    for (long s = 0; s < 3; s++) {
        give(&k, s, 0);
        lh_forward(k.L);
        if (s == 0)
            values_of(k.W, first);
        lh_backward(k.L);
        if (s == 2)
            lh_set_grad(k.W, wrong);
        CHECK(lh_move(r) == 1, "%s", lh_message(k.c));
    }
    values_of(k.W, w);
    CHECK(memcmp(w, first, sizeof w) == 0 && isnan(lh_step_loss(r)) && lh_steps(r) == 3 &&
              strstr(said, "the gradient of W is not finite at row 1, column 0"), "%s", said);
    give(&k, 3, 0);
    CHECK(lh_step(r) == 1 && lh_epoch(r) == 1 && lh_last_loss(r) == lh_step_loss(r),
          "the epoch's loss is that of the steps after it");
    CHECK(lh_close(k.c) == 0, "closing");
}

static void nowhere_to_go(void)
{
    net k = open_net("back", 1, NULL);
    lh_run *r = lh_loop(k.L, LH_SGD(0.1), 10);

    went_back = 0;
    give(&k, 0, 1);
    CHECK(lh_step(r) == 0 && lh_error(k.c) == LH_ENONFINITE && went_back == 0 &&
              !strstr(lh_message(k.c), "gone back") && !strstr(lh_message(k.c), "--on-nan"),
          "the first step: %s", lh_message(k.c));
    lh_close(k.c);
    k = open_net("stop", 1, NULL);
    r = lh_loop(k.L, LH_SGD(0.1), 10);
    give(&k, 0, 0);
    lh_step(r);
    give(&k, 1, 1);
    CHECK(lh_step(r) == 0 && lh_error(k.c) == LH_ENONFINITE && went_back == 0 &&
              strstr(lh_message(k.c), "--on-nan=back tries it"), "%s", lh_message(k.c));
    lh_close(k.c);
    /* Where there is no memory to say what was wrong, that is what fails. */
    k = open_net("back", 1, NULL);
    r = lh_loop(k.L, LH_SGD(0.1), 10);
    give(&k, 0, 0);
    lh_step(r);
    give(&k, 1, 1);
    lhi_fault_arm(LHI_FAULT_ALLOC, 1, -1, ENOMEM);
    CHECK(lh_step(r) == 0 && lh_error(k.c) == LH_ENOMEM, "%s", lh_message(k.c));
    lhi_fault_arm(LHI_FAULT_ALLOC, 0, 0, 0);
    lh_close(k.c);
}

/* Nothing comes after it whose loss could tell. */
static void the_last_move(void)
{
    net k = open_net("stop", 1, rows_file());
    lh_run *r = lh_train(k.L, LH_SGD(1), k.d, 0, 1);
    float most = 0;

    lh_epoch(r);
    for (size_t j = 0; j < IN; j++)
        most = fmaxf(most, fabsf((float)lh_at(lh_grad(k.W), j, 0)));
    lh_close(k.c);
    for (int back = 0; back < 2; back++) {
        k = open_net(back ? "back" : "stop", 1, rows_file());
        r = lh_train(k.L, LH_SGD(5e38 / (double)most), k.d, 0, 1);
        went_back = 0;
        while (lh_epoch(r))
            ;
        CHECK(lh_epochs(r) == 1 && went_back == back && lh_steps(r) == (back ? 3 : 1), "%ld steps",
              lh_steps(r));
        CHECK(!back || strstr(said, "after step 1, the last of epoch 1, W is not finite: back"),
              "%s", said);
        CHECK(lh_save(r, check_path("last.h5")) == (back ? LH_OK : LH_ENONFINITE), "%s",
              lh_message(k.c));
        lh_close(k.c);
    }
}

/* Time goes on: the epochs that led nowhere stay in the history, and count for the patience. */
static void history_and_watch(void)
{
    net k = open_net("back", 1, NULL);
    lh_run *r = lh_loop(k.L, LH_SGD(0.1), 40);
    long s = 0;

    for (int goes_on = 1; goes_on;) {
        give(&k, s, s == 33);
        goes_on = lh_step(r);
        s += goes_on;
        if (goes_on && s % EACH == 0 && lh_epoch(r))
            lh_watch(r, "watched", lh_epochs(r) > 6 ? 8 : 7 - (double)lh_epochs(r), 4);
    }
    CHECK(lh_epochs(r) == 10 && lh_best_epoch(r) == 6 && s == 50 && lh_error(k.c) == LH_OK,
          "%ld epochs, %ld the best, %ld steps", lh_epochs(r), lh_best_epoch(r), s);
    for (size_t i = 0; i < r->series_count; i++)
        for (long e = 0; e < 10; e++)
            CHECK(isfinite(r->series[i].at[e]), "%s of epoch %ld", r->series[i].name, e + 1);
    CHECK(lh_close(k.c) == 0, "closing");
}

/* relu(-inf) is a number: a loss may be one of parameters that are none. */
static void parameters_that_are_none(void)
{
    static const float wrong[IN] = {-(float)INFINITY, -(float)INFINITY, -(float)INFINITY},
                       ones[IN] = {1, 1, 1}, zeros[BATCH];
    net k = open_net("back", 1, NULL);
    lh_var L = lh_mse(lh_relu(lh_matmul(k.X, k.W)), k.y);
    lh_run *r = lh_loop(L, LH_SGD(0.1), 10);

    for (long s = 0; s < 4 * EACH; s++) {
        float w[IN];

        give(&k, s, 0);
        if (s == 2 * EACH)
            lh_set(k.W, wrong);
        if (s >= 2 * EACH)
            lh_bind(k.y, zeros, BATCH); /* what such a network says is right */
        if (s == 4 * EACH - 1) {
            give(&k, s, 1);
            lh_set(k.W, ones);
        }
        CHECK(lh_step(r) == 1, "%ld: %s", s, lh_message(k.c));
        values_of(k.W, w);
        CHECK(isfinite(w[0]) == (s < 2 * EACH || s == 4 * EACH - 1), "step %ld: %g", s, w[0]);
        if (lh_steps(r) % EACH == 0)
            lh_epoch(r);
    }
    CHECK(lh_close(k.c) == 0, "closing");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a run goes back to the bits that a driver finds by hand, with half the rate",
         the_rule_by_hand},
        {"all that each optimiser keeps comes back, and the rate is halved", all_of_it_comes_back},
        {"a run that never goes wrong has the bits of one that would stop", nothing_else_changes},
        {"a gradient of one's own that is not finite does the same", gradients_of_ones_own},
        {"where there is nothing to go back to it stops, and says so", nowhere_to_go},
        {"a state with parameters that are no numbers is not gone back to",
         parameters_that_are_none},
        {"the last move of all is looked at", the_last_move},
        {"history, model and patience go on", history_and_watch},
        {NULL, NULL},
    };

    return check_main(argc, argv, "back", tests);
}
