/* formats.h -- named arrays in the files of other programs: NumPy, PyTorch, Octave, ours. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FORMATS_H
#define LHI_FORMATS_H

#include "framework/arrays/named.h"

/* Reads every array of numbers that has 0, 1 or 2 dimensions, in the order of the file.
 * The format is found from the first bytes, never from the name:
 *   .npy          one array, with the name of the file (no folders, no .npy)
 *   .npz          the .npy files in it; compressed ones where there is zlib
 *   safetensors
 *   HDF5          each dataset under its path ("group/W1"); a variable that Octave has saved
 *                 under its name, turned the right way round; a checkpoint of ours as well;
 *                 behind gzip (where there is zlib), shuffle and Fletcher32 and no other filter
 * What is no such array (text, complex numbers, three dimensions, integers beyond 2^53, names of
 * more than 63 bytes) is left out with one warning that names it.
 *
 * LH_OK, and the list is owned by c.  Else *list is NULL, *count 0, nothing is kept, and it is
 * LH_ENOINPUT (no such file), LH_EFORMAT (damaged, of no such format, no array, one name twice),
 * LH_EIO or LH_ENOMEM. */
lh_status lhi_arrays_read(lh_ctx *c, const char *path, lhi_named **list, size_t *count);

/* Writes arrays as floats of 64 bits, or of 32 where bits is 32; the name of the file says the
 * format: .npz, .safetensors or .h5.  The file is the old one or the new one, never a part.
 * A name has at most 63 bytes, is no path that leads elsewhere ("/a", "a//b", "a/../b") and has no
 * control characters.  LH_OK; LH_EUSAGE (another ending), LH_ESTATE (a name that cannot be saved,
 * or too much for the format), LH_ENAME (one name twice), LH_EIO or LH_ENOMEM. */
lh_status lhi_arrays_write(lh_ctx *c, const char *path, const lhi_named *list, size_t count);

#endif
