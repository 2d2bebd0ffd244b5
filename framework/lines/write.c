/* write.c -- an expression as the line that reads as it. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"

#include "framework/system/sys.h"

#include <string.h>

const lhi_hold lhi_holds[LHI_E_KINDS] = {
    [LHI_E_NUMBER] = {LHI_ATOM, 0, 0},
    [LHI_E_SYMBOL] = {LHI_ATOM, 0, 0},
    [LHI_E_VALUE] = {LHI_ATOM, 0, 0},
    [LHI_E_GRAD] = {LHI_ATOM, 0, 0},
    [LHI_E_COUNT] = {LHI_ATOM, 0, 0},
    [LHI_E_SETTING] = {LHI_ATOM, 0, 0},
    [LHI_E_ADD] = {LHI_SUM, LHI_SUM, LHI_TERM},
    [LHI_E_SUB] = {LHI_SUM, LHI_SUM, LHI_TERM},
    [LHI_E_NEG] = {LHI_SUM, LHI_TERM, 0},
    [LHI_E_TIMES] = {LHI_TERM, LHI_TERM, LHI_SIDE},
    [LHI_E_OVER] = {LHI_TERM, LHI_TERM, LHI_POSTFIX},
    [LHI_E_PRODUCT] = {LHI_SIDE, LHI_SIDE, LHI_POSTFIX},
    [LHI_E_DOT] = {LHI_SIDE, LHI_SIDE, LHI_POSTFIX},
    [LHI_E_POWER] = {LHI_POSTFIX, LHI_ATOM, LHI_ATOM},
    [LHI_E_TRANSPOSE] = {LHI_POSTFIX, LHI_ATOM, 0},
    [LHI_E_PRIME] = {LHI_ATOM, LHI_ATOM, LHI_SUM},
    [LHI_E_ABOVE] = {LHI_ATOM, LHI_SUM, LHI_SUM},
    [LHI_E_CALL] = {LHI_ATOM, LHI_SUM, LHI_SUM},
    [LHI_E_LIST] = {LHI_ATOM, LHI_SUM, LHI_SUM},
    [LHI_E_PARTIAL] = {LHI_ATOM, LHI_SUM, LHI_SUM},
    [LHI_E_BACKWARD] = {LHI_SUM, 0, 0},
};

/* What stands around the parts: before the left one, between them, at the end. */
static const struct signs {
    const char *before, *between, *after;
} signs[LHI_E_KINDS] = {
    [LHI_E_ADD] = {"", " + ", ""},
    [LHI_E_SUB] = {"", " - ", ""},
    [LHI_E_NEG] = {"-", "", ""},
    [LHI_E_TIMES] = {"", " * ", ""},
    [LHI_E_OVER] = {"", "/", ""},
    [LHI_E_PRODUCT] = {"", " ", ""},
    [LHI_E_DOT] = {"", ".", ""},
    [LHI_E_POWER] = {"", "^", ""},
    [LHI_E_TRANSPOSE] = {"", "", "^T"},
    [LHI_E_ABOVE] = {"[", " > ", "]"},
    [LHI_E_CALL] = {"(", ", ", ")"},
    [LHI_E_LIST] = {"", ", ", ""},
    [LHI_E_PARTIAL] = {"partial(", ", ", ")"},
};

const char *lhi_number_text(lhi_number x, char *text, size_t room)
{
    for (int digits = 1; digits <= 40; digits++) {
        lhi_number again;
        char *end;

        lhi_format(text, room, "%.*Lg", digits, x.wide);
        lhi_sys_strtoall(text, &end, &again.f32, &again.f64, &again.wide);
        if (again.f32 == x.f32 && again.f64 == x.f64 && again.wide == x.wide)
            break;
    }
    return text;
}

static void part(lhi_text *t, const lhi_pool *p, lhi_ref e, int least);

/* An exponent is a number with its sign, or one letter; all else is put in brackets. */
static void exponent(lhi_text *t, const lhi_pool *p, lhi_ref e)
{
    const lhi_expr_kind kind = p->at[e].kind;

    part(t, p, e, kind < LHI_E_ADD ? LHI_SUM : LHI_ATOM + 1);
}

/* Behind a factor no digit may begin without a bracket. */
static int stands_last(const lhi_pool *p, const lhi_expr *x)
{
    const lhi_expr *last = &p->at[x->b];

    if (x->kind != LHI_E_PRODUCT && x->kind != LHI_E_DOT)
        return 0;
    while (last->kind == LHI_E_POWER || last->kind == LHI_E_TRANSPOSE)
        last = &p->at[last->a];
    return last->kind == LHI_E_NUMBER;
}

/* 0 once the line is too long. */
static int line(lhi_text *t, const lhi_pool *p, lhi_ref e)
{
    const lhi_expr *x = &p->at[e];
    const lhi_hold *hold = &lhi_holds[x->kind];
    const struct signs *s = &signs[x->kind];
    char digits[64];

    if (t->size >= LHI_LINE_ROOM)
        return 0;
    switch (x->kind) {
    case LHI_E_NUMBER:
        lhi_text_add(t, "%s", lhi_number_text(x->number, digits, sizeof digits));
        return 1;
    case LHI_E_VALUE:
        lhi_text_add(t, "#%u", (unsigned)x->node);
        return 1;
    case LHI_E_GRAD:
        lhi_text_add(t, "d#%u", (unsigned)x->node);
        return 1;
    case LHI_E_COUNT:
        lhi_text_add(t, "m");
        return 1;
    case LHI_E_SETTING:
        lhi_text_add(t, "$%u", (unsigned)x->node + 1);
        return 1;
    case LHI_E_SYMBOL:
        lhi_text_put(t, x->name, (size_t)x->length);
        return 1;
    case LHI_E_CALL:
        lhi_text_put(t, x->name, (size_t)x->length);
        break;
    default:
        break;
    }
    lhi_text_add(t, "%s", s->before);
    part(t, p, x->a, hold->left);
    if (x->b != LHI_NO_EXPR) {
        lhi_text_add(t, "%s", s->between);
        if (x->kind == LHI_E_POWER)
            exponent(t, p, x->b);
        else
            part(t, p, x->b, stands_last(p, x) ? LHI_ATOM + 1 : hold->right);
    }
    lhi_text_add(t, "%s", s->after);
    return t->size < LHI_LINE_ROOM;
}

static void part(lhi_text *t, const lhi_pool *p, lhi_ref e, int least)
{
    const int brackets = lhi_holds[p->at[e].kind].itself < least;

    lhi_text_add(t, "%s", brackets ? "(" : "");
    line(t, p, e);
    lhi_text_add(t, "%s", brackets ? ")" : "");
}

int lhi_write(lhi_text *t, const lhi_pool *p, lhi_ref e)
{
    return line(t, p, e) && t->size < LHI_LINE_ROOM && lhi_ok(p->c);
}
