/* npz.c -- arrays of NumPy in one file (numpy.savez) as a table. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/named.h"

#include <string.h>

/* A zip file; whether arrays are in it is seen when it is read: a sheet (.xlsx) has other files
 * at its front. */
static int here(const unsigned char *head, size_t size)
{
    static const char ending[] = ".npy";
    const size_t name = size >= 30 ? (size_t)lhi_number(head + 26, 2) : 0;

    return size >= 30 + name && memcmp(head, "PK\3\4", 4) == 0 && name > 4 &&
           memcmp(head + 30 + name - 4, ending, 4) == 0;
}

static lh_status read_npz(lhi_stream *s, const lhi_wanted *how, lhi_table *to)
{
    return lhi_named_table(s, how, lhi_npz_read, to);
}

const lhi_source lhi_source_npz = {here, read_npz};
