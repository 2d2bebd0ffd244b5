/* store.h -- checkpoints for the rest of the library, which never sees HDF5. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_STORE_H
#define LHI_STORE_H

#include "framework/base/state.h"
#include "framework/base/text.h"

#include <stdio.h>

#define LHI_STORE_VERSION 3
#define LHI_STORE_BLOCK 512 /* bytes of the user block */

/* Writes a run to a file, which is the old one or the new one and never a part.
 * LH_OK, LH_ENONFINITE, LH_ESTATE (a name or number that cannot be saved), LH_EIO,
 * LH_ENOMEM; or the context's first error, and then nothing is written.  When only
 * the sync of the folder fails it is LH_EIO with the new file in place.
 * Never within a parallel region. */
lh_status lhi_store_write(lh_ctx *c, const lhi_state *s, const char *path);

/* The bytes that its file has at least. */
uint64_t lhi_store_least(const lhi_state *s);

/* Reads one of any version; the arrays are owned by c.  LH_OK, or *s is all zero and it is
 * LH_ENOINPUT, LH_EFORMAT, LH_EIO or LH_ENOMEM. */
lh_status lhi_store_read(lh_ctx *c, const char *path, lhi_state *s);
/* The same in two: a descriptor, -1 after an error; and what is read from there. */
int lhi_store_open(lh_ctx *c, const char *path);
lh_status lhi_store_read_from(lh_ctx *c, int fd, const char *path, lhi_state *s);

/* What a file holds, for people. */
void lhi_store_print(const lhi_state *s, const char *path, FILE *out);

/* Adds what differs between two of them, for people, and how many things do: 0 where they are equal
 * but for their provenance.  At most `most` lines of a text and as many arrays are told (0: all).
 * 0 after LH_ENOMEM as well. */
size_t lhi_store_difference(lhi_text *t, const lhi_state *a, const char *first, const lhi_state *b,
                            const char *second, size_t most);

/* The version of the HDF5 library that runs, such as "1.10.8". */
#define LHI_STORE_VERSION_ROOM 40
void lhi_store_version(char text[LHI_STORE_VERSION_ROOM]);

/* Puts the bytes in the place of a file, which is the old one or the new one and never a part.
 * LH_OK or LH_EIO. */
lh_status lhi_store_put(lh_ctx *c, const char *path, const void *bytes, size_t size);

/* Fills the user block in front of an HDF5 file of `size` bytes in all. */
void lhi_store_stamp(unsigned char *bytes, size_t size);

#endif
