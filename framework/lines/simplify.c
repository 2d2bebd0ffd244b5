/* simplify.c -- expressions put together with 0, 1, signs and whole numbers worked at once. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"

#include <math.h>

/* The product and the sum of two such numbers are exact in every type. */
static int small(const lhi_pool *p, lhi_ref e)
{
    const lhi_expr *x = &p->at[e];

    return x->kind == LHI_E_NUMBER && fabsl(x->number.wide) <= 2048 &&
           8 * x->number.wide == floorl(8 * x->number.wide);
}

static lh_wide value(const lhi_pool *p, lhi_ref e)
{
    return p->at[e].number.wide;
}

static int is(const lhi_pool *p, lhi_ref e, lhi_expr_kind kind)
{
    return p->at[e].kind == kind;
}

/* A number as a leaf, or the negative of one. */
static lhi_ref number(lhi_pool *p, lh_wide x)
{
    return x < 0 ? lhi_negative(p, lhi_of_double(p, (double)-x)) : lhi_of_double(p, (double)x);
}

lhi_ref lhi_negative(lhi_pool *p, lhi_ref a)
{
    if (lhi_is_whole(p, a, 0))
        return a;
    return is(p, a, LHI_E_NEG) ? p->at[a].a : lhi_join(p, LHI_E_NEG, a, LHI_NO_EXPR);
}

lhi_ref lhi_plus(lhi_pool *p, lhi_ref a, lhi_ref b)
{
    if (lhi_is_whole(p, a, 0))
        return b;
    if (lhi_is_whole(p, b, 0))
        return a;
    if (small(p, a) && small(p, b))
        return number(p, value(p, a) + value(p, b));
    if (is(p, b, LHI_E_NEG))
        return lhi_minus(p, a, p->at[b].a);
    if (is(p, a, LHI_E_NEG))
        return lhi_minus(p, b, p->at[a].a);
    return a == b ? lhi_times(p, lhi_whole(p, 2), a) : lhi_join(p, LHI_E_ADD, a, b);
}

lhi_ref lhi_minus(lhi_pool *p, lhi_ref a, lhi_ref b)
{
    if (lhi_is_whole(p, b, 0))
        return a;
    if (lhi_is_whole(p, a, 0))
        return lhi_negative(p, b);
    if (a == b)
        return lhi_whole(p, 0);
    if (small(p, a) && small(p, b))
        return number(p, value(p, a) - value(p, b));
    if (is(p, b, LHI_E_NEG))
        return lhi_plus(p, a, p->at[b].a);
    return lhi_join(p, LHI_E_SUB, a, b);
}

lhi_ref lhi_times(lhi_pool *p, lhi_ref a, lhi_ref b)
{
    if (lhi_is_whole(p, a, 0) || lhi_is_whole(p, b, 0))
        return lhi_whole(p, 0);
    if (lhi_is_whole(p, a, 1))
        return b;
    if (lhi_is_whole(p, b, 1))
        return a;
    if (small(p, a) && small(p, b))
        return number(p, value(p, a) * value(p, b));
    if (is(p, a, LHI_E_NEG))
        return lhi_negative(p, lhi_times(p, p->at[a].a, b));
    if (is(p, b, LHI_E_NEG))
        return lhi_negative(p, lhi_times(p, a, p->at[b].a));
    if (is(p, b, LHI_E_NUMBER) && !is(p, a, LHI_E_NUMBER))
        return lhi_times(p, b, a);
    if (is(p, a, LHI_E_OVER) && lhi_is_whole(p, p->at[a].a, 1))
        return lhi_over(p, b, p->at[a].b);
    if (is(p, b, LHI_E_OVER) && lhi_is_whole(p, p->at[b].a, 1))
        return lhi_over(p, a, p->at[b].b);
    if (a == b && is(p, a, LHI_E_ABOVE))
        return a;
    return lhi_join(p, LHI_E_TIMES, a, b);
}

lhi_ref lhi_over(lhi_pool *p, lhi_ref a, lhi_ref b)
{
    if (lhi_is_whole(p, a, 0) || lhi_is_whole(p, b, 1))
        return a;
    if (is(p, a, LHI_E_NEG))
        return lhi_negative(p, lhi_over(p, p->at[a].a, b));
    return lhi_join(p, LHI_E_OVER, a, b);
}

lhi_ref lhi_raised(lhi_pool *p, lhi_ref a, lhi_ref b)
{
    if (lhi_is_whole(p, b, 0))
        return lhi_whole(p, 1);
    return lhi_is_whole(p, b, 1) ? a : lhi_join(p, LHI_E_POWER, a, b);
}
