/* idx.c -- images as MNIST has them, alone or with a second file of labels. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

void fuzz_idx(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size}, how = fuzz_part(&in, 4);
    const unsigned beside = fuzz_byte(&in);
    const fuzz_input labels = beside ? fuzz_part(&in, beside) : (fuzz_input){NULL, 0};
    const char *path = fuzz_file("input", in.at, in.size);
    char both[600];

    if (beside) {
        snprintf(both, sizeof both, "%s+%s", path, fuzz_file("labels", labels.at, labels.size));
        path = both;
    }
    fuzz_read_table(&how, path);
}
