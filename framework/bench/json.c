/* json.c -- every number of a run as JSON, for other programs. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/place.h"
#include "framework/bench/bench.h"
#include "framework/report/report.h"
#include "framework/system/sys.h"

#include <longhand/version.h>


/* JSON has no infinity and no NaN. */
static void add_number(lhi_text *t, const char *key, double x)
{
    if (x - x == 0)
        lhi_text_add(t, ", \"%s\": %.9g", key, x);
    else
        lhi_text_add(t, ", \"%s\": null", key);
}

static void add_string(lhi_text *t, const char *key, const char *text)
{
    lhi_text_add(t, "\"%s\": ", key);
    lhi_add_json(t, text);
}

/* Between the elements of an array, each on a line of its own. */
static void add_gap(lhi_text *t, size_t i)
{
    lhi_text_add(t, i ? ",\n    {" : "\n    {");
}

static void add_rates(lhi_text *t, const char *name, const lhi_rate *r, size_t n,
                      const char *what, const char *where, const char *unit)
{
    char key[40];

    lhi_text_add(t, ",\n  \"%s\": [", name);
    for (size_t i = 0; i < n; i++) {
        add_gap(t, i);
        add_string(t, what, r[i].what);
        lhi_text_add(t, ", ");
        add_string(t, where, r[i].where);
        lhi_text_add(t, ", \"threads\": %d", r[i].threads);
        if (r[i].bytes)
            lhi_text_add(t, ", \"bytes\": %zu", r[i].bytes);
        add_number(t, unit, r[i].median / 1e9);
        snprintf(key, sizeof key, "%s_low", unit);
        add_number(t, key, r[i].low / 1e9);
        snprintf(key, sizeof key, "%s_high", unit);
        add_number(t, key, r[i].high / 1e9);
        snprintf(key, sizeof key, "%s_best", unit);
        add_number(t, key, r[i].best / 1e9);
        lhi_text_add(t, "}");
    }
    lhi_text_add(t, "]");
}

static void add_results(lhi_text *t, const lhi_result *r, size_t count, double flops, size_t batch,
                        double peak)
{
    lhi_text_add(t, ", \"results\": [");
    for (size_t i = 0; i < count; i++) {
        lhi_text_add(t, "%s\n      {", i ? "," : "");
        add_string(t, "who", r[i].who);
        lhi_text_add(t, ", ");
        add_string(t, "version", r[i].text);
        if (r[i].seconds.count) {
            add_number(t, "seconds", r[i].seconds.median);
            add_number(t, "low", r[i].seconds.low);
            add_number(t, "high", r[i].seconds.high);
            add_number(t, "least", r[i].seconds.least);
            lhi_text_add(t, ", \"samples\": %zu", r[i].seconds.count);
            add_number(t, "gflops", flops / r[i].seconds.median / 1e9);
            if (batch)
                add_number(t, "rows_per_second", (double)batch / r[i].seconds.median);
            if (peak > 0)
                add_number(t, "of_peak", flops / r[i].seconds.median / peak);
        }
        if (r[i].has_check)
            add_number(t, batch ? "loss" : "checksum", r[i].check);
        lhi_text_add(t, ", \"agrees\": %s, \"best_of_name\": %s",
                     !r[i].has_check ? "null" : r[i].agrees ? "true" : "false",
                     r[i].is_second ? "false" : "true");
        if (r[i].trouble[0]) {
            lhi_text_add(t, ", ");
            add_string(t, "trouble", r[i].trouble);
        }
        lhi_text_add(t, "}");
    }
    lhi_text_add(t, "]}");
}

static void add_products(const lhi_bench *b, lhi_text *t)
{
    lhi_text_add(t, ",\n  \"gemm\": [");
    for (size_t i = 0; i < b->products; i++) {
        const lhi_product *p = &b->product[i];

        add_gap(t, i);
        lhi_text_add(t, "\"m\": %zu, \"n\": %zu, \"k\": %zu", p->m, p->n, p->k);
        add_number(t, "flops", p->flops);
        add_number(t, "bytes", p->bytes);
        add_results(t, p->result, p->count, p->flops, 0, lhi_bench_peak(b, 1));
    }
    lhi_text_add(t, "]");
}

static void add_steps(const lhi_bench *b, lhi_text *t)
{
    lhi_text_add(t, ",\n  \"steps\": [");
    for (size_t i = 0; i < b->steps; i++) {
        const lhi_task *s = &b->step[i];

        add_gap(t, i);
        lhi_text_add(t, "\"sizes\": [%zu, %zu, %zu, %zu], \"batch\": %zu, \"threads\": %d, "
                        "\"threads_taken\": %d",
                     s->size[0], s->size[1], s->size[2], s->size[3], s->batch, s->threads, s->used);
        add_number(t, "flops", s->flops);
        add_results(t, s->result, s->count, s->flops, s->batch, lhi_bench_peak(b, s->threads));
    }
    lhi_text_add(t, "]");
}

static void add_peers(const lhi_bench *b, lhi_text *t)
{
    lhi_text_add(t, ",\n  \"peers\": [");
    for (size_t i = 0; i < b->peers; i++) {
        const lhi_peer *p = &b->peer[i];

        add_gap(t, i);
        add_string(t, "name", p->family);
        lhi_text_add(t, ", ");
        add_string(t, "version", p->text);
        lhi_text_add(t, ", ");
        add_string(t, "setting", p->setting ? p->setting : "");
        lhi_text_add(t, ", ");
        add_string(t, "trouble", p->trouble);
        lhi_text_add(t, "}");
    }
    lhi_text_add(t, "]");
}

static void add_acts(const lhi_bench *b, lhi_text *t)
{
    lhi_text_add(t, ",\n  \"acts\": [");
    for (size_t i = 0; i < b->acts; i++) {
        add_gap(t, i);
        add_string(t, "name", b->act[i].name);
        add_number(t, "flops", b->act[i].flops);
        add_number(t, "bytes", b->act[i].bytes);
        add_number(t, "seconds", b->act[i].seconds);
        lhi_text_add(t, "}");
    }
    lhi_text_add(t, "]");
}

static void add_time(lhi_text *t, const char *name, const lhi_spread *s)
{
    lhi_text_add(t, ", \"%s\": {\"samples\": %zu", name, s->count);
    add_number(t, "seconds", s->median);
    add_number(t, "low", s->low);
    add_number(t, "high", s->high);
    lhi_text_add(t, "}");
}

static void add_ranks(const lhi_bench *b, lhi_text *t)
{
    lhi_text_add(t, ",\n  \"ranks\": [");
    for (size_t i = 0; i < b->ranks; i++) {
        const lhi_rank_result *r = &b->rank[i];

        add_gap(t, i);
        lhi_text_add(t, "\"sizes\": [%zu, %zu, %zu, %zu], \"batch\": %zu, \"floats\": %zu",
                     r->size[0], r->size[1], r->size[2], r->size[3], r->batch, r->floats);
        add_time(t, "sums", &r->ours);
        add_time(t, "sums_of_mpi", &r->usual);
        add_time(t, "step", &r->step);
        add_time(t, "step_of_one", &r->alone);
        add_time(t, "step_of_one_with_all_threads", &r->wide);
        lhi_text_add(t, "}");
    }
    lhi_text_add(t, "]");
}

void lhi_bench_json(const lhi_bench *b, const char *path)
{
    lhi_text t = {.c = b->c};
    char cpu[120];

    lhi_sys_cpu_name(cpu, sizeof cpu);
    lhi_text_add(&t, "{\n  \"longhand\": \"%s\",\n  ", LH_VERSION);
    add_string(&t, "cpu", cpu);
    lhi_text_add(&t, ",\n  \"isa\": \"%s\",\n  \"threads\": %d,\n  \"samples\": %zu,\n"
                     "  \"sample_seconds\": %g,\n  \"quick\": %s,\n  \"stopped\": %s",
                 lhi_variant_isa(b->variant), b->threads, lhi_bench_rounds(b), lhi_bench_least(b),
                 b->plan->quick ? "true" : "false", b->stopped ? "true" : "false");
    add_rates(&t, "peak", b->peak, b->peaks, "isa", "type", "gflops");
    add_rates(&t, "bandwidth", b->bandwidth, b->bandwidths, "what", "where", "gbytes_per_second");
    add_products(b, &t);
    add_steps(b, &t);
    add_acts(b, &t);
    add_peers(b, &t);
    if (b->ranks)
        add_ranks(b, &t);
    lhi_text_add(&t, "\n}\n");
    lhi_text_write(&t, path, "the results");
    lhi_text_free(&t);
}
