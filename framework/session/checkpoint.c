/* checkpoint.c -- saving a run, and opening what was saved. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/place.h"
#include "framework/base/ranks.h"
#include "framework/base/stop.h"
#include "framework/ops/ops.h"
#include "framework/session/keep.h"
#include "framework/session/session.h"
#include "framework/store/store.h"
#include "framework/system/sys.h"
#include "framework/train/run.h"

#include <string.h>

static void save(lh_run *r, const char *path)
{
    LHI_USUAL_FLOATS(r->c);
    const double began = lhi_sys_clock();
    lhi_keeper *k = lhi_keeper_of(r, path);
    lhi_state s;

    if (k)
        lhi_keep_wait(k);
    if (lhi_run_state(r, &s) == LH_OK) {
        if (!r->c->set.reproducible)
            s.provenance_count = lhi_provenance(r->c, &s.provenance);
        lhi_place_sweep(r->c, path);
        if (k)
            lhi_keep_now(k, &s);
        else
            lhi_store_write(r->c, &s, path);
    }
    lhi_run_state_free(r, &s);
    lhi_stop_saving(r->c, lhi_sys_clock() - began);
}

/* What the rank that writes has come to is what the call has come to on all of them, so that a
 * program that looks at it goes on as one; and the file is there when any of them goes on. */
static void agree(lh_ctx *c)
{
    struct {
        lh_status status;
        char text[sizeof c->message];
    } first;

    if (!c->ranks || c->status == LH_HELP)
        return;
    first.status = c->status;
    memcpy(first.text, c->message, sizeof first.text);
    lhi_ranks_tell(c, &first, sizeof first);
    if (c->silent && first.status != LH_OK)
        lhi_fail(c, first.status, NULL, "%s", first.text);
}

lh_status lh_save(lh_run *r, const char *path)
{
    if (!r)
        return LH_EUSAGE;
    if (!lhi_ok(r->c) || r->inert)
        return r->c->status;
    if (!path || !path[0])
        lhi_fail(r->c, LH_EUSAGE, NULL, "lh_save: there is no path");
    else if (lhi_run_good(r, "lh_save")) {
        lhi_ranks_meet(r->c, LHI_MEET_SAVE, r->step, 0);
        if (!lhi_ok(r->c)) /* the ranks have parted: no error of this call alone */
            return r->c->status;
        save(r, path);
        agree(r->c);
    }
    return lhi_call_ends(r->c);
}

/* The recipe and the scale must be of as many columns. */
static void take_recipe(lh_checkpoint *k)
{
    const lhi_state *s = &k->state;
    const size_t cols = (size_t)s->data_cols;

    if (cols == 0 && !s->recipe)
        return; /* a state that no data set has given */
    k->how = s->recipe ? lhi_recipe_parse(k->c, s->recipe, k->path)
                       : lhi_recipe_plain(k->c, cols);
    if (k->how && (k->how->cols != cols || (s->scale.targets > 0 &&
                                           (s->scale.targets != k->how->targets ||
                                            k->how->labels != LH_LABELS_VALUES))))
        lhi_fail(k->c, LH_EFORMAT, "use another checkpoint",
                 "%s: its recipe makes %zu features and %zu columns of labels, and it has the "
                 "scale of %zu and %zu", k->path, k->how->cols, k->how->targets, cols,
                 s->scale.targets);
}

lh_checkpoint *lhi_checkpoint_from(lh_ctx *c, int fd, const char *path)
{
    lh_checkpoint *k = lhi_alloc(c, sizeof *k);

    if (!k)
        return NULL;
    k->c = c;
    k->path = lhi_strdup(c, path);
    if (k->path && lhi_store_read_from(c, fd, path, &k->state) == LH_OK)
        take_recipe(k);
    return lhi_ok(c) ? k : NULL;
}

lh_checkpoint *lh_checkpoint_open(lh_ctx *c, const char *path)
{
    LHI_USUAL_FLOATS(c);
    lh_checkpoint *k = NULL;
    int fd = -1;

    if (!lhi_ok(c))
        return NULL;
    if (path)
        fd = lhi_store_open(c, path);
    else
        lhi_fail(c, LH_EUSAGE, NULL, "lh_checkpoint_open: there is no path");
    if (fd >= 0) {
        k = lhi_checkpoint_from(c, fd, path);
        lhi_sys_close(fd); /* the bytes are here and checked: how it closes changes nothing */
    }
    return lhi_call_ends(c) == LH_OK ? k : NULL;
}

static const lhi_state_param *find(const lhi_state *s, const char *name)
{
    for (size_t i = 0; i < s->params; i++)
        if (strcmp(s->param[i].name, name) == 0)
            return &s->param[i];
    return NULL;
}

/* The file's parameter of that name, in the shape that the tape has declared. */
static const lhi_state_param *fitting(lh_checkpoint *k, const lhi_param *p)
{
    const lhi_state_param *a = find(&k->state, p->name);

    if (a && a->rows == p->rows && a->cols == p->cols)
        return a;
    lhi_fail(k->c, LH_EFORMAT, "use another checkpoint",
             "%s: its tape and its parameter '%s' do not fit", k->path, p->name);
    return NULL;
}

/* The model of the file into the store that its tape has made: values, scale and rule.  All
 * shapes are compared before anything is laid out: what a tape only declares takes no memory. */
static int take_model(lh_checkpoint *k, lh_params *p)
{
    const lhi_state_param *a;

    for (size_t i = 0; i < p->count; i++)
        if (!fitting(k, &p->at[i]))
            return -1;
    if (lhi_params_lay(p) != 0)
        return -1;
    for (size_t i = 0; i < p->count; i++)
        if ((a = fitting(k, &p->at[i])) != NULL)
            memcpy(lhi_params_at(p, p->value, i), a->value, lhi_params_bytes(p, i));
    p->scale = k->state.scale;
    p->scaled_by = k->state.data_name;
    p->threshold = k->state.threshold;
    p->rule = k->state.rule;
    return 0;
}

lh_var lh_checkpoint_network(lh_checkpoint *k)
{
    LHI_USUAL_FLOATS(k ? k->c : NULL);
    lh_var none = {NULL, UINT32_MAX, 0}, L;
    lh_params *p;
    lh_tape *t;

    if (!k || !lhi_ok(k->c))
        return none;
    p = lh_params_new(k->c, k->state.type);
    t = lh_tape_new(p);
    if (!t)
        return none;
    p->type = k->state.type; /* the file's, whatever --type says */
    L = lhi_record_listing(t, k->state.tape, k->path);
    return lhi_ok(k->c) && take_model(k, p) == 0 ? L : (lh_var){t, UINT32_MAX, 0};
}

lh_status lh_checkpoint_standardize(lh_checkpoint *k, lh_data *d)
{
    if (k && lhi_ok(k->c) && (!d || d->c != k->c))
        return lhi_fail(k->c, LH_EUSAGE, "open both with one context",
                        "%s: there are no data of its context to standardise", k->path);
    LHI_USUAL_FLOATS(k ? k->c : NULL);

    if (!k)
        return LH_EUSAGE;
    if (!lhi_ok(k->c))
        return k->c->status;
    lhi_data_scale(d, &k->state.scale);
    return lhi_call_ends_if_trained(k->c);
}

lh_data *lh_checkpoint_data(lh_checkpoint *k, const char *path)
{
    LHI_USUAL_FLOATS(k ? k->c : NULL);
    lh_data *d;

    if (!k || !lhi_ok(k->c))
        return lhi_data_inert(k ? k->c : NULL);
    if (!path || !k->how)
        lhi_fail(k->c, LH_EUSAGE, NULL, path ? "%s: it was trained on no data"
                                             : "%s: there is no path to the data", k->path);
    d = lhi_ok(k->c) ? lhi_data_like_recipe(k->c, path, k->how, 0) : NULL;
    if (lhi_ok(k->c))
        lhi_data_scale(d, &k->state.scale);
    return lhi_call_ends_if_trained(k->c) == LH_OK ? d : lhi_data_inert(k->c);
}

const char *lh_checkpoint_watched(lh_checkpoint *k)
{
    return k && k->state.best_epoch > 0 ? k->state.watch : "";
}

void lh_checkpoint_print(lh_checkpoint *k, FILE *out)
{
    LHI_USUAL_FLOATS(k ? k->c : NULL);

    if (k && out && lhi_ok(k->c))
        lhi_store_print(&k->state, k->path, out);
}
