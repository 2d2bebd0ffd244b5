/* nearest.c -- what a wrong step may have meant: the changes of one place that make it right. */
/* SPDX-License-Identifier: MIT */
#include "framework/exact/exact.h"

#include <string.h>

/* A change that is tried, and whether one was right. */
typedef struct search {
    lhi_world *w;
    const lhi_chain *l;
    lhi_ref step, found;
    int levels;
} search;

static int is_right(search *s, lhi_ref e)
{
    enum { DRAWS = 3, TRIES = 24 };
    int right = 0;

    for (uint64_t draw = 1; draw <= TRIES && right < DRAWS && lhi_ok(s->w->c); draw++) {
        int said;

        lhi_world_draw(s->w, 0x6e656172 + draw, s->levels);
        said = lhi_judge(s->w, s->l, e);
        if (said == 0 || (said < 0 && s->w->trouble != LHI_AGAIN))
            return 0;
        right += said == 1;
    }
    return right == DRAWS;
}

static void propose(search *s, lhi_ref part, lhi_ref instead)
{
    lhi_ref e;

    if (s->found != LHI_NO_EXPR || part == instead || instead == LHI_NO_EXPR || !lhi_ok(s->w->c))
        return;
    e = lhi_replace(s->w->pool, s->step, part, instead);
    /* That something is itself is no help. */
    if (e != s->step && lhi_occurs(s->w->pool, e, s->l->step[0]) == 0 && is_right(s, e))
        s->found = e;
}

static lhi_ref letter(search *s, const char *name)
{
    return lhi_make(s->w->pool, (lhi_expr){.kind = LHI_E_SYMBOL, .a = LHI_NO_EXPR,
                                           .b = LHI_NO_EXPR, .name = name,
                                           .length = (int)strlen(name)});
}

static lhi_ref named(search *s, uint32_t id)
{
    const char *name = s->w->t->node[id].name;

    return name ? letter(s, name) : LHI_NO_EXPR;
}

/* A sign, a product turned round, a factor, an exponent or a transpose too many or too few. */
static void change_one(search *s, lhi_ref i)
{
    lhi_pool *p = s->w->pool;
    const lhi_expr x = p->at[i];
    const lhi_ref m = letter(s, "m");

    switch (x.kind) {
    case LHI_E_ADD:
        propose(s, i, lhi_join(p, LHI_E_SUB, x.a, x.b));
        break;
    case LHI_E_SUB:
        propose(s, i, lhi_join(p, LHI_E_ADD, x.a, x.b));
        propose(s, i, lhi_join(p, LHI_E_SUB, x.b, x.a));
        break;
    case LHI_E_NEG:
    case LHI_E_TRANSPOSE:
        propose(s, i, x.a);
        break;
    case LHI_E_DOT:
    case LHI_E_PRODUCT:
    case LHI_E_TIMES:
    case LHI_E_OVER:
        propose(s, i, lhi_join(p, x.kind, x.b, x.a));
        if (x.kind != LHI_E_DOT)
            propose(s, i, x.a);
        if (x.kind == LHI_E_TIMES || x.kind == LHI_E_PRODUCT)
            propose(s, i, x.b);
        if (x.kind == LHI_E_TIMES)
            propose(s, i, lhi_join(p, LHI_E_DOT, x.a, x.b));
        break;
    case LHI_E_POWER:
        for (int by = -3; by <= 3; by++)
            propose(s, i, lhi_join(p, LHI_E_POWER, x.a, lhi_whole(p, by)));
        break;
    default:
        break;
    }
    if (x.kind == LHI_E_SYMBOL || x.kind == LHI_E_PARTIAL)
        propose(s, i, lhi_join(p, LHI_E_TRANSPOSE, i, LHI_NO_EXPR));
    propose(s, i, lhi_join(p, LHI_E_NEG, i, LHI_NO_EXPR));
    propose(s, i, lhi_join(p, LHI_E_OVER, i, m));
    propose(s, i, lhi_join(p, LHI_E_TIMES, i, m));
    if (x.kind == LHI_E_ADD || x.kind == LHI_E_SUB)
        propose(s, i, lhi_join(p, LHI_E_POWER, i, lhi_whole(p, 2)));
}

/* Another letter in its place: of a variable, of a derivative, of what a function is of. */
static void change_letter(search *s, lhi_ref i)
{
    lhi_pool *p = s->w->pool;
    const lhi_expr x = p->at[i];
    const int is_variable = x.kind == LHI_E_SYMBOL && lhi_world_node_of(s->w, i) != LHI_NONE;
    const int is_gradient =
        x.kind == LHI_E_PARTIAL && lhi_world_node_of(s->w, x.a) == s->w->root;

    for (uint32_t id = 0; id < s->w->t->count; id++) {
        const lhi_ref other = named(s, id);

        if (other == LHI_NO_EXPR)
            continue;
        if (is_variable && id != s->w->root)
            propose(s, i, other);
        else if (is_gradient)
            propose(s, i, lhi_join(p, LHI_E_PARTIAL, x.a, other));
        else if (x.kind == LHI_E_PRIME && x.b != LHI_NO_EXPR)
            propose(s, i, lhi_join(p, LHI_E_PRIME, x.a, other));
    }
}

/* A mask that is missing or another one: g'(Z) for each function that the page names. */
static void change_mask(search *s, const unsigned char *part)
{
    const lhi_page *page = s->w->page;
    lhi_pool *p = s->w->pool;

    for (size_t k = 0; page && k < page->aliases; k++) {
        const lhi_ref g = page->alias[k].function ? letter(s, page->alias[k].name) : LHI_NO_EXPR;

        if (g == LHI_NO_EXPR)
            continue;
        for (lhi_ref i = 0; i <= s->step; i++)
            if (part[i] && p->at[i].kind == LHI_E_PRIME)
                propose(s, i, lhi_join(p, LHI_E_PRIME, g, p->at[i].b));
            else if (part[i] && p->at[i].kind == LHI_E_SYMBOL)
                propose(s, i, lhi_join(p, LHI_E_PRIME, g, i));
        for (uint32_t id = 0; id < s->w->t->count; id++)
            if (named(s, id) != LHI_NO_EXPR)
                propose(s, s->step, lhi_join(p, LHI_E_TIMES, s->step,
                                             lhi_join(p, LHI_E_PRIME, g, named(s, id))));
    }
}

/* What is missing from the whole: a sum over the rows, a term, a factor. */
static void add_part(search *s)
{
    lhi_pool *p = s->w->pool;

    propose(s, s->step, lhi_make(p, (lhi_expr){.kind = LHI_E_CALL, .a = s->step,
                                               .b = LHI_NO_EXPR, .name = "over_rows",
                                               .length = 9}));
    for (uint32_t id = 0; id < s->w->t->count; id++) {
        const lhi_ref other = named(s, id);

        if (other == LHI_NO_EXPR)
            continue;
        propose(s, s->step, lhi_join(p, LHI_E_SUB, s->step, other));
        propose(s, s->step, lhi_join(p, LHI_E_TIMES, s->step, other));
    }
}

lhi_ref lhi_nearest_right(lhi_world *w, const lhi_chain *l, lhi_ref step, int levels)
{
    search s = {.w = w, .l = l, .step = step, .found = LHI_NO_EXPR, .levels = levels};
    unsigned char *part = lhi_parts(w->pool, step);

    for (lhi_ref i = step + 1; part && i-- > 0;)
        if (part[i])
            change_one(&s, i);
    for (lhi_ref i = step + 1; part && i-- > 0;)
        if (part[i])
            change_letter(&s, i);
    if (part) {
        change_mask(&s, part);
        add_part(&s);
    }
    lhi_release(w->c, part);
    return s.found;
}
