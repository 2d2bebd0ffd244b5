/* render.c -- expressions as text, LaTeX and MathML: one walk, a table of patterns. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/expr.h"

#include <stdio.h>
#include <string.h>

#define HTML_ROW(inner) "<mrow>" inner "</mrow>"
#define HTML_OP(sign)   HTML_ROW("\1<mo>" sign "</mo>\2")
#define HTML_UNSEEN     "<mo lspace=\"0.1em\" rspace=\"0.1em\">&#x2062;</mo>"

/* \1 and \2 are the parts of an expression. */
static const char *const patterns[LHI_E_KINDS][3] = {
    [LHI_E_ADD] = {"\1 + \2", "\1 + \2", HTML_OP("+")},
    [LHI_E_SUB] = {"\1 - \2", "\1 - \2", HTML_OP("&#x2212;")},
    [LHI_E_NEG] = {"-\1", "-\1", HTML_ROW("<mo>&#x2212;</mo>\1")},
    [LHI_E_TIMES] = {"\1 * \2", "\1 \\odot \2", HTML_OP("&#x2299;")},
    [LHI_E_OVER] = {"\1/\2", "\\frac{\1}{\2}", "<mfrac>\1\2</mfrac>"},
    [LHI_E_PRODUCT] = {"\1 \2", "\1\\,\2", HTML_ROW("\1" HTML_UNSEEN "\2")},
    [LHI_E_DOT] = {"\1.\2", "\1 \\cdot \2", HTML_OP("&#xB7;")},
    [LHI_E_POWER] = {"\1^\2", "\1^{\2}", "<msup>\1\2</msup>"},
    [LHI_E_TRANSPOSE] = {"\1^T", "\1^{\\top}", "<msup>\1<mo>&#x22A4;</mo></msup>"},
    [LHI_E_PRIME] = {"\1'", "\1'", "<msup>\1<mo>&#x2032;</mo></msup>"},
    [LHI_E_ABOVE] = {"[\1 > \2]", "[\1 > \2]",
                     HTML_ROW("<mo stretchy=\"false\">[</mo>\1<mo>&gt;</mo>\2"
                              "<mo stretchy=\"false\">]</mo>")},
    [LHI_E_LIST] = {"\1, \2", "\1, \2", HTML_OP(",")},
    [LHI_E_PARTIAL] = {"d\1/d\2", "\\frac{\\partial \1}{\\partial \2}",
                       "<mfrac><mrow><mo>&#x2202;</mo>\1</mrow>"
                       "<mrow><mo>&#x2202;</mo>\2</mrow></mfrac>"},
};

/* What holds less than its place asks for is put in brackets.  A quotient that is drawn as a
 * fraction holds together; a power of a function does not without them. */
static int holds(const lhi_pool *p, lhi_ref e, lhi_form form)
{
    const lhi_expr_kind kind = p->at[e].kind;

    if (kind == LHI_E_OVER && form != LHI_AS_TEXT)
        return LHI_SIDE;
    return kind == LHI_E_CALL || kind == LHI_E_PARTIAL ? LHI_POSTFIX : lhi_holds[kind].itself;
}

/* Is a fraction in it? */
static int is_tall(const lhi_pool *p, lhi_ref e)
{
    return e != LHI_NO_EXPR && p->at[e].kind >= LHI_E_ADD && p->at[e].kind != LHI_E_BACKWARD &&
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
            place(t, p, x->a, LHI_ATOM, form);
        else if (*pattern == '\4')
            in_brackets(t, p, x->a, form);
        else
            lhi_text_put(t, pattern, 1);
}

static void number(lhi_text *t, lhi_number x, lhi_form form)
{
    const int negative = x.wide < 0;
    char digits[64];

    if (negative)
        x = (lhi_number){-x.f32, -x.f64, -x.wide};
    lhi_number_text(x, digits, sizeof digits);
    if (form == LHI_AS_HTML)
        lhi_text_add(t, negative ? "<mrow><mo>&#x2212;</mo><mn>%s</mn></mrow>" : "<mn>%s</mn>",
                     digits);
    else
        lhi_text_add(t, "%s%s", negative ? "-" : "", digits);
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
    fill(t, p, f ? f->shown[form] : x->b == LHI_NO_EXPR ? one[form] : two[form], x, LHI_SUM,
         LHI_SUM, form);
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
    const lhi_hold *hold = &lhi_holds[x->kind];
    const int drawn = x->kind == LHI_E_OVER && form != LHI_AS_TEXT;
    const int raised = x->kind == LHI_E_POWER &&
                       (form != LHI_AS_TEXT || p->at[x->b].kind == LHI_E_NUMBER);

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
    case LHI_E_CALL:
        call(t, p, x, form);
        break;
    case LHI_E_BACKWARD:
        words(t, x, form);
        break;
    default:
        fill(t, p, patterns[x->kind][form], x, drawn ? LHI_SUM : hold->left,
             drawn || raised ? LHI_SUM : hold->right, form);
        if (x->kind == LHI_E_PRIME && x->b != LHI_NO_EXPR)
            in_brackets(t, p, x->b, form);
    }
}
