/* image.h -- files of HDF5 that inputs change. */
/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_IMAGE_H
#define FUZZ_IMAGE_H

#include "tests/fuzz/fuzz.h"

enum fuzz_kind { FUZZ_TABLES, FUZZ_CHECKPOINTS, FUZZ_KINDS };
enum { FUZZ_IMAGES = 8 }; /* of a kind, at most */

/* One of the images of a kind, changed as the input says: to be freed.  Checksums of the metadata
 * are right again, and so is the digest of a checkpoint, unless the input wants them wrong. */
unsigned char *fuzz_image(enum fuzz_kind kind, fuzz_input *in, size_t *size);

/* bases.c: the index-th image of a kind as it is before an edit, NULL behind the last. */
unsigned char *fuzz_make_image(enum fuzz_kind kind, size_t index, size_t *size);

#endif
