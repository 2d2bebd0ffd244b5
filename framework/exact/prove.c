/* prove.c -- lh_prove(): each line of a page's derivation, and what is said of it. */
/* SPDX-License-Identifier: MIT */
#include "framework/exact/exact.h"

#include "framework/base/floats.h"
#include "framework/base/stop.h"

#include <longhand/derive.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct proof {
    lh_ctx *c;
    lhi_world *w;
    lhi_chain *line;
    size_t lines, room;
    int levels;
} proof;

/* A parameter as it would stand there. */
static lhi_ref letter(const lhi_world *w, uint32_t id)
{
    const char *name = w->t->node[id].name;

    return lhi_make(w->pool, (lhi_expr){.kind = LHI_E_SYMBOL, .a = LHI_NO_EXPR, .b = LHI_NO_EXPR,
                                        .name = name, .length = (int)strlen(name)});
}

/* One line, or one for each parameter whose update it is. */
static void add_line(proof *p, const lhi_page_claim *claim, uint32_t moves)
{
    lhi_pool *pool = p->w->pool;
    lhi_chain l = {.claim = claim, .node = LHI_NONE, .moves = moves};
    lhi_misread why;

    l.steps = lhi_read(pool, claim->text, NULL, l.step, &why);
    if (l.steps < 2)
        return;
    for (size_t i = 1; moves != LHI_NONE && i < l.steps; i++)
        l.step[i] = lhi_replace(pool, l.step[i], l.step[0], letter(p->w, moves));
    if (pool->at[l.step[0]].kind == LHI_E_PARTIAL &&
        lhi_world_node_of(p->w, pool->at[l.step[0]].a) == p->w->root)
        l.node = lhi_world_node_of(p->w, pool->at[l.step[0]].b);
    for (size_t i = 0; i < l.steps; i++)
        l.said[i].right = LHI_NO_EXPR;
    if (lhi_grow(p->c, &p->line, &p->room, p->lines + 1, sizeof *p->line) == 0)
        p->line[p->lines++] = l;
}

/* Is the parameter among "W1, W2, b1"? */
static int is_among(const char *names, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = names; at; at = strchr(at, ',')) {
        at += strspn(at, ", ");
        if (strncmp(at, name, length) == 0 && strchr(", ", at[length]))
            return 1;
    }
    return names == NULL;
}

static void add_claim(proof *p, const lhi_page_claim *claim)
{
    const lh_tape *t = p->w->t;

    if (!claim->moves)
        add_line(p, claim, LHI_NONE);
    for (uint32_t id = 0; claim->moves && id < t->count; id++)
        if (t->node[id].kind == LHI_PARAM &&
            is_among(claim->names, t->params->at[t->node[id].param].name))
            add_line(p, claim, id);
}

/* What a step comes to in this draw. */
static void judge(proof *p, lhi_chain *l, size_t i)
{
    struct lhi_said *s = &l->said[i];
    int right;

    p->w->trouble = LHI_FINE;
    right = lhi_judge(p->w, l, l->step[i]);
    if (right == 1)
        s->verdict = ++s->draws == LHI_DRAWS ? LHI_PROVED : LHI_OPEN;
    else if (right == 0 || p->w->trouble == LHI_UNFIT)
        s->verdict = LHI_REFUTED;
    else if (p->w->trouble == LHI_DEEPER && p->levels < LHI_FIELDS)
        p->levels++; /* from the next draw on */
    else if (p->w->trouble != LHI_AGAIN)
        s->verdict = LHI_UNDECIDED;
    if (right < 0)
        snprintf(s->why, sizeof s->why, "%s", p->w->why);
}

static void draw(proof *p)
{
    enum { MOST_DRAWS = 64 };
    int open = 1;

    for (uint64_t k = 1; k <= MOST_DRAWS && open && lhi_ok(p->c); k++) {
        lhi_world_draw(p->w, k, p->levels);
        open = 0;
        for (size_t j = 0; j < p->lines; j++)
            for (size_t i = 1; i < p->line[j].steps && !lhi_gives_up(p->c, "proving"); i++)
                if (p->line[j].said[i].verdict == LHI_OPEN) {
                    judge(p, &p->line[j], i);
                    open |= p->line[j].said[i].verdict == LHI_OPEN;
                }
    }
    for (size_t j = 0; j < p->lines; j++)
        for (size_t i = 1; i < p->line[j].steps && lhi_ok(p->c); i++) {
            struct lhi_said *s = &p->line[j].said[i];

            if (s->verdict == LHI_OPEN)
                s->verdict = LHI_UNDECIDED;
            if (s->verdict == LHI_REFUTED)
                s->right = lhi_nearest_right(p->w, &p->line[j], p->line[j].step[i], p->levels);
        }
}

/* --- what is said --- */

static const char *const verdicts[LHI_VERDICTS] = {
    "not decided", "proved", "refuted", "not decided"};

/* The text of a step: between two signs of equality outside of brackets. */
static size_t step_text(const char *at, size_t number, const char **begin)
{
    int depth = 0;

    for (*begin = at;; at++) {
        depth += *at == '(' || *at == '[' ? 1 : *at == ')' || *at == ']' ? -1 : 0;
        if (*at == 0 || (*at == '=' && depth == 0)) {
            if (number-- == 0 || *at == 0)
                break;
            *begin = at + 1;
        }
    }
    while (**begin == ' ')
        (*begin)++;
    while (at > *begin && at[-1] == ' ')
        at--;
    return (size_t)(at - *begin);
}

static void add_step(lhi_text *t, const proof *p, const lhi_chain *l, size_t i)
{
    const struct lhi_said *s = &l->said[i];
    const char *left, *right;
    const size_t left_size = step_text(l->claim->text, 0, &left);
    const size_t right_size = step_text(l->claim->text, i, &right);
    char number[16] = "", sides[200];

    if (i == 1 && l->claim->number)
        snprintf(number, sizeof number, "%d", l->claim->number);
    if (l->moves != LHI_NONE)
        snprintf(sides, sizeof sides, "%.*s := %.*s for %s", (int)left_size, left,
                 (int)right_size, right, p->w->t->node[l->moves].name);
    else
        snprintf(sides, sizeof sides, "%.*s = %.*s%s", i == 1 ? (int)left_size : 0, left,
                 (int)right_size, right, l->claim->over_rows ? ", over the rows" : "");
    lhi_text_add(t, "%4s  %-64s %s", number, sides, verdicts[s->verdict]);
    if (s->right != LHI_NO_EXPR) {
        lhi_text_add(t, ":\n      right is ");
        lhi_render(t, p->w->pool, s->right, LHI_AS_TEXT);
        lhi_text_add(t, "%s", l->claim->over_rows ? ", over the rows" : "");
    } else if (s->verdict != LHI_PROVED && s->why[0])
        lhi_text_add(t, ": %s", s->why);
    lhi_text_add(t, "\n");
}

static void tell(proof *p, size_t count[LHI_VERDICTS])
{
    lhi_text t = {.c = p->c};
    size_t steps = 0;

    for (size_t j = 0; j < p->lines; j++)
        for (size_t i = 1; i < p->line[j].steps; i++) {
            count[p->line[j].said[i].verdict]++;
            steps++;
        }
    lhi_text_add(&t, "The derivation of the page%s, each = in %d draws without rounding:\n\n",
                 p->w->per_sample ? ", of one sample (over a batch dL/dX is times 1/m)" : "",
                 LHI_DRAWS);
    for (size_t j = 0; j < p->lines; j++)
        for (size_t i = 1; i < p->line[j].steps; i++)
            add_step(&t, p, &p->line[j], i);
    lhi_text_add(&t, "\n%zu of %zu proved, %zu refuted, %zu not decided.\n", count[LHI_PROVED],
                 steps, count[LHI_REFUTED], count[LHI_UNDECIDED]);
    if (t.at && lhi_ok(p->c) && fwrite(t.at, 1, t.size, stdout) != t.size)
        lhi_fail(p->c, LH_EIO, NULL, "the proof could not be written to standard output");
    lhi_text_free(&t);
}

/* The first line that is not proved is the error. */
static void judge_page(proof *p, const size_t count[LHI_VERDICTS])
{
    for (size_t j = 0; j < p->lines; j++)
        for (size_t i = 1; i < p->line[j].steps; i++) {
            const lhi_chain *l = &p->line[j];
            const lhi_verdict v = l->said[i].verdict;

            if (v == LHI_REFUTED)
                lhi_fail(p->c, LH_EVERIFY,
                         "what is right stands beside it, where that is one change",
                         "%s:%d: this line is refuted: %.200s", l->claim->file, l->claim->line,
                         l->claim->shown);
            else if (v != LHI_PROVED && count[LHI_REFUTED] == 0)
                lhi_fail(p->c, LH_EUNDECIDED, "longhand check compares it with numbers",
                         "%s:%d: this line is not decided (%s): %.200s", l->claim->file,
                         l->claim->line, l->said[i].why, l->claim->shown);
        }
}

static void prove(lh_var L, int per_sample)
{
    LHI_USUAL_FLOATS(L.tape->c);
    const lhi_page *page = L.tape->page;
    const lhi_claim_names names = {L.tape, page};
    lhi_pool pool = lhi_claim_pool(&names);
    proof p = {.c = L.tape->c, .levels = 3};
    size_t count[LHI_VERDICTS] = {0};

    p.w = lhi_world_new(L, page, &pool);
    if (p.w) {
        p.w->per_sample = per_sample;
        for (size_t i = 0; i < page->claims && lhi_ok(p.c); i++)
            add_claim(&p, &page->claim[i]);
        draw(&p);
        if (lhi_ok(p.c))
            tell(&p, count);
        if (lhi_ok(p.c))
            judge_page(&p, count);
        lhi_world_free(p.w);
    }
    lhi_release(p.c, p.line);
    lhi_pool_free(&pool);
}

lh_status lh_prove(lh_var L, int per_sample)
{
    lh_ctx *c = lhi_ctx_of(L);

    if (!lhi_ok(c) || lh_opt_done(c) != LH_OK)
        return lh_error(c);
    if (!lhi_loss_good(L, "lh_prove"))
        return lhi_call_ends(c);
    if (L.tape->page && L.tape->page->claims)
        prove(L, per_sample);
    else
        lhi_fail(c, LH_EUSAGE, "experiments/page.txt has one: dL/dW3 = A2^T.dL/dZ3, ...",
                 "lh_prove: no page with a derivation was recorded on this tape");
    return lhi_call_ends(c);
}
