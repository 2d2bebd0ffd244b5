/* params.c -- the store: collated arrays and first values. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/tape/tape.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

lh_params *lh_params_new(lh_ctx *c, lh_type type)
{
    lh_params *p = c ? lhi_alloc(c, sizeof *p) : NULL;

    if (!p)
        return NULL;
    p->c = c;
    p->threshold = 0.5;
    p->type = c->set.type != LH_TYPES ? c->set.type : type;
    if (p->type != LH_F32 && p->type != LH_F64) {
        lhi_fail(c, LH_EUSAGE, "LH_F32 or LH_F64; the wide type serves verification",
                 "lh_params_new: parameters cannot be of this type");
        p->type = LH_F32;
    }
    return p;
}

size_t lh_params_count(const lh_params *p)
{
    return p ? p->count : 0;
}

size_t lh_params_size(const lh_params *p)
{
    size_t n = 0;

    for (size_t i = 0; p && i < p->count; i++)
        n += p->at[i].rows * p->at[i].cols;
    return n;
}

lh_type lh_params_type(const lh_params *p)
{
    return p ? p->type : LH_F32;
}

/* Only sqrt, a product and one rounding to the type: equal bits everywhere. */
static void first_values(const lh_params *p, const lhi_param *a)
{
    const double fan = (double)(a->first == LH_HE ? a->rows : a->rows + a->cols);
    const double bound = fan > 0 ? sqrt(6 / fan) : 0;
    void *to = (char *)p->value + a->offset * lhi_type_size(p->type);

    if (a->first == LH_ZEROS)
        return;
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        const double u = lhi_random_unit(p->c->set.seed, lhi_stream_of(a->name), 0, i);

        lhi_set(p->type, to, i, (lh_wide)((2 * u - 1) * bound));
    }
}

/* An array with room for so many elements.  The one so far stays where it is: there may be views
 * into it. */
static int move(lh_params *p, void **array, size_t cells)
{
    const size_t element = lhi_type_size(p->type);
    void *roomy = lhi_alloc_array(p->c, cells, element);

    if (!roomy)
        return -1;
    if (*array)
        memcpy(roomy, *array, p->laid_size * element);
    *array = roomy;
    return 0;
}

static int enlarge(lh_params *p)
{
    size_t cells = p->cells + p->cells / 2; /* so that all left behind are twice the last at most */

    if (cells < p->size)
        cells = p->size;
    cells += cells == 0;
    if (move(p, &p->value, cells) != 0 || move(p, &p->grad, cells) != 0)
        return -1;
    for (size_t k = 0; k < p->slots; k++)
        if (move(p, &p->slot[k].at, cells) != 0)
            return -1;
    p->cells = cells;
    return 0;
}

int lhi_params_lay(lh_params *p)
{
    if (p->cells && p->laid_size == p->size)
        return 0;
    if ((p->cells == 0 || p->size > p->cells) && enlarge(p) != 0)
        return -1;
    p->laid_size = p->size;
    for (size_t i = 0; i < p->count; i++) {
        if (!p->at[i].laid)
            first_values(p, &p->at[i]);
        p->at[i].laid = 1;
    }
    return 0;
}

long lhi_params_slot(lh_params *p, const char *name)
{
    size_t k = 0;

    while (k < p->slots && strcmp(p->slot[k].name, name) != 0)
        k++;
    if (k < p->slots)
        return (long)k;
    if (lhi_grow(p->c, &p->slot, &p->slot_room, k + 1, sizeof *p->slot) != 0)
        return -1;
    p->slot[k] = (lhi_slot){.at = NULL};
    snprintf(p->slot[k].name, sizeof p->slot[k].name, "%s", name);
    if (move(p, &p->slot[k].at, p->cells) != 0)
        return -1;
    return (long)p->slots++;
}
