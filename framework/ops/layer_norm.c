/* layer_norm.c -- A = gamma (X - mean)/sqrt(variance + epsilon) + beta, of each row. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op;
    *out = in[0];
    if (!(number[0] > 0))
        snprintf(why, room, "epsilon must be greater than 0");
    else if (in[1].rows != 1 || in[2].rows != 1)
        snprintf(why, room, "gamma and beta must be one row each");
    else if (in[1].cols != in[0].cols || in[2].cols != in[0].cols)
        snprintf(why, room, "gamma and beta must have as many columns as the first operand");
    else
        return 0;
    return -1;
}

/* Of a row x: its mean, and the scale 1/sqrt(variance + epsilon); J. Ba, J. Kiros and G. Hinton,
 * Layer normalization, 2016.  Chains over the columns from 0 on. */
typedef struct row {
    const real *x;
    real mean, scale;
} row;

static row row_at(const lh_call *s, size_t i)
{
    const size_t n = s->in[0]->cols;
    row r = {.x = (const real *)s->in[0]->value + i * n};
    real squares = 0;

    for (size_t j = 0; j < n; j++)
        r.mean += r.x[j];
    r.mean /= (real)n;
    for (size_t j = 0; j < n; j++)
        squares += (r.x[j] - r.mean) * (r.x[j] - r.mean);
    r.scale = (real)1 / R_SQRT(squares / (real)n + (real)s->number[0]);
    return r;
}

/* Element j of the row, normalised. */
static real normal(const row *r, size_t j)
{
    return (r->x[j] - r->mean) * r->scale;
}

static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *gamma = s->in[1]->value, *beta = s->in[2]->value;

    for (size_t i = from; i < to; i++) {
        const row r = row_at(s, i);
        real *a = (real *)s->out->value + i * n;

        LH_APART
        for (size_t j = 0; j < n; j++)
            a[j] = normal(&r, j) * gamma[j] + beta[j];
    }
}

/* dX += scale (g - mean(g) - normal * mean(g * normal)), g = dA * gamma. */
static void backward_x(const lh_call *s, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *gamma = s->in[1]->value, *da = s->out->grad;
    real *dx = s->in[0]->grad;

    for (size_t k = t.i0; k < t.i1; k++) {
        const row r = row_at(s, k);
        const real *const given = da + k * n;
        const lh_tile part = {0, 1, t.j0, t.j1};
        real mean = 0, along = 0;

        for (size_t j = 0; j < n; j++) {
            mean += given[j] * gamma[j];
            along += given[j] * gamma[j] * normal(&r, j);
        }
        mean /= (real)n;
        along /= (real)n;
        LH_GIVE(dx + k * n, part, n,
                (given[i] * gamma[i] - mean - normal(&r, i) * along) * r.scale);
    }
}

/* dgamma += dA * normal, summed over the rows as every sum over the batch is. */
static void backward_gamma(const lh_call *s, lh_tile t)
{
    const size_t n = s->out->cols, m = s->out->rows, width = t.j1 - t.j0;
    const size_t shards = lhi_shard_count(m, s->shards);
    const real *da = s->out->grad;
    real *part = s->work, *d = s->in[1]->grad;

    memset(part, 0, shards * width * sizeof *part);
    for (size_t k = 0; k < shards; k++)
        for (size_t i = lhi_cut(m, k, shards); i < lhi_cut(m, k + 1, shards); i++) {
            const row r = row_at(s, i);

            for (size_t j = t.j0; j < t.j1; j++)
                part[k * width + j - t.j0] =
                    R_FMA(da[i * n + j], normal(&r, j), part[k * width + j - t.j0]);
        }
    LH_T(lhi_tree)(part, shards, width, width);
    LH_GIVE(d, t, n, part[i - t.j0]);
}

static void backward(const lh_call *s, int operand, lh_tile t)
{
    if (operand == 0)
        backward_x(s, t);
    else if (operand == 1)
        backward_gamma(s, t);
    else
        LH_T(lhi_sum_over_rows)(s->out->rows, s->shards, s->out->cols, s->out->grad, t.j0, t.j1,
                                s->in[2]->grad, s->fresh, s->work);
}

static size_t work(const lh_call *s)
{
    const size_t sums = LH_T(lhi_gemm_work)(1, s->out->rows);
    const size_t parts = LHI_MOST_SHARDS * s->out->cols;

    return (parts > sums ? parts : sums) * sizeof(real);
}

static void jvp(const lh_call *s)
{
    const size_t n = s->out->cols;
    const real *gamma = s->in[1]->value, *tg = s->in[1]->tangent, *tb = s->in[2]->tangent;

    for (size_t i = 0; i < s->out->rows; i++) {
        const row r = row_at(s, i);
        const real *tx = (const real *)s->in[0]->tangent + i * n;
        real *ta = (real *)s->out->tangent + i * n, mean = 0, along = 0;

        for (size_t j = 0; j < n; j++) {
            mean += tx[j] / (real)n;
            along += tx[j] * normal(&r, j) / (real)n;
        }
        for (size_t j = 0; j < n; j++)
            ta[j] = gamma[j] * r.scale * (tx[j] - mean - normal(&r, j) * along) +
                    normal(&r, j) * tg[j] + tb[j];
    }
}

static void analytic(const lh_call *s)
{
    const size_t n = s->out->cols;

    for (size_t i = 0; i < s->out->rows; i++) {
        lh_complex mean = {0, 0}, var = {0, 0}, root;

        for (size_t j = 0; j < n; j++) {
            const lh_complex x = lh_complex_at(s->in[0], i * n + j);

            mean = (lh_complex){mean.re + x.re / (real)n, mean.im + x.im / (real)n};
        }
        for (size_t j = 0; j < n; j++) {
            const lh_complex x = lh_complex_at(s->in[0], i * n + j);
            const lh_complex d = {x.re - mean.re, x.im - mean.im}, square = lh_complex_mul(d, d);

            var = (lh_complex){var.re + square.re / (real)n, var.im + square.im / (real)n};
        }
        root.re = R_SQRT(var.re + (real)s->number[0]);
        root.im = var.im / (2 * root.re);
        for (size_t j = 0; j < n; j++) {
            const lh_complex x = lh_complex_at(s->in[0], i * n + j);
            const lh_complex d = {x.re - mean.re, x.im - mean.im};

            ((real *)s->out->tangent)[i * n + j] =
                lh_complex_mul(lh_complex_div(d, root), lh_complex_at(s->in[1], j)).im +
                lh_complex_at(s->in[2], j).im;
        }
    }
}

#if LH_IS_WIDE
/* Back through variance and mean in turn, from the last column to the first. */
static void hand(const lh_call *s)
{
    const size_t m = s->out->rows, n = s->out->cols;
    const real *gamma = s->in[1]->value, *da = s->out->grad;
    real *dx = s->in[0]->grad, *dgamma = s->in[1]->grad, *dbeta = s->in[2]->grad;

    for (size_t i = m; i-- > 0;) {
        const row r = row_at(s, i);
        const real root = (real)1 / r.scale;
        real dvar = 0, dmean = 0;

        for (size_t j = n; j-- > 0;) {
            const real c = r.x[j] - r.mean, g = gamma[j] * da[i * n + j];

            dvar -= g * c / (2 * root * root * root);
            dmean -= g / root;
            if (dgamma)
                dgamma[j] += da[i * n + j] * c / root;
            if (dbeta)
                dbeta[j] += da[i * n + j];
        }
        for (size_t j = n; dx && j-- > 0;)
            dx[i * n + j] += gamma[j] * da[i * n + j] / root +
                             (2 * dvar * (r.x[j] - r.mean) + dmean) / (real)n;
    }
}

/* How far off the numbers of a row are: its mean, its scale. */
typedef struct row_off {
    double mean, scale;
} row_off;

static row_off row_off_at(const lh_call *s, const row *w, size_t i, const lh_rounding *r)
{
    const size_t n = s->in[0]->cols;
    const double *off = s->in[0]->off + i * n, eps = s->number[0];
    const double g = lh_gamma((double)n + 4, r), scale = (double)w->scale;
    double var = 0, size = 0, q, least;
    row_off o = {0, 0};

    for (size_t j = 0; j < n; j++)
        o.mean += off[j] + g * (fabs((double)w->x[j]) + off[j]);
    o.mean = o.mean / (double)n + r->tiny;
    for (size_t j = 0; j < n; j++) {
        const double d = fabs((double)(w->x[j] - w->mean)), first = off[j] + o.mean;
        const double d_off = first + r->u * (d + first);

        var += (2 * d + d_off) * d_off + r->tiny;
        size += (d + d_off) * (d + d_off);
    }
    q = 1 / (scale * scale);
    var = (var + g * size) / (double)n + r->tiny + 2 * r->u * q;
    least = q - var > eps / 2 ? q - var : eps / 2; /* squares and epsilon are not negative */
    o.scale = var / (2 * least * sqrt(least));
    o.scale += 4 * r->u * (scale + o.scale);
    return o;
}

static double normal_off(const lh_call *s, const row *w, row_off o, size_t i, size_t j,
                         const lh_rounding *r)
{
    const double d = fabs((double)(w->x[j] - w->mean)), scale = (double)w->scale;
    const double first = s->in[0]->off[i * s->in[0]->cols + j] + o.mean;
    const double d_off = first + r->u * (d + first);

    return d_off * (scale + o.scale) + d * o.scale +
           r->u * (d + d_off) * (scale + o.scale) + r->tiny;
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t n = s->out->cols;
    const double g = lh_gamma(2, r);

    for (size_t i = 0; i < s->out->rows; i++) {
        const row w = row_at(s, i);
        const row_off o = row_off_at(s, &w, i, r);

        for (size_t j = 0; j < n; j++) {
            const double h = fabs((double)normal(&w, j)), h_off = normal_off(s, &w, o, i, j, r);
            const double gamma = lh_size_at(s->in[1], j), gamma_off = s->in[1]->off[j];
            const double beta = lh_size_at(s->in[2], j), beta_off = s->in[2]->off[j];

            s->out->off[i * n + j] =
                h_off * (gamma + gamma_off) + h * gamma_off + beta_off +
                g * ((h + h_off) * (gamma + gamma_off) + beta + beta_off) + r->tiny;
        }
    }
}

/* g - mean(g) - normal * mean(g * normal), each with what it may be off, then the scale. */
static void bound_of_x(const lh_call *s, const lh_rounding *r)
{
    const size_t n = s->out->cols;
    const double c = lh_gamma((double)n + 8 + r->adds, r);

    for (size_t i = 0; i < s->out->rows; i++) {
        const row w = row_at(s, i);
        const row_off o = row_off_at(s, &w, i, r);
        const double scale = (double)w.scale;
        double mean = 0, mean_off = 0, along = 0, along_off = 0;

        for (int last = 0; last < 2; last++)
            for (size_t j = 0; j < n; j++) {
                const double h = fabs((double)normal(&w, j));
                const double h_off = normal_off(s, &w, o, i, j, r);
                const double gamma = lh_size_at(s->in[1], j), gamma_off = s->in[1]->off[j];
                const double da = lh_grad_size_at(s->out, i * n + j);
                const double off = s->out->grad_off[i * n + j];
                const double g = da * gamma;
                const double g_off = off * (gamma + gamma_off) + da * gamma_off;
                double most, t_off;

                if (!last) {
                    mean += g / (double)n;
                    mean_off += (g_off + c * (g + g_off) + r->tiny) / (double)n;
                    along += g * h / (double)n;
                    along_off += (g_off * (h + h_off) + g * h_off +
                                  c * (g + g_off) * (h + h_off) + 2 * r->tiny) / (double)n;
                    continue;
                }
                most = g + mean + h * along;
                t_off = g_off + mean_off + h_off * along + (h + h_off) * along_off + 3 * r->tiny;
                s->in[0]->grad_off[i * n + j] += t_off * (scale + o.scale) + most * o.scale +
                                                 c * (most + t_off) * (scale + o.scale) +
                                                 8 * r->tiny;
            }
    }
}

static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const size_t m = s->out->rows, n = s->out->cols;
    const double c = lh_gamma((double)m + 6 + r->adds, r);

    if (operand == 0) {
        bound_of_x(s, r);
        return;
    }
    for (size_t i = 0; i < m; i++) {
        const row w = row_at(s, i);
        const row_off o = row_off_at(s, &w, i, r);

        for (size_t j = 0; j < n; j++) {
            const double h = operand == 1 ? fabs((double)normal(&w, j)) : 1;
            const double h_off = operand == 1 ? normal_off(s, &w, o, i, j, r) : 0;
            const double da = lh_grad_size_at(s->out, i * n + j);
            const double off = s->out->grad_off[i * n + j];

            s->in[operand]->grad_off[j] += off * (h + h_off) + da * h_off +
                                           c * (da + off) * (h + h_off) + r->tiny;
        }
    }
}
#endif

#define EPSILON .number = {1e-5}

static const lh_case cases[] = {
    {.why = "ordinary values", .in = {{5, 4}, {1, 4}, {1, 4}}, .lo = -2, .hi = 2, EPSILON},
    {.why = "one column",      .in = {{5, 1}, {1, 1}, {1, 1}}, .lo = -2, .hi = 2, EPSILON},
    {.why = "one row",         .in = {{1, 9}, {1, 9}, {1, 9}}, .lo = -2, .hi = 2, EPSILON},
    {.why = "far from 0",      .in = {{6, 8}, {1, 8}, {1, 8}}, .lo = 3, .hi = 5, EPSILON},
    {.why = "equal columns",   .in = {{4, 5}, {1, 5}, {1, 5}}, .lo = 2, .hi = 2, .number = {0.5}},
    {.why = "several shards",  .in = {{300, 5}, {1, 5}, {1, 5}}, .lo = -2, .hi = 2, EPSILON},
    {.why = "long rows",       .in = {{3, 200}, {1, 200}, {1, 200}}, .lo = -2, .hi = 2, EPSILON},
    {0}
};

#define CENTRED "(#1 - over_columns(#1)/columns(#1))"
#define ROOT    "sqrt(over_columns(" CENTRED "^2)/columns(#1) + $1)"
#define NORMAL  "(" CENTRED "/" ROOT ")"

static const lh_lines lines = {
    .forward = "#2 * " CENTRED "/" ROOT " + #3",
    .backward = {"(d#0 * #2 - over_columns(d#0 * #2)/columns(#1) - "
                 NORMAL " * (over_columns(d#0 * #2 * " NORMAL ")/columns(#1)))/" ROOT,
                 "over_rows(d#0 * " NORMAL ")", "over_rows(d#0)"}
};

static const lhi_fuses fuses = {.shards = 6};

LH_DEFINE_OP(layer_norm, .n_in = 3, .numbers = 1, .shape = shape, .flops = lh_flops_elementwise,
             .work = work, .fuses = &fuses, .lines = &lines, .reads = LH_READS(0) | LH_READS(1));
