/* line.c -- one line of mathematics over a few variables: recorded, listed, worked. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/tapes.h"

#include <longhand/line.h>

#include <stdlib.h>

void fuzz_line(const uint8_t *bytes, size_t size)
{
    char *text = fuzz_text((fuzz_input){bytes, size});
    lh_ctx *c = fuzz_open();
    lh_tape *t = fuzz_tape(c);

    if (t) {
        lh_var v;

        lh_input_at(t, "X", LH_ROWS, 3, "line.c", 1);
        lh_input_at(t, "y", LH_ROWS, 1, "line.c", 2);
        lh_param_at(t, "W", 3, 2, LH_HE, "line.c", 3);
        lh_param_at(t, "b", 1, 2, LH_ZEROS, "line.c", 4);
        lh_param_at(t, "s", 1, 1, LH_ZEROS, "line.c", 5);
        lh_param_at(t, "Q", 2, 2, LH_GLOROT, "line.c", 6);
        v = lh_line_at(t, text, "line.c", 7);
        fuzz_check_listing(v);
        fuzz_work(v);
    }
    fuzz_close(c);
    free(text);
}
