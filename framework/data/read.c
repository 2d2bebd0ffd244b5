/* read.c -- a data set of any kind from a file, and the options that say how. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/text.h"
#include "framework/data/data.h"
#include "framework/data/stream.h"
#include "framework/system/sys.h"

#include <string.h>

static lh_status refuse(lh_ctx *c, const char *option, long value, const char *hint)
{
    return lhi_fail(c, LH_EUSAGE, hint, "lh_data_read: %s %ld is none of its values", option,
                    value);
}

lh_status lhi_reading_check(lh_ctx *c, const lh_reading *how)
{
    if ((unsigned)how->labels > LH_LABELS_VALUES)
        return refuse(c, "labels", (long)how->labels, "LH_LABELS_AUTO looks for itself");
    if ((unsigned)how->missing > LH_MISSING_INDICATOR)
        return refuse(c, "missing", (long)how->missing, "LH_MISSING_REFUSE is the default");
    if ((unsigned)how->scale > LH_SCALE_ROBUST)
        return refuse(c, "scale", (long)how->scale, "LH_SCALE_STANDARD is the default");
    return LH_OK;
}

/* Without an order of rows it makes no difference whether they stream: large arrays do. */
static lh_status table_of(lh_ctx *c, const char *path, lhi_table *t)
{
    const uint64_t memory = lhi_sys_memory();
    enum lhi_file_kind kind;
    uint64_t size = 0;
    const int fd = lhi_sys_open(path, &kind, &size);

    if (fd >= 0)
        (void)lhi_sys_close(fd);
    return fd >= 0 && (size > LHI_STREAM_MOST || (memory > 0 && size > memory / 2))
               ? lhi_table_stream(c, path, t)
               : lhi_table_read(c, path, LH_F64, LHI_CELLS_LOOSE, t);
}

lh_data *lhi_data_of(lh_ctx *c, const lhi_table *t, const lh_reading *how)
{
    const lhi_recipe *r = lhi_recipe_new(c, t, how);
    const lhi_frame *f = r ? lhi_frame_new(c, t, r, 1) : NULL;

    return f ? lhi_data_new(c, f) : NULL;
}

static lh_data *read_data(lh_ctx *c, const char *path, const lh_reading *how,
                          enum lhi_cells cells)
{
    lhi_table *t = lhi_alloc(c, sizeof *t);

    if (!t || (how->stream
                   ? lhi_table_stream(c, path, t)
                   : lhi_table_read(c, path, how->keep_f32 ? LH_F32 : LH_F64, cells, t)) != LH_OK)
        return NULL;
    return lhi_data_of(c, t, how);
}

lh_data *lh_data_open(lh_ctx *c, const char *path)
{
    LHI_USUAL_FLOATS(c);
    static const lh_reading plain = {.labels = LH_LABELS_BINARY};
    lh_data *d = NULL;

    if (!c || !lhi_ok(c))
        return lhi_data_inert(c);
    if (!path)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_data_open() needs the name of a file");
    else
        d = read_data(c, path, &plain, LHI_CELLS_STRICT);
    return lhi_call_ends_if_trained(c) == LH_OK ? d : lhi_data_inert(c);
}

lh_data *lh_data_read(lh_ctx *c, const char *path, const lh_reading *how)
{
    LHI_USUAL_FLOATS(c);
    static const lh_reading defaults = {.label = NULL};
    lh_data *d = NULL;

    if (!c || !lhi_ok(c))
        return lhi_data_inert(c);
    if (!how)
        how = &defaults;
    if (!path)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_data_read() needs the name of a file");
    else if (lhi_reading_check(c, how) == LH_OK)
        d = read_data(c, path, how, LHI_CELLS_LOOSE);
    return lhi_call_ends_if_trained(c) == LH_OK ? d : lhi_data_inert(c);
}

static lh_data *like_recipe(lh_ctx *c, const lhi_table *t, const lhi_recipe *how, int labelled)
{
    const lhi_frame *f = lhi_ok(c) ? lhi_frame_new(c, t, how, labelled) : NULL;
    lh_data *d = f ? lhi_data_new(c, f) : NULL;

    return d ? d : lhi_data_inert(c);
}

lh_data *lhi_data_like_recipe(lh_ctx *c, const char *path, const lhi_recipe *how, int labelled)
{
    lhi_table *t = lhi_alloc(c, sizeof *t);

    if (t)
        table_of(c, path, t);
    return like_recipe(c, t, how, labelled);
}

lh_data *lhi_data_again(lh_ctx *c, const char *path, const lhi_recipe *how, lh_type type,
                        int streams)
{
    lhi_table *t = lhi_alloc(c, sizeof *t);

    if (t && streams)
        lhi_table_stream(c, path, t);
    else if (t)
        lhi_table_read(c, path, type, LHI_CELLS_LOOSE, t);
    return like_recipe(c, t, how, 1);
}

/* The place of a word among those of an option. */
static int place_of(const char *word, const char *words)
{
    int place = 0;

    for (const char *at = words; *at; at += at[0] == '|', place++) {
        const size_t length = strcspn(at, "|");

        if (strlen(word) == length && memcmp(word, at, length) == 0)
            return place;
        at += length;
    }
    return 0;
}

lh_reading lh_opt_reading(lh_ctx *c)
{
    static const char labels[] = "auto|binary|classes|values";
    static const char missing[] = "refuse|mean|median|indicator";
    static const char scale[] = "standard|none|minmax|robust";
    lh_reading r = {.label = lh_opt_text(c, "label", "", "column of the labels, by name or number; "
                                                         "several: A,B")};

    r.labels = (lh_labels)place_of(lh_opt_choice(c, "labels", labels, "what they are"), labels);
    r.drop = lh_opt_text(c, "drop", "", "columns to leave out");
    r.only = lh_opt_text(c, "only", "", "columns of features, and no others");
    r.missing = (lh_missing)place_of(lh_opt_choice(c, "missing", missing, "what becomes of missing "
                                                                          "cells"), missing);
    r.scale = (lh_scale)place_of(lh_opt_choice(c, "scale", scale, "how features are scaled"),
                                 scale);
    r.weight = lh_opt_text(c, "weight", "", "column with the rows' weights");
    r.balance = lh_opt_flag(c, "balance", "let all classes weigh the same");
    r.group = lh_opt_text(c, "group", "", "column whose equal rows stay together in a split");
    r.stratify = lh_opt_flag(c, "stratify", "keep the shares of the classes in a split");
    r.stream = lh_opt_flag(c, "stream",
                           "leave the rows in their file (.npy, .h5), larger than memory");
    r.keep_f32 = lh_opt_flag(c, "keep-f32", "keep the rows in memory as f32");
    return r;
}

lh_labels lh_labels_of(const lh_data *d)
{
    return lhi_data_is_inert(d) ? LH_LABELS_BINARY : d->frame->how->labels;
}

ptrdiff_t lh_outputs(const lh_data *d)
{
    const lhi_recipe *r = lhi_data_is_inert(d) ? NULL : d->frame->how;

    if (!r)
        return 1;
    return (ptrdiff_t)(r->labels == LH_LABELS_CLASSES ? r->label[0].values : r->targets);
}

ptrdiff_t lh_classes(const lh_data *d)
{
    const lhi_recipe *r = lhi_data_is_inert(d) ? NULL : d->frame->how;

    if (!r)
        return 2;
    return r->labels == LH_LABELS_VALUES ? 0 : (ptrdiff_t)r->label[0].values;
}

const char *lh_class_name(const lh_data *d, size_t k)
{
    const lhi_used *u = lhi_data_is_inert(d) ? NULL : &d->frame->how->label[0];

    if (!u || k >= u->values)
        return "";
    return u->value ? u->value[k] : lhi_strf(d->c, "%.17g", u->number[k]);
}
