/* feed.h -- rows of a data set into the inputs X, y and w of a tape. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FEED_H
#define LHI_FEED_H

#include "framework/data/data.h"
#include "framework/tape/tape.h"

enum { LHI_NO_INPUT = -1 };

typedef struct lhi_feed {
    long X, y, w; /* nodes, or LHI_NO_INPUT where the plan needs none */
    size_t y_cols;
    int one_hot;  /* y has a column for each class */
} lhi_feed;

/* Finds the inputs that a plan needs, checks that the data fit, and lets them follow the model's
 * scale; before the prepare.  -1 after an error. */
int lhi_feed_find(lhi_feed *f, const lh_tape *t, const lhi_plan *p, lh_data *d,
                  const char *caller);

/* A thread's share of rows order[from..to-1], into a workspace of f32, f64 or wide. */
void lhi_feed_rows(const lhi_feed *f, lhi_ws *w, const lh_data *d, const uint32_t *order,
                   size_t from, size_t to, int rank, int size);

#endif
