/* params.c -- the store: collated arrays and first values. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/tape/tape.h"

#include <math.h>
#include <string.h>

lh_params *lh_params_new(lh_ctx *c, lh_type type)
{
    static lh_params none;
    lh_params *p = lhi_alloc(c, sizeof *p);

    if (!p)
        p = &none; /* something to point at; the context has failed */
    p->c = c;
    p->type = c->set.type != LH_TYPES ? c->set.type : type;
    if (lhi_ok(c) && p->type != LH_F32 && p->type != LH_F64)
        lhi_fail(c, LH_EUSAGE, "LH_F32 or LH_F64; the wide type serves verification",
                 "lh_params_new: parameters cannot be of this type");
    return p;
}

size_t lh_params_count(const lh_params *p)
{
    return p->count;
}

size_t lh_params_size(const lh_params *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->count; i++)
        n += p->at[i].rows * p->at[i].cols;
    return n;
}

lh_type lh_params_type(const lh_params *p)
{
    return p->type;
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

static int lengthen(lh_params *p, void **array)
{
    const size_t element = lhi_type_size(p->type);
    void *longer = lhi_alloc_array(p->c, p->size ? p->size : 1, element);

    if (!longer)
        return -1;
    if (*array)
        memcpy(longer, *array, p->laid_size * element);
    lhi_release(p->c, *array);
    *array = longer;
    return 0;
}

int lhi_params_lay(lh_params *p)
{
    if (p->value && p->laid_size == p->size)
        return 0;
    if (lengthen(p, &p->value) != 0 || lengthen(p, &p->grad) != 0 ||
        (p->velocity && lengthen(p, &p->velocity) != 0) || (p->best && lengthen(p, &p->best) != 0))
        return -1;
    p->laid_size = p->size;
    for (size_t i = 0; i < p->count; i++) {
        if (!p->at[i].laid)
            first_values(p, &p->at[i]);
        p->at[i].laid = 1;
    }
    return 0;
}

int lhi_params_slot(lh_params *p, void **slot)
{
    return *slot ? 0 : lengthen(p, slot);
}
