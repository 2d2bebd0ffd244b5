/* test_lines_run.c -- programs over blocks have the bits of programs over elements. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/sanitized.h"
#include "tests/check.h"
#include "tests/draw.h"
#include "tests/unit/lines_case.h"
#include "tests/unit/lines_plain.h"

#include <longhand.h>

#include <stdlib.h>
#include <string.h>

/* Sanitizers slow the plain programs down ten times, and need each path alone.  5 is prime to what
 * chains() goes through. */
enum { THIN = LHI_SANITIZED ? 5 : 1, LEAST = 1000000 / THIN };

static void plain_value(const set *k, void *out)
{
    const lhi_line *l = k->op.data;

    (k->type == LH_F32   ? plain_value_f32
     : k->type == LH_F64 ? plain_value_f64
                         : plain_value_wide)(&l->op.forward, &k->call, out);
}

static void plain_give(const set *k, int operand, void *d)
{
    const lhi_line *l = k->op.data;

    (k->type == LH_F32   ? plain_give_f32
     : k->type == LH_F64 ? plain_give_f64
                         : plain_give_wide)(&l->op.slope[operand], &k->call, operand, d);
}

static long compared;

/* A line in every variant, by every number of shares, beside the plain one. */
static void same_bits(const lhi_line *line, const shape *in, shape out, size_t shards)
{
    static const int shares[] = {1, 2, 5};
    const uint64_t seed = draw_from(&draws) | 1;

    for (int v = 0; v < VARIANTS; v++) {
        const size_t cells = out.rows * out.cols;
        set k;
        void *right;

        if (!variant_runs(&variants[v]))
            continue;
        open_set(&k, &variants[v], line, in, out, shards, seed);
        right = block(&k, cells);
        for (int n = 0; n < 3; n++) {
            size_t e;

            fill(&k, k.out.value, cells);
            plain_value(&k, right);
            forward(&k, shares[n]);
            e = unlike(&k, k.out.value, right, cells);
            CHECK(e == cells, "%s, [%zu x %zu], %d shares: element %zu is %Lg, right is %Lg",
                  variants[v].name, out.rows, out.cols, shares[n], e,
                  lhi_get(k.type, k.out.value, e), lhi_get(k.type, right, e));
            compared += (long)cells;
        }
        for (int i = 0; i < 6 * line->op.n_in; i++) {
            const int operand = i / 6;
            const size_t n = k.in[operand].rows * k.in[operand].cols;
            void *d = block(&k, n);
            size_t e;

            k.call.fresh = i % 2;
            memcpy(d, k.in[operand].grad, n * k.element);
            plain_give(&k, operand, d);
            backward(&k, operand, shares[i / 2 % 3]);
            e = unlike(&k, k.in[operand].grad, d, n);
            CHECK(e == n,
                  "%s, [%zu x %zu] of [%zu x %zu], %d shares, %s: element %zu is %Lg, right is %Lg",
                  variants[v].name, k.in[operand].rows, k.in[operand].cols, out.rows, out.cols,
                  shares[i / 2 % 3], i % 2 ? "set" : "added", e,
                  lhi_get(k.type, k.in[operand].grad, e), lhi_get(k.type, d, e));
            compared += (long)n;
            free(k.all[--k.blocks]);
        }
        close_set(&k);
    }
}

static const shape sizes[] = {{1, 1}, {7, 3}, {1, 33}, {65, 1}, {64, 16}, {3, 1700}, {129, 31},
                              {0, 3}, {2, 0}};

enum { SIZES = sizeof sizes / sizeof *sizes };

static void full_arrays(void)
{
    lh_ctx *c = lh_open(0, NULL, NULL);
    drawn d;

    compared = 0;
    for (int i = 0; i < 60 / THIN; i++) {
        const int n_in = 1 + (int)draw(LH_OPERANDS);
        const shape s = sizes[draw(SIZES)];

        draw_line(c, &d, n_in, i % 10 ? 12 : MOST);
        same_bits(&d.line, (shape[]){s, s, s, s}, s, 8);
    }
    CHECK(compared > LEAST, "%ld compared", compared);
    lh_close(c);
}

/* Every operand whole, a row, a column or one number. */
static void repeated(void)
{
    static const shape outs[] = {{5, 3}, {1, 9}, {9, 1}, {300, 5}, {1, 1}, {70, 129},
                                 {20, 1100}, {600, 2}, {130, 400}};
    lh_ctx *c = lh_open(0, NULL, NULL);
    drawn d;

    compared = 0;
    for (int i = 0; i < 80 / THIN; i++) {
        const int n_in = 1 + (int)draw(LH_OPERANDS);
        const shape out = outs[draw(9)];
        shape in[LH_OPERANDS];

        for (int k = 0; k < LH_OPERANDS; k++)
            in[k] = (shape){draw(2) ? out.rows : 1, draw(2) ? out.cols : 1};
        draw_line(c, &d, n_in, i % 10 ? 12 : MOST);
        same_bits(&d.line, in, out, 1 + draw(9));
    }
    CHECK(compared > LEAST, "%ld compared", compared);
    lh_close(c);
}

/* What stands alone: an operand, a number, the number of rows; slopes of 1 and -1. */
static void leaves(void)
{
    static const struct { size_t place; double x; } slopes[] = {
        {LHI_P_CONSTANTS, 1}, {LHI_P_CONSTANTS, -1}, {LHI_P_CONSTANTS, 0.3}, {LHI_P_OUT, 0},
        {LHI_P_M, 0}, {LHI_P_NUMBERS + 1, 0}, {0, 0}};
    lh_ctx *c = lh_open(0, NULL, NULL);
    drawn d;

    for (int i = 0; i < 7; i++)
        for (int kind = 0; kind < 4; kind++) {
            const shape out = {130, 7}, in = {kind & 1 ? 130 : 1, kind & 2 ? 7 : 1};

            d.line = (lhi_line){.op.n_in = 2};
            leaf_program(&d.forward, slopes[i].place == LHI_P_OUT ? 1 : slopes[i].place,
                         slopes[i].x);
            for (int k = 0; k < 2; k++)
                leaf_program(&d.slope[k], slopes[i].place, slopes[i].x);
            schedule(c, &d);
            same_bits(&d.line, (shape[]){in, out}, out, 8);
        }
    lh_close(c);
}

/* The gradient of a row has the bits of lhi_sum_over_rows(), for any number of shards. */
void lhi_sum_over_rows_f64(size_t m, size_t shards, size_t q, const double *d, size_t j0, size_t j1,
                           double *g, int fresh, double *work);
size_t lhi_gemm_work_f64(size_t m, size_t k);

static void sums_over_rows(void)
{
    static const shape outs[] = {{1, 5}, {63, 5}, {128, 40}, {700, 3}, {5000, 2}, {900, 1300}};
    lh_ctx *c = lh_open(0, NULL, NULL);
    drawn d;

    d.line = (lhi_line){.op.n_in = 2};
    leaf_program(&d.forward, 0, 1);
    leaf_program(&d.slope[0], LHI_P_CONSTANTS, 1);
    d.slope[1] = d.slope[0];
    schedule(c, &d);
    for (int i = 0; i < 6; i++)
        for (size_t shards = 1; shards <= 64; shards += shards < 8 ? 1 : 19) {
            double *work, *sum;
            set k;

            open_set(&k, &variants[1], &d.line, (shape[]){outs[i], {1, outs[i].cols}}, outs[i],
                     shards, 11);
            work = malloc(lhi_gemm_work_f64(1, outs[i].rows) * sizeof *work);
            sum = block(&k, outs[i].cols);
            lhi_sum_over_rows_f64(outs[i].rows, shards, outs[i].cols, k.out.grad, 0, outs[i].cols,
                                  sum, 1, work);
            backward(&k, 1, 3);
            if (outs[i].rows > 1)
                CHECK(memcmp(sum, k.in[1].grad, outs[i].cols * sizeof *sum) == 0,
                      "[%zu x %zu], %zu shards", outs[i].rows, outs[i].cols, shards);
            free(work);
            close_set(&k);
        }
    lh_close(c);
}

/* The output may lie where the first operand does, and its gradient where the output's does. */
static void in_place(void)
{
    static const shape outs[] = {{64, 16}, {700, 3}, {3, 2500}};
    lh_ctx *c = lh_open(0, NULL, NULL);
    drawn d;

    for (int i = 0; i < 60 / THIN; i++)
        for (int v = 0; v < VARIANTS; v++) {
            const shape out = outs[i % 3], in[] = {out, {1, out.cols}, {out.rows, 1}, {1, 1}};
            const size_t cells = out.rows * out.cols;
            void *right;
            set k;

            if (!variant_runs(&variants[v]))
                continue;
            draws = (uint64_t)i + 1;
            draw_line(c, &d, 1 + i % 4, 15);
            open_set(&k, &variants[v], &d.line, in, out, 8, (uint64_t)i + 1);
            right = block(&k, cells);
            plain_value(&k, right);
            k.out.value = k.in[0].value;
            forward(&k, 3);
            CHECK(unlike(&k, k.out.value, right, cells) == cells, "%s, value", variants[v].name);
            fill(&k, k.out.value = block(&k, cells), cells);
            plain_give(&k, 0, right);
            k.in[0].grad = k.out.grad;
            backward(&k, 0, 3);
            CHECK(unlike(&k, k.out.grad, right, cells) == cells, "%s, gradient", variants[v].name);
            close_set(&k);
        }
    lh_close(c);
}

/* Every chain of two or three sums, differences and products, of arrays and single numbers. */
static void chains(void)
{
    enum { NUMBER = LHI_P_CONSTANTS, X, Y };
    static const uint8_t codes[] = {LHI_ADD, LHI_SUB, LHI_MUL};
    static const uint16_t firsts[][2] = {{0, 1}, {0, 0}, {0, NUMBER}, {NUMBER, 1}};
    static const uint16_t seconds[][2] = {{X, 2}, {2, X}, {X, NUMBER}, {NUMBER, X}, {X, X}, {X, 0}};
    static const uint16_t lasts[][2] = {{Y, 3}, {3, Y}};
    const shape out = {3, 37};
    lh_ctx *c = lh_open(0, NULL, NULL);
    drawn d;

    compared = 0;
    for (size_t i = 0; i < 3 * 4 * 3 * 6 * 7; i += THIN) {
        const uint16_t *first = firsts[i / 3 % 4], *second = seconds[i / 36 % 6];
        const size_t left = i / 216 % 7; /* 6: there is no third one */
        const uint16_t *last = lasts[left % 2];
        shape in[LH_OPERANDS];

        d.line = (lhi_line){.op.n_in = LH_OPERANDS};
        for (int k = 0; k < LH_OPERANDS; k++) {
            in[k] = draw(4) ? out : (shape){1, 1};
            leaf_program(&d.slope[k], NUMBER, 1);
        }
        leaf_program(&d.forward, left == 6 ? Y : Y + 1, -0.3);
        d.forward.instr[0] = (lhi_instr){codes[i % 3], first[0], first[1]};
        d.forward.instr[1] = (lhi_instr){codes[i / 12 % 3], second[0], second[1]};
        d.forward.instr[2] = (lhi_instr){codes[left / 2 % 3], last[0], last[1]};
        d.forward.p.count = left == 6 ? 2 : 3;
        d.slope[0].p = d.forward.p;
        schedule(c, &d);
        same_bits(&d.line, in, out, 8);
    }
    CHECK(compared > LEAST, "%ld compared", compared);
    lh_close(c);
}

/* Joined loops and registers: a b + c is one loop, and so is a chain of three with one number; ten
 * functions need one register. */
static void schedules(void)
{
    lh_ctx *c = lh_open(0, NULL, NULL);
    lhi_instr instr[10] = {{LHI_MUL, 0, 1}, {LHI_ADD, LHI_P_CONSTANTS, 2}};
    lhi_program p = {.count = 2, .instr = instr, .result = LHI_P_CONSTANTS + 1};
    lhi_schedule s;

    CHECK(lhi_schedule_make(c, &p, LHI_USE_VALUE, &s) == 0 && s.stages == 1 && s.registers == 0,
          "a b + c: %zu loops, %zu registers", s.stages, s.registers);
    CHECK(lhi_schedule_make(c, &p, LHI_USE_ADD, &s) == 0 && s.stages == 2 && s.registers == 1,
          "d + d#0 (a b + c): %zu loops, %zu registers", s.stages, s.registers);
    instr[0] = (lhi_instr){LHI_MUL, 1, 1};
    instr[1] = (lhi_instr){LHI_SUB, LHI_P_NUMBERS, LHI_P_CONSTANTS};
    instr[2] = (lhi_instr){LHI_MUL, LHI_P_CONSTANTS + 1, 2};
    p.count = 3;
    p.result = LHI_P_CONSTANTS + 2;
    CHECK(lhi_schedule_make(c, &p, LHI_USE_VALUE, &s) == 0 && s.stages == 1,
          "($1 - b^2) c: %zu loops", s.stages);
    instr[1] = (lhi_instr){LHI_MUL, LHI_P_CONSTANTS, 1};
    instr[2] = (lhi_instr){LHI_MUL, LHI_P_NUMBERS, LHI_P_CONSTANTS + 1};
    instr[3] = (lhi_instr){LHI_ADD, LHI_P_CONSTANTS + 2, 1};
    p.count = 4;
    p.result = LHI_P_CONSTANTS + 3;
    CHECK(lhi_schedule_make(c, &p, LHI_USE_VALUE, &s) == 0 && s.stages == 1,
          "$1 b^3 + b: %zu loops", s.stages);
    for (uint16_t i = 0; i < 10; i++)
        instr[i] = (lhi_instr){LHI_EXP, (uint16_t)(i ? LHI_P_CONSTANTS + i - 1 : 0), 0};
    p.count = 10;
    p.result = LHI_P_CONSTANTS + 9;
    CHECK(lhi_schedule_make(c, &p, LHI_USE_VALUE, &s) == 0 && s.stages == 10 && s.registers == 1,
          "exp of exp ...: %zu loops, %zu registers", s.stages, s.registers);
    p.result = LHI_P_CONSTANTS + 4;
    CHECK(lhi_schedule_make(c, &p, LHI_USE_VALUE, &s) == 0 && s.stages == 5,
          "what nobody reads is not worked: %zu loops", s.stages);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"cheap operations are joined, and registers are used again", schedules},
        {"a line has the bits of its program in every variant, for any shares", full_arrays},
        {"rows, columns and single numbers are repeated, and summed in order", repeated},
        {"every chain of cheap operations has the bits of its program", chains},
        {"an operand or a number alone is a line, too", leaves},
        {"the gradient of a row is the sum over the rows that it always was", sums_over_rows},
        {"a line may work in place", in_place},
        {0}};

    return check_main(argc, argv, "lines_run", tests);
}
