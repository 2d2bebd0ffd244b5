/* distance.h -- how far two arrays of numbers are apart. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DISTANCE_H
#define LHI_DISTANCE_H

#include "framework/base/type.h"

#include <stddef.h>
#include <stdint.h>

/* An array as a state has it; at NULL: there is none. */
typedef struct lhi_numbers {
    const void *at;
    lh_type type;
    int counts;  /* they are uint16_t, whatever the type says */
    size_t size;
} lhi_numbers;

typedef struct lhi_distance {
    size_t differ;  /* elements whose bits do; two NaNs are equal */
    size_t compared;
    size_t first;   /* the first of them, and their values there */
    double a, b;
    uint64_t ulps;  /* the largest distances; in steps of the coarser type */
    double apart;
    size_t unlike;  /* where only one of the two is a number: they have no distance */
} lhi_distance;

/* Of as many elements as both have. */
lhi_distance lhi_distance_of(const lhi_numbers *a, const lhi_numbers *b);

#endif
