/* mutant.c -- one mutant at work: what it is shown, what it gives, what it remembers. */
/* SPDX-License-Identifier: MIT */
#include "framework/selftest/mutant.h"

#include <string.h>

/* Arrays that were seen together. */
typedef struct memory {
    void *at[LHI_READ_ARRAYS];
    size_t cells[LHI_READ_ARRAYS];
    int filled;
} memory;

/* An op in one type with the rule of a mutant: its call leads from the op, the first member, to
 * the mutant at work. */
typedef struct wrong_op {
    lh_op op;
    lhi_at_work *now;
} wrong_op;

struct lhi_at_work {
    const lhi_mutant *kind;
    const lh_op *right[LH_TYPES];
    wrong_op wrong[LH_TYPES];
    lhi_op_family family;
    size_t calls[LH_TYPES];
    memory last[LH_TYPES], older[LH_TYPES]; /* older differs from last */
    void *typed;                            /* what the right rule gives */
    void *own[LHI_READ_ARRAYS];
    lh_wide *d;
};

static lh_slot *slot_of(lhi_question *k, enum lhi_read which)
{
    if ((int)which >= LHI_READ_OUT)
        return &k->out;
    return (int)which < k->op->n_in ? &k->in[which] : NULL;
}

static void **array_of(lhi_question *k, enum lhi_read which, size_t *cells)
{
    lh_slot *a = slot_of(k, which);

    *cells = a ? a->rows * a->cols : 0;
    return !a ? NULL : which == LHI_READ_COTANGENT ? &a->grad : &a->value;
}

void *lhi_answer_own(lhi_question *k, enum lhi_read which, size_t *cells)
{
    void **at = array_of(k, which, cells);

    if (!at || *at == k->now->own[which])
        return at ? *at : NULL;
    memcpy(k->now->own[which], *at, *cells * lhi_type_size(k->type));
    return *at = k->now->own[which];
}

void lhi_answer_right(lhi_question *k)
{
    lh_call s = *k->given;

    s.op = k->op;
    s.fresh = 1;
    s.out = &k->out;
    for (int i = 0; i < k->op->n_in; i++)
        s.in[i] = &k->in[i];
    k->in[k->operand].grad = k->now->typed;
    k->op->backward(&s, k->operand, (lh_tile){0, k->rows, 0, k->cols});
    for (size_t e = 0; e < k->cells; e++)
        k->d[e] = lhi_get(k->type, k->now->typed, e);
}

/* Is an array still what is remembered?  Padding of a long double does not count. */
static int is_same(lhi_question *k, const memory *m, enum lhi_read which)
{
    size_t cells;
    void **at = array_of(k, which, &cells);

    if (cells != m->cells[which])
        return 0;
    for (size_t e = 0; e < cells; e++)
        if (!(lhi_get(k->type, *at, e) == lhi_get(k->type, m->at[which], e)))
            return 0;
    return 1;
}

static void remember(lhi_question *k, unsigned which)
{
    memory *last = &k->now->last[k->type], *older = &k->now->older[k->type];
    const memory spare = *older;
    int same = last->filled;

    for (int a = 0; a < LHI_READ_ARRAYS; a++)
        same = same && (!(which >> a & 1) || is_same(k, last, (enum lhi_read)a));
    if (same)
        return;
    *older = *last;
    *last = spare;
    last->filled = 1;
    for (int a = 0; a < LHI_READ_ARRAYS; a++) {
        void **at = array_of(k, (enum lhi_read)a, &last->cells[a]);

        if (at && which >> a & 1)
            memcpy(last->at[a], *at, last->cells[a] * lhi_type_size(k->type));
    }
}

void lhi_answer_stale(lhi_question *k, unsigned which)
{
    const memory *older = &k->now->older[k->type];

    remember(k, which);
    for (int a = 0; older->filled && a < LHI_READ_ARRAYS; a++) {
        size_t cells;
        void **at = array_of(k, (enum lhi_read)a, &cells);

        if (at && which >> a & 1 && cells == older->cells[a])
            *at = older->at[a];
    }
}

/* Sets or adds an element, rounding as the type does. */
static void give(const lhi_question *k, void *gradient, size_t e)
{
    if (k->type == LH_F32 && !k->fresh)
        ((float *)gradient)[e] += (float)k->d[e];
    else if (k->type == LH_F64 && !k->fresh)
        ((double *)gradient)[e] += (double)k->d[e];
    else if (!k->fresh)
        ((lh_wide *)gradient)[e] += k->d[e];
    else
        lhi_set(k->type, gradient, e, k->d[e]);
}

static void backward(const lh_call *s, int operand, lh_tile t, lh_type type)
{
    lhi_at_work *now = ((const wrong_op *)s->op)->now;
    const lh_slot *a = s->in[operand];
    lhi_question k = {.now = now, .kind = now->kind, .op = now->right[type], .given = s,
                      .out = *s->out, .type = type, .operand = operand, .rows = a->rows,
                      .cols = a->cols, .cells = a->rows * a->cols, .d = now->d, .part = t,
                      .fresh = s->fresh, .turn = now->calls[type]++};

    for (int i = 0; i < k.op->n_in; i++)
        k.in[i] = *s->in[i];
    if (k.kind->operand < 0 || k.kind->operand == operand)
        k.kind->answer(&k);
    else
        lhi_answer_right(&k);
    for (size_t i = k.part.i0; i < k.part.i1; i++)
        for (size_t j = k.part.j0; j < k.part.j1; j++)
            give(&k, a->grad, i * a->cols + j);
}

static void backward_f32(const lh_call *s, int operand, lh_tile t)
{
    backward(s, operand, t, LH_F32);
}

static void backward_f64(const lh_call *s, int operand, lh_tile t)
{
    backward(s, operand, t, LH_F64);
}

static void backward_wide(const lh_call *s, int operand, lh_tile t)
{
    backward(s, operand, t, LH_WIDE);
}

/* The scratch is not touched before it is used: what a kind does not need costs nothing. */
lhi_at_work *lhi_mutant_open(lh_ctx *c, size_t cells)
{
    const size_t bytes = (cells + 1) * sizeof(lh_wide);
    lhi_at_work *now = lhi_alloc(c, sizeof *now);

    if (!now)
        return NULL;
    now->typed = lhi_alloc_later(c, bytes);
    now->d = lhi_alloc_later(c, bytes);
    for (int a = 0; a < LHI_READ_ARRAYS; a++) {
        now->own[a] = lhi_alloc_later(c, bytes);
        for (int type = 0; type < LH_TYPES; type++) {
            now->last[type].at[a] = lhi_alloc_later(c, bytes);
            now->older[type].at[a] = lhi_alloc_later(c, bytes);
        }
    }
    return lhi_ok(c) ? now : NULL;
}

const lhi_op_family *lhi_mutant_of(lhi_at_work *now, const lhi_op_family *right,
                                   const lhi_mutant *kind, const char *isa)
{
    static void (*const rules[])(const lh_call *, int, lh_tile) = {backward_f32, backward_f64,
                                                                  backward_wide};

    now->kind = kind;
    now->family = *right;
    for (int type = 0; type < LH_TYPES; type++) {
        const int variant = lhi_variant_pick((lh_type)type, isa);

        now->calls[type] = 0;
        now->last[type].filled = now->older[type].filled = 0;
        now->right[type] = lhi_family_op(right, variant);
        now->wrong[type] = (wrong_op){*now->right[type], now};
        now->wrong[type].op.backward = rules[type];
        now->family.op[variant] = &now->wrong[type].op;
    }
    return &now->family;
}
