/* test_bench.c -- medians and quartiles, lines of peers, and the numbers all work on. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/check.h"

#include "framework/bench/bench.h"
#include "framework/bench/model.h"
#include "framework/bench/operands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* --- what was measured, as it is told --- */

static lhi_result took(const char *who, int peer, double seconds)
{
    return (lhi_result){.who = who, .text = "", .peer = peer, .has_check = 1, .agrees = 1,
                        .seconds = {seconds, 0.9 * seconds, 1.1 * seconds, seconds,
                                    seconds > 0 ? 3 : 0}};
}

static lhi_result wrong(const char *who, int peer)
{
    lhi_result r = took(who, peer, 1e-6);

    r.agrees = 0;
    snprintf(r.trouble, sizeof r.trouble, "computes wrong results here: 1 where 2 is right");
    return r;
}

/* The text of a bench, the caller's to free. */
static char *shown(const lhi_bench *b)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    lhi_bench_show(b, f);
    fclose(f);
    return text;
}

static void has(const char *text, const char *line)
{
    const char *at = strstr(text, line);

    CHECK(at != NULL && (at == text || at[-1] == '\n'), "no line begins \"%s\" in\n%s", line,
          text);
}

static void products_shown(void)
{
    static const lh_bench_plan plan = {.quick = 1};
    static lhi_peer peers[4] = {{.family = "OpenBLAS", .text = "0.3.21"},
                                {.family = "OpenBLAS", .text = "0.3.21", .setting = "CORE=Haswell"},
                                {.family = "BLIS", .trouble = "libblis is not installed"},
                                {.family = "oneDNN", .text = "3.1", .trouble = "ended"}};
    lhi_rate peak[2] = {{"portable", "f32", 1, 0, 1e9, 0.9e9, 1.1e9, 2e9},
                        {"portable", "f32", 2, 0, 0, 0, 0, 0}};
    lhi_result square[4], small[2], ours[1], none[1];
    lhi_product product[4] = {{64, 64, 64, 524288, 0, square, 4}, {8, 8, 8, 1024, 0, small, 2},
                              {96, 96, 96, 1769472, 0, ours, 1}, {1, 1, 1, 2, 0, none, 0}};
    lh_ctx *c = lh_open(0, NULL, "");
    lhi_bench b = {.c = c, .plan = &plan, .threads = 1, .peer = peers, .peers = 4, .peak = peak,
                   .peaks = 2, .product = product, .products = 4};
    char *text;

    square[0] = took("longhand", -1, 524288e-9);  /* 1 GFLOP/s: half of the peak */
    square[1] = took("OpenBLAS", 0, 2 * 524288e-9);
    square[1].is_second = 1;
    square[2] = took("OpenBLAS", 1, 0.5 * 524288e-9);
    square[3] = wrong("oneDNN", 3);
    small[0] = took("longhand", -1, 1024e-9);
    small[1] = took("OpenBLAS", 1, 0);            /* it could not */
    ours[0] = took("longhand", -1, 0);            /* stopped before */
    b.stopped = 1;
    text = shown(&b);
    has(text, "Stopped ");
    has(text, "  portable f32                   1       1.0 +- 10%       2.0\n");
    has(text, "  portable f32                   2       0.0 +-  0%       0.0\n");
    has(text, "     m     n     k       longhand  of peak       OpenBLAS         oneDNN\n");
    has(text, "    64    64    64     1.0 +- 10%   50.0 %     2.0 +- 10%          wrong\n");
    has(text, "     8     8     8     1.0 +- 10%   50.0 %              -              -\n");
    has(text, "    96    96    96              -        -              -              -\n");
    has(text, "     1     1     1              -        -              -              -\n");
    has(text, "longhand over the best of the others, 1 shape of 64 and more: geometric mean "
              "0.500, least 0.500\n");
    has(text, "  OpenBLAS  0.3.21: shown 0 times\n");
    has(text, "  OpenBLAS  0.3.21, by CORE=Haswell: shown 1 time\n");
    has(text, "  BLIS      libblis is not installed\n");
    has(text, "  oneDNN    3.1: shown 0 times, WRONG RESULTS 1 time; ended\n");
    CHECK(!strstr(text, "Bandwidth") && !strstr(text, "Training step") && !strstr(text, "Acts"),
          "what was not measured is shown: %s", text);
    free(text);

    /* The other programs alone: no peak, so no share of it. */
    b.peaks = 0, b.stopped = 0, b.threads = 2;
    text = shown(&b);
    has(text, "    64    64    64     1.0 +- 10%        -     2.0 +- 10%          wrong\n");
    CHECK(strstr(text, "up to 2 threads") && !strstr(text, "Stopped"), "%s", text);
    free(text);
    lh_close(c);
}

static void steps_shown(void)
{
    static const lh_bench_plan plan = {.quick = 0};
    static lhi_peer peers[1] = {{.family = "FANN", .text = "2.2"}};
    lhi_rate peak[1] = {{"portable", "f32", 1, 0, 1e9, 1e9, 1e9, 1e9}};
    lhi_rate band[4] = {{"read", "L2", 1, 1048576, 4e9, 4e9, 4e9, 4e9},
                        {"copy", "L2", 1, 1048576, 3e9, 3e9, 3e9, 3e9},
                        {"triad", "L2", 1, 1048576, 2e9, 2e9, 2e9, 2e9},
                        {"read", "memory", 1, 2097152, 1e9, 1e9, 1e9, 1e9}};
    lhi_result one[4], two[4], cut[3], other[1];
    lhi_task step[4] = {{{3, 2, 2, 1}, 8, 1, 1, 1e6, one, 4}, {{3, 2, 2, 1}, 8, 2, 1, 1e6, two, 4},
                        {{9, 2, 2, 1}, 8, 2, 2, 1e6, cut, 3},
                        {{9, 2, 2, 1}, 8, 4, 4, 1e6, other, 1}};
    lhi_act_cost act[2] = {{"relu", 1e3, 4e3, 2e-6}, {"product", 8e3, 1e3, 16e-6}};
    lh_ctx *c = lh_open(0, NULL, "");
    lhi_bench b = {.c = c, .plan = &plan, .threads = 2, .peer = peers, .peers = 1, .peak = peak,
                   .peaks = 1, .bandwidth = band, .bandwidths = 4, .step = step, .steps = 4,
                   .act = act, .acts = 2};
    char *text;

    one[0] = took("longhand", -1, 2e-3), one[1] = took("by hand", -1, 1e-3);
    one[2] = took("free order", -1, 2e-3), one[3] = took("FANN", 0, 4e-3);
    one[3].has_check = 0;
    two[0] = took("longhand", -1, 1e-3), two[1] = took("by hand", -1, 2e-3);
    two[2] = took("free order", -1, 0), two[3] = wrong("FANN", 0);
    cut[0] = took("longhand", -1, 0), cut[1] = took("by hand", -1, 1e-3);
    cut[2] = took("free order", -1, 1e-3);
    other[0] = took("longhand", -1, 1e-3);
    text = shown(&b);
    has(text, "  L2                 1.0         1       4.0       3.0       2.0\n");
    CHECK(!strstr(text, "memory"), "a third of a row is shown: %s", text);
    has(text, "[3, 2, 2, 1], batch 8: 1 MFLOP\n");
    has(text, "  longhand         1      2.0000 +- 10%        4000       0.5   50.0 %      1.00"
              "       100 %\n");
    has(text, "  FANN             1      4.0000 +- 10%        2000       0.2   25.0 %      1.00"
              "       100 %  (another loss: not compared)\n");
    has(text, "  the tape takes 2.000 of the step by hand, which takes 0.500 of one in free "
              "order\n");
    has(text, "  longhand         2      1.0000 +- 10%        8000       1.0        -      2.00"
              "       100 %  (took 1)\n");
    has(text, "  FANN             2  computes wrong results here: 1 where 2 is right\n");
    /* A line of its own, also where nothing in free order was measured. */
    has(text, "  the tape takes 0.500 of the step by hand\n");
    has(text, "[9, 2, 2, 1], batch 8: 1 MFLOP\n");
    has(text, "  by hand          2      1.0000 +- 10%        8000       1.0        -\n");
    has(text, "  longhand         4      1.0000 +- 10%        8000       1.0        -\n");
    has(text, "  relu                              2.0       0.5     2.0      50.0 %\n");
    has(text, "  product                          16.0       0.5     0.1      50.0 %\n");
    has(text, "  FANN      2.2: shown 1 time, WRONG RESULTS 1 time\n");
    free(text);

    b.bandwidths = 0; /* no roof without what is under it */
    text = shown(&b);
    CHECK(!strstr(text, "Acts of a step") && !strstr(text, "relu"), "%s", text);
    free(text);
    lh_close(c);
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
        {"products are shown beside the best of each family, and what is wrong as wrong",
         products_shown},
        {"steps are shown with their speed-up, acts under their roof", steps_shown},
        {NULL, NULL},
    };

    return check_main(argc, argv, "bench", tests);
}
