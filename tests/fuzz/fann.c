/* fann.c -- three counts, then inputs and outputs; the first bytes say how they are read. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

void fuzz_fann(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size}, how = fuzz_part(&in, 4);

    fuzz_read_table(&how, fuzz_file("input", in.at, in.size));
}
