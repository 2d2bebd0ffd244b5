/* parse.c -- a line of mathematics, read into a tree. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/reader.h"

#include "framework/base/quote.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 60 }; /* brackets within brackets */

/* The first reason counts.  From here on everything that is read is nothing. */
lhi_ref lhi_fail_at(lhi_parser *r, const char *at, const char *hint, const char *why)
{
    if (!r->failed) {
        r->why->at = (size_t)(at - r->text);
        r->why->hint = hint;
        snprintf(r->why->why, sizeof r->why->why, "%s", why);
    }
    r->failed = 1;
    return 0;
}

lhi_ref lhi_fail_at_name(lhi_parser *r, const char *name, size_t length, const char *hint,
                         const char *before, const char *after)
{
    char legible[40], why[160];

    lhi_legible(legible, sizeof legible, name, length);
    snprintf(why, sizeof why, "%s%s%s", before, legible, after);
    return lhi_fail_at(r, name, hint, why);
}

/* An expression that begins at this place of the text. */
lhi_ref lhi_make_at(lhi_parser *r, const char *at, lhi_expr e)
{
    lhi_ref made;

    if (r->failed)
        return 0;
    e.at = r->b && r->b->placed ? r->b->at : (uint32_t)(at - r->text);
    made = lhi_make(r->p, e);
    r->failed = !lhi_ok(r->p->c); /* without memory what was made is nothing to look at */
    return made;
}

lhi_ref lhi_join_at(lhi_parser *r, const char *at, lhi_expr_kind kind, lhi_ref a, lhi_ref b)
{
    const int product = kind == LHI_E_TIMES || kind == LHI_E_PRODUCT;

    if (r->failed)
        return 0;
    if (product && lhi_is_whole(r->p, a, 1))
        return b;
    if (product && lhi_is_whole(r->p, b, 1))
        return a;
    return lhi_make_at(r, at, (lhi_expr){.kind = kind, .a = a, .b = b});
}

void lhi_skip_blanks(lhi_parser *r)
{
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
}

int lhi_take(lhi_parser *r, const char *word)
{
    const size_t length = strlen(word);

    lhi_skip_blanks(r);
    if (r->failed || strncmp(r->at, word, length) != 0)
        return 0;
    r->at += length;
    return 1;
}

/* What cannot stand where a value is wanted. */
static lhi_ref unexpected(lhi_parser *r)
{
    char legible[16], why[80];

    lhi_skip_blanks(r);
    if (*r->at == 0)
        return lhi_fail_at(r, r->at, NULL, "the line ends where a value should stand");
    if (*r->at == '.' && isdigit((unsigned char)r->at[1]))
        return lhi_fail_at(r, r->at, "write 0.5", "a number begins with a digit");
    lhi_legible(legible, sizeof legible, r->at,
                (unsigned char)*r->at < 0x80 ? 1 : strcspn(r->at, " ()[]+-*/^=,"));
    snprintf(why, sizeof why, "'%s' cannot stand where a value is wanted", legible);
    return lhi_fail_at(r, r->at, NULL, why);
}

static lhi_ref cannot_go_on(lhi_parser *r)
{
    return lhi_fail_at(r, r->at, "between two values stands + - * / or nothing",
                       "the line cannot go on like this here");
}

/* The bracket that closes the one at `open`. */
lhi_ref lhi_shut(lhi_parser *r, const char *word, const char *open, lhi_ref e)
{
    if (lhi_take(r, word))
        return e;
    if (r->failed)
        return 0;
    lhi_skip_blanks(r);
    if (*r->at == 0 || *r->at == '=')
        return lhi_fail_at(r, open, NULL, *open == '[' ? "this bracket is never closed, with ]"
                                                       : "this bracket is never closed");
    return cannot_go_on(r);
}

static lhi_ref whole(lhi_parser *r, int number)
{
    return lhi_make_at(r, r->at, (lhi_expr){.kind = LHI_E_NUMBER,
                                            .number = {(float)number, number, number}});
}

/* [a > b], and the other signs made of it. */
static lhi_ref comparison(lhi_parser *r, const char *open)
{
    const lhi_ref a = lhi_read_sum(r);
    const char *sign;
    int turned, or_equal;
    lhi_ref b, above;

    lhi_skip_blanks(r);
    sign = r->at;
    if (!r->failed && *sign != '>' && *sign != '<')
        return lhi_fail_at(r, *sign ? sign : open, "[a > b] is 1 where that holds, else 0",
                           "a comparison was wanted here");
    if (r->failed)
        return 0;
    r->at++;
    or_equal = *r->at == '=';
    r->at += or_equal;
    turned = *sign == '<';
    b = lhi_read_sum(r);
    lhi_shut(r, "]", open, 0);
    if (r->failed)
        return 0;
    above = turned != or_equal ? lhi_join_at(r, sign, LHI_E_ABOVE, b, a)
                               : lhi_join_at(r, sign, LHI_E_ABOVE, a, b);
    return or_equal ? lhi_join_at(r, sign, LHI_E_SUB, whole(r, 1), above) : above;
}

static lhi_ref primary(lhi_parser *r)
{
    const char *at;

    lhi_skip_blanks(r);
    at = r->at;
    if (r->failed)
        return 0;
    if (*at == '#' || *at == '$' || (at[0] == 'd' && at[1] == '#'))
        return lhi_read_bound(r);
    if (isdigit((unsigned char)*at))
        return lhi_read_number(r);
    if (lhi_is_letter(*at))
        return lhi_read_word(r);
    if (lhi_take(r, "("))
        return lhi_shut(r, ")", at, lhi_read_sum(r));
    return lhi_take(r, "[") ? comparison(r, at) : unexpected(r);
}

/* What stands after ^: a number with its sign, a letter, or an expression in brackets. */
static lhi_ref exponent(lhi_parser *r)
{
    const int negative = lhi_take(r, "-");
    lhi_ref e;

    if (*r->at == '(' || isdigit((unsigned char)*r->at) || lhi_begins_a_factor(r->at))
        e = primary(r);
    else
        e = unexpected(r);
    if (r->failed || !negative)
        return e;
    if (r->p->at[e].kind == LHI_E_NUMBER) {
        const lhi_number x = r->p->at[e].number;

        return lhi_make_at(r, r->at, (lhi_expr){.kind = LHI_E_NUMBER,
                                                .number = {-x.f32, -x.f64, -x.wide}});
    }
    return lhi_join_at(r, r->at, LHI_E_NEG, e, LHI_NO_EXPR);
}

/* ^T is the transpose unless a longer word begins there. */
static int takes_transpose(lhi_parser *r)
{
    lhi_skip_blanks(r);
    if (r->at[0] != 'T' || lhi_is_letter(r->at[1]) || isdigit((unsigned char)r->at[1]))
        return 0;
    r->at++;
    return 1;
}

lhi_ref lhi_read_postfix(lhi_parser *r)
{
    lhi_ref a;
    const char *at;
    int raised = 0;

    if (++r->depth > DEEPEST)
        return lhi_fail_at(r, r->at, "give a part a name of its own, in a line before",
                           "this is too deep in brackets");
    a = primary(r);
    while (lhi_skip_blanks(r), at = r->at, lhi_take(r, "^")) {
        if (takes_transpose(r))
            a = lhi_join_at(r, at, LHI_E_TRANSPOSE, a, LHI_NO_EXPR);
        else if (raised++)
            return lhi_fail_at(r, at, "write a^(b^c) or (a^b)^c",
                               "a^b^c may be read in two ways");
        else
            a = lhi_join_at(r, at, LHI_E_POWER, a, exponent(r));
    }
    r->depth--;
    return a;
}

static int at_factor(lhi_parser *r)
{
    lhi_skip_blanks(r);
    return !r->failed && lhi_begins_a_factor(r->at);
}

/* Factors that stand beside each other. */
static lhi_ref product(lhi_parser *r)
{
    lhi_ref a = lhi_read_postfix(r);
    const char *at;

    while (!r->failed) {
        lhi_skip_blanks(r);
        at = r->at;
        if (*at == '.' && isdigit((unsigned char)at[1]) && at > r->text && at[-1] == ' ')
            return lhi_fail_at(r, at, "write 0.5", "a number begins with a digit");
        if (lhi_take(r, "."))
            a = lhi_join_at(r, at, LHI_E_DOT, a, lhi_read_postfix(r));
        else if (at_factor(r))
            a = lhi_join_at(r, at, LHI_E_PRODUCT, a, lhi_read_postfix(r));
        else if (isdigit((unsigned char)*r->at))
            return lhi_fail_at(r, r->at, "a number goes first, or after *",
                               "a number cannot stand behind a factor");
        else
            break;
    }
    return a;
}

/* Before a factor, and before a term, may stand a minus sign. */
static lhi_ref signed_factor(lhi_parser *r, lhi_ref (*factor)(lhi_parser *r))
{
    const char *at;
    lhi_ref a;

    lhi_skip_blanks(r);
    at = r->at;
    if (!lhi_take(r, "-"))
        return factor(r);
    if (++r->depth > DEEPEST)
        return lhi_fail_at(r, at, NULL, "these are too many signs");
    a = lhi_join_at(r, at, LHI_E_NEG, signed_factor(r, factor), LHI_NO_EXPR);
    r->depth--;
    return a;
}

/* * and / go left to right.  What stands beside the divisor by itself might be meant above or
 * below the line: it is refused. */
static lhi_ref term(lhi_parser *r)
{
    lhi_ref a = product(r);
    const char *at;

    while (!r->failed) {
        lhi_skip_blanks(r);
        at = r->at;
        if (lhi_take(r, "*"))
            a = lhi_join_at(r, at, LHI_E_TIMES, a, signed_factor(r, product));
        else if (lhi_take(r, "/")) {
            a = lhi_join_at(r, at, LHI_E_OVER, a, signed_factor(r, lhi_read_postfix));
            if (at_factor(r) || (!r->failed && *r->at == '.'))
                return lhi_fail_at(r, r->at, "write a/(b c) or (a/b) c",
                                   "a / b c may be read in two ways");
        } else
            break;
    }
    return a;
}

lhi_ref lhi_read_sum(lhi_parser *r)
{
    lhi_ref a = signed_factor(r, term);
    const char *at;

    while (!r->failed) {
        lhi_skip_blanks(r);
        at = r->at;
        if (lhi_take(r, "+"))
            a = lhi_join_at(r, at, LHI_E_ADD, a, signed_factor(r, term));
        else if (lhi_take(r, "-"))
            a = lhi_join_at(r, at, LHI_E_SUB, a, signed_factor(r, term));
        else
            break;
    }
    return a;
}

size_t lhi_read(lhi_pool *p, const char *text, const lhi_binding *b, lhi_ref step[LHI_CHAIN],
                lhi_misread *why)
{
    lhi_parser r = {.p = p, .text = text, .at = text, .b = b, .why = why,
                    .failed = !lhi_ok(p->c)};
    size_t n = 0;

    if (strnlen(text, LHI_LINE_ROOM) >= LHI_LINE_ROOM)
        lhi_fail_at(&r, text, "give its parts names, each in a line of its own",
                    "the line is too long");
    do
        step[n++] = lhi_read_sum(&r);
    while (n < LHI_CHAIN && lhi_take(&r, "="));
    lhi_skip_blanks(&r);
    if (!r.failed && *r.at == '=')
        lhi_fail_at(&r, r.at, NULL, "these are too many steps");
    if (!r.failed && (*r.at == ')' || *r.at == ']'))
        lhi_fail_at(&r, r.at, NULL, "there is no bracket that this closes");
    else if (!r.failed && *r.at)
        cannot_go_on(&r);
    return r.failed || !lhi_ok(p->c) ? 0 : n;
}
