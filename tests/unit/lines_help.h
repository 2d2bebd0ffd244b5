/* lines_help.h -- what the tests of lines share: formulas drawn, programs worked in complex. */
/* SPDX-License-Identifier: MIT */
#ifndef LINES_HELP_H
#define LINES_HELP_H

#include "framework/lines/program.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef long double complex number;

static inline void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static uint64_t state = 17;

static inline size_t one_of(size_t n)
{
    return (size_t)(draw_from(&state) >> 33) % n;
}

/* The pattern with a and b in the place of its letters. */
static inline void fill(char *to, size_t room, const char *pattern, const char *a, const char *b)
{
    size_t used = 0;

    for (; *pattern; pattern++)
        used += (size_t)snprintf(to + used, room - used, "%.*s", *pattern == 'A' || *pattern == 'B'
                                 ? 1000 : 1,
                                 *pattern == 'A' ? a : *pattern == 'B' ? b : pattern);
}

/* A formula over #1..#3 of some depth, mild enough for doubles. */
static inline void draw_formula(char *to, size_t room, int depth)
{
    static const char *const leaves[] = {"#1", "#2", "#3", "2", "0.5", "0.1", "m", "1.5e-1"};
    static const char *const two[] = {"(A + B)", "A - (B)", "(A) * (B)", "(A)/(2 + (B)^2)",
                                      "max(A, B)", "min(A, B)", "[A > B] * #1", "(A) (B)"};
    static const char *const one[] = {"sigma(A)", "tanh(A)", "-(A)", "exp(-abs(A))", "erf(A)",
                                      "log(1 + (A)^2)", "sqrt(1 + (A)^2)", "(A)^2", "(A)^3",
                                      "abs(A)", "log1p(exp(-abs(A)))", "(1 + (A)^2)^-1.3",
                                      "(1.5 + tanh(A))^#2", "1/(3 + sigma(A))"};
    char a[700] = "#1", b[700] = "#3";

    if (depth == 0) {
        snprintf(to, room, "%s", leaves[one_of(8)]);
        return;
    }
    draw_formula(a, sizeof a, depth - 1);
    if (one_of(2)) {
        fill(to, room, one[one_of(14)], a, b);
        return;
    }
    if (strlen(a) < 200)
        draw_formula(b, sizeof b, (int)one_of((size_t)depth));
    fill(to, room, two[one_of(8)], a, strlen(b) < 200 ? b : "#3");
}

/* 2/sqrt(pi) exp(-x^2) is the slope of erf, and all that a tiny imaginary part sees. */
static inline number complex_erf(number x)
{
    return erfl(creall(x)) +
           I * cimagl(x) * 2 / sqrtl(acosl(-1)) * expl(-creall(x) * creall(x));
}

/* How near the real part of a choice was to its other side. */
static inline number apply(lhi_code code, number a, number b, long double *near)
{
    if (code == LHI_MAX || code == LHI_MIN || code == LHI_ABOVE)
        *near = fminl(*near, fabsl(creall(a) - creall(b)) + (a == b));
    if (code == LHI_ABS)
        *near = fminl(*near, fabsl(creall(a)));
    switch (code) {
    case LHI_ADD: return a + b;
    case LHI_SUB: return a - b;
    case LHI_MUL: return a * b;
    case LHI_DIV: return a / b;
    case LHI_MAX: return creall(a) >= creall(b) ? a : b;
    case LHI_MIN: return creall(a) <= creall(b) ? a : b;
    case LHI_ABOVE: return creall(a) > creall(b) ? 1 : 0;
    case LHI_NEG: return -a;
    case LHI_ABS: return creall(a) < 0 ? -a : a;
    case LHI_SQRT: return csqrtl(a);
    case LHI_EXP: return cexpl(a);
    case LHI_LOG: return clogl(a);
    case LHI_LOG1P: return log1pl(creall(a)) + I * cimagl(a) / (1 + creall(a));
    case LHI_SIGMA: return 1 / (1 + cexpl(-a));
    case LHI_TANH: return ctanhl(a);
    case LHI_ERF: return complex_erf(a);
    default: return NAN;
    }
}

/* A program worked at operands in[0..3], the result `out`, and m = 5. */
static inline number work(const lhi_program *p, const number *in, number out, long double *near)
{
    number *at = calloc(LHI_P_CONSTANTS + p->constants + p->count, sizeof *at), result;

    for (int k = 0; k < 4; k++)
        at[k] = in[k];
    at[LHI_P_OUT] = out;
    at[LHI_P_M] = 5;
    for (size_t i = 0; i < p->constants; i++)
        at[lhi_place_of_constant(i)] = p->constant[i].wide;
    for (size_t i = 0; i < p->count; i++)
        at[lhi_place_of_instr(p, i)] = apply(p->instr[i].code, at[p->instr[i].a],
                                             at[p->instr[i].b], near);
    result = at[p->result];
    free(at);
    return result;
}

static inline long double anywhere(void)
{
    return (long double)draw_between(-1.5, 1.5, &state);
}

/* The slopes of a line against its complex step at a few points away from kinks; how many were
 * compared. */
static inline size_t compare_slopes(const char *text, const lhi_line_op *op)
{
    const long double h = 0x1p-200L;
    size_t compared = 0;

    for (int k = 0; k < op->n_in; k++)
        for (int try = 0; try < 2; try++) {
            number in[4] = {anywhere(), anywhere(), anywhere(), 0}, value, moved;
            long double near = 1, found, wanted;

            value = work(&op->forward, in, 0, &near);
            found = creall(work(&op->slope[k], in, value, &near));
            in[k] += I * h;
            moved = work(&op->forward, in, 0, &near);
            wanted = cimagl(moved) / h;
            if (near < 1e-6L || !isfinite((double)wanted))
                continue;
            CHECK(fabsl(found - wanted) <= 1e-14L * (1 + fabsl(wanted)),
                  "d(%s)/d#%d is %.18Lg, not %.18Lg, as %s", text, k + 1, found, wanted,
                  op->slope_text[k] ? op->slope_text[k] : "?");
            compared++;
        }
    return compared;
}

#endif
