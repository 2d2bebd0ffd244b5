/* rows.c -- which rows of a data set a checkpoint was trained on, and which were held out. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/data.h"
#include "framework/session/session.h"

#include <string.h>

/* The parts of a file of version 1, which has the shares alone: dealt out once more. */
static void deal_again(lh_checkpoint *k, lh_data *d)
{
    lh_data whole = *d;
    const uint64_t seed = k->c->set.split_seed;

    whole.fit = &whole;
    whole.held = NULL;
    whole.held_count = whole.held_room = 0;
    whole.part = NULL;
    whole.sealed = 0; /* d itself may be in use */
    whole.row = lhi_alloc_array(k->c, d->rows, sizeof *whole.row);
    if (!whole.row)
        return;
    memcpy(whole.row, d->row, d->rows * sizeof *whole.row);
    k->c->set.split_seed = k->state.seed;
    for (size_t i = 0; i < k->state.held_count && lhi_ok(k->c); i++) {
        lh_data *part = lh_hold_out(&whole, k->state.held[i]);

        if (!lhi_data_is_inert(part)) {
            lhi_release(k->c, part->row);
            lhi_release(k->c, part);
        }
    }
    k->c->set.split_seed = seed;
    if (lhi_ok(k->c) && (int64_t)whole.rows == k->state.train_rows)
        k->state.part = whole.part;
    else
        lhi_release(k->c, whole.part);
    lhi_release(k->c, whole.row);
    lhi_release(k->c, whole.held);
    lhi_call_ends(k->c);
}

long lh_checkpoint_parts(lh_checkpoint *k, lh_data *d)
{
    lhi_state *s = k ? &k->state : NULL;

    if (!s || !lhi_ok(k->c))
        return -1;
    if (lhi_data_is_inert(d)) {
        lhi_refuse(k->c, LH_EUSAGE, NULL, "lh_checkpoint_parts: there are no rows to divide");
        return -1;
    }
    if (strcmp(s->data_digest, d->digest) != 0 || s->data_rows != (int64_t)d->file_rows)
        return -1;
    if (!s->part && s->held_count > 0 && d->rows == d->file_rows)
        deal_again(k, d);
    return s->part || s->held_count == 0 ? (long)s->held_count : -2;
}

lh_data *lh_checkpoint_rows(lh_checkpoint *k, lh_data *d, long part)
{
    const long parts = lh_checkpoint_parts(k, d);
    lh_data *rows;
    uint16_t *of;

    if (parts < 0 || part < 0 || part > parts) {
        if (k && lhi_ok(k->c))
            lhi_refuse(k->c, LH_EUSAGE, "lh_checkpoint_parts() says how many there are",
                       "lh_checkpoint_rows: %s has no part %ld of these rows", k->path, part);
        return lhi_data_inert(k ? k->c : NULL);
    }
    of = k->state.part ? k->state.part : lhi_alloc_array(k->c, d->file_rows, sizeof *of);
    if (part == 0)
        part = (long)k->state.trained;
    else if (part <= k->state.trained)
        part--;
    rows = of ? lhi_data_part(d, of, (uint16_t)part) : lhi_data_inert(k->c);
    if (of != k->state.part)
        lhi_release(k->c, of);
    return rows;
}
