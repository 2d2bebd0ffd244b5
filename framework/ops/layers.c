/* layers.c -- dense layers, and several one after another. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"

#include <longhand/layers.h>

#include <stdio.h>

enum { ROOM = 200 }; /* more than a name may have: what is cut is refused as too long */

/* "W" and "1" are "W1"; no name stays none, and is refused. */
static const char *named(char letter, const char *name, char text[ROOM])
{
    snprintf(text, ROOM, "%c%.190s", letter, name ? name : "");
    return name ? text : NULL;
}

/* NOTES 1, 3, 5. */
lh_var lh_dense_at(lh_var X, const char *name, ptrdiff_t units, lh_init first, const char *file,
                   int line)
{
    lh_tape *t = X.tape;
    char text[ROOM];
    lh_var W, b;

    if (!t || !lhi_ok(t->c) || !lhi_var_good(X, "lh_dense"))
        return (lh_var){t, UINT32_MAX, 0};
    W = lh_param_at(t, named('W', name, text), lh_cols_of(X), units, first, file, line);
    b = lh_param_at(t, named('b', name, text), 1, units, LH_ZEROS, file, line);
    return lh_label(lh_add(lh_matmul(X, W), b), named('Z', name, text), file, line);
}

/* NOTES 1 to 5. */
lh_var lh_mlp_at(lh_var X, const char *name, const ptrdiff_t *units, size_t layers,
                 const char *file, int line)
{
    char text[ROOM], letter[ROOM];

    if (X.tape && (!units || layers == 0))
        lhi_fail(X.tape->c, LH_EUSAGE, "lh_mlp(X, \"\", 16, 8, 1)", "lh_mlp: there is no layer");
    for (size_t k = 0; k < layers && X.tape && lhi_ok(X.tape->c); k++) {
        const int last = k + 1 == layers;

        snprintf(text, sizeof text, "%.150s%zu", name ? name : "", k + 1);
        X = lh_dense_at(X, name ? text : NULL, units[k], last ? LH_GLOROT : LH_HE, file, line);
        if (!last)
            X = lh_label(lh_relu(X), named('A', text, letter), file, line);
    }
    return X.tape && lhi_ok(X.tape->c) ? X : (lh_var){X.tape, UINT32_MAX, 0};
}
