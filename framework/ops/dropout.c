/* dropout.c -- A = Z/(1 - rate), but 0 with the probability `rate`; A = Z outside of training. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

enum { WORDS = 4, BLOCK = 64 }; /* bits of 32 in a draw; columns at a time */

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op;
    *out = in[0];
    if (number[0] >= 0 && number[0] < 1)
        return 0;
    snprintf(why, room, "the rate must be at least 0 and less than 1");
    return -1;
}

/* What elements from..to-1 of a row are multiplied by: N. Srivastava et al., Dropout, JMLR 15
 * (2014), with the scale in training.  Words of a counter, so that backward() has the factors of
 * forward() without keeping them, whoever works which part: one draw is for four columns. */
static void factors(const lh_call *s, size_t row, size_t from, size_t to, real *f)
{
    const uint32_t key[2] = {(uint32_t)s->seed, (uint32_t)(s->seed >> 32)};
    const uint64_t draws = (s->out->cols + WORDS - 1) / WORDS;
    const uint64_t dropped = (uint64_t)(s->number[0] * 0x1p32);
    const real kept = s->trains ? (real)1 / (real)(1 - s->number[0]) : 1;
    uint32_t bits[WORDS] = {0};

    for (size_t j = from; j < to; j++) {
        const uint64_t index = (s->first + row) * draws + j / WORDS;
        const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)s->step,
                                     (uint32_t)s->stream};

        if (s->trains && (j == from || j % WORDS == 0))
            lhi_philox(counter, key, bits);
        f[j - from] = s->trains && bits[j % WORDS] < dropped ? 0 : kept;
    }
}

static real factor(const lh_call *s, size_t e)
{
    real f;

    factors(s, e / s->out->cols, e % s->out->cols, e % s->out->cols + 1, &f);
    return f;
}

/* A product in any case: a NaN goes through, so that a broken run does not look healthy. */
static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *z = s->in[0]->value;
    real *a = s->out->value, f[BLOCK];

    for (size_t r = from; r < to; r++)
        for (size_t j = 0; j < n; j += BLOCK) {
            const size_t past = j + BLOCK < n ? j + BLOCK : n;

            factors(s, r, j, past, f);
            LH_APART
            for (size_t i = j; i < past; i++)
                a[r * n + i] = z[r * n + i] * f[i - j];
        }
}

/* dZ += dA * the factors of forward(), drawn anew. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *da = s->out->grad;
    real *dz = s->in[operand]->grad, f[BLOCK];

    for (size_t r = t.i0; r < t.i1; r++)
        for (size_t j = t.j0; j < t.j1; j += BLOCK) {
            const size_t past = j + BLOCK < t.j1 ? j + BLOCK : t.j1;
            const lh_tile part = {r, r + 1, j, past};

            factors(s, r, j, past, f);
            LH_GIVE(dz, part, n, da[i] * f[i - (r * n + j)]);
        }
}

static void jvp(const lh_call *s)
{
    const real *tz = s->in[0]->tangent;
    real *ta = s->out->tangent;

    for (size_t e = 0; e < lh_elements(s->out); e++)
        ta[e] = factor(s, e) * tz[e];
}

static void analytic(const lh_call *s)
{
    for (size_t e = 0; e < lh_elements(s->out); e++) {
        const lh_complex f = {factor(s, e), 0};

        ((real *)s->out->tangent)[e] = lh_complex_mul(lh_complex_at(s->in[0], e), f).im;
    }
}

#if LH_IS_WIDE
/* Shares the draws alone: what is kept is divided. */
static void hand(const lh_call *s)
{
    const real *da = s->out->grad;
    real *dz = s->in[0]->grad;

    for (size_t e = lh_elements(s->out); e-- > 0;)
        if (factor(s, e) > 0)
            dz[e] += s->trains ? da[e] / (real)(1 - s->number[0]) : da[e];
}

/* The factor is a quotient of what was rounded once, and its product is rounded. */
static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const double g = lh_gamma(3, r);

    for (size_t e = 0; e < lh_elements(s->out); e++) {
        const double f = (double)factor(s, e), off = s->in[0]->off[e] * f;

        s->out->off[e] = off + g * (lh_size_at(s->out, e) + off) + (f > 0 ? r->tiny : 0);
    }
}

static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const double g = lh_gamma(3 + r->adds, r);

    for (size_t e = 0; e < lh_elements(s->out); e++) {
        const double f = (double)factor(s, e);

        s->in[operand]->grad_off[e] +=
            f * lhi_passed_off(s->out, e, g) + (f > 0 ? 2 * r->tiny : 0);
    }
}
#endif

static const lh_case cases[] = {
    {.why = "half of it",   .in = {{5, 3}},   .lo = -3, .hi = 3, .number = {0.5}},
    {.why = "one element",  .in = {{1, 1}},   .lo = -3, .hi = 3, .number = {0.25}},
    {.why = "nothing",      .in = {{4, 5}},   .lo = -3, .hi = 3, .number = {0}},
    {.why = "almost all",   .in = {{40, 6}},  .lo = -3, .hi = 3, .number = {0.9}},
    {.why = "many rows",    .in = {{300, 3}}, .lo = -3, .hi = 3, .number = {0.1}},
    {.why = "several draws a row", .in = {{3, 150}}, .lo = -3, .hi = 3, .number = {0.3}},
    {.why = "one long row", .in = {{1, 301}}, .lo = -3, .hi = 3, .number = {0.5}},
    {0}
};

LH_DEFINE_OP(dropout, .n_in = 1, .numbers = 1, .shape = shape, .flops = lh_flops_elementwise,
             .pointwise = 1);
