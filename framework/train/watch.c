/* watch.c -- the history of a run, and early stopping by one of its values. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Room for the present epoch in every series, NaN where nothing is noted yet. */
static int lengthen(lh_run *r)
{
    size_t room = r->history_room;

    if ((size_t)r->epoch <= room)
        return 0;
    while (room < (size_t)r->epoch)
        room = room ? room * 2 : 64;
    for (size_t i = 0; i < r->series_count; i++) {
        size_t had = r->history_room;

        if (lhi_grow(r->c, &r->series[i].at, &had, room, sizeof(double)) != 0)
            return -1;
        for (size_t e = r->history_room; e < room; e++)
            r->series[i].at[e] = (double)NAN;
    }
    r->history_room = room;
    return 0;
}

static lhi_state_series *add(lh_run *r, const char *name)
{
    lhi_state_series *s;

    if (lhi_grow(r->c, &r->series, &r->series_room, r->series_count + 1, sizeof *s) != 0)
        return NULL;
    s = &r->series[r->series_count];
    snprintf(s->name, sizeof s->name, "%s", name);
    s->at = lhi_alloc_array(r->c, r->history_room, sizeof *s->at);
    if (!s->at)
        return NULL;
    for (size_t e = 0; e < r->history_room; e++)
        s->at[e] = (double)NAN;
    r->series_count++;
    return s;
}

/* The history has the loss and the norms of the epoch from the run itself. */
static int says_otherwise(const lh_run *r, const char *name, double value)
{
    if (strcmp(name, "loss") == 0) /* a loop of one's own may have none that the run knows */
        return r->last_loss == r->last_loss && !(value == r->last_loss);
    return name[0] == '|';
}

static int good_series(lh_run *r, const char *name, double value, const char *caller)
{
    const char *fault = lhi_name_fault(name, name ? strlen(name) : 0, LHI_NAME_OF_ANY);

    if (fault)
        lhi_fail(r->c, LH_ENAME, "1 to 63 bytes, no comma and no slash",
                 "%s: '%s' cannot be the name of a series: %s", caller, name ? name : "(null)",
                 fault);
    else if (says_otherwise(r, name, value))
        lhi_fail(r->c, LH_ENAME, "\"my loss\" is free",
                 "%s: '%s' is what the run itself writes to its history", caller, name);
    else
        return 1;
    return 0;
}

void lhi_run_note(lh_run *r, const char *name, double value)
{
    lhi_state_series *s = NULL;

    if (r->epoch == 0 || lengthen(r) != 0)
        return;
    for (size_t i = 0; i < r->series_count && !s; i++)
        if (strcmp(r->series[i].name, name) == 0)
            s = &r->series[i];
    if (!s)
        s = add(r, name);
    if (s)
        s->at[r->epoch - 1] = value;
}

/* 1 when the run can be told about the epoch just trained; the error is kept otherwise. */
static int may_note(lh_run *r, const char *name, double value, const char *caller)
{
    if (!lhi_run_good(r, caller) || !good_series(r, name, value, caller))
        return 0;
    if (r->epoch > 0)
        return 1;
    lhi_fail(r->c, LH_ESTATE, "call it after lh_epoch()", "%s: no epoch has been trained yet",
             caller);
    return 0;
}

void lh_note(lh_run *r, const char *name, double value)
{
    if (!r || r->inert || !lhi_ok(r->c))
        return;
    if (may_note(r, name, value, "lh_note"))
        lhi_run_note(r, name, value);
    lhi_call_ends(r->c);
}

int lhi_run_best_room(lh_run *r)
{
    const lh_params *p = r->t->params;

    if (!r->best)
        r->best = lhi_alloc_array(r->c, p->laid_size, lhi_type_size(p->type));
    return r->best ? 0 : -1;
}

static void watch(lh_run *r, const char *name, double value, long patience)
{
    const lh_params *p = r->t->params;

    if (r->watch[0] && strcmp(r->watch, name) != 0) {
        lhi_fail(r->c, LH_ESTATE, NULL, "lh_watch: this run already watches '%s', not '%s'",
                 r->watch, name);
        return;
    }
    snprintf(r->watch, sizeof r->watch, "%s", name);
    r->patience = patience;
    lhi_run_note(r, name, value);
    /* A NaN is no value that another could be smaller than. */
    if (r->epoch == 0 || value != value || (r->best_epoch > 0 && value >= r->best_value) ||
        lhi_run_best_room(r) != 0)
        return;
    lhi_run_turn(r, 0);
    r->best_value = value;
    r->best_epoch = r->epoch;
    for (size_t k = 0; k < r->params; k++)
        memcpy(lhi_params_at(p, r->best, r->param[k]), lhi_params_at(p, p->value, r->param[k]),
               lhi_params_bytes(p, r->param[k]));
}

void lh_patience(lh_run *r, long patience)
{
    if (!r || r->inert || !lhi_ok(r->c))
        return;
    if (patience < 0)
        lhi_fail(r->c, LH_EUSAGE, "0 never stops", "lh_patience: a patience of %ld epochs is none",
                 patience);
    else if (lhi_run_good(r, "lh_patience"))
        r->patience = patience;
    lhi_call_ends(r->c);
}

int lhi_run_has_ended(const lh_run *r)
{
    return r->watch[0] && r->patience > 0 && r->epoch - r->best_epoch >= r->patience;
}

void lhi_run_say_end(lh_run *r)
{
    if (r->told)
        return;
    r->told = 1;
    if (r->best_epoch > 0)
        lh_say(r->c,
               "ended by its patience of %ld after epoch %ld; the model is that of epoch %ld, with "
               "the smallest %s",
               r->patience, r->epoch, r->best_epoch, r->watch);
    else
        lh_say(r->c, "ended by its patience of %ld after epoch %ld: %s was never a number",
               r->patience, r->epoch, r->watch);
}

void lhi_run_turn(lh_run *r, int to_best)
{
    const lh_params *p = r->t->params;

    if (r->best_epoch == 0 || r->at_best == to_best)
        return;
    /* The arrays change their contents and not their places, which a workspace knows. */
    for (size_t k = 0; k < r->params; k++) {
        unsigned char *value = lhi_params_at(p, p->value, r->param[k]);
        unsigned char *best = lhi_params_at(p, r->best, r->param[k]);

        for (size_t i = 0; i < lhi_params_bytes(p, r->param[k]); i++) {
            const unsigned char b = value[i];

            value[i] = best[i];
            best[i] = b;
        }
    }
    r->at_best = to_best;
}

void lh_watch(lh_run *r, const char *name, double value, long patience)
{
    if (!r || r->inert || !lhi_ok(r->c))
        return;
    if (patience < 0)
        lhi_fail(r->c, LH_EUSAGE, "0 never stops", "lh_watch: a patience of %ld epochs is none",
                 patience);
    else if (may_note(r, name, value, "lh_watch"))
        watch(r, name, value, patience);
    lhi_call_ends(r->c);
}

void lh_take_best(lh_run *r)
{
    if (!r || r->inert || !lhi_ok(r->c))
        return;
    if (lhi_run_good(r, "lh_take_best"))
        lhi_run_turn(r, 1);
    lhi_call_ends(r->c);
}

long lh_best_epoch(const lh_run *r)
{
    return r ? r->best_epoch : 0;
}
