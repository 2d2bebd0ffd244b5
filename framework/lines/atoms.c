/* atoms.c -- what a line is made of: numbers, letters, names, calls of functions. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/reader.h"

#include "framework/base/quote.h"
#include "framework/system/sys.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Digits with a point and an exponent: the bytes that they are. */
static size_t number_length(const char *at)
{
    size_t n = strspn(at, "0123456789"), exponent;

    if (at[n] == '.' && isdigit((unsigned char)at[n + 1]))
        n += 1 + strspn(at + n + 1, "0123456789");
    if (at[n] == 'e' || at[n] == 'E') {
        exponent = n + 1 + (at[n + 1] == '-' || at[n + 1] == '+');
        if (isdigit((unsigned char)at[exponent]))
            n = exponent + strspn(at + exponent, "0123456789");
    }
    return n;
}

/* A number in digits, for the place of the text where it stands. */
static lhi_ref decimal(lhi_parser *r, const char *at, const char *digits)
{
    lhi_expr e = {.kind = LHI_E_NUMBER};
    char *end;

    lhi_sys_strtoall(digits, &end, &e.number.f32, &e.number.f64, &e.number.wide);
    if (!isfinite(e.number.f64) ||
        (e.number.f64 == 0 && strcspn(digits, "123456789") < strcspn(digits, "eE")))
        return lhi_fail_at(r, at, NULL, "this number is beyond those of double");
    return lhi_make_at(r, at, e);
}

lhi_ref lhi_read_number(lhi_parser *r)
{
    const char *at = r->at;
    const size_t length = number_length(at);
    char digits[64];

    if (length >= sizeof digits)
        return lhi_fail_at(r, at, "40 digits are more than any type holds",
                           "this number is too long");
    memcpy(digits, at, length);
    digits[length] = 0;
    r->at += length;
    return decimal(r, at, digits);
}

/* "#1", "$1" or "d#0". */
lhi_ref lhi_read_bound(lhi_parser *r)
{
    const char *at = r->at;
    const int gradient = *at == 'd', setting = *at == '$';
    unsigned which;

    r->at += 1 + gradient;
    which = (unsigned)(*r->at - '0');
    if (!isdigit((unsigned char)*r->at) || isdigit((unsigned char)r->at[1]))
        return lhi_fail_at(r, at, NULL, "a letter of a line is #0 to #4, d#0, or $1 to $4");
    r->at++;
    if (!r->b)
        return lhi_fail_at(r, at, "variables are called by their names",
                           "#1 stands for an operand in the lines of an op alone");
    if (gradient)
        return which == 0 && r->b->grad != LHI_NO_EXPR
                   ? r->b->grad : lhi_fail_at(r, at, NULL, "there is no such gradient here");
    if (setting)
        return which >= 1 && which <= LHI_LINE_OPERANDS
                   ? r->b->setting[which - 1] : lhi_fail_at(r, at, NULL, "there is no such number");
    if (which > LHI_LINE_OPERANDS || r->b->value[which] == LHI_NO_EXPR)
        return lhi_fail_at(r, at, NULL, which == 0 ? "#0, the result, cannot stand here"
                                                   : "there is no such operand");
    return r->b->value[which];
}

static int is_word(const char *name, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(name, word, length) == 0;
}

/* An op by its name, where the pool's owner knows some. */
static const lh_op *op_named(const lhi_parser *r, const char *name, size_t length)
{
    char copy[64];

    if (!r->p->find || length >= sizeof copy)
        return NULL;
    snprintf(copy, sizeof copy, "%.*s", (int)length, name);
    return r->p->find(r->p->c, copy);
}

/* How many arguments a function takes; 0: it is none. */
static int takes(const lhi_parser *r, const char *name, size_t length)
{
    const lhi_function *f = lhi_function_named(name, (int)length);
    const lh_op *op = f ? NULL : op_named(r, name, length);

    return f ? f->arguments : op ? op->n_in + op->numbers : 0;
}

static int is_sigma_of_first(const lhi_parser *r, const lhi_function *f, lhi_ref a)
{
    return f && f->code == LHI_SIGMA && r->b && r->b->sigma != LHI_NO_EXPR && a == r->b->value[1];
}

static int is_number(const lhi_parser *r, lhi_ref e)
{
    const lhi_expr *x = &r->p->at[e];

    return x->kind == LHI_E_NUMBER || x->kind == LHI_E_SETTING ||
           (x->kind == LHI_E_NEG && r->p->at[x->a].kind == LHI_E_NUMBER);
}

static int is_variable(const lhi_parser *r, const char *name, size_t length)
{
    return r->p->is_name && !r->b && r->p->is_name(r->p->arg, name, length);
}

/* The letters of a name; primes belong to a name that is one with them. */
static size_t word_length(const lhi_parser *r, const char *name)
{
    size_t n = 0, primes;

    while (lhi_is_letter(name[n]) || isdigit((unsigned char)name[n]))
        n++;
    for (primes = n; name[primes] == '\''; primes++)
        if (is_variable(r, name, primes + 1))
            n = primes + 1;
    return n;
}

/* A function where it stands, `at`, by its own name. */
typedef struct function {
    const char *at, *name;
    size_t length;
} function;

/* The call of a function with its arguments; those past the first are a list. */
static lhi_ref applied(lhi_parser *r, function g, const lhi_ref *argument, int n)
{
    const lhi_function *f = lhi_function_named(g.name, (int)g.length);
    lhi_ref rest = n > 1 ? argument[n - 1] : LHI_NO_EXPR, a = argument[0];

    if (r->failed)
        return 0;
    if (is_sigma_of_first(r, f, a))
        return r->b->sigma;
    if (f && r->b && ((is_word(g.name, g.length, "over_rows") && !r->b->is_row) ||
                      (is_word(g.name, g.length, "over_columns") && !r->b->is_column)))
        return a;
    if (f && (f->code == LHI_MAX || f->code == LHI_MIN) && is_number(r, rest) && !is_number(r, a)) {
        a = rest;
        rest = argument[0];
    }
    for (int k = n - 2; k > 0; k--)
        rest = lhi_make_at(r, g.at, (lhi_expr){.kind = LHI_E_LIST, .a = argument[k], .b = rest});
    return lhi_make_at(r, g.at, (lhi_expr){.kind = LHI_E_CALL, .a = a, .b = rest,
                                           .name = f ? f->name : g.name,
                                           .length = f ? (int)strlen(f->name) : (int)g.length});
}

/* What stands in the brackets after a name that is no variable. */
static lhi_ref call(lhi_parser *r, function g)
{
    const char *open = r->at++;
    const int most = 2 * LHI_LINE_OPERANDS, wanted = takes(r, g.name, g.length);
    lhi_ref argument[2 * LHI_LINE_OPERANDS];
    char why[160], legible[40];
    int n = 0;

    do
        argument[n++] = lhi_read_sum(r);
    while (n < most && lhi_take(r, ","));
    lhi_shut(r, ")", open, 0);
    if (r->failed)
        return 0;
    if (is_word(g.name, g.length, "partial") && n == 2)
        return lhi_join_at(r, g.at, LHI_E_PARTIAL, argument[0], argument[1]);
    if (wanted == 0 && (r->b || r->p->is_name))
        return lhi_fail_at_name(r, g.at, word_length(r, g.at), "`longhand ops` lists the functions",
                                "there is no function ", "");
    if (wanted && wanted != n) {
        snprintf(why, sizeof why, "%s takes %d argument%s, not %d",
                 lhi_legible(legible, sizeof legible, g.name, g.length), wanted,
                 wanted == 1 ? "" : "s", n);
        return lhi_fail_at(r, g.at, NULL, why);
    }
    return applied(r, g, argument, n);
}

/* A function before its one factor. */
static lhi_ref call_of_factor(lhi_parser *r, function g)
{
    lhi_ref e;

    lhi_skip_blanks(r);
    if (!lhi_begins_a_factor(r->at) && !isdigit((unsigned char)*r->at))
        return lhi_fail_at_name(r, g.at, word_length(r, g.at), NULL, "",
                                " is a function: of what?");
    e = lhi_read_postfix(r);
    return applied(r, g, &e, 1);
}

/* g' or g'(Z): the brackets belong to it. */
static lhi_ref primed(lhi_parser *r, const char *name, lhi_ref e)
{
    lhi_ref of = LHI_NO_EXPR;
    const char *open;

    r->at++;
    open = r->at;
    if (*open == '(') {
        r->at++;
        of = lhi_shut(r, ")", open, lhi_read_sum(r));
    }
    return lhi_join_at(r, name, LHI_E_PRIME, e, of);
}

/* A word in the lines of an op that is no function. */
static lhi_ref letter(lhi_parser *r, const char *name, size_t length)
{
    if (is_word(name, length, "m"))
        return r->b->count;
    return lhi_fail_at_name(r, name, length, "#1 to #4, #0, m, pi and functions can", "",
                            " cannot stand in the line of an op");
}

/* dL/dZ3: names behind a d each. */
static int derivative(lhi_parser *r, lhi_ref *e)
{
    const char *at = r->at, *below;
    const size_t above = word_length(r, at);
    size_t under;
    lhi_ref a, b;

    if (!r->p->derivatives || *at != 'd' || above < 2 || is_variable(r, at, above) ||
        at[above] != '/' || at[above + 1] != 'd')
        return 0;
    below = at + above + 2;
    under = word_length(r, below);
    if (under == 0)
        return 0;
    r->at = below + under;
    a = lhi_make_at(r, at + 1, (lhi_expr){.kind = LHI_E_SYMBOL, .name = at + 1,
                                          .length = (int)above - 1});
    b = lhi_make_at(r, below, (lhi_expr){.kind = LHI_E_SYMBOL, .name = below,
                                         .length = (int)under});
    *e = lhi_join_at(r, at, LHI_E_PARTIAL, a, b);
    return 1;
}

lhi_ref lhi_read_word(lhi_parser *r)
{
    const char *at = r->at, *other;
    const size_t length = word_length(r, at);
    const int variable = is_variable(r, at, length), known = r->b || r->p->is_name;
    function g = {at, at, length};
    lhi_ref e;

    if (derivative(r, &e))
        return e;
    r->at += length;
    other = r->p->function && !r->b ? r->p->function(r->p->arg, at, length) : NULL;
    if (other)
        g = (function){at, other, strlen(other)};
    if (!variable && *r->at == '(')
        return call(r, g);
    if (!variable && known && *r->at != '\'' && takes(r, g.name, g.length) == 1)
        return call_of_factor(r, g);
    if (!variable && known && is_word(at, length, "pi"))
        return decimal(r, at, "3.14159265358979323846264338327950288419716939937510582");
    if (r->b)
        return letter(r, at, length);
    e = lhi_make_at(r, at, (lhi_expr){.kind = LHI_E_SYMBOL, .name = at, .length = (int)length});
    return *r->at == '\'' ? primed(r, at, e) : e;
}
