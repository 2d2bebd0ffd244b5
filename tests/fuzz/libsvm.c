/* libsvm.c -- lines of a label and INDEX:VALUE; the first bytes say how they are read. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

void fuzz_libsvm(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size}, how = fuzz_part(&in, 4);

    fuzz_read_table(&how, fuzz_file("input", in.at, in.size));
}
