/* schedule.h -- a program made ready to run over blocks: what is one loop, and what lies where. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SCHEDULE_H
#define LHI_SCHEDULE_H

#include "framework/lines/program.h"

/* Besides the places of a program: what a gradient holds before it is added to, and where the
 * result goes; then come constants, and after them registers: blocks of intermediate values. */
enum { LHI_P_BEFORE = LHI_P_CONSTANTS, LHI_P_RESULT, LHI_S_CONSTANTS };

/* Besides the codes of a program, of one argument each: what stands in for a code where there is
 * none, a * a, and (a * a) * a. */
enum { LHI_COPY = LHI_CODES, LHI_SQUARE, LHI_CUBE, LHI_S_CODES };

/* What a loop does to a value x that it has worked, with a place c of its own: x + c, x - c, c - x,
 * x * c, x * x. */
typedef enum lhi_then {
    LHI_END, LHI_THEN_ADD, LHI_THEN_SUB, LHI_THEN_FROM, LHI_THEN_MUL, LHI_THEN_SQUARE
} lhi_then;

/* One loop: to = code(a, b), what `then` does to it with c, and what `last` does to that with d.
 * The last is ADD or MUL, and only where c is a number.  The places are those of a schedule, `to` a
 * register or LHI_P_RESULT. */
typedef struct lhi_stage {
    uint8_t code, then, last;
    uint16_t a, b, c, d, to;
} lhi_stage;

typedef struct lhi_schedule {
    size_t constants, stages, registers;
    const lhi_number *constant;
    const lhi_stage *stage; /* the last one's `to` is LHI_P_RESULT, and no other's */
    unsigned leaves;        /* bit k: a stage reads leaf k < LHI_S_CONSTANTS */
} lhi_schedule;

/* What is done with the value of a program. */
typedef enum lhi_use {
    LHI_USE_VALUE, /* it is the result */
    LHI_USE_GIVE,  /* times d#0 it is the result */
    LHI_USE_ADD    /* times d#0 it is added to what is there */
} lhi_use;

static inline size_t lhi_s_register(const lhi_schedule *s, size_t r)
{
    return LHI_S_CONSTANTS + s->constants + r;
}

/* The schedule of a program for a use; memory is the context's.  -1: no memory. */
int lhi_schedule_make(lh_ctx *c, const lhi_program *p, lhi_use use, lhi_schedule *out);

/* A line with its schedules: what lh_op.data of a line is. */
typedef struct lhi_line {
    lhi_line_op op;                               /* first: who knows of programs alone sees it */
    lhi_schedule forward;
    lhi_schedule give[LHI_LINE_OPERANDS][2];      /* sets; adds */
    size_t stages, registers, constants;          /* the most of any of them */
    size_t block_bytes;                           /* of a register */
} lhi_line;

/* Fills the schedules of line->op.  -1: no memory. */
int lhi_line_schedule(lh_ctx *c, lhi_line *line);

#endif
