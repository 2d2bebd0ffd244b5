/* checkpoint.c -- edits of checkpoints with a right digest: opened, printed, worked. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/image.h"
#include "tests/fuzz/tapes.h"

#include <longhand/store.h>

#include <stdio.h>
#include <stdlib.h>

void fuzz_checkpoint(const uint8_t *bytes, size_t size)
{
    static const char table[] = "a,b,c,kind\n1,no,1,red\n2,yes,2,blue\n";
    fuzz_input in = {bytes, size};
    size_t length;
    unsigned char *file = fuzz_image(FUZZ_CHECKPOINTS, &in, &length);
    const char *path = fuzz_file("input", file, length);
    lh_ctx *c = fuzz_open();
    lh_checkpoint *k = lh_checkpoint_open(c, path);

    fuzz_must(!k == (lh_error(c) != LH_OK), "a checkpoint is there, or an error is");
    if (k) {
        lh_checkpoint_print(k, stdout);
        fuzz_use_data(lh_checkpoint_data(k, fuzz_file("labels", table, sizeof table - 1)));
        lh_clear(c);
        if (lh_error(c) == LH_OK)
            fuzz_work(lh_checkpoint_network(k));
    }
    fuzz_close(c);
    free(file);
}
