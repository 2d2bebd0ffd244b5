/* test_lines_checks.c -- what checks a line: bounds, forward mode, a second gradient. */
/* SPDX-License-Identifier: MIT */
#include "tests/check.h"
#include "tests/draw.h"
#include "tests/unit/lines_case.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long compared;

/* A drawn line in wide and in another type, over equal operands; forward() is done. */
static void open_two(lh_ctx *c, drawn *d, int which, int i, set *w, set *k)
{
    static const shape out = {6, 5}, in[] = {{6, 5}, {1, 5}, {6, 1}, {1, 1}};

    draws = (uint64_t)i + 1;
    draw_line(c, d, 1 + i % 4, 12);
    open_set(w, &variants[2], &d->line, in, out, 8, (uint64_t)i + 1);
    open_set(k, &variants[which], &d->line, in, out, 8, (uint64_t)i + 1);
    forward(w, 1);
    forward(k, 1);
    for (int a = 0; a <= w->op.n_in; a++) {
        const int last = a == w->op.n_in;
        lh_slot *slots[] = {last ? &w->out : &w->in[a], last ? &k->out : &k->in[a]};

        for (int s = 0; s < 2; s++) {
            const size_t cells = slots[s]->rows * slots[s]->cols;

            slots[s]->tangent = calloc(cells, s ? k->element : w->element);
            slots[s]->off = calloc(cells, sizeof(double));
            slots[s]->grad_off = calloc(cells, sizeof(double));
        }
    }
}

static void close_two(set *w, set *k)
{
    for (int a = 0; a <= w->op.n_in; a++) {
        const int last = a == w->op.n_in;
        lh_slot *slots[] = {last ? &w->out : &w->in[a], last ? &k->out : &k->in[a]};

        for (int s = 0; s < 2; s++) {
            free(slots[s]->tangent);
            free(slots[s]->off);
            free(slots[s]->grad_off);
        }
    }
    close_set(w);
    close_set(k);
}

static int is_finite(lh_wide x)
{
    return x - x == 0;
}

static const lh_rounding roundings[] = {{.u = 0x1p-24, .tiny = 0x1p-150},
                                        {.u = 0x1p-53, .tiny = 0x1p-1074}};

/* How much of its bound an element takes; what a type cannot hold is none of its business. */
static double part_of_bound(const set *k, const void *right, const void *got, size_t e,
                            double bound, int line, const char *what)
{
    const lh_wide x = lhi_get(LH_WIDE, right, e), y = lhi_get(k->type, got, e);
    const double off = (double)(x < y ? y - x : x - y);

    if (!is_finite(x) || !is_finite(y))
        return 0;
    CHECK(off <= bound * (1 + 1e-12) || !is_finite(bound),
          "line %d, %s: %s %zu, %Lg, is off by %g, bound %g", line, lhi_type_name(k->type), what, e,
          x, off, bound);
    compared++;
    return off > 0 ? off / bound : 0;
}

/* Values and gradients of a type are off those of wide by their bounds at most. */
static void within_bounds(void)
{
    lh_ctx *c = lh_open(0, NULL, NULL);
    double tightest = 0;
    drawn d;
    set w, k;

    compared = 0;
    for (int i = 0; i < 400; i++) {
        const lh_rounding r = roundings[i / 4 % 2];

        open_two(c, &d, i / 4 % 2, i, &w, &k);
        w.op.value_bound(&w.call, &r);
        for (size_t e = 0; e < 30; e++)
            tightest = fmax(tightest, part_of_bound(&k, w.out.value, k.out.value, e,
                                                    w.out.off[e], i, "value"));
        for (int o = 0; o < w.op.n_in; o++) {
            backward(&w, o, 1);
            backward(&k, o, 1);
            w.op.grad_bound(&w.call, o, &r);
            for (size_t e = 0; e < w.in[o].rows * w.in[o].cols; e++)
                part_of_bound(&k, w.in[o].grad, k.in[o].grad, e, w.in[o].grad_off[e], i,
                              "gradient");
        }
        close_two(&w, &k);
    }
    printf("# values come to %.2f of their bounds at most\n", tightest);
    CHECK(compared > 10000 && tightest > 0.3, "%ld compared, %g", compared, tightest);
    lh_close(c);
}

/* Forward mode and the complex step are one number, and the second gradient is the transpose. */
static void three_ways(void)
{
    lh_ctx *c = lh_open(0, NULL, NULL);
    const lh_wide h = 0x1p-300L;
    drawn d;
    set w, k;

    compared = 0;
    for (int i = 0; i < 400; i++) {
        lh_wide left = 0, right = 0, size = 0;

        open_two(c, &d, 2, i, &w, &k);
        for (int o = 0; o < w.op.n_in; o++)
            for (size_t e = 0; e < w.in[o].rows * w.in[o].cols; e++) {
                const lh_wide t = draw_between(-1, 1, &draws);

                lhi_set(LH_WIDE, w.in[o].tangent, e, t);
                lhi_set(LH_WIDE, k.in[o].tangent, e, h * t);
                lhi_set(LH_WIDE, w.in[o].grad, e, 0);
            }
        w.op.jvp(&w.call);
        k.op.analytic(&k.call);
        w.op.hand(&w.call);
        for (size_t e = 0; e < 30; e++) {
            const lh_wide x = lhi_get(LH_WIDE, w.out.tangent, e);
            const lh_wide y = lhi_get(LH_WIDE, k.out.tangent, e) / h;
            const lh_wide far = (x > y ? x - y : y - x), most = 1e-14L * ((x < 0 ? -x : x) + 1);

            if (is_finite(x) && is_finite(y) && x < 1e6L && x > -1e6L)
                CHECK(far <= most, "line %d, element %zu: %Lg and %Lg", i, e, x, y);
            compared += is_finite(x);
            left += x * lhi_get(LH_WIDE, w.out.grad, e);
            size += x * x;
        }
        for (int o = 0; o < w.op.n_in; o++)
            for (size_t e = 0; e < w.in[o].rows * w.in[o].cols; e++)
                right += lhi_get(LH_WIDE, w.in[o].grad, e) * lhi_get(LH_WIDE, w.in[o].tangent, e);
        if (is_finite(left) && size < 1e12L)
            CHECK((left > right ? left - right : right - left) <= 1e-10L,
                  "line %d: forward %Lg, second gradient %Lg", i, left, right);
        close_two(&w, &k);
    }
    CHECK(compared > 5000, "%ld compared", compared);
    lh_close(c);
}

/* max(a, b) + |a| + [a > b] has three pieces an element. */
static void pieces(void)
{
    static const lhi_instr instr[] = {{LHI_MAX, 0, 1}, {LHI_ABS, 0, 0}, {LHI_ABOVE, 0, 1}};
    static const double a[] = {-1, 0, 2, 1}, b[] = {0, 0, 1, 3};
    static const unsigned char right[] = {0, 0, 0, 1, 1, 0, 1, 2, 1, 0, 2, 0};
    lh_ctx *c = lh_open(0, NULL, NULL);
    const shape in[] = {{2, 2}, {2, 2}};
    unsigned char piece[12];
    drawn d = {.line.op.n_in = 2};
    set k;

    leaf_program(&d.slope[0], LHI_P_CONSTANTS, 1);
    d.slope[1] = d.slope[0];
    d.forward.p = (lhi_program){.count = 3, .instr = instr, .result = LHI_P_CONSTANTS};
    schedule(c, &d);
    open_set(&k, &variants[1], &d.line, in, in[0], 8, 3);
    memcpy(k.in[0].value, a, sizeof a);
    memcpy(k.in[1].value, b, sizeof b);
    CHECK(k.op.pieces(&k.call, NULL) == 12 && k.op.pieces(&k.call, piece) == 12 &&
              memcmp(piece, right, 12) == 0,
          "pieces");
    close_set(&k);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"values and gradients are within their bounds", within_bounds},
        {"forward mode, complex step and second gradient agree", three_ways},
        {"the pieces are those that the values choose", pieces},
        {0}};

    return check_main(argc, argv, "lines_checks", tests);
}
