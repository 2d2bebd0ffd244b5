/* line.c -- lh_line(): a line is read, settled, recorded and named; or shown with a mark. */
/* SPDX-License-Identifier: MIT */
#include "framework/page/page.h"

#include "framework/base/floats.h"
#include "framework/base/name.h"
#include "framework/base/quote.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN = 76 }; /* columns of a line in a message */

static int is_name(void *arg, const char *name, size_t length)
{
    return lhi_node_named(arg, name, length) != LHI_NONE;
}

static const char *function(void *arg, const char *name, size_t length)
{
    const lhi_sentence *s = arg;

    for (size_t i = 0; i < s->from->aliases; i++) {
        const lhi_alias *a = &s->from->alias[i];

        if (a->function && strlen(a->name) == length && memcmp(a->name, name, length) == 0)
            return a->function;
    }
    return NULL;
}

static size_t characters(const char *text, size_t bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < bytes && text[i]; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* The line, or what of it is around the place, with a mark under that. */
static void add_marked(lhi_text *to, const char *text, size_t at)
{
    const size_t length = strlen(text);
    size_t from = at > SHOWN / 2 && length > SHOWN ? at - SHOWN / 2 : 0;
    char shown[SHOWN + 12];

    while (from > 0 && ((unsigned char)text[from] & 0xc0) == 0x80)
        from--;
    lhi_legible(shown, sizeof shown, text + from, length - from < SHOWN ? length - from : SHOWN);
    lhi_text_add(to, "\n  %s%s\n  %*s^", from ? "..." : "", shown,
                 (int)characters(text + from, at - from) + (from ? 3 : 0), "");
}

void lhi_tell_place(lh_ctx *c, const lhi_page_text *from, lh_status status, const lhi_misread *why)
{
    lhi_text t = {.c = c};

    add_marked(&t, from->shown, why->at);
    lhi_fail(c, status, why->hint, "%s:%d: %s%s", from->file, from->line, why->why,
             t.at ? t.at : "");
    lhi_text_free(&t);
}

/* The name on the left, and those at the right end, may be taken by nobody. */
static int is_free(lhi_sentence *s, lhi_ref e)
{
    const lhi_expr *x = &s->pool.at[e];
    const char *fault;
    uint32_t twin;

    if (x->kind != LHI_E_SYMBOL)
        return lhi_misfit(s, e, LH_EUSAGE, "as in Z1 = X W1 + b1",
                          "a name is wanted on this side of the =") != 0;
    fault = lhi_name_fault(x->name, (size_t)x->length, LHI_NAME_OF_VARIABLE);
    if (fault)
        return lhi_misfit(s, e, LH_ENAME, NULL, "this cannot be a name: %s", fault) != 0;
    twin = lhi_node_named(s, x->name, (size_t)x->length);
    if (twin == LHI_NONE)
        return 1;
    return lhi_misfit(s, e, LH_ENAME, NULL, "the name is taken, by %s:%d",
                      s->t->node[twin].file ? s->t->node[twin].file : "?",
                      s->t->node[twin].line) != 0;
}

static lh_var named(lhi_sentence *s, lhi_ref e, lh_var v)
{
    char name[LHI_NAME];

    snprintf(name, sizeof name, "%.*s", s->pool.at[e].length, s->pool.at[e].name);
    return lh_label(v, name, s->from->file, s->from->line);
}

/* "Z = formula": two steps at least, a name first. */
static lh_var compose(lhi_sentence *s, const lhi_ref *step, size_t n)
{
    const size_t before = s->t->count;
    lh_var v = {s->t, UINT32_MAX, 0};
    lhi_ref e;

    if (n < 2)
        lhi_misfit(s, step[0], LH_EUSAGE, "as in Z1 = X W1 + b1",
                   "a line gives its result a name");
    if (s->status != LH_OK || !is_free(s, step[0]))
        return v;
    for (size_t i = 2; i < n; i++)
        if (!is_free(s, step[i]))
            return v;
    e = lhi_settle(s, step[1]);
    if (e != LHI_NO_EXPR && s->pool.at[e].kind == LHI_E_VALUE)
        lhi_misfit(s, step[1], LH_EUSAGE, "use that name",
                   "this is a variable that has a name already");
    if (e != LHI_NO_EXPR && s->status == LH_OK)
        v = lhi_compose(s, e);
    if (s->status == LH_OK && lhi_ok(s->t->c))
        return named(s, step[n == 2 ? 0 : n - 1], v);
    s->t->count = before; /* nothing of it stays */
    return (lh_var){s->t, UINT32_MAX, 0};
}

void lhi_sentence_free(lhi_sentence *s)
{
    lhi_release(s->t->c, s->shape);
    lhi_release(s->t->c, s->settled);
    lhi_release(s->t->c, s->made);
    lhi_release(s->t->c, s->pattern);
    lhi_pool_free(&s->pool);
}

lh_var lhi_record_text(lh_tape *t, const lhi_page_text *from)
{
    lhi_sentence s = {.t = t, .from = from};
    lhi_ref step[LHI_CHAIN];
    lh_var v = {t, UINT32_MAX, 0};
    size_t n;

    s.pool = (lhi_pool){.c = t->c, .find = lhi_op_named, .is_name = is_name,
                        .function = function, .arg = &s};
    n = lhi_read(&s.pool, from->text, NULL, step, &s.why);
    if (n == 0)
        s.status = LH_EUSAGE;
    else
        v = compose(&s, step, n);
    if (s.status != LH_OK && lhi_ok(t->c))
        lhi_tell_place(t->c, from, s.status, &s.why);
    for (size_t i = 0; from->more && v.id != UINT32_MAX && i + 1 < n; i += i == 0 ? 2 : 1)
        if (n > 2)
            from->more(from->arg, s.pool.at[step[i]].name, (size_t)s.pool.at[step[i]].length, v);
    lhi_sentence_free(&s);
    return v;
}

lh_var lh_line_at(lh_tape *t, const char *text, const char *file, int line)
{
    lh_ctx *c = t ? t->c : NULL;
    LHI_USUAL_FLOATS(c);
    const lhi_page_text from = {.text = text, .shown = text, .file = file ? file : "?",
                                .line = line};

    if (!lhi_ok(c))
        return (lh_var){t, UINT32_MAX, 0};
    if (text)
        return lhi_record_text(t, &from);
    lhi_fail(c, LH_EUSAGE, NULL, "lh_line: the text is NULL");
    return (lh_var){t, UINT32_MAX, 0};
}
