/* place.h -- the place of a result: tried before the work, written, what to do where it fails. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PLACE_H
#define LHI_PLACE_H

#include "framework/base/text.h"

/* What to do about a file that could not be written; a negative errno of sys.h. */
const char *lhi_place_hint(int status);

/* Removes what killed processes have left of a file in the making, and says so; once for a path,
 * for a folder can be long. */
void lhi_place_sweep(lh_ctx *c, const char *path);
/* Before work whose result goes there: sweeps, and tries whether a file of so many bytes could
 * be written.  LH_OK or LH_EIO. */
lh_status lhi_place_try(lh_ctx *c, const char *path, uint64_t bytes);
/* The same for a folder and all that goes into it. */
lh_status lhi_place_try_folder(lh_ctx *c, const char *path);
/* Replaces a file by the text, whole or not at all, with U+FFFD for what is not UTF-8: a name from
 * outside must not make a file that others cannot decode.  LH_EIO names `what` ("the history"). */
lh_status lhi_text_write(const lhi_text *t, const char *path, const char *what);

#endif
