/* session.h -- where training, checkpoints and reports meet; they do not know each other. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SESSION_H
#define LHI_SESSION_H

#include "framework/base/state.h"

#include <longhand/store.h>

struct lh_checkpoint {
    lh_ctx *c;
    const char *path;
    lhi_state state;
    const struct lhi_recipe *how; /* how its file's columns became X and y */
};

/* What differs between equal runs: clock, host, threads, compiler, instruction set. */
size_t lhi_provenance(lh_ctx *c, const char ***lines);

#endif
