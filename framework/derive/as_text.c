/* as_text.c -- a derivation as text; and what all forms of it say in the same words. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/document.h"

#include <string.h>

void lhi_add_title(lhi_text *t, const lhi_document *d, lhi_form form)
{
    lhi_text_add(t, "The derivation of ");
    lhi_add_plain(t, d->pool.name[d->p->root], form);
    if (d->w && d->rows == 0)
        lhi_text_add(t, ", checked"); /* without a batch */
    else if (d->w) {
        lhi_text_add(t, ", checked on %zu row%s of ", d->rows, d->rows == 1 ? "" : "s");
        lhi_add_plain(t, d->data ? d->data->name : "what is bound", form);
    }
}

void lhi_add_summary(lhi_text *t, const lhi_document *d)
{
    size_t n[LHI_OUTCOMES] = {0};

    for (size_t i = 0; i < d->count; i++)
        n[d->line[i].outcome]++;
    lhi_text_add(t, "%zu right-hand sides were evaluated in long double as they are printed: ",
                 n[LHI_AGREES] + n[LHI_DISAGREES] + n[LHI_NOT_FINITE]);
    if (n[LHI_DISAGREES] + n[LHI_NOT_FINITE] == 0)
        lhi_text_add(t, "all agree.\n");
    else
        lhi_text_add(t, "%zu agree, %zu DISAGREE, %zu are not finite on the tape.\n",
                     n[LHI_AGREES], n[LHI_DISAGREES], n[LHI_NOT_FINITE]);
    lhi_text_add(t, "ulp: largest difference from the tape in double, in units of its largest "
                    "element;\nwithout a unit: from the step before, relative to its largest "
                    "element.\n");
}

/* "6.6e-20", with the power raised where that can be done. */
static void add_small(lhi_text *t, double x, lhi_form form)
{
    static const char *const power[] = {"e-", "\\cdot 10^{-", "&#xB7;10<sup>&#x2212;"};
    static const char *const before[] = {"", "$", ""}, *const after[] = {"", "}$", "</sup>"};
    lhi_text number = {.c = t->c};
    char *e;

    lhi_text_add(&number, "%.1e", x);
    e = number.at ? strstr(number.at, "e-") : NULL;
    if (e) {
        *e = 0;
        lhi_text_add(t, "%s%s%s%s%s", before[form], number.at, power[form], e + 2, after[form]);
    } else if (number.at)
        lhi_text_add(t, "%s", number.at);
    lhi_text_free(&number);
}

void lhi_add_check(lhi_text *t, const lhi_formula *l, lhi_form form)
{
    if (l->words || l->outcome == LHI_UNCHECKED)
        lhi_text_add(t, "%s", l->words ? l->words : "");
    else if (l->outcome == LHI_DISAGREES)
        lhi_text_add(t, form == LHI_AS_HTML ? "<strong>DISAGREES</strong>"
                        : form == LHI_AS_LATEX ? "\\textbf{DISAGREES}" : "DISAGREES");
    else if (l->outcome == LHI_NOT_FINITE)
        lhi_text_add(t, "not finite");
    else if (l->far == 0)
        lhi_text_add(t, "exact");
    else if (l->against != LHI_STEP_BEFORE)
        lhi_text_add(t, "%.2g ulp", l->far);
    else
        add_small(t, l->far, form);
}

void lhi_add_sign(lhi_text *t, int becomes, lhi_form form)
{
    static const char *const signs[2][3] = {{"= ", "= ", "<mo>=</mo>"},
                                            {":= ", "\\mathrel{:=} ", "<mo>:=</mo>"}};

    lhi_text_add(t, "%s", signs[becomes][form]);
}

void lhi_add_right(lhi_text *t, const lhi_document *d, const lhi_formula *l, lhi_form form)
{
    if (l->right == LHI_NO_EXPR)
        return;
    lhi_add_sign(t, l->becomes, form);
    lhi_render(t, &d->pool, l->right, form);
}

size_t lhi_note_steps(lhi_document *d, int number, lhi_ref step[LHI_CHAIN])
{
    return lhi_parse(&d->pool, lhi_note_at(number)->formula, NULL, "the notes", step);
}

void lhi_add_note_tail(lhi_text *t, lhi_document *d, int number, lhi_form form)
{
    static const char *const open[] = {"", "$", "<math>"}, *const shut[] = {"", "$", "</math>"};
    const lhi_note *note = lhi_note_at(number);
    lhi_ref step[LHI_CHAIN];
    const size_t n = note->also[0] ? lhi_parse(&d->pool, note->also, NULL, "the notes", step) : 0;

    for (size_t i = 0; i < n; i++) {
        lhi_text_add(t, "%s%s", i == 0 ? ", " : "", i == 0 ? open[form] : " ");
        if (i > 0)
            lhi_add_sign(t, 0, form);
        lhi_render(t, &d->pool, step[i], form);
    }
    lhi_text_add(t, "%s%s%s", n ? shut[form] : "", !note->words[0] ? "" : n ? " " : ", ",
                 note->words);
}

/* Columns of a text, in which a character may take several bytes. */
static size_t columns(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += (*text & 0xC0) != 0x80;
    return n;
}

static void pad(lhi_text *t, size_t from, size_t to)
{
    for (; from < to; from++)
        lhi_text_put(t, " ", 1);
}

const char *lhi_line_shape(const lhi_document *d, const lhi_formula *l, char *text, size_t room)
{
    text[0] = 0;
    if (l->left != LHI_NO_EXPR && l->node != LHI_NONE && l->section != LHI_ACTIVATION)
        lhi_shape_text(d->t->node[l->node].rows, d->t->node[l->node].cols, text, room);
    return text;
}

/* Line i; one that goes on from above has its sign below the first. */
static void add_formula(lhi_text *t, const lhi_document *d, size_t i)
{
    lhi_text left = {.c = d->c};
    size_t first = i;

    while (first > 0 && d->line[first].left == LHI_NO_EXPR && d->line[i].right != LHI_NO_EXPR)
        first--;
    if (d->line[first].left != LHI_NO_EXPR)
        lhi_render(&left, &d->pool, d->line[first].left, LHI_AS_TEXT);
    if (left.at && first == i)
        lhi_text_add(t, "%s ", left.at);
    else if (left.at)
        pad(t, 0, columns(left.at) + 1);
    lhi_add_right(t, d, &d->line[i], LHI_AS_TEXT);
    lhi_text_free(&left);
}

enum { FORMULA = 46, WIDEST = 78, SHAPE = 12 };

/* The widest formula that is not too wide decides. */
static size_t width_of(const lhi_document *d)
{
    size_t width = FORMULA;

    for (size_t i = 0; i < d->count; i++) {
        lhi_text one = {.c = d->c};
        size_t n;

        add_formula(&one, d, i);
        n = one.at ? columns(one.at) : 0;
        if (n > width && n <= WIDEST)
            width = n;
        lhi_text_free(&one);
    }
    return width;
}

static void add_line(lhi_text *t, lhi_document *d, size_t i, size_t width)
{
    const lhi_formula *l = &d->line[i];
    lhi_text formula = {.c = d->c}, check = {.c = d->c};
    char shape[60];
    size_t used = 0;

    add_formula(&formula, d, i);
    lhi_add_check(&check, l, LHI_AS_TEXT);
    if (formula.at) {
        lhi_text_add(t, "      %s", formula.at);
        used = columns(formula.at);
    }
    if (lhi_line_shape(d, l, shape, sizeof shape)[0] || (check.at && check.at[0])) {
        pad(t, used, width);
        lhi_text_add(t, "   %s", shape);
        if (check.at && check.at[0]) {
            pad(t, strlen(shape), SHAPE);
            lhi_text_add(t, "  %s", check.at);
        }
    }
    lhi_text_add(t, "\n");
    lhi_text_free(&formula);
    lhi_text_free(&check);
}

static void add_note(lhi_text *t, lhi_document *d, int number)
{
    lhi_ref step[LHI_CHAIN];
    const size_t n = lhi_note_steps(d, number, step);

    for (size_t i = 0; i < n; i++) {
        lhi_text_add(t, i ? " " : "");
        if (i)
            lhi_add_sign(t, number == 22, LHI_AS_TEXT);
        lhi_render(t, &d->pool, step[i], LHI_AS_TEXT);
    }
    lhi_add_note_tail(t, d, number, LHI_AS_TEXT);
    lhi_text_add(t, "\n");
}

void lhi_as_text(lhi_text *t, lhi_document *d)
{
    const size_t width = width_of(d);

    lhi_add_title(t, d, LHI_AS_TEXT);
    lhi_text_add(t, "%s\n", d->is_page ? ", beside the lines of the notes" : "");
    for (size_t i = 0; i < d->count; i++) {
        const lhi_formula *l = &d->line[i];

        if (i == 0 || l->section != d->line[i - 1].section)
            lhi_text_add(t, "\n%s\n", lhi_section_name(l->section));
        if (l->note) {
            lhi_text_add(t, "\n%4d  ", l->note);
            add_note(t, d, l->note);
        }
        add_line(t, d, i, width);
    }
    lhi_text_add(t, "\ndX is dL/dX; * and / go element by element, A B is the matrix product.\n");
    if (d->w)
        lhi_add_summary(t, d);
}
