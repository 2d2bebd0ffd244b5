/* names.c -- names as mathematics, and texts made safe, in each form. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/expr.h"

#include "framework/base/quote.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static const struct letter {
    const char *name, *latex, *html;
} greek[] = {
    {"alpha", "\\alpha", "&#x3B1;"},     {"beta", "\\beta", "&#x3B2;"},
    {"gamma", "\\gamma", "&#x3B3;"},     {"delta", "\\delta", "&#x3B4;"},
    {"epsilon", "\\varepsilon", "&#x3B5;"}, {"eta", "\\eta", "&#x3B7;"},
    {"theta", "\\theta", "&#x3B8;"},     {"lambda", "\\lambda", "&#x3BB;"},
    {"mu", "\\mu", "&#x3BC;"},           {"phi", "\\varphi", "&#x3C6;"},
    {"psi", "\\psi", "&#x3C8;"},         {"sigma", "\\sigma", "&#x3C3;"},
    {"tau", "\\tau", "&#x3C4;"},         {"omega", "\\omega", "&#x3C9;"},
};

/* One character of a text that may be anything: the bytes that it takes. */
static size_t add_character(lhi_text *t, const char *s, lhi_form form)
{
    static const char *const latex[] = {
        ['#'] = "\\#", ['$'] = "\\$", ['%'] = "\\%", ['&'] = "\\&", ['_'] = "\\_", ['{'] = "\\{",
        ['}'] = "\\}", ['~'] = "\\textasciitilde{}", ['^'] = "\\textasciicircum{}",
        ['\\'] = "\\textbackslash{}", ['<'] = "\\textless{}", ['>'] = "\\textgreater{}",
        ['|'] = "\\textbar{}", ['"'] = "''", ['`'] = "\\`{}"};
    const unsigned char byte = (unsigned char)*s;
    const char *const special = byte < sizeof latex / sizeof *latex ? latex[byte] : NULL;

    size_t length = 1;

    if (byte >= 0x80 && form != LHI_AS_TEXT) { /* plain pdflatex knows few of them by sight */
        unsigned long code;

        length = lhi_character(s, SIZE_MAX, &code);
        if (length == 0) {
            code = 0xFFFD;
            length = 1;
        }
        lhi_text_add(t, form == LHI_AS_LATEX ? "U+%04lX" : "&#x%lX;", code);
    } else if (byte < ' ' && form != LHI_AS_TEXT)
        lhi_text_add(t, " ");
    else if (form == LHI_AS_LATEX && special)
        lhi_text_add(t, "%s", special);
    else if (form == LHI_AS_HTML && strchr("<>&\"'", *s))
        lhi_text_add(t, "&#%d;", *s);
    else
        lhi_text_put(t, s, 1);
    return length;
}

static void add_some(lhi_text *t, const char *text, size_t length, lhi_form form)
{
    for (size_t i = 0; i < length;)
        i += add_character(t, text + i, form);
}

void lhi_add_plain(lhi_text *t, const char *text, lhi_form form)
{
    add_some(t, text, strlen(text), form);
}

static const struct letter *letter_of(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof greek / sizeof *greek; i++)
        if (strlen(greek[i].name) == length && strncmp(greek[i].name, name, length) == 0)
            return &greek[i];
    return NULL;
}

/* The letters of a name without index, hat and primes. */
static void add_stem(lhi_text *t, const char *name, size_t length, lhi_form form)
{
    const struct letter *g = letter_of(name, length);
    const int html = form == LHI_AS_HTML, letter = length == 1 && isalpha((unsigned char)*name);

    if (g)
        lhi_text_add(t, html ? "<mi>%s</mi>" : "%s", html ? g->html : g->latex);
    else {
        lhi_text_add(t, html ? "<mi>" : !letter ? "\\text{\\itshape " : "");
        add_some(t, name, length, form);
        lhi_text_add(t, html ? "</mi>" : !letter ? "}" : "");
    }
}

static void add_with_hat(lhi_text *t, const char *name, size_t length, lhi_form form)
{
    if (length > 3 && strncmp(name + length - 3, "hat", 3) == 0) {
        length -= length > 4 && name[length - 4] == '_' ? 1 : 0; /* p_hat */
        lhi_text_add(t, form == LHI_AS_HTML ? "<mover accent=\"true\">" : "\\hat{");
        add_stem(t, name, length - 3, form);
        lhi_text_add(t, form == LHI_AS_HTML ? "<mo>^</mo></mover>" : "}");
    } else
        add_stem(t, name, length, form);
}

void lhi_add_name(lhi_text *t, const char *name, int length, lhi_form form)
{
    size_t primes = 0, index = 0, stem = (size_t)length;

    if (form == LHI_AS_TEXT) {
        add_some(t, name, (size_t)length, form);
        return;
    }
    while (stem > 1 && name[stem - 1] == '\'')
        primes++, stem--;
    while (stem > 1 && name[stem - 1] >= '0' && name[stem - 1] <= '9')
        index++, stem--;
    lhi_text_add(t, "%s", !primes ? "" : form == LHI_AS_LATEX ? "{" : "<msup>");
    lhi_text_add(t, "%s", index && form == LHI_AS_HTML ? "<msub>" : "");
    add_with_hat(t, name, stem, form);
    if (index)
        lhi_text_add(t, form == LHI_AS_HTML ? "<mn>%.*s</mn></msub>" : "_{%.*s}", (int)index,
                     name + stem);
    if (primes && form == LHI_AS_HTML)
        lhi_text_add(t, "<mo>");
    for (size_t i = 0; i < primes; i++)
        lhi_text_add(t, form == LHI_AS_HTML ? "&#x2032;" : "'");
    lhi_text_add(t, "%s", !primes ? "" : form == LHI_AS_LATEX ? "}" : "</mo></msup>");
}
