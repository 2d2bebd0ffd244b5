/* steps.c -- the training step: forward, backward, descent; ours and the peers'. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/threads.h"
#include "framework/bench/bench.h"
#include "framework/bench/operands.h"
#include "framework/system/sys.h"
#include "framework/train/run.h"

#include <longhand/ops.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct network {
    size_t size[4], batch;
    int quick;
} networks[] = {
    {{30, 16, 8, 1}, 32, 1},
    {{784, 256, 128, 1}, 128, 1},
    {{1024, 1024, 1024, 1}, 256, 0},
};
enum { NETWORKS = sizeof networks / sizeof *networks, TEAMS = 16 };

/* A network of ours: a run whose data set has nothing to gather, since its batch stays in
 * place. */
typedef struct tape_step {
    lh_run r;
    lh_data none;
    lhi_task task;
    uint32_t root;
    void *first; /* the parameters as they begin */
    size_t bytes;
} tape_step;

static lh_var record(lh_tape *t, const lhi_task *s)
{
    lh_var a = lh_input(t, "X", LH_ROWS, (ptrdiff_t)s->size[0]);
    lh_var y = lh_input(t, "y", LH_ROWS, (ptrdiff_t)s->size[3]);

    for (int l = 0; l < 3; l++) {
        const ptrdiff_t in = (ptrdiff_t)s->size[l], out = (ptrdiff_t)s->size[l + 1];
        char name[16];
        lh_var w, bias, z;

        snprintf(name, sizeof name, "W%d", l + 1);
        w = lh_param(t, name, in, out, LH_ZEROS);
        snprintf(name, sizeof name, "b%d", l + 1);
        bias = lh_param(t, name, 1, out, LH_ZEROS);
        z = lh_add(lh_matmul(a, w), bias);
        a = l < 2 ? lh_relu(z) : z;
    }
    return lh_bce_logits(a, y);
}

/* The numbers that the peers begin with, too. */
static void fill_params(tape_step *s)
{
    lh_params *p = s->r.t->params;

    for (unsigned l = 0; l < 3; l++) {
        const lhi_param *w = &p->at[2 * l];
        const float scale = (float)sqrt(6.0 / (double)w->rows);

        lhi_operands(LHI_OPERAND_W + l, w->rows * w->cols, scale,
                     lhi_params_at(p, p->value, 2 * l));
    }
    memcpy(s->first, p->value, s->bytes);
}

static void fill_batch(const tape_step *s)
{
    for (size_t i = 0; i < s->r.t->count; i++) {
        const lhi_node *n = &s->r.t->node[i];
        float *value = s->r.w->slot[i].value;

        if (n->kind == LHI_INPUT && n->name[0] == 'X')
            lhi_operands(LHI_OPERAND_X, s->task.batch * s->task.size[0], 1, value);
        else if (n->kind == LHI_INPUT)
            lhi_operand_labels(s->task.batch * s->task.size[3], value);
    }
}

void *lhi_tape_step_make(lhi_bench *b, const lhi_task *task)
{
    lh_ctx *c = b->c;
    tape_step *s = lhi_alloc(c, sizeof *s);
    lh_tape *t = s ? lh_tape_new(lh_params_new(c, LH_F32)) : NULL;
    lh_var L = t ? record(t, task) : (lh_var){0};
    const lh_optimizer how = LH_SGD(LHI_OPERAND_RATE);

    if (!t || !lhi_ok(c) || lhi_params_lay(t->params) != 0)
        return NULL;
    s->task = *task;
    s->none.rows = 2 * task->batch; /* no step is an epoch's last, which keeps its gradients */
    s->root = L.id;
    s->r = (lh_run){.c = c, .t = t, .d = &s->none, .batch = task->batch,
                    .feed = {.X = LHI_NO_INPUT, .y = LHI_NO_INPUT, .w = LHI_NO_INPUT}};
    if (lhi_optim_of(c, &how, 1, "lh_bench", &s->r.optim) != 0)
        return NULL;
    s->bytes = t->params->laid_size * sizeof(float);
    s->first = lhi_alloc(c, s->bytes);
    if (!s->first)
        return NULL;
    fill_params(s);
    return s;
}

/* As training does: the first steps find how many threads are best. */
int lhi_tape_step_ready(void *state, int threads)
{
    tape_step *s = state;
    lh_run *r = &s->r;

    if (r->w)
        lhi_ws_free(r->w);
    if (r->p)
        lhi_plan_free(r->c, r->p);
    lhi_release(r->c, r->late);
    r->w = NULL;
    lhi_release(r->c, r->moved);
    r->late = r->moved = NULL;
    r->p = lhi_plan_new(r->t, s->root, LHI_LEAN);
    if (!r->p || lhi_run_ready(r, threads) != 0)
        return -1;
    fill_batch(s);
    return 0;
}

lh_run *lhi_tape_step_run(void *state)
{
    tape_step *s = state;

    return &s->r;
}

static int team_of_tape(const void *state)
{
    const tape_step *s = state;

    return lhi_pace_size(&s->r.w->pace[0], s->r.batch);
}

static double loss_of(const lh_run *r)
{
    return (double)lhi_get(LH_F32, r->w->slot[r->p->root].value, 0);
}

struct timed {
    tape_step *s;
    lhi_entrant *e;
    long reps;
};

static void timed_steps(void *arg)
{
    struct timed *t = arg;
    lh_run *r = &t->s->r;
    double began, loss = 0;

    memcpy(r->t->params->value, t->s->first, t->s->bytes);
    lhi_run_step(r, 0, r->batch);
    began = lhi_sys_clock();
    for (long i = 0; i < t->reps; i++) {
        lhi_run_step(r, 0, r->batch);
        if (i == 0)
            loss = loss_of(r);
    }
    t->e->seconds = lhi_sys_clock() - began;
    t->e->check = loss;
}

/* One step first, untimed; the loss that is compared is that of the step after it, to which
 * every gradient has contributed. */
static int run_tape(lhi_entrant *e, long reps)
{
    struct timed t = {e->state, e, reps};
    lh_run *r = &t.s->r;

    while (lhi_pace_asks(&r->w->pace[0]))
        lhi_run_step(r, 0, r->batch);
    lhi_keep_team(r->c, lhi_pace_size(&r->w->pace[0], r->batch), timed_steps, &t);
    e->has_check = 1;
    return 0;
}

/* The ways of ours to do a step.  The peers are compared with the first. */
static const struct way {
    const char *name;
    void *(*make)(lhi_bench *b, const lhi_task *task); /* NULL after an error */
    int (*ready)(void *state, int threads); /* at most so many from now on; -1 after an error */
    int (*run)(lhi_entrant *e, long reps);
    int (*team)(const void *state);         /* how many it has taken */
} ways[] = {
    {"longhand", lhi_tape_step_make, lhi_tape_step_ready, run_tape, team_of_tape},
    {"by hand", lhi_by_hand_make, lhi_by_hand_ready, lhi_by_hand_run, lhi_by_hand_team},
    {"free order", lhi_by_hand_make_free, lhi_by_hand_ready, lhi_by_hand_run, lhi_by_hand_team},
};
enum { WAYS = sizeof ways / sizeof *ways };

static int run_peer(lhi_entrant *e, long reps)
{
    const lhi_task *s = e->task;
    char line[160];

    snprintf(line, sizeof line, "step %zu %zu %zu %zu %zu %d %ld\n", s->size[0], s->size[1],
             s->size[2], s->size[3], s->batch, s->threads, reps);
    return lhi_peer_ask(e, line);
}

/* Products of the three layers; the first one has no gradient of its input. */
static double flops_of(const lhi_task *s)
{
    double flops = 0;

    for (int l = 0; l < 3; l++)
        flops += (l == 0 ? 4.0 : 6.0) * (double)s->batch * (double)s->size[l] *
                 (double)s->size[l + 1];
    return flops;
}

static void contest(lhi_bench *b, lhi_task *task, void *const ours[])
{
    size_t count;
    lhi_entrant *e = lhi_bench_entrants(b, task, WAYS, run_peer, &count);

    for (size_t i = 0; e && i < WAYS; i++) {
        e[i].who = ways[i].name;
        e[i].run = ways[i].run;
        e[i].state = ours[i];
        if (ways[i].ready(ours[i], task->threads) != 0)
            return;
    }
    if (!e)
        return;
    lhi_contest(b, e, count, task->threads);
    task->used = ways[0].team(ours[0]);
    task->result = lhi_bench_results(b, e, count, 0);
    task->count = task->result ? count : 0;
    lhi_release(b->c, e);
}

static void one_network(lhi_bench *b, const struct network *w, const int *teams, size_t n)
{
    void *ours[WAYS] = {NULL};

    for (size_t k = 0; k < n && lhi_bench_goes_on(b); k++) {
        lhi_task *task = &b->step[b->steps];

        *task = (lhi_task){.batch = w->batch, .threads = teams[k]};
        memcpy(task->size, w->size, sizeof task->size);
        task->flops = flops_of(task);
        for (size_t i = 0; i < WAYS; i++)
            if (!ours[i] && !(ours[i] = ways[i].make(b, task)))
                return;
        lhi_bench_tell(b, "step of %zu, %zu, %zu, %zu on %d thread%s", w->size[0], w->size[1],
                       w->size[2], w->size[3], teams[k], teams[k] == 1 ? "" : "s");
        contest(b, task, ours);
        b->steps++;
        /* The smallest network's acts are over before a clock can be read. */
        if (teams[k] == 1 && w != networks && lhi_bench_goes_on(b))
            lhi_bench_acts(b, &((tape_step *)ours[0])->r);
    }
}

/* One thread, and with scaling those beyond it. */
static size_t teams_of(const lhi_bench *b, int *teams)
{
    teams[0] = 1;
    return lhi_bench_wants(b, "scaling") ? lhi_bench_teams(b, teams, TEAMS) : 1;
}

size_t lhi_bench_step_count(const lhi_bench *b)
{
    int teams[TEAMS];
    size_t n = 0;

    for (size_t i = 0; i < NETWORKS; i++)
        n += networks[i].quick || !b->plan->quick ? teams_of(b, teams) : 0;
    return lhi_bench_wants(b, "step") || lhi_bench_wants(b, "scaling") ? n : 0;
}

void lhi_bench_steps(lhi_bench *b)
{
    int teams[TEAMS];
    const size_t n = teams_of(b, teams);

    b->step = lhi_alloc_array(b->c, NETWORKS * TEAMS, sizeof *b->step);
    for (size_t i = 0; b->step && i < NETWORKS; i++)
        if (networks[i].quick || !b->plan->quick)
            one_network(b, &networks[i], teams, n);
}
