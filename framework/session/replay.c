/* replay.c -- the steps after a checkpoint once more, to find the one that goes wrong. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/stop.h"
#include "framework/data/data.h"
#include "framework/session/session.h"
#include "framework/train/run.h"

#include <stdio.h>
#include <string.h>

enum { MOST_STEPS = 1000000000 };

/* Where a run stands before a step, and the parameters there. */
typedef struct before {
    long epoch, step;
    size_t from, to;
    void *value;
} before;

/* Only the driver knows the batches of a loop of its own. */
static lh_status check_kind(const lh_checkpoint *k)
{
    const lhi_state *s = &k->state;

    if (!k->how || s->own > 0)
        return lhi_fail(k->c, LH_EUSAGE, "go on with the program that made it: --resume=FILE",
                        "%s: its steps are made by a loop of the driver's own, and only that "
                        "program knows the batches", k->path);
    if (s->shards < 1 || s->shards > 64 || s->batch < 1 || s->position > s->train_rows)
        return lhi_fail(k->c, LH_EFORMAT, "use another checkpoint",
                        "%s: it says no batches that a run can have", k->path);
    return LH_OK;
}

/* The rows that were trained on; the file must be the one that they are of. */
static lh_data *rows_of(lh_checkpoint *k, const char *path, int keep_f32)
{
    lhi_state *s = &k->state;
    lh_data *d = lhi_data_again(k->c, path, k->how, keep_f32 ? LH_F32 : LH_F64,
                                s->streamed != 0);

    if (!lhi_ok(k->c) || lhi_data_scale(d, &s->scale) != LH_OK)
        return d;
    if (lh_checkpoint_parts(k, d) == -1)
        lhi_fail(k->c, LH_EMISMATCH, "give --data=FILE with the file that was trained on",
                 "%s was trained on %s (SHA-256 %.12s...), and %s is another file (%.12s...): the "
                 "steps would be others", k->path, s->data_name, s->data_digest, path, d->digest);
    else if (lh_checkpoint_parts(k, d) < 0)
        lhi_fail(k->c, LH_EMISMATCH, NULL, "%s does not say which rows it was trained on",
                 k->path);
    if (!lhi_ok(k->c))
        return d;
    d->held = s->held;
    d->held_count = s->held_count;
    d->part = s->part;
    return lh_checkpoint_rows(k, d, 0);
}

/* The optimiser of a checkpoint, and the factors of the parameters as the run began. */
static lh_optimizer rule_of(const lh_checkpoint *k, lh_params *p)
{
    const lhi_state *s = &k->state;
    lh_optimizer how = {.rule = s->rule, .schedule = {.name = s->schedule}};

    for (size_t i = 0; i < s->numbers; i++) {
        const lhi_state_number *n = &s->number[i];
        int known = 0;

        for (size_t j = 0; n->name[0] == '*' && j < p->count && !known; j++)
            if ((known = strcmp(p->at[j].name, n->name + 1) == 0) != 0)
                p->at[j].factor = n->value;
        if (!known && !lhi_optim_take(&how, n->name, n->value))
            lhi_fail(k->c, LH_EFORMAT, "use the Longhand that made it",
                     "%s: its optimiser has a number '%s', which is unknown here", k->path,
                     n->name);
    }
    return how;
}

/* The run as it was when it was saved; NULL after an error. */
static lh_run *run_of(lh_checkpoint *k, const char *path, int keep_f32)
{
    lh_ctx *c = k->c;
    const lhi_state *s = &k->state;
    lh_optimizer how;
    lh_data *d;
    lh_run *r;
    lh_var L;

    if (check_kind(k) != LH_OK)
        return NULL;
    d = rows_of(k, path, keep_f32);
    L = lhi_ok(c) ? lh_checkpoint_network(k) : (lh_var){NULL, LHI_NONE, 0};
    if (!lhi_ok(c))
        return NULL;
    c->set.seed = s->seed;
    c->set.shuffle_seed = s->shuffle_seed;
    c->set.shards = (int)s->shards;
    how = rule_of(k, L.tape->params);
    r = lhi_ok(c) ? lhi_run_new(L, how, d, (size_t)s->batch, (long)s->epoch + 1) : NULL;
    return r && lhi_ok(c) && lhi_run_restore(r, s, k->path) == LH_OK ? r : NULL;
}

/* The parameter that is not finite after a step, and where; 0: all are. */
static int moved_wrong(const lh_run *r, size_t *param, size_t *at)
{
    const lh_params *p = r->t->params;

    for (size_t k = 0; k < r->params; k++) {
        const lhi_param *a = &p->at[*param = r->param[k]];

        for (*at = 0; *at < a->rows * a->cols; ++*at) {
            const lh_wide x = lhi_get(p->type, lhi_params_at(p, p->value, *param), *at);

            if (!(x - x == 0))
                return 1;
        }
    }
    return 0;
}

/* The rows of the file that a step was made on, counted from 1. */
static void add_rows(const lh_run *r, const before *b, lhi_text *out)
{
    enum { MOST = 400, WIDTH = 78 };
    const size_t count = b->to - b->from;
    int column = 0;

    lhi_text_add(out, "Its %zu row%s of %s, counted from 1:", count, count == 1 ? "" : "s",
                 r->d->name);
    for (size_t i = 0; i < count && i < MOST; i++) {
        const size_t at = b->from + i;
        char number[24];
        const int length = snprintf(number, sizeof number, " %lu",
                                    (unsigned long)r->d->row[r->order ? r->order[at] : at] + 1);

        if (column == 0 || column + length > WIDTH) {
            lhi_text_add(out, "\n ");
            column = 1;
        }
        lhi_text_add(out, "%s", number);
        column += length;
    }
    lhi_text_add(out, count > MOST ? "\n  and %zu more\n" : "\n", count - MOST);
}

/* No pass did it, so the move has. */
static void add_move(const lh_run *r, const before *b, size_t param, size_t at, const void *after,
                     lhi_text *out)
{
    const lh_params *p = r->t->params;
    const lhi_param *a = &p->at[param];

    lhi_text_add(out, "Loss and gradients are finite, and the move of a parameter is not:\n"
                      "  %s becomes %.9g at row %zu, column %zu\n"
                      "  it was %.9g, and %s moves it with the rate %.9g",
                 a->name, (double)lhi_get(p->type, (const char *)after + a->offset *
                                          lhi_type_size(p->type), at), at / a->cols, at % a->cols,
                 (double)lhi_get(p->type, lhi_params_at(p, b->value, param), at),
                 r->optim.row->name, r->descent.rule.rate * a->factor);
    for (size_t k = 0; k < r->slots; k++)
        lhi_text_add(out, "; its %s is then %.9g", p->slot[r->slot[k]].name,
                     (double)lhi_get(p->type, lhi_params_at(p, p->slot[r->slot[k]].at, param),
                                     at));
}

/* Tells of the step that went wrong.  `after` is room for the parameters. */
static void report(lh_run *r, const before *b, int finite, size_t param, size_t at, void *after,
                   FILE *out)
{
    lh_params *p = r->t->params;
    const size_t bytes = p->laid_size * lhi_type_size(p->type);
    lhi_text t = {.c = r->c};

    lhi_text_add(&t, "Step %ld of the run, in epoch %ld, goes wrong: %s%s.\n", b->step + 1,
                 b->epoch + 1, finite ? "after it is not finite " : "its loss is not finite",
                 finite ? p->at[param].name : "");
    add_rows(r, b, &t);
    memcpy(after, p->value, bytes);
    memcpy(p->value, b->value, bytes);
    if (!lhi_run_blame(r, b->step, b->from, b->to, &t) && finite)
        add_move(r, b, param, at, after, &t);
    lhi_text_add(&t, "\n");
    if (lhi_ok(r->c) && out && t.at)
        fputs(t.at, out);
    lhi_text_free(&t);
}

static void tell_none(const lh_run *r, long first, FILE *out)
{
    const int whole = r->position == 0;
    char loss[40];

    lhi_format(loss, sizeof loss, "%.9g",
               whole ? r->last_loss
                     : (double)lhi_get(r->w->type, r->w->slot[r->p->root].value, 0));
    fprintf(out, "Nothing goes wrong in the steps after step %ld up to step %ld, %s epoch %ld: "
            "losses and\nparameters are finite.  The loss of that %s is %s.\n", first, r->step,
            whole ? "the end of" : "in", r->epoch + !whole, whole ? "epoch" : "step", loss);
}

/* Steps until one goes wrong, 1 then, or the last one. */
static int steps(lh_run *r, long most, FILE *out)
{
    const size_t rows = r->d->rows, element = lhi_type_size(r->t->params->type);
    lh_params *p = r->t->params;
    before b = {.value = lhi_alloc_array(r->c, p->laid_size, element)};
    void *after = lhi_alloc_array(r->c, p->laid_size, element);
    const long first = r->step;
    size_t param = 0, at = 0;
    int finite;

    if (most == 0)
        most = (long)((rows + r->batch - 1) / r->batch);
    lhi_run_order(r);
    while (lhi_ok(r->c) && r->step - first < most && !lhi_gives_up(r->c, "replaying steps")) {
        b = (before){r->epoch, r->step, r->position, r->position + lhi_run_rows(r), b.value};
        memcpy(b.value, p->value, p->laid_size * element);
        finite = lhi_run_next(r);
        if (!finite || moved_wrong(r, &param, &at)) {
            report(r, &b, finite, param, at, after, out);
            return 1;
        }
        if (r->position < rows)
            continue;
        lhi_run_end_epoch(r);
        if (lhi_optim_looks_back(&r->optim)) {
            most = r->step - first; /* what is noted between epochs decides the rate */
            break;
        }
        lhi_run_order(r);
    }
    if (lhi_ok(r->c) && out)
        tell_none(r, first, out);
    return 0;
}

int lh_checkpoint_replay(lh_checkpoint *k, const char *path, int keep_f32, long count, FILE *out)
{
    LHI_USUAL_FLOATS(k ? k->c : NULL);
    int wrong = 0;
    lh_run *r;

    if (!k || !lhi_ok(k->c))
        return -1;
    if (!path || count < 0 || count > MOST_STEPS) {
        lhi_refuse(k->c, LH_EUSAGE, NULL, "lh_checkpoint_replay: %ld steps cannot be made%s",
                   count, path ? "" : " without a path to the data");
        return -1;
    }
    r = run_of(k, path[0] ? path : k->state.data_name, keep_f32);
    if (r) {
        if (out)
            fprintf(out, "%s: after step %ld, %s%ld, with the bits of the run.\n", k->path,
                    r->step, r->position > 0 ? "in epoch " : "the end of epoch ",
                    r->epoch + (r->position > 0));
        wrong = steps(r, count, out);
    }
    return lhi_call_ends(k->c) == LH_OK ? wrong : -1;
}
