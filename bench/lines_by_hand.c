/* lines_by_hand.c -- the loops that lines are measured beside, compiled once a variant. */
/* SPDX-License-Identifier: MIT */
#include <longhand/op/math.h>

#define LINE(name, text, x)                                                                     \
    void LH_T(by_hand_##name)(real *to, const real *a, const real *b, const real *c, size_t n); \
    void LH_T(by_hand_##name)(real *to, const real *a, const real *b, const real *c, size_t n)  \
    {                                                                                           \
        (void)a, (void)b, (void)c;                                                              \
        LH_APART                                                                                \
        for (size_t i = 0; i < n; i++)                                                          \
            to[i] = x;                                                                          \
    }
#include "bench/lines.def"
