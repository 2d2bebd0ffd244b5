/* show.c -- the results as a table to read. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/stop.h"
#include "framework/base/threads.h"
#include "framework/bench/bench.h"
#include "framework/system/sys.h"

#include <longhand/version.h>

#include <math.h>
#include <string.h>

/* Half of what lies between the quartiles, in percent of the middle. */
static double percent(double low, double high, double median)
{
    return median > 0 ? 50 * (high - low) / median : 0;
}

static void add_head(const lhi_bench *b, lhi_text *t)
{
    char cpu[120], reason[80];
    const char *rule;

    lhi_threads(b->c, &rule);
    lhi_sys_cpu_name(cpu, sizeof cpu);
    lhi_text_add(t, "Longhand %s on %s: %s code, up to %d thread%s (%s)\n", LH_VERSION, cpu,
                 lhi_variant_isa(b->variant), b->threads, b->threads == 1 ? "" : "s", rule);
    lhi_text_add(t, "Each number is the median of %zu samples of at least %g ms; +- is half of\n"
                    "what lies between their quartiles.%s\n",
                 lhi_bench_rounds(b), lhi_bench_least(b) * 1e3,
                 b->plan->quick ? "  With --quick: rough." : "");
    if (b->stopped)
        lhi_text_add(t, "Stopped %s: what follows is what was measured until then.\n",
                     lhi_stop_reason(b->c, reason));
}

static void add_peak(const lhi_bench *b, lhi_text *t)
{
    if (b->peaks == 0)
        return;
    lhi_text_add(t, "\nFused multiply-adds        threads   GFLOP/s            best\n");
    for (size_t i = 0; i < b->peaks; i++) {
        const lhi_rate *r = &b->peak[i];

        lhi_text_add(t, "  %-8s %-4s            %7d  %8.1f +-%3.0f%%  %8.1f\n", r->what, r->where,
                     r->threads, r->median / 1e9, percent(r->low, r->high, r->median),
                     r->best / 1e9);
    }
}

static void add_bandwidth(const lhi_bench *b, lhi_text *t)
{
    if (b->bandwidths == 0)
        return;
    lhi_text_add(t, "\nBandwidth            MiB   threads      read      copy     triad  GB/s\n");
    for (size_t i = 0; i + 2 < b->bandwidths; i += 3) {
        const lhi_rate *r = &b->bandwidth[i];

        lhi_text_add(t, "  %-10s  %10.1f   %7d", r->where, (double)r->bytes / 1048576, r->threads);
        for (size_t k = 0; k < 3; k++)
            lhi_text_add(t, "  %8.1f", r[k].median / 1e9);
        lhi_text_add(t, "\n");
    }
}

static const lhi_result *of_family(const lhi_result *r, size_t count, const char *family)
{
    for (size_t i = 0; i < count; i++)
        if (!r[i].is_second && strcmp(r[i].who, family) == 0)
            return &r[i];
    return NULL;
}

/* The first peer of a family stands for its column, where the family has any product. */
static int is_column(const lhi_bench *b, size_t peer)
{
    size_t n = 0;

    for (size_t i = 0; i < peer; i++)
        if (strcmp(b->peer[i].family, b->peer[peer].family) == 0)
            return 0;
    for (size_t i = 0; i < b->products; i++) {
        const lhi_result *r = of_family(b->product[i].result, b->product[i].count,
                                        b->peer[peer].family);

        n += r && r->seconds.count;
    }
    return n > 0;
}

static void add_cell(lhi_text *t, const lhi_result *r, double flops)
{
    if (!r || r->seconds.count == 0)
        lhi_text_add(t, "  %13s", "-");
    else if (!r->agrees)
        lhi_text_add(t, "  %13s", "wrong");
    else
        lhi_text_add(t, "  %6.1f +-%3.0f%%", flops / r->seconds.median / 1e9,
                     percent(r->seconds.low, r->seconds.high, r->seconds.median));
}

/* The best of the peers at a product, NULL when there is none. */
static const lhi_result *best_peer(const lhi_product *p)
{
    const lhi_result *best = NULL;

    for (size_t i = 0; i < p->count; i++) {
        const lhi_result *r = &p->result[i];

        if (r->peer >= 0 && r->seconds.count && r->agrees &&
            (!best || r->seconds.median < best->seconds.median))
            best = r;
    }
    return best;
}

/* Ours over the best of the others, where every size is at least 64. */
static void add_ratio(const lhi_bench *b, lhi_text *t)
{
    double sum = 0, least = (double)INFINITY;
    size_t n = 0;

    for (size_t i = 0; i < b->products; i++) {
        const lhi_product *p = &b->product[i];
        const lhi_result *best = best_peer(p);
        double ratio;

        if (!best || p->result[0].seconds.count == 0 || p->m < 64 || p->n < 64 || p->k < 64)
            continue;
        ratio = best->seconds.median / p->result[0].seconds.median;
        sum += log(ratio);
        least = fmin(least, ratio);
        n++;
    }
    if (n > 0)
        lhi_text_add(t, "longhand over the best of the others, %zu shape%s of 64 and more: "
                        "geometric mean %.3f, least %.3f\n",
                     n, n == 1 ? "" : "s", exp(sum / (double)n), least);
}

static void add_products(const lhi_bench *b, lhi_text *t)
{
    const double peak = lhi_bench_peak(b, 1);

    if (b->products == 0)
        return;
    lhi_text_add(t, "\nC = A B in f32, one thread, GFLOP/s\n     m     n     k  %13s  of peak",
                 "longhand");
    for (size_t i = 0; i < b->peers; i++)
        if (is_column(b, i))
            lhi_text_add(t, "  %13s", b->peer[i].family);
    lhi_text_add(t, "\n");
    for (size_t i = 0; i < b->products; i++) {
        const lhi_product *p = &b->product[i];
        const lhi_result *ours = p->count ? &p->result[0] : NULL;

        lhi_text_add(t, " %5zu %5zu %5zu", p->m, p->n, p->k);
        add_cell(t, ours, p->flops);
        if (ours && ours->seconds.count && peak > 0)
            lhi_text_add(t, "  %5.1f %%", 100 * p->flops / ours->seconds.median / peak);
        else
            lhi_text_add(t, "  %7s", "-");
        for (size_t k = 0; k < b->peers; k++)
            if (is_column(b, k))
                add_cell(t, of_family(p->result, p->count, b->peer[k].family), p->flops);
        lhi_text_add(t, "\n");
    }
    add_ratio(b, t);
}

/* The same way of doing the same step on one thread, NULL when it was not measured. */
static const lhi_result *on_one(const lhi_bench *b, const lhi_task *s, const lhi_result *r)
{
    for (size_t i = 0; i < b->steps; i++)
        if (b->step[i].threads == 1 && b->step[i].batch == s->batch &&
            memcmp(b->step[i].size, s->size, sizeof s->size) == 0)
            return of_family(b->step[i].result, b->step[i].count, r->who);
    return NULL;
}

static void add_step_row(const lhi_bench *b, lhi_text *t, const lhi_task *s, const lhi_result *r)
{
    const double peak = lhi_bench_peak(b, s->threads), seconds = r->seconds.median;
    const lhi_result *one = on_one(b, s, r);

    if (r->is_second || r->seconds.count == 0)
        return;
    lhi_text_add(t, "  %-10s %7d", r->who, s->threads);
    if (!r->agrees) {
        lhi_text_add(t, "  %s\n", r->trouble);
        return;
    }
    lhi_text_add(t, "  %10.4f +-%3.0f%%  %10.4g  %8.1f", seconds * 1e3,
                 percent(r->seconds.low, r->seconds.high, seconds), (double)s->batch / seconds,
                 s->flops / seconds / 1e9);
    if (peak > 0)
        lhi_text_add(t, "  %5.1f %%", 100 * s->flops / seconds / peak);
    else
        lhi_text_add(t, "  %7s", "-");
    if (one && one->seconds.count && one->agrees)
        lhi_text_add(t, "  %8.2f  %8.0f %%", one->seconds.median / seconds,
                     100 * one->seconds.median / seconds / s->threads);
    if (r->peer < 0 && s->used < s->threads)
        lhi_text_add(t, "  (took %d)", s->used);
    lhi_text_add(t, "%s\n", r->has_check ? "" : "  (another loss: not compared)");
}

/* What the tape costs beside the step written by hand, and the order beside any. */
static void add_costs(lhi_text *t, const lhi_task *s)
{
    const lhi_result *hand = of_family(s->result, s->count, "by hand");
    const lhi_result *free_order = of_family(s->result, s->count, "free order");

    if (s->count == 0 || s->result[0].seconds.count == 0 || !hand || hand->seconds.count == 0)
        return;
    lhi_text_add(t, "  the tape takes %.3f of the step by hand",
                 s->result[0].seconds.median / hand->seconds.median);
    if (free_order && free_order->seconds.count)
        lhi_text_add(t, ", which takes %.3f of one in free order",
                     hand->seconds.median / free_order->seconds.median);
    lhi_text_add(t, "\n");
}

static void add_steps(const lhi_bench *b, lhi_text *t)
{
    if (b->steps == 0)
        return;
    lhi_text_add(t, "\nTraining step in f32: forward, backward, descent\n");
    for (size_t i = 0; i < b->steps; i++) {
        const lhi_task *s = &b->step[i];

        if (i == 0 || memcmp(s->size, s[-1].size, sizeof s->size) != 0)
            lhi_text_add(t, "[%zu, %zu, %zu, %zu], batch %zu: %.3g MFLOP\n"
                            "             threads          ms          rows/s   GFLOP/s  of peak"
                            "  speed-up  efficiency\n",
                         s->size[0], s->size[1], s->size[2], s->size[3], s->batch, s->flops / 1e6);
        for (size_t k = 0; k < s->count; k++)
            add_step_row(b, t, s, &s->result[k]);
        add_costs(t, s);
    }
}

/* What the acts of a step reach, and how much of the roof above them. */
static void add_acts(const lhi_bench *b, lhi_text *t)
{
    const double peak = lhi_bench_peak(b, 1), near = lhi_bench_bandwidth(b, "read", "L2");

    if (b->acts > b->products && peak > 0 && near > 0)
        lhi_text_add(t, "\nActs of a step, one thread           us   GFLOP/s    GB/s"
                        "  of the roof\n");
    for (size_t i = b->products; i < b->acts && peak > 0 && near > 0; i++) {
        const lhi_act_cost *a = &b->act[i];
        const double rate = a->flops / a->seconds, bytes = a->bytes / a->seconds;
        const double roof = fmin(peak, a->flops / a->bytes * near);

        lhi_text_add(t, "  %-28s %8.1f  %8.1f  %6.1f     %5.1f %%\n", a->name, a->seconds * 1e6,
                     rate / 1e9, bytes / 1e9, 100 * rate / roof);
    }
}

/* In how many contests a peer stood for its family, and in how many it was wrong. */
static void count_of(const lhi_bench *b, int peer, size_t *best, size_t *wrong)
{
    *best = *wrong = 0;
    for (size_t i = 0; i < b->products + b->steps; i++) {
        const int step = i >= b->products;
        const lhi_result *r = step ? b->step[i - b->products].result : b->product[i].result;
        const size_t n = step ? b->step[i - b->products].count : b->product[i].count;

        for (size_t k = 0; k < n; k++)
            if (r[k].peer == peer && r[k].seconds.count) {
                *best += r[k].agrees && !r[k].is_second ? 1 : 0;
                *wrong += !r[k].agrees;
            }
    }
}

static void add_peers(const lhi_bench *b, lhi_text *t)
{
    if (b->peers == 0)
        return;
    lhi_text_add(t, "\nOther programs, each a process of its own, samples alternating with ours\n");
    for (size_t i = 0; i < b->peers; i++) {
        const lhi_peer *p = &b->peer[i];
        size_t best, wrong;

        count_of(b, (int)i, &best, &wrong);
        lhi_text_add(t, "  %-9s %s%s%s", p->family, p->text, p->setting ? ", by " : "",
                     p->setting ? p->setting : "");
        if (p->text[0])
            lhi_text_add(t, ": shown %zu time%s", best, best == 1 ? "" : "s");
        if (wrong)
            lhi_text_add(t, ", WRONG RESULTS %zu time%s", wrong, wrong == 1 ? "" : "s");
        if (p->trouble[0])
            lhi_text_add(t, "%s%s", p->text[0] ? "; " : "", p->trouble);
        lhi_text_add(t, "\n");
    }
}

void lhi_bench_show(const lhi_bench *b, FILE *out)
{
    lhi_text t = {.c = b->c};

    add_head(b, &t);
    add_peak(b, &t);
    add_bandwidth(b, &t);
    add_products(b, &t);
    add_steps(b, &t);
    add_acts(b, &t);
    add_peers(b, &t);
    lhi_bench_show_ranks(b, &t);
    if (t.at)
        fputs(t.at, out);
    lhi_text_free(&t);
}
