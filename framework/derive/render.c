/* render.c -- expressions as text, LaTeX and MathML: one walk, a table of patterns. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/expr.h"

#include <stdio.h>
#include <string.h>

/* How tightly a kind holds together; what holds less than its place asks for is put in
 * brackets.  Fractions of LaTeX and MathML need none. */
enum { SUM = 1, TERM, QUOTIENT, PRODUCT, POSTFIX, ATOM };

#define HTML_ROW(inner) "<mrow>" inner "</mrow>"
#define HTML_OP(sign)   HTML_ROW("\1<mo>" sign "</mo>\2")
#define HTML_UNSEEN     "<mo lspace=\"0.1em\" rspace=\"0.1em\">&#x2062;</mo>"

/* \1 and \2 are the parts of an expression, of its left and right place at least. */
static const struct pattern {
    const char *shown[3];
    int holds, left, right;
} patterns[LHI_E_KINDS] = {
    [LHI_E_NUMBER] = {.holds = ATOM},
    [LHI_E_SYMBOL] = {.holds = ATOM},
    [LHI_E_VALUE] = {.holds = ATOM},
    [LHI_E_GRAD] = {.holds = ATOM},
    [LHI_E_COUNT] = {.holds = ATOM},
    [LHI_E_ADD] = {{"\1 + \2", "\1 + \2", HTML_OP("+")}, SUM, SUM, TERM},
    [LHI_E_SUB] = {{"\1 - \2", "\1 - \2", HTML_OP("&#x2212;")}, SUM, SUM, TERM},
    [LHI_E_NEG] = {{"-\1", "-\1", HTML_ROW("<mo>&#x2212;</mo>\1")}, SUM, TERM, 0},
    [LHI_E_TIMES] = {{"\1 * \2", "\1 \\odot \2", HTML_OP("&#x2299;")}, TERM, TERM, QUOTIENT},
    [LHI_E_OVER] = {{"\1/\2", "\\frac{\1}{\2}", "<mfrac>\1\2</mfrac>"}, QUOTIENT, PRODUCT, POSTFIX},
    [LHI_E_PRODUCT] = {{"\1 \2", "\1\\,\2", HTML_ROW("\1" HTML_UNSEEN "\2")}, PRODUCT, PRODUCT,
                       POSTFIX},
    [LHI_E_DOT] = {{"\1.\2", "\1 \\cdot \2", HTML_OP("&#xB7;")}, PRODUCT, PRODUCT, POSTFIX},
    [LHI_E_POWER] = {.holds = POSTFIX, .left = ATOM},
    [LHI_E_TRANSPOSE] = {{"\1^T", "\1^{\\top}", "<msup>\1<mo>&#x22A4;</mo></msup>"}, POSTFIX, ATOM,
                         0},
    [LHI_E_PRIME] = {{"\1'", "\1'", "<msup>\1<mo>&#x2032;</mo></msup>"}, ATOM, ATOM, SUM},
    [LHI_E_ABOVE] = {{"[\1 > \2]", "[\1 > \2]",
                      HTML_ROW("<mo stretchy=\"false\">[</mo>\1<mo>&gt;</mo>\2"
                               "<mo stretchy=\"false\">]</mo>")}, ATOM, SUM, SUM},
    [LHI_E_CALL] = {.holds = POSTFIX},
    [LHI_E_PARTIAL] = {{"d\1/d\2", "\\frac{\\partial \1}{\\partial \2}",
                        "<mfrac><mrow><mo>&#x2202;</mo>\1</mrow>"
                        "<mrow><mo>&#x2202;</mo>\2</mrow></mfrac>"}, POSTFIX, ATOM, ATOM},
    [LHI_E_BACKWARD] = {.holds = SUM},
};

/* A quotient that is drawn as a fraction holds together, and so does what stands in it. */
static int holds(const lhi_pool *p, lhi_ref e, lhi_form form)
{
    const lhi_expr_kind kind = p->at[e].kind;

    return kind == LHI_E_OVER && form != LHI_AS_TEXT ? PRODUCT : patterns[kind].holds;
}

/* Is a fraction in it? */
static int is_tall(const lhi_pool *p, lhi_ref e)
{
    return e != LHI_NO_EXPR && p->at[e].kind > LHI_E_COUNT && p->at[e].kind != LHI_E_BACKWARD &&
           (p->at[e].kind == LHI_E_OVER || is_tall(p, p->at[e].a) || is_tall(p, p->at[e].b));
}

static void in_brackets(lhi_text *t, const lhi_pool *p, lhi_ref e, lhi_form form)
{
    static const char *const open[2][3] = {
        {"(", "(", "<mrow><mo stretchy=\"false\">(</mo>"},
        {"(", "\\mathopen{}\\left(", "<mrow><mo>(</mo>"}};
    static const char *const shut[2][3] = {
        {")", ")", "<mo stretchy=\"false\">)</mo></mrow>"},
        {")", "\\right)\\mathclose{}", "<mo>)</mo></mrow>"}};
    const int tall = is_tall(p, e);

    lhi_text_add(t, "%s", open[tall][form]);
    lhi_render(t, p, e, form);
    lhi_text_add(t, "%s", shut[tall][form]);
}

static void place(lhi_text *t, const lhi_pool *p, lhi_ref e, int least, lhi_form form)
{
    if (holds(p, e, form) < least)
        in_brackets(t, p, e, form);
    else
        lhi_render(t, p, e, form);
}

static void fill(lhi_text *t, const lhi_pool *p, const char *pattern, const lhi_expr *x,
                 int left, int right, lhi_form form)
{
    for (; *pattern; pattern++)
        if (*pattern == '\1')
            place(t, p, x->a, left, form);
        else if (*pattern == '\2')
            place(t, p, x->b, right, form);
        else if (*pattern == '\3')
            place(t, p, x->a, ATOM, form);
        else if (*pattern == '\4')
            in_brackets(t, p, x->a, form);
        else
            lhi_text_put(t, pattern, 1);
}

static void number(lhi_text *t, int n, lhi_form form)
{
    lhi_text_add(t, form != LHI_AS_HTML ? "%d" : n < 0 ? "<mrow><mo>&#x2212;</mo><mn>%d</mn></mrow>"
                                                       : "<mn>%d</mn>",
                 form == LHI_AS_HTML && n < 0 ? -n : n);
}

static void gradient(lhi_text *t, const char *name, lhi_form form)
{
    static const char *const open[] = {"d", "\\mathrm{d}",
                                       "<mrow><mi mathvariant=\"normal\">d</mi>"};

    lhi_text_add(t, "%s", open[form]);
    lhi_add_name(t, name, (int)strlen(name), form);
    lhi_text_add(t, "%s", form == LHI_AS_HTML ? "</mrow>" : "");
}

static void count(lhi_text *t, ptrdiff_t rows, lhi_form form)
{
    if (rows == LH_ROWS)
        lhi_add_name(t, "m", 1, form);
    else
        lhi_text_add(t, form == LHI_AS_HTML ? "<mn>%td</mn>" : "%td", rows);
}

static void power(lhi_text *t, const lhi_pool *p, const lhi_expr *x, lhi_form form)
{
    lhi_text_add(t, form == LHI_AS_HTML ? "<msup>" : "");
    place(t, p, x->a, ATOM, form);
    lhi_text_add(t, form == LHI_AS_TEXT ? "^" : form == LHI_AS_LATEX ? "^{" : "");
    number(t, x->number, form);
    lhi_text_add(t, form == LHI_AS_TEXT ? "" : form == LHI_AS_LATEX ? "}" : "</msup>");
}

/* A function of the table, or one that has only a name. */
static void call(lhi_text *t, const lhi_pool *p, const lhi_expr *x, lhi_form form)
{
    static const char *const one[] = {"\4", "\\!\4", "<mo>&#x2061;</mo>\4"};
    static const char *const two[] = {"(\1, \2)", "\\!\\left(\1, \2\\right)",
                                      "<mo>&#x2061;</mo><mo>(</mo>\1<mo>,</mo>\2<mo>)</mo>"};
    const lhi_function *f = lhi_function_named(x->name, x->length);

    lhi_text_add(t, form == LHI_AS_HTML ? "<mrow>" : "");
    if (!f)
        lhi_add_name(t, x->name, x->length, form);
    fill(t, p, f ? f->shown[form] : x->b == LHI_NO_EXPR ? one[form] : two[form], x, SUM, SUM, form);
    lhi_text_add(t, form == LHI_AS_HTML ? "</mrow>" : "");
}

static void words(lhi_text *t, const lhi_expr *x, lhi_form form)
{
    static const char *const open[] = {"", "\\text{", "<mtext>"};
    static const char *const shut[] = {"", "}", "</mtext>"};

    lhi_text_add(t, "%sbackward of ", open[form]);
    lhi_add_plain(t, x->name, form);
    lhi_text_add(t, "%s", shut[form]);
}

void lhi_render(lhi_text *t, const lhi_pool *p, lhi_ref e, lhi_form form)
{
    const lhi_expr *x = &p->at[e];
    const struct pattern *how = &patterns[x->kind];
    const int drawn = x->kind == LHI_E_OVER && form != LHI_AS_TEXT;

    switch (x->kind) {
    case LHI_E_NUMBER:
        number(t, x->number, form);
        break;
    case LHI_E_SYMBOL:
        lhi_add_name(t, x->name, x->length, form);
        break;
    case LHI_E_VALUE:
        lhi_add_name(t, p->name[x->node], (int)strlen(p->name[x->node]), form);
        break;
    case LHI_E_GRAD:
        gradient(t, p->name[x->node], form);
        break;
    case LHI_E_COUNT:
        count(t, p->t->node[x->node].rows, form);
        break;
    case LHI_E_POWER:
        power(t, p, x, form);
        break;
    case LHI_E_CALL:
        call(t, p, x, form);
        break;
    case LHI_E_BACKWARD:
        words(t, x, form);
        break;
    default:
        fill(t, p, how->shown[form], x, drawn ? SUM : how->left, drawn ? SUM : how->right, form);
        if (x->kind == LHI_E_PRIME && x->b != LHI_NO_EXPR)
            in_brackets(t, p, x->b, form);
    }
}
