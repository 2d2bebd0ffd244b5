/* restore.c -- a run as a checkpoint holds it, and back. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include "framework/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The k-th parameter of the run. */
static lhi_state_param picture_of(const lh_run *r, size_t k)
{
    const lh_params *p = r->t->params;
    const size_t i = r->param[k];
    void *const now = lhi_params_at(p, p->value, i);
    lhi_state_param a = {.rows = p->at[i].rows, .cols = p->at[i].cols, .value = now};

    snprintf(a.name, sizeof a.name, "%s", p->at[i].name);
    if (r->best_epoch > 0) {
        void *const other = lhi_params_at(p, r->best, i);

        a.value = r->at_best ? now : other;
        a.last = r->at_best ? other : now;
    }
    return a;
}

/* The slots by name, an array of each for each parameter; -1: no memory. */
static int slots_of(lh_run *r, lhi_state *s)
{
    lh_params *p = r->t->params;
    const size_t own = lhi_run_slots(r);
    const size_t count = own + (r->marked ? r->copies : 0);

    if (!r->slot_state)
        r->slot_state = lhi_alloc_array(r->c, own + r->copies + 1, sizeof *r->slot_state);
    for (size_t k = 0; r->slot_state && k < count; k++) {
        lhi_state_slot *a = &r->slot_state[k];

        if (!a->at)
            a->at = lhi_alloc_array(r->c, r->params + 1, sizeof *a->at);
        if (!a->at)
            return -1;
        snprintf(a->name, sizeof a->name, "%s", p->slot[r->slot[k]].name);
        for (size_t i = 0; i < r->params; i++)
            a->at[i] = lhi_params_at(p, p->slot[r->slot[k]].at, r->param[i]);
    }
    s->slot = r->slot_state;
    s->slots = count;
    return r->slot_state ? 0 : -1;
}

static void put_number(lhi_state_number *list, size_t *count, const char *name, double value)
{
    snprintf(list[*count].name, LHI_NAME, "%s", name);
    list[(*count)++].value = value;
}

/* Numbers that a run goes on with: those that are 0 need no name. */
static int kept_of(lh_run *r, lhi_state *s)
{
    static const char *const names[] = {"pairs", "newest pair"};
    const lh_params *p = r->t->params;

    if (!r->kept_state)
        r->kept_state = lhi_alloc_array(r->c, r->params + 3 + LHI_BACK_KEPT,
                                        sizeof *r->kept_state);
    if (!r->kept_state)
        return -1;
    s->kept = r->kept_state;
    for (size_t k = 0; k < 2; k++)
        if (r->kept[k] != 0)
            put_number(s->kept, &s->kepts, names[k], r->kept[k]);
    if (r->gathered)
        put_number(s->kept, &s->kepts, "gathered", (double)r->gathered);
    for (size_t i = 0; i < r->params; i++) {
        const lhi_param *a = &p->at[r->param[i]];
        char name[LHI_NAME];

        lhi_format(name, sizeof name, "*%s", a->name);
        if (a->factor != 1)
            put_number(s->kept, &s->kepts, name, a->factor);
    }
    lhi_back_put(r, s);
    return 0;
}

int lhi_run_rule(lh_run *r, lhi_state *s)
{
    snprintf(s->rule, sizeof s->rule, "%s", r->optim.row->name);
    snprintf(s->schedule, sizeof s->schedule, "%s", r->optim.schedule->name);
    s->number = r->number;
    s->numbers = r->numbers;
    return slots_of(r, s) != 0 || kept_of(r, s) != 0 ? -1 : 0;
}

/* The data and what was made of them; a loop of the driver's own has none. */
static void data_of(const lh_run *r, lhi_state *s)
{
    const lh_data *d = r->d, *fit = d->fit;

    if (!d->frame)
        return;
    s->data_rows = (int64_t)d->file_rows;
    s->data_cols = (int64_t)d->cols;
    s->train_rows = (int64_t)d->rows;
    s->scale = fit->scale;
    if (!lhi_data_fills(fit))
        s->scale.fill = NULL;
    s->held = fit->held;
    s->held_count = fit->held_count;
    s->part = fit->part;
    s->trained = d->index;
    s->streamed = d->table->streams;
    s->recipe = lhi_recipe_write(r->c, d->frame->how);
    snprintf(s->data_name, sizeof s->data_name, "%s", d->name);
    snprintf(s->data_digest, sizeof s->data_digest, "%s", d->digest);
}

lh_status lhi_run_state(lh_run *r, lhi_state *s)
{
    const lh_params *p = r->t->params;

    *s = (lhi_state){
        .type = p->type, .epoch = r->epoch, .step = r->step, .moves = r->moves, .own = r->own,
        .position = (int64_t)r->position, .loss_sum = r->loss_sum, .batch = (int64_t)r->batch,
        .shards = (int64_t)r->w->shards, .seed = r->c->set.seed,
        .shuffle_seed = lhi_shuffle_seed(r->c), .threshold = p->threshold,
        .best_value = r->best_value, .best_epoch = r->best_epoch, .patience = r->patience,
        .series = r->series, .series_count = r->series_count, .epochs = (size_t)r->epoch,
        .params = r->params};
    snprintf(s->watch, sizeof s->watch, "%s", r->watch);
    data_of(r, s);
    s->tape = r->listing ? lhi_strdup(r->c, r->listing) : lhi_listing(r->t, r->p);
    s->param = lhi_alloc_array(r->c, r->params, sizeof *s->param);
    if (!lhi_ok(r->c) || lhi_run_rule(r, s) != 0)
        return r->c->status;
    for (size_t k = 0; k < r->params; k++)
        s->param[k] = picture_of(r, k);
    s->config_count = lhi_config(r->c, &s->config);
    return r->c->status;
}

static void free_lines(lh_ctx *c, const char **line, size_t count)
{
    for (size_t i = 0; i < count; i++)
        lhi_release(c, (char *)(uintptr_t)line[i]); /* ours: const is for those who read them */
    lhi_release(c, line);
}

void lhi_run_state_free(lh_run *r, lhi_state *s)
{
    free_lines(r->c, s->config, s->config_count);
    free_lines(r->c, s->provenance, s->provenance_count);
    lhi_release(r->c, s->param);
    lhi_release(r->c, s->tape);
    lhi_release(r->c, s->recipe);
}

const lhi_state_slot *lhi_slot_named(const lhi_state *s, const char *name)
{
    for (size_t i = 0; i < s->slots; i++)
        if (strcmp(s->slot[i].name, name) == 0)
            return &s->slot[i];
    return NULL;
}

const lhi_state_number *lhi_number_named(const lhi_state_number *list, size_t count,
                                         const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

double lhi_kept_value(const lhi_state *s, const char *name, double otherwise)
{
    const lhi_state_number *n = lhi_number_named(s->kept, s->kepts, name);

    return n ? n->value : otherwise;
}

static void take_history(lh_run *r, const lhi_state *s)
{
    const long epoch = r->epoch;

    for (size_t k = 0; k < s->series_count; k++)
        for (r->epoch = 1; (size_t)r->epoch <= s->epochs; r->epoch++)
            lhi_run_note(r, s->series[k].name, s->series[k].at[r->epoch - 1]);
    r->epoch = epoch;
    for (size_t k = 0; k < s->series_count && epoch > 0; k++)
        if (strcmp(s->series[k].name, "loss") == 0)
            r->last_loss = s->series[k].at[epoch - 1];
}

static void take_kept(lh_run *r, const lhi_state *s)
{
    lh_params *p = r->t->params;

    r->kept[0] = lhi_kept_value(s, "pairs", 0);
    r->kept[1] = lhi_kept_value(s, "newest pair", 0);
    r->gathered = (long)lhi_kept_value(s, "gathered", 0);
    for (size_t i = 0; i < r->params; i++) {
        char name[LHI_NAME];

        lhi_format(name, sizeof name, "*%s", p->at[r->param[i]].name);
        p->at[r->param[i]].factor = lhi_kept_value(s, name, 1);
    }
    lhi_back_take(r, s);
}

lh_status lhi_run_restore(lh_run *r, const lhi_state *s, const char *path)
{
    lh_params *p = r->t->params;
    if (lhi_run_compare(r, s, path) != LH_OK)
        return r->c->status;
    if (s->best_epoch > 0 && lhi_run_best_room(r) != 0)
        return r->c->status;
    for (size_t k = 0; k < r->params; k++) {
        const lhi_state_param *a = &s->param[k];
        const size_t i = r->param[k];
        const size_t bytes = lhi_params_bytes(p, i);

        memcpy(lhi_params_at(p, p->value, i), a->last ? a->last : a->value, bytes);
        for (size_t j = 0; j < lhi_run_slots(r) + r->copies; j++) {
            const lhi_slot *own = &p->slot[r->slot[j]];
            const lhi_state_slot *slot = lhi_slot_named(s, own->name);

            if (slot && slot->at[k])
                memcpy(lhi_params_at(p, own->at, i), slot->at[k], bytes);
        }
        if (s->best_epoch > 0)
            memcpy(lhi_params_at(p, r->best, i), a->value, bytes);
    }
    p->threshold = s->threshold;
    r->epoch = (long)s->epoch;
    r->step = (long)s->step;
    r->moves = (long)s->moves;
    r->own = (long)s->own;
    take_kept(r, s);
    r->position = (size_t)s->position;
    r->loss_sum = s->loss_sum;
    r->best_value = s->best_value;
    r->best_epoch = (long)s->best_epoch;
    r->patience = (long)s->patience;
    snprintf(r->watch, sizeof r->watch, "%s", s->watch);
    take_history(r, s);
    return r->c->status;
}
