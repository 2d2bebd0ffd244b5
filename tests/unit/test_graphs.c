/* test_graphs.c -- random graphs and the page, trained in every way: one set of bits.
 *
 * A graph is trained for some steps by the lean plan, by teams of many sizes and with
 * every instruction set, and beside that by hand: every value kept, no product ended,
 * parameters moved when all gradients are there.  A digest of the parameters is printed;
 * tests/bits.sh compares it between compilers. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/base/sha256.h"
#include "framework/ops/ops.h"
#include "framework/train/run.h"
#include "tests/any_op.h"
#include "tests/check.h"
#include "tests/descend.h"

#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRAPHS = 40, PAGE = GRAPHS, STEPS = 3 };

static uint64_t state;

static size_t draw(size_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % below;
}

static const char *name_of(const char *kind)
{
    static char text[8][16];
    static int next;
    static unsigned number;

    next = (next + 1) % 8;
    if (!kind)
        number = 0;
    else
        snprintf(text[next], sizeof text[next], "%s%u", kind, number++);
    return text[next];
}

static size_t any_draw(void *arg, size_t below)
{
    (void)arg;
    return draw(below);
}

static lh_var any_param(void *arg, ptrdiff_t rows, ptrdiff_t cols)
{
    return lh_param(arg, name_of("P"), rows, cols, LH_GLOROT);
}

/* One more piece on top of A, whose width is *n. */
static lh_var grow(lh_tape *t, lh_var A, size_t *n)
{
    const size_t wide = 1 + draw(40);
    const lh_init first = draw(2) ? LH_HE : LH_GLOROT;
    const any_source any = {any_draw, any_param, t};
    lh_var W, b;

    switch (draw(14)) {
    case 0: /* a layer as on the page */
    case 1:
        W = lh_param(t, name_of("W"), (ptrdiff_t)*n, (ptrdiff_t)wide, first);
        b = lh_param(t, name_of("b"), 1, (ptrdiff_t)wide, LH_GLOROT);
        *n = wide;
        return lh_relu(lh_add(lh_matmul(A, W), b));
    case 2: /* no bias, another function */
        W = lh_param(t, name_of("W"), (ptrdiff_t)*n, (ptrdiff_t)wide, first);
        *n = wide;
        return lh_sigmoid(lh_matmul(A, W));
    case 3: /* a second way around */
        W = lh_param(t, name_of("W"), (ptrdiff_t)*n, (ptrdiff_t)*n, first);
        return lh_add(A, lh_relu(lh_matmul(A, W)));
    case 4: /* the same weights twice */
        W = lh_param(t, name_of("W"), (ptrdiff_t)*n, (ptrdiff_t)*n, first);
        return lh_matmul(lh_relu(lh_matmul(A, W)), W);
    case 5: /* a bias after the function, used twice */
        b = lh_param(t, name_of("b"), 1, (ptrdiff_t)*n, LH_GLOROT);
        return lh_add(lh_relu(lh_add(A, b)), b);
    case 6: /* weights and a bias that are worked first */
        W = lh_param(t, name_of("U"), (ptrdiff_t)*n, 3, first); /* one name a statement */
        b = lh_param(t, name_of("V"), 3, (ptrdiff_t)wide, first);
        W = lh_matmul(W, b);
        b = lh_sigmoid(lh_param(t, name_of("b"), 1, (ptrdiff_t)wide, LH_GLOROT));
        *n = wide;
        return lh_relu(lh_add(lh_matmul(A, W), b));
    case 7: /* one operand on both sides, a function of a function */
        return lh_sigmoid(lh_relu(lh_add(A, A)));
    case 8: /* a product that two want */
        W = lh_param(t, name_of("W"), (ptrdiff_t)*n, (ptrdiff_t)wide, first);
        A = lh_matmul(A, W);
        *n = wide;
        return lh_add(lh_relu(A), lh_sigmoid(A));
    default: /* any op that there is */
        CHECK(any_op(&any, A, &A) != NULL, "no op fits");
        *n = (size_t)lh_cols_of(A);
        return A;
    }
}

static lh_var graph(lh_tape *t, lh_var X, lh_var y, int which, size_t cols)
{
    const size_t pieces = 1 + draw(5);
    size_t n = cols;
    lh_var A = X, Z;

    name_of(NULL);
    if (which == PAGE) {
        for (int layer = 0; layer < 2; layer++) {
            const ptrdiff_t wide = layer ? 8 : 16;
            lh_var W = lh_param(t, name_of("W"), (ptrdiff_t)n, wide, LH_HE);

            A = lh_relu(lh_add(lh_matmul(A, W), lh_param(t, name_of("b"), 1, wide, LH_ZEROS)));
            n = (size_t)wide;
        }
    } else
        for (size_t i = 0; i < pieces; i++)
            A = grow(t, A, &n);
    Z = lh_matmul(A, lh_param(t, "v", (ptrdiff_t)n, 1, LH_GLOROT));
    if (which == PAGE || draw(2))
        Z = lh_add(Z, lh_param(t, "c", 1, 1, LH_ZEROS));
    return which == PAGE || draw(3) ? lh_bce_logits(Z, y) : lh_bce(lh_sigmoid(Z), y);
}

typedef struct trained {
    unsigned char digest[32];
    size_t acts;
    double loss;
} trained;

/* Steps of gradient descent by hand: nothing is left out of the plan. */
static void by_hand(lh_var X, lh_var y, lh_var L, lh_data *d, lh_optimizer how, size_t batch)
{
    lh_tape *t = L.tape;
    lh_params *p = t->params;
    const int wide = p->type == LH_F64;
    const int variant = lhi_variant_pick(p->type, "portable");
    char *x = malloc(batch * d->cols * sizeof(double)), *label = malloc(batch * sizeof(double));
    long velocity = -1;
    double loss;

    CHECK(lhi_data_prepare(d, p->type) == LH_OK, "data");
    for (size_t s = 0; s < STEPS; s++) {
        const size_t rows = s == STEPS - 1 ? batch - batch / 3 : batch;

        if (wide)
            lhi_data_gather_f64(d, NULL, s * batch, s * batch + rows, (void *)x, (void *)label);
        else
            lhi_data_gather_f32(d, NULL, s * batch, s * batch + rows, (void *)x, (void *)label);
        lh_bind(X, (void *)x, rows);
        lh_bind(y, (void *)label, rows);
        lh_training(t, (long)s);
        CHECK(lh_forward(L) == LH_OK && lh_backward(L) == LH_OK, "%s", lh_message(t->c));
        if (how.momentum > 0)
            velocity = lhi_params_slot(p, "velocity");
        loss = lh_at(lh_value(L), 0, 0);
        if (loss - loss == 0) /* an infinite one moves nothing */
            descend(variant, p->value, p->grad, velocity < 0 ? NULL : p->slot[velocity].at,
                    p->size, how.rate, how.momentum);
    }
    free(x), free(label);
}

/* The same by the training loop. */
static void by_run(lh_var L, lh_data *d, lh_optimizer how, size_t batch, trained *to)
{
    lh_run *r = lhi_run_new(L, how, d, batch, 1);

    CHECK(!r->inert, "%s", lh_message(L.tape->c));
    if (r->inert)
        return;
    for (size_t i = 0; i < d->rows; i++)
        r->order[i] = (uint32_t)i;
    for (size_t s = 0; s < STEPS; s++) {
        const size_t rows = s == STEPS - 1 ? batch - batch / 3 : batch;

        lhi_run_step(r, s * batch, s * batch + rows);
        r->step++;
    }
    to->acts = r->p->acts;
}

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static trained train(int which, int threads, const char *isa, lh_type type, int hand)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_data *d;
    lh_tape *t;
    lh_var X, y, L;
    lh_optimizer how = {.rate = 0.1};
    size_t batch;
    trained result = {.acts = 0};

    lh_on_message(c, silent, NULL); /* the literal pair warns */
    c->set.threads = threads;
    c->set.isa = isa;
    state = (uint64_t)which * 77 + 5;
    d = lh_data_open(c, "wdbc");
    batch = 1 + draw(which % 3 == 0 ? 180 : 40);
    how.momentum = draw(2) ? 0.5 : 0;
    t = lh_tape_new(lh_params_new(c, type));
    X = lh_input(t, "X", LH_ROWS, lh_cols(d));
    y = lh_input(t, "y", LH_ROWS, 1);
    L = graph(t, X, y, which, (size_t)lh_cols(d));
    CHECK(lh_message(c)[0] == 0, "graph %d: %s", which, lh_message(c));
    if (hand)
        by_hand(X, y, L, d, how, batch);
    else
        by_run(L, d, how, batch, &result);
    lhi_sha256_of(t->params->value, t->params->size * lhi_type_size(type), result.digest);
    CHECK(lh_close(c) == 0, "graph %d closed", which);
    return result;
}

static void one_set_of_bits(lh_type type)
{
    static const int teams[] = {1, 2, 3, 4, 5, 7, 8, 16};
    static const char *const sets[] = {"portable", "avx2", "avx512"};
    lhi_sha256 sum;
    unsigned char all[32];
    char hex[65];
    long runs = 0;
    size_t acts = 0;

    lhi_sha256_begin(&sum);
    for (int which = 0; which <= PAGE; which++) {
        const trained hand = train(which, 1, "portable", type, 1);

        for (size_t set = 0; set < 3; set++)
            for (size_t team = 0; team < 8; team++) {
                trained now;

                if (lhi_variant_pick(type, sets[set]) < 0)
                    continue;
                now = train(which, teams[team], sets[set], type, 0);
                CHECK(memcmp(now.digest, hand.digest, 32) == 0, "graph %d, %d threads, %s", which,
                      teams[team], sets[set]);
                acts += now.acts;
                runs++;
            }
        lhi_sha256_add(&sum, hand.digest, 32);
    }
    lhi_sha256_end(&sum, all);
    CHECK(runs >= (GRAPHS + 1) * 8, "%ld runs", runs);
    lhi_hex(all, hex);
    printf("# %ld runs of %d graphs, %zu acts\n# digest of %s: %s\n", runs, GRAPHS + 1, acts,
           lhi_type_name(type), hex);
}

static void in_float(void)
{
    one_set_of_bits(LH_F32);
}

static void in_double(void)
{
    one_set_of_bits(LH_F64);
}

/* What the page's plan is made of, so that it does not become longer unnoticed. */
static void lean_page(void)
{
    static const char wanted[] = "matmul+row+cut matmul+row+cut matmul+row bce_logits |finish "
                                 "bce_logits' matmul'+keep matmul'+keep "
                                 "|add'! matmul'! add'! matmul'! add'! matmul'! ";
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var L = graph(t, X, y, PAGE, 30);
    lhi_plan *p = lhi_plan_new(t, L.id, LHI_LEAN);
    char text[500];
    size_t used = 0, arrays = 0;

    for (size_t i = 0; i < p->acts; i++) {
        const lhi_act *a = &p->act[i];

        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s%s%s%s%s%s%s ", a->barrier ? "|" : "",
            a->kind == LHI_FINISH ? "finish" : lhi_node_op(&t->node[a->node])->name,
            a->kind == LHI_BACKWARD ? "'" : "", a->row != LHI_NONE ? "+row" : "",
            a->cut ? "+cut" : "", a->keep != LHI_NONE ? "+keep" : "", a->moves ? "!" : "");
    }
    CHECK(strcmp(text, wanted) == 0, "%s", text);
    for (size_t i = 0; i < t->count; i++)
        if (t->node[i].kind == LHI_OP && lhi_is_batch(&t->node[i]))
            arrays += (size_t)(p->value_of[i] == i) + (size_t)(p->grad_of[i] == i);
    CHECK(arrays == 6, "%zu arrays for three layers: a value and a gradient each", arrays);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"float: threads, instructions and plans give one set of bits", in_float},
        {"double: threads, instructions and plans give one set of bits", in_double},
        {"the page's plan does nothing that its result does not need", lean_page},
        {NULL, NULL}};

    return check_main(argc, argv, "graphs", tests);
}
