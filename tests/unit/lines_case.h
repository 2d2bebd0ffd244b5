/* lines_case.h -- drawn programs, and calls of the op that they are, in every variant. */
/* SPDX-License-Identifier: MIT */
#ifndef LINES_CASE_H
#define LINES_CASE_H

#include "framework/lines/schedule.h"
#include "framework/tape/tape.h"

typedef struct variant {
    const char *name;
    const lh_op *op;
    lh_type type;
    const char *isa;
} variant;

enum { VARIANTS = 7, MOST = 40 };

/* f32, f64 and wide in portable code first; .name NULL: this build has not got it. */
extern const variant variants[VARIANTS];

/* Does this CPU run it? */
int variant_runs(const variant *v);

/* All draws come from it. */
extern uint64_t draws;
size_t draw(size_t below);

typedef struct program {
    lhi_program p;
    lhi_number constant[4];
    lhi_instr instr[MOST];
} program;

/* A leaf, or a number, alone. */
void leaf_program(program *p, size_t place, double x);

/* A line of drawn programs. */
typedef struct drawn {
    program forward, slope[LH_OPERANDS];
    lhi_line line;
} drawn;

/* Makes the line of the programs. */
void schedule(lh_ctx *c, drawn *d);
/* Draws programs of fewer than `most` instructions. */
void draw_line(lh_ctx *c, drawn *d, int n_in, size_t most);

typedef struct shape {
    size_t rows, cols;
} shape;

typedef struct set {
    lh_slot in[LH_OPERANDS], out;
    lh_call call;
    lh_op op;
    void *all[32];
    size_t blocks, element;
    lh_type type;
} set;

/* The same draws whatever the variant. */
void open_set(set *k, const variant *v, const lhi_line *line, const shape *in, shape out,
              size_t shards, uint64_t seed);
void close_set(set *k);
/* More room, freed with the set; and draws for it. */
void *block(set *k, size_t cells);
void fill(set *k, void *array, size_t cells);

/* The first element that has other bits; any NaN is as good as another.  n: none. */
size_t unlike(const set *k, const void *a, const void *b, size_t n);

/* By so many threads' shares, one after another. */
void forward(set *k, int shares);
void backward(set *k, int operand, int shares);

#endif
