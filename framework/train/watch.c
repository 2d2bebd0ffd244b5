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

static int good_name(lh_run *r, const char *name)
{
    const size_t length = name ? strlen(name) : 0;
    int good = length > 0 && length < LHI_NAME;

    for (size_t i = 0; good && i < length; i++)
        good = (unsigned char)name[i] >= ' ' && name[i] != 127 && name[i] != '/' && name[i] != ',';
    if (!good)
        lhi_fail(r->c, LH_ENAME, "1 to 63 characters, no comma and no slash",
                 "lh_note: '%s' cannot be the name of a series", name ? name : "(null)");
    return good;
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

void lh_note(lh_run *r, const char *name, double value)
{
    if (r && !r->inert && lhi_ok(r->c) && good_name(r, name))
        lhi_run_note(r, name, value);
}

void lh_watch(lh_run *r, const char *name, double value, long patience)
{
    lh_params *p;

    if (!r || r->inert || !lhi_ok(r->c) || !good_name(r, name))
        return;
    if (r->watch[0] && strcmp(r->watch, name) != 0) {
        lhi_fail(r->c, LH_ESTATE, NULL, "lh_watch: this run already watches '%s', not '%s'",
                 r->watch, name);
        return;
    }
    snprintf(r->watch, sizeof r->watch, "%s", name);
    lhi_run_note(r, name, value);
    p = r->t->params;
    if (lhi_params_slot(p, &p->best) != 0)
        return;
    if (r->best_epoch == 0 || value < r->best_value) {
        r->best_value = value;
        r->best_epoch = r->epoch;
        memcpy(p->best, p->value, p->laid_size * lhi_type_size(p->type));
    }
    if (patience > 0 && r->epoch - r->best_epoch >= patience)
        r->stopped = 1;
}

void lh_take_best(lh_run *r)
{
    lh_params *p = r && !r->inert ? r->t->params : NULL;

    if (p && lhi_ok(r->c) && r->best_epoch > 0)
        memcpy(p->value, p->best, p->laid_size * lhi_type_size(p->type));
}
