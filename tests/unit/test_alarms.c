/* test_alarms.c -- hundreds of random graphs of right ops: the check suspects none. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "framework/verify/check.h"
#include "tests/any_op.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PARAMS = 40 };

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

/* Sizes of values are powers of ten, which are added up as the graph grows: what leaves the
 * range of a float on the way is no fair question. */
typedef struct graph {
    lh_ctx *c;
    lh_tape *t;
    lh_var A, L, yhat;
    ptrdiff_t n;              /* columns of A */
    size_t m;
    uint64_t state;
    int wild;                 /* sizes from 1e-6 to 1e6, else about 1 */
    double power;             /* of ten: how large A is */
    double powers[PARAMS];
    unsigned params;
} graph;

static size_t draw(graph *g, size_t below)
{
    return (size_t)draw_between(0, (double)below, &g->state);
}

/* 1e-6..1e6, so that a product with A stays within 1e-12..1e12. */
static double draw_power(graph *g)
{
    const double lo = fmax(-6, -12 - g->power), hi = fmin(6, 12 - g->power);

    return g->wild ? draw_between(lo, fmax(lo, hi), &g->state) : 0;
}

static lh_var param(graph *g, ptrdiff_t rows, ptrdiff_t cols, double power)
{
    char name[16];

    snprintf(name, sizeof name, "P%u", g->params);
    g->powers[g->params++] = power;
    return lh_param(g->t, name, rows, cols, LH_ZEROS);
}

static lh_var named(graph *g, lh_var v, char letter)
{
    char name[20];

    snprintf(name, sizeof name, "%c%zu", letter, g->t->count);
    return lh_label(v, name, __FILE__, __LINE__);
}

static lh_var product(graph *g, lh_var A, ptrdiff_t wide)
{
    const double power = draw_power(g);
    const lh_var W = param(g, g->n, wide, power);

    g->power += power;
    g->n = wide;
    return lh_matmul(A, W);
}

static lh_var biased(graph *g, lh_var A)
{
    const double power = g->wild ? draw_between(-6, 6, &g->state) : 0;

    g->power = fmax(g->power, power);
    return lh_add(A, param(g, 1, g->n, power));
}

static lh_var squashed(graph *g, lh_var A)
{
    g->power = fmin(g->power, 0);
    return lh_sigmoid(A);
}

/* One more piece on top of A. */
static void grow(graph *g)
{
    const ptrdiff_t wide = (ptrdiff_t)(1 + draw(g, 40));
    lh_var A = g->A, B, W;

    switch (draw(g, 8)) {
    case 0: /* a layer */
    case 1:
        A = named(g, product(g, A, wide), 'Z');
        A = lh_relu(named(g, biased(g, A), 'B'));
        break;
    case 2: /* another function, no bias */
        A = squashed(g, product(g, A, wide));
        break;
    case 3: { /* a way around */
        const double before = g->power;

        B = lh_relu(product(g, A, g->n));
        A = lh_add(A, B);
        g->power = fmax(before, g->power);
        break;
    }
    case 4: /* the same weights twice */
        if (g->wild)
            g->powers[g->params] = 0;
        W = param(g, g->n, g->n, 0);
        A = lh_matmul(lh_relu(lh_matmul(A, W)), W);
        break;
    case 5: /* one operand on both sides */
        A = lh_relu(lh_add(A, A));
        break;
    case 6: /* a product that two want */
        A = named(g, product(g, A, wide), 'Z');
        B = lh_sigmoid(A);
        A = lh_add(lh_relu(A), B);
        g->power = fmax(g->power, 0);
        break;
    default: /* weights that are worked first */
        W = param(g, g->n, 2, 0);
        W = lh_matmul(W, param(g, 2, wide, 0));
        A = squashed(g, lh_matmul(A, W));
        g->n = wide;
        break;
    }
    g->A = named(g, A, 'A');
}

/* A parameter about 1 of any shape, and a number, for any_op(). */
static lh_var any_param(void *arg, ptrdiff_t rows, ptrdiff_t cols)
{
    return param(arg, rows, cols, 0);
}

static size_t any_draw(void *arg, size_t below)
{
    return draw(arg, below);
}

static size_t drawn[256]; /* of each op */

/* Any op on top of A, and a layer now and then. */
static void grow_any(graph *g)
{
    const any_source s = {any_draw, any_param, g};
    const lhi_op_family *f = any_op(&s, g->A, &g->A);

    CHECK(f != NULL, "no op fits %td columns", g->n);
    for (size_t i = 0; f && i < sizeof drawn / sizeof *drawn && lhi_family_at(g->c, i); i++)
        drawn[i] += lhi_family_at(g->c, i) == f ||
                    strcmp(lhi_family_at(g->c, i)->op[LHI_WIDE]->name,
                           f->op[LHI_WIDE]->name) == 0;
    g->n = lh_cols_of(g->A);
    if (draw(g, 2) == 0)
        g->A = product(g, g->A, (ptrdiff_t)(1 + draw(g, 12)));
    g->A = named(g, g->A, 'A');
}

/* The power of two next to one of ten: pow() of the C library would draw each machine others. */
static double size_of(double power)
{
    return ldexp(1, (int)rint(power * 3.321928094887362));
}

/* Values that are no floats where the store holds doubles. */
static void fill(graph *g, double input_power)
{
    lh_params *p = g->t->params;

    if (lhi_params_lay(p) != 0)
        return;
    for (uint32_t i = 0; i < g->t->count; i++) {
        const lhi_node *n = &g->t->node[i];
        const size_t cells = (lhi_is_batch(n) ? g->m : (size_t)n->rows) * (size_t)n->cols;
        const double power = n->kind == LHI_PARAM ? g->powers[n->param] : input_power;
        const double size = size_of(power) / (n->kind == LHI_PARAM ? sqrt((double)n->rows) : 1);
        void *to;

        if (n->kind == LHI_OP)
            continue;
        to = n->kind == LHI_PARAM ? lhi_params_at(p, p->value, n->param)
                                  : lhi_alloc_array(g->c, cells, lhi_type_size(p->type));
        for (size_t e = 0; e < cells; e++)
            lhi_set(p->type, to, e, n->name[0] == 'y' ? (double)draw(g, 2)
                                                      : draw_between(-size, size, &g->state));
        if (n->kind == LHI_INPUT)
            lh_bind_as((lh_var){g->t, i, g->t->gen}, LH_TYPES, to, g->m);
    }
}

static graph open_graph(uint64_t seed, int literal, int any)
{
    graph g = {.c = lh_open(0, NULL, "test"), .state = seed * 0x9e3779b97f4a7c15u, .n = 0};
    const size_t pieces = 1 + draw(&g, 4);
    double input_power;
    lh_var y, Z;

    lh_on_message(g.c, silent, NULL); /* the literal pair warns */
    g.t = lh_tape_new(lh_params_new(g.c, draw(&g, 2) ? LH_F32 : LH_F64));
    g.m = 1 + draw(&g, 70);
    g.n = (ptrdiff_t)(1 + draw(&g, 20));
    g.wild = draw(&g, 3) > 0 && !any;
    input_power = g.power = draw_power(&g);
    g.A = lh_input(g.t, "X", LH_ROWS, g.n);
    y = lh_input(g.t, "y", LH_ROWS, 1);
    for (size_t i = 0; i < pieces; i++)
        any ? grow_any(&g) : grow(&g);
    Z = product(&g, g.A, 1);
    Z = named(&g, draw(&g, 2) ? biased(&g, Z) : Z, 'Z');
    g.yhat = named(&g, lh_sigmoid(Z), 'Y');
    g.L = lh_label(literal ? lh_bce(g.yhat, y) : lh_bce_logits(Z, y), "L", __FILE__, __LINE__);
    fill(&g, input_power);
    return g;
}

/* Where yhat rounds to 0 or 1 the literal loss is infinite, as the page is. */
static int literal_is_fair(graph *g)
{
    lh_array yhat;

    if (lh_forward(g->L) != LH_OK)
        return 0;
    yhat = lh_value(g->yhat);
    for (size_t i = 0; i < yhat.rows; i++)
        if (!((float)lh_at(yhat, i, 0) > 0 && (float)lh_at(yhat, i, 0) < 1))
            return 0;
    return 1;
}

static size_t rows, agree, undecided, compared, literals, graphs_agree;

static void look(uint64_t seed, graph *g)
{
    lhi_report *r;

    g->c->set.budget = 0.01; /* a sample of the elements, and sums over all of them */
    r = lhi_verify(g->L, NULL, 0, NULL, NULL);

    CHECK(r != NULL, "seed %d: %s", (int)seed, lh_message(g->c));
    if (!r)
        return;
    for (size_t i = 0; i < r->findings; i++) {
        const lh_finding *f = &r->finding[i];

        CHECK(0, "seed %d: %s: %s in %s, %g for %g, bound %g (%s): %s", (int)seed, f->op,
              f->operand, f->node, f->got, f->wanted, f->bound, lhi_type_name(f->type), f->why);
    }
    for (size_t i = 0; i < r->rows; i++) {
        const lh_entry *e = &r->row[i];

        CHECK(e->verdict != LH_DISAGREE, "seed %d: %s: %s; float off by %g, bound %g", (int)seed,
              e->name, e->why, e->off32, e->bound32);
        rows++;
        agree += e->verdict == LH_AGREE;
        undecided += e->verdict == LH_INCONCLUSIVE;
        for (int m = 0; m < LH_METHODS; m++)
            compared += e->by[m].compared;
    }
    graphs_agree += r->verdict == LH_AGREE;
    lhi_report_free(g->c, r);
}

/* Of each kind. */
static uint64_t seeds(void)
{
    return (uint64_t)check_sample(1000, 100);
}

static void no_alarm(void)
{
    const uint64_t count = seeds();

    for (uint64_t seed = 1; seed <= count; seed++) {
        graph g = open_graph(seed, seed % 4 == 0, 0);

        if (seed % 4 == 0 && !literal_is_fair(&g)) {
            lh_close(g.c);
            g = open_graph(seed, 0, 0);
        } else
            literals += seed % 4 == 0;
        look(seed, &g);
        CHECK(lh_close(g.c) == 0, "seed %d closed", (int)seed);
    }
    printf("# %d graphs (%zu agree as a whole), %zu of them with the literal loss\n"
           "# %zu rows: %zu agree, %zu cannot be decided; %zu elements compared\n",
           (int)count, graphs_agree, literals, rows, agree, undecided, compared);
    CHECK(rows >= 5 * count, "%zu rows", rows);
    CHECK(compared >= 1000 * count, "%zu elements", compared);
    CHECK(literals >= count / 10, "%zu with the literal loss", literals);
    CHECK(agree * 100 >= rows * 95, "%zu of %zu rows agree", agree, rows);
}

/* Every op that may stand in the middle of a network is drawn. */
static void no_alarm_of_any_op(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    const lhi_op_family *f;
    const uint64_t count = seeds();

    rows = agree = undecided = compared = graphs_agree = 0;
    for (uint64_t seed = 1; seed <= count; seed++) {
        graph g = open_graph(seed + 5000, 0, 1);

        look(seed + 5000, &g);
        CHECK(lh_close(g.c) == 0, "seed %d closed", (int)seed);
    }
    printf("# %d graphs (%zu agree as a whole)\n"
           "# %zu rows: %zu agree, %zu cannot be decided; %zu elements compared\n",
           (int)count, graphs_agree, rows, agree, undecided, compared);
    CHECK(rows >= 3 * count, "%zu rows", rows);
    CHECK(agree * 100 >= rows * 95, "%zu of %zu rows agree", agree, rows);
    for (size_t i = 0; (f = lhi_family_at(c, i)) != NULL; i++)
        CHECK(drawn[i] > 0 || !any_may_stand(f->op[LHI_WIDE]), "%s was never drawn",
              f->op[LHI_WIDE]->name);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"no graph of right ops is suspected, and nearly all are decided", no_alarm},
        {"nor a graph drawn from all ops", no_alarm_of_any_op},
        {NULL, NULL}};

    return check_main(argc, argv, "alarms", tests);
}
