/* test_own_op.c -- an op from outside: what is refused, what it is worth, and its checkpoints. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/ops/ops.h"
#include "framework/selftest/laws.h"
#include "framework/selftest/selftest.h"
#include "framework/verify/check.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

extern const lh_family huber; /* own_huber.c */

static const double one = 1;

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *open_ctx(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    c->set.quiet = 1;
    c->set.threads = 1;
    c->set.progress = "none";
    lh_on_message(c, silent, NULL);
    return c;
}

/* --- what is refused --- */

/* A family of one's own to spoil. */
static lh_op op[LH_TYPES];
static lh_case cases[8];
static lh_family family;

static void renew(void)
{
    op[LH_F32] = *huber.f32;
    op[LH_F64] = *huber.f64;
    op[LH_WIDE] = *huber.wide;
    for (size_t i = 0; i < 5; i++)
        cases[i] = huber.wide->cases[i];
    op[LH_WIDE].cases = cases;
    family = huber;
    family.f32 = &op[LH_F32];
    family.f64 = &op[LH_F64];
    family.wide = &op[LH_WIDE];
}

static int bad_shape(const lh_op *o, const lh_shape *in, const double *number, lh_shape *out,
                     char *why, size_t room)
{
    (void)o, (void)in, (void)number, (void)out;
    memset(why, 'x', room);
    return -1;
}

static int no_shape(const lh_op *o, const lh_shape *in, const double *number, lh_shape *out,
                    char *why, size_t room)
{
    (void)o, (void)in, (void)number, (void)out, (void)why, (void)room;
    return 0;
}

#define SPOILS(id, ...) static void id(void) { __VA_ARGS__; }
SPOILS(no_f32, family.f32 = NULL)
SPOILS(no_f64, family.f64 = NULL)
SPOILS(no_wide, family.wide = NULL)
SPOILS(no_size, op[LH_F64].size = 0)
SPOILS(small, op[LH_WIDE].size = offsetof(lh_op, fuses) - 1)
SPOILS(newer, op[LH_F32].size = sizeof(lh_op) + 8)
SPOILS(huge, op[LH_F32].size = SIZE_MAX)
SPOILS(other_family, family.size = sizeof(lh_family) + 8)
SPOILS(no_name, op[LH_F32].name = op[LH_F64].name = op[LH_WIDE].name = NULL)
SPOILS(empty_name, op[LH_F32].name = op[LH_F64].name = op[LH_WIDE].name = "")
SPOILS(odd_name, op[LH_F32].name = op[LH_F64].name = op[LH_WIDE].name = "Huber(x)")
SPOILS(digit_first, op[LH_F32].name = op[LH_F64].name = op[LH_WIDE].name = "2huber")
SPOILS(long_name, op[LH_F32].name = op[LH_F64].name = op[LH_WIDE].name =
                      "a_name_of_twenty_four_ch")
SPOILS(taken, op[LH_F32].name = op[LH_F64].name = op[LH_WIDE].name = "relu")
SPOILS(two_names, op[LH_F32].name = "other")
SPOILS(no_operands, op[LH_F32].n_in = op[LH_F64].n_in = op[LH_WIDE].n_in = 0)
SPOILS(five_operands, op[LH_F64].n_in = LH_OPERANDS + 1)
SPOILS(other_count, op[LH_F32].n_in = 3)
SPOILS(many_numbers, op[LH_F64].numbers = LH_NUMBERS + 1)
SPOILS(no_forward, op[LH_F32].forward = NULL)
SPOILS(no_backward, op[LH_F64].backward = NULL)
SPOILS(no_rule, op[LH_F32].shape = NULL)
SPOILS(no_flops, op[LH_WIDE].flops = NULL)
SPOILS(no_jvp, op[LH_F64].jvp = NULL)
SPOILS(no_analytic, op[LH_WIDE].analytic = NULL)
SPOILS(no_hand, op[LH_WIDE].hand = NULL)
SPOILS(no_value_bound, op[LH_WIDE].value_bound = NULL)
SPOILS(no_grad_bound, op[LH_WIDE].grad_bound = NULL)
SPOILS(no_finish, op[LH_F32].finish = NULL)
SPOILS(reads_more, op[LH_F32].reads |= LH_READS(2))
SPOILS(reads_less, op[LH_F32].reads = 0)
SPOILS(no_gradient, op[LH_F32].no_grad = 3)
SPOILS(far_gradient, op[LH_F32].no_grad = 1u << 9)
SPOILS(far_linear, op[LH_F64].linear = 4)
SPOILS(no_output, op[LH_F32].output = op[LH_F64].output = op[LH_WIDE].output = "nothing")
SPOILS(two_outputs, op[LH_F32].output = op[LH_F64].output = op[LH_WIDE].output = "matmul")
SPOILS(no_cases, op[LH_WIDE].cases = NULL)
SPOILS(empty_cases, cases[0].why = NULL)
SPOILS(no_rows, cases[1].in[0].rows = 0)
SPOILS(many_rows, cases[1].in[0].rows = SIZE_MAX)
SPOILS(no_fit, cases[1].in[0].cols = 2)
SPOILS(no_range, cases[2].lo = (double)NAN)
SPOILS(no_number, cases[2].number[0] = (double)INFINITY)
SPOILS(no_drawn, cases[0].drawn[1] = (lh_drawn)99)
SPOILS(long_why, op[LH_WIDE].shape = bad_shape)
SPOILS(nowhere, op[LH_WIDE].shape = no_shape)

static const struct {
    void (*spoil)(void);
    lh_status status;
    const char *says;
} spoils[] = {
    {no_f32, LH_EUSAGE, "none for f32"}, {no_f64, LH_EUSAGE, "none for f64"},
    {no_wide, LH_EUSAGE, "all three types"}, {no_size, LH_EUSAGE, "f64 its .size is 0"},
    {small, LH_EUSAGE, "no lh_op's"}, {newer, LH_EUSAGE, "newer longhand/op.h"},
    {huge, LH_EUSAGE, "newer longhand/op.h"}, {other_family, LH_EUSAGE, ".size of the family"},
    {no_name, LH_ENAME, "(null)"}, {empty_name, LH_ENAME, "''"},
    {odd_name, LH_ENAME, "Huber(x)"}, {digit_first, LH_ENAME, "2huber"},
    {long_name, LH_ENAME, "twenty_four"}, {taken, LH_ENAME, "'relu' already"},
    {two_names, LH_EUSAGE, "another op"}, {no_operands, LH_EUSAGE, ".n_in"},
    {five_operands, LH_EUSAGE, ".n_in"}, {other_count, LH_EUSAGE, "another op"},
    {many_numbers, LH_EUSAGE, ".numbers"}, {no_forward, LH_EUSAGE, "f32: .shape, .forward"},
    {no_backward, LH_EUSAGE, "f64: .shape, .forward, .backward"},
    {no_rule, LH_EUSAGE, ".shape"}, {no_flops, LH_EUSAGE, ".flops"}, {no_jvp, LH_EUSAGE, ".jvp"},
    {no_analytic, LH_EUSAGE, ".analytic"}, {no_hand, LH_EUSAGE, ".hand"},
    {no_value_bound, LH_EUSAGE, ".value_bound"}, {no_grad_bound, LH_EUSAGE, ".grad_bound"},
    {no_finish, LH_EUSAGE, ".finish"}, {reads_more, LH_EUSAGE, ".reads"},
    {reads_less, LH_EUSAGE, "another op"}, {no_gradient, LH_EUSAGE, ".no_grad"},
    {far_gradient, LH_EUSAGE, ".no_grad"}, {far_linear, LH_EUSAGE, ".linear"},
    {no_output, LH_EUSAGE, "'nothing'"}, {two_outputs, LH_EUSAGE, "'matmul'"},
    {no_cases, LH_EUSAGE, "no cases"}, {empty_cases, LH_EUSAGE, "no cases"},
    {no_rows, LH_EUSAGE, "'one sample': operand 0 cannot be [0 x 1]"},
    {many_rows, LH_EUSAGE, "operand 0 cannot be"},
    {no_fit, LH_EUSAGE, "'one sample': prediction and label must have one shape"},
    {no_range, LH_EUSAGE, "'several outputs': lo..hi"},
    {no_number, LH_EUSAGE, "number 0 is not finite"}, {no_drawn, LH_EUSAGE, "operand 1 is drawn"},
    {long_why, LH_EUSAGE, "xxxx"}, {nowhere, LH_EUSAGE, "[0 x 0]"},
};

static void refusals(void)
{
    lh_ctx *c = open_ctx();
    const size_t blocks = c->block_count;

    for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        lh_status s;

        renew();
        spoils[i].spoil();
        s = lh_op_register(c, &family);
        CHECK(s == spoils[i].status && strstr(lh_message(c), spoils[i].says),
              "%zu: %d, '%s' is not in '%s'", i, (int)s, spoils[i].says, lh_message(c));
        CHECK(!lhi_family(c, "huber") && c->block_count == blocks && lhi_ok(c),
              "%zu leaves something", i);
        lh_clear(c);
    }
    CHECK(lh_op_register(c, NULL) == LH_EUSAGE && lh_clear(c) == LH_EUSAGE, "no family");
    CHECK(lh_op_register(NULL, &huber) == LH_EUSAGE, "no context");
    CHECK(lh_op_register(c, &huber) == LH_OK, "%s", lh_message(c));
    CHECK(lh_op_register(c, &huber) == LH_ENAME, "a second time");
    lh_close(c);
}

/* A program that was built before .fuses was there; what stands in its place is not looked at. */
static void older(void)
{
    lh_ctx *c = open_ctx();
    const lhi_op_family *f;

    renew();
    for (int type = 0; type < LH_TYPES; type++) {
        op[type].size = offsetof(lh_op, fuses);
        memset(&op[type].fuses, 0x55, sizeof op[type].fuses);
    }
    CHECK(lh_op_register(c, &family) == LH_OK, "%s", lh_message(c));
    f = lhi_family(c, "huber");
    memset(op, 0, sizeof op); /* the context has its own */
    CHECK(f && !f->op[LHI_F32]->fuses && !f->op[LHI_WIDE]->fuses, "zeros in its place");
    CHECK(f && f->op[LHI_F64]->size == sizeof(lh_op) && f->op[LHI_F64]->cases == cases, "whole");
    CHECK(f && lhi_family_op(f, LHI_F32_AVX512) == f->op[LHI_F32], "portable code for every CPU");
    CHECK(lh_check_op(c, "huber") == LH_OK, "%s", lh_message(c));
    lh_close(c);
}

/* --- what lh_apply() refuses --- */

static void applied(void)
{
    static const struct {
        const char *op;
        int n;
        lh_status status;
        const char *says;
    } wrong[] = {{"hubar", 2, LH_ENAME, "did you mean huber?"}, {NULL, 2, LH_ENAME, "(null)"},
                 {"frobnicate", 2, LH_ENAME, "lh_op_register"}, {"", 1, LH_ENAME, "''"},
                 {"huber", 1, LH_EUSAGE, "huber takes 2 operands, not 1"},
                 {"huber", -1, LH_EUSAGE, "not -1"}, {"relu", 2, LH_EUSAGE, "takes 1 operand, "},
                 {"huber", 2, LH_EUSAGE, "takes 1 number, and is given none"}};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lh_ctx *c = open_ctx();
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        lh_var in[2] = {lh_input(t, "A", LH_ROWS, 1), lh_input(t, "y", LH_ROWS, 1)};

        CHECK(lh_op_register(c, &huber) == LH_OK, "%s", lh_message(c));
        CHECK(lh_apply(t, wrong[i].op, wrong[i].n, in, NULL).id == UINT32_MAX, "%zu", i);
        CHECK(lh_error(c) == wrong[i].status && strstr(lh_message(c), wrong[i].says),
              "%zu: '%s' is not in '%s'", i, wrong[i].says, lh_message(c));
        lh_close(c);
    }
}

static int always_batch(const lh_op *o, const lh_shape *in, const double *number, lh_shape *out,
                        char *why, size_t room)
{
    (void)o, (void)in, (void)number, (void)why, (void)room;
    *out = (lh_shape){in[0].rows == 3 ? LH_ROWS : 1, 1};
    return 0;
}

/* A batch out of nothing has no rows that are known. */
static void batch_of_nothing(void)
{
    lh_ctx *c = open_ctx();
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var in[2] = {lh_input(t, "A", 3, 1), lh_input(t, "y", 3, 1)};

    renew();
    op[LH_F32].shape = op[LH_F64].shape = op[LH_WIDE].shape = always_batch;
    CHECK(lh_op_register(c, &family) == LH_OK, "%s", lh_message(c));
    lh_apply(t, "huber", 2, in, &one);
    CHECK(lh_error(c) == LH_ESHAPE && strstr(lh_message(c), "cannot be a batch"), "%s",
          lh_message(c));
    lh_close(c);
}

/* --- what it is worth --- */

typedef struct net {
    lh_ctx *c;
    lh_data *d;
    lh_tape *t;
    lh_var L;
} net;

static net open_net(const char *isa, int threads)
{
    net k = {.c = open_ctx()};
    lh_var X, y, A;

    k.c->set.isa = isa;
    k.c->set.threads = threads;
    lh_op_register(k.c, &huber);
    k.d = lh_data_open(k.c, "wdbc");
    k.t = lh_tape_new(lh_params_new(k.c, LH_F32));
    X = lh_input(k.t, "X", LH_ROWS, lh_cols(k.d));
    y = lh_input(k.t, "y", LH_ROWS, 1);
    A = lh_label(lh_matmul(X, lh_param(k.t, "W", lh_cols(k.d), 1, LH_GLOROT)), "A", __FILE__, 1);
    k.L = lh_label(lh_apply(k.t, "huber", 2, (lh_var[]){A, y}, &one), "L", __FILE__, 1);
    return k;
}

static void laws(void)
{
    lh_ctx *c = open_ctx();

    lh_op_register(c, &huber);
    CHECK(lh_check_op(c, "huber") == LH_OK && lh_error(c) == LH_OK, "%s", lh_message(c));
    lh_close(c);
}

static void no_sum(const lh_call *s, int operand, lh_tile t)
{
    huber.f64->backward(s, operand, t);
    ((double *)s->in[operand]->grad)[t.i0] *= 1 + 1e-9;
}

/* What an op draws is a function of the run and the place, and nobody keeps it. */
static void draws(void)
{
    const lh_call s = {.seed = 5, .stream = 7, .step = 3};
    const lh_call next = {.seed = 5, .stream = 7, .step = 4};
    double sum = 0;

    for (uint64_t i = 0; i < 1000; i++) {
        CHECK(lh_draw(&s, i) == lhi_random_unit(5, 7, 3, i) && lh_draw(&s, i) != lh_draw(&next, i),
              "%g", lh_draw(&s, i));
        sum += lh_draw(&s, i);
    }
    CHECK(sum > 450 && sum < 550, "mean %g", sum / 1000);
}

static void broken(void)
{
    lh_ctx *c = open_ctx();

    renew();
    op[LH_F64].backward = no_sum;
    CHECK(lh_op_register(c, &family) == LH_OK, "%s", lh_message(c));
    CHECK(lh_check_op(c, "huber") == LH_EVERIFY && lh_error(c) == LH_EVERIFY, "it is noticed");
    CHECK(strstr(lh_message(c), "huber, ordinary values, f64: gradient 0") &&
              strstr(lh_message(c), "units of roundoff"),
          "%s", lh_message(c));
    lh_close(c);
}

/* The bits of a run do not depend on the number of threads, nor on what code others have. */
static void trained(void)
{
    static const struct { const char *isa; int threads; } ways[] = {{"portable", 1}, {"auto", 2}};
    double first = 0;

    for (size_t i = 0; i < 2; i++) {
        net k = open_net(ways[i].isa, ways[i].threads);
        lhi_report *report = lhi_verify(k.L, k.d, 20, NULL, NULL);
        lh_run *r = lh_train(k.L, LH_SGD(0.05), k.d, 64, 5);
        double before, after;

        CHECK(report && report->verdict == LH_AGREE && report->findings == 0, "%s",
              lh_message(k.c));
        lh_epoch(r);
        before = lh_last_loss(r);
        while (lh_epoch(r))
            continue;
        after = lh_last_loss(r);
        CHECK(lh_error(k.c) == LH_OK && after > 0 && after < before, "%g, then %g: %s", before,
              after, lh_message(k.c));
        CHECK(lh_output(k.L).id == lh_named(k.t, "A").id, "its prediction is operand 0");
        first = i == 0 ? after : first;
        CHECK(after == first, "%.17g by other threads, %.17g", after, first);
        lh_close(k.c);
    }
}

/* Its networks and mutants are those of any op: all are noticed, the right one is not suspected. */
static void mutants(void)
{
    lh_ctx *c = open_ctx();
    const lhi_op_family *f;
    lhi_network n;
    size_t networks = 0;

    lh_op_register(c, &huber);
    f = lhi_family(c, "huber");
    for (; f && lhi_network_open(c, f, networks, &n) == 1; networks++) {
        lhi_report *r = lhi_verify(n.L, NULL, 0, NULL, NULL);

        CHECK(r && r->verdict == LH_AGREE, "%s: %s", n.text, lh_message(n.c));
        lhi_network_close(&n);
    }
    CHECK(networks >= 3 && lh_error(c) == LH_OK, "%zu networks: %s", networks, lh_message(c));
    lh_close(c);
}

/* --- checkpoints --- */

static void checkpoints(void)
{
    const char *path = check_path("huber.h5");
    net k = open_net("auto", 1);
    lh_run *r = lh_train(k.L, LH_SGD(0.05), k.d, 64, 2);
    double loss;

    while (lh_epoch(r))
        continue;
    loss = lh_loss(k.L, k.d);
    CHECK(lh_save(r, path) == LH_OK, "%s", lh_message(k.c));
    lh_close(k.c);
    for (int known = 0; known < 2; known++) {
        lh_ctx *c = open_ctx();
        lh_data *d = lh_data_open(c, "wdbc");
        lh_checkpoint *file;
        lh_var L;

        if (known)
            lh_op_register(c, &huber);
        file = lh_checkpoint_open(c, path);
        L = lh_checkpoint_network(file);
        if (known) {
            lh_checkpoint_standardize(file, d);
            CHECK(lh_loss(L, d) == loss && lh_error(c) == LH_OK, "%.17g, not %.17g: %s",
                  lh_loss(L, d), loss, lh_message(c));
        } else {
            CHECK(lh_error(c) == LH_EMISMATCH, "%s", lh_message(c));
            CHECK(strstr(lh_message(c), "this network needs the op \"huber\", which is not part of "
                                        "longhand") && strstr(lh_message(c), "lh_op_register()"),
                  "%s", lh_message(c));
        }
        lh_close(c);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"what is no whole op is refused with the reason, and leaves nothing", refusals},
        {"an op of an older header is filled up with zeros", older},
        {"lh_apply() refuses what no op takes", applied},
        {"a batch comes of a batch", batch_of_nothing},
        {"an op from outside keeps every law", laws},
        {"what an op draws is a function of the run and the place", draws},
        {"lh_check_op() names the law, the case and the numbers of one that does not", broken},
        {"it is checked and trained, with the same bits on any number of threads", trained},
        {"it has the networks of any op in the self-test", mutants},
        {"a checkpoint says which op it needs, and opens where that is known", checkpoints},
        {0}};

    return check_main(argc, argv, "own_op", tests);
}
