/* registry.c -- ops.def made into families and constructors. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/program.h"
#include "framework/ops/ops.h"

#include <longhand/ops.h>

#include <stdio.h>
#include <string.h>

#define LH_OP(name, text)                                                              \
    extern const lh_op lhi_op_##name##_f32, lhi_op_##name##_f64, lhi_op_##name##_wide, \
        lhi_op_##name##_f32_avx2, lhi_op_##name##_f64_avx2, lhi_op_##name##_f32_avx512, \
        lhi_op_##name##_f64_avx512;
#include <longhand/ops.def>

enum {
#define LH_OP(name, text) INDEX_##name,
#include <longhand/ops.def>
    OPS
};

/* In the order of lhi_variant_id. */
static const lhi_op_family families[OPS] = {
#ifdef LHI_X86
#define LH_OP(name, text)                                                                \
    {{&lhi_op_##name##_f32, &lhi_op_##name##_f64, &lhi_op_##name##_wide,                 \
      &lhi_op_##name##_f32_avx2, &lhi_op_##name##_f64_avx2, &lhi_op_##name##_f32_avx512, \
      &lhi_op_##name##_f64_avx512}, text},
#else
#define LH_OP(name, text) \
    {{&lhi_op_##name##_f32, &lhi_op_##name##_f64, &lhi_op_##name##_wide}, text},
#endif
#include <longhand/ops.def>
};

static const lhi_line_spec specs[] = {
#define LH_LINE(name, text, n_in, numbers, line, lo, hi, ...) \
    {#name, text, line, {NULL}, n_in, numbers, lo, hi, {__VA_ARGS__}},
#include <longhand/ops.def>
};

enum { LINES = sizeof specs / sizeof *specs };

/* The op of a row that is a line, made when it is asked for first.  NULL: no memory. */
static const lhi_op_family *row_of(lh_ctx *c, size_t row)
{
    lhi_misread why;
    int of;

    if (!c->ops.row)
        c->ops.row = lhi_alloc_array(c, LINES, sizeof *c->ops.row);
    if (c->ops.row && !c->ops.row[row]) {
        c->ops.row[row] = lhi_line_family(c, lhi_op_named, &specs[row], &why, &of);
        if (!c->ops.row[row] && lhi_ok(c))
            lhi_fail(c, LH_ESTATE, "this is a fault of the library", "ops.def: %s: %s at byte %zu",
                     specs[row].name, why.why, why.at);
    }
    return c->ops.row ? c->ops.row[row] : NULL;
}

/* A row that is a line, recorded. */
static lh_var record_row(size_t row, const lh_var *in, const double *number)
{
    lh_ctx *c = lhi_ctx_of(in[0]);
    const lhi_op_family *f = lhi_ok(c) ? row_of(c, row) : NULL;

    return f ? lhi_record(f, in, number) : (lh_var){in[0].tape, UINT32_MAX, 0};
}

enum {
#define LH_LINE(name, ...) ROW_##name,
#include <longhand/ops.def>
    ROWS
};

#define RECORD(name, numbers, ...) \
    lhi_record(&families[INDEX_##name], (lh_var[]){__VA_ARGS__}, numbers)
#define RECORD_ROW(name, numbers, ...) \
    record_row(ROW_##name, (lh_var[]){__VA_ARGS__}, numbers)
#define UNARY(record, name)                                    \
    lh_var lh_##name(lh_var a)                                 \
    {                                                          \
        return record(name, NULL, a);                          \
    }
#define UNARY_1(record, name, x)                               \
    lh_var lh_##name(lh_var a, double x)                       \
    {                                                          \
        return record(name, &x, a);                            \
    }
#define UNARY_2(record, name, x, y)                            \
    lh_var lh_##name(lh_var a, double x, double y)             \
    {                                                          \
        return record(name, ((double[]){x, y}), a);            \
    }
#define BINARY(record, name)                                   \
    lh_var lh_##name(lh_var a, lh_var b)                       \
    {                                                          \
        return record(name, NULL, a, b);                       \
    }
#define LH_UNARY(name, text)                                  UNARY(RECORD, name)
#define LH_UNARY_1(name, text, x)                             UNARY_1(RECORD, name, x)
#define LH_UNARY_2(name, text, x, y)                          UNARY_2(RECORD, name, x, y)
#define LH_BINARY(name, text)                                 BINARY(RECORD, name)
#define LH_UNARY_LINE(name, text, line, lo, hi)               UNARY(RECORD_ROW, name)
#define LH_UNARY_1_LINE(name, text, x, line, lo, hi, one)     UNARY_1(RECORD_ROW, name, x)
#define LH_UNARY_2_LINE(name, text, x, y, line, lo, hi, ...)  UNARY_2(RECORD_ROW, name, x, y)
#define LH_BINARY_LINE(name, text, line, lo, hi)              BINARY(RECORD_ROW, name)
#define LH_TERNARY(name, text)                                 \
    lh_var lh_##name(lh_var a, lh_var b, lh_var c)             \
    {                                                          \
        return RECORD(name, NULL, a, b, c);                    \
    }
#define LH_TERNARY_1(name, text, x)                            \
    lh_var lh_##name(lh_var a, lh_var b, lh_var c, double x)   \
    {                                                          \
        return RECORD(name, &x, a, b, c);                      \
    }
#include <longhand/ops.def>

int lhi_family_add(lh_ctx *c, const lhi_op_family *f)
{
    lhi_registry *r = &c->ops;

    if (lhi_grow(c, &r->family, &r->room, r->count + 1, sizeof *r->family) != 0)
        return -1;
    r->family[r->count++] = f;
    return 0;
}

const lhi_op_family *lhi_family_at(lh_ctx *c, size_t index)
{
    if (index < OPS)
        return &families[index];
    index -= OPS;
    if (!lhi_ok(c))
        return NULL;
    if (index < LINES)
        return row_of(c, index);
    return index - LINES < c->ops.count ? c->ops.family[index - LINES] : NULL;
}

const lh_op *lh_op_at(lh_ctx *c, size_t index, const char **text)
{
    const lhi_op_family *f = lhi_family_at(c, index);

    if (f && text)
        *text = f->text;
    return f ? f->op[LHI_WIDE] : NULL;
}

const lhi_op_family *lhi_family(lh_ctx *c, const char *name)
{
    for (size_t i = 0; i < OPS; i++)
        if (strcmp(families[i].op[LHI_WIDE]->name, name) == 0)
            return &families[i];
    for (size_t i = 0; lhi_ok(c) && i < LINES; i++)
        if (strcmp(specs[i].name, name) == 0)
            return row_of(c, i);
    for (size_t i = 0; c && i < c->ops.count; i++)
        if (strcmp(lhi_family_op(c->ops.family[i], LHI_WIDE)->name, name) == 0)
            return c->ops.family[i];
    return NULL;
}

const lh_op *lhi_op_named(lh_ctx *c, const char *name)
{
    const lhi_op_family *f = lhi_family(c, name);

    return f ? lhi_family_op(f, LHI_F64) : NULL;
}

int lhi_is_op(const lh_tape *t, uint32_t id, const char *name)
{
    return id < t->count && t->node[id].kind == LHI_OP &&
           strcmp(lhi_node_op(&t->node[id])->name, name) == 0;
}

void lhi_warn_literal(lh_var L)
{
    lh_tape *t = L.tape;
    const lhi_node *n = &t->node[L.id], *hat;
    char a[80], b[80];

    if (t->warned_pair || !lhi_is_op(t, L.id, "bce") || !lhi_is_op(t, n->in[0], "sigmoid"))
        return;
    hat = &t->node[n->in[0]];
    t->warned_pair = 1;
    lhi_warn(t->c,
             "%s (%s:%d) is bce of the sigmoid %s (%s:%d), the literal pair of the page: it is "
             "infinite or NaN where yhat rounds to 0 or 1; lh_bce_logits is exact there",
             lhi_node_text(t, L.id, a, sizeof a), n->file ? n->file : "?", n->line,
             lhi_node_text(t, n->in[0], b, sizeof b), hat->file ? hat->file : "?", hat->line);
}
