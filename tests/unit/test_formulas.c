/* test_formulas.c -- formulas that somebody chose, and random ones: derivatives and bits.
 *
 * Each is recorded as a line over a matrix, a row, a column and a number.  Its gradients agree
 * with the complex step and the other methods, and its bits are the same by every instruction set
 * and team.  A digest is printed, which tests/bits.sh compares between compilers.  With the
 * variable LONGHAND_FORMULAS each formula is written to that file as Python with its numbers, for
 * tests/unit/formulas_others.sh. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/sha256.h"
#include "framework/base/place.h"
#include "framework/base/text.h"
#include "framework/verify/check.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM = 200, DEPTH = 6, ROOM = 6000, COLS = 3, FEW = 4, MANY = 130 };

/* A formula as a line, and as Python. */
typedef struct formula {
    char line[ROOM], python[ROOM];
    size_t variables;
} formula;

static const char *const chosen[][2] = {
    {"tanh(a)", "tanh(a)"},
    {"sigma(a) * b", "sigma(a) * b"},
    {"a * sigma(s * a)", "a * sigma(s * a)"},
    {"a b", "a * b"},
    {"a^2 + b^2", "a**2 + b**2"},
    {"(a - b)^2", "(a - b)**2"},
    {"a^3 - 3 a", "a**3 - 3 * a"},
    {"a^5", "a**5"},
    {"(1 + a^2)^-1", "(1 + a**2)**-1"},
    {"(1 + a^2)^-2 * b", "(1 + a**2)**-2 * b"},
    {"(2 + a^2)^0.5", "(2 + a**2)**0.5"},
    {"(1 + abs(a))^1.5", "(1 + abs(a))**1.5"},
    {"sqrt(1 + a^2)", "sqrt(1 + a**2)"},
    {"exp(-a^2)", "exp(-a**2)"},
    {"exp(-a^2/2)", "exp(-a**2 / 2)"},
    {"log(1 + exp(a))", "log(1 + exp(a))"},
    {"max(0, a) + log1p(exp(-abs(a)))", "mx(zero, a) + log1p(exp(-abs(a)))"},
    {"0.5 a (1 + erf(a/sqrt(2)))", "0.5 * a * (1 + erf(a / 2**0.5))"},
    {"max(0, a) + 0.01 * min(0, a)", "mx(zero, a) + 0.01 * mn(zero, a)"},
    {"min(max(a, -1), 1)", "mn(mx(a, -1 + zero), 1 + zero)"},
    {"[a > b] * a + [b > a] * b", "above(a, b) * a + above(b, a) * b"},
    {"max(a, b) - min(a, b)", "mx(a, b) - mn(a, b)"},
    {"a/(1 + abs(a))", "a / (1 + abs(a))"},
    {"(a - c) * r + s", "(a - c) * r + s"},
    {"a * r + b * c", "a * r + b * c"},
    {"exp(r - abs(a))/(1 + c^2)", "exp(r - abs(a)) / (1 + c**2)"},
    {"-(b * log(sigma(a)) + (1 - b) * log(1 - sigma(a)))",
     "-(b * log(sigma(a)) + (1 - b) * log(1 - sigma(a)))"},
    {"tanh(a * s + r) * (c - b)", "tanh(a * s + r) * (c - b)"},
    {"a - a^3/6 + a^5/120", "a - a**3 / 6 + a**5 / 120"},
    {"log(2 + c) * erf(r) + exp(s)/2", "log(2 + c) * erf(r) + exp(s) / 2"},
};

enum { CHOSEN = sizeof chosen / sizeof *chosen, FORMULAS = CHOSEN + RANDOM };

/* What one argument is put into; what grows without end is kept from growing. */
static const char *const around[][2] = {
    {"tanh(%s)", "tanh(%s)"},
    {"sigma(%s)", "sigma(%s)"},
    {"erf(%s)", "erf(%s)"},
    {"(-(%s))", "(-(%s))"},
    {"exp(-abs(%s))", "exp(-abs(%s))"},
    {"exp(tanh(%s))", "exp(tanh(%s))"},
    {"log(1 + abs(%s))", "log(1 + abs(%s))"},
    {"log1p(abs(%s))", "log1p(abs(%s))"},
    {"sqrt(1 + (%s)^2)", "sqrt(1 + (%s)**2)"},
    {"tanh(%s)^2", "tanh(%s)**2"},
    {"(sigma(%s) + 0.5)^3", "(sigma(%s) + 0.5)**3"},
    {"(1 + (%s)^2)^-1", "(1 + (%s)**2)**-1"},
    {"(1 + abs(%s))^-1.5", "(1 + abs(%s))**-1.5"},
    {"max(0, %s)", "mx(zero, %s)"},
    {"abs(%s)", "abs(%s)"},
};

static const char *const between[][2] = {
    {"(%s + %s)", "(%s + %s)"},
    {"(%s - %s)", "(%s - %s)"},
    {"(%s) * (%s)", "(%s) * (%s)"},
    {"(%s)/(1 + abs(%s))", "(%s) / (1 + abs(%s))"},
    {"max(%s, %s)", "mx(%s, %s)"},
    {"min(%s, %s)", "mn(%s, %s)"},
    {"[%s > %s]", "above(%s, %s)"},
};

static const char *const leaves[][2] = {
    {"a", "a"}, {"b", "b"}, {"r", "r"}, {"c", "c"}, {"s", "s"}, {"a", "a"}, {"0.3", "0.3"},
    {"1.25", "1.25"}};

static size_t pick(uint64_t *state, size_t below)
{
    return (size_t)draw_between(0, (double)below, state);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void grow(formula *f, int depth, uint64_t *state)
{
    formula *x = malloc(sizeof *x), *y = malloc(sizeof *y);
    const size_t kind = depth == 0 ? 0 : pick(state, 8);
    size_t i;

    if (kind == 0) {
        i = pick(state, sizeof leaves / sizeof *leaves);
        snprintf(f->line, ROOM, "%s", leaves[i][0]);
        snprintf(f->python, ROOM, "%s", leaves[i][1]);
        f->variables = leaves[i][0][1] == 0;
    } else if (kind < 5) {
        i = pick(state, sizeof around / sizeof *around);
        grow(x, depth - 1, state);
        snprintf(f->line, ROOM, around[i][0], x->line);
        snprintf(f->python, ROOM, around[i][1], x->python);
        f->variables = x->variables;
    } else {
        i = pick(state, sizeof between / sizeof *between);
        grow(x, depth - 1, state);
        grow(y, depth - 1, state);
        snprintf(f->line, ROOM, between[i][0], x->line, y->line);
        snprintf(f->python, ROOM, between[i][1], x->python, y->python);
        f->variables = x->variables + y->variables;
    }
    free(x), free(y);
}

#pragma GCC diagnostic pop

static void formula_at(size_t index, formula *f)
{
    uint64_t state = 0x9e3779b97f4a7c15u * (index + 1);

    if (index < CHOSEN) {
        snprintf(f->line, ROOM, "%s", chosen[index][0]);
        snprintf(f->python, ROOM, "%s", chosen[index][1]);
        return;
    }
    do
        grow(f, DEPTH, &state);
    while (f->variables == 0 || strlen(f->line) < 6 || strlen(f->line) > ROOM / 3);
}

/* The inputs of every formula, and what its result is weighed with. */
static const struct { const char *name; int batch; size_t cols; } inputs[] = {
    {"a", 1, COLS}, {"b", 1, COLS}, {"r", 0, COLS}, {"c", 1, 1}, {"s", 0, 1}, {"w", 1, COLS}};

enum { INPUTS = sizeof inputs / sizeof *inputs };

static double values[INPUTS][MANY * COLS];

static void draw_values(void)
{
    uint64_t state = 77;

    for (size_t k = 0; k < INPUTS; k++)
        for (size_t e = 0; e < MANY * COLS; e++)
            values[k][e] = (float)(k == 1 ? draw_between(0.1, 0.9, &state)
                                          : draw_between(-1.5, 1.5, &state));
}

typedef struct run {
    lh_ctx *c;
    lh_var in[INPUTS], F, L;
} run;

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static run record(const formula *f, lh_type type, const char *isa, int threads, size_t rows)
{
    run r = {.c = lh_open(0, NULL, "test")};
    char line[ROOM + 10];
    lh_tape *t;

    lh_on_message(r.c, silent, NULL);
    r.c->set.isa = isa;
    r.c->set.threads = threads;
    t = lh_tape_new(lh_params_new(r.c, type));
    for (size_t k = 0; k < INPUTS; k++) {
        const ptrdiff_t m = inputs[k].batch ? LH_ROWS : 1;

        r.in[k] = lh_input(t, inputs[k].name, m, (ptrdiff_t)inputs[k].cols);
        if (k < INPUTS - 1)
            lh_want(r.in[k]);
        lh_bind(r.in[k], values[k], inputs[k].batch ? rows : 1);
    }
    snprintf(line, sizeof line, "F = %s", f->line);
    r.F = lh_line(t, line);
    r.L = lh_line(t, "L = sum(F * w)");
    return r;
}

/* --- derivatives --- */

static void derivatives(void)
{
    formula *f = malloc(sizeof *f);
    size_t agree = 0;

    for (size_t i = 0; i < FORMULAS; i++) {
        run r;
        lhi_report *report;

        formula_at(i, f);
        r = record(f, LH_F64, "auto", 1, FEW);
        report = lhi_verify(r.L, NULL, 0, NULL, NULL);
        CHECK(report && report->verdict != LH_DISAGREE, "%s: %s", f->line, lh_message(r.c));
        agree += report && report->verdict == LH_AGREE;
        lh_close(r.c);
    }
    CHECK(agree + 5 >= FORMULAS, "%zu of %d agree", agree, FORMULAS);
    free(f);
}

/* --- bits --- */

static void add_array(lhi_sha256 *sum, lh_array a)
{
    for (size_t e = 0; e < a.rows * a.cols; e++) { /* a NaN is a NaN, whatever its payload */
        const lh_wide x = lhi_get(a.type, a.at, e);
        const double y = x != x ? 12345.678 : (double)x;

        lhi_sha256_add(sum, &y, sizeof y);
    }
}

static void digest_of(const formula *f, lh_type type, const char *isa, int threads,
                      unsigned char digest[32])
{
    run r = record(f, type, isa, threads, MANY);
    lhi_sha256 sum;

    CHECK(lh_forward(r.L) == LH_OK && lh_backward(r.L) == LH_OK, "%s: %s", f->line,
          lh_message(r.c));
    lhi_sha256_begin(&sum);
    add_array(&sum, lh_value(r.F));
    for (size_t k = 0; k < INPUTS - 1; k++)
        add_array(&sum, lh_grad(r.in[k]));
    lhi_sha256_end(&sum, digest);
    lh_close(r.c);
}

static void one_set_of_bits(void)
{
    static const char *const sets[] = {"portable", "avx2", "avx512"};
    static const int teams[] = {1, 2, 5};
    formula *f = malloc(sizeof *f);
    lhi_sha256 sum;
    unsigned char all[32];
    char hex[65];
    size_t runs = 0;

    lhi_sha256_begin(&sum);
    for (size_t i = 0; i < FORMULAS; i++)
        for (int type = LH_F32; type <= LH_F64; type++) {
            unsigned char first[32], now[32];

            formula_at(i, f);
            digest_of(f, (lh_type)type, "portable", 1, first);
            for (size_t s = 0; s < 3; s++)
                for (size_t t = 0; t < 3; t++) {
                    if (lhi_variant_pick((lh_type)type, sets[s]) < 0 || s + t == 0)
                        continue;
                    digest_of(f, (lh_type)type, sets[s], teams[t], now);
                    CHECK(memcmp(first, now, 32) == 0, "%s, %s: %s by %d", f->line,
                          lhi_type_name((lh_type)type), sets[s], teams[t]);
                    runs++;
                }
            lhi_sha256_add(&sum, first, 32);
        }
    lhi_sha256_end(&sum, all);
    lhi_hex(all, hex);
    printf("# %zu runs of %d formulas\n# digest of formulas: %s\n", runs, FORMULAS, hex);
    CHECK(runs >= 2 * 2 * FORMULAS, "%zu runs", runs);
    free(f);
}

/* --- for another program --- */

static void add_numbers(lhi_text *t, const char *name, lh_array a)
{
    lhi_text_add(t, ", \"%s\": [", name);
    for (size_t i = 0; i < a.rows; i++) {
        lhi_text_add(t, "%s[", i ? ", " : "");
        for (size_t j = 0; j < a.cols; j++)
            lhi_text_add(t, "%s%.17g", j ? ", " : "", lh_at(a, i, j));
        lhi_text_add(t, "]");
    }
    lhi_text_add(t, "]");
}

static void written(void)
{
    const char *path = getenv("LONGHAND_FORMULAS");
    formula *f = malloc(sizeof *f);
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text t = {.c = c};

    for (size_t i = 0; i < FORMULAS; i++) {
        run r;
        char name[8];

        formula_at(i, f);
        r = record(f, LH_F64, "auto", 1, FEW);
        CHECK(lh_forward(r.L) == LH_OK && lh_backward(r.L) == LH_OK, "%s: %s", f->line,
              lh_message(r.c));
        lhi_text_add(&t, "{\"python\": \"%s\"", f->python);
        for (size_t k = 0; k < INPUTS; k++)
            add_numbers(&t, inputs[k].name,
                        (lh_array){values[k], inputs[k].batch ? FEW : 1, inputs[k].cols, LH_F64});
        add_numbers(&t, "F", lh_value(r.F));
        for (size_t k = 0; k < INPUTS - 1; k++) {
            snprintf(name, sizeof name, "d%s", inputs[k].name);
            add_numbers(&t, name, lh_grad(r.in[k]));
        }
        lhi_text_add(&t, "}\n");
        lh_close(r.c);
    }
    CHECK(!path || lhi_text_write(&t, path, "the formulas") == LH_OK, "%s", lh_message(c));
    lhi_text_free(&t);
    lh_close(c);
    free(f);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"gradients of 230 formulas agree with every method", derivatives},
        {"threads and instructions give one set of bits", one_set_of_bits},
        {"formulas are written for another program", written},
        {NULL, NULL}};

    draw_values();
    return check_main(argc, argv, "formulas", tests);
}
