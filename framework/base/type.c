/* type.c -- elements of any type as wide numbers. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/type.h"

lh_wide lhi_get(lh_type type, const void *array, size_t index)
{
    switch (type) {
    case LH_F32:
        return (lh_wide)((const float *)array)[index];
    case LH_F64:
        return (lh_wide)((const double *)array)[index];
    default:
        return ((const lh_wide *)array)[index];
    }
}

void lhi_set(lh_type type, void *array, size_t index, lh_wide x)
{
    switch (type) {
    case LH_F32:
        ((float *)array)[index] = (float)x;
        break;
    case LH_F64:
        ((double *)array)[index] = (double)x;
        break;
    default:
        ((lh_wide *)array)[index] = x;
    }
}
