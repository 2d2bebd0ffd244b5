/* descend.h -- one move of gradient descent, with a velocity or without, as the library has it. */
/* SPDX-License-Identifier: MIT */
#ifndef DESCEND_H
#define DESCEND_H

#include "framework/optim/optim.h"

#include <math.h>

static inline void descend(int variant, void *value, const void *grad, void *velocity, size_t n,
                           double rate, double momentum)
{
    const double number[] = {rate, momentum};
    const lhi_rule rule = {.rate = rate, .number = number, .scale = 1, .most = (double)INFINITY,
                           .plain = 1};

    lhi_optim_at(velocity ? 1 : 0)->mover[variant]->move(value, grad, &velocity, n, &rule);
}

#endif
