/* derive.c -- lh_derive(): from a loss to a document in one of its forms. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/place.h"
#include "framework/derive/document.h"
#include "framework/ops/ops.h"

#include <stdio.h>
#include <string.h>

static const struct form {
    const char *name, *ending;
    void (*write)(lhi_text *t, lhi_document *d);
} forms[] = {
    {"text", ".txt", lhi_as_text},
    {"latex", ".tex", lhi_as_latex},
    {"html", ".html", lhi_as_html},
    {"dot", ".dot", lhi_as_dot},
    {"svg", ".svg", lhi_as_svg},
};
enum { FORMS = sizeof forms / sizeof *forms };

static int to_stdout(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

/* By name, else by the ending of the path; NULL and an error when there is none. */
static const struct form *form_of(lh_ctx *c, const char *format, const char *path)
{
    const char *names[FORMS], *ending = to_stdout(path) ? NULL : strrchr(path, '.');
    const char *near;

    if (!format && to_stdout(path))
        return &forms[0];
    for (size_t i = 0; i < FORMS; i++) {
        names[i] = forms[i].name;
        if (format ? strcmp(format, forms[i].name) == 0
                   : ending && strcmp(ending, forms[i].ending) == 0)
            return &forms[i];
    }
    if (!format) {
        lhi_fail(c, LH_EUSAGE, "a file ends in .txt, .tex, .html, .dot or .svg",
                 "the ending of %s does not say what to write", path);
        return NULL;
    }
    near = lh_did_you_mean(format, names, FORMS);
    lhi_fail(c, LH_EUSAGE, "text, latex, html, dot or svg",
             "'%.40s' is no form of a derivation%s%s%s", format,
             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return NULL;
}

static void deliver(lh_ctx *c, const lhi_text *text, const char *path)
{
    if (!to_stdout(path))
        lhi_text_write(text, path, "the derivation");
    else if (fwrite(text->at, 1, text->size, stdout) != text->size)
        lhi_fail(c, LH_EIO, NULL, "the derivation could not be written to standard output");
}

static int set_up(lhi_document *d, lh_var L)
{
    d->t = L.tape;
    d->c = L.tape->c;
    d->p = lhi_plan_new(d->t, L.id, LHI_KEEP_ALL);
    d->users = lhi_alloc_array(d->c, d->t->count, sizeof *d->users);
    d->pool = (lhi_pool){.c = d->c, .find = lhi_op_named, .t = d->t};
    d->pool.name = lhi_alloc_array(d->c, d->t->count, sizeof *d->pool.name);
    if (!d->p || !d->users || !d->pool.name)
        return 0;
    for (size_t i = 0; i < d->p->count; i++) {
        const lhi_node *n = &d->t->node[d->p->order[i]];

        for (int k = 0; k < lhi_arity(n); k++)
            d->users[n->in[k]]++;
    }
    return 1;
}

static void tear_down(lhi_document *d)
{
    if (d->w)
        lhi_ws_free(d->w);
    if (d->p)
        lhi_plan_free(d->c, d->p);
    lhi_release(d->c, d->users);
    lhi_release(d->c, d->pool.name);
    lhi_pool_free(&d->pool);
    lhi_release(d->c, d->line);
}

/* The first line that is not what the tape computes. */
static void report(lhi_document *d)
{
    lhi_text line = {.c = d->c};
    size_t i = 0;

    while (i < d->count && d->line[i].outcome != LHI_DISAGREES)
        i++;
    if (i == d->count)
        return;
    if (d->line[i].left != LHI_NO_EXPR) {
        lhi_render(&line, &d->pool, d->line[i].left, LHI_AS_TEXT);
        lhi_text_add(&line, " ");
    }
    lhi_add_right(&line, d, &d->line[i], LHI_AS_TEXT);
    lhi_fail(d->c, LH_EVERIFY,
             "the lines of the op do not say what its code does; longhand check compares the code",
             d->line[i].against == LHI_STEP_BEFORE
                 ? "a step of the derivation is not what the one before is: %.500s"
                 : "a line of the derivation is not what the tape computes: %.500s",
             line.at ? line.at : "");
    lhi_text_free(&line);
}

static int may_derive(lh_var L, const lh_data *data, size_t rows)
{
    lh_ctx *c = L.tape->c;

    if (!lhi_loss_good(L, "lh_derive"))
        return 0;
    if (L.tape->node[L.id].kind != LHI_OP)
        lhi_fail(c, LH_ESHAPE, "a loss is one number", "lh_derive: the loss is no scalar");
    else if (data && (lhi_data_is_inert(data) || rows == 0))
        lhi_fail(c, LH_EUSAGE, NULL, "lh_derive: there are no rows to check on");
    return lhi_ok(c);
}

static void derive(lh_var L, lh_data *data, size_t rows, const char *format, const char *path)
{
    LHI_USUAL_FLOATS(L.tape->c);
    lhi_document d = {.c = L.tape->c};
    const struct form *form;
    lhi_text text = {.c = L.tape->c};

    if (!may_derive(L, data, rows) || !(form = form_of(L.tape->c, format, path)))
        return;
    if (set_up(&d, L)) {
        lhi_find_page(&d);
        lhi_write_lines(&d);
    }
    if (lhi_ok(d.c) && ((!data && !lhi_is_bound(d.t, d.p)) || lhi_check_lines(&d, data, rows)))
        form->write(&text, &d);
    if (lhi_ok(d.c)) {
        deliver(d.c, &text, path);
        report(&d);
    }
    lhi_text_free(&text);
    tear_down(&d);
}

lh_status lh_derive(lh_var L, lh_data *data, size_t rows, const char *format, const char *path)
{
    lh_ctx *c = lhi_ctx_of(L);

    if (!lhi_ok(c) || lh_opt_done(c) != LH_OK)
        return lh_error(c);
    derive(L, data, rows, format, path);
    return lhi_call_ends(c);
}
