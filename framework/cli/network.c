/* network.c -- the network of the notes, with any number of hidden layers. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <longhand/ops.h>

#include <stdio.h>
#include <stdlib.h>

/* NOTES 1 to 5 for layer k: Z = A.W + b, and A = ReLU(Z) but for the last. */
static lh_var layer(lh_tape *t, lh_var a, int k, ptrdiff_t in, ptrdiff_t out, int last)
{
    char name[16];
    lh_var w, b, z;

    snprintf(name, sizeof name, "W%d", k);
    w = lh_param(t, name, in, out, last ? LH_GLOROT : LH_HE);
    snprintf(name, sizeof name, "b%d", k);
    b = lh_param(t, name, 1, out, LH_ZEROS);
    snprintf(name, sizeof name, "Z%d", k);
    z = lh_label(lh_add(lh_matmul(a, w), b), name, __FILE__, __LINE__);
    if (last)
        return z;
    snprintf(name, sizeof name, "A%d", k);
    return lh_label(lh_relu(z), name, __FILE__, __LINE__);
}

/* The last layer's Z. */
static lh_var layers(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features)
{
    lh_var a = lh_input(t, "X", LH_ROWS, features);
    ptrdiff_t in = features;
    const char *at = hidden;
    int k = 1;

    while (hidden[0] && lh_error(c) == LH_OK) {
        char *end;
        const long units = strtol(at, &end, 10);

        if (end == at || units < 1 || units > 1000000 || (*end && *end != ',') || k > 100) {
            lh_fail(c, LH_EUSAGE, "--hidden=%s: sizes of layers are wanted, as in 16,8", hidden);
            break;
        }
        a = layer(t, a, k++, in, units, 0);
        in = units;
        if (!*end)
            break;
        at = end + 1;
    }
    return layer(t, a, k, in, 1, 1);
}

lh_var notes_network(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features)
{
    lh_var y = lh_input(t, "y", LH_ROWS, 1);
    lh_let(L, lh_bce_logits(layers(c, t, hidden, features), y));
    lh_label(lh_output(L), "yhat", __FILE__, __LINE__);
    return L;
}

lh_var notes_literal(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features)
{
    lh_var y = lh_input(t, "y", LH_ROWS, 1);
    lh_let(yhat, lh_sigmoid(layers(c, t, hidden, features)));
    lh_let(L, lh_bce(yhat, y));
    return L;
}
