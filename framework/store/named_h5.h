/* named_h5.h -- named arrays in HDF5 files. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_NAMED_H5_H
#define LHI_NAMED_H5_H

#include "framework/arrays/list.h"

int lhi_named_h5_here(const lhi_arrays *a);
void lhi_named_h5_read(lhi_arrays *a);
void lhi_named_h5_write(lh_ctx *c, const char *path, const lhi_named *list, size_t count);

#endif
