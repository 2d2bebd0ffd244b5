/* floats.c -- what is told of a floating-point unit that was set otherwise. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"

lhi_floats lhi_floats_begin(lh_ctx *c)
{
    lhi_floats f;
    const unsigned found = lhi_sys_floats_begin(&f);

    if (!c || c == &lhi_no_memory || (found & ~c->floats_told) == 0)
        return f;
    c->floats_told |= found;
    lhi_warn(c, "something in this process has changed the floating-point unit:%s%s%s%s Longhand "
                "computes with the usual setting and puts this one back after each call, so its "
                "results are the usual ones",
             found & LHI_FLOATS_ROUND ? " it rounds otherwise than to nearest;" : "",
             found & LHI_FLOATS_FLUSH ? " it flushes subnormal numbers to zero (code built with "
                                        "-Ofast or -ffast-math asks for that);"
                                      : "",
             found & LHI_FLOATS_SHORT ? " it shortens long double;" : "",
             found & LHI_FLOATS_TRAP ? " it traps on exceptions;" : "");
    return f;
}
