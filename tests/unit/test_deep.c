/* test_deep.c -- deep and narrow networks are decided: right ones agree, and a slip is noticed. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "framework/base/rng.h"
#include "framework/ops/ops.h"
#include "tests/unit/verify_help.h"

#include <math.h>

static size_t rows_checked(void)
{
    return (size_t)check_sample(20, 4);
}

typedef struct deep {
    lh_ctx *c;
    lh_data *d;
    lh_tape *t;
    lh_var L;
} deep;

/* Layers of one width on wdbc; a bias that keeps narrow ones alive. */
static deep open_deep(int layers, ptrdiff_t units, int smooth, lh_type type, uint64_t seed)
{
    deep k = {.c = open_silent()};
    ptrdiff_t wide = 30;
    char name[16];

    k.c->set.seed = seed;
    k.c->set.isa = "portable";
    k.c->set.budget = 0.05; /* a sample of the elements, and sums over all of them */
    k.d = lh_data_open(k.c, "wdbc");
    k.t = lh_tape_new(lh_params_new(k.c, type));
    lh_var A = lh_input(k.t, "X", LH_ROWS, wide), y = lh_input(k.t, "y", LH_ROWS, 1);

    for (int i = 0; i < layers; i++) {
        lh_var W, Z;

        snprintf(name, sizeof name, "W%d", i);
        W = lh_param(k.t, name, wide, units, LH_HE);
        snprintf(name, sizeof name, "b%d", i);
        Z = lh_add(lh_matmul(A, W), lh_param(k.t, name, 1, units, LH_GLOROT));
        snprintf(name, sizeof name, "A%d", i);
        A = lh_label(smooth ? lh_sigmoid(Z) : lh_relu(Z), name, __FILE__, __LINE__);
        wide = units;
    }
    lh_let(Z, lh_matmul(A, lh_param(k.t, "V", wide, 1, LH_GLOROT)));
    lh_let(L, lh_bce_logits(Z, y));
    k.L = L;
    return k;
}

static const struct shape {
    int layers;
    ptrdiff_t units;
    int smooth;
} shapes[] = {{60, 10, 0}, {25, 25, 0}, {100, 4, 0}, {20, 30, 1}, {30, 60, 0}};

enum { SHAPES = sizeof shapes / sizeof *shapes, SMALL = 2 };

/* That row of a report; an empty one when there is none. */
static const lh_entry *entry(const lhi_report *r, const char *name)
{
    static lh_comparison nothing[LH_METHODS];
    static double nowhere[LH_METHODS];
    static const lh_entry none = {.by = nothing, .beside = nowhere};

    for (size_t i = 0; r && i < r->rows; i++)
        if (strcmp(r->row[i].name, name) == 0)
            return &r->row[i];
    return &none;
}

static void right_ones(void)
{
    size_t drawn = 0, alive = 0;

    for (size_t s = 0; s < SHAPES; s++)
        for (uint64_t seed = 1; seed <= (shapes[s].layers == 60 ? 2 : 1); seed++) {
            deep k = open_deep(shapes[s].layers, shapes[s].units, shapes[s].smooth,
                               seed % 2 ? LH_F64 : LH_F32, seed);
            lhi_report *r = lhi_verify(k.L, k.d, rows_checked(), NULL, NULL);

            CHECK(r && r->findings == 0 && r->verdict == LH_AGREE, "%d x %td, seed %d",
                  shapes[s].layers, shapes[s].units, (int)seed);
            for (size_t i = 0; r && i < r->rows; i++)
                CHECK(r->row[i].verdict == LH_AGREE, "%d x %td, seed %d, %s: %s", shapes[s].layers,
                      shapes[s].units, (int)seed, r->row[i].name, r->row[i].why);
            drawn += r && r->drawn != 0;
            alive += entry(r, "dW0")->tape != 0;
            lh_close(k.c);
        }
    printf("# %zu networks with statistical bounds, %zu with a gradient in the first layer\n",
           drawn, alive);
    CHECK(drawn >= 3 && alive >= 3, "%zu and %zu", drawn, alive);
}

/* A slip in the backward pass of one layer's op, in every type. */
static double factor;
static int everywhere; /* in a derivation: or at its largest element alone */
static const lhi_op_family *right;

static void slip(const lh_call *s, int operand, lh_tile t, int variant, lh_type type)
{
    const lh_slot *a = s->in[operand];

    right->op[variant]->backward(s, operand, t);
    for (size_t e = t.i0 * a->cols + t.j0; operand == 0 && e < (t.i1 - 1) * a->cols + t.j1; e++)
        lhi_set(type, a->grad, e, (lh_wide)factor * lhi_get(type, a->grad, e));
}

static void slip_f32(const lh_call *s, int operand, lh_tile t)
{
    slip(s, operand, t, LHI_F32, LH_F32);
}

static void slip_f64(const lh_call *s, int operand, lh_tile t)
{
    slip(s, operand, t, LHI_F64, LH_F64);
}

static void slip_wide(const lh_call *s, int operand, lh_tile t)
{
    slip(s, operand, t, LHI_WIDE, LH_WIDE);
}

static void slips_in_ops(void)
{
    static const double kinds[] = {-1, 1.00001};
    size_t noticed = 0;

    for (size_t s = 0; s < SMALL; s++)
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            deep k = open_deep(shapes[s].layers, shapes[s].units, shapes[s].smooth, LH_F64, 2);
            static lh_op broken[LH_TYPES];
            static lhi_op_family family;
            char name[16];
            lhi_report *r;

            snprintf(name, sizeof name, "A%d", shapes[s].layers - 3);
            factor = kinds[i];
            right = k.t->node[lh_named(k.t, name).id].family;
            family = *right;
            for (int v = LHI_F32; v <= LHI_WIDE; v++) {
                broken[v] = *right->op[v];
                family.op[v] = &broken[v];
            }
            broken[LHI_F32].backward = slip_f32;
            broken[LHI_F64].backward = slip_f64;
            broken[LHI_WIDE].backward = slip_wide;
            k.t->node[lh_named(k.t, name).id].family = &family;
            r = lhi_verify(k.L, k.d, rows_checked(), NULL, NULL);
            CHECK(r && r->verdict == LH_DISAGREE && r->findings == 1 &&
                      strcmp(r->finding[0].node, name) == 0,
                  "%d x %td, times %g", shapes[s].layers, shapes[s].units, factor);
            noticed += r && r->verdict == LH_DISAGREE;
            lh_close(k.c);
        }
    CHECK(noticed == 2 * SMALL, "%zu noticed", noticed);
}

/* A derivation of the first layer, 30 layers away from the loss, right or with a slip. */
static void first_layer(lh_page *p, lh_wide *d)
{
    lhi_check *k = *(lhi_check **)p; /* the first member of a page */
    const lh_slot *a = &k->hand->slot[lh_named(k->t, "W0").id];
    const lh_wide *grad = a->grad;
    size_t largest = 0; /* of a unit that is dead on these rows any multiple is right */

    for (size_t e = 0; e < a->rows * a->cols; e++)
        if (fabsl(grad[e]) > fabsl(grad[largest]))
            largest = e;
    for (size_t e = 0; e < a->rows * a->cols; e++)
        d[e] = grad[e] * (everywhere || e == largest ? (lh_wide)factor : 1);
}

static void slips_in_derivations(void)
{
    static const struct { double factor; int everywhere; } kinds[] = {
        {1, 1}, {1 + 1e-9, 1}, {2, 0}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        deep k = open_deep(30, 60, 0, LH_F64, 1);
        lhi_report *r;

        factor = kinds[i].factor;
        everywhere = kinds[i].everywhere;
        lh_hand(k.L, "W0", first_layer, "the first layer");
        r = lhi_verify(k.L, k.d, rows_checked(), NULL, NULL);
        CHECK(r && r->drawn >> LH_WIDE & 1, "its bounds are statistical");
        CHECK(entry(r, "dW0")->verdict == (i == 0 ? LH_AGREE : LH_DISAGREE) &&
                  entry(r, "dW0")->by[LH_BY_HAND].compared == 30 * 60,
              "times %.12g: %s", factor, entry(r, "dW0")->why);
        lh_close(k.c);
    }
}

/* Where the bound of a ReLU's operand reaches the kink a pass in float may cross it, though no draw
 * did. */
static void kinks(void)
{
    deep k = open_deep(30, 60, 0, LH_F32, 1);
    lhi_check check = {.c = k.c, .t = k.t, .rows = rows_checked(),
                       .p = lhi_plan_new(k.t, k.L.id, LHI_KEEP_ALL)};
    size_t near = 0, least = 0;

    CHECK(lhi_check_begin(&check, k.d) == 0 && check.off[LH_F32].drawn, "%s", lh_message(k.c));
    for (uint32_t i = 0; lh_error(k.c) == LH_OK && i < k.t->count; i++) {
        const lh_slot *out = &check.off[LH_F32].slot[i];
        const lh_slot *in = &check.off[LH_F32].slot[k.t->node[i].in[0]];

        if (k.t->node[i].kind != LHI_OP || !lhi_op_of(check.hand, i)->pieces)
            continue;
        for (size_t e = 0; e < out->rows * out->cols; e++)
            if (fabsl(((const lh_wide *)in->value)[e]) <= (lh_wide)in->off[e] && in->off[e] > 0) {
                near++;
                least += out->off[e] >= in->off[e];
            }
    }
    CHECK(near > 0 && least == near, "%zu of %zu", least, near);
    lhi_check_end(&check);
    lh_close(k.c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"right networks of 25 to 100 layers agree in every row", right_ones},
        {"a slip in an op of one layer is noticed, and the layer named", slips_in_ops},
        {"a slip in the derivation of the first of 30 layers is noticed", slips_in_derivations},
        {"a bound that reaches a kink has both of its sides", kinks},
        {NULL, NULL}};

    return check_main(argc, argv, "deep", tests);
}
