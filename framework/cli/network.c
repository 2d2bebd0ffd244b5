/* network.c -- the network of the notes, with any number of hidden layers. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <longhand/layers.h>

#include <stdlib.h>

enum { MOST_LAYERS = 101 };

/* The last layer's Z. */
static lh_var layers(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features)
{
    lh_var X = lh_input(t, "X", LH_ROWS, features);
    ptrdiff_t units[MOST_LAYERS];
    const char *at = hidden;
    size_t k = 0;

    while (hidden[0] && lh_error(c) == LH_OK) {
        char *end;

        units[k] = strtol(at, &end, 10);
        if (end == at || units[k] < 1 || units[k] > 1000000 || (*end && *end != ',') ||
            k + 2 > MOST_LAYERS) {
            lh_fail(c, LH_EUSAGE, "--hidden=%s: sizes of layers are wanted, as in 16,8", hidden);
            break;
        }
        k++;
        if (!*end)
            break;
        at = end + 1;
    }
    units[k++] = 1;
    return lh_mlp_at(X, "", units, k, __FILE__, __LINE__);
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
