/* ops.h -- the registry as the layers above see it. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OPS_H
#define LHI_OPS_H

#include "framework/tape/tape.h"

/* The family of an op by its name, NULL when there is none. */
const lhi_op_family *lhi_family(const char *name);

/* 1 when node id is an op of that name. */
int lhi_is_op(const lh_tape *t, uint32_t id, const char *name);

/* Warns, once a tape, when L is the literal bce(sigmoid(Z), y). */
void lhi_warn_literal(lh_var L);

/* Records what a listing says (tape/listing.c).  The loss, its last line; inert and
 * LH_EFORMAT when a line cannot be read, with the line. */
lh_var lhi_record_listing(lh_tape *t, const char *listing, const char *path);

#endif
