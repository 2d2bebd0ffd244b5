/* source.c -- a table from a file, or from the library itself. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"
#include "framework/data/csv.h"

#include <string.h>

/* The built-in file, made from data/wdbc.csv by build-aux/embed.sh. */
extern const unsigned char lhi_wdbc[];
extern const size_t lhi_wdbc_size;

lh_status lhi_table_read(lh_ctx *c, const char *path, lh_type keep, enum lhi_cells cells,
                         lhi_table *to)
{
    const char *slash = strrchr(path, '/');
    char *name = lhi_strdup(c, slash ? slash + 1 : path);
    lhi_stream stream;
    lhi_sha256 digest;

    if (!name)
        return c->status;
    lhi_make_utf8(name); /* files that are UTF-8 will have it */
    to->name = name;
    if ((strcmp(path, "wdbc") == 0
             ? lhi_stream_open_bytes(&stream, c, path, lhi_wdbc, lhi_wdbc_size)
             : lhi_stream_open(&stream, c, path)) != LH_OK)
        return c->status;
    lhi_sha256_begin(&digest);
    stream.digest = &digest;
    lhi_csv_read(&stream, keep, cells, to);
    lhi_stream_close(&stream);
    return c->status;
}
