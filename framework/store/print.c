/* print.c -- what a checkpoint holds, for people. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/store.h"

#include "framework/base/quote.h"
#include "framework/store/h5.h"
#include "framework/system/sys.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { EDGE_ROWS = 3 }; /* rows shown of each end of the history */

/* A text from the file, without what could steer a terminal. */
static void plain(FILE *out, const char *text, size_t length)
{
    char glyph[LHI_GLYPH];

    for (size_t i = 0; i < length;) {
        i += lhi_glyph(text + i, length - i, glyph);
        fputs(glyph, out);
    }
}

/* With a decimal point in any locale. */
static void LH_PRINTF(2, 0) put_all(FILE *out, const char *format, va_list args)
{
    char text[512];

    lhi_sys_vformat(text, sizeof text, format, args);
    plain(out, text, strlen(text));
}

/* One item of a line. */
static void LH_PRINTF(2, 3) put(FILE *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put_all(out, format, args);
    va_end(args);
}

static void LH_PRINTF(2, 3) line(FILE *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put_all(out, format, args);
    va_end(args);
    fputc('\n', out);
}

static void print_tape(const lhi_state *s, FILE *out)
{
    const char *at = s->tape ? s->tape : "";

    fputc('\n', out);
    line(out, "network");
    while (*at) {
        const size_t length = strcspn(at, "\n");

        fputs("  ", out);
        plain(out, at, length);
        fputc('\n', out);
        at += length + (at[length] == '\n');
    }
}

static void print_parameter(const lhi_state *s, const lhi_state_param *p, FILE *out)
{
    double least = (double)INFINITY, most = -(double)INFINITY, squares = 0;

    for (size_t i = 0; i < p->rows * p->cols; i++) {
        const double v = s->type == LH_F32 ? (double)((const float *)p->value)[i]
                                           : ((const double *)p->value)[i];

        least = v < least ? v : least;
        most = v > most ? v : most;
        squares += v * v;
    }
    line(out, "  %-20s %6zu x %-6zu  min %-12.6g max %-12.6g norm %.6g", p->name, p->rows,
         p->cols, least, most, sqrt(squares));
}

static void print_optimizer(const lhi_state *s, FILE *out)
{
    put(out, "optimizer  %s", s->rule);
    for (size_t i = 0; i < s->numbers; i++)
        put(out, "%s%s %.17g", i ? ", " : ": ", s->number[i].name, s->number[i].value);
    for (size_t i = 0; i < s->slots; i++)
        put(out, "%s%s", i ? ", " : "; keeps ", s->slot[i].name);
    fputc('\n', out);
    if (s->schedule[0] && strcmp(s->schedule, "constant") != 0)
        line(out, "           the rate as %s has it, after %lld moves", s->schedule,
             (long long)s->moves);
    for (size_t i = 0; i < s->kepts; i++) {
        const double value = s->kept[i].value;

        if (strcmp(s->kept[i].name, "halvings") == 0)
            line(out, "           the rate is halved, for the run went back after steps that were "
                 "no number: %.17g time%s", value, value == 1 ? "" : "s");
        else
            line(out, "           %s %.17g", s->kept[i].name, value);
    }
}

/* Which epoch's parameters are the model, and from which a run goes on. */
static void print_best(const lhi_state *s, FILE *out)
{
    if (!s->watch[0])
        return;
    if (s->best_epoch > 0)
        line(out, "model      of epoch %lld, where %s was smallest: %.17g",
             (long long)s->best_epoch, s->watch, s->best_value);
    else
        line(out, "model      of the last step: %s was never a number", s->watch);
    if (s->patience > 0 && s->epoch - s->best_epoch >= s->patience)
        line(out, "           the run has ended: %lld epochs without a smaller one",
             (long long)(s->epoch - s->best_epoch));
}

/* Its first lines say what labels, missing cells and scales are. */
static void print_recipe(const lhi_state *s, FILE *out)
{
    const char *at = s->recipe ? s->recipe : "";

    for (int i = 0; i < 3 && *at; i++) {
        const size_t length = strcspn(at, "\n");

        put(out, i ? ", " : "           ");
        plain(out, at, length);
        at += length + (at[length] == '\n');
    }
    if (s->recipe)
        fputc('\n', out);
}

static void print_counters(const lhi_state *s, FILE *out)
{
    fputc('\n', out);
    print_best(s, out);
    if (s->threshold != 0.5)
        line(out, "threshold  %.17g: an output that is not below it says 1", s->threshold);
    print_optimizer(s, out);
    line(out, "progress   epoch %lld, step %lld, batch %lld, shards %lld, seed %llu",
         (long long)s->epoch, (long long)s->step, (long long)s->batch, (long long)s->shards,
         (unsigned long long)s->seed);
    if (s->position > 0)
        line(out, "           %lld rows of the next epoch are done", (long long)s->position);
    line(out, "data       %s, %lld rows (%lld to train) x %lld columns",
         s->data_name[0] ? s->data_name : "(without a name)", (long long)s->data_rows,
         (long long)s->train_rows, (long long)s->data_cols);
    if (s->data_digest[0])
        line(out, "           sha256 %s", s->data_digest);
    print_recipe(s, out);
    for (size_t i = 0; i < s->held_count; i++)
        line(out, "           %g of them held out", s->held[i]);
}

static int series_width(const lhi_state_series *series)
{
    const size_t length = strlen(series->name);

    return length < 14 ? 14 : (int)length;
}

static void print_history(const lhi_state *s, FILE *out)
{
    if (s->series_count == 0 || s->epochs == 0)
        return;
    fputc('\n', out);
    line(out, "history of %zu epochs", s->epochs);
    put(out, "%9s", "epoch");
    for (size_t k = 0; k < s->series_count; k++)
        put(out, "  %*s", series_width(&s->series[k]), s->series[k].name);
    fputc('\n', out);
    for (size_t i = 0; i < s->epochs; i++) {
        if (i == EDGE_ROWS && s->epochs > 2 * EDGE_ROWS) {
            line(out, "  ...");
            i = s->epochs - EDGE_ROWS;
        }
        put(out, "%9zu", i + 1);
        for (size_t k = 0; k < s->series_count; k++)
            put(out, "  %*.7g", series_width(&s->series[k]), s->series[k].at[i]);
        fputc('\n', out);
    }
}

static void print_lines(const char *title, const char *const *lines, size_t count, FILE *out)
{
    if (count == 0)
        return;
    fputc('\n', out);
    line(out, "%s", title);
    for (size_t i = 0; i < count; i++) {
        fputs("  ", out);
        plain(out, lines[i], strlen(lines[i]));
        fputc('\n', out);
    }
}

void lhi_store_print(const lhi_state *s, const char *path, FILE *out)
{
    lhi_h5_root root;
    size_t elements = 0;

    lhi_h5_root_fill(&root, s);
    for (size_t i = 0; i < s->params; i++)
        elements += s->param[i].rows * s->param[i].cols;
    plain(out, path, strlen(path));
    fputc('\n', out);
    line(out, "  a checkpoint of Longhand, format version %lld, type %s",
         (long long)(s->version > 0 ? s->version : LHI_STORE_VERSION), root.type);
    line(out, "  tape sha256 %s", root.tape_digest);
    print_tape(s, out);
    fputc('\n', out);
    line(out, "parameters %zu, numbers in them %zu", s->params, elements);
    for (size_t i = 0; i < s->params; i++)
        print_parameter(s, &s->param[i], out);
    print_counters(s, out);
    print_history(s, out);
    print_lines("configuration", s->config, s->config_count, out);
    print_lines("provenance", s->provenance, s->provenance_count, out);
}
