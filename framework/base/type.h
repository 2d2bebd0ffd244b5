/* type.h -- the element types. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_TYPE_H
#define LHI_TYPE_H

#include <longhand/params.h>

/* Bytes of an element, and the name of its type. */
static inline size_t lhi_type_size(lh_type type)
{
    return type == LH_F32 ? sizeof(float) : type == LH_F64 ? sizeof(double) : sizeof(lh_wide);
}

static inline const char *lhi_type_name(lh_type type)
{
    return type == LH_F32 ? "f32" : type == LH_F64 ? "f64" : "wide";
}

/* An element as a wide number. */
lh_wide lhi_get(lh_type type, const void *array, size_t index);
void lhi_set(lh_type type, void *array, size_t index, lh_wide x);

#endif
