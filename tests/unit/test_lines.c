/* test_lines.c -- lines of mathematics: read, written back, differentiated, compiled. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"
#include "tests/check.h"
#include "tests/unit/lines_help.h"

#include <longhand.h>

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static lh_ctx *open_one(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lh_on_message(c, silent, NULL);
    return c;
}

/* The line that a text is written back as. */
static const char *back(lhi_pool *p, const char *text, const lhi_binding *b)
{
    static char found[LHI_LINE_ROOM] = "(too long)";
    lhi_ref step[LHI_CHAIN];
    lhi_misread why;
    lhi_text t = {.c = p->c};

    if (!lhi_read(p, text, b, step, &why))
        snprintf(found, sizeof found, "(%zu: %s)", why.at, why.why);
    else if (lhi_write(&t, p, step[0]))
        snprintf(found, sizeof found, "%s", t.at);
    lhi_text_free(&t);
    return found;
}

static void test_written(void)
{
    static const char *const lines[][2] = {
        {"#1*#2+#3", "#1 * #2 + #3"},
        {"#1 + (#2 + #3)", "#1 + (#2 + #3)"},
        {"(#1 + #2) + #3", "#1 + #2 + #3"},
        {"#1/#2*#3", "#1/#2 * #3"},
        {"#1/(#2*#3)", "#1/(#2 * #3)"},
        {"#1*(#2/#3)", "#1 * (#2/#3)"},
        {"(#1 #2)/#3", "#1 #2/#3"},
        {"-#1^2", "-#1^2"},
        {"(-#1)^2", "(-#1)^2"},
        {"#1^-2", "#1^-2"},
        {"#1^0.5", "#1^0.5"},
        {"#1^(#2 + 1)", "#1^(#2 + 1)"},
        {"#1^#2", "#1^#2"},
        {"#1^(-#2)", "#1^(-#2)"},
        {"#1 * -#2", "#1 * (-#2)"},
        {"--#1", "-(-#1)"},
        {"2 #1", "2 #1"},
        {"2#1", "2 #1"},
        {"1e-3 * #1", "0.001 * #1"},
        {"0.1", "0.1"},
        {"1234567890123 * #1", "1234567890123 * #1"},
        {"log #1", "log(#1)"},
        {"log #1^2", "log(#1^2)"},
        {"(log #1)^2", "log(#1)^2"},
        {"sigmoid(#1)", "sigma(#1)"},
        {"max(#1, 0)", "max(0, #1)"},
        {"max(#1, #2)", "max(#1, #2)"},
        {"max(#1, $1)", "max($1, #1)"},
        {"min(1, max(#1, -1))", "min(1, max(-1, #1))"},
        {"[#1 > 0]", "[#1 > 0]"},
        {"[#1 < 0]", "[0 > #1]"},
        {"[#1 >= #2]", "1 - [#2 > #1]"},
        {"[#1 <= #2]", "1 - [#1 > #2]"},
        {"#1^T", "#1^T"},
        {"#1 #2^T", "#1 #2^T"},
        {"#1.#2", "#1.#2"},
        {"-(1/m) sum(#1)", "-(1/m) sum(#1)"},
        {"#1 + -#2", "#1 + (-#2)"},
        {"#1 (2)", "#1 (2)"},
        {"#1 - -#2 * #3", "#1 - (-#2 * #3)"},
        {"d#0 * $2", "d#0 * $2"},
        {"1 * #1", "#1"},
        {"#1 * exp(-#2)", "#1 * exp(-#2)"},
    };
    lh_ctx *c = open_one();
    lhi_pool p = {.c = c};
    const lhi_binding b = lhi_operands(&p, 4, NULL);

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char once[LHI_LINE_ROOM];

        snprintf(once, sizeof once, "%s", back(&p, lines[i][0], &b));
        CHECK(strcmp(once, lines[i][1]) == 0, "%s is written %s", lines[i][0], once);
        CHECK(strcmp(back(&p, once, &b), once) == 0, "%s is then written %s", once,
              back(&p, once, &b));
    }
    lhi_pool_free(&p);
    lh_close(c);
}

/* Every number is written so that each type reads it again. */
static void test_numbers(void)
{
    static const double some[] = {0.1, 0.01, 1 / 3.0, 1e-300, 5e-324, 1.7976931348623157e308, 0.5,
                                  16777217, 1e22, 0.30000000000000004};
    lh_ctx *c = open_one();
    lhi_pool p = {.c = c};

    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        const lhi_ref e = lhi_of_double(&p, some[i]);
        lhi_ref step[LHI_CHAIN] = {0};
        lhi_text t = {.c = c};
        lhi_misread why = {.why = ""};

        CHECK(lhi_write(&t, &p, e) && lhi_read(&p, t.at ? t.at : "", NULL, step, &why) == 1,
              "%.17g: %s", some[i], why.why);
        CHECK(step[0] == e, "%.17g becomes %s, which is another number", some[i], t.at ? t.at : "");
        lhi_text_free(&t);
    }
    lhi_pool_free(&p);
    lh_close(c);
}

static const struct bad {
    const char *line;
    size_t at;
    const char *why;
} bad[] = {
    {"", 0, "ends where a value"},
    {"   ", 3, "ends where a value"},
    {"#1 +", 4, "ends where a value"},
    {"#1 + * #2", 5, "'*' cannot stand"},
    {"(#1 + #2", 0, "never closed"},
    {"#1 * (#2 + (#3)", 5, "never closed"},
    {"#1 + #2)", 7, "no bracket"},
    {"[#1 > #2", 0, "never closed"},
    {"[#1]", 3, "comparison"},
    {"[#1 = #2]", 4, "comparison"},
    {"[#1 > #2 > #3]", 9, "cannot go on"},
    {"#1 / #2 #3", 8, "two ways"},
    {"1/2 #1", 4, "two ways"},
    {"#1/#2.#3", 5, "two ways"},
    {"#1 2", 3, "a number cannot stand"},
    {"#1 + .5", 5, "begins with a digit"},
    {"#1 .5", 3, "begins with a digit"},
    {"#5", 0, "no such operand"},
    {"#1 + #4", 5, "no such operand"},
    {"#12", 0, "a letter of a line"},
    {"#", 0, "a letter of a line"},
    {"#1 + #0", 5, "#0"},
    {"d#1", 0, "no such gradient"},
    {"$5", 0, "no such number"},
    {"$0", 0, "no such number"},
    {"foo(#1)", 0, "no function foo"},
    {"#1 + foo", 5, "foo cannot stand"},
    {"exp(#1, #2)", 0, "takes 1 argument, not 2"},
    {"max(#1)", 0, "takes 2 arguments, not 1"},
    {"2 * log", 4, "log is a function"},
    {"log + #1", 0, "log is a function"},
    {"1e999 * #1", 0, "beyond"},
    {"#1 + 1e-999", 5, "beyond"},
    {"#1 ^ ", 5, "ends where a value"},
    {"#1 ^ * 2", 5, "'*' cannot stand"},
    {"#1 & #2", 3, "cannot go on"},
    {"#1 + \x01", 5, "cannot stand"},
    {"#1 = #2 = #1 = #2 = #1 = #2 = #1 = #2 = #1", 38, "too many steps"},
    {"#1, #2", 2, "cannot go on"},
    {"exp(#1 #2", 3, "never closed"},
};

static void test_bad(void)
{
    lh_ctx *c = open_one();
    lhi_pool p = {.c = c};
    lhi_binding b = lhi_operands(&p, 3, NULL);

    b.value[0] = LHI_NO_EXPR;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lhi_ref step[LHI_CHAIN];
        lhi_misread why = {.why = ""};
        const size_t n = lhi_read(&p, bad[i].line, &b, step, &why);

        CHECK(n == 0, "'%s' is read", bad[i].line);
        CHECK(why.at == bad[i].at && strstr(why.why, bad[i].why), "'%s': %zu: %s", bad[i].line,
              why.at, why.why);
    }
    CHECK(lh_error(c) == LH_OK, "the context minds a line that cannot be read");
    lhi_pool_free(&p);
    lh_close(c);
}

static char *repeated(const char *part, size_t times, const char *end)
{
    char *text = malloc(strlen(part) * times + strlen(end) + 1);

    text[0] = 0;
    for (size_t i = 0; i < times; i++)
        strcat(text, part);
    return strcat(text, end);
}

/* However deep or long, a line is read or refused. */
static void test_bounds(void)
{
    static const struct {
        const char *part, *end, *why;
        size_t times;
    } some[] = {
        {"(", "", "too deep", 1900}, {"-", "#1", "too many signs", 1900},
        {"log ", "#1", "too deep", 400}, {"#1 + ", "#1", "too long", 1000},
        {"#1^", "2", "two ways", 600}, {"[#1 > ", "1", "too deep", 300},
        {"exp(", "1", "too deep", 300},
    };
    lh_ctx *c = open_one();
    lhi_pool p = {.c = c};
    const lhi_binding b = lhi_operands(&p, 1, NULL);

    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        char *text = repeated(some[i].part, some[i].times, some[i].end);
        lhi_ref step[LHI_CHAIN];
        lhi_misread why = {.why = ""};

        CHECK(lhi_read(&p, text, &b, step, &why) == 0, "%zu times '%s' is read", some[i].times,
              some[i].part);
        CHECK(strstr(why.why, some[i].why) != NULL, "%s: %s", some[i].part, why.why);
        free(text);
    }
    lhi_pool_free(&p);
    lh_close(c);
}

/* A line and what its derivatives are written as. */
static void test_slopes(void)
{
    static const struct {
        const char *line, *by1, *by2;
    } known[] = {
        {"#1 + #2", "1", "1"},
        {"#1 - #2", "1", "-1"},
        {"#1 * #2", "#2", "#1"},
        {"#1/#2", "1/#2", "-#0/#2"},
        {"3", "0", "0"},
        {"#1^2", "2 * #1", "0"},
        {"#1^3", "3 * #1^2", "0"},
        {"#1^-1", "-#1^-2", "0"},
        {"#1^0.5", "0.5 * #1^-0.5", "0"},
        {"exp(#1)", "#0", "0"},
        {"exp(-#1)", "-#0", "0"},
        {"sigma(#1)", "#0 * (1 - #0)", "0"},
        {"tanh(#1)", "1 - #0^2", "0"},
        {"log(#1)", "1/#1", "0"},
        {"sqrt(#1)", "1/(2 * #0)", "0"},
        {"max(0, #1)", "[#1 > 0]", "0"},
        {"max(#1, #2)", "1 - [#2 > #1]", "[#2 > #1]"},
        {"abs(#1)", "[#1 > 0] - [0 > #1]", "0"},
        {"[#1 > #2]", "0", "0"},
        {"#1 * sigma(#1)", "sigma(#1) + #1 * (sigma(#1) * (1 - sigma(#1)))", "0"},
        {"(#1 - #2)^2", "2 * (#1 - #2)", "-2 * (#1 - #2)"},
        {"#1 + #1", "2", "0"},
        {"#2 - #2 + #1", "1", "0"},
    };
    lh_ctx *c = open_one();

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        lhi_line_op op;
        lhi_misread why;
        int of;

        CHECK(lhi_line_compile(c, NULL, known[i].line, NULL, 2, NULL, &op, &why, &of) == 0,
              "%s: %s", known[i].line, why.why);
        CHECK(strcmp(op.slope_text[0], known[i].by1) == 0, "d(%s)/d#1 is %s", known[i].line,
              op.slope_text[0]);
        CHECK(strcmp(op.slope_text[1], known[i].by2) == 0, "d(%s)/d#2 is %s", known[i].line,
              op.slope_text[1]);
    }
    lh_close(c);
}

static void test_own(void)
{
    static const struct {
        const char *line, *own, *slope, *why;
    } some[] = {
        {"tanh(#1)", "d#0 * (1 - #0^2)", "1 - #0^2", NULL},
        {"tanh(#1)", "(1 - #0^2) * d#0", "1 - #0^2", NULL},
        {"#1/4", "d#0/4", "1/4", NULL},
        {"-#1", "-d#0", "-1", NULL},
        {"#1", "d#0", "1", NULL},
        {"tanh(#1)", "1 - #0^2", NULL, "d#0 times something"},
        {"tanh(#1)", "d#0 + 1", NULL, "d#0 times something"},
        {"tanh(#1)", "d#0^2", NULL, "d#0 times something"},
        {"tanh(#1)", "d#0 * (", NULL, "value"},
    };
    lh_ctx *c = open_one();

    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        const char *const own[] = {some[i].own, NULL, NULL, NULL};
        lhi_line_op op;
        lhi_misread why;
        int of = -1;
        const int good = lhi_line_compile(c, NULL, some[i].line, own, 1, NULL, &op, &why, &of) == 0;

        CHECK(good == (some[i].slope != NULL), "%s: %s", some[i].own, why.why);
        if (good)
            CHECK(strcmp(op.slope_text[0], some[i].slope) == 0, "%s leaves %s", some[i].own,
                  op.slope_text[0]);
        else
            CHECK(strstr(why.why, some[i].why) && of == 1, "%s: %d: %s", some[i].own, of, why.why);
    }
    lh_close(c);
}

/* How many instructions and constants a line comes to. */
static void test_programs(void)
{
    static const struct {
        const char *line;
        size_t count, constants;
        unsigned linear;
        int whole;
    } some[] = {
        {"#1", 0, 0, 1, 1},
        {"2.5", 0, 1, 1, 0},
        {"#1 + #1", 1, 0, 1, 1},
        {"(#1 + #2) * (#1 + #2)", 2, 0, 0, 1},
        {"#1 * #2", 1, 0, 3, 1},
        {"#1^8", 3, 0, 0, 1},
        {"#1^7", 4, 0, 0, 1},
        {"#1^-2", 2, 1, 0, 0},
        {"#1^0.5", 1, 0, 0, 0},
        {"#1^0", 0, 1, 1, 1},
        {"#1^2.5", 3, 1, 0, 0},
        {"(1/2) * #1", 1, 1, 1, 0},
        {"2 * 3 * #1", 1, 1, 1, 1},
        {"#1/#2", 1, 0, 1, 0},
        {"exp(#1) + exp(#1)", 2, 0, 0, 0},
        {"#1^2 + #1 * #1", 2, 0, 0, 1},
        {"max(0, #1)", 1, 1, 0, 1},
        {"(1/m) * #1", 2, 1, 1, 0},
        {"2/sqrt(pi) * #1", 1, 1, 1, 0},
    };
    lh_ctx *c = open_one();

    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        const int n = strstr(some[i].line, "#2") ? 2 : 1;
        lhi_line_op op;
        lhi_misread why;
        int of;

        CHECK(lhi_line_compile(c, NULL, some[i].line, NULL, n, NULL, &op, &why, &of) == 0, "%s: %s",
              some[i].line, why.why);
        CHECK(op.forward.count == some[i].count && op.forward.constants == some[i].constants,
              "%s: %zu instructions and %zu constants", some[i].line, op.forward.count,
              op.forward.constants);
        CHECK((op.linear & 3) == some[i].linear && op.whole == some[i].whole,
              "%s: linear %x, whole %d", some[i].line, op.linear, op.whole);
    }
    lh_close(c);
}

/* What is not element by element is named with its place. */
static void test_refused(void)
{
    static const struct bad some[] = {
        {"#1 + sum(#2)", 5, "element by element"},
        {"#1^T", 2, "element by element"},
        {"#1.#2", 2, "element by element"},
    };
    lh_ctx *c = open_one();

    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        lhi_line_op op;
        lhi_misread why;
        int of = -1;

        CHECK(lhi_line_compile(c, NULL, some[i].line, NULL, 2, NULL, &op, &why, &of) == -1,
              "%s is compiled", some[i].line);
        CHECK(of == 0 && why.at == some[i].at && strstr(why.why, some[i].why), "%s: %zu: %s",
              some[i].line, why.at, why.why);
    }
    CHECK(lh_error(c) == LH_OK, "the context minds");
    lh_close(c);
}

/* Hundreds of formulas: written and read again they are the same, and the derivative is that of
 * the complex step. */
static void test_random(void)
{
    lh_ctx *c = open_one();
    size_t compared = 0;

    for (int trial = 0; trial < 600; trial++) {
        char text[LHI_LINE_ROOM];
        lhi_pool p = {.c = c};
        lhi_binding b = lhi_operands(&p, 3, NULL);
        lhi_line_op op;
        lhi_misread why = {.why = ""};
        lhi_ref step[LHI_CHAIN], again[LHI_CHAIN];
        lhi_text t = {.c = c};
        int of;

        draw_formula(text, sizeof text, 1 + trial % 6);
        CHECK(lhi_read(&p, text, &b, step, &why) == 1, "%s: %zu: %s", text, why.at, why.why);
        CHECK(lhi_write(&t, &p, step[0]) && lhi_read(&p, t.at, &b, again, &why) == 1 &&
                  again[0] == step[0], "%s is written %s", text, t.at ? t.at : "");
        lhi_text_free(&t);
        lhi_pool_free(&p);
        CHECK(lhi_line_compile(c, NULL, text, NULL, 3, NULL, &op, &why, &of) == 0, "%s: %s", text,
              why.why);
        compared += compare_slopes(text, &op);
    }
    CHECK(compared > 2500, "only %zu derivatives were compared", compared);
    lh_close(c);
}

static const check_test tests[] = {
    {"a line is written back as it reads", test_written},
    {"numbers are written so that they read the same", test_numbers},
    {"what cannot be read is named with its place", test_bad},
    {"the depth and the length of a line are bounded", test_bounds},
    {"the derivatives of known lines are simplified", test_slopes},
    {"an author's own backward line gives the slope", test_own},
    {"programs compute nothing twice", test_programs},
    {"what is not element by element is not compiled", test_refused},
    {"random formulas are differentiated as the complex step does", test_random},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv, "lines", tests);
}
