/* test_line.c -- lh_line(): what a line becomes on a tape, and what is said of one that cannot. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "framework/page/page.h"
#include "tests/unit/verify_help.h"

typedef struct net {
    lh_ctx *c;
    lh_tape *t;
} net;

/* Variables of every shape. */
static net open_net(void)
{
    net n = {.c = open_silent()};

    n.t = lh_tape_new(lh_params_new(n.c, LH_F32));
    lh_input(n.t, "X", LH_ROWS, 6);
    lh_input(n.t, "y", LH_ROWS, 1);
    lh_input(n.t, "yhat", LH_ROWS, 1);
    lh_param(n.t, "W1", 6, 4, LH_HE);
    lh_param(n.t, "W2", 4, 6, LH_HE);
    lh_param(n.t, "V", 6, 6, LH_HE);
    lh_param(n.t, "b1", 1, 4, LH_ZEROS);
    lh_param(n.t, "b6", 1, 6, LH_ZEROS);
    lh_param(n.t, "beta", 1, 1, LH_HE);
    lh_param(n.t, "u", 4, 1, LH_HE);
    return n;
}

/* The last nodes of the tape from `from` on, a line each. */
static const char *recorded(lh_tape *t, size_t from)
{
    static char text[4000];
    size_t used = 0;

    text[0] = 0;
    for (size_t i = from; i < t->count; i++) {
        const lhi_node *n = &t->node[i];

        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > from ? "; " : "",
                                 lhi_node_op(n)->name);
        for (int k = 0; k < lhi_node_op(n)->n_in; k++) {
            char name[200];

            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", k ? ", " : "(",
                                     lhi_node_text(t, n->in[k], name, sizeof name));
        }
        used += (size_t)snprintf(text + used, sizeof text - used, ")");
    }
    return text;
}

/* What a line becomes: the ops of functions where they say it, else one node. */
static void test_becomes(void)
{
    static const char *const lines[][2] = {
        {"Z = X W1", "matmul(X, W1)"},
        {"Z = X.W1 + b1", "matmul(X, W1); add(matmul(X, W1), b1)"},
        {"Z = b1 + X W1", "matmul(X, W1); add(matmul(X, W1), b1)"},
        {"A = relu(X)", "relu(X)"},
        {"A = relu X", "relu(X)"},
        {"A = max(0, X)", "relu(X)"},
        {"A = max(X, 0)", "relu(X)"},
        {"A = sigma(X)", "sigmoid(X)"},
        {"A = sigmoid(X)", "sigmoid(X)"},
        {"A = 1/(1 + exp(-X))", "sigmoid(X)"},
        {"A = relu(X W1 + b1)",
         "matmul(X, W1); add(matmul(X, W1), b1); relu(add(matmul, b1))"},
        {"L = -(1/m) sum(y log yhat + (1-y) log(1-yhat))", "bce(yhat, y)"},
        {"L = -(1/m) sum(log(yhat) y + log(1 - yhat) (1 - y))", "bce(yhat, y)"},
        {"L = -(1/m) sum(y * log(sigma(yhat)) + (1-y) * log(1 - sigma(yhat)))",
         "bce_logits(yhat, y)"},
        {"L = (1/m) sum(max(0, yhat) - y * yhat + log1p(exp(-abs(yhat))))",
         "bce_logits(yhat, y)"},
        {"A = X * sigma(beta * X)", "\"#1 * sigma(#2 * #1)\"(X, beta)"},
        {"A = beta X + b6", "\"#2 * #1 + #3\"(X, beta, b6)"},
        {"A = y yhat", "mul(y, yhat)"},
        {"A = X y", "mul(X, y)"},
        {"A = X * sigma(X)", "silu(X)"},
        {"A = sigma(X) X", "silu(X)"},
        {"A = silu(X)", "silu(X)"},
        {"A = silu(X) + 1", "\"silu(#1) + 1\"(X)"},
        {"A = leaky_relu(X, 0.5)", "leaky_relu(X)"},
        {"A = max(0, X) + 0.5 * (X - max(0, X))", "leaky_relu(X)"},
        {"A = clip(X, 0.5, 2)", "clip(X)"},
        {"Z = X W2^T", "transpose(W2); matmul(X, transpose(W2))"},
        {"Z = X (W1 + W2^T)", "transpose(W2); add(W1, transpose(W2)); "
                              "matmul(X, add(W1, transpose))"},
        {"s = sum(X)", "sum(X)"},
        {"s = over_rows(X)", "sum_rows(X)"},
        {"s = over_columns(X)", "sum_cols(X)"},
        {"s = mean(X)", "mean(X)"},
        {"s = sum(X)/columns(X)", "sum(X); \"#1/6\"(sum(X))"},
        {"A = X - over_columns(X)", "sum_cols(X); sub(X, sum_cols(X))"},
        {"L = (1/m) sum((yhat - y)^2)", "mse(yhat, y)"},
        {"L = (1/m) sum((yhat - y)^4)",
         "\"(#1 - #2)^4\"(yhat, y); sum(\"(#1 - #2)^4\"(yhat, y)); "
         "\"1/m * #1\"(sum(\"(#1 - #2)^4\"))"},
        {"P = exp(X)/over_columns(exp(X))", "softmax(X)"},
        {"P = softmax(X W1)", "matmul(X, W1); softmax(matmul(X, W1))"},
        {"C = concat(X, 2 X)", "\"2 * #1\"(X); concat(X, \"2 * #1\"(X))"},
        {"C = slice(X, 1, 3)", "slice(X)"},
        {"A = dropout(X, 0.5)", "dropout(X)"},
        {"A = X V * X", "matmul(X, V); mul(matmul(X, V), X)"},
        {"A = exp(X W1 + b1) - 1", "matmul(X, W1); \"exp(#1 + #2) - 1\"(matmul(X, W1), b1)"},
        {"A = [X > b6] * X", "\"[#1 > #2] * #1\"(X, b6)"},
        {"A = 2 X^3", "\"2 * #1^3\"(X)"},
        {"A = 0.1 X", "\"0.1 * #1\"(X)"},
        {"A = X/m", "\"#1/m\"(X)"},
        {"A = relu(X) * 2", "\"relu(#1) * 2\"(X)"},
        {"A = bce(yhat, y)", "bce(yhat, y)"},
        {"A = X * y + yhat * beta + b6 - y",
         "\"#1 * #2 + #3 * #4\"(X, y, yhat, beta); \"#1 + #2 - #3\"(\"#1 * #2 + #3 * #4\"(X, y, "
         "yhat, beta), b6, y)"},
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        net n = open_net();
        const size_t before = n.t->count;
        const lh_var v = lh_line(n.t, lines[i][0]);

        CHECK(lh_error(n.c) == LH_OK, "%s: %s", lines[i][0], lh_message(n.c));
        CHECK(strcmp(recorded(n.t, before), lines[i][1]) == 0, "%s is %s", lines[i][0],
              recorded(n.t, before));
        CHECK(v.id == n.t->count - 1 && lh_error(n.c) == LH_OK, "%s: not the last", lines[i][0]);
        lh_close(n.c);
    }
}

/* A network of lines of each kind; its loss. */
static lh_var record_own(lh_tape *t)
{
    lh_input(t, "X", LH_ROWS, 30);
    lh_input(t, "y", LH_ROWS, 1);
    lh_param(t, "W1", 30, 5, LH_HE);
    lh_param(t, "b1", 1, 5, LH_HE);
    lh_param(t, "beta", 1, 1, LH_HE);
    lh_param(t, "u", 5, 1, LH_GLOROT);
    lh_line(t, "Z1 = 0.3 X W1 + b1");
    lh_line(t, "A1 = Z1 * sigma(beta * Z1)");
    lh_line(t, "A2 = A1 - over_columns(A1)/5 + 0.1 * relu(Z1) * tanh(b1)");
    lh_line(t, "yhat = sigma(A2 u + 0.1 * A2 W1^T over_columns(W1))");
    return lh_line(t, "L = (1/m) sum((yhat - y)^2) + 0.001 * sum(W1^2)");
}

static void quietly_verify(lh_var L, lh_data *d)
{
    hide_output();
    lh_verify(L, d, 7);
    show_output();
    CHECK(L.tape && lh_error(L.tape->c) == LH_OK, "%s", L.tape ? lh_message(L.tape->c) : "?");
}

/* Gradients agree, the derivation is what the tape computes, and a checkpoint has all of it. */
static void test_whole(void)
{
    const char *path = check_path("own.h5");
    lh_ctx *c = open_silent();
    lh_data *d;
    lh_run *r;
    lh_var L;
    double loss, again;

    d = lh_data_open(c, "wdbc");
    L = record_own(lh_tape_new(lh_params_new(c, LH_F64)));
    quietly_verify(L, d);
    CHECK(lh_derive(L, d, 7, NULL, check_path("own.txt")) == LH_OK, "%s", lh_message(c));
    r = lh_train(L, LH_SGD(0.05), d, 64, 2);
    while (lh_epoch(r))
        ;
    loss = lh_loss(L, d);
    CHECK(lh_save(r, path) == LH_OK, "%s", lh_message(c));
    lh_close(c);
    c = open_silent();
    d = lh_data_open(c, "wdbc");
    {
        lh_checkpoint *k = lh_checkpoint_open(c, path);

        lh_checkpoint_standardize(k, d);
        L = lh_checkpoint_network(k);
        again = lh_loss(L, d);
        CHECK(lh_error(c) == LH_OK && loss == again, "%.17g, then %.17g: %s", loss, again,
              lh_message(c));
        quietly_verify(L, d);
    }
    lh_close(c);
}

/* A line that cannot be, the column of its mark, and words of the message. */
static const struct wrong {
    const char *line;
    size_t at;
    lh_status status;
    const char *words;
} wrong[] = {
    {"Z = X W2", 6, LH_ESHAPE, "[m x 6] beside [4 x 6] is neither"},
    {"Z = X W2", 6, LH_ESHAPE, "the transpose of the right one would fit"},
    {"Z = W1 V", 7, LH_ESHAPE, "the transpose of the left one would fit"},
    {"Z = X u", 6, LH_ESHAPE, "as many columns on the left as rows on the right"},
    {"Z = X.W2", 5, LH_ESHAPE, "[m x 6] times [4 x 6] is no product"},
    {"Z = X W1 + b6", 9, LH_ESHAPE, "[m x 4] does not fit [1 x 6]"},
    {"Z = W1 * W2", 7, LH_ESHAPE, "[6 x 4] does not fit [4 x 6]"},
    {"Z = max(X, W1)", 4, LH_ESHAPE, "[m x 6] does not fit [6 x 4]"},
    {"Z = X^T W1", 5, LH_ESHAPE, "a batch, [m x 6], has no transpose"},
    {"Z = 3.W1", 5, LH_ESHAPE, "[1 x 1] times [6 x 4]"},
    {"Z = X + Y", 8, LH_ENAME, "no variable Y"},
    {"Z = X Wl", 6, LH_ENAME, "did you mean W1?"},
    {"Z = foo(X)", 4, LH_EUSAGE, "no function foo"},
    {"X = W1 b1", 0, LH_ENAME, "the name is taken"},
    {"2 = X", 0, LH_EUSAGE, "a name is wanted"},
    {"X W1", 2, LH_EUSAGE, "a line gives its result a name"},
    {"Z = X", 4, LH_EUSAGE, "has a name already"},
    {"Z = 2 + 3", 6, LH_EUSAGE, "no variable in this"},
    {"Z = gather(W1 W2, 2 + 3)", 20, LH_EUSAGE, "no variable in this"}, /* a product is there */
    {"Z = X +", 7, LH_EUSAGE, "ends where a value"},
    {"Z = X / b6 y", 11, LH_EUSAGE, "two ways"},
    {"Z = #1", 4, LH_EUSAGE, "the lines of an op alone"},
    {"Z = beside(X, X)", 4, LH_EUSAGE, "belongs to the lines of ops"},
    {"Z = slice(X, y, 1)", 4, LH_EUSAGE, "takes a number there"},
    {"Z = X'(y)", 4, LH_EUSAGE, "belongs to a derivation"},
    {"Z = bce(X, y)", 4, LH_ESHAPE, "bce does not fit [m x 6] and [m x 1]"},
    {"Z = X = X", 4, LH_ENAME, "taken"},
    {"", 0, LH_EUSAGE, "ends where a value"},
};

/* The column of the mark in its line of a message, after the two blanks of all of them. */
static size_t marked(const char *message)
{
    for (const char *at = message; at && *at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (at[strspn(at, " ")] == '^')
            return strspn(at, " ") - 2;
    }
    return 9999;
}

static void test_wrong(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        net n = open_net();
        const size_t before = n.t->count;
        const lh_var v = lh_line_at(n.t, wrong[i].line, "here.c", 17);
        char shown[100];

        snprintf(shown, sizeof shown, "\n  %s\n", wrong[i].line);
        CHECK(lh_error(n.c) == wrong[i].status, "'%s' is %s", wrong[i].line, lh_message(n.c));
        CHECK(strstr(lh_message(n.c), wrong[i].words) && strstr(lh_message(n.c), "here.c:17: ") &&
                  strstr(lh_message(n.c), shown), "'%s': %s", wrong[i].line, lh_message(n.c));
        CHECK(marked(lh_message(n.c)) == wrong[i].at, "'%s': the mark is at %zu", wrong[i].line,
              marked(lh_message(n.c)));
        CHECK(v.id == UINT32_MAX && n.t->count == before, "'%s' leaves something", wrong[i].line);
        lh_close(n.c);
    }
}

/* The mark of a long line, and of one in letters of two bytes, is under its place. */
static void test_marks(void)
{
    char text[300] = "Z = X", *end = text + 5;
    net n = open_net();

    for (int i = 0; i < 30; i++, end += 4)
        strcpy(end, " + X");
    strcpy(end, " + nobody + X + X + X + X + X + X + X + X + X + X");
    lh_line(n.t, text);
    CHECK(strstr(lh_message(n.c), "..."), "%s", lh_message(n.c));
    {
        const char *line = strstr(lh_message(n.c), "..."), *word = strstr(line, "nobody");

        CHECK(word && marked(lh_message(n.c)) == (size_t)(word - line), "%s", lh_message(n.c));
    }
    lh_close(n.c);
    n = open_net();
    lh_input(n.t, "\xc3\xa4\xc3\xb6", LH_ROWS, 6);
    lh_line(n.t, "Z = \xc3\xa4\xc3\xb6 + nobody");
    CHECK(marked(lh_message(n.c)) == 9, "%zu: %s", marked(lh_message(n.c)), lh_message(n.c));
    lh_close(n.c);
}

static void test_handles(void)
{
    net n = open_net();
    lh_var v = lh_line(NULL, "Z = X");

    CHECK(v.id == UINT32_MAX && v.tape == NULL, "a line of no tape");
    v = lh_line(n.t, NULL);
    CHECK(v.id == UINT32_MAX && lh_error(n.c) == LH_EUSAGE, "%s", lh_message(n.c));
    v = lh_line(n.t, "Z = X W1");
    CHECK(v.id == UINT32_MAX, "a line after an error");
    lh_close(n.c);
}

static const check_test tests[] = {
    {"a line becomes the ops that say it, else one node", test_becomes},
    {"lines are checked, derived, trained, saved and loaded", test_whole},
    {"a line that cannot be is one error with a mark under its place", test_wrong},
    {"marks stand right in long lines and under letters of two bytes", test_marks},
    {"handles that are none are borne", test_handles},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv, "line", tests);
}
