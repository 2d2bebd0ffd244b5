/* page.c -- a page of mathematics, as it was typed. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/tapes.h"

#include <longhand/line.h>

void fuzz_page(const uint8_t *bytes, size_t size)
{
    const char *path = fuzz_file("input", bytes, size);
    lh_ctx *c = fuzz_open();
    lh_tape *t = fuzz_tape(c);

    if (t) {
        const lh_var L = lh_page_file(t, path);

        fuzz_check_listing(L);
        fuzz_check_listing(lh_error(c) == LH_OK && L.id < t->count && t->node[L.id].rows == 1 &&
                                   t->node[L.id].cols == 1
                               ? lh_on_logits(L)
                               : L);
        fuzz_work(L);
    }
    fuzz_close(c);
}
