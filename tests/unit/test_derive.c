/* test_derive.c -- the derivation: every line of the page, and every wrong line noticed. */
/* SPDX-License-Identifier: MIT */
#include "framework/selftest/selftest.h"
#include "tests/draw.h"
#include "tests/unit/derive_help.h"
#include "tests/unit/derive_page.h"

#define NAME(f) ((f)->op[LHI_WIDE]->name)

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

/* These have no lines, for none can say what they do: a mask that is drawn, rows that are
 * found by their numbers. */
static int has_no_lines(const char *name)
{
    static const char *const names[] = {"dropout", "gather", NULL};
    size_t i = 0;

    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    return names[i] != NULL;
}

/* Each op in every network that its shape rule allows: its lines are what its code does. */
static void every_op(void)
{
    lh_ctx *c = lh_open(0, NULL, "");
    const lhi_op_family *f;
    size_t count = 0, networks = 0;

    for (; (f = lhi_family_at(c, count)) != NULL; count++) {
        lhi_network n;

        for (size_t which = 0; lhi_network_open(c, f, which, &n) == 1; which++, networks++) {
            char *text;

            CHECK(lh_derive(n.L, NULL, 0, NULL, check_path("op.txt")) == LH_OK, "%s, %s: %s",
                  NAME(f), n.text, lh_message(n.c));
            text = check_read(check_path("op.txt"), NULL);
            CHECK(text && strstr(text, "all agree"), "%s, %s", NAME(f), n.text);
            CHECK(text && !strstr(text, "backward of") == !has_no_lines(NAME(f)),
                  "%s has lines, or none", NAME(f));
            free(text);
            lhi_network_close(&n);
        }
    }
    CHECK(count >= 6 && networks >= 30, "%zu ops, %zu networks", count, networks);
    lh_close(c);
}

/* NOTES, where floating point parts from the page: yhat is 1 to the last bit. */
static void saturated(void)
{
    net n = open_tape();
    lh_var A = lh_matmul(n.X, lh_param(n.t, "W", lh_cols(n.d), 1, LH_HE));
    char *text;

    for (int i = 0; i < 9; i++)
        A = lh_add(A, A);
    lh_let(Z, lh_relu(A));
    lh_let(yhat, lh_sigmoid(Z));
    lh_let(L, lh_bce(yhat, n.y));
    n.L = L;
    text = derived(&n, "saturated.txt");
    CHECK(lh_error(n.c) == LH_OK && strstr(text, "  not finite") &&
              strstr(text, " agree, 0 DISAGREE, "),
          "%s", lh_message(n.c));
    free(text);
    lh_close(n.c);
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
        {"where the page is not finite the line says so, and is not wrong", saturated},
        {"120 random networks agree", random_networks},
        {"2000 steps without a name", deep_without_names},
        {0}};

    return check_main(argc, argv, "derive", tests);
}
