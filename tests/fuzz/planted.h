/* planted.h -- targets that have a fault, in the program of libFuzzer alone. */
/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_PLANTED_H
#define FUZZ_PLANTED_H

#include "tests/fuzz/fuzz.h"

void fuzz_planted_overflow(const uint8_t *bytes, size_t size);
void fuzz_planted_leak(const uint8_t *bytes, size_t size);

#endif
