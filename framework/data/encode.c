/* encode.c -- what a cell becomes in X: for training, for a look, for rows of another program. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/recipe.h"

#include <string.h>

void lhi_encode(const lhi_used *u, double cell, size_t value, const lhi_scale *s, double *x)
{
    const int missing = cell != cell;
    const size_t j = u->first;

    memset(x, 0, u->width * sizeof *x);
    if (u->marks)
        x[u->width - 1] = missing;
    if (!u->text)
        x[0] = s ? ((missing ? s->fill[j] : cell) - s->mean[j]) / s->deviation[j] : cell;
    else if (value != SIZE_MAX)
        x[value] = 1;
}
