/* as_table.c -- a derivation as LaTeX and as HTML: one table, two sets of marks. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/document.h"

#include <string.h>

/* The columns; of both formulas the left-hand side stands apart, so that the signs of
 * equality are below each other. */
enum { NUMBER, NOTE_LEFT, NOTE_RIGHT, LEFT, RIGHT, SHAPE, CHECK, COLUMNS };

static const struct marks {
    lhi_form form;
    const char *row, *row_end, *last_row_end;
    const char *cell[COLUMNS], *cell_end;
    const char *math, *math_end;
} latex = {LHI_AS_LATEX, "", "\\\\*\\noalign{\\vskip 0.8ex}\n",
           "\\\\\\noalign{\\vskip 1.2ex}\n",
           {" & ", " & ", " & ", " & ", " & ", " & ", " & "}, "",
           "$\\displaystyle ", "$"},
  html = {LHI_AS_HTML, "<tr>\n", "</tr>\n", "</tr>\n",
          {"<td class=\"number\">", "<td class=\"left note\">", "<td class=\"note\">",
           "<td class=\"left\">", "<td>", "<td class=\"shape\">", "<td class=\"check\">"},
          "</td>\n", "<math displaystyle=\"true\"><mrow>", "</mrow></math>"};

typedef struct table {
    lhi_text *t;
    lhi_document *d;
    const struct marks *k;
} table;

static void cell(const table *b, int column)
{
    const int first = column == (b->d->is_page ? NUMBER : LEFT);

    lhi_text_add(b->t, "%s", first && b->k->form == LHI_AS_LATEX ? "" : b->k->cell[column]);
}

static void cell_end(const table *b)
{
    lhi_text_add(b->t, "%s", b->k->cell_end);
}

/* A formula on its own, with a sign before it when it is a right-hand side. */
static void math(const table *b, lhi_ref e, int sign, int becomes)
{
    lhi_text_add(b->t, "%s", b->k->math);
    if (sign)
        lhi_add_sign(b->t, becomes, b->k->form);
    lhi_render(b->t, &b->d->pool, e, b->k->form);
    lhi_text_add(b->t, "%s", b->k->math_end);
}

/* Row i of a line of the notes: its left-hand side stands in the first alone. */
static void note_cells(const table *b, int number, const lhi_ref *step, size_t steps, size_t i)
{
    cell(b, NUMBER);
    if (i == 0)
        lhi_text_add(b->t, "%d", number);
    cell_end(b);
    cell(b, NOTE_LEFT);
    if (i == 0)
        math(b, step[0], 0, 0);
    cell_end(b);
    cell(b, NOTE_RIGHT);
    if (i + 1 < steps)
        math(b, step[i + 1], 1, number == 22);
    if (i + 2 == steps)
        lhi_add_note_tail(b->t, b->d, number, b->k->form);
    cell_end(b);
}

static void line_cells(const table *b, const lhi_formula *l)
{
    char shape[60];

    cell(b, LEFT);
    if (l && l->left != LHI_NO_EXPR)
        math(b, l->left, 0, 0);
    cell_end(b);
    cell(b, RIGHT);
    if (l && l->right != LHI_NO_EXPR)
        math(b, l->right, 1, l->becomes);
    cell_end(b);
    cell(b, SHAPE);
    if (l && lhi_line_shape(b->d, l, shape, sizeof shape)[0]) {
        char *times = strchr(shape, 'x');

        *times = 0; /* "[m x 16]" */
        lhi_text_add(b->t, b->k->form == LHI_AS_HTML ? "%s&#xD7;%s" : "$%s\\times%s$", shape,
                     times + 1);
    }
    cell_end(b);
    cell(b, CHECK);
    if (l)
        lhi_add_check(b->t, l, b->k->form);
    cell_end(b);
}

/* Lines from..to-1, beside one line of the notes. */
static void group(const table *b, size_t from, size_t to)
{
    const int number = b->d->line[from].note;
    lhi_ref step[LHI_CHAIN];
    const size_t steps = number ? lhi_note_steps(b->d, number, step) : 0;
    const size_t rows = steps > to - from + 1 ? steps - 1 : to - from;

    for (size_t i = 0; i < rows; i++) {
        lhi_text_add(b->t, "%s", b->k->row);
        if (b->d->is_page)
            note_cells(b, number, step, steps, i);
        line_cells(b, from + i < to ? &b->d->line[from + i] : NULL);
        lhi_text_add(b->t, "%s", i + 1 < rows ? b->k->row_end : b->k->last_row_end);
    }
}

static void section(const table *b, lhi_section s)
{
    const int columns = b->d->is_page ? COLUMNS : COLUMNS - LEFT;

    if (b->k->form == LHI_AS_HTML)
        lhi_text_add(b->t, "<tr><th colspan=\"%d\">%s</th></tr>\n", columns, lhi_section_name(s));
    else
        lhi_text_add(b->t, "\\multicolumn{%d}{l}{\\rule{0pt}{4ex}\\large\\textbf{%s}}\\\\*[1ex]\n",
                     columns, lhi_section_name(s));
}

static void rows(const table *b)
{
    const lhi_formula *l = b->d->line;

    for (size_t i = 0, next; i < b->d->count; i = next) {
        if (i == 0 || l[i].section != l[i - 1].section)
            section(b, l[i].section);
        next = i + 1;
        while (next < b->d->count && l[next].section == l[i].section && l[next].note == 0 &&
               (b->d->is_page || l[next].left == LHI_NO_EXPR))
            next++;
        group(b, i, next);
    }
}

void lhi_as_latex(lhi_text *t, lhi_document *d)
{
    const table b = {t, d, &latex};

    lhi_text_add(t, "%% pdflatex twice: the second run sets the widths of the table.\n"
                    "\\documentclass[a4paper,landscape,11pt]{article}\n"
                    "\\usepackage{amsmath,longtable}\n"
                    "\\pdfpagewidth=\\paperwidth \\pdfpageheight=\\paperheight\n"
                    "\\setlength\\hoffset{-1in}\\setlength\\voffset{-1in}\n"
                    "\\setlength\\oddsidemargin{16mm}\\setlength\\textwidth{265mm}\n"
                    "\\setlength\\topmargin{10mm}\\setlength\\headheight{0pt}"
                    "\\setlength\\headsep{0pt}\n"
                    "\\setlength\\textheight{178mm}\\setlength\\parindent{0pt}\n"
                    "\\setlength\\LTleft{0pt}\\setlength\\tabcolsep{4pt}\n"
                    "\\begin{document}\n{\\Large ");
    lhi_add_title(t, d, LHI_AS_LATEX);
    lhi_text_add(t, "}\\par\\medskip\n\\begin{longtable}{%sr@{\\;}lll}\n",
                 d->is_page ? "r@{\\quad}r@{\\;}l@{\\qquad}" : "");
    if (d->is_page)
        lhi_text_add(t, "&\\multicolumn{2}{l}{\\itshape the notes}&"
                        "\\multicolumn{2}{l}{\\itshape the tape}&\\itshape shape&"
                        "\\itshape %s\\\\\\hline\\endhead\n", d->w ? "check" : "");
    rows(&b);
    lhi_text_add(t, "\\end{longtable}\n$\\mathrm{d}X$ is $\\partial L/\\partial X$; $\\odot$ and "
                    "fractions go element by element.\n");
    if (d->w)
        lhi_add_summary(t, d);
    lhi_text_add(t, "\\end{document}\n");
}

static const char style[] =
    "body { margin: 3em auto; width: fit-content; padding: 0 2em;\n"
    "  color: #1a1a1a; background: #fffefb;\n"
    "  font: 16px/1.5 'Latin Modern Roman', 'STIX Two Text', Palatino, Georgia, serif; }\n"
    "h1 { font-size: 1.6em; font-weight: normal; margin: 0 0 .3em; }\n"
    "table { border-collapse: collapse; }\n"
    "th { text-align: left; font-size: 1.15em; padding: 1.4em .5em .3em 0;\n"
    "  border-bottom: 1px solid #1a1a1a; font-weight: 600; }\n"
    "td { padding: .24em .3em; vertical-align: baseline; white-space: nowrap; }\n"
    "td.left { text-align: right; padding-left: 2.2em; padding-right: 0; }\n"
    "td.left.note { padding-left: .8em; }\n"
    "td.number { text-align: right; color: #9a6a00; font-size: .9em; }\n"
    "td.note, td.note math { color: #44546a; }\n"
    "td.shape, td.check { color: #6b6b6b; font-size: .85em; padding-left: 1.8em; }\n"
    "td.check { text-align: right; font-variant-numeric: tabular-nums; }\n"
    "tr.head td { font-style: italic; }\n"
    "strong { color: #b00020; }\n"
    "p { color: #444; max-width: 46em; } figure { margin: 2em 0; }\n"
    "figure svg { max-width: 100%; height: auto; }\n"
    "@media print { body { margin: 0; font-size: 11px; background: none; }\n"
    "  tr { break-inside: avoid; } }\n";

void lhi_as_html(lhi_text *t, lhi_document *d)
{
    const table b = {t, d, &html};

    lhi_text_add(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                    "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
    lhi_add_title(t, d, LHI_AS_HTML);
    lhi_text_add(t, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
    lhi_add_title(t, d, LHI_AS_HTML);
    lhi_text_add(t, "</h1>\n");
    if (d->is_page)
        lhi_text_add(t, "<p>On the left the lines of the notes, on the right those of the tape, "
                        "with what each was found to be.</p>\n");
    lhi_text_add(t, "<table>\n");
    if (d->is_page)
        lhi_text_add(t, "<tr class=\"head\"><td></td><td></td><td>the notes</td><td></td>"
                        "<td>the tape</td><td class=\"shape\">shape</td><td class=\"check\">%s"
                        "</td></tr>\n", d->w ? "check" : "");
    rows(&b);
    lhi_text_add(t, "</table>\n<p>d<i>X</i> is &#x2202;<i>L</i>/&#x2202;<i>X</i>; &#x2299; and "
                    "fractions go element by element. ");
    if (d->w)
        lhi_add_summary(t, d);
    lhi_text_add(t, "</p>\n<figure>\n");
    lhi_as_svg(t, d);
    lhi_text_add(t, "</figure>\n</body>\n</html>\n");
}
