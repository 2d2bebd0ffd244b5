/* tree.c -- expressions and their pool: of equal ones there is one. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"

#include <string.h>

static int is_leaf(lhi_expr_kind kind)
{
    return kind < LHI_E_ADD || kind == LHI_E_BACKWARD;
}

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint64_t digest(const lhi_expr *e)
{
    uint64_t h = mix(mix(mix((uint64_t)e->kind, e->a), e->b), e->node), bits = 0;

    memcpy(&bits, &e->number.f64, sizeof e->number.f64);
    h = mix(h, bits);
    for (int i = 0; i < e->length; i++)
        h = mix(h, (unsigned char)e->name[i]);
    return h;
}

static int equal(const lhi_expr *a, const lhi_expr *b)
{
    return a->kind == b->kind && a->a == b->a && a->b == b->b && a->node == b->node &&
           a->number.f32 == b->number.f32 && a->number.f64 == b->number.f64 &&
           a->number.wide == b->number.wide && a->length == b->length &&
           (a->length == 0 || memcmp(a->name, b->name, (size_t)a->length) == 0);
}

/* Where it is in the table, or the free place for it. */
static size_t place(const lhi_pool *p, const lhi_expr *e)
{
    size_t i = (size_t)digest(e) & (p->buckets - 1);

    while (p->bucket[i] != LHI_NO_EXPR && !equal(&p->at[p->bucket[i]], e))
        i = (i + 1) & (p->buckets - 1);
    return i;
}

static int widen(lhi_pool *p)
{
    const size_t buckets = p->buckets ? 2 * p->buckets : 128;
    lhi_ref *bucket = lhi_alloc_array(p->c, buckets, sizeof *bucket);

    if (!bucket)
        return -1;
    memset(bucket, 0xff, buckets * sizeof *bucket);
    lhi_release(p->c, p->bucket);
    p->bucket = bucket;
    p->buckets = buckets;
    for (size_t i = 0; i < p->count; i++)
        p->bucket[place(p, &p->at[i])] = (lhi_ref)i;
    return 0;
}

lhi_ref lhi_make(lhi_pool *p, lhi_expr e)
{
    size_t to;

    if (is_leaf(e.kind))
        e.a = e.b = LHI_NO_EXPR;
    if ((2 * (p->count + 1) > p->buckets && widen(p) != 0) ||
        lhi_grow(p->c, &p->at, &p->room, p->count + 1, sizeof *p->at) != 0)
        return 0;
    to = place(p, &e);
    if (p->bucket[to] == LHI_NO_EXPR) {
        p->at[p->count] = e;
        p->bucket[to] = (lhi_ref)p->count++;
    }
    return p->bucket[to];
}

void lhi_pool_free(lhi_pool *p)
{
    lhi_release(p->c, p->at);
    lhi_release(p->c, p->bucket);
    p->at = NULL;
    p->bucket = NULL;
    p->count = p->room = p->buckets = 0;
}

lhi_ref lhi_leaf(lhi_pool *p, lhi_expr_kind kind, uint32_t node)
{
    return lhi_make(p, (lhi_expr){.kind = kind, .node = node});
}

lhi_ref lhi_of_double(lhi_pool *p, double x)
{
    return lhi_make(p, (lhi_expr){.kind = LHI_E_NUMBER, .number = {(float)x, x, (lh_wide)x}});
}

lhi_ref lhi_whole(lhi_pool *p, int number)
{
    return lhi_of_double(p, number);
}

int lhi_is_whole(const lhi_pool *p, lhi_ref e, int number)
{
    return e < p->count && p->at[e].kind == LHI_E_NUMBER &&
           p->at[e].number.wide == (lh_wide)number;
}

lhi_ref lhi_join(lhi_pool *p, lhi_expr_kind kind, lhi_ref a, lhi_ref b)
{
    const int product = kind == LHI_E_TIMES || kind == LHI_E_PRODUCT;

    if (product && lhi_is_whole(p, a, 1))
        return b;
    if (product && lhi_is_whole(p, b, 1))
        return a;
    return lhi_make(p, (lhi_expr){.kind = kind, .a = a, .b = b});
}

size_t lhi_arguments(const lhi_pool *p, lhi_ref call, lhi_ref argument[2 * LHI_LINE_OPERANDS])
{
    lhi_ref rest = p->at[call].b;
    size_t n = 1;

    argument[0] = p->at[call].a;
    while (rest != LHI_NO_EXPR && n < 2 * LHI_LINE_OPERANDS) {
        const int more = p->at[rest].kind == LHI_E_LIST;

        argument[n++] = more ? p->at[rest].a : rest;
        rest = more ? p->at[rest].b : LHI_NO_EXPR;
    }
    return n;
}

lhi_binding lhi_operands(lhi_pool *p, int n, const double *numbers)
{
    lhi_binding b = {.sigma = LHI_NO_EXPR, .is_row = 1, .is_column = 1};

    for (uint32_t k = 0; k <= LHI_LINE_OPERANDS; k++)
        b.value[k] = (int)k <= n ? lhi_leaf(p, LHI_E_VALUE, k) : LHI_NO_EXPR;
    for (uint32_t k = 0; k < LHI_LINE_OPERANDS; k++)
        b.setting[k] = numbers ? lhi_of_double(p, numbers[k]) : lhi_leaf(p, LHI_E_SETTING, k);
    b.grad = lhi_leaf(p, LHI_E_GRAD, 0);
    b.count = lhi_leaf(p, LHI_E_COUNT, 0);
    return b;
}

unsigned char *lhi_parts(const lhi_pool *p, lhi_ref e)
{
    unsigned char *part = lhi_alloc(p->c, (size_t)e + 1);

    if (!part)
        return NULL;
    part[e] = 1;
    for (lhi_ref i = e + 1; i-- > 0;) {
        const lhi_expr *x = &p->at[i];

        if (part[i] && x->a != LHI_NO_EXPR)
            part[x->a] = 1;
        if (part[i] && x->b != LHI_NO_EXPR)
            part[x->b] = 1;
    }
    return part;
}

int lhi_occurs(const lhi_pool *p, lhi_ref within, lhi_ref e)
{
    unsigned char *part = lhi_parts(p, within);
    const int found = part ? e <= within && part[e] : -1;

    lhi_release(p->c, part);
    return found;
}

lhi_ref lhi_replace(lhi_pool *p, lhi_ref e, lhi_ref from, lhi_ref to)
{
    lhi_ref *now = lhi_alloc_array(p->c, (size_t)e + 1, sizeof *now), result;

    if (!now)
        return e;
    for (lhi_ref i = 0; i <= e; i++) {
        lhi_expr x = p->at[i];
        const int same = (x.a == LHI_NO_EXPR || now[x.a] == x.a) &&
                         (x.b == LHI_NO_EXPR || now[x.b] == x.b);

        if (!same) {
            x.a = x.a == LHI_NO_EXPR ? x.a : now[x.a];
            x.b = x.b == LHI_NO_EXPR ? x.b : now[x.b];
        }
        now[i] = i == from ? to : same ? i : lhi_make(p, x);
    }
    result = now[e];
    lhi_release(p->c, now);
    return result;
}
