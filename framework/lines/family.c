/* family.c -- an op in every variant, from nothing but a line. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/text.h"
#include "framework/lines/schedule.h"
#include "framework/tape/tape.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AS_OP(variant) extern const lh_op lhi_line_as_op_##variant;
AS_OP(f32)
AS_OP(f64)
AS_OP(wide)
#ifdef LHI_X86
AS_OP(f32_avx2)
AS_OP(f64_avx2)
AS_OP(f32_avx512)
AS_OP(f64_avx512)
#endif

static const lh_op *const as_op[LHI_VARIANTS] = {
    [LHI_F32] = &lhi_line_as_op_f32,
    [LHI_F64] = &lhi_line_as_op_f64,
    [LHI_WIDE] = &lhi_line_as_op_wide,
#ifdef LHI_X86
    [LHI_F32_AVX2] = &lhi_line_as_op_f32_avx2,
    [LHI_F64_AVX2] = &lhi_line_as_op_f64_avx2,
    [LHI_F32_AVX512] = &lhi_line_as_op_f32_avx512,
    [LHI_F64_AVX512] = &lhi_line_as_op_f64_avx512,
#endif
};

enum { CASES = 9 };

typedef struct lhi_line_made {
    struct lhi_line_made *next;
    lhi_op_family family;
    lh_op op[LHI_VARIANTS];
    lhi_line line;
    lh_lines lines;
    lh_case cases[CASES];
} made;

/* --- what an op says of itself --- */

/* One size of the output from those of the operands: 1 is repeated.  0: they do not fit. */
static int joined(ptrdiff_t *so_far, ptrdiff_t other)
{
    const int fits = *so_far == other || *so_far == 1 || other == 1;

    if (*so_far == 1)
        *so_far = other;
    return fits;
}

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)number;
    *out = in[0];
    for (int k = 1; k < op->n_in; k++) {
        if (!joined(&out->cols, in[k].cols))
            snprintf(why, room, "%td columns against %td", out->cols, in[k].cols);
        else if (!joined(&out->rows, in[k].rows))
            snprintf(why, room, "the operands must have equally many rows, or one");
        else
            continue;
        return -1;
    }
    return 0;
}

/* A quotient or a root takes as long as some sums, a function as a dozen. */
static double flops(const lh_call *s)
{
    const lhi_line *l = s->op->data;
    double sum = 0;

    for (size_t i = 0; i < l->op.forward.count; i++) {
        const int code = l->op.forward.instr[i].code;

        sum += code == LHI_DIV || code == LHI_SQRT ? 4 : code > LHI_SQRT ? 12 : 1;
    }
    return sum * (double)s->out->rows * (double)s->out->cols;
}

static int is_piecewise(const lhi_program *p)
{
    for (size_t i = 0; i < p->count; i++)
        switch (p->instr[i].code) {
        case LHI_MAX:
        case LHI_MIN:
        case LHI_ABOVE:
        case LHI_ABS:
            return 1;
        default:
            break;
        }
    return 0;
}

/* What is given to the gradient of an operand, as a line: summed over what repeats it. */
static const char *backward(lh_ctx *c, const lhi_line_spec *spec, const lhi_line_op *l, int k)
{
    const char *slope = l->slope_text[k];
    const char *given = spec->slope[k] ? spec->slope[k]
                        : strcmp(slope, "1") == 0 ? "d#0"
                        : strcmp(slope, "-1") == 0 ? "-d#0"
                                                   : lhi_strf(c, "d#0 * (%s)", slope);

    return given && l->n_in > 1 ? lhi_strf(c, "over_rows(over_columns(%s))", given) : given;
}

/* --- cases --- */

static void add_case(made *f, size_t *n, const lhi_line_spec *spec, const char *why, size_t rows,
                     size_t cols, size_t other_rows, size_t other_cols)
{
    lh_case *k = &f->cases[(*n)++];

    *k = (lh_case){.why = why, .lo = spec->lo, .hi = spec->hi, .claim = LH_ABSOLUTE};
    for (int i = 0; i < spec->n_in; i++) {
        k->in[i].rows = i == 0 ? rows : other_rows;
        k->in[i].cols = i == 0 ? cols : other_cols;
    }
    memcpy(k->number, spec->number, sizeof k->number);
}

static void make_cases(made *f, const lhi_line_spec *spec)
{
    size_t n = 0;

    add_case(f, &n, spec, "ordinary values", 5, 3, 5, 3);
    add_case(f, &n, spec, "one element", 1, 1, 1, 1);
    add_case(f, &n, spec, "many rows", 300, 3, 300, 3);
    add_case(f, &n, spec, "a long row", 2, 1500, 2, 1500);
    if (spec->n_in == 1)
        return;
    add_case(f, &n, spec, "a row to all", 260, 5, 1, 5);
    add_case(f, &n, spec, "a column to all", 70, 5, 70, 1);
    add_case(f, &n, spec, "one number to all", 130, 4, 1, 1);
    add_case(f, &n, spec, "a long row to all", 3, 1500, 1, 1500);
}

/* --- the family --- */

/* Fills a family whose line is compiled and scheduled. */
static void fill(lh_ctx *c, made *f, const lhi_line_spec *spec)
{
    const lhi_line_op *l = &f->line.op;
    unsigned reads = 0;

    f->lines.forward = l->text;
    for (int k = 0; k < l->n_in; k++) {
        f->lines.backward[k] = backward(c, spec, l, k);
        reads |= l->slope[k].reads & (LH_READS_OUT | ((1u << LHI_LINE_OPERANDS) - 1));
    }
    make_cases(f, spec);
    f->family.text = spec->text;
    for (int v = 0; v < LHI_VARIANTS; v++) {
        if (!as_op[v])
            continue;
        f->op[v] = *as_op[v];
        f->op[v].name = spec->name;
        f->op[v].n_in = l->n_in;
        f->op[v].numbers = spec->numbers;
        f->op[v].data = &f->line;
        f->op[v].shape = shape;
        f->op[v].flops = flops;
        f->op[v].cases = f->cases;
        f->op[v].lines = &f->lines;
        f->op[v].reads = reads;
        f->op[v].linear = l->whole ? l->linear : 0;
        if (!is_piecewise(&l->forward))
            f->op[v].pieces = NULL;
        f->family.op[v] = &f->op[v];
    }
}

const lhi_op_family *lhi_line_family(lh_ctx *c, lhi_op_finder find, const lhi_line_spec *spec,
                                     lhi_misread *why, int *of)
{
    made *f = lhi_alloc(c, sizeof *f);

    *of = 0;
    *why = (lhi_misread){.why = ""};
    if (!f || lhi_line_compile(c, find, spec->forward, spec->slope, spec->n_in, NULL, &f->line.op,
                               why, of) != 0 ||
        lhi_line_schedule(c, &f->line) != 0)
        return NULL;
    fill(c, f, spec);
    return lhi_ok(c) ? &f->family : NULL;
}

/* The operands of a formula: #1 to the last that it names, one at least. */
static int operands_of(const char *text)
{
    int n = 1;

    for (const char *at = text; (at = strchr(at, '#')) != NULL; at++)
        n = at[1] > '0' + n && at[1] <= '0' + LHI_LINE_OPERANDS ? at[1] - '0' : n;
    return n;
}

const lhi_op_family *lhi_line_of(lh_ctx *c, lhi_op_finder find, const char *text, lhi_misread *why)
{
    lhi_line_spec spec = {.text = "a line of a driver", .n_in = operands_of(text), .lo = -2,
                          .hi = 2};
    const lhi_op_family *f;
    made *m;
    int of;

    for (m = c->ops.line_made; m; m = m->next)
        if (strncmp(m->op[LHI_F64].name + 1, text, strlen(text)) == 0 &&
            strcmp(m->op[LHI_F64].name + 1 + strlen(text), "\"") == 0)
            return &m->family;
    spec.name = lhi_strf(c, "\"%s\"", text);
    if (!spec.name)
        return NULL;
    spec.forward = lhi_strdup(c, text);
    f = spec.forward ? lhi_line_family(c, find, &spec, why, &of) : NULL;
    if (!f)
        return NULL;
    m = (made *)(void *)((char *)f - offsetof(made, family));
    m->next = c->ops.line_made;
    c->ops.line_made = m;
    return f;
}

int lhi_is_line(const lhi_op_family *f)
{
    return f->op[LHI_F64]->shape == shape;
}
