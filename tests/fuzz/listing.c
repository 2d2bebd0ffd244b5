/* listing.c -- the text that a checkpoint has of its network, recorded. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/tapes.h"

#include "framework/ops/ops.h"

#include <stdlib.h>

void fuzz_listing(const uint8_t *bytes, size_t size)
{
    char *text = fuzz_text((fuzz_input){bytes, size});
    lh_ctx *c = fuzz_open();
    lh_tape *t = fuzz_tape(c);

    if (t) {
        const lh_var L = lhi_record_listing(t, text, "a checkpoint");

        fuzz_check_listing(L);
        fuzz_work(L);
    }
    fuzz_close(c);
    free(text);
}
