/* by_hand.c -- the hand-written step as one that takes part. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/pace.h"
#include "framework/base/threads.h"
#include "framework/bench/bench.h"
#include "framework/bench/fused.h"
#include "framework/bench/operands.h"
#include "framework/system/sys.h"

#include <math.h>
#include <string.h>

extern const lhi_fused_kernel lhi_fused_kernel_f32;
#ifdef LHI_X86
extern const lhi_fused_kernel lhi_fused_kernel_f32_avx2, lhi_fused_kernel_f32_avx512;
#endif

static const lhi_fused_kernel *kernel_of(int variant)
{
#ifdef LHI_X86
    if (variant == LHI_F32_AVX2)
        return &lhi_fused_kernel_f32_avx2;
    if (variant == LHI_F32_AVX512)
        return &lhi_fused_kernel_f32_avx512;
#endif
    (void)variant;
    return &lhi_fused_kernel_f32;
}

typedef struct hand_step {
    lh_ctx *c;
    lhi_net f;
    const lhi_fused_kernel *kernel;
    lhi_pace pace;
    double flops;
} hand_step;

static float *numbers(lh_ctx *c, size_t n)
{
    return lhi_alloc_array(c, n + 1, sizeof(float));
}

static void begin(hand_step *s)
{
    lhi_net *f = &s->f;

    for (unsigned l = 0; l < 3; l++) {
        lhi_operands(LHI_OPERAND_W + l, f->size[l] * f->size[l + 1],
                     (float)sqrt(6.0 / (double)f->size[l]), f->w[l]);
        memset(f->b[l], 0, f->size[l + 1] * sizeof(float));
    }
}

void *lhi_by_hand_make(lhi_bench *b, const lhi_task *task)
{
    lh_ctx *c = b->c;
    hand_step *s = lhi_alloc(c, sizeof *s);
    lhi_net *f;
    float *x, *y;

    if (!s)
        return NULL;
    f = &s->f;
    s->c = c;
    s->kernel = kernel_of(b->variant);
    s->flops = task->flops;
    memcpy(f->size, task->size, sizeof f->size);
    f->batch = task->batch;
    f->shards = (size_t)c->set.shards;
    f->rate = LHI_OPERAND_RATE;
    f->x = x = numbers(c, f->batch * f->size[0]);
    f->y = y = numbers(c, f->batch);
    f->terms = numbers(c, f->batch);
    for (int l = 0; l < 3; l++) {
        f->w[l] = numbers(c, f->size[l] * f->size[l + 1]);
        f->dw[l] = numbers(c, f->size[l] * f->size[l + 1]);
        f->b[l] = numbers(c, f->size[l + 1]);
        f->db[l] = numbers(c, f->size[l + 1]);
        f->a[l] = numbers(c, f->batch * f->size[l + 1]);
        f->dz[l] = numbers(c, f->batch * f->size[l + 1]);
    }
    if (!lhi_ok(c))
        return NULL;
    lhi_operands(LHI_OPERAND_X, f->batch * f->size[0], 1, x);
    lhi_operand_labels(f->batch, y);
    return s;
}

/* One chain over the whole batch instead of shards and their tree: the fastest order that
 * there is for these kernels. */
void *lhi_by_hand_make_free(lhi_bench *b, const lhi_task *task)
{
    hand_step *s = lhi_by_hand_make(b, task);

    if (s)
        s->f.shards = 1;
    return s;
}

int lhi_by_hand_ready(void *state, int threads)
{
    hand_step *s = state;

    lhi_release(s->c, s->f.work);
    s->f.work_bytes = s->kernel->work(&s->f);
    s->f.work = lhi_alloc_array(s->c, (size_t)threads, s->f.work_bytes);
    lhi_pace_begin(&s->pace, threads, 0, s->flops / 3, s->f.batch);
    return lhi_ok(s->c) ? 0 : -1;
}

static void work(void *arg, int rank, int size)
{
    hand_step *s = arg;

    s->kernel->step(&s->f, rank, size);
}

static void step(hand_step *s)
{
    lhi_paced(s->c, &s->pace, s->f.batch, work, s);
}

struct timed {
    hand_step *s;
    lhi_entrant *e;
    long reps;
};

static void timed_steps(void *arg)
{
    struct timed *t = arg;
    double began;

    begin(t->s);
    step(t->s);
    began = lhi_sys_clock();
    for (long i = 0; i < t->reps; i++) {
        step(t->s);
        if (i == 0)
            t->e->check = t->s->f.loss;
    }
    t->e->seconds = lhi_sys_clock() - began;
}

int lhi_by_hand_run(lhi_entrant *e, long reps)
{
    hand_step *s = e->state;
    struct timed t = {s, e, reps};

    while (lhi_pace_asks(&s->pace))
        step(s);
    lhi_keep_team(s->c, lhi_pace_size(&s->pace, s->f.batch), timed_steps, &t);
    e->has_check = 1;
    return 0;
}

int lhi_by_hand_team(const void *state)
{
    const hand_step *s = state;

    return lhi_pace_size(&s->pace, s->f.batch);
}
