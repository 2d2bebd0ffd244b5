/* own_op.c -- an op of one's own, swish, checked like the library's and trained: one file. */
/* SPDX-License-Identifier: MIT */
#include <longhand/op_impl.h>

/* A = Z sigma(beta Z), element by element; beta is the op's number.  docs/own-op.md goes through
 * this file.  (As a line it would be lh_line(t, "A = Z * sigma(beta * Z)"): an op in C is for what
 * has loops of its own, and this one is small enough to be read whole.) */

static real LH_T(beta)(const lh_call *s)
{
    return (real)s->number[0];
}

static void LH_T(forward)(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *z = s->in[0]->value, beta = LH_T(beta)(s);
    real *a = s->out->value;

    LH_APART
    for (size_t i = from * n; i < to * n; i++)
        a[i] = z[i] * k_sigmoid(beta * z[i]);
}

/* dA/dZ = p + beta Z p (1 - p) with p = sigma(beta Z). */
static inline real LH_T(slope)(real z, real beta)
{
    const real p = k_sigmoid(beta * z);

    return p + beta * z * (p * k_sigmoid(-beta * z));
}

static void LH_T(backward)(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *z = s->in[0]->value, *da = s->out->grad, beta = LH_T(beta)(s);
    real *dz = s->in[operand]->grad;

    LH_GIVE(dz, t, n, da[i] * LH_T(slope)(z[i], beta));
}

static void LH_T(jvp)(const lh_call *s)
{
    const real *z = s->in[0]->value, *tz = s->in[0]->tangent, beta = LH_T(beta)(s);
    real *ta = s->out->tangent;

    for (size_t i = 0; i < lh_elements(s->out); i++)
        ta[i] = tz[i] * LH_T(slope)(z[i], beta);
}

/* The forward formula over complex numbers: Z/(1 + e^-beta Z), or Z e^beta Z/(1 + e^beta Z) on the
 * left, where the first would overflow. */
static void LH_T(analytic)(const lh_call *s)
{
    const real beta = LH_T(beta)(s);

    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const lh_complex z = lh_complex_at(s->in[0], i);
        const real side = beta * z.re < 0 ? beta : -beta;
        const lh_complex e = lh_complex_exp((lh_complex){side * z.re, side * z.im});
        const lh_complex top = beta * z.re < 0 ? lh_complex_mul(z, e) : z;

        ((real *)s->out->tangent)[i] = lh_complex_div(top, (lh_complex){1 + e.re, e.im}).im;
    }
}

#if LH_IS_WIDE
/* A second gradient, by the quotient rule from e = exp(-|beta Z|): it shares nothing with
 * backward(), so that a slip cannot hide in both. */
static void LH_T(hand)(const lh_call *s)
{
    const real *z = s->in[0]->value, *da = s->out->grad, beta = LH_T(beta)(s);
    real *dz = s->in[0]->grad;

    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const real e = k_exp(-R_ABS(beta * z[i])), d = (real)1 + e;

        dz[i] += da[i] * ((beta * z[i] < 0 ? e : (real)1) / d + beta * z[i] * e / (d * d));
    }
}

/* |dA/dZ| is at most 1.1, and the slope moves by beta/2 for each unit of Z. */
static void LH_T(value_bound)(const lh_call *s, const lh_rounding *r)
{
    const double g = lh_gamma(8, r), beta = fabs(s->number[0]);

    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const double z = lh_size_at(s->in[0], i), off = s->in[0]->off[i];

        s->out->off[i] = 1.1 * off + g * lh_size_at(s->out, i) * (1 + beta * z) + 4 * r->tiny;
    }
}

static void LH_T(grad_bound)(const lh_call *s, int operand, const lh_rounding *r)
{
    const double g = lh_gamma(12 + r->adds, r), beta = fabs(s->number[0]);

    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const double z = lh_size_at(s->in[0], i), z_off = s->in[0]->off[i];
        const double da = lh_grad_size_at(s->out, i), off = s->out->grad_off[i];
        const double slope =
            (double)R_ABS(LH_T(slope)(((const real *)s->in[0]->value)[i], (real)s->number[0]));
        const double moved = 0.5 * beta * z_off + g * (1 + beta * z);

        s->in[operand]->grad_off[i] += off * slope + (da + off) * moved +
                                       (da > 0 ? 8 * r->tiny : 0);
    }
}
#endif

/* What it is tried on; .claim: near 0 of the slope roundings are those of its terms. */
static const lh_case LH_T(cases)[] = {
    {.why = "ordinary values", .in = {{5, 3}}, .lo = -4, .hi = 4, .number = {1.5},
     .claim = LH_ABSOLUTE},
    {.why = "one element", .in = {{1, 1}}, .lo = -1, .hi = 1, .number = {1}, .claim = LH_ABSOLUTE},
    {.why = "saturated", .in = {{4, 2}}, .lo = -90, .hi = 90, .number = {1}, .claim = LH_ABSOLUTE},
    {.why = "exactly 0", .in = {{2, 2}}, .lo = 0, .hi = 0, .number = {2}, .claim = LH_ABSOLUTE},
    {.why = "many rows", .in = {{300, 3}}, .lo = -9, .hi = 9, .number = {0.5},
     .claim = LH_ABSOLUTE},
    {0}
};

/* What it says in a derivation, where each line is evaluated and compared with the code. */
static const lh_lines LH_T(lines) = {
    .forward = "#1 * sigma($1 * #1)",
    .backward = {"d#0 * (sigma($1 * #1) + $1 * #1 * sigma($1 * #1) * (1 - sigma($1 * #1)))"}
};

LH_DEFINE_OP(swish, .n_in = 1, .numbers = 1, .shape = lh_shape_same,
             .flops = lh_flops_elementwise, .lines = &LH_T(lines), .reads = LH_READS(0),
             .pointwise = 1);

#if !LH_IS_WIDE
#include "own_op.c" /* the op in the next type */
#else

#include <longhand.h>

static lh_var swish(lh_var Z, double beta)
{
    return lh_apply(Z.tape, "swish", 1, &Z, &beta);
}

int main(int argc, char **argv)
{
    static const lh_family of_swish = LH_FAMILY(swish, "A = Z sigma(beta Z)");
    lh_ctx *c = lh_open(argc, argv, "two layers with an activation of one's own");
    const double beta = lh_opt_real(c, "beta", 1.5, "how steep swish is");
    const int broken = lh_opt_flag(c, "self-test", "break swish in every way there is; a minute");
    lh_data *d = lh_data_open(c, "wdbc"), *test = lh_hold_out(d, 0.25);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(t, "W1", lh_cols(d), 16, LH_HE), b1 = lh_param(t, "b1", 1, 16, LH_ZEROS);
    lh_var W2 = lh_param(t, "W2", 16, 1, LH_GLOROT), b2 = lh_param(t, "b2", 1, 1, LH_ZEROS);

    lh_op_register(c, &of_swish);
    lh_check_op(c, "swish"); /* the laws of every op, on the cases above */
    if (broken) {
        lh_selftest(c, 0); /* is the ledger's judgement of swish worth anything? */
        return lh_close(c);
    }

    lh_let(A1, swish(lh_add(lh_matmul(X, W1), b1), beta));
    lh_let(Z2, lh_add(lh_matmul(A1, W2), b2));
    lh_let(L, lh_bce_logits(Z2, y));
    lh_verify(L, d, 32); /* the ledger */

    lh_run *r = lh_train(L, LH_SGD(0.1), d, 64, 40);
    while (lh_epoch(r))
        lh_note(r, "test accuracy", lh_accuracy(lh_output(L), test));
    lh_save(r, "own_op.h5");
    return lh_close(c);
}
#endif
