/* snapshot.c -- a state as it was at one moment, while its run goes on. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/snapshot.h"

#include "framework/base/type.h"

#include <string.h>

/* Counts the bytes where there is no block yet, and else puts them there. */
typedef struct packing {
    unsigned char *block;
    size_t used;
} packing;

static void *put(packing *k, const void *from, size_t bytes)
{
    void *to = NULL;

    if (!from)
        return NULL;
    if (k->block) {
        to = k->block + k->used;
        memcpy(to, from, bytes);
    }
    k->used += (bytes + 15) / 16 * 16;
    return to;
}

static char *put_text(packing *k, const char *text)
{
    return put(k, text, text ? strlen(text) + 1 : 0);
}

static const char **put_lines(packing *k, const char *const *line, size_t count)
{
    const char **to = put(k, line, count * sizeof *line);

    for (size_t i = 0; i < count; i++) {
        const char *copy = put_text(k, line[i]);

        if (to)
            to[i] = copy;
    }
    return to;
}

static size_t bytes_of(const lhi_state *s, size_t param)
{
    return s->param[param].rows * s->param[param].cols * lhi_type_size(s->type);
}

static lhi_state_param *put_params(packing *k, const lhi_state *s)
{
    lhi_state_param *to = put(k, s->param, s->params * sizeof *to);

    for (size_t i = 0; i < s->params; i++) {
        void *value = put(k, s->param[i].value, bytes_of(s, i));
        void *last = put(k, s->param[i].last, bytes_of(s, i));

        if (to) {
            to[i].value = value;
            to[i].last = last;
        }
    }
    return to;
}

static lhi_state_slot *put_slots(packing *k, const lhi_state *s)
{
    lhi_state_slot *to = put(k, s->slot, s->slots * sizeof *to);

    for (size_t i = 0; i < s->slots; i++) {
        void **at = put(k, s->slot[i].at, s->params * sizeof *at);

        for (size_t p = 0; p < s->params; p++) {
            void *array = put(k, s->slot[i].at[p], bytes_of(s, p));

            if (at)
                at[p] = array;
        }
        if (to)
            to[i].at = at;
    }
    return to;
}

static lhi_state_series *put_history(packing *k, const lhi_state *s)
{
    lhi_state_series *to = put(k, s->series, s->series_count * sizeof *to);

    for (size_t i = 0; i < s->series_count; i++) {
        double *at = put(k, s->series[i].at, s->epochs * sizeof *at);

        if (to)
            to[i].at = at;
    }
    return to;
}

static void pack(packing *k, const lhi_state *s, lhi_state *to)
{
    *to = *s;
    to->tape = put_text(k, s->tape);
    to->param = put_params(k, s);
    to->number = put(k, s->number, s->numbers * sizeof *s->number);
    to->slot = put_slots(k, s);
    to->kept = put(k, s->kept, s->kepts * sizeof *s->kept);
    to->series = put_history(k, s);
    to->recipe = put_text(k, s->recipe);
    to->config = put_lines(k, s->config, s->config_count);
    to->provenance = put_lines(k, s->provenance, s->provenance_count);
}

lh_status lhi_snapshot_take(lh_ctx *c, lhi_snapshot *to, const lhi_state *s)
{
    packing k = {0};

    pack(&k, s, &to->state);
    if (k.used > to->room) {
        lhi_release(c, to->block);
        to->room = k.used + k.used / 4;
        to->block = lhi_alloc_later(c, to->room);
        if (!to->block) {
            to->room = 0;
            return c->status;
        }
    }
    k = (packing){to->block, 0};
    pack(&k, s, &to->state);
    return LH_OK;
}
