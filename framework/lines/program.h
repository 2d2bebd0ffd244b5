/* program.h -- a line of mathematics, compiled: what the runs (run.c) execute.
 *
 * Element by element, over the operands #1..#4, the result #0 and the gradient d#0. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PROGRAM_H
#define LHI_PROGRAM_H

#include "framework/base/ctx.h"

#include <longhand/op.h>

#include <stdint.h>

/* What an instruction does.  Each rounds once, but for the functions, which are those of
 * longhand/op/math.h. */
typedef enum lhi_code {
    LHI_ADD, LHI_SUB, LHI_MUL, LHI_DIV,
    LHI_MAX,     /* a >= b || a != a ? a : b */
    LHI_MIN,     /* a <= b || a != a ? a : b */
    LHI_ABOVE,   /* a > b ? 1 : 0 */
    LHI_NEG, LHI_ABS, LHI_SQRT, LHI_EXP, LHI_LOG, LHI_LOG1P, LHI_SIGMA, LHI_TANH, LHI_ERF,
    LHI_CODES
} lhi_code;

static inline int lhi_code_takes_two(lhi_code code)
{
    return code < LHI_NEG;
}

/* Places 0..3 are the operands #1..#4; then these; the node's numbers $1..$4, where they are not
 * known when the line is compiled; from LHI_P_CONSTANTS on the constants, and after them one
 * place an instruction. */
enum { LHI_P_OUT = 4, LHI_P_GRAD = 5, LHI_P_M = 6, LHI_P_NUMBERS = 7,
       LHI_P_CONSTANTS = LHI_P_NUMBERS + 4 };

/* The most constants and instructions of a program together. */
enum { LHI_PROGRAM_MOST = 4096 };

typedef struct lhi_instr {
    uint8_t code;
    uint16_t a, b; /* places that are known by then; b is a where only one argument is taken */
} lhi_instr;

/* A number in every type: of a line it is rounded once to each, of two constants it is what the
 * type makes of them, so that working them before the run changes no bit. */
typedef struct lhi_number {
    float f32;
    double f64;
    lh_wide wide;
} lhi_number;

/* No value is computed twice.  The result may be a leaf (count 0). */
typedef struct lhi_program {
    size_t constants, count;
    const lhi_number *constant;
    const lhi_instr *instr;
    uint16_t result;
    unsigned reads; /* bit k: operand k; LHI_LINE_OUT: #0; LHI_LINE_M: m */
} lhi_program;

/* In lhi_program.reads, above the bits of the operands: as in lh_op.reads. */
enum { LHI_LINE_OUT = 1 << 16, LHI_LINE_GRAD = 1 << 17, LHI_LINE_M = 1 << 18 };

/* The number of the place of a constant, or of the value of an instruction. */
static inline size_t lhi_place_of_constant(size_t index)
{
    return LHI_P_CONSTANTS + index;
}

static inline size_t lhi_place_of_instr(const lhi_program *p, size_t index)
{
    return LHI_P_CONSTANTS + p->constants + index;
}

/* Where a text could not be read: bytes from its beginning, and the reason in plain words. */
typedef struct lhi_misread {
    size_t at;
    char why[240];
    const char *hint; /* NULL: none */
} lhi_misread;

enum { LHI_LINE_OPERANDS = 4 };

/* The lh_op.data of every op that is a line. */
typedef struct lhi_line_op {
    const char *text;                    /* the forward line, written back: "#1 * sigma(#1)" */
    int n_in;
    lhi_program forward;
    /* d#0 by each operand: what is given to its gradient is d#0 times it.  Where the whole of the
     * forward line occurs in it, #0 stands there.  It never reads d#0. */
    lhi_program slope[LHI_LINE_OPERANDS];
    unsigned linear;  /* bit k: in operand k the result is linear, or that and a constant */
    int whole;        /* whole numbers give whole numbers: sums, products and pieces alone */
    const char *slope_text[LHI_LINE_OPERANDS]; /* "#0 * (1 - #0)" */
} lhi_line_op;

/* The op that is called by a name within a line, with its line; NULL: there is none. */
typedef const lh_op *(*lhi_op_finder)(lh_ctx *c, const char *name);

/* Reads and compiles an elementwise line over #1..#n_in; `find` may be NULL.  slope[k] is the
 * author's own backward line of operand k ("d#0 * (1 - #0^2)"), or NULL: then, and where slope is
 * NULL, it is the derivative of the line.  $1..$4 are numbers[0..3], constants; or, where numbers
 * is NULL, the places LHI_P_NUMBERS..: one compiled line then serves every node.  Memory is the
 * context's.  -1 with the reason and its place when a text cannot be read, is not element by
 * element or too long; *of is then 0 for the forward line and 1 + k for slope[k].  Without memory
 * the context has LH_ENOMEM and -1 is returned, too. */
int lhi_line_compile(lh_ctx *c, lhi_op_finder find, const char *forward,
                     const char *const *slope, int n_in, const double *numbers, lhi_line_op *out,
                     lhi_misread *why, int *of);

/* --- family.c: ops that are lines --- */

/* What an op that is a line is made of. */
typedef struct lhi_line_spec {
    const char *name, *text;   /* of the op; what it computes */
    const char *forward;
    const char *slope[LHI_LINE_OPERANDS]; /* the author's own backward lines, or NULL */
    int n_in, numbers;
    double lo, hi;             /* its cases are drawn from, */
    double number[LH_NUMBERS]; /* and their numbers */
} lhi_line_spec;

/* The op in every variant, made and owned by the context; what a spec points at must live as long.
 * NULL when a line cannot be read (lhi_line_compile() has why and of), or without memory. */
const struct lhi_op_family *lhi_line_family(lh_ctx *c, lhi_op_finder find,
                                            const lhi_line_spec *spec, lhi_misread *why, int *of);

/* The op of a formula alone, by the name of the formula in quotation marks: found again when the
 * same text is asked for twice.  NULL as above. */
const struct lhi_op_family *lhi_line_of(lh_ctx *c, lhi_op_finder find, const char *text,
                                        lhi_misread *why);

/* Is this op one that a line made? */
int lhi_is_line(const struct lhi_op_family *f);

#endif
