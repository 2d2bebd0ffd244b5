/* session.h -- where training, checkpoints and reports meet; they do not know each other. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SESSION_H
#define LHI_SESSION_H

#include "framework/base/digits.h"
#include "framework/base/state.h"
#include "framework/data/recipe.h"

#include <longhand/store.h>

struct lh_checkpoint {
    lh_ctx *c;
    const char *path;
    lhi_state state;
    const lhi_recipe *how; /* how its file's columns became X and y */
};

/* A checkpoint from a file that is open; NULL after an error, of the state. */
lh_checkpoint *lhi_checkpoint_from(lh_ctx *c, int fd, const char *path);

/* What differs between equal runs: clock, host, threads, compiler, instruction set. */
size_t lhi_provenance(lh_ctx *c, const char ***lines);

/* A class of a column of labels: its text, or its number. */
const char *lhi_class_text(const lhi_used *u, size_t value, char number[LHI_DIGITS_ROOM + 1]);
/* What an output is of: a class, or a column of labels by its name, "" without. */
const char *lhi_output_text(const lhi_recipe *how, size_t outputs, size_t k,
                            char number[LHI_DIGITS_ROOM + 1]);

#endif
