/* back.c -- --on-nan=back: after a step that is no number, a good state again and half the rate. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* States of the parameters and of what the optimiser keeps: where a run goes back to, where its
 * present epoch began, which may take that one's place when the epoch is over, and the one that
 * trains. */
enum { BACK, BEGIN, NOW };

/* Its numbers, by the names that they have in a checkpoint behind "back " and "begin ". */
static const char *const marks[LHI_MARKS] = {"back", "begin"};
static const char *const numbers[LHI_MARK_NUMBERS] = {"epoch",    "step",  "moves",
                                                      "gathered", "pairs", "newest pair"};
enum { EPOCH, STEP, MOVES, GATHERED, PAIRS, NEWEST };

int lhi_back_slots(lh_run *r)
{
    lh_params *p = r->t->params;
    const size_t own = lhi_run_slots(r);
    size_t k = own;

    for (size_t m = 0; m < LHI_MARKS; m++)
        for (size_t j = 0; j <= own; j++) {
            char name[2 * LHI_NAME];

            snprintf(name, sizeof name, "%s%s%s", marks[m], j ? " " : "",
                     j ? p->slot[r->slot[j - 1]].name : "");
            r->slot[k] = lhi_params_slot(p, name);
            if (r->slot[k++] < 0)
                return -1;
        }
    r->copies = k - own;
    return 0;
}

/* The j-th array of a state: the values, then what the optimiser keeps. */
static void *array_of(const lh_run *r, int state, size_t j)
{
    const lh_params *p = r->t->params;
    const size_t own = lhi_run_slots(r);

    if (state == NOW)
        return j == 0 ? p->value : p->slot[r->slot[j - 1]].at;
    return p->slot[r->slot[own + (size_t)state * (1 + own) + j]].at;
}

static void copy(lh_run *r, int from, int to)
{
    const lh_params *p = r->t->params;

    for (size_t j = 0; j <= lhi_run_slots(r); j++)
        for (size_t k = 0; k < r->params; k++)
            memcpy(lhi_params_at(p, array_of(r, to, j), r->param[k]),
                   lhi_params_at(p, array_of(r, from, j), r->param[k]),
                   lhi_params_bytes(p, r->param[k]));
    if (from < NOW && to < NOW)
        r->mark[to] = r->mark[from];
}

static int is_finite(const lh_params *p, const void *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const lh_wide x = lhi_get(p->type, values, i);

        if (!(x - x == 0))
            return 0;
    }
    return 1;
}

/* The parameter of a state that is not finite; NULL: all are.  Squares are summed first: only where
 * that is not finite each element is looked at. */
static const lhi_param *wrong_in(const lh_run *r, int state)
{
    const lh_params *p = r->t->params;

    for (size_t k = 0; k < r->params; k++) {
        const lhi_param *a = &p->at[r->param[k]];
        const void *values = lhi_params_at(p, array_of(r, state, 0), r->param[k]);
        const double sum =
            lhi_variant_kernels(r->w->variant)->dot(values, values, a->rows * a->cols);

        if (!(sum - sum == 0) && !is_finite(p, values, a->rows * a->cols))
            return a;
    }
    return NULL;
}

/* The loss of the epoch that began at a mark. */
static double loss_from(const lh_run *r, const lhi_back_point *m)
{
    const int64_t epoch = m->number[EPOCH];

    for (size_t k = 0; epoch < r->epoch && k < r->series_count; k++)
        if (strcmp(r->series[k].name, "loss") == 0)
            return r->series[k].at[epoch];
    return (double)NAN;
}

/* The epoch that is over was as good as any: none had a smaller loss.  A loop of one's own may
 * have losses that nobody knows. */
static int was_good(const lh_run *r)
{
    return !(loss_from(r, &r->mark[BEGIN]) > loss_from(r, &r->mark[BACK])) && !wrong_in(r, BEGIN);
}

void lhi_back_mark(lh_run *r)
{
    lhi_back_point *m = &r->mark[BEGIN];

    if (r->copies == 0 ||
        (r->marked && (r->position > 0 || r->own > 0 || m->number[STEP] == r->step)))
        return;
    if (r->marked && was_good(r))
        copy(r, BEGIN, BACK);
    copy(r, NOW, BEGIN);
    *m = (lhi_back_point){{r->epoch, r->step, r->moves, r->gathered, (int64_t)r->kept[0],
                     (int64_t)r->kept[1]}};
    if (!r->marked)
        copy(r, BEGIN, BACK);
    r->marked = 1;
}

double lhi_back_rate(const lh_run *r)
{
    return lhi_power(0.5, (uint64_t)r->halvings);
}

/* Steps of a rule's own begin at the rate where they are 0: those that it has found are longer. */
static void forget_steps(lh_run *r)
{
    const lh_params *p = r->t->params;

    for (size_t k = 0; r->optim.row->flags & LHI_STEPS && k < r->params; k++)
        memset(lhi_params_at(p, array_of(r, NOW, 1), r->param[k]), 0,
               lhi_params_bytes(p, r->param[k]));
}

/* Time is not turned back: epochs, steps and history go on, so that what depends on them (files by
 * their steps, rows by the epoch, schedules, the patience of a watch) knows of nothing. */
int lhi_back_go(lh_run *r, const char *what)
{
    const int64_t *number = r->mark[BACK].number;

    if (!r->marked || r->halvings >= LHI_BACKS || r->step <= number[STEP] || !lhi_ok(r->c))
        return 0;
    r->halvings++;
    r->step++;
    copy(r, BACK, NOW);
    forget_steps(r);
    r->moves = (long)number[MOVES];
    r->gathered = (long)number[GATHERED];
    r->kept[0] = (double)number[PAIRS];
    r->kept[1] = (double)number[NEWEST];
    r->position = 0;
    r->loss_sum = 0;
    copy(r, NOW, BEGIN);
    r->mark[BEGIN] = r->mark[BACK];
    r->mark[BEGIN].number[EPOCH] = r->epoch;
    r->mark[BEGIN].number[STEP] = r->step;
    lhi_warn(r->c, "%s: back to the parameters at the beginning of epoch %ld, with half the rate, "
             "%g, from here on (%d of at most %d times)", what, (long)number[EPOCH] + 1,
             r->optim.how.rate * lhi_back_rate(r), r->halvings, LHI_BACKS);
    return 1;
}

void lhi_back_if_moved(lh_run *r)
{
    const lhi_param *a = r->marked ? wrong_in(r, NOW) : NULL;
    char what[2 * LHI_NAME + 80];

    if (!a)
        return;
    snprintf(what, sizeof what, "after step %ld, the last of epoch %ld, %s is not finite", r->step,
             r->epoch + 1, a->name);
    lhi_back_go(r, what);
}

static void name_of(size_t mark, size_t number, char name[LHI_NAME])
{
    snprintf(name, LHI_NAME, "%s %s", marks[mark], numbers[number]);
}

void lhi_back_put(const lh_run *r, lhi_state *s)
{
    if (r->halvings > 0)
        s->kept[s->kepts++] = (lhi_state_number){"halvings", r->halvings};
    for (size_t m = 0; r->marked && m < LHI_MARKS; m++)
        for (size_t k = 0; k < LHI_MARK_NUMBERS; k++) {
            if (r->mark[m].number[k] == 0)
                continue;
            name_of(m, k, s->kept[s->kepts].name);
            s->kept[s->kepts++].value = (double)r->mark[m].number[k];
        }
}

int lhi_back_sound(const lh_run *r, const lhi_state *s)
{
    const double step = (double)s->step, pairs = r->optim.how.pairs;
    const double most[LHI_MARK_NUMBERS] = {
        step, step, step, (double)r->optim.how.accumulate, pairs, pairs};
    const double halvings = lhi_kept_value(s, "halvings", 0);
    char name[LHI_NAME];

    for (size_t m = 0; m < LHI_MARKS; m++)
        for (size_t k = 0; k < LHI_MARK_NUMBERS; k++) {
            name_of(m, k, name);
            if (!lhi_is_count(lhi_kept_value(s, name, 0), most[k]))
                return 0;
        }
    return lhi_is_count(halvings, LHI_BACKS);
}

/* A run that had no such states makes them where it goes on. */
void lhi_back_take(lh_run *r, const lhi_state *s)
{
    char name[LHI_NAME];

    r->halvings = (int)lhi_kept_value(s, "halvings", 0);
    r->marked = r->copies > 0;
    for (size_t j = lhi_run_slots(r); j < lhi_run_slots(r) + r->copies && r->marked; j++) {
        const lhi_state_slot *slot = lhi_slot_named(s, r->t->params->slot[r->slot[j]].name);

        for (size_t k = 0; k < r->params && r->marked; k++)
            r->marked = slot && slot->at[k];
    }
    for (size_t m = 0; m < LHI_MARKS; m++)
        for (size_t k = 0; k < LHI_MARK_NUMBERS; k++) {
            name_of(m, k, name);
            r->mark[m].number[k] = (int64_t)lhi_kept_value(s, name, 0);
        }
}
