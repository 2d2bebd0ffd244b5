/* schema.c -- what a checkpoint holds, as tables that writing and reading share. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/h5.h"

#include "framework/base/sha256.h"
#include "framework/base/text.h"
#include "framework/store/store.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT(group, type, name, member) \
    {group, name, LHI_TEXT, offsetof(type, member), sizeof(((type *)0)->member)}
#define NUMBER(group, type, name, kind, member) {group, name, kind, offsetof(type, member), 0}

const lhi_field lhi_root_fields[] = {
    TEXT("", lhi_root, "format", format),
    NUMBER("", lhi_root, "version", LHI_INTEGER, version),
    TEXT("", lhi_root, "type", type),
    TEXT("", lhi_root, "tape_digest", tape_digest),
    {NULL, NULL, LHI_TEXT, 0, 0},
};

const lhi_field lhi_state_fields[] = {
    NUMBER("optimizer", lhi_state, "rate", LHI_REAL, rate),
    NUMBER("optimizer", lhi_state, "momentum", LHI_REAL, momentum),
    TEXT("best", lhi_state, "watch", watch),
    NUMBER("best", lhi_state, "value", LHI_REAL, best_value),
    NUMBER("best", lhi_state, "epoch", LHI_INTEGER, best_epoch),
    NUMBER("state", lhi_state, "epoch", LHI_INTEGER, epoch),
    NUMBER("state", lhi_state, "step", LHI_INTEGER, step),
    NUMBER("state", lhi_state, "position", LHI_INTEGER, position),
    NUMBER("state", lhi_state, "loss_sum", LHI_REAL, loss_sum),
    NUMBER("state", lhi_state, "batch", LHI_INTEGER, batch),
    NUMBER("state", lhi_state, "shards", LHI_INTEGER, shards),
    NUMBER("state", lhi_state, "seed", LHI_SEED, seed),
    NUMBER("history", lhi_state, "epochs", LHI_COUNT, epochs),
    TEXT("data", lhi_state, "name", data_name),
    TEXT("data", lhi_state, "digest", data_digest),
    NUMBER("data", lhi_state, "rows", LHI_INTEGER, data_rows),
    NUMBER("data", lhi_state, "cols", LHI_INTEGER, data_cols),
    NUMBER("data", lhi_state, "train_rows", LHI_INTEGER, train_rows),
    {NULL, NULL, LHI_TEXT, 0, 0},
};

const lhi_slot lhi_slots[LHI_SLOTS] = {
    {"parameters", NULL, offsetof(lhi_state_param, value)},
    {"optimizer", "velocity", offsetof(lhi_state_param, velocity)},
    {"best", NULL, offsetof(lhi_state_param, best)},
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

void lhi_root_fill(lhi_root *root, const lhi_state *s)
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

int lhi_state_unsound(const lhi_state *s, char *reason, size_t room)
{
    for (const lhi_field *f = lhi_state_fields; f->name; f++)
        if (unsound_field(f, s, reason, room))
            return 1;
    for (size_t i = 0; i < s->params; i++)
        if (unsound_name("a parameter", s->param[i].name, reason, room))
            return 1;
    for (size_t i = 0; i < s->series_count; i++)
        if (unsound_name("a series", s->series[i].name, reason, room))
            return 1;
    if (unsound_history(s, reason, room))
        return 1;
    if (s->params <= LHI_H5_ITEMS && s->series_count <= LHI_H5_ITEMS &&
        s->config_count <= LHI_H5_ITEMS && s->provenance_count <= LHI_H5_ITEMS &&
        (!s->tape || strlen(s->tape) < LHI_H5_TEXT))
        return 0;
    snprintf(reason, room,
             "more than %d parameters, series or lines, or a tape of more than %u bytes",
             LHI_H5_ITEMS, LHI_H5_TEXT - 1);
    return 1;
}

static double element(const lhi_state *s, const void *array, size_t i)
{
    return s->type == LH_F32 ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

int lhi_state_nonfinite(const lhi_state *s, char *reason, size_t room)
{
    for (size_t k = 0; k < s->params; k++) {
        const lhi_state_param *p = &s->param[k];

        for (size_t i = 0; i < p->rows * p->cols; i++) {
            if (isfinite(element(s, p->value, i)))
                continue;
            lhi_format(reason, room, "parameter %s is %g in row %zu, column %zu (counted from 0)",
                       p->name, element(s, p->value, i), i / p->cols, i % p->cols);
            return 1;
        }
    }
    return 0;
}
