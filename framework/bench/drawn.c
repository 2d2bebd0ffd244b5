/* drawn.c -- what the figures of a run show: speed-up over threads, acts under their roof. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/bench.h"
#include "framework/report/report.h"

#include <stdio.h>
#include <string.h>

enum { CURVES = 8, TEAMS = 16 };

static int is_of(const lhi_task *a, const lhi_task *b)
{
    return a->batch == b->batch && memcmp(a->size, b->size, sizeof a->size) == 0;
}

/* A curve for each network: how many times faster than one thread. */
static void draw_scaling(const lhi_bench *b, const char *path)
{
    double threads[CURVES][TEAMS], speed[CURVES][TEAMS];
    char name[CURVES][100];
    lhi_scaling curve[CURVES];
    size_t n = 0;

    for (size_t i = 0; i < b->steps && n < CURVES; i++) {
        const lhi_task *first = &b->step[i];
        size_t points = 0;

        if (first->threads != 1 || first->count == 0 || first->result[0].seconds.count == 0)
            continue;
        for (size_t k = i; k < b->steps && points < TEAMS && is_of(&b->step[k], first); k++) {
            const lhi_task *s = &b->step[k];

            if (s->count == 0 || s->result[0].seconds.count == 0)
                continue;
            threads[n][points] = s->threads;
            speed[n][points++] = first->result[0].seconds.median / s->result[0].seconds.median;
        }
        snprintf(name[n], sizeof name[n], "[%zu, %zu, %zu, %zu], batch %zu", first->size[0],
                 first->size[1], first->size[2], first->size[3], first->batch);
        curve[n] = (lhi_scaling){name[n], threads[n], speed[n], points};
        n++;
    }
    if (n > 0)
        lhi_figure_scaling(b->c, path, curve, n);
}

static void draw_roofline(const lhi_bench *b, const char *path)
{
    static const char *const places[] = {"L2", "L3", "L3, large", "memory"};
    const double peak = lhi_bench_peak(b, 1) / 1e9;
    lhi_roof roof[4];
    lhi_point *point = lhi_alloc_array(b->c, b->acts + 1, sizeof *point);
    size_t roofs = 0, n = 0;

    for (size_t i = 0; i < 4; i++) {
        const double rate = lhi_bench_bandwidth(b, "read", places[i]) / 1e9;

        if (rate > 0)
            roof[roofs++] = (lhi_roof){places[i], rate};
    }
    for (size_t i = b->drawn_from; point && i < b->acts; i++)
        point[n++] = (lhi_point){b->act[i].name, b->act[i].flops / b->act[i].bytes,
                                 b->act[i].flops / b->act[i].seconds / 1e9};
    if (point && n > 0 && peak > 0)
        lhi_figure_roofline(b->c, path, peak, roof, roofs, point, n);
    lhi_release(b->c, point);
}

void lhi_bench_figures(const lhi_bench *b, const char *folder)
{
    draw_scaling(b, lh_path(b->c, folder, "scaling.png"));
    draw_roofline(b, lh_path(b->c, folder, "roofline.png"));
}
