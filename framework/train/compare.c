/* compare.c -- is a state one that a run can go on with, and if not, what differs. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include "framework/base/changes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The lines that only one of two tapes has, side by side: a message is one paragraph. */
static void differing_lines(lh_ctx *c, const char *theirs, const char *ours, char *text,
                            size_t room)
{
    enum { MOST = 16 };
    lhi_text lines = {.c = c};
    size_t used;

    lhi_add_changes(&lines, "", theirs, ours, MOST);
    used = (size_t)snprintf(text, room, "it holds another network (- in the file, + recorded)\n  ");
    for (const char *at = lines.at ? lines.at : ""; *at && used + 4 < room; at++) {
        if (*at != '\n')
            text[used++] = *at;
        else if (at[1])
            used += (size_t)snprintf(text + used, room - used, ";  ");
    }
    text[used] = 0;
    lhi_text_free(&lines);
}

/* The value that lines "name=value" have for the name of one of them; NULL: none. */
static const char *value_of(const char *const *line, size_t count, const char *named)
{
    const size_t length = strcspn(named, "=") + 1;

    for (size_t i = 0; i < count; i++)
        if (strncmp(line[i], named, length) == 0)
            return line[i] + length;
    return NULL;
}

/* The options that shape a result and have another value here, for the message; the patience only
 * ends it.  One that the file does not know is of a later Longhand, or of another driver, whose
 * network tells.  Returns how many there are. */
static int differing_options(lh_run *r, const lhi_state *s, char *text, size_t room)
{
    const char **own;
    const size_t count = lhi_config(r->c, &own);
    size_t used = 0;
    int differ = 0;

    text[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const int length = (int)strcspn(own[i], "=");
        const char *theirs = value_of(s->config, s->config_count, own[i]);

        if (!theirs || strcmp(theirs, own[i] + length + 1) == 0 ||
            strncmp(own[i], "patience=", 9) == 0)
            continue;
        differ++;
        if (used < room)
            used += (size_t)snprintf(text + used, room - used, "%s--%.*s=%.60s and here %.60s",
                                     differ == 1 ? "\n  " : ";  ", length, own[i],
                                     theirs[0] ? theirs : "nothing",
                                     own[i][length + 1] ? own[i] + length + 1 : "nothing");
    }
    for (size_t i = 0; i < count; i++)
        lhi_release(r->c, (char *)(uintptr_t)own[i]); /* ours: const is for who reads them */
    lhi_release(r->c, own);
    return differ;
}

static lh_status mismatch(lh_run *r, const lhi_state *s, const char *path, const char *what,
                          const char *hint)
{
    char options[700];

    differing_options(r, s, options, sizeof options);
    return lhi_fail(r->c, LH_EMISMATCH, hint, "%s cannot be resumed here: %s%s", path, what,
                    options);
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

/* A number that only one of the two has, or that has two values; NULL: there is none. */
static const char *other_number(const lhi_state *a, const lhi_state *b)
{
    for (size_t i = 0; i < a->numbers; i++) {
        const lhi_state_number *n = lhi_number_named(b->number, b->numbers, a->number[i].name);

        if (!n || n->value != a->number[i].value)
            return a->number[i].name;
    }
    for (size_t i = 0; i < b->numbers; i++)
        if (!lhi_number_named(a->number, a->numbers, b->number[i].name))
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
    return mismatch(r, s, path, text,
                    "give the same optimiser and schedule: rate and momentum and all others, "
                    "--schedule-epochs where the run is to be longer");
}

int lhi_is_count(double x, double most)
{
    return x >= 0 && x <= most && x == floor(x);
}

static int good_kept(const lh_run *r, const lhi_state *s)
{
    const double pairs = r->optim.how.pairs, batches = (double)r->optim.how.accumulate;

    for (size_t i = 0; i < s->kepts; i++)
        if (!(s->kept[i].value >= 0 && isfinite(s->kept[i].value)))
            return 0;
    return lhi_is_count(lhi_kept_value(s, "pairs", 0), pairs) &&
           lhi_is_count(lhi_kept_value(s, "newest pair", 0), pairs) &&
           lhi_is_count(lhi_kept_value(s, "gathered", 0), batches) && lhi_back_sound(r, s);
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
        return mismatch(r, s, path, text, split);
    }
    if (!same_recipe(r, s))
        return mismatch(r, s, path, "its columns became X and y in another way",
                        "give the same --label, --labels, --drop, --only, --missing, --scale, "
                        "--weight, --group, --balance and --stratify");
    if (same_rows(r->d, s))
        return LH_OK;
    snprintf(text, sizeof text, "it was trained on other rows of %.100s, as many as these",
             s->data_name);
    return mismatch(r, s, path, text, split);
}

lh_status lhi_run_compare(lh_run *r, const lhi_state *s, const char *path)
{
    const lh_params *p = r->t->params;
    char *tape = lhi_listing(r->t, r->p), text[1200];
    lhi_state own = {.params = 0};

    if (!tape)
        return r->c->status;
    if (s->type != p->type)
        return mismatch(r, s, path, "its element type is another",
                        s->type == LH_F32 ? "give --type=f32" : "give --type=f64");
    if (strcmp(s->tape, tape) != 0) {
        differing_lines(r->c, s->tape, tape, text, sizeof text);
        return mismatch(r, s, path, text, "use the driver and the options that it was made with");
    }
    if (s->seed != r->c->set.seed || s->batch != (int64_t)r->batch ||
        s->shards != (int64_t)r->w->shards) {
        snprintf(text, sizeof text,
                 "its seed, batch and shards are %llu, %lld, %lld, and not %llu, %zu, %zu",
                 (unsigned long long)s->seed, (long long)s->batch, (long long)s->shards,
                 (unsigned long long)r->c->set.seed, r->batch, r->w->shards);
        return mismatch(r, s, path, text, "give the same --seed, batch size and --shards");
    }
    if (s->shuffle_seed != lhi_shuffle_seed(r->c)) {
        snprintf(text, sizeof text, "its rows were shuffled with the seed %llu, and not %llu",
                 (unsigned long long)s->shuffle_seed, (unsigned long long)lhi_shuffle_seed(r->c));
        return mismatch(r, s, path, text, "give the same --seed and --shuffle-seed");
    }
    if (compare_rows(r, s, path) != LH_OK)
        return r->c->status;
    if (s->streamed != (r->d->table && r->d->table->streams))
        return mismatch(r, s, path,
                        s->streamed ? "its rows were drawn by blocks, as they streamed"
                                    : "its rows did not stream, and were drawn one by one",
                        s->streamed ? "give --stream" : "leave --stream out");
    if (lhi_run_rule(r, &own) != 0)
        return r->c->status;
    if (strcmp(s->rule, own.rule) != 0 || strcmp(s->schedule, own.schedule) != 0 ||
        other_number(s, &own))
        return other_rule(r, s, &own, path);
    if (s->params != r->params)
        return mismatch(r, s, path, "it has another number of parameters", NULL);
    for (size_t k = 0; k < r->params; k++) {
        const lhi_param *ours = &p->at[r->param[k]];

        if (strcmp(s->param[k].name, ours->name) != 0 || s->param[k].rows != ours->rows ||
            s->param[k].cols != ours->cols)
            return mismatch(r, s, path, "its parameters are others, or in another order", NULL);
    }
    for (size_t i = 0; i < lhi_run_slots(r); i++)
        if (!lhi_slot_named(s, own.slot[i].name))
            return mismatch(r, s, path, "it lacks what the optimiser keeps", NULL);
    if (!good_kept(r, s))
        return mismatch(r, s, path, "the optimiser cannot go on from the numbers that it keeps",
                        NULL);
    return LH_OK;
}

lh_status lhi_run_compare_command(lh_run *r, const lhi_state *s, const char *path)
{
    char options[700];

    if (lhi_run_compare(r, s, path) == LH_OK &&
        differing_options(r, s, options, sizeof options) > 0)
        return lhi_fail(r->c, LH_EMISMATCH, "give the same options, or name the file",
                        "%s is of another command:%s", path, options);
    return r->c->status;
}
