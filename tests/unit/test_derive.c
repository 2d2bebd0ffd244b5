/* test_derive.c -- the derivation: every line of the page, and every wrong line noticed. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "tests/check.h"
#include "tests/draw.h"
#include "tests/unit/derive_page.h"

#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

typedef struct net {
    lh_ctx *c;
    lh_data *d;
    lh_tape *t;
    lh_var X, y, L;
} net;

static net open_tape(void)
{
    net n = {.c = lh_open(0, NULL, "test")};

    lh_on_message(n.c, silent, NULL);
    n.d = lh_data_open(n.c, "wdbc");
    n.t = lh_tape_new(lh_params_new(n.c, LH_F32));
    n.X = lh_input(n.t, "X", LH_ROWS, lh_cols(n.d));
    n.y = lh_input(n.t, "y", LH_ROWS, 1);
    return n;
}

/* An op of the library with other lines, for as long as the family lives. */
typedef struct changed {
    lhi_op_family family;
    lh_op op[LHI_VARIANTS];
} changed;

static void change(changed *k, const char *name, const lh_lines *lines)
{
    k->family = *lhi_family(name);
    for (int v = 0; v < LHI_VARIANTS; v++) {
        if (!k->family.op[v])
            continue;
        k->op[v] = *k->family.op[v];
        k->op[v].lines = lines;
        k->family.op[v] = &k->op[v];
    }
}

static const changed *swapped; /* an op to record in place of the library's, or NULL */

static lh_var one(const char *name, lh_var a)
{
    const int other = swapped && strcmp(swapped->op[LHI_F64].name, name) == 0;

    return lhi_record(other ? &swapped->family : lhi_family(name), 1, &a);
}

static lh_var two(const char *name, lh_var a, lh_var b)
{
    const int other = swapped && strcmp(swapped->op[LHI_F64].name, name) == 0;

    return lhi_record(other ? &swapped->family : lhi_family(name), 2, (lh_var[]){a, b});
}

/* The network of the notes, as experiments/notes.c records it. */
static net page(int literal)
{
    net n = open_tape();
    const ptrdiff_t cols = lh_cols(n.d);
    lh_var W1 = lh_param(n.t, "W1", cols, 16, LH_HE), b1 = lh_param(n.t, "b1", 1, 16, LH_HE);
    lh_var W2 = lh_param(n.t, "W2", 16, 8, LH_HE), b2 = lh_param(n.t, "b2", 1, 8, LH_HE);
    lh_var W3 = lh_param(n.t, "W3", 8, 1, LH_GLOROT), b3 = lh_param(n.t, "b3", 1, 1, LH_HE);

    lh_let(Z1, two("add", two("matmul", n.X, W1), b1));
    lh_let(A1, one("relu", Z1));
    lh_let(Z2, two("add", two("matmul", A1, W2), b2));
    lh_let(A2, one("relu", Z2));
    lh_let(Z3, two("add", two("matmul", A2, W3), b3));
    lh_let(yhat, one("sigmoid", Z3));
    lh_let(L, literal ? two("bce", yhat, n.y) : two("bce_logits", Z3, n.y));
    n.L = L;
    return n;
}

/* The derivation as text; the caller frees it. */
static char *derived(const net *n, const char *file)
{
    const char *path = check_path(file);

    remove(path);
    lh_derive(n->L, n->d, 24, NULL, path);
    return check_read(path, NULL);
}

/* The texts stand in it one after the other; the first that does not, or NULL. */
static const char *in_order(const char *text, const char *const *wanted, size_t *found)
{
    *found = 0;
    for (; *wanted; wanted++, ++*found) {
        const char *at = strstr(text, *wanted);

        if (!at)
            return *wanted;
        text = at + strlen(*wanted);
    }
    return NULL;
}

static void the_page(void)
{
    for (int literal = 0; literal < 2; literal++) {
        net n = page(literal);
        char *text = derived(&n, "page.txt");
        size_t found;
        const char *missing = in_order(text, literal ? literal_page : logits_page, &found);

        CHECK(!missing, "after %zu texts not found: %s", found, missing);
        CHECK(found > 15 && lh_error(n.c) == LH_OK, "%zu texts, %s", found, lh_message(n.c));
        free(text);
        lh_close(n.c);
    }
}

/* The numbers of the last column: below 4 ulps of the largest element, steps below 1e-15. */
static void small_numbers(void)
{
    net n = page(1);
    char *text = derived(&n, "page.txt");
    size_t ulps = 0, exact = 0, steps = 0;

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        const char *last = strrchr(line, ' ');
        char *end;

        if (last && strcmp(last, " ulp") == 0) {
            while (last > line && last[-1] != ' ')
                last--;
            CHECK(strtod(last, NULL) < 4, "%s", line);
            ulps++;
        } else if (last && strcmp(last, " exact") == 0)
            exact++;
        else if (last && strstr(last, "e-") && strtod(last, &end) < 1e-15 && *end == 0)
            steps++;
    }
    CHECK(ulps >= 8 && ulps + exact >= 18 && ulps + exact + steps == 28,
          "%zu lines, %zu exact, %zu steps", ulps, exact, steps);
    free(text);
    lh_close(n.c);
}

/* Wrong lines, each of another op or place. */
static void wrong_lines(void)
{
    static const struct {
        const char *op;
        lh_lines lines;
    } wrong[] = {
        {"matmul", {"#1 #2", {"#2 d#0^T", "#1^T d#0"}, NULL}},
        {"matmul", {"#1 #2", {"d#0 #2^T", "#1^T d#0 * 2"}, NULL}},
        {"matmul", {"#1 (#2 + 1)", {"d#0 #2^T", "#1^T d#0"}, NULL}},
        {"add", {"#1 - #2", {"d#0", "over_rows(d#0)"}, NULL}},
        {"add", {"#1 + #2", {"-d#0", "over_rows(d#0)"}, NULL}},
        {"add", {"#1 + #2", {"d#0", "over_rows(d#0)/m"}, NULL}},
        {"relu", {"max(#1, -#1)", {"d#0 * [#1 > 0]"}, NULL}},
        {"relu", {"max(0, #1)", {"d#0 * [0 > #1]"}, NULL}},
        {"sigmoid", {"sigma(-#1)", {"d#0 * #0 * (1 - #0)"}, NULL}},
        {"sigmoid", {"sigma(#1)", {"d#0 * #0 * (1 + #0)"}, NULL}},
        {"sigmoid", {"sigma(#1)", {"d#0 * #0 * (1 - #0)"}, "exp(#1)/(1 + exp(-#1))^2"}},
        {"sigmoid", {"sigma(#1)", {"d#0 * #0 * (1 - #0)"},
                     "exp(-#1)/(1 + exp(-#1))^2 = sigma(#1) * sigma(#1)"}},
        {"bce", {"-(1/m) sum(#2 * log(#1) + (1 + #2) * log(1 - #1))",
                 {"(d#0/m) (-#2/#1 + (1 - #2)/(1 - #1))"}, NULL}},
        {"bce", {"-(1/m) sum(#2 * log(#1) + (1 - #2) * log(1 - #1))",
                 {"(d#0/m) (#2/#1 + (1 - #2)/(1 - #1))"}, NULL}},
        {"bce", {"-(1/m) sum(#2 * log(#1) + (1 - #2) * log(1 - #1))",
                 {"d#0 (-#2/#1 + (1 - #2)/(1 - #1))"}, NULL}},
        {"bce_logits", {"(1/m) sum(max(0, #1) - #2 * #1)", {"(d#0/m) (sigma(#1) - #2)"}, NULL}},
        {"bce_logits", {"(1/m) sum(max(0, #1) - #2 * #1 + log1p(exp(-abs(#1))))",
                        {"(d#0/m) (sigma(#1) - #2) = (d#0/m) (#2 - sigma(#1))"}, NULL}},
    };
    const size_t count = sizeof wrong / sizeof *wrong;
    size_t noticed = 0;

    for (size_t i = 0; i < count; i++) {
        changed other;
        net n;
        char *text;

        change(&other, wrong[i].op, &wrong[i].lines);
        swapped = &other;
        n = page(strcmp(wrong[i].op, "bce_logits") != 0);
        text = derived(&n, "wrong.txt");
        noticed += lh_error(n.c) == LH_EVERIFY && strstr(text, "DISAGREE") != NULL;
        CHECK(lh_error(n.c) == LH_EVERIFY, "%zu, %s: %s", i, wrong[i].op, lh_message(n.c));
        free(text);
        lh_close(n.c);
        swapped = NULL;
    }
    CHECK(noticed == count, "%zu of %zu noticed", noticed, count);
}

static void unreadable_lines(void)
{
    static const char *const bad[] = {"#1 #2 )", "#1 ##", "#3", "frob(#1)", "(#1 #2", "#1 ^ x",
                                      "z", "", "[#1 #2]", "#1 = "};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const lh_lines lines = {bad[i], {"d#0 #2^T", "#1^T d#0"}, NULL};
        changed other;
        net n;

        change(&other, "matmul", &lines);
        swapped = &other;
        n = page(1);
        CHECK(lh_derive(n.L, NULL, 0, "text", check_path("bad.txt")) == LH_EFORMAT &&
                  strstr(lh_message(n.c), "the lines of matmul"),
              "'%s': %s", bad[i], lh_message(n.c));
        lh_close(n.c);
        swapped = NULL;
    }
}

static void without_lines(void)
{
    changed other;
    net n;
    char *text;

    change(&other, "relu", NULL);
    swapped = &other;
    n = page(1);
    text = derived(&n, "none.txt");
    CHECK(lh_error(n.c) == LH_OK, "%s", lh_message(n.c));
    CHECK(strstr(text, "A1 = relu(Z1)") && strstr(text, "dZ1 = backward of relu") &&
              strstr(text, "24 right-hand sides"),
          "%s", text);
    free(text);
    swapped = NULL;
    lh_close(n.c);
}

static void several_users(void)
{
    net n = open_tape();
    lh_var W = lh_param(n.t, "W", lh_cols(n.d), 4, LH_HE), V = lh_param(n.t, "V", 4, 4, LH_HE);
    lh_var v = lh_param(n.t, "v", 4, 1, LH_HE);
    static const char *const wanted[] = {
        "H = max(0, X W)", "u1 = H V", "S = H + max(0, u1)", "T = S + sigma(u1) + H", "Z = T v",
        "dT = dZ v^T", "dS = dT", "du1 = dT * sigma(u1) * (1 - sigma(u1)) + dS * [u1 > 0]",
        "dV = H^T du1", "dH = dT + dS + du1 V^T", "dW = X^T (dH * [X W > 0])", "all agree", NULL};
    const char *missing;
    size_t found;
    char *text;

    lh_let(H, lh_relu(lh_matmul(n.X, W)));
    lh_var HV = lh_matmul(H, V);
    lh_let(S, lh_add(H, lh_relu(HV)));
    lh_let(T, lh_add(lh_add(S, lh_sigmoid(HV)), H));
    lh_let(Z, lh_matmul(T, v));
    lh_let(L, lh_bce_logits(Z, n.y));
    n.L = L;
    text = derived(&n, "users.txt");
    missing = in_order(text, wanted, &found);
    CHECK(!missing, "after %zu no '%s' in\n%s", found, missing, text);
    free(text);
    lh_close(n.c);
}

/* Each op of ops.def in a small network: its lines are what its code does. */
static void every_op(void)
{
    const lh_op *op;
    size_t count = 0;

    for (; (op = lh_op_at(count, NULL)); count++) {
        net n = open_tape();
        lh_var W = lh_param(n.t, "W", lh_cols(n.d), 1, LH_HE), b = lh_param(n.t, "b", 1, 1, LH_HE);
        lh_let(Z, lh_matmul(n.X, W));
        const int loss = op->no_grad != 0;
        const lh_var a = loss && strcmp(op->name, "bce_logits") != 0 ? lh_sigmoid(Z) : Z;
        lh_let(A, op->n_in == 1 ? one(op->name, a) : two(op->name, a, loss ? n.y : b));
        char *text;

        n.L = loss ? A : lh_bce_logits(A, n.y);
        text = derived(&n, "op.txt");
        CHECK(lh_error(n.c) == LH_OK && strstr(text, "all agree"), "%s: %s", op->name,
              lh_message(n.c));
        CHECK(!strstr(text, "backward of"), "%s has no lines", op->name);
        free(text);
        lh_close(n.c);
    }
    CHECK(count >= 6, "%zu ops", count);
}

static uint64_t state;

static size_t draw(size_t below)
{
    return (size_t)(draw_from(&state) % below);
}

static lh_var maybe_named(lh_var v, int *number)
{
    char name[32];

    snprintf(name, sizeof name, "H%d", ++*number);
    return draw(2) ? lh_label(v, name, __FILE__, __LINE__) : v;
}

static net random_net(uint64_t seed)
{
    net n = open_tape();
    ptrdiff_t wide = lh_cols(n.d);
    lh_var A = n.X, W = {0}, b;
    int number = 0;

    state = seed * 2654435761u + 1;
    for (size_t pieces = 1 + draw(5); pieces > 0; pieces--) {
        char w[32], u[32];

        snprintf(w, sizeof w, "W%zu", pieces);
        snprintf(u, sizeof u, "b%zu", pieces);
        if (wide == 5 && W.tape && draw(2)) /* the same weights again */
            A = lh_add(A, lh_matmul(lh_sigmoid(A), W));
        else if (draw(4) == 0) {
            b = lh_param(n.t, u, 1, wide, LH_GLOROT);
            A = lh_add(lh_relu(lh_add(A, b)), draw(2) ? b : A);
        } else {
            W = lh_param(n.t, w, wide, 5, LH_GLOROT);
            A = maybe_named(lh_matmul(A, W), &number);
            wide = 5;
            W = lh_param(n.t, u, 5, 5, LH_HE);
            A = draw(2) ? lh_relu(lh_matmul(A, W)) : lh_sigmoid(lh_add(A, A));
        }
        A = maybe_named(A, &number);
    }
    A = lh_matmul(A, lh_param(n.t, "v", wide, 1, LH_GLOROT));
    n.L = draw(2) ? lh_bce_logits(maybe_named(A, &number), n.y)
                  : lh_bce(maybe_named(lh_sigmoid(A), &number), n.y);
    return n;
}

static void random_networks(void)
{
    size_t checked = 0;

    for (uint64_t seed = 1; seed <= 120; seed++) {
        net n = random_net(seed);
        char *text = derived(&n, "random.txt");
        const char *end = strstr(text, " right-hand sides");

        CHECK(lh_error(n.c) == LH_OK && strstr(text, "all agree"), "seed %d: %s", (int)seed,
              lh_message(n.c));
        while (end && end > text && end[-1] != '\n')
            end--;
        checked += end ? (size_t)strtol(end, NULL, 10) : 0;
        free(text);
        lh_close(n.c);
    }
    CHECK(checked > 120 * 8, "%zu right-hand sides", checked);
}

static void deep_without_names(void)
{
    net n = open_tape();
    lh_var A = lh_matmul(n.X, lh_param(n.t, "W", lh_cols(n.d), 1, LH_HE));
    char *text;

    for (int i = 0; i < 2000; i++)
        A = lh_relu(A);
    n.L = lh_bce_logits(A, n.y);
    text = derived(&n, "deep.txt");
    CHECK(lh_error(n.c) == LH_OK && strstr(text, "u300 = max(0, max(0, max(0, "), "%s",
          lh_message(n.c));
    free(text);
    lh_derive(n.L, NULL, 0, NULL, check_path("deep.svg"));
    CHECK(lh_error(n.c) == LH_OK, "%s", lh_message(n.c));
    lh_close(n.c);
}

static void hostile_names(void)
{
    static const char *const files[] = {"names.html", "names.svg", "names.dot", "names.tex",
                                        "names.txt"};
    net n = open_tape();
    lh_var W = lh_param(n.t, "W_<&>{}$#^~\\|\"`", lh_cols(n.d), 3, LH_HE);
    lh_var v = lh_param(n.t, "v'", 3, 1, LH_HE);

    lh_var Z = lh_label(lh_matmul(n.X, W), "\xce\xb6\xff\x41", __FILE__, __LINE__);
    lh_var A = lh_label(lh_relu(Z), "a_name_as_long_as_names_may_be_it_is_61_characters_altogether",
                        __FILE__, __LINE__);
    n.L = lh_label(lh_bce_logits(lh_matmul(A, v), n.y), "L_1''", __FILE__, __LINE__);
    for (size_t i = 0; i < 5; i++) {
        char *text = derived(&n, files[i]);

        CHECK(lh_error(n.c) == LH_OK && strlen(text) > 400, "%s: %s", files[i], lh_message(n.c));
        if (i < 2)
            CHECK(well_formed(text) && strstr(text, "&#60;&#38;&#62;"), "%s", files[i]);
        if (i == 2)
            CHECK(strstr(text, "\\\\|\\\"`"), "%s", text);
        if (i == 3)
            CHECK(strstr(text, "W\\_\\textless{}\\&\\textgreater{}\\{\\}\\$\\#") &&
                      strstr(text, "U+03B6U+FFFDA") && strstr(text, "v'"),
                  "%s", text);
        free(text);
    }
    lh_close(n.c);
}

static void forms_of_the_page(void)
{
    net n = page(1);
    char *html = derived(&n, "page.html"), *tex = derived(&n, "page.tex"),
         *svg = derived(&n, "page.svg"), *dot = derived(&n, "page.dot");
    size_t boxes = 0, edges = 0;

    CHECK(lh_error(n.c) == LH_OK, "%s", lh_message(n.c));
    CHECK(well_formed(html) && well_formed(svg), "tags");
    CHECK(!strstr(html, "<script") && !strstr(html, "src=") && !strstr(html, "href="), "offline");
    CHECK(strstr(tex, "W_{2}^{\\top}") && strstr(tex, "\\hat{y}"), "LaTeX");
    for (const char *at = svg; (at = strstr(at, "<rect ")); at++)
        boxes++;
    for (const char *at = dot; (at = strstr(at, " -> ")); at++)
        edges++;
    CHECK(boxes == 18 && edges == 17, "%zu boxes, %zu edges", boxes, edges);
    CHECK(strstr(svg, "mean") && strstr(dot, "[30 x 16]"), "values and shapes");
    free(html), free(tex), free(svg), free(dot);
    lh_close(n.c);
}

static void refused(lh_status wanted, const char *said, const char *format, const char *path,
                    size_t rows, int inner)
{
    net n = page(1);
    const lh_var v = inner ? lh_named(n.t, "A1") : n.L;
    char *kept;

    check_write(check_path("kept.txt"), "old", -1);
    CHECK(lh_derive(v, n.d, rows, format, path) == wanted && strstr(lh_message(n.c), said),
          "%s: %s", said, lh_message(n.c));
    kept = check_read(check_path("kept.txt"), NULL);
    CHECK(strcmp(kept, "old") == 0, "%s", kept);
    free(kept);
    lh_close(n.c);
}

static void mistakes(void)
{
    refused(LH_EUSAGE, "did you mean html", "htm", check_path("kept.txt"), 8, 0);
    refused(LH_EUSAGE, "does not say what to write", NULL, check_path("kept.pdf"), 8, 0);
    refused(LH_EUSAGE, "there are no rows", "text", check_path("kept.txt"), 0, 0);
    refused(LH_ESHAPE, "no scalar", "text", check_path("kept.txt"), 8, 1);
    refused(LH_EIO, "could not be written", "text", check_path("no/such/folder.txt"), 8, 0);
    CHECK(lh_derive((lh_var){0}, NULL, 0, NULL, NULL) == LH_EUSAGE, "no variable");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"every line of the page is there, in order, beside the notes", the_page},
        {"what is printed is what the tape computes, to a few ulps", small_numbers},
        {"a wrong line of any op is noticed", wrong_lines},
        {"lines that cannot be read are refused, with the op", unreadable_lines},
        {"every op has lines, and they are what its code does", every_op},
        {"an op without lines is named, and not checked", without_lines},
        {"a variable with several users has one line with a sum", several_users},
        {"120 random networks agree", random_networks},
        {"2000 steps without a name", deep_without_names},
        {"names of any characters are made safe in every form", hostile_names},
        {"HTML and SVG are well-formed and need nothing else", forms_of_the_page},
        {"mistakes have their own messages, and the old file stays", mistakes},
        {0}};

    return check_main(argc, argv, "derive", tests);
}
