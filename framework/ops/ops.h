/* ops.h -- the registry as the layers above see it. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OPS_H
#define LHI_OPS_H

#include "framework/tape/tape.h"

/* The family of an op by its name, among those of ops.def and of a context (NULL: of none); or by
 * its place.  NULL when there is none. */
const lhi_op_family *lhi_family(lh_ctx *c, const char *name);
const lhi_op_family *lhi_family_at(lh_ctx *c, size_t index);

/* The op of a name in type f64, for lines that call ops. */
const lh_op *lhi_op_named(lh_ctx *c, const char *name);

/* Adds a family, which lives as long as the context, to its ops.  -1: no memory. */
int lhi_family_add(lh_ctx *c, const lhi_op_family *f);

/* 1 when node id is an op of that name. */
int lhi_is_op(const lh_tape *t, uint32_t id, const char *name);

/* Warns, once a tape, when L is the literal bce(sigmoid(Z), y). */
void lhi_warn_literal(lh_var L);

/* Records what a listing says (tape/listing.c).  The loss, its last line; inert and
 * LH_EFORMAT when a line cannot be read, with the line. */
lh_var lhi_record_listing(lh_tape *t, const char *listing, const char *path);

#endif
