/* optim.c -- the table of optimisers, and what a run may choose of it. */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim.h"

#include "framework/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOVER_OF(mover)                                                                   \
    extern const lhi_mover lhi_mover_##mover##_f32, lhi_mover_##mover##_f64,              \
        lhi_mover_##mover##_wide, lhi_mover_##mover##_f32_avx2,                           \
        lhi_mover_##mover##_f64_avx2, lhi_mover_##mover##_f32_avx512,                     \
        lhi_mover_##mover##_f64_avx512;
#define LHI_OPTIMIZER(name, mover, ...) MOVER_OF(mover)
#include "framework/optim/optimizers.def"
#undef LHI_OPTIMIZER

#define LHI_NOTHING   {NULL}
#define LHI_LIST(...) {__VA_ARGS__}
#ifdef LHI_X86
#define LHI_OPTIMIZER(name, mover, flags, text, slots, ...)                                     \
    {#name, flags, text, slots, __VA_ARGS__,                                                     \
     {&lhi_mover_##mover##_f32, &lhi_mover_##mover##_f64, &lhi_mover_##mover##_wide,      \
      &lhi_mover_##mover##_f32_avx2, &lhi_mover_##mover##_f64_avx2,                       \
      &lhi_mover_##mover##_f32_avx512, &lhi_mover_##mover##_f64_avx512}},
#else
#define LHI_OPTIMIZER(name, mover, flags, text, slots, ...)                                     \
    {#name, flags, text, slots, __VA_ARGS__,                                                     \
     {&lhi_mover_##mover##_f32, &lhi_mover_##mover##_f64, &lhi_mover_##mover##_wide}},
#endif
static const lhi_optim_row rows[] = {
#include "framework/optim/optimizers.def"
};

const lhi_optim_row *lhi_optim_at(size_t index)
{
    return index < sizeof rows / sizeof *rows ? &rows[index] : NULL;
}

/* Every number that a row may take: where it is given, and what it may be. */
static const struct member {
    const char *name;
    size_t at;
    const char *help;
    double least, most;
    int least_too, most_too, whole; /* the ends belong to it; no fractions */
} members[] = {
#define MEMBER(name, member, help, ...) {name, offsetof(lh_optimizer, member), help, __VA_ARGS__}
    MEMBER("rate", rate, "alpha: step of theta := theta - alpha dL/dtheta",
           0, (double)INFINITY, 0, 0, 0),
    MEMBER("momentum", momentum, "part of the last step that is kept",
           0, 1, 1, 0, 0),
    MEMBER("beta1", beta1, "part of the mean gradient that is kept",
           0, 1, 1, 0, 0),
    MEMBER("beta2", beta2, "part of the mean square that is kept",
           0, 1, 0, 0, 0),
    MEMBER("epsilon", epsilon, "added to the root of the mean square",
           0, (double)INFINITY, 0, 0, 0),
    MEMBER("fall", fall, "a step whose gradient turned is multiplied by it",
           0, 1, 0, 0, 0),
    MEMBER("rise", rise, "and one whose gradient did not by this",
           1, (double)INFINITY, 0, 0, 0),
    MEMBER("least-step", least_step, "no step is smaller",
           0, (double)INFINITY, 0, 0, 0),
    MEMBER("most-step", most_step, "nor larger",
           0, (double)INFINITY, 0, 0, 0),
    MEMBER("pairs", pairs, "steps and changes of the gradient that are kept",
           1, LHI_OPTIM_PAIRS, 1, 1, 1),
    MEMBER("decay", decay, "lambda: weights are pulled to 0 by lambda theta",
           0, (double)INFINITY, 1, 0, 0),
    MEMBER("clip", clip, "elements of the gradient are cut to -X..X, 0: not",
           0, (double)INFINITY, 1, 0, 0),
    MEMBER("clip-norm", clip_norm, "the gradient is made no longer than this, 0: not",
           0, (double)INFINITY, 1, 0, 0),
    MEMBER("schedule-epochs", schedule.epochs, "from drop to drop, or all of it, 0: as the run",
           1, 1e9, 1, 1, 1),
    MEMBER("factor", schedule.factor, "what the rate is multiplied by",
           0, 1, 0, 1, 0),
    MEMBER("floor", schedule.floor, "least part of the rate",
           0, 1, 1, 0, 0),
    MEMBER("start", schedule.start, "part of the rate that it begins with",
           0, 1, 0, 1, 0),
    MEMBER("climb", schedule.climb, "part of the schedule in which the rate rises",
           0, 1, 0, 0, 0),
    MEMBER("warm-up", schedule.warm_up, "epochs in which the rate first rises in a line",
           0, 1e9, 1, 1, 1),
};

static const struct member *member_of(const char *name)
{
    size_t i = 0;

    while (strcmp(members[i].name, name) != 0) /* the tables' names are among them */
        i++;
    return &members[i];
}

double *lhi_optim_member(lh_optimizer *how, const char *name)
{
    return (double *)(void *)((char *)how + member_of(name)->at);
}

const char *lhi_optim_help(const char *name)
{
    return member_of(name)->help;
}

int lhi_optim_take(lh_optimizer *how, const char *name, double value)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(members[i].name, name) == 0) {
            *lhi_optim_member(how, name) = value;
            return 1;
        }
    if (strcmp(name, "decay-apart") == 0)
        how->apart = value != 0;
    else if (strcmp(name, "accumulate") == 0 && value >= 1 && value <= 1e9)
        how->accumulate = (long)value;
    else
        return 0;
    return 1;
}

const lhi_optim_row *lhi_optim_named(const char *name)
{
    const lhi_optim_row *row;

    for (size_t i = 0; (row = lhi_optim_at(i)) != NULL; i++)
        if (strcmp(row->name, name) == 0)
            break;
    return row;
}

const lhi_schedule_row *lhi_schedule_named(const char *name)
{
    const lhi_schedule_row *row;

    for (size_t i = 0; (row = lhi_schedule_at_index(i)) != NULL; i++)
        if (strcmp(row->name, name) == 0)
            break;
    return row;
}

void lhi_optim_defaults(lh_optimizer *how, const lhi_optim_number *number)
{
    for (; number->name; number++)
        *lhi_optim_member(how, number->name) = number->value;
}

lh_optimizer lh_rule(const char *rule, double rate, double momentum, double decay)
{
    lh_optimizer how = {.momentum = momentum, .rule = rule};
    const lhi_optim_row *row = lhi_optim_named(lhi_optim_rule(&how));

    if (row)
        lhi_optim_defaults(&how, row->number);
    how.rate = rate;
    how.momentum = momentum;
    how.decay = decay;
    return how;
}

lh_schedule lh_scheduled(const char *name, double epochs, double factor)
{
    lh_optimizer how = {.schedule = {.name = name}};
    const lhi_schedule_row *row = lhi_schedule_named(lhi_optim_schedule(&how.schedule));

    if (row)
        lhi_optim_defaults(&how, row->number);
    for (const lhi_optim_number *n = row ? row->number : NULL; n && n->name; n++)
        if (strcmp(n->name, "schedule-epochs") == 0 || strcmp(n->name, "warm-up") == 0)
            *lhi_optim_member(&how, n->name) = epochs;
        else if (strcmp(n->name, "factor") == 0)
            how.schedule.factor = factor;
    return how.schedule;
}

static const char *optim_name(const void *set, size_t index)
{
    (void)set;
    return rows[index].name;
}

static const char *schedule_name(const void *set, size_t index)
{
    (void)set;
    return lhi_schedule_at_index(index)->name;
}

/* What is wrong with a name that no row has; `what` is the table. */
static int no_row(lh_ctx *c, const char *caller, const char *what, const char *name, int schedules)
{
    size_t count = 0;
    const char *near;

    while (schedules ? lhi_schedule_at_index(count) != NULL : lhi_optim_at(count) != NULL)
        count++;
    near = lhi_nearest(name, schedules ? schedule_name : optim_name, NULL, count);
    lhi_fail(c, LH_EUSAGE, near ? lhi_strf(c, "did you mean \"%s\"?", near)
                                : "docs/optimizers.md has the tables",
             "%s: there is no %s of the name '%s'", caller, what, name);
    return -1;
}

/* The one that is off is said; the two that every descent has are said as they ever were. */
static int off(lh_ctx *c, const char *caller, const struct member *m, double x)
{
    if (strcmp(m->name, "rate") == 0)
        lhi_fail(c, LH_EUSAGE, "0.01 to 1 is usual, and a hundredth of that for adam",
                 "%s: a rate of %g cannot descend", caller, x);
    else if (strcmp(m->name, "momentum") == 0)
        lhi_fail(c, LH_EUSAGE, "0.9 is usual, 0 is the page's own rule",
                 "%s: a momentum of %g is not in [0, 1)", caller, x);
    else
        lhi_fail(c, LH_EUSAGE, "LH_ADAM(alpha), LH_COSINE(epochs) and their like begin with the "
                               "defaults",
                 "%s: %s of %g is not %sin %c%g, %g%c", caller, m->name, x,
                 m->whole ? "a whole number " : "", m->least_too ? '[' : '(', m->least, m->most,
                 m->most_too ? ']' : ')');
    return -1;
}

static int within(const struct member *m, double x)
{
    return (m->least_too ? x >= m->least : x > m->least) &&
           (m->most_too ? x <= m->most : x < m->most) && (!m->whole || x == floor(x));
}

/* Takes a number into the list, once; -1 after an error. */
static int take(lh_ctx *c, const char *caller, const char *name, lhi_optim *o)
{
    const struct member *m = member_of(name);
    const double x = *lhi_optim_member(&o->how, name);

    for (size_t i = 0; i < o->numbers; i++)
        if (strcmp(o->number[i].name, name) == 0)
            return 0;
    if (!within(m, x))
        return off(c, caller, m, x);
    snprintf(o->number[o->numbers].name, LHI_NAME, "%s", name);
    o->number[o->numbers++].value = x;
    return 0;
}

/* What every rule takes is named where it does something: an older file has none of it. */
static int take_common(lh_ctx *c, const char *caller, lhi_optim *o)
{
    static const char *const names[] = {"decay", "clip", "clip-norm", "warm-up"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (*lhi_optim_member(&o->how, names[i]) != 0 && take(c, caller, names[i], o) != 0)
            return -1;
    if (o->how.accumulate < 0) {
        lhi_fail(c, LH_EUSAGE, "1 moves after each batch", "%s: %ld batches make no move", caller,
                 o->how.accumulate);
        return -1;
    }
    if (o->how.apart && o->how.decay != 0)
        o->number[o->numbers++] = (lhi_state_number){"decay-apart", 1};
    if (o->how.accumulate > 1)
        o->number[o->numbers++] = (lhi_state_number){"accumulate", (double)o->how.accumulate};
    return 0;
}

static int take_schedule(lh_ctx *c, const char *caller, long epochs, lhi_optim *o)
{
    lh_schedule *s = &o->how.schedule;
    const lhi_optim_number *n = o->schedule->number;
    int lasts = 0;

    for (; n->name; n++) {
        if (strcmp(n->name, "schedule-epochs") == 0 && n->value == 0) {
            lasts = 1;
            if (s->epochs == 0)
                s->epochs = epochs > 0 ? (double)epochs : 1;
        }
        if (take(c, caller, n->name, o) != 0)
            return -1;
    }
    if (lasts && s->warm_up > 0 && s->warm_up >= s->epochs) {
        lhi_fail(c, LH_EUSAGE, "the way up is a part of the schedule",
                 "%s: a schedule of %g epochs has no room for %g in which the rate rises", caller,
                 s->epochs, s->warm_up);
        return -1;
    }
    return 0;
}

int lhi_optim_of(lh_ctx *c, const lh_optimizer *how, long epochs, const char *caller,
                 lhi_optim *o)
{
    memset(o, 0, sizeof *o);
    o->how = *how;
    o->row = lhi_optim_named(lhi_optim_rule(how));
    o->schedule = lhi_schedule_named(lhi_optim_schedule(&how->schedule));
    if (!o->row)
        return no_row(c, caller, "optimiser", how->rule, 0);
    if (!o->schedule)
        return no_row(c, caller, "schedule", how->schedule.name, 1);
    if (o->row->flags & LHI_APART)
        o->how.apart = 1;
    for (size_t i = 0; o->row->number[i].name; i++) {
        if (take(c, caller, o->row->number[i].name, o) != 0)
            return -1;
        o->own[i] = *lhi_optim_member(&o->how, o->row->number[i].name);
    }
    return take_common(c, caller, o) != 0 || take_schedule(c, caller, epochs, o) != 0 ? -1 : 0;
}

size_t lhi_optim_slots(const lhi_optim *o)
{
    size_t n = 0;

    while (o->row->slot[n])
        n++;
    return n + (o->row->flags & LHI_PAIRED ? 2 * (size_t)o->how.pairs : 0);
}

void lhi_optim_slot_name(const lhi_optim *o, size_t slot, char name[LHI_NAME])
{
    size_t n = 0;

    while (n < slot && o->row->slot[n])
        n++;
    if (o->row->slot[n])
        snprintf(name, LHI_NAME, "%s", o->row->slot[n]);
    else
        snprintf(name, LHI_NAME, "%s %zu", (slot - n) % 2 ? "change" : "step", (slot - n) / 2 + 1);
}

/* What a tile has no code for keeps the gradient in memory until it is whole. */
int lhi_optim_fuses(const lhi_optim *o)
{
    return o->row->flags & LHI_FUSES && o->how.decay == 0 && o->how.clip == 0;
}
