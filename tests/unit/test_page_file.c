/* test_page_file.c -- lh_page_file(): a page as it was typed, and what is said of one that is
 * none. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_tape *open_tape(lh_ctx **c)
{
    *c = lh_open(0, NULL, "test");
    lh_on_message(*c, silent, NULL);
    return lh_tape_new(lh_params_new(*c, LH_F32));
}

static lh_var read_page(lh_tape *t, const char *text)
{
    const char *path = check_path("page.txt");

    check_write(path, text, -1);
    return lh_page_file(t, path);
}

/* The page of the notes with functions, and as it is typed: the same nodes. */
static void test_notes(void)
{
    lh_ctx *c, *by_lines;
    lh_tape *t = open_tape(&c), *typed = open_tape(&by_lines);
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1), L;
    lh_var W1 = lh_param(t, "W1", 30, 16, LH_HE), b1 = lh_param(t, "b1", 1, 16, LH_ZEROS);
    lh_var W2 = lh_param(t, "W2", 16, 8, LH_HE), b2 = lh_param(t, "b2", 1, 8, LH_ZEROS);
    lh_var W3 = lh_param(t, "W3", 8, 1, LH_GLOROT), b3 = lh_param(t, "b3", 1, 1, LH_ZEROS);
    lh_let(Z1, lh_add(lh_matmul(X, W1), b1));
    lh_let(A1, lh_relu(Z1));
    lh_let(Z2, lh_add(lh_matmul(A1, W2), b2));
    lh_let(A2, lh_relu(Z2));
    lh_let(Z3, lh_add(lh_matmul(A2, W3), b3));
    lh_let(yhat, lh_sigmoid(Z3));
    L = lh_label(lh_bce(yhat, y), "L", __FILE__, __LINE__);
    lh_label(lh_bce_logits(Z3, y), "Lz", __FILE__, __LINE__);
    {
        const char *source = getenv("srcdir");
        char path[4000];
        lh_var found;

        snprintf(path, sizeof path, "%s/experiments/page.txt", source ? source : "..");
        found = lh_page_file(typed, path);
        CHECK(lh_error(by_lines) == LH_OK, "%s", lh_message(by_lines));
        CHECK(found.id == L.id, "the loss is node %u, not %u", found.id, L.id);
        found = lh_on_logits(found);
        CHECK(found.id == typed->count - 1 && lh_on_logits(found).id == found.id,
              "the loss on logits is node %u", found.id);
    }
    CHECK(t->count == typed->count, "%zu nodes, not %zu", typed->count, t->count);
    for (size_t i = 0; i < t->count && i < typed->count; i++) {
        const lhi_node *a = &t->node[i], *b = &typed->node[i];

        CHECK(a->kind == b->kind && a->family == b->family && a->rows == b->rows &&
                  a->cols == b->cols && (a->name == NULL) == (b->name == NULL) &&
                  (!a->name || strcmp(a->name, b->name) == 0),
              "node %zu, %s, is %s", i, a->name ? a->name : "?", b->name ? b->name : "?");
        for (int k = 0; k < lhi_arity(a); k++)
            CHECK(a->in[k] == b->in[k], "operand %d of node %zu", k, i);
    }
    lh_close(by_lines);
    lh_close(c);
}

#define SHAPES "X: m x 4\ny: m x 1\nW: 4 x 1, he\n"

static void test_good(void)
{
    static const char *const pages[][2] = {
        {SHAPES "L = sum((X W - y)^2)\n", "one sum"},
        {SHAPES "L = sum((X W - y)^2)", "no newline at the end"},
        {"\r\n" SHAPES "\r\nA heading\r\nThe Loss\r\nL = sum((X W - y)^2)\r\n", "another system"},
        {SHAPES "12. Z = g(X W), g = tanh # a comment\nL = sum over the m samples of ((Z - y)^2)\n",
         "numbers, functions and words"},
        {SHAPES "Z = X W = pred\nL = sum((Z - pred * y)^2)\n", "both names of a variable"},
        {SHAPES "f = X W\nZ = max(g(f), h(f)), g = ReLU, h = Sigmoid\nL = sum(Z)\n",
         "two functions"},
        {"  X :  m   x  4\n\ty: m x 1\nW: 4 x 1 , glorot\nL = sum((X W - y)^2)\n", "blanks"},
    };

    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        lh_ctx *c;
        lh_tape *t = open_tape(&c);
        const lh_var L = read_page(t, pages[i][0]);

        CHECK(lh_error(c) == LH_OK && L.id == t->count - 1, "%s: %s", pages[i][1], lh_message(c));
        lh_close(c);
    }
}

static const struct wrong {
    const char *page;
    int line;
    lh_status status;
    const char *words;
} wrong[] = {
    {"", 0, LH_EUSAGE, "without a formula"},
    {SHAPES, 0, LH_EUSAGE, "without a formula"},
    {SHAPES "X W\n", 4, LH_EUSAGE, "neither a formula"},
    {SHAPES "Z1 X W\n", 4, LH_EUSAGE, "neither a formula"},
    {SHAPES "L = sum(X V)\n", 4, LH_ENAME, "no variable V"},
    {SHAPES "L = sum(W X)\n", 4, LH_ESHAPE, "[4 x 1] beside [m x 4]"},
    {SHAPES "Z = g(X)\n", 4, LH_EUSAGE, "no function g"},
    {SHAPES "Z = g(X), g = nothing\n", 4, LH_ENAME, "this is no function"},
    {SHAPES "Z = g(X), g\n", 4, LH_EUSAGE, "a name of a function"},
    {SHAPES "W: 4 x 2, he\n", 4, LH_ESHAPE, "[4 x 1] in the store"},
    {SHAPES "V: 4 x 2\n", 4, LH_EUSAGE, "the first values of a parameter"},
    {SHAPES "V: 4 x 2, random\n", 4, LH_EUSAGE, "no first values"},
    {SHAPES "V: 4, he\n", 4, LH_EUSAGE, "a shape is wanted"},
    {SHAPES "V: 4 x\n", 4, LH_EUSAGE, "a number of columns"},
    {SHAPES "V: 0 x 4, he\n", 4, LH_EUSAGE, "a shape is wanted"},
    {SHAPES "V: 99999999999999999999 x 4, he\n", 4, LH_EUSAGE, "a shape is wanted"},
    {SHAPES "V: m x 4, he\n", 4, LH_EUSAGE, "nothing can follow"},
    {SHAPES ": 4 x 4, he\n", 4, LH_EUSAGE, "before the colon"},
    {SHAPES "two names: 4 x 4, he\n", 4, LH_EUSAGE, "before the colon"},
    {SHAPES "X: m x 4\n", 4, LH_ENAME, "taken"},
    {SHAPES "Z = X W = X\n", 4, LH_ENAME, "taken"},
    {SHAPES "Z = X W = pred\npred = X W\n", 5, LH_ENAME, "taken"},
    {SHAPES "1.Z = X W\n", 4, LH_EUSAGE, "a name is wanted"},
    {SHAPES "\x01\x02 = X W\n", 4, LH_EUSAGE, "cannot stand"},
};

static void test_wrong(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lh_ctx *c;
        lh_tape *t = open_tape(&c);
        const lh_var L = read_page(t, wrong[i].page);
        char place[40];

        snprintf(place, sizeof place, "page.txt:%d: ", wrong[i].line);
        CHECK(L.id == UINT32_MAX && lh_error(c) == wrong[i].status &&
                  strstr(lh_message(c), wrong[i].words), "%s: %s", wrong[i].page, lh_message(c));
        if (wrong[i].status != LH_ESHAPE && wrong[i].line && !strstr(wrong[i].words, "taken"))
            CHECK(strstr(lh_message(c), place), "%s: %s", wrong[i].page, lh_message(c));
        lh_close(c);
    }
}

/* A page that is no text, or no file at all. */
static void test_files(void)
{
    static char long_line[5000], many[3 << 20];
    lh_ctx *c;
    lh_tape *t = open_tape(&c);

    lh_page_file(t, check_path("nowhere.txt"));
    CHECK(lh_error(c) == LH_ENOINPUT, "%s", lh_message(c));
    lh_close(c);
    t = open_tape(&c);
    lh_page_file(t, check_folder());
    CHECK(lh_error(c) == LH_EDATA || lh_error(c) == LH_ENOINPUT, "%s", lh_message(c));
    lh_close(c);
    t = open_tape(&c);
    memset(long_line, 'a', sizeof long_line - 1);
    read_page(t, long_line);
    CHECK(lh_error(c) == LH_EUSAGE && strstr(lh_message(c), "too long"), "%s", lh_message(c));
    lh_close(c);
    t = open_tape(&c);
    check_write(check_path("many"), many, sizeof many);
    lh_page_file(t, check_path("many"));
    CHECK(lh_error(c) == LH_EDATA, "%s", lh_message(c));
    lh_close(c);
    t = open_tape(&c);
    check_write(check_path("zeros"), many, 1000);
    lh_page_file(t, check_path("zeros"));
    CHECK(lh_error(c) == LH_EUSAGE, "%s", lh_message(c));
    lh_close(c);
    t = open_tape(&c);
    lh_page_file(NULL, "page.txt");
    lh_page_file(t, NULL);
    CHECK(lh_error(c) == LH_EUSAGE, "%s", lh_message(c));
    lh_close(c);
}

/* Any bytes are read or refused. */
static void test_noise(void)
{
    static const char letters[] = "XyWm#:=,.()[]<>^*+-/ 0123456789e\n\tab'\"\\\x80\xc3\xa4";
    uint64_t state = 5;

    for (int trial = 0; trial < 400; trial++) {
        char text[400] = SHAPES;
        size_t n = strlen(text);
        lh_ctx *c;
        lh_tape *t = open_tape(&c);

        while (n < sizeof text - 1) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            text[n++] = letters[(state >> 33) % (sizeof letters - 1)];
        }
        text[n] = 0;
        read_page(t, text);
        CHECK(lh_error(c) != LH_OK, "noise is a page: %s", text);
        lh_close(c);
    }
}

static const check_test tests[] = {
    {"the page of the notes gives the tape of its functions", test_notes},
    {"pages may be typed as they are written", test_good},
    {"what is wrong on a page is told with its line", test_wrong},
    {"what is no page is refused", test_files},
    {"any bytes are read or refused", test_noise},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv, "page_file", tests);
}
