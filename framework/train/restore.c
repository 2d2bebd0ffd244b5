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
    const size_t count = r->slots + (size_t)r->gathers;

    if (!r->slot_state)
        r->slot_state = lhi_alloc_array(r->c, count + 1, sizeof *r->slot_state);
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
        r->kept_state = lhi_alloc_array(r->c, r->params + 3, sizeof *r->kept_state);
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
    return 0;
}

/* The rule with its numbers, and what it keeps of each parameter; -1: no memory. */
static int rule_of(lh_run *r, lhi_state *s)
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
    if (!lhi_ok(r->c) || rule_of(r, s) != 0)
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

/* The first line in which two tapes differ, for the message. */
static void differing_lines(const char *a, const char *b, char *text, size_t room)
{
    while (*a && *b) {
        const size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");

        if (n != m || memcmp(a, b, n) != 0)
            break;
        a += n + (a[n] == '\n');
        b += m + (b[m] == '\n');
    }
    snprintf(text, room, "\n  in the file  %.*s\n  recorded     %.*s", (int)strcspn(a, "\n"),
             *a ? a : "(no more lines)", (int)strcspn(b, "\n"), *b ? b : "(no more lines)");
}

static lh_status mismatch(lh_run *r, const char *path, const char *what, const char *hint)
{
    return lhi_fail(r->c, LH_EMISMATCH, hint, "%s cannot be resumed here: %s", path, what);
}

static const lhi_state_slot *slot_named(const lhi_state *s, const char *name)
{
    for (size_t i = 0; i < s->slots; i++)
        if (strcmp(s->slot[i].name, name) == 0)
            return &s->slot[i];
    return NULL;
}

static int same_rows(const lh_data *d, const lhi_state *s)
{
    const lh_data *fit = d->fit;

    return s->trained == d->index && s->held_count == fit->held_count &&
           (!s->held_count ||
            memcmp(s->held, fit->held, s->held_count * sizeof *s->held) == 0) &&
           (!s->part || !fit->part || s->data_rows != (int64_t)d->file_rows ||
            memcmp(s->part, fit->part, d->file_rows * sizeof *s->part) == 0);
}

/* The file's columns became X and y in the same way; version 2 knew one way alone. */
static int same_recipe(const lh_run *r, const lhi_state *s)
{
    const lhi_recipe *how = r->d->frame ? r->d->frame->how : NULL;
    char *own = how ? lhi_recipe_write(r->c, how) : NULL;
    const int same = s->recipe ? own && strcmp(own, s->recipe) == 0
                               : !how || (how->plain && how->labels == LH_LABELS_BINARY &&
                                          how->scale == LH_SCALE_STANDARD && !how->balance);

    lhi_release(r->c, own);
    return same;
}

static void numbers_of(const lhi_state *s, char *text, size_t room)
{
    size_t used = (size_t)snprintf(text, room, "%s", s->rule);

    for (size_t i = 0; i < s->numbers && used < room; i++)
        used += (size_t)lhi_format(text + used, room - used, "%s%s %g", i ? ", " : ": ",
                                   s->number[i].name, s->number[i].value);
    if (strcmp(s->schedule, "constant") != 0 && used < room)
        snprintf(text + used, room - used, ", schedule %s", s->schedule);
}

static const lhi_state_number *number_named(const lhi_state_number *list, size_t count,
                                            const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

/* A number that only one of the two has, or that has two values; NULL: there is none. */
static const char *other_number(const lhi_state *a, const lhi_state *b)
{
    for (size_t i = 0; i < a->numbers; i++) {
        const lhi_state_number *n = number_named(b->number, b->numbers, a->number[i].name);

        if (!n || n->value != a->number[i].value)
            return a->number[i].name;
    }
    for (size_t i = 0; i < b->numbers; i++)
        if (!number_named(a->number, a->numbers, b->number[i].name))
            return b->number[i].name;
    return NULL;
}

static lh_status other_rule(lh_run *r, const lhi_state *s, const lhi_state *own, const char *path)
{
    const char *what = strcmp(s->rule, own->rule) != 0           ? "rule"
                       : strcmp(s->schedule, own->schedule) != 0 ? "schedule"
                                                                 : other_number(s, own);
    char theirs[400], ours[400], text[900];

    numbers_of(s, theirs, sizeof theirs);
    numbers_of(own, ours, sizeof ours);
    snprintf(text, sizeof text, "its %s is another: it has %s, and this run %s", what, theirs,
             ours);
    return mismatch(r, path, text,
                    "give the same optimiser and schedule: rate and momentum and all others, "
                    "--schedule-epochs where the run is to be longer");
}

static double kept_value(const lhi_state *s, const char *name, double otherwise)
{
    const lhi_state_number *n = number_named(s->kept, s->kepts, name);

    return n ? n->value : otherwise;
}

/* 1 when a file's number is a whole one from 0 to most. */
static int is_count(double x, double most)
{
    return x >= 0 && x <= most && x == floor(x);
}

static int good_kept(const lh_run *r, const lhi_state *s)
{
    const double pairs = r->optim.how.pairs, batches = (double)r->optim.how.accumulate;

    for (size_t i = 0; i < s->kepts; i++)
        if (!(s->kept[i].value >= 0 && isfinite(s->kept[i].value)))
            return 0;
    return is_count(kept_value(s, "pairs", 0), pairs) &&
           is_count(kept_value(s, "newest pair", 0), pairs) &&
           is_count(kept_value(s, "gathered", 0), batches);
}

static lh_status compare_rows(lh_run *r, const lhi_state *s, const char *path)
{
    static const char split[] = "give the same --data and the same split (longhand train: "
                                "--held-out, and --patience, which takes rows for validation; "
                                "--split-seed)";
    char text[500];

    if (strcmp(s->data_digest, r->d->digest) != 0 || s->train_rows != (int64_t)r->d->rows) {
        snprintf(text, sizeof text,
                 "it was trained on %lld rows of %.100s (SHA-256 %.12s...), not on %zu rows of "
                 "%.100s (%.12s...)",
                 (long long)s->train_rows, s->data_name, s->data_digest, r->d->rows, r->d->name,
                 r->d->digest);
        return mismatch(r, path, text, split);
    }
    if (!same_recipe(r, s))
        return mismatch(r, path, "its columns became X and y in another way",
                        "give the same --label, --labels, --drop, --only, --missing, --scale, "
                        "--weight, --group, --balance and --stratify");
    if (same_rows(r->d, s))
        return LH_OK;
    snprintf(text, sizeof text, "it was trained on other rows of %.100s, as many as these",
             s->data_name);
    return mismatch(r, path, text, split);
}

/* A run goes on with what it began with, or its bits would mean nothing. */
static lh_status compare(lh_run *r, const lhi_state *s, const char *path)
{
    const lh_params *p = r->t->params;
    char *tape = lhi_listing(r->t, r->p), text[500];
    lhi_state own = {.params = 0};

    if (!tape)
        return r->c->status;
    if (s->type != p->type)
        return mismatch(r, path, "its element type is another",
                        s->type == LH_F32 ? "give --type=f32" : "give --type=f64");
    if (strcmp(s->tape, tape) != 0) {
        char lines[300];

        differing_lines(s->tape, tape, lines, sizeof lines);
        snprintf(text, sizeof text, "it holds another network%s", lines);
        return mismatch(r, path, text, "use the driver and the options that it was made with");
    }
    if (s->seed != r->c->set.seed || s->batch != (int64_t)r->batch ||
        s->shards != (int64_t)r->w->shards) {
        snprintf(text, sizeof text,
                 "its seed, batch and shards are %llu, %lld, %lld, and not %llu, %zu, %zu",
                 (unsigned long long)s->seed, (long long)s->batch, (long long)s->shards,
                 (unsigned long long)r->c->set.seed, r->batch, r->w->shards);
        return mismatch(r, path, text, "give the same --seed, batch size and --shards");
    }
    if (s->shuffle_seed != lhi_shuffle_seed(r->c)) {
        snprintf(text, sizeof text, "its rows were shuffled with the seed %llu, and not %llu",
                 (unsigned long long)s->shuffle_seed, (unsigned long long)lhi_shuffle_seed(r->c));
        return mismatch(r, path, text, "give the same --seed and --shuffle-seed");
    }
    if (compare_rows(r, s, path) != LH_OK)
        return r->c->status;
    if (s->streamed != (r->d->table && r->d->table->streams))
        return mismatch(r, path, s->streamed ? "its rows were drawn by blocks, as they streamed"
                                             : "its rows did not stream, and were drawn one by one",
                        s->streamed ? "give --stream" : "leave --stream out");
    if (rule_of(r, &own) != 0)
        return r->c->status;
    if (strcmp(s->rule, own.rule) != 0 || strcmp(s->schedule, own.schedule) != 0 ||
        other_number(s, &own))
        return other_rule(r, s, &own, path);
    if (s->params != r->params)
        return mismatch(r, path, "it has another number of parameters", NULL);
    for (size_t k = 0; k < r->params; k++) {
        const lhi_param *ours = &p->at[r->param[k]];

        if (strcmp(s->param[k].name, ours->name) != 0 || s->param[k].rows != ours->rows ||
            s->param[k].cols != ours->cols)
            return mismatch(r, path, "its parameters are others, or in another order", NULL);
    }
    for (size_t i = 0; i < own.slots; i++)
        if (!slot_named(s, own.slot[i].name))
            return mismatch(r, path, "it lacks what the optimiser keeps", NULL);
    if (!good_kept(r, s))
        return mismatch(r, path, "the optimiser cannot go on from the numbers that it keeps", NULL);
    return LH_OK;
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

    r->kept[0] = kept_value(s, "pairs", 0);
    r->kept[1] = kept_value(s, "newest pair", 0);
    r->gathered = (long)kept_value(s, "gathered", 0);
    for (size_t i = 0; i < r->params; i++) {
        char name[LHI_NAME];

        lhi_format(name, sizeof name, "*%s", p->at[r->param[i]].name);
        p->at[r->param[i]].factor = kept_value(s, name, 1);
    }
}

lh_status lhi_run_restore(lh_run *r, const lhi_state *s, const char *path)
{
    lh_params *p = r->t->params;
    if (compare(r, s, path) != LH_OK)
        return r->c->status;
    if (s->best_epoch > 0 && lhi_run_best_room(r) != 0)
        return r->c->status;
    for (size_t k = 0; k < r->params; k++) {
        const lhi_state_param *a = &s->param[k];
        const size_t i = r->param[k];
        const size_t bytes = lhi_params_bytes(p, i);

        memcpy(lhi_params_at(p, p->value, i), a->last ? a->last : a->value, bytes);
        for (size_t j = 0; j < r->slots + (size_t)r->gathers; j++) {
            const lhi_slot *own = &p->slot[r->slot[j]];
            const lhi_state_slot *slot = slot_named(s, own->name);

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
