/* tapes.h -- what the targets that record networks share. */
/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_TAPES_H
#define FUZZ_TAPES_H

#include "framework/tape/tape.h"
#include "tests/fuzz/fuzz.h"

/* A tape with parameters of its own. */
lh_tape *fuzz_tape(lh_ctx *c);
/* The network listed, recorded from the listing, listed again: the two are one. */
void fuzz_check_listing(lh_var L);
/* The network worked on a few rows, where it is small; a number backwards, too. */
void fuzz_work(lh_var L);

#endif
