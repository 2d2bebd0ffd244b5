/* functions.c -- the functions that lines may use, those of the library's ops among them. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define APPLIED "<mo>&#x2061;</mo>"
#define OPEN    "<mo stretchy=\"false\">(</mo>"
#define BAR     "<mo stretchy=\"false\">|</mo>"
#define SHUT    "<mo stretchy=\"false\">)</mo>"

static const lhi_function functions[] = {
#define LHI_FUNCTION(name, arguments, code, slope1, slope2, text, latex, html) \
    {name, arguments, code, {slope1, slope2}, {text, latex, html}},
#include "framework/lines/functions.def"
#undef LHI_FUNCTION
};

const lhi_function *lhi_function_at(size_t index)
{
    return index < sizeof functions / sizeof *functions ? &functions[index] : NULL;
}

const lhi_function *lhi_function_named(const char *name, int length)
{
    if (length == 7 && strncmp(name, "sigmoid", 7) == 0)
        length = 5, name = "sigma";
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if ((int)strlen(functions[i].name) == length &&
            strncmp(functions[i].name, name, (size_t)length) == 0)
            return &functions[i];
    return NULL;
}

/* Expressions in a, b or x, one a type. */
#define EACH(x32, x64, xwide) *out = (lhi_number){x32, x64, xwide}; return 1
#define BINARY(sign) EACH(a.f32 sign b.f32, a.f64 sign b.f64, a.wide sign b.wide)
#define CHOSEN(sign)                                                                      \
    EACH(a.f32 sign b.f32 || a.f32 != a.f32 ? a.f32 : b.f32,                              \
         a.f64 sign b.f64 || a.f64 != a.f64 ? a.f64 : b.f64,                              \
         a.wide sign b.wide || a.wide != a.wide ? a.wide : b.wide)

int lhi_apply(lhi_code code, lhi_number a, lhi_number b, lhi_number *out)
{
    switch (code) {
    case LHI_ADD:
        BINARY(+);
    case LHI_SUB:
        BINARY(-);
    case LHI_MUL:
        BINARY(*);
    case LHI_DIV:
        BINARY(/);
    case LHI_MAX:
        CHOSEN(>=);
    case LHI_MIN:
        CHOSEN(<=);
    case LHI_ABOVE:
        EACH(a.f32 > b.f32 ? 1 : 0, a.f64 > b.f64 ? 1 : 0, a.wide > b.wide ? 1 : 0);
    case LHI_NEG:
        EACH(-a.f32, -a.f64, -a.wide);
    case LHI_ABS:
        EACH(fabsf(a.f32), fabs(a.f64), fabsl(a.wide));
    case LHI_SQRT:
        EACH(sqrtf(a.f32), sqrt(a.f64), sqrtl(a.wide));
    default:
        return 0;
    }
}

const lh_op *lhi_called_op(const lhi_pool *p, lhi_ref call)
{
    const lhi_expr *x = &p->at[call];
    const lh_op *op;
    char name[64];

    if (x->kind != LHI_E_CALL || x->node || !p->find || x->length >= (int)sizeof name ||
        lhi_function_named(x->name, x->length))
        return NULL;
    snprintf(name, sizeof name, "%.*s", x->length, x->name);
    op = p->find(p->c, name);
    return op && op->lines && op->lines->forward ? op : NULL;
}

int lhi_bind(lhi_pool *p, lhi_ref call, const lh_op *op, lhi_binding *b)
{
    lhi_ref argument[2 * LHI_LINE_OPERANDS];
    const size_t n = lhi_arguments(p, call, argument);

    *b = lhi_operands(p, 0, NULL);
    b->placed = 1;
    b->at = p->at[call].at;
    b->value[0] = call;
    if (n != (size_t)op->n_in + (size_t)op->numbers)
        return 0;
    for (int k = 0; k < op->n_in; k++)
        b->value[1 + k] = argument[k];
    for (int k = 0; k < op->numbers; k++)
        b->setting[k] = argument[op->n_in + k];
    return 1;
}

lhi_ref lhi_expanded(lhi_pool *p, lhi_ref call)
{
    const lh_op *op = lhi_called_op(p, call);
    lhi_ref step[LHI_CHAIN];
    lhi_misread why;
    lhi_binding b;

    return op && lhi_bind(p, call, op, &b) && lhi_read(p, op->lines->forward, &b, step, &why)
               ? step[0] : LHI_NO_EXPR;
}
