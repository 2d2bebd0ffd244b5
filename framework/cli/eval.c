/* eval.c -- longhand eval: what a checkpoint is worth on a data set. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <math.h>
#include <string.h>

enum { MOST_PARTS = 64 };

/* Rows that are measured by themselves. */
typedef struct part {
    char name[40];
    lh_data *d;
    lh_scores *s;
} part;

typedef struct evaluation {
    lh_ctx *c;
    lh_var L, yhat;
    const char *source;
    part at[MOST_PARTS];
    size_t parts;
    int cut; /* there are more */
    const char *metrics, *format;
    long samples; /* for intervals, 0: none */
} evaluation;

static void add(evaluation *e, lh_data *d, const char *name)
{
    e->cut = e->parts == MOST_PARTS;
    if (e->cut)
        return;
    snprintf(e->at[e->parts].name, sizeof e->at[e->parts].name, "%s", name);
    e->at[e->parts++].d = d;
}

/* The file that was trained on: first what was not. */
static void add_parts(evaluation *e, lh_checkpoint *k, lh_data *d, long parts)
{
    char name[40];

    for (long i = 1; i <= parts; i++) {
        snprintf(name, sizeof name, parts > 1 ? "held out as part %ld" : "held out", i);
        add(e, lh_checkpoint_rows(k, d, i), name);
    }
    if (parts >= 0)
        add(e, lh_checkpoint_rows(k, d, 0), "trained on");
    if (parts != 0)
        add(e, d, parts > 0     ? "all"
                  : parts == -1 ? "another file than it was trained on"
                                : "held out or trained on");
}

static void print_lines(const evaluation *e)
{
    for (size_t i = 0; i < e->parts; i++) {
        char before[4200];

        snprintf(before, sizeof before, "%zu rows of %s, %s: ", lh_rows(e->at[i].d), e->source,
                 e->at[i].name);
        print_worth(e->L, e->yhat, e->at[i].d, before);
        if (lh_error(e->c) == LH_OK)
            putchar('\n');
    }
}

/* --- all that was asked for --- */

/* 1 when `name` is one of those, separated by commas, or all are. */
static int wanted(const char *list, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = list; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && (!at[length] || at[length] == ','))
            return 1;
    return strcmp(list, "all") == 0;
}

/* Refuses what is no metric of these labels. */
static void check_names(const evaluation *e)
{
    char name[64];

    for (const char *at = e->metrics; lh_error(e->c) == LH_OK && *at; at += *at == ',') {
        const size_t length = strcspn(at, ",");

        snprintf(name, sizeof name, "%.*s", (int)length, at);
        at += length;
        if (strcmp(name, "all") != 0 && strcmp(name, "loss") != 0)
            lh_scores_metric(e->at[0].s, name); /* tells what there is */
    }
}

/* A NaN has no sign that means anything. */
static void format_number(const char *metric, double x, char text[40])
{
    if (x != x)
        x = (double)NAN;
    if (has_units(metric))
        snprintf(text, 40, "%.5g", x);
    else
        snprintf(text, 40, "%.4f", x);
}

static double value_of(const evaluation *e, size_t i, const char *name)
{
    return strcmp(name, "loss") == 0 ? lh_loss(e->L, e->at[i].d)
                                     : lh_scores_metric(e->at[i].s, name);
}

/* NaNs where none is wanted. */
static lh_interval interval_of(const evaluation *e, size_t i, const char *name)
{
    return e->samples > 0 && strcmp(name, "loss") != 0
               ? lh_scores_interval(e->at[i].s, name, (size_t)e->samples, 0.95)
               : (lh_interval){(double)NAN, (double)NAN};
}

/* A metric of a part with its interval. */
static void format_cell(const evaluation *e, size_t i, const char *name, char text[140])
{
    const lh_interval in = interval_of(e, i, name);
    char x[40], lo[40], hi[40];

    format_number(name, value_of(e, i, name), x);
    format_number(name, in.lo, lo);
    format_number(name, in.hi, hi);
    if (in.lo == in.lo)
        snprintf(text, 140, "%s [%s, %s]", x, lo, hi);
    else
        snprintf(text, 140, "%s", x);
}

/* A number as JSON and CSV have it: all digits, and nothing for a NaN. */
static void print_number(double x, const char *none)
{
    if (x == x && fabs(x) < (double)INFINITY)
        printf("%.17g", x);
    else
        fputs(none, stdout);
}

static void print_record(const evaluation *e, size_t i, const char *name)
{
    const int json = strcmp(e->format, "json") == 0;
    const part *p = &e->at[i];
    const lh_interval in = interval_of(e, i, name);
    const char *none = json ? "null" : "";

    if (json)
        printf("{\"part\": \"%s\", \"rows\": %zu, \"metric\": \"%s\", \"value\": ", p->name,
               lh_rows(p->d), name);
    else
        printf("%s,%zu,%s,", p->name, lh_rows(p->d), name);
    print_number(value_of(e, i, name), none);
    fputs(json ? ", \"lo\": " : ",", stdout);
    print_number(in.lo, none);
    fputs(json ? ", \"hi\": " : ",", stdout);
    print_number(in.hi, none);
    puts(json ? "}" : "");
}

static void print_row(const evaluation *e, const char *name)
{
    const int width = e->samples > 0 ? 26 : 12;
    char text[140];

    if (strcmp(e->format, "text") != 0) {
        for (size_t i = 0; i < e->parts; i++)
            print_record(e, i, name);
        return;
    }
    printf("%-18s", name);
    for (size_t i = 0; i < e->parts; i++) {
        format_cell(e, i, name, text);
        printf(" %*s", width, text);
    }
    putchar('\n');
}

static void print_head(const evaluation *e)
{
    const int width = e->samples > 0 ? 26 : 12;

    if (strcmp(e->format, "csv") == 0)
        puts("part,rows,metric,value,lo,hi");
    if (strcmp(e->format, "text") != 0)
        return;
    printf("%-18s", "");
    for (size_t i = 0; i < e->parts; i++)
        printf(" %*.*s", width, width, e->at[i].name);
    printf("\n%-18s", "rows");
    for (size_t i = 0; i < e->parts; i++)
        printf(" %*zu", width, lh_rows(e->at[i].d));
    putchar('\n');
}

/* A row for each metric that these labels have and that is wanted. */
static void print_table(const evaluation *e)
{
    lh_metric_row m;

    print_head(e);
    for (size_t k = 0; (m = lh_metric_at(k)).name; k++)
        if (lh_scores_have(e->at[0].s, m.name) && wanted(e->metrics, m.name))
            print_row(e, m.name);
    if (wanted(e->metrics, "loss"))
        print_row(e, "loss");
}

/* A row for each class, a column for what it was called. */
static void print_confusion(const evaluation *e)
{
    const part *p = &e->at[0];
    const size_t n = (size_t)lh_classes(p->d);

    printf("\nOf %zu rows, %s: a row for each class, a column for what it was called\n%-14s",
           lh_rows(p->d), p->name, "");
    for (size_t j = 0; j < n; j++)
        printf(" %9.9s", lh_class_name(p->d, j));
    for (size_t i = 0; i < n; i++) {
        printf("\n%-14.14s", lh_class_name(p->d, i));
        for (size_t j = 0; j < n; j++)
            printf(" %9.6g", lh_scores_called(p->s, i, j));
    }
    putchar('\n');
}

static void print_all(evaluation *e, int confusion)
{
    for (size_t i = 0; i < e->parts; i++)
        if (!(e->at[i].s = lh_scores_of(e->yhat, e->at[i].d)))
            return;
    check_names(e);
    if (lh_error(e->c) == LH_OK && e->metrics[0])
        print_table(e);
    if (lh_error(e->c) == LH_OK && confusion && lh_classes(e->at[0].d) > 0)
        print_confusion(e);
}

/* What a reader should know of the figures. */
static void print_remarks(const evaluation *e, lh_checkpoint *k, long parts)
{
    if (parts == 0)
        printf("No row was held out: these figures say how well it fits, not what it is worth.\n");
    if (parts > 0 && lh_checkpoint_watched(k)[0])
        printf("The epoch was chosen by the smallest %s: what that was measured on is no test.\n",
               lh_checkpoint_watched(k));
    if (e->cut)
        printf("Only the first %d parts are shown.\n", MOST_PARTS);
}

static void declare_examples(lh_ctx *c)
{
    lh_opt_example(c, "longhand eval run/model.h5",
                   "on the built-in data: the rows held out, those trained on, and all");
    lh_opt_example(c, "longhand eval run/model.h5 --data=new.csv",
                   "on other rows; columns are found by their names");
    lh_opt_example(c, "longhand eval run/model.h5 --metrics=all --intervals=1000 --confusion",
                   "all that the labels have, with intervals, and what was called what");
}

int verb_eval(int argc, char **argv)
{
    static evaluation e;
    lh_ctx *c = lh_open(argc, argv, "measure a checkpoint on a data set");

    lh_opt_uses(c, LH_USES_THREADS | LH_USES_SEED);
    declare_examples(c);
    e = (evaluation){.c = c};
    e.source = lh_opt_path(c, "data", "wdbc", "file with rows, or wdbc");
    e.metrics = lh_opt_text(c, "metrics", "", "a table of them: all, or names with commas between");
    e.samples = lh_opt_int(c, "intervals", 0, "bootstrap samples for an interval of 95 % of each");
    const int confusion = lh_opt_flag(c, "confusion", "what was called what, of the first rows");
    e.format = lh_opt_choice(c, "format", "text|csv|json", "of the table: a record a metric");
    const char *file = lh_opt_argument(c, "FILE.h5", "", "checkpoint to measure");
    const int lines = !e.metrics[0] && !confusion && e.samples == 0 &&
                      strcmp(e.format, "text") == 0;

    if (!file[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint is needed: longhand eval FILE.h5 --data=FILE.csv");
    if (e.samples < 0 || e.samples > 1000000)
        lh_fail(c, LH_EUSAGE, "--intervals=%ld: 1 to 1000000 samples", e.samples);
    if (!e.metrics[0] && !lines && !(confusion && e.samples == 0))
        e.metrics = "all";
    lh_opt_done(c);
    lh_checkpoint *k = lh_checkpoint_open(c, file);
    lh_data *d = lh_checkpoint_data(k, e.source);

    e.L = lh_checkpoint_network(k);
    e.yhat = lh_prediction(e.L);
    const long parts = lh_checkpoint_parts(k, d);

    add_parts(&e, k, d, parts);
    if (lh_error(c) == LH_OK && lines)
        print_lines(&e);
    else if (lh_error(c) == LH_OK)
        print_all(&e, confusion);
    if (lh_error(c) == LH_OK && strcmp(e.format, "text") == 0)
        print_remarks(&e, k, parts);
    return lh_close(c);
}
