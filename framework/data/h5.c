/* h5.c -- arrays in an HDF5 file as a table, through the door that store/ opens. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/named.h"

static lh_status read_h5(lhi_stream *s, const lhi_wanted *how, lhi_table *to)
{
    if (!lhi_arrays_h5)
        return lhi_source_bad(s, "link the program with the shared library, or write a .npz",
                              "is an HDF5 file, and this program has no reader for them");
    return lhi_named_table(s, how, lhi_arrays_h5, to);
}

const lhi_source lhi_source_h5 = {lhi_arrays_h5_here, read_h5};
