/* test_roots.c -- several roots of a tape run in turn, and how long a view may be read. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#define SPOIL_FREED(byte) mallopt(M_PERTURB, (byte))
#else
#define SPOIL_FREED(byte) (void)(byte)
#endif

enum { MOST = 400, VIEWS = 64 };

static float x[MOST * 2], labels[MOST];

typedef struct net {
    lh_ctx *c;
    lh_params *p;
    lh_tape *t;
    lh_var X, y, W, Z, L;
} net;

static void record(net *k)
{
    k->X = lh_input(k->t, "X", LH_ROWS, 2);
    k->y = lh_input(k->t, "y", LH_ROWS, 1);
    k->W = lh_param(k->t, "W", 2, 1, LH_HE);
    k->Z = lh_label(lh_matmul(k->X, k->W), "Z", __FILE__, __LINE__);
    k->L = lh_label(lh_bce_logits(k->Z, k->y), "L", __FILE__, __LINE__);
}

static void bind(const net *k, size_t rows)
{
    CHECK(lh_bind(k->X, x, rows) == LH_OK && lh_bind(k->y, labels, rows) == LH_OK, "%s",
          lh_message(k->c));
}

static net open_net(void)
{
    net k = {.c = lh_open(0, NULL, "test")};

    for (size_t i = 0; i < MOST * 2; i++)
        x[i] = (float)((i * 37) % 19) / 8 - 1;
    for (size_t i = 0; i < MOST; i++)
        labels[i] = (float)(i % 3 == 0);
    k.c->set.threads = 2;
    k.p = lh_params_new(k.c, LH_F32);
    k.t = lh_tape_new(k.p);
    record(&k);
    return k;
}

/* Views as they were taken, and what they showed then. */
typedef struct seen {
    lh_array view[VIEWS];
    void *copy[VIEWS];
    size_t count;
} seen;

static void look(seen *s, lh_array a)
{
    const size_t bytes = a.rows * a.cols * sizeof(float);

    if (!CHECK(a.at && s->count < VIEWS, "there is something to see"))
        return;
    s->view[s->count] = a;
    s->copy[s->count] = malloc(bytes);
    memcpy(s->copy[s->count++], a.at, bytes);
}

static void look_again(seen *s)
{
    for (size_t i = 0; i < s->count; i++) {
        CHECK(memcmp(s->view[i].at, s->copy[i],
                     s->view[i].rows * s->view[i].cols * sizeof(float)) == 0,
              "view %zu shows something else", i);
        free(s->copy[i]);
    }
    s->count = 0;
}

static void views(void)
{
    net k = open_net();
    lh_tape *other = lh_tape_new(k.p);
    seen s = {.count = 0};
    lh_var root[6];

    SPOIL_FREED(0x5a);
    root[0] = k.Z;
    for (int i = 1; i < 6; i++)
        root[i] = lh_relu(root[i - 1]);
    bind(&k, 3);
    for (int i = 0; i < 6; i++) { /* each with arrays of its own, while the others are looked at */
        CHECK(lh_forward(root[i]) == LH_OK, "%s", lh_message(k.c));
        look(&s, lh_value(root[i]));
    }
    CHECK(lh_forward(k.L) == LH_OK && lh_backward(k.L) == LH_OK, "%s", lh_message(k.c));
    look(&s, lh_value(k.L));
    look(&s, lh_grad(k.Z));
    look_again(&s);

    for (size_t rows = 3; rows < MOST; rows *= 2) { /* too many for the arrays so far: they move */
        bind(&k, rows);
        CHECK(lh_forward(k.Z) == LH_OK && lh_value(k.Z).rows == rows, "%s", lh_message(k.c));
        look(&s, lh_value(k.Z));
    }
    CHECK(s.count == 8, "%zu sizes", s.count);
    look(&s, lh_value(k.W));
    for (int i = 0; i < 20; i++) { /* the store's arrays move, too */
        const char name[] = {'V', (char)('a' + i), 0};

        look(&s, lh_value(lh_param(other, name, 5 + i, 7, LH_HE)));
    }
    CHECK(lh_value(k.W).at != s.view[8].at, "nothing moved: nothing was tried");
    CHECK(lh_at(lh_value(k.W), 1, 0) == lh_at(s.view[8], 1, 0), "W is what it was");
    look_again(&s);
    SPOIL_FREED(0);
    CHECK(lh_close(k.c) == 0, "closed");
}

/* Z and L in turn: after the first round nothing is planned or allocated any more. */
static void in_turn(void)
{
    net k = open_net();
    size_t blocks = 0;
    float z, dz;

    for (int i = 0; i < 20; i++) {
        bind(&k, i % 2 ? 64 : 63);
        CHECK(lh_forward(k.L) == LH_OK && lh_forward(k.Z) == LH_OK, "%s", lh_message(k.c));
        /* Z has run since: L still has its own pass to go back from. */
        CHECK(lh_backward(k.L) == LH_OK, "%s", lh_message(k.c));
        CHECK(lh_value(k.Z).rows == (i % 2 ? 64 : 63) && lh_grad(k.Z).rows == lh_value(k.Z).rows,
              "the rows of the last run");
        blocks = i == 1 ? k.c->block_count : blocks;
    }
    CHECK(k.c->block_count == blocks, "%zu blocks became %zu", blocks, k.c->block_count);
    z = (float)lh_at(lh_value(k.Z), 0, 0);
    dz = (float)lh_at(lh_grad(k.Z), 0, 0);
    CHECK(dz < 0 && labels[0] == 1 && z - z == 0, "dZ = (sigma(Z) - y)/m: %g at Z = %g", dz, z);
    CHECK(lh_grad(k.L).at && lh_at(lh_grad(k.L), 0, 0) == 1, "dL/dL");
    lh_forward(k.L);
    CHECK(!lh_grad(k.L).at, "a new pass, not gone back from, has no gradient yet");
    CHECK(lh_close(k.c) == 0, "closed");
}

/* Recorded anew each step, with a metric of the wrong kind and of the right one. */
static void anew(void)
{
    net k = open_net();
    lh_data *d;
    size_t blocks = 0;

    check_write(check_path("two.csv"), "a,b,y\n1,2,0\n2,1,1\n3,5,0\n4,4,1\n", -1);
    d = lh_data_open(k.c, check_path("two.csv"));
    for (int i = 0; i < 60; i++) {
        lh_tape_reset(k.t);
        record(&k);
        CHECK(lh_forward(k.Z) == LH_ESTATE, "X is bound no more: its array was another input's");
        lh_clear(k.c);
        bind(&k, 5);
        CHECK(lh_forward(k.L) == LH_OK && lh_backward(k.L) == LH_OK, "%s", lh_message(k.c));
        CHECK(lh_loss(k.L, d) > 0 && lh_accuracy(lh_output(k.L), d) >= 0, "%s", lh_message(k.c));
        blocks = i == 5 ? k.c->block_count : blocks;
    }
    CHECK(blocks > 0 && k.c->block_count == blocks, "%zu blocks became %zu", blocks,
          k.c->block_count);
    CHECK(lh_close(k.c) == 0, "closed");
}

/* What cannot be bound, each an error of the call; after it nothing old is taken for it. */
static void bindings(void)
{
    static const size_t wrong[] = {0, SIZE_MAX, SIZE_MAX / 2 + 1, (size_t)PTRDIFF_MAX / 64};
    net k = open_net();

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bind(&k, 5);
        CHECK(lh_forward(k.Z) == LH_OK, "%s", lh_message(k.c));
        CHECK(lh_bind(k.X, x, wrong[i]) == LH_ESHAPE, "%zu rows: %s", wrong[i], lh_message(k.c));
        CHECK(lh_forward(k.Z) == LH_ESTATE && !lh_value(k.Z).at, "nothing is bound now");
        CHECK(lh_backward(k.L) == LH_ESTATE, "nothing has run");
        CHECK(lh_clear(k.c) == LH_ESHAPE && lh_error(k.c) == LH_OK, "an error of the call");
    }
    bind(&k, 5);
    CHECK(lh_bind(k.X, NULL, 5) == LH_EUSAGE && lh_bind(k.Z, x, 5) == LH_ESTATE, "no values");
    lh_clear(k.c);
    lh_bind(k.X, x, 4);
    CHECK(lh_forward(k.L) == LH_ESHAPE && strstr(lh_message(k.c), "'X' has 4 rows, 'y' 5"), "%s",
          lh_message(k.c));
    lh_clear(k.c);
    bind(&k, 5);
    CHECK(lh_forward(k.L) == LH_OK && lh_backward(k.L) == LH_OK, "%s", lh_message(k.c));
    CHECK(lh_close(k.c) == 0, "closed");
}

/* Rows that can be bound, of arrays that no machine has. */
static void too_many_rows(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", 1, 4096, LH_HE), Z = lh_matmul(X, W), A = Z;

    for (int i = 0; i < 64; i++) /* their bytes together are more than can be counted */
        A = lh_relu(A);
    CHECK(lh_bind(X, x, (size_t)PTRDIFF_MAX / 64) == LH_OK, "%s", lh_message(c));
    CHECK(lh_forward(A) == LH_ENOMEM && lh_clear(c) == LH_ENOMEM, "%s", lh_message(c));
    CHECK(lh_bind(X, x, 3) == LH_OK && lh_forward(A) == LH_OK, "%s", lh_message(c));
    CHECK(lh_close(c) == 0, "closed");
}

static void shapes(void)
{
    static const struct { ptrdiff_t rows, cols; } wrong[] = {
        {0, 3}, {3, 0}, {-2, 3}, {3, -1}, {LH_ROWS, 0}, {LH_ROWS, LH_ROWS}, {PTRDIFF_MAX, 1},
        {1, PTRDIFF_MAX}, {PTRDIFF_MAX / 2, 2}, {(ptrdiff_t)1 << 32, (ptrdiff_t)1 << 32}};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        for (int param = 0; param < 2; param++) {
            net k = open_net();

            if (param)
                lh_param(k.t, "V", wrong[i].rows, wrong[i].cols, LH_HE);
            else
                lh_input(k.t, "V", wrong[i].rows, wrong[i].cols);
            CHECK(lh_error(k.c) == LH_ESHAPE, "%td x %td: %s", wrong[i].rows, wrong[i].cols,
                  lh_message(k.c));
            k.c->status = LH_OK;
            lh_close(k.c);
        }
    net k = open_net();
    lh_var tall = lh_param(k.t, "T", (ptrdiff_t)1 << 33, 1, LH_ZEROS);
    lh_matmul(tall, lh_param(k.t, "V", 1, (ptrdiff_t)1 << 33, LH_ZEROS));
    CHECK(lh_error(k.c) == LH_ESHAPE && strstr(lh_message(k.c), "matmul"), "%s",
          lh_message(k.c));
    k.c->status = LH_OK;
    lh_close(k.c);
}

/* A parameter and an input know where they were recorded; lh_let() may move that. */
static void places(void)
{
    net k = open_net();
    const int line = __LINE__ + 1;
    lh_var V = lh_param(k.t, "V", 3, 1, LH_HE), U = lh_input(k.t, "U", 1, 3);
    char want[40];

    for (int i = 0; i < 2; i++) {
        const lhi_node *n = &k.t->node[(i ? U : V).id];

        CHECK(n->file && strstr(n->file, "test_roots.c") && n->line == line, "%s:%d", n->file,
              n->line);
    }
    lh_matmul(k.X, V);
    snprintf(want, sizeof want, "test_roots.c:%d", line);
    CHECK(strstr(lh_message(k.c), want) != NULL, "%s is not in %s", want, lh_message(k.c));
    k.c->status = LH_OK;
    lh_input(k.t, "V", 1, 3);
    CHECK(strstr(lh_message(k.c), want) != NULL, "%s is not in %s", want, lh_message(k.c));
    k.c->status = LH_OK;
    lh_close(k.c);
}

/* Parameters of another tape move the store's arrays between the two passes. */
static void moved_store(void)
{
    net k = open_net();
    float before[2], after[2];

    for (int more = 0; more < 2; more++) {
        bind(&k, 40);
        CHECK(lh_forward(k.L) == LH_OK, "%s", lh_message(k.c));
        if (more)
            lh_value(lh_param(lh_tape_new(k.p), "V", 300, 3, LH_HE));
        CHECK(lh_backward(k.L) == LH_OK, "%s", lh_message(k.c));
        memcpy(more ? after : before, lh_grad(k.W).at, sizeof before);
        memset((void *)(uintptr_t)lh_grad(k.W).at, 0, sizeof before);
    }
    CHECK(memcmp(before, after, sizeof before) == 0, "%g, and %g after", (double)before[0],
          (double)after[0]);
    lh_close(k.c);
}

/* lh_output() may add a node to a tape that has run; a larger batch then needs a larger workspace
 * for the plan that knows nothing of it.  Seen by valgrind and the sanitizers. */
static void grown_tape(void)
{
    net k = {.c = lh_open(0, NULL, "test")};
    lh_var o;

    k.c->set.threads = 1;
    k.p = lh_params_new(k.c, LH_F32);
    k.t = lh_tape_new(k.p);
    k.W = lh_param(k.t, "W", 2, 1, LH_HE);
    k.X = lh_input(k.t, "X", LH_ROWS, 2);
    k.y = lh_input(k.t, "y", LH_ROWS, 1);
    k.Z = lh_label(lh_matmul(k.X, k.W), "Z", __FILE__, __LINE__);
    k.L = lh_label(lh_bce_logits(k.Z, k.y), "L", __FILE__, __LINE__);
    bind(&k, 2);
    CHECK(lh_forward(k.L) == LH_OK, "%s", lh_message(k.c));
    o = lh_output(k.L);
    bind(&k, MOST);
    CHECK(lh_forward(k.L) == LH_OK && lh_backward(k.L) == LH_OK, "%s", lh_message(k.c));
    CHECK(lh_value(o).at == NULL && lh_value(o).rows == 0, "what has not run has no value");
    CHECK(lh_forward(o) == LH_OK && lh_value(o).rows == MOST, "%s", lh_message(k.c));
    lh_close(k.c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a view may be read until the tape is recorded anew", views},
        {"roots run in turn are planned once", in_turn},
        {"a tape recorded anew keeps no old root, binding or memory", anew},
        {"what cannot be bound is refused, and nothing old stands in for it", bindings},
        {"a batch too large for any memory is refused, and smaller ones go on", too_many_rows},
        {"a shape without elements, or with too many, is refused when it is recorded", shapes},
        {"parameters and inputs know their place", places},
        {"gradients find the store's arrays also where they have moved", moved_store},
        {"a tape that grew after it had run keeps the plans that it had", grown_tape},
        {0}};

    return check_main(argc, argv, "roots", tests);
}
