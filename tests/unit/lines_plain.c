/* lines_plain.c -- a program worked one element at a time, by the definition. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"
#include "tests/unit/lines_plain.h"

#include <longhand/op/math.h>

#include <stdlib.h>

static real number(const lhi_number *x)
{
#if LHI_TYPE == 32
    return x->f32;
#elif LHI_TYPE == 64
    return x->f64;
#else
    return x->wide;
#endif
}

/* Element (i, j) of an array, which is repeated where it has one row or column. */
static real at(const void *array, size_t rows, size_t cols, size_t i, size_t j)
{
    return ((const real *)array)[(rows == 1 ? 0 : i) * cols + (cols == 1 ? 0 : j)];
}

static real work(int code, real a, real b)
{
    switch (code) {
    case LHI_ADD: return a + b;
    case LHI_SUB: return a - b;
    case LHI_MUL: return a * b;
    case LHI_DIV: return a / b;
    case LHI_MAX: return a >= b || a != a ? a : b;
    case LHI_MIN: return a <= b || a != a ? a : b;
    case LHI_ABOVE: return a > b;
    case LHI_NEG: return -a;
    case LHI_ABS: return R_ABS(a);
    case LHI_SQRT: return k_sqrt(a);
    case LHI_EXP: return k_exp(a);
    case LHI_LOG: return k_log(a);
    case LHI_LOG1P: return k_log1p(a);
    case LHI_SIGMA: return k_sigmoid(a);
    case LHI_TANH: return k_tanh(a);
    case LHI_ERF: return k_erf(a);
    default: abort();
    }
}

static real value(const lhi_program *p, const lh_call *s, size_t i, size_t j, real *x)
{
    const size_t first = LHI_P_CONSTANTS + p->constants;

    for (int k = 0; k < s->op->n_in; k++)
        x[k] = at(s->in[k]->value, s->in[k]->rows, s->in[k]->cols, i, j);
    x[LHI_P_OUT] = s->out->value ? at(s->out->value, s->out->rows, s->out->cols, i, j) : 0;
    x[LHI_P_GRAD] = s->out->grad ? at(s->out->grad, s->out->rows, s->out->cols, i, j) : 0;
    x[LHI_P_M] = (real)s->m;
    for (int k = 0; k < LH_NUMBERS; k++)
        x[LHI_P_NUMBERS + k] = (real)s->number[k];
    for (size_t c = 0; c < p->constants; c++)
        x[LHI_P_CONSTANTS + c] = number(&p->constant[c]);
    for (size_t n = 0; n < p->count; n++)
        x[first + n] = work(p->instr[n].code, x[p->instr[n].a], x[p->instr[n].b]);
    return x[p->result];
}

void LH_T(plain_value)(const lhi_program *p, const lh_call *s, void *out)
{
    real *x = calloc(LHI_P_CONSTANTS + p->constants + p->count, sizeof *x);

    for (size_t i = 0; i < s->out->rows; i++)
        for (size_t j = 0; j < s->out->cols; j++)
            ((real *)out)[i * s->out->cols + j] = value(p, s, i, j, x);
    free(x);
}

static void give(const lh_call *s, real *d, real x)
{
    *d = s->fresh ? x : *d + x;
}

/* The sum of n numbers, `apart` from one to the next, by shards. */
static real sum_of(const real *x, size_t n, size_t apart, size_t most)
{
    const size_t shards = lhi_shard_count(n, most);
    real part[LHI_MOST_SHARDS] = {0};

    for (size_t shard = 0; shard < shards; shard++)
        for (size_t i = lhi_cut(n, shard, shards); i < lhi_cut(n, shard + 1, shards); i++)
            part[shard] += x[i * apart];
    LH_T(lhi_tree)(part, shards, 1, 1);
    return part[0];
}

void LH_T(plain_give)(const lhi_program *p, const lh_call *s, int operand, void *to)
{
    const lh_slot *in = s->in[operand];
    const size_t m = s->out->rows, n = s->out->cols;
    const int rows = in->rows == m, cols = in->cols == n;
    real *g = calloc(m * n + 1, sizeof *g), *sum = calloc(m + 1, sizeof *sum), *d = to;

    LH_T(plain_value)(p, s, g);
    for (size_t e = 0; e < m * n; e++)
        g[e] = ((const real *)s->out->grad)[e] * g[e];
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            sum[i] += g[i * n + j];
    for (size_t e = 0; rows && cols && e < m * n; e++)
        give(s, &d[e], g[e]);
    for (size_t i = 0; rows && !cols && i < m; i++)
        give(s, &d[i], sum[i]);
    for (size_t j = 0; !rows && cols && j < n; j++)
        give(s, &d[j], sum_of(g + j, m, n, s->shards));
    if (!rows && !cols)
        give(s, d, sum_of(sum, m, 1, s->shards));
    free(sum);
    free(g);
}
