/* test_derivation.c -- a driver's derivation is compared with its own loss, and excuses nothing. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "framework/store/formats.h"
#include "tests/unit/verify_help.h"

#include <math.h>

/* One layer on wdbc, z = X W. */
typedef struct line {
    lh_ctx *c;
    lh_data *d;
    lh_var X, y, Z, yhat, L;
} line;

static line open_line(void)
{
    line k = {.c = open_silent()};
    lh_tape *t = lh_tape_new(lh_params_new(k.c, LH_F64));

    k.d = lh_data_open(k.c, "wdbc");
    k.X = lh_input(t, "X", LH_ROWS, 30);
    k.y = lh_input(t, "y", LH_ROWS, 1);
    lh_let(Z, lh_matmul(k.X, lh_param(t, "W", 30, 1, LH_GLOROT)));
    lh_let(yhat, lh_sigmoid(Z));
    lh_let(L, lh_bce_logits(Z, k.y));
    k.Z = Z;
    k.yhat = yhat;
    k.L = L;
    return k;
}

static void times_X(lh_page *p, lh_wide *d, const lh_wide *dz)
{
    const lh_matrix X = lh_on(p, "X");

    for (size_t i = 0; i < X.rows; i++)
        for (size_t j = 0; j < X.cols; j++)
            d[j] += X.at[i * X.cols + j] * dz[i];
}

static void dW(lh_page *p, lh_wide *d)
{
    times_X(p, d, lh_on(p, "dZ").at);
}

static void dZ(lh_page *p, lh_wide *d)
{
    const lh_matrix yhat = lh_on(p, "yhat"), y = lh_on(p, "y");

    for (size_t i = 0; i < y.rows; i++)
        d[i] = (yhat.at[i] - y.at[i]) / (lh_wide)y.rows;
}

/* Of a second loss on the same Z, whose labels are those of u. */
static void dZ_of_u(lh_page *p, lh_wide *d)
{
    const lh_matrix yhat = lh_on(p, "yhat"), u = lh_on(p, "u");

    for (size_t i = 0; i < u.rows; i++)
        d[i] = (yhat.at[i] - u.at[i]) / (lh_wide)u.rows;
}

static void two_losses(void)
{
    line k = open_line();
    double X[7 * 30], y[7] = {0, 1, 1, 0, 1, 0, 0}, u[7] = {1, 1, 0, 0, 0, 1, 0};
    const lh_var other = lh_input(k.L.tape, "u", LH_ROWS, 1);
    const lh_var U = lh_label(lh_bce_logits(k.Z, other), "U", __FILE__, __LINE__);

    for (size_t e = 0; e < 7 * 30; e++)
        X[e] = sin((double)(3 * e + 1));
    lh_bind(k.X, X, 7);
    lh_bind(k.y, y, 7);
    lh_bind(other, u, 7);
    lh_hand(k.L, "Z", dZ, "of L");
    lh_hand(k.L, "W", dW, "of L, from its dZ");
    hide_output();
    CHECK(lh_verify(U, NULL, 0) == LH_OK && !row(k.c, "dW")->by_driver,
          "a derivation of L is none of U: %s", lh_message(k.c));
    lh_hand(U, "Z", dZ_of_u, "of U");
    lh_hand(U, "W", dW, "of U, from its dZ");
    CHECK(lh_verify(k.L, NULL, 0) == LH_OK &&
              strcmp(row(k.c, "dW")->cites, "of L, from its dZ") == 0 &&
              row(k.c, "dW")->by[LH_BY_HAND].compared == 30,
          "L: %s", lh_message(k.c));
    CHECK(lh_verify(U, NULL, 0) == LH_OK &&
              strcmp(row(k.c, "dW")->cites, "of U, from its dZ") == 0 &&
              row(k.c, "dW")->by[LH_BY_HAND].compared == 30,
          "U: %s", lh_message(k.c));
    show_output();
    CHECK(lh_close(k.c) == 0, "closed");
}

/* What a derivation may keep, and how. */
static lh_wide kept[64], factor;
static uint64_t draws;

static void adds_up(lh_page *p, lh_wide *d)
{
    lh_wide dz[64] = {0};

    dZ(p, dz);
    times_X(p, kept, dz);
    for (size_t j = 0; j < 30; j++)
        d[j] = factor * kept[j];
}

static void trembles(lh_page *p, lh_wide *d)
{
    lh_wide dz[64] = {0};

    dZ(p, dz);
    times_X(p, d, dz);
    for (size_t j = 0; j < 30; j++) {
        draws = draws * 6364136223846793005u + 1442695040888963407u;
        d[j] *= factor * (1 + 1e-3L * (lh_wide)((double)(draws >> 33) / 0x1p31 - 0.5));
    }
}

static void alternates(lh_page *p, lh_wide *d)
{
    lh_wide dz[64] = {0};

    dZ(p, dz);
    times_X(p, d, dz);
    for (size_t j = 0; j < 30; j++)
        d[j] *= factor * (draws++ / 30 % 2 ? 1 : -1);
}

static void keeps_between_calls(void)
{
    static lh_derivation *const kinds[] = {adds_up, trembles, alternates};
    static const double factors[] = {1, -1, 2, 1e6};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
            line k = open_line();
            const lh_entry *e;

            memset(kept, 0, sizeof kept);
            draws = 0;
            factor = (lh_wide)factors[f];
            lh_hand(k.L, "W", kinds[i], "NOTES 12");
            hide_output();
            CHECK(lh_verify(k.L, k.d, 32) == LH_EVERIFY, "kind %zu, times %g", i, factors[f]);
            show_output();
            e = row(k.c, "dW");
            CHECK(e->verdict == LH_DISAGREE && e->reason == LH_WHY_NONDETERMINISTIC &&
                      e->by[LH_BY_HAND].compared == 0 && strstr(e->why, "NOTES 12") &&
                      strstr(lh_message(k.c), "no static"),
                  "kind %zu, times %g: %s", i, factors[f], e->why);
            lh_close(k.c);
        }
}

/* Derivations by cases on the label: of a sample whose label is 1, of one whose label is 0. */
static double if_one, if_none;

static lh_wide given(const lh_matrix yhat, size_t i, int one)
{
    return (lh_wide)(one ? if_one : if_none) * (yhat.at[i] - one) / (lh_wide)yhat.rows;
}

static void by_equality(lh_page *p, lh_wide *d)
{
    const lh_matrix yhat = lh_on(p, "yhat"), y = lh_on(p, "y");

    for (size_t i = 0; i < y.rows; i++)
        d[i] = given(yhat, i, y.at[i] == 1);
}

static void by_order(lh_page *p, lh_wide *d)
{
    const lh_matrix yhat = lh_on(p, "yhat"), y = lh_on(p, "y");

    for (size_t i = 0; i < y.rows; i++)
        d[i] = given(yhat, i, y.at[i] >= 1);
}

static void by_whole_number(lh_page *p, lh_wide *d)
{
    const lh_matrix yhat = lh_on(p, "yhat"), y = lh_on(p, "y");

    for (size_t i = 0; i < y.rows; i++)
        d[i] = given(yhat, i, (int)y.at[i]);
}

static void by_table(lh_page *p, lh_wide *d)
{
    const lh_matrix yhat = lh_on(p, "yhat"), y = lh_on(p, "y");
    const lh_wide table[] = {if_none, if_one};

    for (size_t i = 0; i < y.rows; i++)
        d[i] = table[(int)y.at[i]] * (yhat.at[i] - y.at[i]) / (lh_wide)y.rows;
}

static void cases_on_the_label(void)
{
    static lh_derivation *const kinds[] = {by_equality, by_order, by_whole_number, by_table};
    static const double wrong[][2] = {{-1, 1}, {1, -1}, {1, 1.001}, {0, 1}, {2, 2}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (size_t s = 0; s <= sizeof wrong / sizeof *wrong; s++) {
            const int right = s == sizeof wrong / sizeof *wrong;
            line k = open_line();
            lh_status come_to;

            if_one = right ? 1 : wrong[s][0];
            if_none = right ? 1 : wrong[s][1];
            lh_hand(k.L, "Z", kinds[i], "NOTES 11");
            hide_output();
            come_to = lh_verify(k.L, k.d, 32);
            show_output();
            CHECK(come_to == (right ? LH_OK : LH_EVERIFY) &&
                      row(k.c, "dZ")->by[LH_BY_HAND].compared == 32,
                  "kind %zu, %g and %g: %s", i, if_one, if_none, lh_message(k.c));
            lh_close(k.c);
        }
}

/* Features that are whole numbers are told apart by cases, too. */
static void by_case_of_a_feature(lh_page *p, lh_wide *d)
{
    const lh_matrix X = lh_on(p, "X"), dz = lh_on(p, "dZ");

    for (size_t i = 0; i < X.rows; i++)
        for (size_t j = 0; j < 30; j++)
            if (X.at[i * 30 + j] == 1)
                d[j] += dz.at[i];
}

static void cases_on_a_feature(void)
{
    line k = open_line();
    double X[8 * 30] = {0}, y[8] = {0, 1, 1, 0, 1, 0, 0, 1};

    for (size_t i = 0; i < 8; i++)
        X[i * 30 + i * 11 % 30] = 1;
    lh_bind(k.X, X, 8);
    lh_bind(k.y, y, 8);
    lh_hand(k.L, "Z", dZ, NULL);
    lh_hand(k.L, "W", by_case_of_a_feature, NULL);
    hide_output();
    CHECK(lh_verify(k.L, NULL, 0) == LH_OK && row(k.c, "dW")->by[LH_BY_HAND].compared == 30, "%s",
          lh_message(k.c));
    show_output();
    lh_close(k.c);
}

/* Wrong, and so ill-conditioned that its own measure would excuse anything. */
static void ill_conditioned(lh_page *p, lh_wide *d)
{
    const lh_matrix Z = lh_on(p, "Z");

    dZ(p, d);
    for (size_t i = 0; i < Z.rows; i++)
        d[i] += (Z.at[i] * (1 + 0x1p-30L) - Z.at[i] * (lh_wide)1.25L + Z.at[i] * 0.25L) * 0x1p28L +
                fmodl(Z.at[i] * 0x1p70L, 3) * 0.01L;
}

static void no_excuse_of_its_own(void)
{
    line k = open_line();
    const lh_entry *e;

    lh_hand(k.L, "Z", ill_conditioned, NULL);
    hide_output();
    CHECK(lh_verify(k.L, k.d, 32) != LH_OK, "it agrees");
    show_output();
    e = row(k.c, "dZ");
    CHECK(e->verdict != LH_AGREE, "%s", e->why);
    if (e->verdict == LH_INCONCLUSIVE)
        CHECK(lh_error(k.c) == LH_EUNDECIDED && strstr(lh_message(k.c), "hint:"), "%s",
              lh_message(k.c));
    lh_close(k.c);
}

/* Of a network with a square layer W, and on as many rows a square A: values and gradients. */
enum { WIDE = 5 };

static struct kept {
    const char *name;
    size_t rows, cols;
    double at[30 * WIDE];
} keep[] = {{"W", WIDE, WIDE, {0}},         {"second/dW", WIDE, WIDE, {0}},
            {"second/dU", 30, WIDE, {0}},   {"second/dV", WIDE, 1, {0}},
            {"second/dA", WIDE, WIDE, {0}}};

enum { KEPT = sizeof keep / sizeof *keep };

static void keep_square(void *arg, const char *name, size_t rows, size_t cols, const lh_wide *x)
{
    (void)arg;
    for (size_t k = 0; k < KEPT; k++)
        for (size_t e = 0; strcmp(name, keep[k].name) == 0 && e < rows * cols; e++)
            keep[k].at[e] = (double)x[e];
}

/* The file of a case: '+' is an array as ours, 't' its transpose, '2' twice ours, '-' minus its
 * transpose, ' ' none. */
static size_t fill(lhi_named *list, double (*at)[30 * WIDE], const char *how)
{
    size_t n = 0;

    for (size_t k = 0; k < KEPT; k++) {
        const int turned = how[k] == 't' || how[k] == '-';
        const size_t rows = keep[k].rows, cols = keep[k].cols;
        const char *slash = strchr(keep[k].name, '/');

        if (how[k] == ' ')
            continue;
        list[n] = (lhi_named){.rows = turned ? cols : rows, .cols = turned ? rows : cols,
                              .bits = 64, .at = at[n]};
        snprintf(list[n].name, sizeof list[n].name, "%s", slash ? slash + 1 : keep[k].name);
        for (size_t e = 0; e < rows * cols; e++)
            at[n][turned ? e % cols * rows + e / cols : e] =
                keep[k].at[e] * (how[k] == '2' ? 2 : how[k] == '-' ? -1 : 1);
        n++;
    }
    return n;
}

static void square_gradients(void)
{
    static const struct {
        const char *how; /* W, dW, dU, dV, dA */
        int symmetric;
        lh_status status;
        const char *says, *hint;
    } cases[] = {
        {"++   ", 0, LH_OK, " agree\n", ""},
        {"tt   ", 0, LH_OK, " agree: stored transposed\n", ""},
        {"+2   ", 0, LH_EVERIFY, "SCALE", ""},
        {"t-   ", 0, LH_EVERIFY, "DISAGREE", ""},
        {"+t++ ", 0, LH_EVERIFY, "DISAGREE, TRANSPOSED: it is the transpose", ""},
        {"+ttt ", 0, LH_EVERIFY, "DISAGREE, TRANSPOSED: it is the transpose", ""},
        {"t+   ", 0, LH_EVERIFY, "right one, read as stored transposed\n", ""},
        {"tt++ ", 0, LH_OK, " agree: stored transposed\n", ""},
        {" tt  ", 0, LH_OK, " agree: stored transposed\n", ""},
        {" t t ", 0, LH_OK, " agree: stored transposed\n", ""},
        {" t+  ", 0, LH_EVERIFY, "DISAGREE, TRANSPOSED: it is the transpose", ""},
        {" + + ", 0, LH_OK, " agree\n", ""},
        {" tt+ ", 0, LH_EUNDECIDED, "inconclusive, TRANSPOSED: its", "put W itself"},
        {" t   ", 0, LH_EUNDECIDED, "inconclusive, TRANSPOSED: its", "put W itself"},
        {" +t+ ", 0, LH_OK, " agree\n", ""},
        {"+t   ", 1, LH_EUNDECIDED, "inconclusive, TRANSPOSED: its", "symmetric"},
        {"+t++ ", 1, LH_EVERIFY, "DISAGREE, TRANSPOSED: it is the transpose", ""},
        {"+tt  ", 1, LH_OK, " agree: stored transposed\n", ""},
        {"ttttt", 0, LH_EUNDECIDED, "inconclusive, TRANSPOSED: its", "more rows"},
        {"tttt+", 0, LH_OK, " agree: stored transposed\n", ""}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lh_ctx *c = open_silent();
        lh_data *d = lh_data_open(c, "wdbc");
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
        const lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
        const lh_var U = lh_param(t, "U", 30, WIDE, LH_HE);
        const lh_var A = lh_label(lh_relu(lh_matmul(X, U)), "A", __FILE__, __LINE__);
        const lh_var W = lh_param(t, "W", WIDE, WIDE, LH_HE), B = lh_relu(lh_matmul(A, W));
        const lh_var L = lh_bce_logits(lh_matmul(B, lh_param(t, "V", WIDE, 1, LH_GLOROT)), y);
        double at[KEPT][30 * WIDE], *w = (double *)(uintptr_t)lh_value(W).at;
        lhi_named list[KEPT];
        char *text;

        for (size_t e = 0; cases[i].symmetric && e < WIDE * WIDE; e++)
            w[e] = w[e % WIDE * WIDE + e / WIDE];
        lhi_report_free(c, lhi_verify(L, d, WIDE, keep_square, NULL));
        CHECK(lhi_arrays_write(c, check_path("theirs.npz"), list,
                               fill(list, at, cases[i].how)) == LH_OK, "%s", lh_message(c));
        hide_output();
        CHECK(lh_verify_theirs(L, d, WIDE, check_path("theirs.npz")) == cases[i].status,
              "\"%s\": %s", cases[i].how, lh_message(c));
        show_output();
        text = check_read(check_path("ledger.txt"), NULL);
        CHECK(strstr(text, cases[i].says) && strstr(lh_message(c), cases[i].hint), "\"%s\": %s%s",
              cases[i].how, text, lh_message(c));
        free(text);
        lh_close(c);
    }
}

/* What nothing can be compared of is refused where it is recorded. */
static void no_width(void)
{
    for (int i = 0; i < 3; i++) {
        lh_ctx *c = open_silent();
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        const lh_var X = lh_input(t, "X", LH_ROWS, i == 0 ? 0 : 30);

        lh_let(Z, lh_matmul(X, lh_param(t, "W", 30, i == 1 ? 0 : 4, LH_HE)));
        lh_param(t, "b", i == 2 ? 0 : 1, 4, LH_ZEROS);
        CHECK(Z.tape == t && lh_error(c) == LH_ESHAPE && strstr(lh_message(c), "a width of 0"),
              "%d: %s", i, lh_message(c));
        CHECK(i == 2 || strstr(lh_message(c), "test_derivation.c:"), "%d: %s", i, lh_message(c));
        lh_close(c);
    }
}

/* A label has no gradient: one that depends on a parameter would make the tape's gradient another
 * than that of the loss. */
static void labels_are_data(void)
{
    for (int i = 0; i < 4; i++) {
        lh_ctx *c = open_silent();
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        const lh_var X = lh_input(t, "X", LH_ROWS, 1), y = lh_input(t, "y", LH_ROWS, 1);
        const lh_var p = lh_param(t, "p", 1, 1, LH_GLOROT), XP = lh_matmul(X, p);

        if (i == 0)
            lh_bce_logits(p, p);
        else if (i == 1)
            lh_bce_logits(XP, lh_sigmoid(XP));
        else if (i == 2)
            lh_bce(lh_sigmoid(XP), lh_add(lh_want(y), y));
        else {
            lh_bce_logits(XP, lh_add(y, y));
            CHECK(lh_error(c) == LH_OK, "%s", lh_message(c));
            lh_want(y);
        }
        CHECK(lh_error(c) == LH_ESTATE && strstr(lh_message(c), "gives labels no gradient") &&
                  strstr(lh_message(c), "hint: labels are inputs"),
              "%d: %s", i, lh_message(c));
        lh_close(c);
    }
}

/* A float cannot hold this pass, and a double can. */
static void overflow_of_floats(void)
{
    static const double sizes[] = {1, 1e30, 1e39, 1e60, 1e200};

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        line k = open_line();
        double X[6 * 30], y[6] = {0, 1, 0, 1, 0, 1};
        lhi_report *r;

        for (size_t e = 0; e < 6 * 30; e++) /* every second pair of rows looks the other way */
            X[e] = sizes[s] * (e / 60 % 2 ? -1 : 1) * sin((double)(3 * (e % 30) + 1));
        lh_bind(k.X, X, 6);
        lh_bind(k.y, y, 6);
        r = lhi_verify(k.L, NULL, 0, NULL, NULL);
        CHECK(r && r->verdict == LH_AGREE && r->findings == 0, "%g: %s", sizes[s],
              r ? r->row[0].why : lh_message(k.c));
        for (size_t i = 0; r && i < r->rows; i++)
            CHECK((r->row[i].ulps32 == r->row[i].ulps32) == (sizes[s] < 1e38), "%g: %s in float",
                  sizes[s], r->row[i].name);
        lh_close(k.c);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a derivation belongs to the loss that it was given for", two_losses},
        {"one that keeps something between calls disagrees", keeps_between_calls},
        {"by cases on the label a wrong one disagrees, and a right one agrees", cases_on_the_label},
        {"by cases on a feature that is a whole number a right one agrees", cases_on_a_feature},
        {"one that only its own measure excuses does not agree", no_excuse_of_its_own},
        {"a square gradient is turned where the file shows that it turns", square_gradients},
        {"a layer without width is refused where it is recorded", no_width},
        {"a label that depends on a parameter is refused", labels_are_data},
        {"a network of doubles is not accused of what a float cannot hold", overflow_of_floats},
        {NULL, NULL}};

    return check_main(argc, argv, "derivation", tests);
}
