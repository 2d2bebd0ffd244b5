/* derive_help.h -- what the tests of derivations share: the page, ops with other lines. */
/* SPDX-License-Identifier: MIT */
#ifndef DERIVE_HELP_H
#define DERIVE_HELP_H

#include "framework/ops/ops.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

typedef struct net {
    lh_ctx *c;
    lh_data *d;
    lh_tape *t;
    lh_var X, y, L;
} net;

static inline net open_tape(void)
{
    net n = {.c = lh_open(0, NULL, "test")};

    lh_on_message(n.c, silent, NULL);
    n.d = lh_data_open(n.c, "wdbc");
    n.t = lh_tape_new(lh_params_new(n.c, LH_F32));
    n.X = lh_input(n.t, "X", LH_ROWS, lh_cols(n.d));
    n.y = lh_input(n.t, "y", LH_ROWS, 1);
    return n;
}

/* An op of the library with other lines, for as long as the family lives. */
typedef struct changed {
    lhi_op_family family;
    lh_op op[LHI_VARIANTS];
} changed;

static inline void change(changed *k, const char *name, const lh_lines *lines)
{
    k->family = *lhi_family(NULL, name);
    for (int v = 0; v < LHI_VARIANTS; v++) {
        if (!k->family.op[v])
            continue;
        k->op[v] = *k->family.op[v];
        k->op[v].lines = lines;
        k->family.op[v] = &k->op[v];
    }
}

static const changed *swapped; /* an op to record in place of the library's, or NULL */

static inline lh_var one(const char *name, lh_var a)
{
    const int other = swapped && strcmp(swapped->op[LHI_F64].name, name) == 0;

    return lhi_record(other ? &swapped->family : lhi_family(NULL, name), &a, NULL);
}

static inline lh_var two(const char *name, lh_var a, lh_var b)
{
    const int other = swapped && strcmp(swapped->op[LHI_F64].name, name) == 0;

    return lhi_record(other ? &swapped->family : lhi_family(NULL, name), (lh_var[]){a, b}, NULL);
}

/* The network of the notes, as experiments/notes.c records it. */
static inline net page(int literal)
{
    net n = open_tape();
    const ptrdiff_t cols = lh_cols(n.d);
    lh_var W1 = lh_param(n.t, "W1", cols, 16, LH_HE), b1 = lh_param(n.t, "b1", 1, 16, LH_HE);
    lh_var W2 = lh_param(n.t, "W2", 16, 8, LH_HE), b2 = lh_param(n.t, "b2", 1, 8, LH_HE);
    lh_var W3 = lh_param(n.t, "W3", 8, 1, LH_GLOROT), b3 = lh_param(n.t, "b3", 1, 1, LH_HE);

    lh_let(Z1, two("add", two("matmul", n.X, W1), b1));
    lh_let(A1, one("relu", Z1));
    lh_let(Z2, two("add", two("matmul", A1, W2), b2));
    lh_let(A2, one("relu", Z2));
    lh_let(Z3, two("add", two("matmul", A2, W3), b3));
    lh_let(yhat, one("sigmoid", Z3));
    lh_let(L, literal ? two("bce", yhat, n.y) : two("bce_logits", Z3, n.y));
    n.L = L;
    return n;
}

/* The derivation as text; the caller frees it. */
static inline char *derived(const net *n, const char *file)
{
    const char *path = check_path(file);

    remove(path);
    lh_derive(n->L, n->d, 24, NULL, path);
    return check_read(path, NULL);
}

/* The texts stand in it one after the other; the first that does not, or NULL. */
static inline const char *in_order(const char *text, const char *const *wanted, size_t *found)
{
    *found = 0;
    for (; *wanted; wanted++, ++*found) {
        const char *at = strstr(text, *wanted);

        if (!at)
            return *wanted;
        text = at + strlen(*wanted);
    }
    return NULL;
}

#endif
