/* compose.c -- a settled line becomes nodes: ops of the library, and one line op for each part
 * that is worked element by element. */
/* SPDX-License-Identifier: MIT */
#include "framework/page/page.h"

#include <stdio.h>
#include <string.h>

static lh_var inert(const lhi_sentence *s)
{
    return (lh_var){s->t, UINT32_MAX, 0};
}

static int is_good(const lhi_sentence *s)
{
    return s->status == LH_OK && lhi_ok(s->pool.c);
}

static const struct lhi_made *made(const lhi_sentence *s, lhi_ref e)
{
    for (size_t i = 0; i < s->made_count; i++)
        if (s->made[i].e == e)
            return &s->made[i];
    return NULL;
}

static lh_var record(lhi_sentence *s, const lhi_op_family *f, const lh_var *in,
                     const double *number)
{
    lh_var v;

    if (!is_good(s))
        return inert(s);
    v = lhi_record(f, in, number);
    if (v.id != UINT32_MAX) {
        s->t->node[v.id].file = s->from->file;
        s->t->node[v.id].line = s->from->line;
    }
    return v;
}

lh_var lhi_record_match(lhi_sentence *s, const lhi_match *m)
{
    const int n = lhi_family_op(m->family, LHI_F64)->n_in;
    lh_var in[LH_OPERANDS];

    for (int k = 0; k < n; k++)
        in[k] = lhi_compose(s, m->operand[k]);
    return record(s, m->family, in, m->number);
}

/* The call of an op that is not elementwise. */
static lh_var record_call(lhi_sentence *s, lhi_ref e, const lhi_op_family *f)
{
    const lh_op *op = lhi_family_op(f, LHI_F64);
    lhi_ref argument[2 * LHI_LINE_OPERANDS];
    double number[LH_NUMBERS] = {0};
    lh_var in[LH_OPERANDS];

    lhi_arguments(&s->pool, e, argument);
    for (int k = 0; k < op->n_in; k++)
        in[k] = lhi_compose(s, argument[k]);
    for (int k = 0; k < op->numbers; k++)
        lhi_number_of(s, argument[op->n_in + k], &number[k]);
    return record(s, f, in, number);
}

/* Is the whole of an elementwise part said by ops that have loops of their own? */
static int is_said(lhi_sentence *s, lhi_ref e)
{
    lhi_match m;
    int good;

    if (!lhi_is_elementwise(s, e) || made(s, e))
        return s->pool.at[e].kind != LHI_E_NUMBER && s->pool.at[e].kind != LHI_E_COUNT;
    good = lhi_said_by(s, e, LHI_LOOP_OPS, &m);
    for (int k = 0; good && k < lhi_family_op(m.family, LHI_F64)->n_in; k++)
        good = is_said(s, m.operand[k]);
    return good;
}

/* The parts of an elementwise expression that are not: its variables.  Those of its own shape go
 * first, as an op that may work in place wants them. */
enum { SEEN = 2 };

typedef struct region {
    lhi_ref leaf[LHI_LINE_OPERANDS];
    size_t count; /* may be more than there is room for */
} region;

static int is_leaf(lhi_sentence *s, lhi_ref e)
{
    return !lhi_is_elementwise(s, e) || made(s, e) != NULL;
}

/* A flag for each expression up to e: it belongs to the part, or is one of its leaves. */
static unsigned char *region_parts(lhi_sentence *s, lhi_ref e)
{
    unsigned char *part = lhi_alloc(s->pool.c, (size_t)e + 1);

    if (!part)
        return NULL;
    part[e] = 1;
    for (lhi_ref i = e + 1; i-- > 0;) {
        const lhi_expr *x = &s->pool.at[i];

        if (!part[i] || (i != e && is_leaf(s, i)))
            continue;
        if (x->a != LHI_NO_EXPR)
            part[x->a] = 1;
        if (x->b != LHI_NO_EXPR)
            part[x->b] = 1;
    }
    return part;
}

static int is_full(const lhi_sentence *s, lhi_ref leaf, lhi_ref e)
{
    return s->shape[leaf].rows == s->shape[e].rows && s->shape[leaf].cols == s->shape[e].cols;
}

/* The leaves of e, left to right, each once; those whose shape is that of the whole, or not. */
static void add_leaves(lhi_sentence *s, lhi_ref e, unsigned char *part, lhi_ref whole, int full,
                       region *r)
{
    const lhi_expr x = s->pool.at[e];

    if (part[e] == SEEN + full)
        return;
    part[e] = (unsigned char)(SEEN + full);
    if (e != whole && is_leaf(s, e)) {
        if (is_full(s, e, whole) != full)
            return;
        if (r->count < LHI_LINE_OPERANDS)
            r->leaf[r->count] = e;
        r->count++;
        return;
    }
    if (x.a != LHI_NO_EXPR)
        add_leaves(s, x.a, part, whole, full, r);
    if (x.b != LHI_NO_EXPR)
        add_leaves(s, x.b, part, whole, full, r);
}

static region region_of(lhi_sentence *s, lhi_ref e)
{
    unsigned char *part = region_parts(s, e);
    region r = {.count = 0};

    if (part) {
        add_leaves(s, e, part, e, 1, &r);
        add_leaves(s, e, part, e, 0, &r);
    }
    lhi_release(s->pool.c, part);
    return r;
}

/* The part as a line over #1, #2, ...; LHI_NO_EXPR: no memory. */
static lhi_ref as_line(lhi_sentence *s, lhi_ref e, const region *r)
{
    unsigned char *part = region_parts(s, e);
    lhi_ref *now = lhi_alloc_array(s->pool.c, (size_t)e + 1, sizeof *now), result = LHI_NO_EXPR;

    for (lhi_ref i = 0; part && now && i <= e; i++) {
        lhi_expr x = s->pool.at[i];
        uint32_t k = 0;

        if (!part[i])
            continue;
        while (k < r->count && r->leaf[k] != i)
            k++;
        x.a = k < r->count || x.a == LHI_NO_EXPR ? x.a : now[x.a];
        x.b = k < r->count || x.b == LHI_NO_EXPR ? x.b : now[x.b];
        now[i] = k < r->count ? lhi_leaf(&s->pool, LHI_E_VALUE, k + 1) : lhi_make(&s->pool, x);
        result = now[i];
    }
    lhi_release(s->pool.c, now);
    lhi_release(s->pool.c, part);
    return result;
}

static lh_var record_line(lhi_sentence *s, lhi_ref e, const region *r)
{
    const lhi_ref line = as_line(s, e, r);
    lhi_text text = {.c = s->pool.c};
    const lhi_op_family *f = NULL;
    lh_var in[LH_OPERANDS];

    if (line == LHI_NO_EXPR || !lhi_write(&text, &s->pool, line))
        lhi_misfit(s, e, LH_EUSAGE, "give its parts names, each in a line of its own",
                   "the line is too long");
    else
        f = lhi_line_of(s->t->c, lhi_op_named, text.at, &s->why);
    if (!f && is_good(s))
        s->status = LH_EUSAGE;
    lhi_text_free(&text);
    for (size_t k = 0; k < r->count; k++)
        in[k] = lhi_compose(s, r->leaf[k]);
    return f ? record(s, f, in, NULL) : inert(s);
}

/* The argument or side of e with the most variables, and how many these are. */
static lhi_ref largest_part(lhi_sentence *s, lhi_ref e, size_t *leaves)
{
    lhi_ref part[2 * LHI_LINE_OPERANDS] = {s->pool.at[e].a}, most = LHI_NO_EXPR;
    size_t n = 1;

    if (s->pool.at[e].kind == LHI_E_CALL)
        n = lhi_arguments(&s->pool, e, part);
    else if (s->pool.at[e].b != LHI_NO_EXPR)
        part[n++] = s->pool.at[e].b;
    *leaves = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t count = is_leaf(s, part[i]) ? 0 : region_of(s, part[i]).count;

        if (count > *leaves) {
            *leaves = count;
            most = part[i];
        }
    }
    return most;
}

/* Too many variables for one op: the largest part that is not becomes a node of its own. */
static void split(lhi_sentence *s, lhi_ref e)
{
    size_t leaves = LHI_LINE_OPERANDS + 1;
    lhi_ref part = e;

    while (leaves > LHI_LINE_OPERANDS && part != LHI_NO_EXPR)
        part = largest_part(s, part, &leaves);
    if (part != LHI_NO_EXPR)
        lhi_compose(s, part);
    else
        lhi_misfit(s, e, LH_EUSAGE, "give a part a name of its own, in a line before",
                   "these are more than %d variables", LHI_LINE_OPERANDS);
}

static lh_var record_region(lhi_sentence *s, lhi_ref e)
{
    region r = region_of(s, e);
    lhi_match m;

    if (r.count == 0)
        lhi_misfit(s, e, LH_EUSAGE, "a number is written where it is used",
                   "there is no variable in this");
    if (is_good(s) && is_said(s, e) && lhi_said_by(s, e, LHI_LOOP_OPS, &m))
        return lhi_record_match(s, &m);
    if (is_good(s) && lhi_said_by(s, e, LHI_LINE_OPS, &m))
        return lhi_record_match(s, &m);
    while (is_good(s) && r.count > LHI_LINE_OPERANDS) {
        split(s, e);
        r = region_of(s, e);
    }
    return is_good(s) ? record_line(s, e, &r) : inert(s);
}

static lh_var composed(lhi_sentence *s, lhi_ref e)
{
    const lhi_op_family *called = lhi_family_called(s, e);
    const lhi_expr *x = &s->pool.at[e];
    lhi_match m;

    if (x->kind == LHI_E_VALUE)
        return (lh_var){s->t, x->node, s->t->gen};
    if (called && !lhi_is_elementwise(s, e))
        return record_call(s, e, called);
    if (lhi_said_by(s, e, LHI_WHOLE_OPS, &m))
        return lhi_record_match(s, &m);
    if (lhi_is_elementwise(s, e))
        return record_region(s, e);
    lhi_misfit(s, e, LH_EUSAGE, "`longhand ops` lists what there is", "no op does this");
    return inert(s);
}

lh_var lhi_compose(lhi_sentence *s, lhi_ref e)
{
    const struct lhi_made *before = made(s, e);
    lh_var v;

    if (!is_good(s))
        return inert(s);
    if (before)
        return before->v;
    v = composed(s, e);
    if (!is_good(s) || lhi_grow(s->pool.c, &s->made, &s->made_room, s->made_count + 1,
                                sizeof *s->made) != 0)
        return inert(s);
    s->made[s->made_count++] = (struct lhi_made){e, v};
    return v;
}
