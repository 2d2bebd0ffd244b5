/* lines.c -- a tape as lines: names, values, gradients, algebra, update. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/document.h"

#include "framework/ops/ops.h"

#include <stdio.h>
#include <string.h>

/* Steps without a name that may stand within each other in one line. */
enum { NESTED = 4 };

static int is_op(const lhi_document *d, uint32_t id)
{
    return d->t->node[id].kind == LHI_OP;
}

static const lh_op *op_of(const lhi_document *d, uint32_t id)
{
    return lhi_node_op(&d->t->node[id]);
}

static int operands_of(const lhi_document *d, uint32_t id)
{
    return is_op(d, id) ? op_of(d, id)->n_in : 0;
}

static const lh_lines *lines_of(const lhi_document *d, uint32_t id)
{
    static const lh_lines none;
    const lh_op *op = op_of(d, id);

    return op->lines ? op->lines : &none;
}

const char *lhi_section_name(lhi_section s)
{
    static const char *const names[LHI_SECTIONS] = {
        "Feedforward", "Loss", "Activation", "Backpropagation", "Update"};

    return names[s];
}

/* "u1", "u2", ...: a step without a name that needs a line of its own. */
static const char *new_name(lhi_document *d, unsigned *last)
{
    char text[16];

    do
        snprintf(text, sizeof text, "u%u", ++*last);
    while (lh_named(d->t, text).tape);
    return lhi_strf(d->c, "%s", text);
}

/* Every operand and the root has a line, and so has what several use; other steps stand
 * in the line of their user unless they would be too deep in it. */
static void give_names(lhi_document *d)
{
    unsigned char *depth = lhi_alloc(d->c, d->t->count);
    unsigned last = 0;

    for (size_t i = 0; depth && i < d->p->count; i++) {
        const uint32_t id = d->p->order[i];
        const lhi_node *n = &d->t->node[id];

        for (int k = 0; k < operands_of(d, id); k++)
            if (depth[n->in[k]] > depth[id])
                depth[id] = depth[n->in[k]];
        depth[id]++;
        if (n->name)
            d->pool.name[id] = n->name;
        else if (!d->pool.name[id] &&
                 (id == d->p->root || d->users[id] != 1 || depth[id] > NESTED))
            d->pool.name[id] = new_name(d, &last);
        if (d->pool.name[id])
            depth[id] = 0;
    }
    lhi_release(d->c, depth);
}

static int is_shown(const lhi_document *d, uint32_t id)
{
    return d->pool.name[id] != NULL;
}

static lhi_ref value(lhi_document *d, uint32_t id);
static lhi_ref gradient(lhi_document *d, uint32_t id);

/* Whose rows m counts: those of the operand of a mean, else those of the batch. */
static uint32_t counted(const lhi_document *d, uint32_t id)
{
    const uint32_t first = d->t->node[id].in[0];

    if (op_of(d, id)->terms || lhi_is_batch(&d->t->node[first]))
        return first;
    for (uint32_t i = 0; i < d->t->count; i++)
        if (lhi_is_batch(&d->t->node[i]))
            return i;
    return first;
}

static lhi_binding binding(lhi_document *d, uint32_t id, int with_gradient)
{
    const lhi_node *n = &d->t->node[id];
    const uint32_t sigmoid = lhi_sigmoid_of(d, n->in[0]);
    const int operands = operands_of(d, id);
    lhi_binding b = lhi_operands(&d->pool, 0, NULL);

    b.node = id;
    b.value[0] = b.grad = LHI_NO_EXPR;
    b.count = lhi_leaf(&d->pool, LHI_E_COUNT, counted(d, id));
    for (int k = 0; k < operands; k++)
        b.value[1 + k] = value(d, n->in[k]);
    for (int k = 0; k < LH_NUMBERS; k++)
        b.setting[k] = lhi_of_double(&d->pool, n->number[k]);
    if (with_gradient) {
        b.value[0] = value(d, id);
        b.grad = gradient(d, id);
    }
    b.is_row = operands != 2 || (d->t->node[n->in[1]].rows == 1 && n->rows != 1);
    b.is_column = 1;
    if (sigmoid != LHI_NONE && (sigmoid != id || with_gradient) && is_shown(d, sigmoid))
        b.sigma = lhi_leaf(&d->pool, LHI_E_VALUE, sigmoid);
    return b;
}

static size_t parse(lhi_document *d, const char *text, const lhi_binding *b, lhi_ref *step)
{
    const size_t n = lhi_parse(&d->pool, text, b, op_of(d, b->node)->name, step);

    if (n == 0)
        step[0] = lhi_whole(&d->pool, 0);
    return n ? n : 1;
}

/* The forward line of an op, in its steps. */
static size_t forward(lhi_document *d, uint32_t id, lhi_ref *step)
{
    const lh_op *op = op_of(d, id);
    const lhi_binding b = binding(d, id, 0);

    if (lines_of(d, id)->forward)
        return parse(d, lines_of(d, id)->forward, &b, step);
    step[0] = lhi_make(&d->pool, (lhi_expr){.kind = LHI_E_CALL, .node = 1, .a = b.value[1],
                                            .b = op->n_in > 1 ? b.value[2] : LHI_NO_EXPR,
                                            .name = op->name, .length = (int)strlen(op->name)});
    return 1;
}

/* What op id gives to the gradient of an operand. */
static size_t backward(lhi_document *d, uint32_t id, int operand, lhi_ref *step)
{
    const lhi_node *n = &d->t->node[id], *in = &d->t->node[n->in[operand]];
    lhi_binding b = binding(d, id, 1);

    if (lhi_is_line(n->family)) {
        b.is_row = in->rows == 1 && n->rows != 1;
        b.is_column = in->cols == 1 && n->cols != 1;
    }
    if (lines_of(d, id)->backward[operand])
        return parse(d, lines_of(d, id)->backward[operand], &b, step);
    step[0] = lhi_make(&d->pool, (lhi_expr){.kind = LHI_E_BACKWARD, .name = op_of(d, id)->name});
    return 1;
}

static lhi_ref value(lhi_document *d, uint32_t id)
{
    lhi_ref step[LHI_CHAIN];

    if (is_shown(d, id))
        return lhi_leaf(&d->pool, LHI_E_VALUE, id);
    forward(d, id, step);
    return step[0];
}

/* The sum of what its users give; the steps when there is only one. */
static size_t gradient_steps(lhi_document *d, uint32_t id, lhi_ref *step)
{
    size_t n = 0, given = 0;

    for (size_t i = d->p->count; i-- > 0;) {
        const uint32_t user = d->p->order[i];

        for (int k = 0; k < operands_of(d, user); k++) {
            lhi_ref next[LHI_CHAIN];
            size_t steps;

            if (d->t->node[user].in[k] != id || (op_of(d, user)->no_grad >> k & 1))
                continue;
            steps = backward(d, user, k, next);
            if (given++ == 0) {
                memcpy(step, next, steps * sizeof *step);
                n = steps;
            } else {
                step[0] = lhi_join(&d->pool, LHI_E_ADD, step[n - 1], next[steps - 1]);
                n = 1;
            }
        }
    }
    return n;
}

/* A gradient within another line: dL/dL is 1, a step without a line has its rule there. */
static lhi_ref gradient(lhi_document *d, uint32_t id)
{
    lhi_ref step[LHI_CHAIN];
    size_t n;

    if (id == d->p->root)
        return lhi_whole(&d->pool, 1);
    if (is_shown(d, id))
        return lhi_leaf(&d->pool, LHI_E_GRAD, id);
    n = gradient_steps(d, id, step);
    return n ? step[n - 1] : lhi_whole(&d->pool, 0);
}

static void add_line(lhi_document *d, lhi_formula l)
{
    if (lhi_grow(d->c, &d->line, &d->room, d->count + 1, sizeof *d->line) == 0)
        d->line[d->count++] = l;
}

/* l with its steps, each below the one before. */
static void add_steps(lhi_document *d, lhi_formula l, const lhi_ref *step, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        l.right = step[i];
        add_line(d, l);
        l.left = LHI_NO_EXPR;
        l.note = 0;
        l.against = LHI_STEP_BEFORE;
        l.before = step[i];
    }
}

static void add_value(lhi_document *d, lhi_section section, uint32_t id)
{
    lhi_ref step[LHI_CHAIN];
    const size_t n = forward(d, id, step);

    add_steps(d, (lhi_formula){.section = section, .note = lhi_note_of(d, id, 0), .node = id,
                               .left = lhi_leaf(&d->pool, LHI_E_VALUE, id),
                               .against = LHI_TAPE_VALUE},
              step, lines_of(d, id)->slope ? 1 : n);
}

/* bce(sigmoid(Z), y) alone on its way: the algebra that bce_logits carries, up to
 * yhat - y, beside the gradient of Z. */
static size_t collapse(lhi_document *d, uint32_t z, lhi_ref *step)
{
    const lhi_op_family *logits = lhi_family(d->c, "bce_logits");
    const lh_lines *lines = logits ? lhi_family_op(logits, LHI_F64)->lines : NULL;
    const uint32_t sigmoid = lhi_sigmoid_of(d, z), loss = d->p->root;
    lhi_binding b;
    size_t n;

    if (!lines || sigmoid == LHI_NONE || d->users[z] != 1 || d->users[sigmoid] != 1 ||
        !lhi_is_op(d->t, loss, "bce") || d->t->node[loss].in[0] != sigmoid)
        return 0;
    b = binding(d, loss, 1);
    b.value[1] = lhi_leaf(&d->pool, LHI_E_VALUE, z);
    b.sigma = lhi_leaf(&d->pool, LHI_E_VALUE, sigmoid);
    n = parse(d, lines->backward[0], &b, step);
    return n - 1; /* the last is the form that only bce_logits computes */
}

static void add_gradient(lhi_document *d, lhi_section section, uint32_t id)
{
    lhi_ref step[2 * LHI_CHAIN];
    size_t n = gradient_steps(d, id, step);

    if (n == 1)
        n += collapse(d, id, step + 1);
    add_steps(d, (lhi_formula){.section = section, .note = lhi_note_of(d, id, 1), .node = id,
                               .left = lhi_leaf(&d->pool, LHI_E_GRAD, id),
                               .against = LHI_TAPE_GRADIENT},
              step, n);
}

/* Line 8 where the loss takes 8 and 10 together: it has no array on the tape. */
static void add_unseen_gradient(lhi_document *d)
{
    const uint32_t yhat = d->role[LHI_YHAT];
    const lhi_op_family *bce = lhi_family(d->c, "bce");
    lhi_formula l = {.section = LHI_THE_LOSS, .note = 8, .node = LHI_NONE, .left = LHI_NO_EXPR,
                     .right = LHI_NO_EXPR, .words = "within 11"};

    if (bce && lhi_family_op(bce, LHI_F64)->lines && yhat != LHI_NONE) {
        lhi_binding b = binding(d, d->p->root, 1);
        lhi_ref step[LHI_CHAIN];

        b.value[1] = lhi_leaf(&d->pool, LHI_E_VALUE, yhat);
        parse(d, lhi_family_op(bce, LHI_F64)->lines->backward[0], &b, step);
        l.left = lhi_leaf(&d->pool, LHI_E_GRAD, yhat);
        l.right = step[0];
        l.node = yhat;
    }
    add_line(d, l);
}

/* The function itself, and its derivative in steps, anchored at the rule of backward. */
static void add_slope(lhi_document *d, uint32_t id)
{
    const lh_lines *lines = lines_of(d, id);
    lhi_binding b = binding(d, id, 0);
    lhi_ref step[LHI_CHAIN], rule[LHI_CHAIN], left;
    const int page = d->is_page && id == d->role[LHI_YHAT];
    size_t n = forward(d, id, step);

    if (n > 1) {
        const lhi_formula l = {.section = LHI_ACTIVATION, .note = page ? 9 : 0, .node = id,
                               .left = step[0], .against = LHI_STEP_BEFORE, .before = step[0]};
        add_steps(d, l, step + 1, n - 1);
    }
    b.value[0] = value(d, id);
    b.grad = lhi_whole(&d->pool, 1);
    n = parse(d, lines->backward[0], &b, rule);
    left = lhi_join(&d->pool, LHI_E_PARTIAL, b.value[0], b.value[1]);
    add_steps(d, (lhi_formula){.section = LHI_ACTIVATION, .note = page ? 10 : 0, .node = id,
                               .left = left, .against = LHI_STEP_BEFORE, .before = rule[n - 1]},
              step, parse(d, lines->slope, &b, step));
}

/* A line of the page that this tape has nothing for: yhat was not recorded. */
static void add_absent(lhi_document *d, lhi_section section, int note)
{
    if (d->is_page && d->role[LHI_YHAT] == LHI_NONE)
        add_line(d, (lhi_formula){.section = section, .note = note, .node = LHI_NONE,
                                  .left = LHI_NO_EXPR, .right = LHI_NO_EXPR,
                                  .words = "not recorded"});
}

/* The sigmoid that a loss on logits names without using it. */
static uint32_t beside(const lhi_document *d, uint32_t id)
{
    const uint32_t sigmoid = lhi_is_op(d->t, id, "bce_logits")
                                 ? lhi_sigmoid_of(d, d->t->node[id].in[0]) : LHI_NONE;

    return sigmoid != LHI_NONE && !d->p->used[sigmoid] ? sigmoid : LHI_NONE;
}

static void feedforward(lhi_document *d)
{
    for (size_t i = 0; i < d->p->count; i++) {
        const uint32_t id = d->p->order[i], extra = beside(d, id);

        if (extra != LHI_NONE)
            add_value(d, LHI_FEEDFORWARD, extra);
        if (id == d->p->root)
            add_absent(d, LHI_FEEDFORWARD, 6);
        if (is_op(d, id) && is_shown(d, id))
            add_value(d, id == d->p->root ? LHI_THE_LOSS : LHI_FEEDFORWARD, id);
    }
}

/* Each function once. */
static void activations(lhi_document *d)
{
    for (size_t i = 0; i < d->p->count; i++) {
        const uint32_t id = d->p->order[i], extra = beside(d, id);
        const uint32_t one = extra != LHI_NONE ? extra : id;
        size_t before = 0;

        if (!is_op(d, one) || !lines_of(d, one)->slope || !lines_of(d, one)->backward[0])
            continue;
        while (before < i && !(is_op(d, d->p->order[before]) &&
                               op_of(d, d->p->order[before]) == op_of(d, one)))
            before++;
        if (before == i)
            add_slope(d, one);
    }
    add_absent(d, LHI_ACTIVATION, 9);
    add_absent(d, LHI_ACTIVATION, 10);
}

/* The leaves in the line of a node, left to right, that no line before it uses too. */
static void leaf_gradients(lhi_document *d, uint32_t *home, uint32_t user)
{
    for (int k = 0; k < operands_of(d, user); k++) {
        const uint32_t in = d->t->node[user].in[k];

        if (d->t->node[in].kind == LHI_OP && !is_shown(d, in))
            leaf_gradients(d, home, in);
        else if (d->t->node[in].kind != LHI_OP && home[in] == user && d->p->needs[in]) {
            home[in] = LHI_NONE;
            add_gradient(d, LHI_BACKPROPAGATION, in);
        }
    }
}

static void backpropagation(lhi_document *d, uint32_t done)
{
    uint32_t *home = lhi_alloc_array(d->c, d->t->count, sizeof *home);

    for (size_t i = d->p->count; home && i-- > 0;) /* the first user in the end */
        for (int k = 0; k < operands_of(d, d->p->order[i]); k++)
            home[d->t->node[d->p->order[i]].in[k]] = d->p->order[i];
    for (size_t i = d->p->count; home && i-- > 0;) {
        const uint32_t id = d->p->order[i];

        if (!is_op(d, id) || !is_shown(d, id))
            continue;
        if (id != d->p->root && id != done && d->p->needs[id])
            add_gradient(d, LHI_BACKPROPAGATION, id);
        leaf_gradients(d, home, id);
    }
    lhi_release(d->c, home);
}

static lhi_ref symbol(lhi_document *d, const char *name)
{
    return lhi_make(&d->pool, (lhi_expr){.kind = LHI_E_SYMBOL, .name = name,
                                         .length = (int)strlen(name)});
}

static void becomes(lhi_document *d, int note, uint32_t id, lhi_ref left, lhi_ref right)
{
    add_line(d, (lhi_formula){.section = LHI_UPDATE, .note = note, .node = id, .left = left,
                              .becomes = 1, .right = right});
}

/* NOTES 22; a network that has trained with momentum moves by its velocity.  Of other rules nothing
 * is said here: docs/optimizers.md has them. */
static void update(lhi_document *d)
{
    const char *rule = d->t->params->rule;
    const int has_velocity = rule && strcmp(rule, "momentum") == 0;
    const lhi_ref alpha = symbol(d, "alpha"), mu = symbol(d, "mu");
    int note = d->is_page ? 22 : 0;

    if (rule && !has_velocity && strcmp(rule, "sgd") != 0)
        return;
    for (size_t i = 0; i < d->p->count; i++) {
        const uint32_t id = d->p->order[i];
        const lhi_ref theta = lhi_leaf(&d->pool, LHI_E_VALUE, id);
        lhi_ref along = lhi_leaf(&d->pool, LHI_E_GRAD, id);

        if (d->t->node[id].kind != LHI_PARAM || !d->p->needs[id])
            continue;
        if (has_velocity) {
            const char *name = lhi_strf(d->c, "v%s", d->t->node[id].name);
            const lhi_ref velocity = symbol(d, name ? name : "v");

            becomes(d, 0, id, velocity,
                    lhi_join(&d->pool, LHI_E_ADD,
                             lhi_join(&d->pool, LHI_E_PRODUCT, mu, velocity), along));
            along = velocity;
        }
        becomes(d, note, id, theta,
                lhi_join(&d->pool, LHI_E_SUB, theta,
                         lhi_join(&d->pool, LHI_E_PRODUCT, alpha, along)));
        note = 0;
    }
}

void lhi_write_lines(lhi_document *d)
{
    uint32_t done = LHI_NONE;

    give_names(d);
    for (uint32_t id = 0; id < d->t->count; id++) /* also what stands beside the way to L */
        if (d->t->node[id].name)
            d->pool.name[id] = d->t->node[id].name;
    if (!lhi_ok(d->c))
        return;
    feedforward(d);
    if (d->is_page && lhi_is_op(d->t, d->p->root, "bce"))
        add_gradient(d, LHI_THE_LOSS, done = d->role[LHI_YHAT]);
    else if (d->is_page)
        add_unseen_gradient(d);
    activations(d);
    backpropagation(d, done);
    update(d);
}
