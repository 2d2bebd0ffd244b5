/* named.h -- a table from a file of several arrays: which is X, and which is y. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DATA_NAMED_H
#define LHI_DATA_NAMED_H

#include "framework/data/source.h"

/* Reads all arrays with load(), and makes the table of one of two dimensions, or of X and y. */
lh_status lhi_named_table(lhi_stream *s, const lhi_wanted *how, void (*load)(lhi_arrays *a),
                          lhi_table *to);

#endif
