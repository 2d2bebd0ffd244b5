/* named.h -- a table from a file of several arrays: which is X, and which is y. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DATA_NAMED_H
#define LHI_DATA_NAMED_H

#include "framework/data/source.h"

/* Reads all arrays with load(), and makes the table of one of two dimensions, or of X and y. */
lh_status lhi_named_table(lhi_stream *s, const lhi_wanted *how, void (*load)(lhi_arrays *a),
                          lhi_table *to);

/* Which of the arrays the table is of: the features, or a table with its labels in it; and the
 * labels, NULL where there are none beside.  NULL after an error, which says what there is. */
const lhi_named *lhi_named_choose(const lhi_stream *s, const lhi_arrays *a, const lhi_named **y);

void lhi_named_free(lhi_arrays *a);

#endif
