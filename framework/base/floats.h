/* floats.h -- our arithmetic under our own setting of the floating-point unit. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_BASE_FLOATS_H
#define LHI_BASE_FLOATS_H

#include "framework/base/ctx.h"
#include "framework/system/sys.h"

/* The first declaration of a public function that computes with numbers, or reads or writes
 * them as text.  Until that function returns its thread rounds to nearest, keeps subnormal
 * numbers, computes long double in full and does not trap, whatever the program or a library
 * in it has set; the program's own setting is put back.  That it was another one is told once.
 * The context may be NULL.  The threads of a team see to themselves (threads.c). */
#define LHI_USUAL_FLOATS(c) \
    __attribute__((cleanup(lhi_sys_floats_end), unused)) const lhi_floats usual_floats = \
        lhi_floats_begin(c)

lhi_floats lhi_floats_begin(lh_ctx *c);

#endif
