/* misuse_world.h -- what a driver has in its hands, in each state of its context, and a call of
 * every public function with it. */
/* SPDX-License-Identifier: MIT */
#ifndef MISUSE_WORLD_H
#define MISUSE_WORLD_H

#include "framework/base/ctx.h"
#include "framework/data/data.h"
#include "framework/ops/ops.h"
#include "framework/train/run.h"
#include "tests/check.h"

#include <unistd.h>

#include "tests/unit/misuse_values.h"

/* Made from the headers by calls.awk; a format of lh_say() is one of the values. */
#pragma GCC diagnostic ignored "-Wformat-security"
#include "tests/unit/calls.h"

/* --- the world, and its states --- */

static lh_var record(lh_tape *t, lh_var *X, lh_var *W, lh_var *Z)
{
    lh_var y = lh_input(t, "y", LH_ROWS, 1);

    *X = lh_input(t, "X", LH_ROWS, 2);
    *W = lh_param(t, "W", 2, 1, LH_HE);
    *Z = lh_label(lh_matmul(*X, *W), "Z", __FILE__, __LINE__);
    return lh_label(lh_bce_logits(*Z, y), "L", __FILE__, __LINE__);
}

static lh_ctx *open_ctx(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    c->set.quiet = 1;
    c->set.threads = 1;
    c->set.progress = "none";
    c->set.budget = 0.001;
    c->set.reproducible = 1;
    lh_on_message(c, say, NULL);
    return c;
}

static void make_families(void)
{
    const lhi_op_family *relu = lhi_family(NULL, "relu");
    const lh_op *const of[LH_TYPES] = {relu->op[LHI_F32], relu->op[LHI_F64], relu->op[LHI_WIDE]};

    for (int type = 0; type < LH_TYPES; type++) {
        ops_of_family[type] = *of[type];
        ops_of_family[type].name = "like_relu";
    }
    families[0] = (lh_family){sizeof(lh_family), &ops_of_family[0], &ops_of_family[1],
                              &ops_of_family[2], NULL};
    families[1] = families[2] = families[3] = families[0];
    families[1].size = 1;
    families[2].f64 = NULL;
    families[3].f32 = (const lh_op *)(const void *)numbers; /* no size that an op has */
}

enum state { TRAINED, REFUSED, RESET, FAILED, HELP, STATES };

static void begin(enum state state)
{
    lh_tape *other;
    lh_var X, W, Z, L;

    w = (struct world){.c = open_ctx(), .other = open_ctx()};
    CHECK(chdir(check_folder()) == 0, "what has an odd name lies there, too");
    check_write(check_path("four.csv"), "a,b,y\n1,2,0\n2,1,1\n3,5,0\n4,4,1\n", -1);
    check_write(check_path("page.txt"), "H = F * F\n", -1);
    w.d = lh_data_open(w.c, check_path("four.csv"));
    w.unused = lh_data_open(w.c, check_path("four.csv"));
    w.inert = lhi_data_inert(w.c);
    w.p = lh_params_new(w.c, LH_F32);
    w.t = lh_tape_new(w.p);
    w.L = record(w.t, &w.X, &w.W, &w.Z);
    w.yhat = lh_output(w.L);
    w.r = lh_train(w.L, LH_MOMENTUM(0.1, 0.5), w.d, 2, 5);
    CHECK(lh_epoch(w.r) == 1, "%s", lh_message(w.c));
    lh_save(w.r, check_path("m.h5"));
    w.k = lh_checkpoint_open(w.c, check_path("m.h5"));
    w.m = lh_model_open(w.c, check_path("m.h5"));
    w.scores = lh_scores_of(w.yhat, w.d);
    lh_bind(w.X, values, 4);
    lh_bind(lh_named(w.t, "y"), values, 4);
    lh_forward(w.L);
    w.c->set.ledger = check_path("theirs.npz");
    lh_verify(w.L, w.d, 4);
    w.c->set.ledger = "";
    other = lh_tape_new(lh_params_new(w.c, LH_F32)); /* a run whose tape was recorded anew */
    L = record(other, &X, &W, &Z);
    w.old = lh_train(L, LH_SGD(0.1), w.d, 0, 5);
    lh_epoch(w.old);
    w.stale = L;
    lh_tape_reset(other);
    lh_input(other, "a", 1, 1);
    other = lh_tape_new(w.p);
    w.dry = lh_train(record(other, &X, &W, &Z), LH_SGD(0.1), w.d, 0, 5);
    w.dry->inert = 1; /* as --dry-run makes it, which prints */
    w.open = lh_tape_new(lh_params_new(w.c, LH_F32));
    w.fresh = lh_input(w.open, "F", LH_ROWS, 2);
    w.square = lh_param(w.open, "S", 2, 2, LH_HE);
    /* With a derivation that can be proved; reading it makes ops that w.c is to make by itself. */
    other = lh_tape_new(lh_params_new(w.other, LH_F32));
    w.proved = record(other, &X, &W, &Z);
    check_write(check_path("proof.txt"), "U = Z * Z\ndL/dZ = sigma(Z) - y\n", -1);
    lh_page_file(other, check_path("proof.txt"));
    w.foreign = lh_data_open(w.other, check_path("four.csv"));
    other = lh_tape_new(lh_params_new(w.other, LH_F64));
    w.theirs = record(other, &X, &W, &Z);
    w.foreign_run = lh_train(w.theirs, LH_SGD(0.1), w.foreign, 0, 5);
    CHECK(lh_error(w.c) == LH_OK && lh_error(w.other) == LH_OK && w.k, "%s", lh_message(w.c));
    make_families();
    if (state == REFUSED)
        lh_save(w.r, "");
    if (state == RESET)
        lh_tape_reset(w.t);
    if (state == FAILED)
        lh_fail(w.c, LH_ENONFINITE, "the state");
    if (state == HELP)
        lh_fail(w.c, LH_HELP, "help");
}

static void end(void)
{
    w.c->status = w.c->status == LH_HELP ? LH_OK : w.c->status; /* help would be printed */
    lh_close(w.c);
    lh_close(w.other);
}

/* One call, with the values that its arguments are to have. */
static void make(const call *k, const size_t *which)
{
    slip = adrift = idle = closing = homes = has_status = 0;
    status = LH_OK;
    k->make(which);
}

#endif
