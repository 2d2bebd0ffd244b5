/* lines_plain.h -- a program worked one element at a time: what the runs of lines must come to. */
/* SPDX-License-Identifier: MIT */
#ifndef LINES_PLAIN_H
#define LINES_PLAIN_H

#include "framework/lines/program.h"

/* plain_value_f32(p, s, out): p for every element of the call's output, in an array of its shape.
 * plain_give_f32(p, s, k, d): d#0 times p, summed to the shape of operand k, is given to all of
 * its gradient d. */
#define LINES_PLAIN(v)                                                                  \
    void plain_value_##v(const lhi_program *p, const lh_call *s, void *out);            \
    void plain_give_##v(const lhi_program *p, const lh_call *s, int operand, void *d);

LINES_PLAIN(f32)
LINES_PLAIN(f64)
LINES_PLAIN(wide)

#endif
