/* products.c -- C = A B in f32 on one core: squares, the shapes of networks, tiny ones. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/bench.h"
#include "framework/bench/operands.h"
#include "framework/system/sys.h"

#include <stdio.h>

static const struct shape {
    size_t m, n, k;
    int quick;
} shapes[] = {
    {64, 64, 64, 1},      {128, 128, 128, 0},   {256, 256, 256, 1},
    {512, 512, 512, 0},   {1024, 1024, 1024, 0},
    {128, 256, 784, 1},   {128, 128, 256, 0},   {784, 256, 128, 0}, /* [784,256,128,1], 128 rows */
    {256, 1024, 1024, 0}, {1024, 1024, 256, 0},                     /* [1024,1024,1024,1], 256 */
    {30, 16, 32, 1},      {32, 8, 16, 0},       {128, 10, 128, 0},
    {128, 1, 128, 0},     {1024, 1, 1024, 1},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

struct ours {
    const lhi_probe *probe;
    float *a, *b, *c;
    void *work;
};

static int run_ours(lhi_entrant *e, long reps)
{
    const struct ours *o = e->state;
    const lhi_product *p = e->task;
    double began;

    o->probe->multiply(p->m, p->n, p->k, o->a, o->b, o->c, o->work);
    began = lhi_sys_clock();
    for (long i = 0; i < reps; i++)
        o->probe->multiply(p->m, p->n, p->k, o->a, o->b, o->c, o->work);
    e->seconds = lhi_sys_clock() - began;
    e->check = lhi_operand_checksum(p->m * p->n, o->c);
    e->has_check = 1;
    return 0;
}


static int run_peer(lhi_entrant *e, long reps)
{
    const lhi_product *p = e->task;
    char line[120];

    snprintf(line, sizeof line, "gemm %zu %zu %zu %ld\n", p->m, p->n, p->k, reps);
    return lhi_peer_ask(e, line);
}

/* The checksum of so many elements is near sqrt(m n k)/5; where it happens to be small, a
 * part of that is what two right products may differ by. */
static double size_of(const lhi_product *p)
{
    return __builtin_sqrt((double)p->m * (double)p->n * (double)p->k) / 5;
}

static void contest(lhi_bench *b, lhi_product *p, struct ours *o)
{
    size_t count;
    lhi_entrant *e;

    o->a = lhi_alloc_array(b->c, p->m * p->k, sizeof *o->a);
    o->b = lhi_alloc_array(b->c, p->k * p->n, sizeof *o->b);
    o->c = lhi_alloc_array(b->c, p->m * p->n, sizeof *o->c);
    o->work = lhi_alloc(b->c, o->probe->multiply_work(p->m, p->k));
    e = lhi_bench_entrants(b, p, 1, run_peer, &count);
    if (o->a && o->b && o->c && o->work && e) {
        lhi_operands(LHI_OPERAND_A, p->m * p->k, 1, o->a);
        lhi_operands(LHI_OPERAND_B, p->k * p->n, 1, o->b);
        e[0].who = "longhand";
        e[0].run = run_ours;
        e[0].state = o;
        lhi_contest(b, e, count, 1);
        p->result = lhi_bench_results(b, e, count, size_of(p));
        p->count = p->result ? count : 0;
    }
    lhi_release(b->c, e);
    lhi_release(b->c, o->work);
    lhi_release(b->c, o->c);
    lhi_release(b->c, o->b);
    lhi_release(b->c, o->a);
}

/* A product as an act of the roofline: each operand once from where it is. */
static void add_act(lhi_bench *b, const lhi_product *p)
{
    char name[48];

    if (p->count == 0 || p->result[0].seconds.count == 0)
        return;
    snprintf(name, sizeof name, "%zu x %zu x %zu", p->m, p->n, p->k);
    lhi_bench_add_act(b, name, p->flops, p->bytes, p->result[0].seconds.median);
}

size_t lhi_bench_product_count(const lhi_bench *b)
{
    size_t n = 0;

    for (size_t i = 0; i < SHAPES && lhi_bench_wants(b, "gemm"); i++)
        n += shapes[i].quick || !b->plan->quick;
    return n;
}

void lhi_bench_products(lhi_bench *b)
{
    struct ours o = {.probe = b->kernels->probe};

    b->product = lhi_alloc_array(b->c, SHAPES, sizeof *b->product);
    if (!b->product)
        return;
    for (size_t i = 0; i < SHAPES && lhi_bench_goes_on(b); i++) {
        const struct shape *s = &shapes[i];
        lhi_product *p = &b->product[b->products];

        if (b->plan->quick && !s->quick)
            continue;
        *p = (lhi_product){.m = s->m, .n = s->n, .k = s->k};
        p->flops = 2 * (double)s->m * (double)s->n * (double)s->k;
        p->bytes = (double)(s->m * s->k + s->k * s->n + s->m * s->n) * sizeof(float);
        lhi_bench_tell(b, "product %zu x %zu x %zu", s->m, s->n, s->k);
        contest(b, p, &o);
        add_act(b, p);
        b->products++;
    }
}
