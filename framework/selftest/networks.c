/* networks.c -- small networks around one op, made from what its shape rule allows. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/ops/cases.h"
#include "framework/ops/ops.h"
#include "framework/selftest/selftest.h"

#include <longhand/ops.h>

#include <stdio.h>
#include <string.h>

enum others { ALONE, BEFORE, AFTER }; /* do other ops use the operands, too? */

typedef struct layout {
    size_t m;
    ptrdiff_t n, k, r; /* columns; of a matrix on the right; rows of what is no batch */
    enum others others;
    double scale;      /* of weights */
} layout;

/* Odd and small; square everywhere; more rows than a shard has at least. */
static const layout layouts[] = {
    {9, 4, 6, 3, ALONE, 1}, {8, 8, 8, 8, BEFORE, 1}, {70, 5, 3, 7, AFTER, 3}};
static const layout large = {2, 1000, 1000, 0, ALONE, 1};

/* The shape of an operand beside the first. */
enum shape { LIKE_FIRST, ROW, MATRIX, COLUMN, ONE, OF_BATCH, SHAPES };

/* What the operands are: all but the first are of one shape. */
typedef struct form {
    int fixed; /* the first is no batch */
    enum shape others;
} form;

typedef struct builder {
    lhi_network *n;
    const lhi_op_family *family;
    const lh_op *op;
    const layout *l;
    form f;
    unsigned names;
} builder;

void lhi_silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static const char *new_name(builder *b, char letter, char text[16])
{
    snprintf(text, 16, "%c%u", letter, ++b->names);
    return text;
}

static lh_var parameter(builder *b, char letter, ptrdiff_t rows, ptrdiff_t cols)
{
    char name[16];

    return lh_param(b->n->t, new_name(b, letter, name), rows, cols, LH_ZEROS);
}

static lh_var input(builder *b, char letter, ptrdiff_t rows, ptrdiff_t cols)
{
    char name[16];

    return lh_input(b->n->t, new_name(b, letter, name), rows, cols);
}

static lh_var named(builder *b, lh_var v, char letter)
{
    char name[16];

    return lh_label(v, new_name(b, letter, name), __FILE__, __LINE__);
}

/* The op takes probabilities, or what is positive. */
static int wants_positive(const lh_op *op)
{
    for (const lh_case *k = op->cases; k->why; k++)
        if (k->drawn[0] != LH_UNIT && !(k->lo > 0))
            return 0;
    return 1;
}

static lh_shape shape_of(const builder *b, int operand)
{
    const lh_shape first = {b->f.fixed ? b->l->r : LH_ROWS, b->l->n};
    const lh_shape others[SHAPES] = {[LIKE_FIRST] = first, [ROW] = {1, first.cols},
                                     [MATRIX] = {first.cols, b->l->k}, [COLUMN] = {first.rows, 1},
                                     [ONE] = {1, 1}, [OF_BATCH] = {LH_ROWS, 1}};

    return operand == 0 ? first : others[b->f.others];
}

/* What has a gradient: a parameter, or a layer of its own. */
static lh_var branch(builder *b)
{
    const lh_shape s = shape_of(b, 0);
    lh_var A;

    if (b->f.fixed)
        A = parameter(b, 'P', s.rows, s.cols);
    else {
        const lh_var X = input(b, 'X', LH_ROWS, 3);
        const lh_var W = parameter(b, 'W', 3, s.cols);
        const lh_var product = lh_matmul(X, W);

        A = named(b, lh_add(product, parameter(b, 'b', 1, s.cols)), 'A');
    }
    return wants_positive(b->op) ? named(b, lh_sigmoid(A), 'A') : A;
}

/* Data of an operand, named after it: "0", "1", ... */
static lh_var data(builder *b, int operand)
{
    const lh_shape s = shape_of(b, operand);

    return input(b, (char)('0' + operand), s.rows, s.cols);
}

static lh_var operand(builder *b, int which)
{
    const lh_shape s = shape_of(b, which);

    if (b->op->no_grad >> which & 1)
        return data(b, which);
    if (which == 0 || b->f.others == LIKE_FIRST)
        return branch(b);
    if (s.rows == LH_ROWS)
        return named(b, lh_matmul(input(b, 'X', LH_ROWS, 3), parameter(b, 'W', 3, s.cols)), 'A');
    return parameter(b, 'P', s.rows, s.cols);
}

/* One column of logits, of whatever v is.  What is no batch may be a sum over one: it comes in by
 * small numbers, or sigma of the logits would be 0 or 1. */
static lh_var logits(builder *b, lh_var v)
{
    if (lh_rows_of(v) != LH_ROWS)
        v = lh_matmul(input(b, 'x', LH_ROWS, lh_rows_of(v)), v);
    return lh_matmul(v, parameter(b, 'V', lh_cols_of(v), 1));
}

/* What else uses the operands that have a gradient. */
static lh_var other_users(builder *b, const lh_var in[LH_OPERANDS])
{
    lh_var Z = logits(b, in[0]);

    for (int k = 1; k < b->op->n_in; k++) {
        if (b->op->no_grad >> k & 1)
            continue;
        if (b->f.others == ROW)
            Z = lh_add(Z, logits(b, lh_add(in[0], in[k])));
        else if (b->f.others == MATRIX)
            Z = lh_add(Z, logits(b, lh_matmul(in[0], in[k])));
        else
            Z = lh_add(Z, logits(b, in[k]));
    }
    return Z;
}

static lh_var loss_of_logits(builder *b, lh_var Z)
{
    Z = named(b, Z, 'Z');
    return lh_bce_logits(Z, input(b, 'y', LH_ROWS, 1));
}

/* In the backward pass the last operand of a sum comes first. */
static lh_var sum(builder *b, lh_var main, lh_var others)
{
    return b->l->others == BEFORE ? lh_add(main, others) : lh_add(others, main);
}

/* From the op's output to a loss: itself, where it is one. */
static lh_var loss_of(builder *b, lh_var O, const lh_var in[LH_OPERANDS])
{
    const int alone = b->l->others == ALONE;

    if (lh_rows_of(O) != 1 || lh_cols_of(O) != 1) {
        const lh_var Z = logits(b, O);

        return loss_of_logits(b, alone ? Z : sum(b, Z, other_users(b, in)));
    }
    if (alone)
        return O;
    O = lh_matmul(O, parameter(b, 'S', 1, 1));
    return sum(b, O, loss_of_logits(b, other_users(b, in)));
}

static void record(builder *b)
{
    lh_var in[LH_OPERANDS], O;

    for (int k = 0; k < b->op->n_in; k++)
        in[k] = operand(b, k);
    O = lhi_record(b->family, in, b->op->cases[0].number);
    b->n->node = O.id;
    O = named(b, O, 'O');
    b->n->L = loss_of(b, O, in);
    if (b->n->L.id != O.id)
        lh_label(b->n->L, "L", __FILE__, __LINE__);
}

static lh_wide drawn(const builder *b, const lhi_node *n, size_t e)
{
    const uint32_t stream = lhi_stream_of(n->name);
    const double u = lhi_random_unit(b->l->m, stream, 0, e);
    const size_t cols = (size_t)n->cols, row = e / cols;
    const lhi_node *first = &b->n->t->node[b->n->t->node[b->n->node].in[0]];
    const lh_slot like = {.rows = (size_t)first->rows, .cols = (size_t)first->cols};

    switch (n->name[0]) {
    case 'y':
        return u < 0.5;
    case 'x':
        return (lh_wide)(float)((2 * u - 1) / 32);
    case '0': case '1': case '2': case '3':
        return (lh_wide)(float)lhi_drawn(&b->op->cases[0], b->op->cases[0].drawn[n->name[0] - '0'],
                                         u, lhi_random_unit(b->l->m, stream, 1, row), e % cols,
                                         cols, &like);
    default:
        return (lh_wide)(float)((n->name[0] == 'W' ? b->l->scale : 1) * (2 * u - 1));
    }
}

/* Values that are floats, so that they are the same in every type. */
static void fill(builder *b)
{
    lh_tape *t = b->n->t;
    lh_params *p = t->params;

    if (lhi_params_lay(p) != 0)
        return;
    for (uint32_t i = 0; i < t->count; i++) {
        const lhi_node *n = &t->node[i];
        const size_t rows = lhi_is_batch(n) ? b->l->m : (size_t)n->rows;
        const size_t cells = rows * (size_t)n->cols;
        void *to;

        b->n->cells = cells > b->n->cells ? cells : b->n->cells;
        if (n->kind == LHI_OP)
            continue;
        to = n->kind == LHI_PARAM ? lhi_params_at(p, p->value, n->param)
                                  : lhi_alloc_array(b->n->c, cells, lhi_type_size(p->type));
        for (size_t e = 0; to && e < cells; e++)
            lhi_set(p->type, to, e, drawn(b, n, e));
        if (to && n->kind == LHI_INPUT)
            lh_bind_as((lh_var){t, i, t->gen}, LH_TYPES, to, rows);
    }
}

static void describe(builder *b)
{
    static const char *const others[] = {"", ", used before", ", used after"};
    const lh_tape *t = b->n->t;
    const lhi_node *n = &t->node[b->n->node];
    char shape[40];
    size_t used = 0;

    for (int k = 0; k < b->op->n_in; k++)
        used += (size_t)snprintf(b->n->text + used, sizeof b->n->text - used, "%s%s", k ? " " : "",
                                 lhi_shape_text(t->node[n->in[k]].rows, t->node[n->in[k]].cols,
                                                shape, sizeof shape));
    snprintf(b->n->text + used, sizeof b->n->text - used, ", m = %zu%s", b->l->m,
             others[b->l->others]);
}

static int open_network(lh_ctx *like, builder *b)
{
    lh_ctx *c = lh_open(0, NULL, "");

    *b->n = (lhi_network){.c = c, .m = b->l->m};
    if (lhi_ok(c)) {
        lh_on_message(c, lhi_silent, NULL);
        c->set.isa = like->set.isa;
        c->set.threads = 1;
        c->set.budget = 0.02; /* a sample of the elements, and sums over all of them */
        b->n->t = lh_tape_new(lh_params_new(c, LH_F32));
        record(b);
    }
    if (lhi_ok(c)) {
        describe(b);
        fill(b);
    }
    if (lhi_ok(c))
        return 1;
    lhi_fail(like, lh_error(c), NULL, "a network around %s: %s", b->op->name, lh_message(c));
    lhi_network_close(b->n);
    return -1;
}

static int fits(const builder *b)
{
    lh_shape in[LH_OPERANDS], out;
    char why[120];

    /* One operand has no others, and of a batch a column is one of the batch. */
    if (b->f.others > LIKE_FIRST && (b->op->n_in == 1 || (b->f.others == OF_BATCH && !b->f.fixed)))
        return 0;
    for (int k = 0; k < b->op->n_in; k++)
        in[k] = shape_of(b, k);
    return b->op->shape(b->op, in, b->op->cases[0].number, &out, why, sizeof why) == 0;
}

/* Network `which` of those that an op has: 1, and the builder knows it. */
static int find(builder *b, const lhi_op_family *f, size_t which)
{
    *b = (builder){.family = f, .op = lhi_family_op(f, LHI_F64)};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        for (int fixed = 0; fixed < 2; fixed++)
            for (int others = LIKE_FIRST; others < SHAPES; others++) {
                b->l = &layouts[i];
                b->f = (form){fixed, (enum shape)others};
                if (fits(b) && which-- == 0)
                    return 1;
            }
    return 0;
}

static int find_large(builder *b, const lhi_op_family *f)
{
    *b = (builder){.family = f, .op = lhi_family_op(f, LHI_F64), .l = &large, .f = {0, MATRIX}};
    return b->op->n_in > 1 && fits(b);
}

int lhi_network_there(const lhi_op_family *f, size_t which)
{
    return find(&(builder){0}, f, which);
}

int lhi_network_large_there(const lhi_op_family *f)
{
    return find_large(&(builder){0}, f);
}

int lhi_network_open(lh_ctx *like, const lhi_op_family *f, size_t which, lhi_network *n)
{
    builder b;

    if (!find(&b, f, which))
        return 0;
    b.n = n;
    return open_network(like, &b);
}

int lhi_network_open_large(lh_ctx *like, const lhi_op_family *f, lhi_network *n)
{
    builder b;

    if (!find_large(&b, f))
        return 0;
    b.n = n;
    return open_network(like, &b);
}

void lhi_network_close(lhi_network *n)
{
    lh_close(n->c);
}
