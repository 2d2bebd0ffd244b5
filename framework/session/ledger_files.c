/* ledger_files.c -- a ledger written to files: text, CSV, JSON, HTML, and arrays. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/place.h"
#include "framework/report/report.h"
#include "framework/session/ledger.h"

#include <math.h>

static const char *const columns[] = {"compared", "sums", "row", "col", "tape", "value", "off",
                                      "rounding", "estimate", "agrees"};

static void add_number(lhi_text *t, double x, const char *otherwise)
{
    if (isfinite(x))
        lhi_text_add(t, "%.17g", x);
    else
        lhi_text_add(t, "%s", otherwise);
}

/* Ten numbers, as `columns` says, each after a mark. */
static void add_comparison(lhi_text *t, const lh_comparison *c, int named, const char *otherwise)
{
    const double x[] = {(double)c->compared, (double)c->directions, (double)c->row, (double)c->col,
                        c->tape, c->value, c->off, c->rounding, c->estimate, c->agrees};

    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        if (named)
            lhi_text_add(t, "%s\"%s\":", i ? "," : "", columns[i]);
        else
            lhi_text_add(t, ",");
        add_number(t, x[i], otherwise);
    }
}

/* One line for each gradient and method. */
static void add_csv(const lhi_report *r, lhi_text *t)
{
    lhi_text_add(t, "gradient,rows,cols,verdict,reason,why,file,line,method");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        lhi_text_add(t, ",%s", columns[i]);
    lhi_text_add(t, "\n");
    for (size_t i = 0; i < r->rows; i++)
        for (int m = 0; m < LH_METHODS; m++) {
            const lh_entry *e = &r->row[i];

            if (e->by[m].compared + e->by[m].directions == 0)
                continue;
            lhi_add_csv(t, e->name);
            lhi_text_add(t, ",%zu,%zu,%s,%s,", e->rows, e->cols, lh_verdict_name(e->verdict),
                         e->reason ? lh_reason_name(e->reason, NULL) : "");
            lhi_add_csv(t, e->why);
            lhi_text_add(t, ",");
            lhi_add_csv(t, e->file ? e->file : "");
            lhi_text_add(t, ",%d,%s", e->line, lh_method_name((lh_method)m, NULL));
            add_comparison(t, &e->by[m], 0, "");
            lhi_text_add(t, "\n");
        }
}

static void add_string(lhi_text *t, const char *key, const char *text)
{
    lhi_text_add(t, ",\"%s\":", key);
    lhi_add_json(t, text);
}

static void add_json_row(lhi_text *t, const lh_entry *e)
{
    const char *comma = "";

    lhi_text_add(t, "{\"gradient\":");
    lhi_add_json(t, e->name);
    lhi_text_add(t, ",\"rows\":%zu,\"cols\":%zu,\"row\":%zu,\"col\":%zu,\"line\":%d,\"kinks\":%zu",
                 e->rows, e->cols, e->row, e->col, e->line, e->kinks);
    add_string(t, "file", e->file ? e->file : "");
    add_string(t, "verdict", lh_verdict_name(e->verdict));
    add_string(t, "reason", e->reason ? lh_reason_name(e->reason, NULL) : "");
    add_string(t, "why", e->why);
    add_string(t, "cites", e->cites ? e->cites : "");
    add_string(t, "decided", lh_method_name(e->decided, NULL));
    lhi_text_add(t, ",\"methods\":{");
    for (int m = 0; m < LH_METHODS; m++) {
        if (e->by[m].compared + e->by[m].directions == 0)
            continue;
        lhi_text_add(t, "%s\"%s\":{", comma, lh_method_name((lh_method)m, NULL));
        add_comparison(t, &e->by[m], 1, "null");
        lhi_text_add(t, "}");
        comma = ",";
    }
    lhi_text_add(t, "}}");
}

static void add_json_finding(lhi_text *t, const lh_finding *f)
{
    lhi_text_add(t, "{\"op\":");
    lhi_add_json(t, f->op);
    add_string(t, "node", f->node);
    add_string(t, "operand", f->operand);
    add_string(t, "file", f->file ? f->file : "");
    add_string(t, "method", lh_method_name(f->by, NULL));
    add_string(t, "reason", lh_reason_name(f->reason, NULL));
    add_string(t, "why", f->why);
    lhi_text_add(t, ",\"line\":%d,\"row\":%zu,\"col\":%zu,\"got\":", f->line, f->row, f->col);
    add_number(t, f->got, "null");
    lhi_text_add(t, ",\"wanted\":");
    add_number(t, f->wanted, "null");
    lhi_text_add(t, "}");
}

static void add_json(const lhi_report *r, lhi_text *t)
{
    lhi_text_add(t, "{\"loss\":");
    lhi_add_json(t, r->loss);
    add_string(t, "data", r->data);
    add_string(t, "verdict", lh_verdict_name(r->verdict));
    lhi_text_add(t, ",\"batch\":%zu,\"gradients\":[", r->batch);
    for (size_t i = 0; i < r->rows; i++) {
        lhi_text_add(t, "%s", i ? ",\n" : "\n");
        add_json_row(t, &r->row[i]);
    }
    lhi_text_add(t, "\n],\"findings\":[");
    for (size_t i = 0; i < r->findings; i++) {
        lhi_text_add(t, "%s", i ? ",\n" : "\n");
        add_json_finding(t, &r->finding[i]);
    }
    lhi_text_add(t, "\n]}\n");
}

static void add_cell(lhi_text *t, double x, const char *title)
{
    lhi_text_add(t, "<td class=n title=\"%s\">", title);
    if (x == x)
        lhi_text_add(t, "%.7e", x);
    else
        lhi_text_add(t, "\xe2\x80\x93");
    lhi_text_add(t, "</td>");
}

static void add_html_row(lhi_text *t, const lh_entry *e)
{
    const lh_comparison *c = &e->by[e->decided];
    const char *word = lh_verdict_name(e->verdict);

    lhi_text_add(t, "<tr class=%s><td title=\"", word);
    lhi_add_html(t, e->file ? e->file : "");
    lhi_text_add(t, ":%d\">", e->line);
    lhi_add_html(t, e->name);
    lhi_text_add(t, "</td><td>%zu \xc3\x97 %zu</td><td>(%zu, %zu)</td>", e->rows, e->cols, e->row,
                 e->col);
    add_cell(t, e->tape, "tape, in wide");
    for (int m = LH_BY_HAND; m <= LH_BY_DIFFERENCES; m++) {
        const char *text;

        lh_method_name((lh_method)m, &text);
        add_cell(t, e->beside[m], text);
    }
    lhi_text_add(t, "<td>%.1e %s %.1e</td><td>%s</td><td>%.3g</td><td>%.3g</td>"
                    "<td><b>%s</b> ", c->off,
                 c->off <= c->rounding + c->estimate ? "\xe2\x89\xa4" : "&gt;",
                 c->rounding + c->estimate, lh_method_name(e->decided, NULL), e->ulps32, e->ulps64,
                 word);
    if (e->reason)
        lhi_text_add(t, "%s: ", lh_reason_name(e->reason, NULL));
    lhi_add_html(t, e->why[0] || !e->cites ? e->why : e->cites);
    lhi_text_add(t, "</td></tr>\n");
}

static void add_html(const lhi_report *r, lhi_text *t)
{
    lhi_text_add(t,
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Gradient ledger</title><style>"
        "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:110em;padding:0 1em;"
        "color:#222}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
        "td,th{padding:.25em .7em;border-bottom:1px solid #ddd;text-align:left;white-space:nowrap}"
        "td:last-child{white-space:normal}th{border-bottom:2px solid #888}.n{text-align:right}"
        ".agree b{color:#18794e}.DISAGREE{background:#fdecea}.DISAGREE b{color:#b42318}"
        ".inconclusive{background:#fff8e1}.inconclusive b{color:#8a6100}pre{white-space:pre-wrap}"
        "</style><h1>Gradient ledger of ");
    lhi_add_html(t, r->loss);
    lhi_text_add(t, "</h1><p>%zu rows of ", r->batch);
    lhi_add_html(t, r->data);
    lhi_text_add(t, "; each gradient where it is nearest to its bound. Ulps: float and double "
                    "beside long double.</p><table><tr><th>gradient<th>shape<th>at<th>tape");
    for (int m = LH_BY_HAND; m <= LH_BY_DIFFERENCES; m++)
        lhi_text_add(t, "<th>%s", lh_method_name((lh_method)m, NULL));
    lhi_text_add(t, "<th>|tape \xe2\x88\x92 method| \xe2\x89\xa4 bound<th>by<th>ulps f32"
                    "<th>ulps f64<th>verdict</tr>\n");
    for (size_t i = 0; i < r->rows; i++)
        add_html_row(t, &r->row[i]);
    lhi_text_add(t, "</table>\n");
    for (size_t i = 0; i < r->findings; i++) {
        char text[800];

        lhi_finding_text(&r->finding[i], text, sizeof text);
        lhi_text_add(t, "<pre>");
        lhi_add_html(t, text);
        lhi_text_add(t, "</pre>\n");
    }
    lhi_text_add(t, "</html>\n");
}

static const struct format {
    const char *ending;
    void (*add)(const lhi_report *r, lhi_text *t); /* NULL: arrays */
} formats[] = {{".txt", lhi_ledger_text}, {".csv", add_csv}, {".json", add_json},
               {".html", add_html},       {".h5", NULL},     {".npz", NULL},
               {".safetensors", NULL}};

static void write_text(lh_ctx *c, const lhi_report *r, const char *path,
                       void (*add)(const lhi_report *r, lhi_text *t))
{
    lhi_text t = {.c = c};

    add(r, &t);
    lhi_text_write(&t, path, "the ledger");
    lhi_text_free(&t);
}

void lhi_ledger_write(lh_ctx *c, const lhi_report *r, const lhi_kept *arrays, const char *path)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (lhi_ends_with(path, formats[i].ending)) {
            if (formats[i].add)
                write_text(c, r, path, formats[i].add);
            else
                lhi_arrays_write(c, path, arrays->at, arrays->count);
            return;
        }
    lhi_fail(c, LH_EUSAGE, "the ending says what is written",
             "--ledger=%s: .txt, .csv, .json, .html, .h5, .npz and .safetensors can be written",
             path);
}
