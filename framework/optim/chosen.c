/* chosen.c -- the optimiser by options, and the rates of single parameters. */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim.h"

#include "framework/base/text.h"
#include "framework/tape/tape.h"

#include <string.h>

static void ask(lh_ctx *c, lh_optimizer *how, const char *name)
{
    double *at = lhi_optim_member(how, name);

    *at = lh_opt_real(c, name, *at, lhi_optim_help(name));
}

/* The names of a table, what stands if none is given first. */
static const char *words(lh_ctx *c, const char *first, const char *(*name)(size_t index))
{
    lhi_text text = {.c = c};

    lhi_text_add(&text, "%s", first);
    for (size_t i = 0; name(i); i++)
        if (strcmp(name(i), first) != 0)
            lhi_text_add(&text, "|%s", name(i));
    return text.at ? text.at : first;
}

static const char *optimizer(size_t index)
{
    const lhi_optim_row *row = lhi_optim_at(index);

    return row ? row->name : NULL;
}

static const char *schedule(size_t index)
{
    const lhi_schedule_row *row = lhi_schedule_at_index(index);

    return row ? row->name : NULL;
}

static void ask_all(lh_ctx *c, lh_optimizer *how, const lhi_optim_number *number)
{
    for (; number->name; number++)
        ask(c, how, number->name);
}

/* Another row than the driver's begins with its own defaults.  A rule of the driver's that is none
 * is told by lh_train(). */
static lh_optimizer choose_optimizer(lh_ctx *c, lh_optimizer otherwise)
{
    const char *const before = lhi_optim_rule(&otherwise);
    const char *name = lh_opt_choice(c, "optimizer", words(c, before, optimizer),
                                     "how the parameters move");
    const lhi_optim_row *row = lhi_optim_named(name);
    lh_optimizer how = otherwise;

    if (row && strcmp(name, before) != 0) {
        how.rule = row->name;
        how.momentum = how.decay = 0;
        lhi_optim_defaults(&how, row->number);
    }
    if (row)
        ask_all(c, &how, row->number);
    if (strcmp(name, "sgd") == 0) {
        ask(c, &how, "momentum");
        how.rule = NULL; /* which it then has is said by the momentum */
    }
    return how;
}

static void choose_schedule(lh_ctx *c, lh_optimizer *how)
{
    const char *const before = lhi_optim_schedule(&how->schedule);
    const char *name = lh_opt_choice(c, "schedule", words(c, before, schedule),
                                     "how the rate changes");
    const lhi_schedule_row *row = lhi_schedule_named(name);

    if (row && strcmp(name, before) != 0) {
        how->schedule = (lh_schedule){.name = row->name};
        lhi_optim_defaults(how, row->number);
    }
    if (row)
        ask_all(c, how, row->number);
    ask(c, how, "warm-up");
}

lh_optimizer lh_opt_optimizer(lh_ctx *c, lh_optimizer otherwise)
{
    lh_optimizer how;

    if (!c)
        return otherwise;
    how = choose_optimizer(c, otherwise);
    ask(c, &how, "decay");
    if (lh_opt_flag(c, "decay-apart", "the decay is apart from the gradient, as in adamw"))
        how.apart = 1;
    ask(c, &how, "clip");
    ask(c, &how, "clip-norm");
    how.accumulate = lh_opt_int(c, "accumulate", how.accumulate ? how.accumulate : 1,
                                "batches whose gradients make one move");
    choose_schedule(c, &how);
    return how;
}

static lh_status set_rate(lh_var param, double factor, const char *caller)
{
    lh_tape *t = param.tape;
    const lhi_node *n;

    if (!lhi_var_good(param, caller))
        return t->c->status;
    n = &t->node[param.id];
    if (n->kind != LHI_PARAM)
        return lhi_fail(t->c, LH_ESTATE, "parameters move, and nothing else",
                        "%s: '%s' is not a parameter", caller, n->name ? n->name : "the variable");
    if (!(factor >= 0) || factor - factor != 0)
        return lhi_fail(t->c, LH_EUSAGE, "0 keeps it still, 1 is as it was",
                        "%s: '%s' cannot move by %g of the rate", caller, n->name, factor);
    t->params->at[n->param].factor = factor;
    return LH_OK;
}

lh_status lh_rate_of(lh_var param, double factor)
{
    lh_ctx *c = lhi_ctx_of(param);

    if (!lhi_ok(c))
        return lh_error(c);
    set_rate(param, factor, "lh_rate_of");
    return lhi_call_ends(c);
}

lh_status lh_freeze(lh_var param)
{
    lh_ctx *c = lhi_ctx_of(param);

    if (!lhi_ok(c))
        return lh_error(c);
    set_rate(param, 0, "lh_freeze");
    return lhi_call_ends(c);
}
