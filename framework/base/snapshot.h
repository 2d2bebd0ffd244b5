/* snapshot.h -- a state as it was at one moment, while its run goes on. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SNAPSHOT_H
#define LHI_SNAPSHOT_H

#include "framework/base/state.h"

/* What a run changes is copied into one block; what its data set has found stays where it is, for
 * nobody writes to that while the run lives. */
typedef struct lhi_snapshot {
    lhi_state state;
    unsigned char *block; /* owned by the context; longer only when a history has grown */
    size_t room;
} lhi_snapshot;

/* LH_OK or LH_ENOMEM. */
lh_status lhi_snapshot_take(lh_ctx *c, lhi_snapshot *to, const lhi_state *s);

#endif
