/* settle.c -- names become variables, and shapes say which product is meant. */
/* SPDX-License-Identifier: MIT */
#include "framework/page/page.h"

#include "framework/base/quote.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

lhi_ref lhi_misfit(lhi_sentence *s, lhi_ref e, lh_status status, const char *hint,
                   const char *format, ...)
{
    va_list args;

    if (s->status != LH_OK)
        return 0;
    s->status = status;
    s->why.at = s->pool.at[e].at;
    s->why.hint = hint;
    va_start(args, format);
    vsnprintf(s->why.why, sizeof s->why.why, format, args);
    va_end(args);
    return 0;
}

uint32_t lhi_node_named(const lhi_sentence *s, const char *name, size_t length)
{
    const lhi_page names = {.alias = s->from->alias, .aliases = s->from->aliases};

    return lhi_page_node(&names, s->t, name, length);
}

lhi_ref lhi_shaped(lhi_sentence *s, lhi_expr e, lh_shape shape)
{
    const lhi_ref made = lhi_make(&s->pool, e);

    if (lhi_grow(s->pool.c, &s->shape, &s->room, s->pool.count, sizeof *s->shape) != 0)
        return 0;
    s->shape[made] = shape;
    return made;
}

const lhi_op_family *lhi_family_called(const lhi_sentence *s, lhi_ref call)
{
    const lhi_expr *x = &s->pool.at[call];
    char name[LHI_NAME];

    if (x->kind != LHI_E_CALL || x->length >= LHI_NAME || lhi_function_named(x->name, x->length))
        return NULL;
    snprintf(name, sizeof name, "%.*s", x->length, x->name);
    return lhi_family(s->t->c, name);
}

/* The text of a shape, in one of a few rooms, so that two fit into a message. */
static const char *shown(lh_shape a)
{
    static _Thread_local char text[4][48];
    static _Thread_local unsigned next;

    next = (next + 1) % 4;
    return lhi_shape_text(a.rows, a.cols, text[next], sizeof *text);
}

static int is_one(lh_shape a)
{
    return a.rows == 1 && a.cols == 1;
}

/* One extent of an elementwise result; 0: they do not fit. */
static ptrdiff_t repeated(ptrdiff_t a, ptrdiff_t b)
{
    return a == b || b == 1 ? a : a == 1 ? b : 0;
}

static int repeated_to(lh_shape a, lh_shape b, lh_shape *out)
{
    *out = (lh_shape){repeated(a.rows, b.rows), repeated(a.cols, b.cols)};
    return out->rows != 0 && out->cols != 0;
}

static lhi_ref elementwise(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const lh_shape a = s->shape[x.a], b = x.b == LHI_NO_EXPR ? a : s->shape[x.b];
    lh_shape out;

    if (!repeated_to(a, b, &out))
        return lhi_misfit(s, e, LH_ESHAPE, "one row, one column or one number is repeated",
                          "%s does not fit %s element by element", shown(a), shown(b));
    return lhi_shaped(s, x, out);
}

/* A function, or an op that is elementwise: of all its arguments. */
static lhi_ref applied(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const lhi_ref made = lhi_make(&s->pool, x);
    lhi_ref argument[2 * LHI_LINE_OPERANDS];
    const size_t n = lhi_arguments(&s->pool, made, argument);
    lh_shape out = s->shape[argument[0]];

    for (size_t k = 1; k < n; k++) {
        const lh_shape before = out, next = s->shape[argument[k]];

        if (!repeated_to(before, next, &out))
            return lhi_misfit(s, e, LH_ESHAPE, "one row, one column or one number is repeated",
                              "%s does not fit %s element by element", shown(before),
                              shown(next));
    }
    return lhi_shaped(s, x, out);
}

/* What would make a product of matrices of two that are none. */
static const char *remedy(lh_shape a, lh_shape b)
{
    if (a.cols == b.cols && b.rows != LH_ROWS)
        return "the transpose of the right one would fit: A B^T";
    if (a.rows == b.rows && a.rows != LH_ROWS)
        return "the transpose of the left one would fit: A^T B";
    return b.rows == LH_ROWS ? "what stands on the right must have a fixed number of rows"
                             : "there must be as many columns on the left as rows on the right";
}

static lhi_ref matrix_product(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const lh_shape a = s->shape[x.a], b = s->shape[x.b];

    if (b.rows == LH_ROWS || a.cols != b.rows)
        return lhi_misfit(s, e, LH_ESHAPE, remedy(a, b),
                          "%s times %s is no product of matrices", shown(a), shown(b));
    x.kind = LHI_E_DOT;
    return lhi_shaped(s, x, (lh_shape){a.rows, b.cols});
}

/* Side by side: a number times anything, else of matrices, else element by element. */
static lhi_ref side_by_side(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const lh_shape a = s->shape[x.a], b = s->shape[x.b];
    lh_shape out;

    if (!is_one(a) && !is_one(b) && b.rows != LH_ROWS && a.cols == b.rows)
        return matrix_product(s, e, x);
    if (!repeated_to(a, b, &out))
        return lhi_misfit(s, e, LH_ESHAPE, remedy(a, b),
                          "%s beside %s is neither a product of matrices nor fits element by "
                          "element", shown(a), shown(b));
    x.kind = LHI_E_TIMES;
    if (lhi_is_whole(&s->pool, x.a, 1))
        return x.b;
    return lhi_is_whole(&s->pool, x.b, 1) ? x.a : lhi_shaped(s, x, out);
}

static lhi_ref transposed(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const lh_shape a = s->shape[x.a];

    if (is_one(a))
        return x.a;
    if (a.rows == LH_ROWS)
        return lhi_misfit(s, e, LH_ESHAPE, "transpose the other factor, or what has fixed rows",
                          "a batch, %s, has no transpose", shown(a));
    return lhi_shaped(s, x, (lh_shape){a.cols, a.rows});
}

/* A name may be that of any variable, for "did you mean". */
static const char *a_name(const void *set, size_t index)
{
    return ((const lh_tape *)set)->node[index].name;
}

static lhi_ref symbol(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const uint32_t id = lhi_node_named(s, x.name, (size_t)x.length);
    const lh_tape *t = s->t;
    char name[LHI_NAME], legible[LHI_NAME];
    const char *near;

    if (id != LHI_NONE)
        return lhi_shaped(s, (lhi_expr){.kind = LHI_E_VALUE, .node = id, .at = x.at},
                          (lh_shape){t->node[id].rows, t->node[id].cols});
    if (x.length == 1 && *x.name == 'm')
        return lhi_shaped(s, (lhi_expr){.kind = LHI_E_COUNT, .at = x.at}, (lh_shape){1, 1});
    snprintf(name, sizeof name, "%.*s", x.length, x.name);
    near = lhi_nearest(name, a_name, t, t->count);
    return lhi_misfit(s, e, LH_ENAME, "inputs, parameters and lines before have names",
                      "there is no variable %s%s%s%s",
                      lhi_legible(legible, sizeof legible, x.name, (size_t)x.length),
                      near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* A size is a number; that of a batch is m. */
static lhi_ref size(lhi_sentence *s, lhi_expr x, ptrdiff_t n)
{
    const lh_shape one = {1, 1};

    if (n == LH_ROWS)
        return lhi_shaped(s, (lhi_expr){.kind = LHI_E_COUNT, .at = x.at}, one);
    return lhi_shaped(s, (lhi_expr){.kind = LHI_E_NUMBER, .at = x.at,
                                    .number = {(float)n, (double)n, (lh_wide)n}}, one);
}

/* A function that is not elementwise. */
static lhi_ref sum(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const lh_shape a = s->shape[x.a];
    const int rows = strcmp(x.name, "over_rows") == 0, cols = strcmp(x.name, "over_columns") == 0;

    if (strcmp(x.name, "rows") == 0 || strcmp(x.name, "columns") == 0)
        return size(s, x, x.name[0] == 'r' ? a.rows : a.cols);
    if (!rows && !cols && strcmp(x.name, "sum") != 0)
        return lhi_misfit(s, e, LH_EUSAGE, "`longhand ops` lists the ops: concat, slice, ...",
                          "this function belongs to the lines of ops");
    return lhi_shaped(s, x, (lh_shape){cols ? a.rows : 1, rows ? a.cols : 1});
}

int lhi_number_of(const lhi_sentence *s, lhi_ref e, double *number)
{
    const lhi_expr *x = &s->pool.at[e];
    const int negative = x->kind == LHI_E_NEG;

    if (negative)
        x = &s->pool.at[x->a];
    *number = negative ? -x->number.f64 : x->number.f64;
    return x->kind == LHI_E_NUMBER;
}

/* The call of an op that is not elementwise: it says its shape itself. */
static lhi_ref whole_op(lhi_sentence *s, lhi_ref e, lhi_expr x, const lh_op *op)
{
    lhi_ref argument[2 * LHI_LINE_OPERANDS];
    lh_shape in[LH_OPERANDS] = {{0, 0}}, out;
    double number[LH_NUMBERS] = {0};
    char why[120] = "";
    lhi_ref call;

    call = lhi_make(&s->pool, x);
    if (lhi_arguments(&s->pool, call, argument) != (size_t)op->n_in + (size_t)op->numbers)
        return lhi_misfit(s, e, LH_EUSAGE, NULL, "%s takes %d arguments", op->name,
                          op->n_in + op->numbers);
    for (int k = 0; k < op->numbers; k++)
        if (!lhi_number_of(s, argument[op->n_in + k], &number[k]))
            return lhi_misfit(s, e, LH_EUSAGE, NULL, "%s takes a number there, like 0.5",
                              op->name);
    for (int k = 0; k < op->n_in; k++)
        in[k] = s->shape[argument[k]];
    if (op->shape(op, in, number, &out, why, sizeof why) != 0)
        return lhi_misfit(s, e, LH_ESHAPE, "`longhand ops` says what it takes",
                          "%s does not fit %s%s%s: %s", op->name,
                          shown(in[0]), op->n_in > 1 ? " and " : "",
                          op->n_in > 1 ? shown(in[1]) : "", why);
    return lhi_shaped(s, x, out);
}

static lhi_ref call(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const lhi_function *f = lhi_function_named(x.name, x.length);
    const lhi_op_family *family = f ? NULL : lhi_family_called(s, e);

    if (f)
        return f->code == LHI_CODES ? sum(s, e, x) : applied(s, e, x);
    if (!family)
        return lhi_misfit(s, e, LH_ENAME, "`longhand ops` lists the functions",
                          "there is no function %.*s", x.length, x.name);
    return lhi_is_elementwise(s, lhi_make(&s->pool, x))
               ? applied(s, e, x) : whole_op(s, e, x, lhi_family_op(family, LHI_F64));
}

/* Of one or two parts, element by element. */
static int is_arithmetic(lhi_expr_kind kind)
{
    switch (kind) {
    case LHI_E_ADD:
    case LHI_E_SUB:
    case LHI_E_NEG:
    case LHI_E_TIMES:
    case LHI_E_OVER:
    case LHI_E_POWER:
    case LHI_E_ABOVE:
        return 1;
    default:
        return 0;
    }
}

static lhi_ref settle_one(lhi_sentence *s, lhi_ref e, lhi_expr x)
{
    const lh_shape one = {1, 1};

    switch (x.kind) {
    case LHI_E_NUMBER:
    case LHI_E_COUNT:
    case LHI_E_LIST: /* the call looks at its arguments */
        return lhi_shaped(s, x, one);
    case LHI_E_SYMBOL:
        return symbol(s, e, x);
    case LHI_E_VALUE:
        return lhi_shaped(s, x, (lh_shape){s->t->node[x.node].rows, s->t->node[x.node].cols});
    case LHI_E_PRODUCT:
        return side_by_side(s, e, x);
    case LHI_E_DOT:
        return matrix_product(s, e, x);
    case LHI_E_TRANSPOSE:
        return transposed(s, e, x);
    case LHI_E_CALL:
        return call(s, e, x);
    default:
        return is_arithmetic(x.kind) ? elementwise(s, e, x)
                                     : lhi_misfit(s, e, LH_EUSAGE, NULL,
                                                  "this belongs to a derivation");
    }
}

lhi_ref lhi_settle(lhi_sentence *s, lhi_ref e)
{
    unsigned char *part = lhi_parts(&s->pool, e);

    if (!part || lhi_grow(s->pool.c, &s->settled, &s->settled_room, (size_t)e + 1,
                          sizeof *s->settled) != 0)
        return LHI_NO_EXPR;
    for (lhi_ref i = 0; i <= e && s->status == LH_OK && lhi_ok(s->pool.c); i++)
        if (part[i]) {
            lhi_expr x = s->pool.at[i];

            x.a = x.a == LHI_NO_EXPR ? x.a : s->settled[x.a];
            x.b = x.b == LHI_NO_EXPR ? x.b : s->settled[x.b];
            s->settled[i] = settle_one(s, i, x);
        }
    lhi_release(s->pool.c, part);
    return s->status == LH_OK && lhi_ok(s->pool.c) ? s->settled[e] : LHI_NO_EXPR;
}

/* Of the line of an op: does nothing in it need more than its own element?  Side by side stand a
 * number and something else. */
static int is_elementwise_line(lhi_sentence *s, lhi_ref e)
{
    unsigned char *part = lhi_parts(&s->pool, e), *varies = lhi_alloc(s->pool.c, (size_t)e + 1);
    int good = part && varies;

    for (lhi_ref i = 0; good && i <= e; i++) {
        const lhi_expr *x = &s->pool.at[i];
        const lhi_function *f = x->kind == LHI_E_CALL ? lhi_function_named(x->name, x->length)
                                                      : NULL;
        const int a = x->a != LHI_NO_EXPR && varies[x->a], b = x->b != LHI_NO_EXPR && varies[x->b];

        varies[i] = x->kind == LHI_E_VALUE || a || b;
        good = !part[i] || ((x->kind != LHI_E_PRODUCT || !a || !b) && x->kind != LHI_E_DOT &&
                            x->kind != LHI_E_TRANSPOSE && (!f || f->code != LHI_CODES));
    }
    lhi_release(s->pool.c, varies);
    lhi_release(s->pool.c, part);
    return good;
}

int lhi_is_elementwise(lhi_sentence *s, lhi_ref e)
{
    const lhi_expr x = s->pool.at[e];
    const lhi_function *f;
    lhi_ref body;

    switch (x.kind) {
    case LHI_E_NUMBER:
    case LHI_E_COUNT:
    case LHI_E_SETTING:
    case LHI_E_LIST:
        return 1;
    case LHI_E_CALL:
        f = lhi_function_named(x.name, x.length);
        if (f)
            return f->code != LHI_CODES;
        body = lhi_called_op(&s->pool, e) ? lhi_expanded(&s->pool, e) : LHI_NO_EXPR;
        return body != LHI_NO_EXPR && is_elementwise_line(s, body);
    default:
        return is_arithmetic(x.kind);
    }
}
