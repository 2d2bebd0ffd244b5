/* slope.c -- the derivative of a line, by the rules that the page uses. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One sweep: the slope of an expression from those of its parts. */
typedef struct sweep {
    lhi_pool *p;
    lhi_ref leaf;
    lhi_ref *slope; /* of each expression before the one that is asked for */
    lhi_misread *why;
    int failed;
} sweep;

static lhi_ref fail(sweep *s, lhi_ref e, const char *why)
{
    if (!s->failed) {
        s->why->at = s->p->at[e].at;
        s->why->hint = NULL;
        snprintf(s->why->why, sizeof s->why->why, "%s", why);
    }
    s->failed = 1;
    return lhi_whole(s->p, 0);
}

/* The slope of what stands in the place of e: the line of a function. */
static lhi_ref deeper(sweep *s, lhi_ref e, lhi_ref body, lhi_ref leaf)
{
    lhi_misread why = {.why = ""};
    lhi_ref found = LHI_NO_EXPR;

    if (s->p->nested >= LHI_NESTED)
        return fail(s, e, "functions stand too deep within each other");
    s->p->nested++;
    found = lhi_slope(s->p, body, leaf, &why);
    s->p->nested--;
    return found == LHI_NO_EXPR ? fail(s, e, why.why) : found;
}

/* (da - q db)/b, q the quotient itself. */
static lhi_ref of_quotient(sweep *s, lhi_ref e, lhi_expr x)
{
    const lhi_ref da = s->slope[x.a], db = s->slope[x.b];

    return lhi_over(s->p, lhi_minus(s->p, da, lhi_times(s->p, e, db)), x.b);
}

/* A number below 0 is one in an exponent alone; elsewhere it is the negative of another. */
static lhi_ref positive(lhi_pool *p, lhi_ref e)
{
    const lhi_expr x = p->at[e];
    const lhi_number n = {-x.number.f32, -x.number.f64, -x.number.wide};

    if (x.kind != LHI_E_NUMBER || x.number.wide >= 0)
        return e;
    return lhi_negative(p, lhi_make(p, (lhi_expr){.kind = LHI_E_NUMBER, .number = n}));
}

/* n a^(n-1) da for a number n; else a^b (db log a + b da/a). */
static lhi_ref of_power(sweep *s, lhi_ref e, lhi_expr x)
{
    lhi_pool *p = s->p;
    const lhi_ref da = s->slope[x.a], db = s->slope[x.b];
    const lhi_expr n = p->at[x.b];
    lhi_ref log_a;

    if (lhi_is_whole(p, db, 0)) {
        const int exact = n.kind == LHI_E_NUMBER && fabsl(n.number.wide) <= 2048 &&
                          n.number.wide == (lh_wide)n.number.f32;
        const lhi_ref less = exact ? lhi_of_double(p, n.number.f64 - 1)
                                   : lhi_join(p, LHI_E_SUB, positive(p, x.b), lhi_whole(p, 1));

        return lhi_times(p, lhi_times(p, positive(p, x.b), lhi_raised(p, x.a, less)), da);
    }
    log_a = lhi_make(p, (lhi_expr){.kind = LHI_E_CALL, .a = x.a, .b = LHI_NO_EXPR, .name = "log",
                                   .length = 3, .at = x.at});
    return lhi_times(p, e, lhi_plus(p, lhi_times(p, db, log_a),
                                    lhi_times(p, positive(p, x.b), lhi_over(p, da, x.a))));
}

/* The sum of what each argument brings: its slope times that of the function, which `rule`
 * says, a line; NULL: the argument brings nothing. */
static lhi_ref chain(sweep *s, lhi_ref argument, const char *rule, const lhi_binding *b,
                     int is_backward)
{
    const lhi_ref inner = s->slope[argument];
    lhi_ref step[LHI_CHAIN], outer;
    lhi_misread why;
    size_t n;

    if (lhi_is_whole(s->p, inner, 0) || !rule)
        return lhi_whole(s->p, 0);
    n = lhi_read(s->p, rule, b, step, &why);
    if (n == 0)
        return fail(s, argument, "the lines of this function cannot be read");
    outer = step[n - 1];
    if (is_backward)
        outer = deeper(s, argument, outer, b->grad);
    return lhi_times(s->p, outer, inner);
}

/* A function of functions.def, or an op by its lines. */
static lhi_ref of_call(sweep *s, lhi_ref e, lhi_expr x)
{
    const lhi_function *f = lhi_function_named(x.name, x.length);
    const lh_op *op = f ? NULL : lhi_called_op(s->p, e);
    lhi_ref argument[2 * LHI_LINE_OPERANDS], sum = lhi_whole(s->p, 0), body;
    const size_t n = lhi_arguments(s->p, e, argument);
    lhi_binding b;

    if (f ? f->code == LHI_CODES : !op || !lhi_bind(s->p, e, op, &b))
        return fail(s, e, "this is not worked element by element");
    if (op && !op->lines->backward[0]) { /* its slope is that of its line */
        body = lhi_expanded(s->p, e);
        return body == LHI_NO_EXPR ? fail(s, e, "the line of this function cannot be read")
                                   : deeper(s, e, body, s->leaf);
    }
    if (f) {
        b = lhi_operands(s->p, 0, NULL);
        b.placed = 1;
        b.at = x.at;
        b.value[0] = e;
        for (size_t k = 0; k < n; k++)
            b.value[1 + k] = argument[k];
    }
    b.is_row = b.is_column = 0;
    for (size_t k = 0; k < n && (f || (int)k < op->n_in); k++)
        sum = lhi_plus(s->p, sum, chain(s, argument[k],
                                        f ? f->slope[k] : op->lines->backward[k], &b, !f));
    return sum;
}

static lhi_ref rule(sweep *s, lhi_ref e, lhi_expr x)
{
    lhi_pool *p = s->p;

    switch (x.kind) {
    case LHI_E_NUMBER:
    case LHI_E_VALUE:
    case LHI_E_GRAD:
    case LHI_E_COUNT:
    case LHI_E_SETTING:
    case LHI_E_SYMBOL:
        return lhi_whole(p, 0);
    case LHI_E_ADD:
        return lhi_plus(p, s->slope[x.a], s->slope[x.b]);
    case LHI_E_SUB:
        return lhi_minus(p, s->slope[x.a], s->slope[x.b]);
    case LHI_E_NEG:
        return lhi_negative(p, s->slope[x.a]);
    case LHI_E_TIMES:
    case LHI_E_PRODUCT:
        return lhi_plus(p, lhi_times(p, s->slope[x.a], x.b),
                        lhi_times(p, x.a, s->slope[x.b]));
    case LHI_E_OVER:
        return of_quotient(s, e, x);
    case LHI_E_POWER:
        return of_power(s, e, x);
    case LHI_E_ABOVE: /* flat but for a step */
        return lhi_whole(p, 0);
    case LHI_E_CALL:
        return of_call(s, e, x);
    case LHI_E_LIST: /* the call looks at its arguments */
        return lhi_whole(p, 0);
    default:
        return fail(s, e, "this is not worked element by element");
    }
}

lhi_ref lhi_slope(lhi_pool *p, lhi_ref e, lhi_ref leaf, lhi_misread *why)
{
    sweep s = {.p = p, .leaf = leaf, .why = why};
    unsigned char *part = lhi_parts(p, e);
    lhi_ref found = LHI_NO_EXPR;

    s.slope = part ? lhi_alloc_array(p->c, (size_t)e + 1, sizeof *s.slope) : NULL;
    for (lhi_ref i = 0; s.slope && i <= e && !s.failed && lhi_ok(p->c); i++)
        if (part[i])
            s.slope[i] = i == leaf ? lhi_whole(p, 1) : rule(&s, i, p->at[i]);
    if (s.slope && !s.failed && lhi_ok(p->c))
        found = s.slope[e];
    lhi_release(p->c, s.slope);
    lhi_release(p->c, part);
    return found;
}
