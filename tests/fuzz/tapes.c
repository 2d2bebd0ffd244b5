/* tapes.c -- what was recorded, as the text that a checkpoint keeps, recorded from it again. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/tapes.h"

#include "framework/ops/ops.h"

#include <stdlib.h>
#include <string.h>

lh_tape *fuzz_tape(lh_ctx *c)
{
    return lh_tape_new(lh_params_new(c, LH_F32));
}

static char *listing(lh_var L)
{
    lhi_plan *p = lhi_plan_new(L.tape, L.id, LHI_KEEP_ALL);
    char *text = p ? lhi_listing(L.tape, p) : NULL;

    if (p)
        lhi_plan_free(L.tape->c, p);
    return text;
}

void fuzz_check_listing(lh_var L)
{
    lh_ctx *c = L.tape ? L.tape->c : NULL;
    const char *one, *two;
    lh_tape *t;
    lh_var again;

    if (lh_error(c) != LH_OK || L.id >= L.tape->count || L.tape->node[L.id].kind != LHI_OP)
        return;
    one = listing(L);
    t = one ? fuzz_tape(c) : NULL;
    if (!t)
        return;
    again = lhi_record_listing(t, one, "listing");
    if (lh_error(c) == LH_ENOMEM)
        return;
    fuzz_must(lh_error(c) == LH_OK, "a network that was listed can be recorded from it");
    two = listing(again);
    fuzz_must(!two || strcmp(one, two) == 0, "it is the same network then");
}

/* Few enough numbers that it can be worked at once. */
static int is_small(const lh_tape *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const lhi_node *n = &t->node[i];

        if (n->cols > 16 || n->rows > 16)
            return 0;
    }
    return 1;
}

void fuzz_work(lh_var L)
{
    enum { ROWS = 3 };
    static const float some[ROWS * 16] = {0.5f, -1, 2, 0, 1, -0.25f};
    lh_tape *t = L.tape;
    lh_ctx *c = t ? t->c : NULL;

    if (lh_error(c) != LH_OK || L.id >= t->count || !is_small(t))
        return;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->node[i].kind == LHI_INPUT)
            lh_bind_as((lh_var){t, i, L.gen}, LH_F32, some, ROWS);
    if (lh_forward(L) == LH_OK && t->node[L.id].rows == 1 && t->node[L.id].cols == 1)
        lh_backward(L);
}
