/* move.c -- how the parameters of a run move: what the optimiser keeps, and what it is told. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include "framework/base/threads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The parameters that have a gradient, in the plan's order, since sums over them must not depend
 * on the order of recording; and those of them that no act of the plan moves.  By their place in
 * the store: a loop of one's own may record its tape anew. */
static int find_moved(lh_run *r)
{
    r->moved = lhi_alloc_array(r->c, r->p->count, sizeof *r->moved);
    r->late = lhi_alloc_array(r->c, r->p->count, sizeof *r->late);
    r->moveds = r->lates = 0;
    for (size_t i = 0; r->moved && r->late && i < r->p->count; i++) {
        const uint32_t id = r->p->order[i];
        int moves = 0;

        if (!r->p->given[id] || r->t->node[id].kind != LHI_PARAM)
            continue;
        for (size_t k = r->p->forwards; !r->at_end && k < r->p->acts; k++) {
            const lhi_act *a = &r->p->act[k];

            moves |= a->moves && r->t->node[a->node].in[a->operand] == id;
        }
        r->moved[r->moveds++] = r->t->node[id].param;
        if (!moves)
            r->late[r->lates++] = r->t->node[id].param;
    }
    return lhi_ok(r->c) ? 0 : -1;
}

/* The arrays of the optimiser by name; -1: no memory. */
static int find_slots(lh_run *r)
{
    lh_params *p = r->t->params;
    const int goes_back = strcmp(r->c->set.on_nan, "back") == 0;

    r->slots = lhi_optim_slots(&r->optim);
    r->gathers = r->optim.how.accumulate > 1;
    r->slot = lhi_alloc_array(r->c, (1 + LHI_MARKS) * (r->slots + 2), sizeof *r->slot);
    for (size_t k = 0; r->slot && k < lhi_run_slots(r); k++) {
        char name[LHI_NAME] = "gathered";

        if (k < r->slots)
            lhi_optim_slot_name(&r->optim, k, name);
        r->slot[k] = lhi_params_slot(p, name);
        if (r->slot[k] < 0)
            return -1;
    }
    return r->slot && (!goes_back || lhi_back_slots(r) == 0) ? 0 : -1;
}

static size_t cells_of(const lh_run *r, size_t param)
{
    return r->t->params->at[param].rows * r->t->params->at[param].cols;
}

/* Room for sums over all parameters, and for the pieces of what moves as a whole. */
static int make_room(lh_run *r)
{
    size_t blocks = 0;

    for (size_t i = 0; i < r->moveds; i++)
        blocks += lhi_blocks(cells_of(r, r->moved[i]));
    for (int k = 0; k < 2 && r->at_end; k++)
        r->part[k] = lhi_alloc_array(r->c, blocks + 1, sizeof *r->part[k]);
    r->piece = lhi_alloc_array(r->c, r->moveds + 1, sizeof *r->piece);
    r->piece_slot = lhi_alloc_array(r->c, (r->moveds + 1) * (r->slots + 1), sizeof *r->piece_slot);
    return lhi_ok(r->c) ? 0 : -1;
}

/* The numbers that a run goes on with or not at all. */
static int find_numbers(lh_run *r)
{
    const lh_params *p = r->t->params;

    r->number = lhi_alloc_array(r->c, r->optim.numbers + r->params, sizeof *r->number);
    if (!r->number)
        return -1;
    memcpy(r->number, r->optim.number, r->optim.numbers * sizeof *r->number);
    r->numbers = r->optim.numbers;
    for (size_t i = 0; i < r->params; i++) {
        const lhi_param *a = &p->at[r->param[i]];

        if (a->factor == 1)
            continue;
        snprintf(r->number[r->numbers].name, LHI_NAME, "*%s", a->name);
        r->number[r->numbers++].value = a->factor;
    }
    return 0;
}

int lhi_run_movers(lh_run *r)
{
    const lh_optimizer *how = &r->optim.how;
    const lhi_mover *mover = r->optim.row->mover[r->w->variant];

    r->at_end = mover->whole || how->clip_norm > 0 || how->accumulate > 1 ||
                r->w->shared;
    if (find_numbers(r) != 0 || find_slots(r) != 0 || find_moved(r) != 0 || make_room(r) != 0)
        return -1;
    r->descent = (lhi_descent){.mover = mover, .fuses = lhi_optim_fuses(&r->optim)};
    r->descent.rule = (lhi_rule){
        .rate = how->rate, .number = r->optim.own, .scale = 1, .decay = how->decay,
        .most = how->clip > 0 ? how->clip : (double)INFINITY, .apart = how->apart,
        .plain = how->clip == 0 && how->clip_norm == 0 && how->decay == 0};
    for (size_t k = 0; k < r->slots && k < LHI_DESCENT_SLOTS; k++)
        r->descent.slot[r->descent.slots++] = (size_t)r->slot[k];
    return 0;
}

/* Drops of the rate by the series that a plateau is one of: what is watched, or else the loss.
 * Which of them it is may change once. */
static int64_t drops_of(lh_run *r)
{
    const char *name = r->watch[0] ? r->watch : "loss";
    size_t k = 0;

    while (k < r->series_count && strcmp(r->series[k].name, name) != 0)
        k++;
    if (k == r->series_count)
        return 0;
    if (k != r->plateau_of)
        r->plateau = (lhi_plateau){.seen = 0};
    r->plateau_of = k;
    return lhi_optim_drops(&r->plateau, &r->optim, r->series[k].at, (size_t)r->epoch);
}

/* The rows whose gradients make one move, from the start of this epoch on. */
static size_t rows_of_move(const lh_run *r)
{
    return r->gathers ? r->batch * (size_t)r->optim.how.accumulate : r->batch;
}

static void set_rate(lh_run *r)
{
    const size_t rows = rows_of_move(r);
    lhi_schedule_at at = {.epoch = r->epoch, .each = 1};

    if (!r->bound) {
        at.moves = (int64_t)(r->position / rows);
        at.each = (int64_t)((r->d->rows + rows - 1) / rows);
    }
    if (lhi_optim_looks_back(&r->optim))
        at.drops = drops_of(r);
    r->descent.rule.rate = lhi_optim_rate(&r->optim, &at) * lhi_back_rate(r);
}

/* The part that a batch has of the gradient that moves, and whether it is the first or the last
 * of it.  Batches of one's own count the same, whatever their rows. */
static void set_part(lh_run *r, size_t rows)
{
    const size_t most = rows_of_move(r);
    const size_t start = r->position / most * most;
    size_t whole;

    if (r->bound) {
        r->weight = 1 / (double)r->optim.how.accumulate;
        r->begins = r->gathered == 0;
        r->ends = r->gathered + 1 >= r->optim.how.accumulate;
        return;
    }
    whole = r->d->rows - start < most ? r->d->rows - start : most;
    r->weight = (double)rows / (double)whole;
    r->begins = r->position == start;
    r->ends = r->position + rows >= start + whole;
}

/* Where parameters lie that move when all gradients are there; the store's arrays may have moved
 * since the last time.  What is still is left out. */
static void set_pieces(lh_run *r, const size_t *param, size_t count)
{
    const lh_params *p = r->t->params;

    r->pieces = 0;
    for (size_t i = 0; i < count; i++) {
        void **slot = r->piece_slot + r->pieces * (r->slots + 1);

        if (p->at[param[i]].factor == 0)
            continue;
        for (size_t k = 0; k < lhi_run_slots(r); k++)
            slot[k] = lhi_params_at(p, p->slot[r->slot[k]].at, param[i]);
        r->piece[r->pieces++] = (lhi_piece){
            .value = lhi_params_at(p, p->value, param[i]), .slot = slot,
            .from = lhi_params_at(p, p->grad, param[i]), .n = cells_of(r, param[i]),
            .factor = p->at[param[i]].factor};
        r->piece[r->pieces - 1].grad =
            r->gathers ? slot[r->slots] : r->piece[r->pieces - 1].from;
    }
}

void lhi_run_before_move(lh_run *r, size_t rows, int all)
{
    r->begins = r->ends = 1;
    if (r->gathers)
        set_part(r, rows);
    set_rate(r);
    if (r->descent.mover->begin)
        r->descent.mover->begin(&r->descent.rule, (uint64_t)r->moves + 1);
    set_pieces(r, all ? r->moved : r->late, all ? r->moveds : r->lates);
}

void lhi_run_after_move(lh_run *r)
{
    r->gathered = r->ends ? 0 : r->begins ? 1 : r->gathered + 1;
    r->moves += r->ends;
}

/* gathered := weight gradient, or that is added to it, by this thread's blocks; from then on it is
 * the gradient. */
static void gather(const lh_run *r, int rank, int size)
{
    const lhi_kernels *kernels = lhi_variant_kernels(r->w->variant);
    const size_t element = lhi_type_size(r->t->params->type);

    for (size_t i = 0; i < r->pieces; i++) {
        const lhi_piece *p = &r->piece[i];
        size_t from, to;

        lhi_share_blocks(p->n, rank, size, &from, &to);
        if (from < to)
            kernels->gather((char *)p->slot[r->slots] + from * element,
                            (char *)p->from + from * element, r->weight, r->begins, to - from);
    }
}

/* What the gradient is multiplied by so that it is no longer than it may be; the same on each
 * thread. */
static double scale_of(const lh_run *r, int rank, int size)
{
    const lhi_kernels *kernels = lhi_variant_kernels(r->w->variant);
    const size_t element = lhi_type_size(r->t->params->type);
    size_t block = 0;
    double norm;

    for (size_t i = 0; i < r->pieces; i++) {
        const lhi_piece *p = &r->piece[i];
        size_t from, to;

        lhi_share_blocks(p->n, rank, size, &from, &to);
        for (; from < to; from += LHI_BLOCK) {
            const char *g = (char *)p->grad + from * element;

            r->part[0][block + from / LHI_BLOCK] =
                kernels->dot(g, g, to - from < LHI_BLOCK ? to - from : LHI_BLOCK);
        }
        block += lhi_blocks(p->n);
    }
    if (size > 1)
        lhi_barrier();
    norm = sqrt(lhi_sum_blocks(r->part[0], block));
    return norm > r->optim.how.clip_norm ? r->optim.how.clip_norm / norm : 1;
}

static void move_pieces(const lh_run *r, const lhi_rule *rule, int rank, int size)
{
    const size_t element = lhi_type_size(r->t->params->type);

    for (size_t i = 0; i < r->pieces; i++) {
        const lhi_piece *p = &r->piece[i];
        void *slot[LHI_DESCENT_SLOTS] = {NULL};
        lhi_rule own = *rule;
        size_t from, to;

        lhi_share_blocks(p->n, rank, size, &from, &to);
        if (from == to)
            continue;
        own.rate *= p->factor;
        for (size_t k = 0; k < r->descent.slots; k++)
            slot[k] = (char *)p->slot[k] + from * element;
        r->descent.mover->move((char *)p->value + from * element,
                               (char *)p->grad + from * element, slot, to - from, &own);
    }
}

void lhi_run_move(lh_run *r, int rank, int size)
{
    lhi_rule rule = r->descent.rule;

    if (r->gathers)
        gather(r, rank, size);
    if (!r->ends)
        return;
    if (r->optim.how.clip_norm > 0)
        rule.scale = scale_of(r, rank, size);
    if (r->descent.mover->whole) {
        lhi_all_pieces w = {.piece = r->piece, .pieces = r->pieces,
                       .pairs = (size_t)r->optim.how.pairs, .kept = r->kept,
                       .part = {r->part[0], r->part[1]}, .move = (uint64_t)r->moves + 1,
                       .rank = rank, .size = size};

        r->descent.mover->whole(&w, &rule);
    } else
        move_pieces(r, &rule, rank, size);
}
