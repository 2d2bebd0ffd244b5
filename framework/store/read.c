/* read.c -- a checked file becomes a state, item by item as the schema has them. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/store.h"

#include "framework/store/h5.h"
#include "framework/system/sys.h"

#include <string.h>

static void read_root(lhi_h5 *h, hid_t file, lhi_state *s)
{
    lhi_h5_root root, expected;
    const char **lines;
    size_t count = 0;

    memset(&root, 0, sizeof root);
    for (const lhi_field *f = lhi_root_fields; f->name; f++)
        lhi_h5_read_field(h, file, f, &root);
    lines = lhi_h5_read_lines(h, file, "tape", &count);
    if (!lhi_ok(h->c))
        return;
    if (count != 1) {
        lhi_h5_bad(h, file, "tape", "is not one text");
        return;
    }
    s->tape = lhi_strdup(h->c, lines[0]);
    s->type = strcmp(root.type, "f32") == 0 ? LH_F32 : LH_F64;
    s->version = h->version;
    lhi_h5_root_fill(&expected, s);
    if (strcmp(root.format, expected.format) != 0)
        lhi_h5_bad(h, file, "format", "is not \"longhand\"");
    else if (root.version != s->version)
        lhi_h5_bad(h, file, "version", "is not the version of the user block");
    else if (strcmp(root.type, expected.type) != 0)
        lhi_h5_bad(h, file, "type", "is neither \"f32\" nor \"f64\"");
    else if (strcmp(root.tape_digest, expected.tape_digest) != 0)
        lhi_h5_bad(h, file, "tape_digest", "is not the digest of the tape");
}

static hid_t open_group(lhi_h5 *h, hid_t file, const char *name, lhi_state *s)
{
    const hid_t group = lhi_h5_item(h, file, name, H5I_GROUP);

    for (const lhi_field *f = lhi_state_fields; f->name; f++)
        if (strcmp(f->group, name) == 0 && f->since <= h->version)
            lhi_h5_read_field(h, group, f, s);
    return group;
}

static size_t members(lhi_h5 *h, hid_t group, const char *name)
{
    H5G_info_t info = {0};

    if (!lhi_ok(h->c) || lhi_h5_did(h, H5Gget_info(group, &info), group, "") < 0)
        return 0;
    if (info.nlinks <= LHI_H5_ITEMS)
        return (size_t)info.nlinks;
    lhi_h5_bad(h, group, name, "has too many members");
    return 0;
}

static void member_name(lhi_h5 *h, hid_t group, size_t index, char name[LHI_NAME])
{
    const ssize_t length = H5Lget_name_by_idx(group, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC,
                                              (hsize_t)index, name, LHI_NAME, H5P_DEFAULT);

    if (lhi_h5_did(h, length < 0 ? -1 : 0, group, "") == 0 && length >= LHI_NAME)
        lhi_h5_bad(h, group, name, "has too long a name");
}

static void read_parameters(lhi_h5 *h, hid_t file, lhi_state *s)
{
    const size_t mark = h->opens;
    const hid_t group = open_group(h, file, "parameters", s);
    const size_t count = members(h, group, "parameters");

    s->param = lhi_alloc_array(h->c, count, sizeof *s->param);
    for (size_t i = 0; i < count && lhi_ok(h->c); i++) {
        lhi_state_param *p = &s->param[i];
        hsize_t dims[2] = {0, 0};

        member_name(h, group, i, p->name);
        p->value = lhi_h5_read_array(h, group, p->name, s->type, 2, NULL, dims);
        if (lhi_ok(h->c) && (dims[0] == 0 || dims[1] == 0))
            lhi_h5_bad(h, group, p->name, "is empty");
        p->rows = (size_t)dims[0];
        p->cols = (size_t)dims[1];
        s->params = i + 1;
    }
    lhi_h5_drop(h, mark);
}

size_t lhi_h5_read_beside(lhi_h5 *h, hid_t in, const lhi_state *s, void **at)
{
    size_t found = 0;

    for (size_t i = 0; i < s->params && lhi_ok(h->c); i++) {
        const lhi_state_param *p = &s->param[i];
        const hsize_t want[2] = {p->rows, p->cols};
        hsize_t dims[2];

        if (!lhi_h5_has(h, in, p->name))
            continue;
        at[i] = lhi_h5_read_array(h, in, p->name, s->type, 2, want, dims);
        found++;
    }
    if (members(h, in, "") != found && lhi_ok(h->c))
        lhi_h5_bad(h, in, "", "has a member that is no parameter");
    return found;
}

/* The parameters to go on from, where the model is another state. */
static void read_last(lhi_h5 *h, hid_t file, lhi_state *s)
{
    const size_t mark = h->opens;
    void **last;

    if (h->version < 2 || !lhi_h5_has(h, file, "last"))
        return;
    last = lhi_alloc_array(h->c, s->params + 1, sizeof *last);
    if (last)
        lhi_h5_read_beside(h, lhi_h5_item(h, file, "last", H5I_GROUP), s, last);
    for (size_t i = 0; last && i < s->params; i++)
        s->param[i].last = last[i];
    lhi_release(h->c, last);
    lhi_h5_drop(h, mark);
}

/* A group of numbers, each under its name, where there is one. */
static void read_named(lhi_h5 *h, hid_t in, const char *group_name, lhi_state_number **number,
                       size_t *numbers)
{
    const size_t mark = h->opens;
    const hsize_t want[1] = {1};
    hid_t group;
    size_t count;

    if (!lhi_h5_has(h, in, group_name))
        return;
    group = lhi_h5_item(h, in, group_name, H5I_GROUP);
    count = members(h, group, group_name);
    *number = lhi_alloc_array(h->c, count, sizeof **number);
    for (size_t i = 0; i < count && lhi_ok(h->c); i++) {
        hsize_t dims[1];
        double *value;

        member_name(h, group, i, (*number)[i].name);
        value = lhi_h5_read_array(h, group, (*number)[i].name, LH_F64, 1, want, dims);
        (*number)[i].value = value ? *value : 0;
        lhi_release(h->c, value);
        *numbers = i + 1;
    }
    lhi_h5_drop(h, mark);
}

static void read_slots(lhi_h5 *h, hid_t in, lhi_state *s)
{
    const hid_t slots = lhi_h5_item(h, in, "slots", H5I_GROUP);
    const size_t count = members(h, slots, "slots");

    s->slot = lhi_alloc_array(h->c, count, sizeof *s->slot);
    for (size_t i = 0; i < count && lhi_ok(h->c); i++) {
        const size_t mark = h->opens;

        member_name(h, slots, i, s->slot[i].name);
        s->slot[i].at = lhi_alloc_array(h->c, s->params + 1, sizeof *s->slot[i].at);
        if (s->slot[i].at)
            lhi_h5_read_beside(h, lhi_h5_item(h, slots, s->slot[i].name, H5I_GROUP), s,
                               s->slot[i].at);
        s->slots = i + 1;
        lhi_h5_drop(h, mark);
    }
}

static void read_optimizer(lhi_h5 *h, hid_t file, lhi_state *s)
{
    const size_t mark = h->opens;
    const hid_t group = open_group(h, file, "optimizer", s);

    if (h->version >= 2)
        read_named(h, group, "hyperparameters", &s->number, &s->numbers);
    if (h->version >= 3)
        read_named(h, group, "kept", &s->kept, &s->kepts);
    if (h->version >= 2 && lhi_h5_has(h, group, "slots"))
        read_slots(h, group, s);
    lhi_h5_drop(h, mark);
}

static void read_history(lhi_h5 *h, hid_t file, lhi_state *s)
{
    const size_t mark = h->opens;
    const hid_t group = open_group(h, file, "history", s);
    const size_t count = members(h, group, "history");
    const hsize_t want[1] = {s->epochs};

    s->series = lhi_alloc_array(h->c, count, sizeof *s->series);
    for (size_t i = 0; i < count && lhi_ok(h->c); i++) {
        hsize_t dims[1];

        member_name(h, group, i, s->series[i].name);
        s->series[i].at = lhi_h5_read_array(h, group, s->series[i].name, LH_F64, 1, want, dims);
        s->series_count = i + 1;
    }
    lhi_h5_drop(h, mark);
}

/* Numbers that need not be there, NULL then. */
static double *numbers(lhi_h5 *h, hid_t in, const char *name, const hsize_t *want, hsize_t *dims)
{
    return lhi_h5_has(h, in, name) ? lhi_h5_read_array(h, in, name, LH_F64, 1, want, dims) : NULL;
}

static void read_recipe(lhi_h5 *h, hid_t data, lhi_state *s)
{
    const hsize_t cols[1] = {(hsize_t)s->data_cols};
    hsize_t dims[1] = {0};
    size_t count = 0;
    const char **lines;

    if (lhi_h5_has(h, data, "recipe")) {
        lines = lhi_h5_read_lines(h, data, "recipe", &count);
        if (lhi_ok(h->c) && count != 1)
            lhi_h5_bad(h, data, "recipe", "is not one text");
        if (lhi_ok(h->c))
            s->recipe = lhi_strdup(h->c, lines[0]);
    }
    s->scale.fill = numbers(h, data, "fill", cols, dims);
    dims[0] = 0;
    s->scale.target_mean = numbers(h, data, "target_mean", NULL, dims);
    s->scale.targets = (size_t)dims[0];
    s->scale.target_deviation = numbers(h, data, "target_deviation", dims, dims);
    if (lhi_ok(h->c) && !s->scale.target_mean != !s->scale.target_deviation)
        lhi_h5_bad(h, data, "target_mean", "stands without the other");
    dims[0] = 0;
    s->scale.class_weight = numbers(h, data, "class_weight", NULL, dims);
    s->scale.classes = (size_t)dims[0];
}

static void read_data(lhi_h5 *h, hid_t file, lhi_state *s)
{
    const size_t mark = h->opens;
    const hid_t group = open_group(h, file, "data", s);
    const hsize_t want[1] = {(hsize_t)s->data_cols}, rows[1] = {(hsize_t)s->data_rows};
    hsize_t dims[1] = {0};

    s->scale.mean = numbers(h, group, "mean", want, dims);
    s->scale.deviation = numbers(h, group, "deviation", want, dims);
    s->scale.cols = (size_t)s->data_cols;
    dims[0] = 0;
    s->held = numbers(h, group, "held", NULL, dims);
    s->held_count = (size_t)dims[0];
    if (h->version >= 3)
        read_recipe(h, group, s);
    if (h->version >= 2 && lhi_h5_has(h, group, "part"))
        s->part = lhi_h5_read_numbers(h, group, "part", H5T_STD_U16LE, H5T_NATIVE_UINT16, 1, rows,
                                      dims);
    lhi_h5_drop(h, mark);
}

/* What a file before version 3 meant by what it lacks: descent is called sgd now, its rate stood
 * still, and each batch was a move. */
static void as_now(lhi_state *s)
{
    if (strcmp(s->rule, "descent") == 0)
        memcpy(s->rule, "sgd", 4);
    memcpy(s->schedule, "constant", 9);
    s->moves = s->step;
}

static void read_all(lhi_h5 *h, void *arg)
{
    lhi_state *s = arg;
    const hid_t file = lhi_h5_open(h);
    char reason[400];

    read_root(h, file, s);
    read_parameters(h, file, s);
    read_last(h, file, s);
    read_optimizer(h, file, s);
    open_group(h, file, "best", s);
    open_group(h, file, "state", s);
    if (h->version < 3)
        s->shuffle_seed = s->seed;
    read_history(h, file, s);
    read_data(h, file, s);
    if (h->version == 1)
        lhi_h5_read_first_version(h, file, s);
    if (h->version < 3)
        as_now(s);
    if (lhi_h5_has(h, file, "config"))
        s->config = lhi_h5_read_lines(h, file, "config", &s->config_count);
    if (lhi_h5_has(h, file, "provenance"))
        s->provenance = lhi_h5_read_lines(h, file, "provenance", &s->provenance_count);
    if (lhi_ok(h->c) && (lhi_state_unsound(s, reason, sizeof reason) ||
                         lhi_state_nonfinite(s, reason, sizeof reason)))
        lhi_fail(h->c, LH_EFORMAT, "use another checkpoint", "%s: %s", h->path, reason);
}

lh_status lhi_store_read_from(lh_ctx *c, int fd, const char *path, lhi_state *s)
{
    lhi_h5 h = {.c = c, .path = path, .status = LH_EFORMAT,
                .hint = "the file is not as Longhand writes it: use another checkpoint"};

    *s = (lhi_state){.threshold = 0.5}; /* what files mean that do not say it */
    if (lhi_ok(c))
        lhi_h5_load(&h, fd);
    h.budget = h.size;
    lhi_h5_visit(&h, read_all, s);
    lhi_release(c, h.image);
    if (!lhi_ok(c))
        memset(s, 0, sizeof *s);
    return c->status;
}

lh_status lhi_store_read(lh_ctx *c, const char *path, lhi_state *s)
{
    const int fd = lhi_ok(c) ? lhi_store_open(c, path) : -1;

    memset(s, 0, sizeof *s);
    if (fd < 0)
        return c->status;
    lhi_store_read_from(c, fd, path, s);
    lhi_sys_close(fd); /* the bytes are here and checked: how it closes changes nothing */
    return c->status;
}
