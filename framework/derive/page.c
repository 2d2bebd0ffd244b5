/* page.c -- the page of notes: its lines, and the network that it is about. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/document.h"

#include "framework/ops/ops.h"

/* docs/notes.md, in the language of lines; `.` is the page's own product. */
static const lhi_note notes[] = {
    {"", "", ""},
    {"Z1 = X.W1 + b1", "", ""},
    {"A1 = g1(Z1)", "g1 = ReLU", ""},
    {"Z2 = A1.W2 + b2", "", ""},
    {"A2 = g2(Z2)", "g2 = ReLU", ""},
    {"Z3 = A2.W3 + b3", "", ""},
    {"A3 = g3(Z3) = yhat", "g3 = sigmoid", ""},
    {"L = -(1/m) sum(y log(yhat) + (1 - y) log(1 - yhat))", "", ""},
    {"partial(L, yhat) = -y/yhat + (1 - y)/(1 - yhat)", "", "for one sample"},
    {"sigma(x) = 1/(1 + exp(-x))", "", ""},
    {"partial(sigma, x) = -(1 + exp(-x))^-2 (-exp(-x)) = exp(-x)/(1 + exp(-x))^2 "
     "= sigma(x) (1 - sigma(x))", "", ""},
    {"partial(L, Z3) = partial(L, yhat) * partial(yhat, Z3) "
     "= (-y/yhat + (1 - y)/(1 - yhat)) * yhat (1 - yhat) = yhat - y", "", "times 1/m over a batch"},
    {"partial(L, W3) = partial(L, Z3).partial(Z3, W3) = A2^T.partial(L, Z3)", "", ""},
    {"partial(L, b3) = partial(L, Z3).1", "", "summed over the rows"},
    {"partial(L, A2) = partial(L, Z3).W3^T", "", ""},
    {"partial(L, Z2) = partial(L, A2) * g2'(Z2)", "", ""},
    {"partial(L, W2) = partial(L, Z2).partial(Z2, W2) = A1^T.partial(L, Z2)", "", ""},
    {"partial(L, b2) = partial(L, Z2)", "", "summed over the rows"},
    {"partial(L, A1) = partial(L, Z2).W2^T", "", ""},
    {"partial(L, Z1) = partial(L, A1) * g1'(Z1)", "", ""},
    {"partial(L, W1) = X^T.partial(L, Z1)", "", ""},
    {"partial(L, b1) = partial(L, Z1)", "", "summed over the rows"},
    {"theta = theta - alpha partial(L, theta)", "alpha", "the learning rate"},
};

static const struct {
    const char *name;
    int value, gradient; /* lines of the notes */
} roles[LHI_ROLES] = {
    [LHI_X] = {"X", 0, 0},     [LHI_W1] = {"W1", 0, 20}, [LHI_B1] = {"b1", 0, 21},
    [LHI_Z1] = {"Z1", 1, 19},  [LHI_A1] = {"A1", 2, 18}, [LHI_W2] = {"W2", 0, 16},
    [LHI_B2] = {"b2", 0, 17},  [LHI_Z2] = {"Z2", 3, 15}, [LHI_A2] = {"A2", 4, 14},
    [LHI_W3] = {"W3", 0, 12},  [LHI_B3] = {"b3", 0, 13}, [LHI_Z3] = {"Z3", 5, 11},
    [LHI_YHAT] = {"yhat", 6, 8}, [LHI_Y] = {"y", 0, 0},  [LHI_L] = {"L", 7, 0},
};

const lhi_note *lhi_note_at(int number)
{
    return &notes[number];
}

int lhi_note_of(const lhi_document *d, uint32_t node, int gradient)
{
    for (int r = 0; d->is_page && r < LHI_ROLES; r++)
        if (d->role[r] == node)
            return gradient ? roles[r].gradient : roles[r].value;
    return 0;
}

/* Is it an op of that name, with one user?  Its operands then. */
static int op(const lhi_document *d, uint32_t id, const char *name, uint32_t in[LH_OPERANDS])
{
    if (!lhi_is_op(d->t, id, name) || (id != d->p->root && d->users[id] != 1))
        return 0;
    for (int k = 0; k < LH_OPERANDS; k++)
        in[k] = d->t->node[id].in[k];
    return 1;
}

static int is_kind(const lhi_document *d, uint32_t id, enum lhi_node_kind kind)
{
    return d->t->node[id].kind == kind && d->users[id] == 1;
}

/* Z = A.W + b at role z, with W and b before it; A is the operand. */
static int layer(lhi_document *d, uint32_t z, int role, uint32_t *a)
{
    uint32_t sum[LH_OPERANDS], product[LH_OPERANDS];

    if (!op(d, z, "add", sum) || !op(d, sum[0], "matmul", product) ||
        !is_kind(d, product[1], LHI_PARAM) || !is_kind(d, sum[1], LHI_PARAM))
        return 0;
    d->role[role] = z;
    d->role[role - 1] = sum[1];
    d->role[role - 2] = product[1];
    *a = product[0];
    return 1;
}

uint32_t lhi_sigmoid_of(const lhi_document *d, uint32_t node)
{
    for (uint32_t id = 0; id < d->t->count; id++)
        if (d->t->node[id].name && lhi_is_op(d->t, id, "sigmoid") && d->t->node[id].in[0] == node)
            return id;
    return LHI_NONE;
}

/* Downward from the loss. */
static int is_page(lhi_document *d)
{
    const uint32_t root = d->p->root;
    uint32_t in[LH_OPERANDS], z, a;

    d->role[LHI_L] = root;
    if (op(d, root, "bce", in) && lhi_is_op(d->t, in[0], "sigmoid") && d->users[in[0]] == 1) {
        d->role[LHI_YHAT] = in[0];
        z = d->t->node[in[0]].in[0];
    } else if (op(d, root, "bce_logits", in)) {
        d->role[LHI_YHAT] = lhi_sigmoid_of(d, in[0]);
        z = in[0];
    } else
        return 0;
    d->role[LHI_Y] = in[1];
    if (!is_kind(d, in[1], LHI_INPUT) || !layer(d, z, LHI_Z3, &a))
        return 0;
    for (int role = LHI_A2; role >= LHI_A1; role -= LHI_A2 - LHI_A1) {
        d->role[role] = a;
        if (!op(d, a, "relu", in) || !layer(d, in[0], role - 1, &a))
            return 0;
    }
    d->role[LHI_X] = a;
    return is_kind(d, a, LHI_INPUT);
}

void lhi_find_page(lhi_document *d)
{
    for (int r = 0; r < LHI_ROLES; r++)
        d->role[r] = LHI_NONE;
    d->is_page = is_page(d);
    for (int r = 0; d->is_page && r < LHI_ROLES; r++) {
        const uint32_t id = d->role[r];

        if (id != LHI_NONE && !d->t->node[id].name && !lh_named(d->t, roles[r].name).tape)
            d->pool.name[id] = roles[r].name;
    }
}
