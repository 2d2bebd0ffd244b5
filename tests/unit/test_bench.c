/* test_bench.c -- medians and quartiles, lines of peers, and the numbers all work on. */
/* SPDX-License-Identifier: MIT */
#include "tests/check.h"

#include "framework/bench/bench.h"
#include "framework/bench/model.h"
#include "framework/bench/operands.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * (1 + fabs(b));
}

static void quartiles(void)
{
    static const struct {
        double sample[9];
        size_t count;
        double median, low, high, least;
    } cases[] = {
        {{0}, 0, 0, 0, 0, 0},
        {{3}, 1, 3, 3, 3, 3},
        {{4, 2}, 2, 3, 2.5, 3.5, 2},
        {{9, 1, 5}, 3, 5, 3, 7, 1},
        {{4, 1, 3, 2}, 4, 2.5, 1.75, 3.25, 1},
        {{5, 4, 3, 2, 1}, 5, 3, 2, 4, 1},
        {{1, 1, 1, 1, 100}, 5, 1, 1, 1, 1},
        {{9, 8, 7, 6, 5, 4, 3, 2, 1}, 9, 5, 3, 7, 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double sample[9];
        lhi_spread s;

        memcpy(sample, cases[i].sample, sizeof sample);
        s = lhi_spread_of(sample, cases[i].count);
        CHECK(s.count == cases[i].count, "case %zu: %zu", i, s.count);
        CHECK(near(s.median, cases[i].median), "case %zu: median %g", i, s.median);
        CHECK(near(s.low, cases[i].low), "case %zu: lower quartile %g", i, s.low);
        CHECK(near(s.high, cases[i].high), "case %zu: upper quartile %g", i, s.high);
        CHECK(near(s.least, cases[i].least), "case %zu: least %g", i, s.least);
    }
}

/* Takes a fixed time for each repetition, but for a run now and then that is disturbed. */
struct steady {
    double one;
    long runs;
};

static int run_steady(lhi_entrant *e, long reps)
{
    struct steady *s = e->state;

    e->seconds = s->one * (double)reps + (s->runs++ % 5 == 0 ? 0.3 : 0);
    return 0;
}

static void long_enough(void)
{
    static const double units[] = {0, 1e-12, 1e-9, 3e-7, 1e-4, 0.0036, 0.0039, 0.00399, 0.004,
                                   0.0041, 0.019, 0.0199, 0.021, 0.3, 2};
    lh_ctx *c = lh_open(0, NULL, "");

    for (int quick = 0; quick < 2; quick++)
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            const lh_bench_plan plan = {.quick = quick};
            lhi_bench b = {.c = c, .plan = &plan};
            struct steady s = {.one = units[i]};
            lhi_entrant e = {.run = run_steady, .state = &s};

            lhi_contest(&b, &e, 1, 1);
            CHECK(s.runs < 60, "unit %g: %ld runs", units[i], s.runs);
            CHECK(e.samples >= 3, "unit %g: %zu samples", units[i], e.samples);
            CHECK((double)e.reps * units[i] >= lhi_bench_least(&b) || e.reps >= 100000000 ||
                      units[i] < 1e-9,
                  "unit %g: %ld repetitions", units[i], e.reps);
            CHECK((double)e.reps * units[i] < 2 * units[i] + 3 * lhi_bench_least(&b),
                  "unit %g: %ld repetitions", units[i], e.reps);
        }
    lh_close(c);
}

static void good_lines(void)
{
    lhi_answer a = lhi_answer_of("ready OpenBLAS 0.3.21  SkylakeX ");

    CHECK(a.kind == LHI_READY && strcmp(a.name, "OpenBLAS") == 0 &&
              strcmp(a.text, "0.3.21  SkylakeX") == 0,
          "%d '%s' '%s'", a.kind, a.name, a.text);
    a = lhi_answer_of("ready It");
    CHECK(a.kind == LHI_READY && strcmp(a.name, "It") == 0 && a.text[0] == 0, "'%s'", a.text);
    a = lhi_answer_of("absent libblis is not installed (apt install libblis4)");
    CHECK(a.kind == LHI_ABSENT &&
              strcmp(a.text, "libblis is not installed (apt install libblis4)") == 0,
          "'%s'", a.text);
    a = lhi_answer_of("absent");
    CHECK(a.kind == LHI_ABSENT && a.text[0] == 0, "'%s'", a.text);
    a = lhi_answer_of("0.0125 -3.5e2");
    CHECK(a.kind == LHI_DONE && near(a.seconds, 0.0125) && a.has_check && near(a.check, -350),
          "%d %g %g", a.kind, a.seconds, a.check);
    a = lhi_answer_of("2 -");
    CHECK(a.kind == LHI_DONE && near(a.seconds, 2) && !a.has_check, "%d %d", a.kind, a.has_check);
    a = lhi_answer_of("0 0");
    CHECK(a.kind == LHI_DONE && a.has_check, "a clock that stood still: %d", a.kind);
    a = lhi_answer_of("1 nan");
    CHECK(a.kind == LHI_DONE && a.has_check && a.check != a.check, "%d %g", a.kind, a.check);
}

static void bad_lines(void)
{
    static const char *const lines[] = {
        "", " ", "ready", "ready ", "readyOpenBLAS 1", "Ready It 1", "absentx", "0.1", "0.1 ",
        "0.1 x", "0.1 1 2", "0.1 1x", "-1 2", "nan 2", "inf 2", "1e9 2", "x 2", "0.1  -", "0.1 --",
        "0.1\t2", "\x1B[31m", "seconds 1 2", "-",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const lhi_answer a = lhi_answer_of(lines[i]);

        CHECK(a.kind == LHI_GARBAGE, "'%s' is taken for %d", lines[i], a.kind);
    }
}

/* Whatever comes, what is kept is short and plain. */
static void long_lines(void)
{
    char line[LHI_CHILD_LINE];
    static const char *const starts[] = {"ready N", "ready ", "absent ", "", "0.1 ", "\x80"};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        for (int fill = 1; fill < 256; fill += 3) {
            lhi_answer a;

            memset(line, fill, sizeof line - 1);
            line[sizeof line - 1] = 0;
            memcpy(line, starts[i], strlen(starts[i]));
            a = lhi_answer_of(line);
            CHECK(memchr(a.text, 0, sizeof a.text) && memchr(a.name, 0, sizeof a.name),
                  "start %zu, byte %d: not ended", i, fill);
            for (const char *t = a.text; *t; t++)
                CHECK(*t >= ' ' && *t < 127, "start %zu, byte %d is kept", i, fill);
        }
}

static void same_numbers(void)
{
    float sum = 0, a[4096];

    lhi_operands(LHI_OPERAND_A, 4096, 1, a);
    for (size_t i = 0; i < 4096; i++) {
        CHECK(a[i] >= -1 && a[i] < 1, "element %zu is %g", i, (double)a[i]);
        sum += a[i];
    }
    CHECK(fabsf(sum) < 200, "they lean to one side: %g", (double)sum);
    /* bench/peers/pytorch.py computes these, too. */
    CHECK(lhi_operand(LHI_OPERAND_A, 0) == -0x1.7e83f00000000p-1f &&
              lhi_operand(LHI_OPERAND_W, 99) == 0x1.2991d00000000p-1f,
          "%.9g %.9g", (double)lhi_operand(LHI_OPERAND_A, 0),
          (double)lhi_operand(LHI_OPERAND_W, 99));
}

/* One wrong element in a product, and two that changed places, change the checksum. */
static void checksum(void)
{
    static float c[64 * 64];
    double right;

    lhi_operands(LHI_OPERAND_B, 64 * 64, 5, c);
    right = lhi_operand_checksum(64 * 64, c);
    for (size_t i = 0; i + 1 < 64 * 64; i += 101) {
        const float kept = c[i], next = c[i + 1];

        c[i] = next;
        c[i + 1] = kept;
        CHECK(fabs(lhi_operand_checksum(64 * 64, c) - right) > 1e-9, "a swap at %zu", i);
        c[i] = kept + 1;
        c[i + 1] = next;
        CHECK(fabs(lhi_operand_checksum(64 * 64, c) - right) > 1e-9, "an error at %zu", i);
        c[i] = kept;
    }
    CHECK(near(lhi_operand_checksum(64 * 64, c), right), "restored");
}

/* Per cent of the step of a network, by the seconds that it takes on one rank and its parameters:
 * worked out by another program. */
static void model_of_links(void)
{
    static const struct {
        const lhi_wire *link;
        double seconds, floats, percent[3]; /* on 2, 4, 8 ranks */
    } cases[] = {
        {&lhi_wire_10, 4.0e-3, 233985, {71, 44, 25}},
        {&lhi_wire_100, 4.0e-3, 233985, {96, 85, 72}},
        {&lhi_wire_10, 78.8e-3, 2100225, {85, 64, 43}},
        {&lhi_wire_100, 78.8e-3, 2100225, {98, 93, 85}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int k = 0; k < 3; k++) {
            const double is = 100 * lhi_model_efficiency(cases[i].link, cases[i].seconds,
                                                         4 * cases[i].floats, 2 << k);

            CHECK(fabs(is - cases[i].percent[k]) < 1, "case %zu, %d ranks: %.2f %%", i, 2 << k, is);
        }
    CHECK(lhi_model_exchange(&lhi_wire_10, 1e6, 1, 1) == 0, "one rank sends nothing");
    CHECK(lhi_model_exchange(&lhi_wire_10, 1e6, 3, 2) > lhi_model_exchange(&lhi_wire_10, 1e6, 3, 1),
          "two sums of a rank cost more than one");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"median, quartiles and least of samples", quartiles},
        {"samples are long enough and no longer, whatever one takes", long_enough},
        {"lines of peers are read", good_lines},
        {"lines that are none are nonsense", bad_lines},
        {"long lines are cut and plain", long_lines},
        {"the operands are what every program has", same_numbers},
        {"what ranks gain by the model of their link", model_of_links},
        {"the checksum of a product notices one element", checksum},
        {NULL, NULL},
    };

    return check_main(argc, argv, "bench", tests);
}
