/* decisions.c -- metrics of what the outputs decide: the class named, the threshold passed. */
/* SPDX-License-Identifier: MIT */
#include "framework/metrics/metrics.h"

#include <math.h>
#include <string.h>

/* Of one class or column: called so and so, called so and not so, so and not called so. */
enum { HIT, FALSE_ALARM, MISS };

/* Does the output say that the row is so? */
static int says(const lhi_scored *s, size_t row, size_t output)
{
    return s->of == LHI_OF_CLASSES ? s->said[row] == output
                                   : lhi_score_of(s, row, output) >= s->threshold;
}

/* Fills the tallies of all outputs; the weight of all rows. */
static double count(const lhi_scored *s)
{
    double all = 0;

    memset(s->tally, 0, LHI_TALLIES * s->outputs * sizeof *s->tally);
    for (size_t i = 0; i < s->rows; i++) {
        const double w = lhi_weight_of(s, i);

        all += w;
        if (s->of == LHI_OF_CLASSES) {
            const size_t said = s->said[i], is = (size_t)s->label[i];

            s->tally[said * LHI_TALLIES + (said == is ? HIT : FALSE_ALARM)] += w;
            if (said != is)
                s->tally[is * LHI_TALLIES + MISS] += w;
            continue;
        }
        for (size_t j = 0; j < s->outputs; j++) {
            const int is = lhi_is_so(s, i, j), said = says(s, i, j);

            if (is || said)
                s->tally[j * LHI_TALLIES + (is && said ? HIT : said ? FALSE_ALARM : MISS)] += w;
        }
    }
    return all;
}

static double part(double of, double all)
{
    return all > 0 ? of / all : 0;
}

static double precision(const double *t)
{
    return part(t[HIT], t[HIT] + t[FALSE_ALARM]);
}

static double recall(const double *t)
{
    return part(t[HIT], t[HIT] + t[MISS]);
}

static double f1(const double *t)
{
    return part(2 * t[HIT], 2 * t[HIT] + t[FALSE_ALARM] + t[MISS]);
}

/* The mean over the outputs; a class that no row has and no row is called is none. */
static double macro(lhi_scored *s, double (*f)(const double *tally))
{
    double sum = 0, n = 0;

    count(s);
    for (size_t j = 0; j < s->outputs; j++) {
        const double *t = s->tally + j * LHI_TALLIES;

        if (s->of == LHI_OF_CLASSES && t[HIT] + t[FALSE_ALARM] + t[MISS] == 0)
            continue;
        sum += f(t);
        n++;
    }
    return sum / n;
}

static double micro(lhi_scored *s, double (*f)(const double *tally))
{
    double all[LHI_TALLIES] = {0};

    count(s);
    for (size_t j = 0; j < s->outputs; j++)
        for (int k = 0; k < LHI_TALLIES; k++)
            all[k] += s->tally[j * LHI_TALLIES + (size_t)k];
    return f(all);
}

/* Of each output and then the mean, and of all outputs together. */
#define OF_TALLIES(name)                                                                  \
    double lhi_metric_##name(lhi_scored *s)                                               \
    {                                                                                     \
        return macro(s, name);                                                            \
    }                                                                                     \
    double lhi_metric_##name##_micro(lhi_scored *s)                                       \
    {                                                                                     \
        return micro(s, name);                                                            \
    }
OF_TALLIES(precision)
OF_TALLIES(recall)
OF_TALLIES(f1)

double lhi_metric_accuracy(lhi_scored *s)
{
    const double all = count(s);
    double wrong = 0;

    for (size_t j = 0; j < s->outputs; j++) {
        const double *t = s->tally + j * LHI_TALLIES;

        wrong += t[FALSE_ALARM] + (s->of == LHI_OF_CLASSES ? 0 : t[MISS]);
    }
    if (s->of != LHI_OF_CLASSES) /* each column is a row's answer to a question of its own */
        return ((double)s->outputs * all - wrong) / ((double)s->outputs * all);
    return (all - wrong) / all;
}

double lhi_metric_balanced_accuracy(lhi_scored *s)
{
    const double all = count(s);
    double sum = 0, n = 0;

    for (size_t j = 0; j < s->outputs; j++) {
        const double *t = s->tally + j * LHI_TALLIES;
        const double so = t[HIT] + t[MISS], right = all - so - t[FALSE_ALARM];

        if (s->of == LHI_OF_CLASSES) {
            sum += part(t[HIT], so);
            n += so > 0;
        } else {
            sum += (part(t[HIT], so) + part(right, all - so)) / ((so > 0) + (so < all));
            n++;
        }
    }
    return sum / n;
}

/* Smaller classes come first among equals, as they do where one is named. */
static double among(lhi_scored *s, size_t k)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < s->rows; i++) {
        const double *z = s->score + i * s->outputs;
        const size_t is = (size_t)s->label[i];
        size_t before = 0;

        for (size_t j = 0; j < s->outputs; j++)
            before += z[j] > z[is] || (z[j] == z[is] && j < is);
        sum += before < k ? lhi_weight_of(s, i) : 0;
        all += lhi_weight_of(s, i);
    }
    return sum / all;
}

double lhi_metric_top2(lhi_scored *s)
{
    return among(s, 2);
}

double lhi_metric_top3(lhi_scored *s)
{
    return among(s, 3);
}

double lhi_metric_top5(lhi_scored *s)
{
    return among(s, 5);
}

void lhi_confusion(const lhi_scored *s, size_t output, double *at)
{
    const size_t n = s->of == LHI_OF_CLASSES ? s->outputs : 2;

    memset(at, 0, n * n * sizeof *at);
    for (size_t i = 0; i < s->rows; i++) {
        const int classes = s->of == LHI_OF_CLASSES;
        const size_t is = classes ? (size_t)s->label[i] : (size_t)lhi_is_so(s, i, output);
        const size_t said = classes ? s->said[i] : (size_t)says(s, i, output);

        at[is * n + said] += lhi_weight_of(s, i);
    }
}
