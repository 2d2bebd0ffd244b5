/* schema.c -- what a checkpoint holds, as tables that writing and reading share. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/h5.h"

#include "framework/base/sha256.h"
#include "framework/base/text.h"
#include "framework/store/store.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT(group, type, name, member, since) \
    {group, name, LHI_TEXT, offsetof(type, member), sizeof(((type *)0)->member), since}
#define NUMBER(group, type, name, kind, member, since) \
    {group, name, kind, offsetof(type, member), 0, since}

const lhi_field lhi_root_fields[] = {
    TEXT("", lhi_h5_root, "format", format, 1),
    NUMBER("", lhi_h5_root, "version", LHI_INTEGER, version, 1),
    TEXT("", lhi_h5_root, "type", type, 1),
    TEXT("", lhi_h5_root, "tape_digest", tape_digest, 1),
    {NULL, NULL, LHI_TEXT, 0, 0, 0},
};

const lhi_field lhi_state_fields[] = {
    TEXT("optimizer", lhi_state, "rule", rule, 2),
    TEXT("optimizer", lhi_state, "schedule", schedule, 3),
    TEXT("best", lhi_state, "watch", watch, 1),
    NUMBER("best", lhi_state, "value", LHI_REAL, best_value, 1),
    NUMBER("best", lhi_state, "epoch", LHI_INTEGER, best_epoch, 1),
    NUMBER("best", lhi_state, "patience", LHI_INTEGER, patience, 2),
    NUMBER("state", lhi_state, "epoch", LHI_INTEGER, epoch, 1),
    NUMBER("state", lhi_state, "step", LHI_INTEGER, step, 1),
    NUMBER("state", lhi_state, "moves", LHI_INTEGER, moves, 3),
    NUMBER("state", lhi_state, "own", LHI_INTEGER, own, 3),
    NUMBER("state", lhi_state, "position", LHI_INTEGER, position, 1),
    NUMBER("state", lhi_state, "loss_sum", LHI_REAL, loss_sum, 1),
    NUMBER("state", lhi_state, "batch", LHI_INTEGER, batch, 1),
    NUMBER("state", lhi_state, "shards", LHI_INTEGER, shards, 1),
    NUMBER("state", lhi_state, "seed", LHI_SEED, seed, 1),
    NUMBER("state", lhi_state, "shuffle_seed", LHI_SEED, shuffle_seed, 3),
    NUMBER("state", lhi_state, "threshold", LHI_REAL, threshold, 3),
    NUMBER("history", lhi_state, "epochs", LHI_COUNT, epochs, 1),
    TEXT("data", lhi_state, "name", data_name, 1),
    TEXT("data", lhi_state, "digest", data_digest, 1),
    NUMBER("data", lhi_state, "rows", LHI_INTEGER, data_rows, 1),
    NUMBER("data", lhi_state, "cols", LHI_INTEGER, data_cols, 1),
    NUMBER("data", lhi_state, "train_rows", LHI_INTEGER, train_rows, 1),
    NUMBER("data", lhi_state, "trained", LHI_INTEGER, trained, 2),
    NUMBER("data", lhi_state, "streamed", LHI_INTEGER, streamed, 3),
    {NULL, NULL, LHI_TEXT, 0, 0, 0},
};

hid_t lhi_h5_disk_type(lh_type type)
{
    return type == LH_F32 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
}

hid_t lhi_h5_memory_type(lh_type type)
{
    return type == LH_F32 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
}

hid_t lhi_h5_field_type(enum lhi_field_kind kind, int memory)
{
    if (kind == LHI_REAL)
        return memory ? H5T_NATIVE_DOUBLE : H5T_IEEE_F64LE;
    if (kind == LHI_SEED)
        return memory ? H5T_NATIVE_UINT64 : H5T_STD_U64LE;
    return memory ? H5T_NATIVE_INT64 : H5T_STD_I64LE;
}

void lhi_h5_root_fill(lhi_h5_root *root, const lhi_state *s)
{
    unsigned char digest[32];

    memset(root, 0, sizeof *root);
    memcpy(root->format, "longhand", 9);
    memcpy(root->type, s->type == LH_F32 ? "f32" : "f64", 4);
    root->version = LHI_STORE_VERSION;
    lhi_sha256_of(s->tape ? s->tape : "", s->tape ? strlen(s->tape) : 0, digest);
    lhi_hex(digest, root->tape_digest);
}

static int unsound_text(const lhi_field *f, const char *text, char *reason, size_t room)
{
    if (memchr(text, 0, f->room))
        return 0;
    snprintf(reason, room, "/%s/%s has no end", f->group, f->name);
    return 1;
}

static int unsound_field(const lhi_field *f, const lhi_state *s, char *reason, size_t room)
{
    const char *at = (const char *)s + f->offset;
    int64_t value = 0;

    if (f->kind == LHI_TEXT)
        return unsound_text(f, at, reason, room);
    if (f->kind == LHI_INTEGER)
        memcpy(&value, at, sizeof value);
    if (value < 0)
        snprintf(reason, room, "/%s/%s is %lld, less than 0", f->group, f->name,
                 (long long)value);
    return value < 0;
}

static int unsound_name(const char *kind, const char *name, char *reason, size_t room)
{
    const char *fault = lhi_name_fault(name, strnlen(name, LHI_NAME), LHI_NAME_OF_ANY);

    if (fault)
        snprintf(reason, room, "the name of %s, \"%.*s\", cannot be one: %s", kind, LHI_NAME - 1,
                 name, fault);
    return fault != NULL;
}

/* A series has a number for each epoch done: whoever goes on reads the last. */
static int unsound_history(const lhi_state *s, char *reason, size_t room)
{
    if ((int64_t)s->epochs == s->epoch && (s->epochs == 0 || s->series_count > 0))
        return 0;
    snprintf(reason, room, "%lld epochs are done, and the history has %zu series of %zu",
             (long long)s->epoch, s->series_count, s->epochs);
    return 1;
}

/* Rows of a part that nobody held out, or more parts than a row's number can tell. */
static int unsound_parts(const lhi_state *s, char *reason, size_t room)
{
    size_t row = 0;

    while (s->part && row < (size_t)s->data_rows && s->part[row] <= s->held_count)
        row++;
    if (s->part && row < (size_t)s->data_rows)
        snprintf(reason, room, "/data/part says %u of row %zu, and %zu parts were held out",
                 s->part[row], row, s->held_count);
    else if (s->trained > (s->part ? (int64_t)s->held_count : 0) || s->held_count > UINT16_MAX)
        snprintf(reason, room, "part %lld was trained on of %zu that were held out",
                 (long long)s->trained, s->held_count);
    else
        return 0;
    return 1;
}

int lhi_state_unsound(const lhi_state *s, char *reason, size_t room)
{
    for (const lhi_field *f = lhi_state_fields; f->name; f++)
        if (unsound_field(f, s, reason, room))
            return 1;
    for (size_t i = 0; i < s->params; i++)
        if (unsound_name("a parameter", s->param[i].name, reason, room))
            return 1;
    for (size_t i = 0; i < s->numbers; i++)
        if (unsound_name("a number of the optimiser", s->number[i].name, reason, room))
            return 1;
    for (size_t i = 0; i < s->kepts; i++)
        if (unsound_name("a number that the optimiser keeps", s->kept[i].name, reason, room))
            return 1;
    for (size_t i = 0; i < s->slots; i++)
        if (unsound_name("a slot of the optimiser", s->slot[i].name, reason, room))
            return 1;
    for (size_t i = 0; i < s->series_count; i++)
        if (unsound_name("a series", s->series[i].name, reason, room))
            return 1;
    if (unsound_history(s, reason, room) || unsound_parts(s, reason, room))
        return 1;
    if (s->params <= LHI_H5_ITEMS && s->numbers <= LHI_H5_ITEMS && s->slots <= LHI_H5_ITEMS &&
        s->kepts <= LHI_H5_ITEMS && s->series_count <= LHI_H5_ITEMS &&
        s->config_count <= LHI_H5_ITEMS && s->provenance_count <= LHI_H5_ITEMS &&
        (!s->tape || strlen(s->tape) < LHI_H5_TEXT) &&
        (!s->recipe || strlen(s->recipe) < LHI_H5_TEXT))
        return 0;
    snprintf(reason, room,
             "more than %d parameters, slots, series or lines, or a tape or a recipe of more than "
             "%u bytes",
             LHI_H5_ITEMS, LHI_H5_TEXT - 1);
    return 1;
}

static double element(const lhi_state *s, const void *array, size_t i)
{
    return s->type == LH_F32 ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

static int nonfinite_array(const lhi_state *s, const lhi_state_param *p, const void *array,
                           char *reason, size_t room)
{
    for (size_t i = 0; array && i < p->rows * p->cols; i++) {
        if (isfinite(element(s, array, i)))
            continue;
        lhi_format(reason, room, "parameter %s is %g in row %zu, column %zu (counted from 0)",
                   p->name, element(s, array, i), i / p->cols, i % p->cols);
        return 1;
    }
    return 0;
}

int lhi_state_nonfinite(const lhi_state *s, char *reason, size_t room)
{
    for (size_t k = 0; k < s->params; k++)
        if (nonfinite_array(s, &s->param[k], s->param[k].value, reason, room) ||
            nonfinite_array(s, &s->param[k], s->param[k].last, reason, room))
            return 1;
    return 0;
}
