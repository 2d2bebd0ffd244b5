/* test_verify.c -- the ledger: what is right agrees, what is wrong is named. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "framework/base/rng.h"
#include "framework/ops/ops.h"
#include "tests/unit/verify_help.h"

#include <math.h>

typedef struct net {
    lh_ctx *c;
    lh_data *d;
    lh_tape *t;
    lh_var L;
} net;

static net open_net(uint64_t seed, ptrdiff_t h1, ptrdiff_t h2, int literal)
{
    net k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, silent, NULL);
    k.c->set.seed = seed;
    k.d = lh_data_open(k.c, "wdbc");
    lh_hold_out(k.d, 0.25);
    k.t = lh_tape_new(lh_params_new(k.c, seed % 2 ? LH_F32 : LH_F64));
    lh_var X = lh_input(k.t, "X", LH_ROWS, 30), y = lh_input(k.t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(k.t, "W1", 30, h1, LH_HE), b1 = lh_param(k.t, "b1", 1, h1, LH_GLOROT);
    lh_var W2 = lh_param(k.t, "W2", h1, h2, LH_HE), b2 = lh_param(k.t, "b2", 1, h2, LH_ZEROS);
    lh_var W3 = lh_param(k.t, "W3", h2, 1, LH_GLOROT), b3 = lh_param(k.t, "b3", 1, 1, LH_ZEROS);
    lh_let(Z1, lh_add(lh_matmul(X, W1), b1));
    lh_let(A1, lh_relu(Z1));
    lh_let(Z2, lh_add(lh_matmul(A1, W2), b2));
    lh_let(A2, lh_relu(Z2));
    lh_let(Z3, lh_add(lh_matmul(A2, W3), b3));
    lh_let(yhat, lh_sigmoid(Z3));
    k.L = lh_label(literal ? lh_bce(yhat, y) : lh_bce_logits(Z3, y), "L", __FILE__, __LINE__);
    return k;
}

static void no_false_alarm(void)
{
    size_t rows = 0, compared = 0;

    hide_output();
    for (uint64_t seed = 1; seed <= 60; seed++) {
        net k = open_net(seed, 1 + (ptrdiff_t)(seed * 7 % 20), 1 + (ptrdiff_t)(seed * 5 % 9),
                         (int)(seed % 3 == 0));

        CHECK(lh_verify(k.L, k.d, 1 + seed % 40) == LH_OK, "seed %d: %s", (int)seed,
              lh_message(k.c));
        for (size_t i = 0; i < lh_ledger_rows(k.c); i++) {
            const lh_entry *e = lh_ledger_row(k.c, i);

            rows++;
            compared += e->by[LH_BY_DIFFERENCES].compared;
            CHECK(e->verdict == LH_AGREE, "seed %d, %s: %s", (int)seed, e->name, e->why);
        }
        lh_close(k.c);
    }
    show_output();
    printf("# %zu rows, %zu elements\n", rows, compared);
    CHECK(rows >= 60 * 11 && compared > 30000, "%zu rows, %zu elements", rows, compared);
}

static void the_page_has_twelve_rows(void)
{
    static const char *const names[] = {"dyhat", "dZ3", "dW3", "db3", "dA2", "dZ2",
                                        "dW2", "db2", "dA1", "dZ1", "dW1", "db1"};
    net k = open_net(1, 16, 8, 1);
    char *text;

    hide_output();
    lh_verify(k.L, k.d, 32);
    show_output();
    CHECK(lh_ledger_rows(k.c) == 12, "%zu rows", lh_ledger_rows(k.c));
    CHECK(!lh_ledger_row(k.c, 12) && !lh_ledger_row(NULL, 0), "a row behind the last");
    for (size_t i = 0; i < 12; i++) {
        const lh_entry *e = row(k.c, names[i]);

        const lh_comparison *by = e->by;

        CHECK(e->verdict == LH_AGREE, "%s: %s", names[i], e->why);
        for (int m = LH_BY_SECOND; m <= LH_BY_DIFFERENCES; m++)
            CHECK(by[m].compared == e->rows * e->cols && by[m].agrees &&
                      by[m].off <= by[m].rounding + by[m].estimate,
                  "%s by %s: %zu elements", names[i], lh_method_name((lh_method)m, NULL),
                  by[m].compared);
        CHECK(by[LH_BY_SECOND].rounding < 1e-14 && by[LH_BY_COMPLEX].estimate < 1e-14 &&
                  by[LH_BY_DIFFERENCES].estimate < 1e-8,
              "%s: its bounds %g, %g, %g", names[i], by[LH_BY_SECOND].rounding,
              by[LH_BY_COMPLEX].estimate, by[LH_BY_DIFFERENCES].estimate);
        CHECK(e->bound64 < 1e-12 && e->bound32 < 1e-4, "%s: rounding %g, %g", names[i], e->bound64,
              e->bound32);
    }
    text = check_read(check_path("ledger.txt"), NULL);
    CHECK(strstr(text, "12 of 12 gradients agree") != NULL, "%s", text);
    free(text);
    lh_close(k.c);
}

/* A slip: what the derivation of one node should not have been. */
static double slip_scale;
static int slip_element;
static const char *slipped;

static void wrong(lh_page *p, lh_wide *d)
{
    lhi_check *k = *(lhi_check **)p; /* the first member of a page */
    const lh_var v = lh_named(k->t, slipped);
    const lh_slot *a = &k->hand->slot[v.id];

    for (size_t e = 0; e < a->rows * a->cols; e++)
        d[e] = ((lh_wide *)a->grad)[e] * (slip_element < 0 ? (lh_wide)slip_scale : 1);
    if (slip_element >= 0)
        d[slip_element] += (lh_wide)slip_scale;
}

/* NOTES 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21: a slip in any of them is named. */
static void slips(void)
{
    static const char *const lines[] = {"Z3", "W3", "b3", "A2", "Z2", "W2",
                                        "b2", "A1", "Z1", "W1", "b1"};
    static const struct { double scale; int element; const char *what; } kinds[] = {
        {-1, -1, "the sign"}, {32, -1, "1/m forgotten"}, {1.0 / 32, -1, "1/m twice"},
        {2, -1, "doubled"}, {0, -1, "nothing"}, {1 + 1e-11, -1, "a digit"},
        {1e-9, 0, "one element"}, {(double)NAN, -1, "NaN"}, {(double)NAN, 0, "one NaN"}};
    size_t caught = 0;

    hide_output();
    for (size_t i = 0; i < 11; i++)
        for (size_t s = 0; s < sizeof kinds / sizeof *kinds; s++) {
            net k = open_net(1, 16, 8, 0);
            char name[20], cites[20];

            k.c->set.budget = 0.02; /* the derivation is compared in full all the same */
            slipped = lines[i];
            slip_scale = kinds[s].scale;
            slip_element = kinds[s].element;
            snprintf(cites, sizeof cites, "NOTES %zu", 11 + i);
            lh_hand(k.L, lines[i], wrong, cites);
            snprintf(name, sizeof name, "d%s", lines[i]);
            CHECK(lh_verify(k.L, k.d, 32) == LH_EVERIFY && row(k.c, name)->rows &&
                      row(k.c, name)->verdict == LH_DISAGREE,
                  "%s, %s: not noticed", name, kinds[s].what);
            CHECK(strstr(lh_message(k.c), name) == lh_message(k.c) &&
                      strstr(lh_message(k.c), cites) != NULL,
                  "%s, %s: %s", name, cites, lh_message(k.c));
            caught += lh_close(k.c) == 1;
        }
    show_output();
    CHECK(caught == 11 * 9, "%zu of %d caught", caught, 11 * 9);
}

/* A tape whose backward rule is wrong: the op's row is replaced while the check runs. */
static lh_op broken[LHI_VARIANTS];
static lhi_op_family broken_family;
static int broken_type;

static void flip(const lh_call *s, int operand, lh_tile t)
{
    const lh_slot *a = s->in[operand];
    const lhi_op_family *right = lhi_family(NULL, broken[broken_type].name);

    right->op[broken_type]->backward(s, operand, t);
    for (size_t i = t.i0; i < t.i1; i++)
        for (size_t j = t.j0; j < t.j1; j++) {
            const size_t e = i * a->cols + j;

            lhi_set(broken_type == LHI_F32 ? LH_F32 : LH_F64, a->grad, e,
                    -lhi_get(broken_type == LHI_F32 ? LH_F32 : LH_F64, a->grad, e));
        }
}

/* In f32 alone, or in f64 alone: each is noticed, since each is run. */
static void broken_rules(void)
{
    size_t caught = 0;

    hide_output();
    for (int type = LHI_F32; type <= LHI_F64; type++)
        for (int which = 0; which < 3; which++) {
            static const char *const ops[] = {"matmul", "relu", "bce_logits"};
            net k = open_net(1, 6, 5, 0);
            const lh_finding *found;

            k.c->set.isa = "portable";
            broken_type = type;
            broken_family = *lhi_family(NULL, ops[which]);
            broken[type] = *broken_family.op[type];
            broken[type].backward = flip;
            broken_family.op[type] = &broken[type];
            for (size_t i = 0; i < k.t->count; i++)
                if (lhi_is_op(k.t, (uint32_t)i, ops[which]))
                    k.t->node[i].family = &broken_family;
            CHECK(lh_verify(k.L, k.d, 20) == LH_EVERIFY, "%s in type %d is not noticed", ops[which],
                  type);
            caught += lh_error(k.c) == LH_EVERIFY;
            found = lh_finding_at(k.c, 0);
            CHECK(found && strcmp(found->op, ops[which]) == 0 && found->reason == LH_WHY_SIGN &&
                      (int)found->type == type,
                  "%s in type %d is not blamed", ops[which], type);
            lh_close(k.c);
        }
    show_output();
    CHECK(caught == 6, "%zu caught", caught);
}

/* In the tape's own pass one of two users gives nothing, or twice; looked at alone, it is right. */
static int times_given;
static size_t calls_of[LH_TYPES];
static lh_type type_of_call;

static void once_wrong(const lh_call *s, int operand, lh_tile t)
{
    const lh_op *right = lhi_family(NULL, "matmul")->op[type_of_call == LH_F32   ? LHI_F32
                                                  : type_of_call == LH_F64 ? LHI_F64
                                                                           : LHI_WIDE];
    lh_call again = *s;

    if (operand == 0 && calls_of[type_of_call]++ == 0) {
        again.fresh = 0;
        for (int i = 0; i < times_given; i++)
            right->backward(&again, operand, t);
        return;
    }
    right->backward(s, operand, t);
}

static void once_wrong_f32(const lh_call *s, int operand, lh_tile t)
{
    type_of_call = LH_F32;
    once_wrong(s, operand, t);
}

static void once_wrong_f64(const lh_call *s, int operand, lh_tile t)
{
    type_of_call = LH_F64;
    once_wrong(s, operand, t);
}

static void once_wrong_wide(const lh_call *s, int operand, lh_tile t)
{
    type_of_call = LH_WIDE;
    once_wrong(s, operand, t);
}

static net two_users(void)
{
    static void (*const rules[])(const lh_call *, int, lh_tile) = {once_wrong_f32, once_wrong_f64,
                                                                  once_wrong_wide};
    net k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, silent, NULL);
    k.c->set.isa = "portable";
    k.d = lh_data_open(k.c, "wdbc");
    k.t = lh_tape_new(lh_params_new(k.c, LH_F64));
    lh_var X = lh_input(k.t, "X", LH_ROWS, 30), y = lh_input(k.t, "y", LH_ROWS, 1);
    lh_let(A, lh_relu(lh_matmul(X, lh_param(k.t, "W", 30, 4, LH_HE))));
    lh_let(P, lh_matmul(A, lh_param(k.t, "U", 4, 1, LH_GLOROT)));
    lh_let(Q, lh_matmul(A, lh_param(k.t, "V", 4, 1, LH_GLOROT)));
    lh_let(L, lh_bce_logits(lh_add(P, Q), y));

    broken_family = *lhi_family(NULL, "matmul");
    for (int type = 0; type < LH_TYPES; type++) {
        calls_of[type] = 0;
        broken[type] = *broken_family.op[type];
        broken[type].backward = rules[type];
        broken_family.op[type] = &broken[type];
    }
    k.t->node[P.id].family = &broken_family;
    k.L = L;
    return k;
}

static void one_of_two_users(void)
{
    static const struct { int times; lh_reason reason; const char *says; } cases[] = {
        {0, LH_WHY_MISSING_TERM, "what P gives is missing"},
        {2, LH_WHY_DOUBLE_COUNT, "what P gives is there twice"}};

    hide_output();
    for (size_t i = 0; i < 2; i++) {
        net k = two_users();

        times_given = cases[i].times;
        CHECK(lh_verify(k.L, k.d, 9) == LH_EVERIFY, "%d times is not noticed", cases[i].times);
        CHECK(lh_findings(k.c) == 0, "alone the op is right");
        CHECK(row(k.c, "dA")->reason == cases[i].reason &&
                  strcmp(row(k.c, "dA")->why, cases[i].says) == 0,
              "%d times: %s", cases[i].times, row(k.c, "dA")->why);
        CHECK(row(k.c, "dW")->verdict == LH_DISAGREE &&
                  strstr(row(k.c, "dW")->why, "follows from dA") != NULL,
              "%s", row(k.c, "dW")->why);
        lh_close(k.c);
    }
    show_output();
}

static void needs_itself(lh_page *p, lh_wide *d)
{
    d[0] = lh_on(p, "dZ3").at[0];
}

static void looks_wrongly(lh_page *p, lh_wide *d)
{
    lh_matrix a = lh_on(p, "A7");

    d[0] = a.at[0] + (lh_wide)a.rows;
}

static void mistakes_of_drivers(void)
{
    net k = open_net(1, 4, 3, 0);

    hide_output();
    lh_hand(k.L, "W9", looks_wrongly, NULL);
    CHECK(lh_error(k.c) == LH_ENAME && strstr(lh_message(k.c), "'W9'"), "%s", lh_message(k.c));
    lh_close(k.c);
    k = open_net(1, 4, 3, 0);
    lh_hand(k.L, "W3", looks_wrongly, NULL);
    CHECK(lh_verify(k.L, k.d, 8) == LH_ENAME && strstr(lh_message(k.c), "'A7'"), "%s",
          lh_message(k.c));
    lh_close(k.c);
    k = open_net(1, 4, 3, 0);
    lh_hand(k.L, "Z3", needs_itself, NULL);
    CHECK(lh_verify(k.L, k.d, 8) == LH_ENAME && strstr(lh_message(k.c), "needs itself"), "%s",
          lh_message(k.c));
    lh_close(k.c);
    k = open_net(1, 4, 3, 0);
    CHECK(lh_verify(lh_named(k.t, "A1"), k.d, 8) == LH_ESHAPE, "%s", lh_message(k.c));
    lh_close(k.c);
    k = open_net(1, 4, 3, 0);
    CHECK(lh_verify(k.L, k.d, 0) == LH_EUSAGE, "%s", lh_message(k.c));
    lh_close(k.c);
    show_output();
}

/* Z is exactly 0 for every row: a kink wherever one looks. */
static net at_a_kink(const char *rows)
{
    net k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, silent, NULL);
    check_write(check_path("kink.csv"), rows, -1);
    k.d = lh_data_open(k.c, check_path("kink.csv"));
    k.t = lh_tape_new(lh_params_new(k.c, LH_F64));
    lh_var X = lh_input(k.t, "X", LH_ROWS, 1), y = lh_input(k.t, "y", LH_ROWS, 1);
    lh_var W = lh_param(k.t, "W", 1, 1, LH_ZEROS);
    lh_let(Z, lh_matmul(X, W));
    lh_let(A, lh_relu(Z));
    lh_let(L, lh_bce_logits(A, y));
    k.L = L;
    return k;
}

static void kinks(void)
{
    /* One row goes up, the other down: the slopes are 0 and not 0, and 0 lies between. */
    net k = at_a_kink("1,0\n-1,0\n");

    hide_output();
    CHECK(lh_verify(k.L, k.d, 2) == LH_OK, "%s", lh_message(k.c));
    CHECK(row(k.c, "dZ")->by[LH_BY_DIFFERENCES].compared == 2 && row(k.c, "dZ")->kinks == 0,
          "dZ lies between");
    lh_close(k.c);
    /* Here both slopes of W are positive, and the tape's is 0: that says nothing. */
    k = at_a_kink("1,0\n-1,1\n");
    CHECK(lh_verify(k.L, k.d, 2) == LH_EUNDECIDED &&
              strstr(lh_message(k.c), "neither right nor wrong, KINK") &&
              strstr(lh_message(k.c), "hint: other rows"),
          "%s", lh_message(k.c));
    CHECK(row(k.c, "dW")->verdict == LH_INCONCLUSIVE && row(k.c, "dW")->reason == LH_WHY_KINK &&
              row(k.c, "dW")->kinks == 1, "dW cannot be compared");
    CHECK(row(k.c, "dA")->verdict == LH_AGREE && row(k.c, "dZ")->verdict == LH_AGREE,
          "the others agree");
    lh_close(k.c);
    show_output();
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"correct networks of 60 seeds and shapes agree", no_false_alarm},
        {"the page has its twelve rows, with bounds that are small", the_page_has_twelve_rows},
        {"a slip in any line of the derivation is noticed and the line named", slips},
        {"a backward rule that is wrong in one type is noticed", broken_rules},
        {"of two users the one whose share is missing, or there twice, is named", one_of_two_users},
        {"mistakes of drivers have their own messages", mistakes_of_drivers},
        {"at a kink the slopes of both sides count, and without any there is no agreement", kinks},
        {0}};

    return check_main(argc, argv, "verify", tests);
}
