/* match.c -- which op says what an expression says, by its line. */
/* SPDX-License-Identifier: MIT */
#include "framework/page/page.h"

#include <string.h>

/* With the lines of elementwise ops in place of their calls, and every product as what it is. */
static lhi_ref flat(lhi_sentence *s, lhi_ref e);

static lhi_ref flat_call(lhi_sentence *s, lhi_ref call)
{
    lhi_ref body = LHI_NO_EXPR;

    if (lhi_is_elementwise(s, call) && lhi_called_op(&s->pool, call) &&
        s->pool.nested < LHI_NESTED)
        body = lhi_expanded(&s->pool, call);
    if (body == LHI_NO_EXPR)
        return call;
    s->pool.nested++;
    body = flat(s, body);
    s->pool.nested--;
    return body;
}

static lhi_ref flat_one(lhi_sentence *s, lhi_expr x, int both_vary)
{
    if (x.kind == LHI_E_PRODUCT)
        return lhi_join(&s->pool, both_vary ? LHI_E_DOT : LHI_E_TIMES, x.a, x.b);
    return x.kind == LHI_E_CALL ? flat_call(s, lhi_make(&s->pool, x)) : lhi_make(&s->pool, x);
}

static lhi_ref flat(lhi_sentence *s, lhi_ref e)
{
    unsigned char *part = lhi_parts(&s->pool, e), *varies = lhi_alloc(s->pool.c, (size_t)e + 1);
    lhi_ref *now = lhi_alloc_array(s->pool.c, (size_t)e + 1, sizeof *now), result = e;

    for (lhi_ref i = 0; part && varies && now && i <= e; i++) {
        lhi_expr x = s->pool.at[i];
        const int a = x.a != LHI_NO_EXPR && varies[x.a], b = x.b != LHI_NO_EXPR && varies[x.b];

        if (!part[i])
            continue;
        varies[i] = x.kind == LHI_E_VALUE || a || b;
        x.a = x.a == LHI_NO_EXPR ? x.a : now[x.a];
        x.b = x.b == LHI_NO_EXPR ? x.b : now[x.b];
        now[i] = flat_one(s, x, a && b);
    }
    if (now)
        result = now[e];
    lhi_release(s->pool.c, now);
    lhi_release(s->pool.c, varies);
    lhi_release(s->pool.c, part);
    return result;
}

/* What the letters of a pattern are bound to so far. */
typedef struct bound {
    lhi_ref operand[1 + LH_OPERANDS], number[LH_NUMBERS];
} bound;

static int bind(lhi_ref *letter, lhi_ref e)
{
    if (*letter == LHI_NO_EXPR)
        *letter = e;
    return *letter == e;
}

static int fits(const lhi_pool *p, lhi_ref pattern, lhi_ref e, bound *b);

static int parts_fit(const lhi_pool *p, const lhi_expr *x, lhi_ref a, lhi_ref b, bound *all)
{
    const bound before = *all;

    if ((x->a == LHI_NO_EXPR || fits(p, x->a, a, all)) &&
        (x->b == LHI_NO_EXPR || fits(p, x->b, b, all)))
        return 1;
    *all = before;
    return 0;
}

/* A sum or product of elements may stand the other way round: the bits are the same. */
static int fits(const lhi_pool *p, lhi_ref pattern, lhi_ref e, bound *b)
{
    const lhi_expr *x = &p->at[pattern], *y;

    if (e == LHI_NO_EXPR)
        return 0;
    y = &p->at[e];
    if (x->kind == LHI_E_VALUE)
        return x->node >= 1 && x->node <= LH_OPERANDS && bind(&b->operand[x->node], e);
    if (x->kind == LHI_E_SETTING)
        return y->kind == LHI_E_NUMBER && bind(&b->number[x->node], e);
    if (x->kind != y->kind || x->number.wide != y->number.wide || x->length != y->length ||
        (x->length && memcmp(x->name, y->name, (size_t)x->length) != 0) ||
        (x->b == LHI_NO_EXPR) != (y->b == LHI_NO_EXPR))
        return 0;
    return parts_fit(p, x, y->a, y->b, b) ||
           ((x->kind == LHI_E_ADD || x->kind == LHI_E_TIMES) && parts_fit(p, x, y->b, y->a, b));
}

static size_t count_parts(lhi_sentence *s, lhi_ref e)
{
    unsigned char *part = lhi_parts(&s->pool, e);
    size_t n = 0;

    for (lhi_ref i = 0; part && i <= e; i++)
        n += part[i];
    lhi_release(s->pool.c, part);
    return n;
}

/* Does a variable that has a gradient occur in it?  With `any`: any variable. */
static int holds_variable(lhi_sentence *s, lhi_ref e, int any)
{
    unsigned char *part = lhi_parts(&s->pool, e);
    int found = 0;

    for (lhi_ref i = 0; part && i <= e && !found; i++)
        found = part[i] && s->pool.at[i].kind == LHI_E_VALUE &&
                (any || s->t->node[s->pool.at[i].node].graded);
    lhi_release(s->pool.c, part);
    return found;
}

/* Is there a product of matrices, a sum or the like in it? */
static int holds_whole(lhi_sentence *s, lhi_ref e)
{
    unsigned char *part = lhi_parts(&s->pool, e);
    int found = 0;

    for (lhi_ref i = 0; part && i <= e && !found; i++)
        found = part[i] && s->pool.at[i].kind != LHI_E_VALUE && !lhi_is_elementwise(s, i);
    lhi_release(s->pool.c, part);
    return found;
}

/* May an op take what its letters stand for?  To a line, only variables are given. */
static int is_fit(lhi_sentence *s, const lh_op *op, const bound *b, lhi_ops_wanted wanted,
                  lhi_match *found)
{
    lh_shape in[LH_OPERANDS] = {{0, 0}}, out;
    char why[120];

    for (int k = 0; k < op->n_in; k++) {
        const lhi_ref e = b->operand[1 + k] == LHI_NO_EXPR
                              ? LHI_NO_EXPR : lhi_settle(s, b->operand[1 + k]);

        if (e == LHI_NO_EXPR || !holds_variable(s, e, 1) ||
            (wanted == LHI_LINE_OPS && lhi_is_elementwise(s, e)) ||
            (op->no_grad >> k & 1 && holds_variable(s, e, 0)))
            return 0;
        in[k] = s->shape[e];
        found->operand[k] = e;
    }
    for (int k = 0; k < op->numbers; k++) {
        if (b->number[k] == LHI_NO_EXPR)
            return 0;
        found->number[k] = s->pool.at[b->number[k]].number.f64;
    }
    return op->shape(op, in, found->number, &out, why, sizeof why) == 0;
}

static lhi_ops_wanted kind_of(lhi_sentence *s, const lhi_op_family *f, lhi_ref pattern)
{
    if (holds_whole(s, pattern))
        return LHI_WHOLE_OPS;
    return lhi_is_line(f) ? LHI_LINE_OPS : LHI_LOOP_OPS;
}

/* Each form that the line of an op gives its result. */
static void add_patterns(lhi_sentence *s, const lhi_op_family *f)
{
    const lh_op *op = lhi_family_op(f, LHI_F64);
    lhi_binding letters = lhi_operands(&s->pool, op->n_in, NULL);
    lhi_ref step[LHI_CHAIN];
    lhi_misread why;
    size_t n;

    if (!op->lines || !op->lines->forward || op->name[0] == '"')
        return;
    letters.value[0] = LHI_NO_EXPR;
    n = lhi_read(&s->pool, op->lines->forward, &letters, step, &why);
    for (size_t i = 0; i < n; i++) {
        const lhi_ref form = flat(s, step[i]);

        if (s->pool.at[form].kind >= LHI_E_ADD &&
            lhi_grow(s->pool.c, &s->pattern, &s->pattern_room, s->patterns + 1,
                     sizeof *s->pattern) == 0)
            s->pattern[s->patterns++] = (struct lhi_pattern){f, form, count_parts(s, form),
                                                             kind_of(s, f, form)};
    }
}

/* Is e the pattern, and may its parts be operands?  `turned`: with the two sides of the whole the
 * other way round. */
static int is_said(lhi_sentence *s, const struct lhi_pattern *q, lhi_ref e, int turned,
                   lhi_match *found)
{
    const lhi_expr *x = &s->pool.at[q->form], *y = &s->pool.at[e];
    const lh_op *op = lhi_family_op(q->family, LHI_F64);
    bound b;

    memset(&b, 0xff, sizeof b);
    if (!turned)
        return fits(&s->pool, q->form, e, &b) && is_fit(s, op, &b, q->kind, found);
    return x->kind == y->kind && (x->kind == LHI_E_ADD || x->kind == LHI_E_TIMES) &&
           parts_fit(&s->pool, x, y->b, y->a, &b) && is_fit(s, op, &b, q->kind, found);
}

int lhi_said_by(lhi_sentence *s, lhi_ref e, lhi_ops_wanted wanted, lhi_match *found)
{
    const lhi_ref plain = flat(s, e);
    const lhi_op_family *f;

    *found = (lhi_match){.family = NULL};
    if (!s->pattern)
        for (size_t i = 0; (f = lhi_family_at(s->t->c, i)) != NULL; i++)
            add_patterns(s, f);
    for (size_t i = 0; i < s->patterns; i++) {
        const struct lhi_pattern *q = &s->pattern[i];
        lhi_match m = {.family = q->family, .size = q->size};

        if (q->kind == wanted && q->size > found->size &&
            (is_said(s, q, plain, 0, &m) || is_said(s, q, plain, 1, &m)))
            *found = m;
    }
    return found->family != NULL;
}
