/* record.c -- appends nodes, checks shapes, remembers names and places. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"
#include "framework/base/text.h"
#include "framework/tape/tape.h"

#include <stdio.h>
#include <string.h>

static lh_var inert(lh_tape *t)
{
    return (lh_var){t, UINT32_MAX, 0};
}

lh_tape *lh_tape_new(lh_params *p)
{
    lh_tape *t = p ? lhi_alloc(p->c, sizeof *t) : NULL;

    if (t)
        *t = (lh_tape){.c = p->c, .params = p, .gen = 1, .training = -1};
    return t;
}

void lh_tape_reset(lh_tape *t)
{
    if (!t)
        return;
    t->count = 0;
    t->hands = 0;
    t->sealed = 0;
    t->page = NULL;
    t->training = -1;
    t->gen++;
    lhi_roots_free(t);
    for (size_t i = 0; i < t->bound_room; i++) /* a new input is not bound to an old one's array */
        t->bound[i] = NULL;
}

/* The tape's own copy of a name. */
static const char *keep(lh_tape *t, const char *name)
{
    for (size_t i = 0; i < t->kept_count; i++)
        if (strcmp(t->kept[i], name) == 0)
            return t->kept[i];
    if (lhi_grow(t->c, &t->kept, &t->kept_room, t->kept_count + 1, sizeof *t->kept) != 0)
        return NULL;
    t->kept[t->kept_count] = lhi_strdup(t->c, name);
    return t->kept[t->kept_count] ? t->kept[t->kept_count++] : NULL;
}

/* May a node be added?  Keeps the error otherwise. */
static int open_for_recording(lh_tape *t, const char *what)
{
    if (!lhi_ok(t->c))
        return 0;
    if (t->sealed) {
        lhi_fail(t->c, LH_ESTATE,
                 "record everything before the first run, or start anew with lh_tape_reset()",
                 "%s: the tape has run and is sealed", what);
        return 0;
    }
    if (t->count >= UINT32_MAX - 1) {
        lhi_fail(t->c, LH_ENOMEM, NULL, "%s: the tape is full", what);
        return 0;
    }
    return lhi_grow(t->c, &t->node, &t->room, t->count + 1, sizeof *t->node) == 0;
}

static lh_var append(lh_tape *t, lhi_node n)
{
    t->node[t->count] = n;
    return (lh_var){t, (uint32_t)t->count++, t->gen};
}

static int name_is_good(lh_tape *t, const char *name, const char *what)
{
    const char *fault = lhi_name_fault(name, name ? strlen(name) : 0, LHI_NAME_OF_VARIABLE);

    if (fault)
        lhi_fail(t->c, LH_ENAME, "letters, digits, _ and ' are best, at most 61 of them",
                 "%s: '%s' cannot be a name: %s", what, name ? name : "(null)", fault);
    return !fault;
}

/* Keeps the error; says where the name was taken. */
static void name_is_taken(const lh_tape *t, const lhi_node *twin, const char *what)
{
    lhi_fail(t->c, LH_ENAME, NULL, "%s: the name '%s' is taken%s", what, twin->name,
             twin->file ? lhi_strf(t->c, " by %s:%d", twin->file, twin->line) : "");
}

/* Has an array of this shape elements, and so few that their bytes can be counted?  A layer of no
 * width is a slip in a size: everything behind it would be 0, and nothing could be compared. */
static int shape_is_good(lh_tape *t, const char *name, ptrdiff_t rows, ptrdiff_t cols,
                         const char *what)
{
    char shape[60];

    if (cols >= 1 && (rows == LH_ROWS || rows >= 1) &&
        (rows == LH_ROWS ? 1 : rows) <= LHI_MOST_CELLS / cols)
        return 1;
    lhi_fail(t->c, LH_ESHAPE,
             rows == 0 || cols == 0 ? "a width of 0 is no layer: look where that size comes from"
                                    : NULL,
             "%s: %s cannot be %s", what, name, lhi_shape_text(rows, cols, shape, sizeof shape));
    return 0;
}

/* Ops give no gradient to what they take for data.  Where a parameter hides in it, the gradient of
 * the tape would not be that of the loss: such a tape is refused.  1 when the operands of an op are
 * as they should be; *graded: one of them depends on a parameter. */
static int data_is_data(lh_tape *t, const lhi_node *n, int *graded)
{
    const lh_op *op = lhi_node_op(n);
    char name[120];

    *graded = 0;
    for (int k = 0; k < op->n_in; k++) {
        if (t->node[n->in[k]].graded && op->no_grad >> k & 1) {
            lhi_fail(t->c, LH_ESTATE,
                     "labels are inputs: bind the values (lh_value) to an input of its own",
                     "%s: its labels %s depend on a parameter or on an input of lh_want(), and it "
                     "gives labels no gradient",
                     op->name, lhi_node_text(t, n->in[k], name, sizeof name));
            return 0;
        }
        *graded |= t->node[n->in[k]].graded;
    }
    return 1;
}

/* May an input or parameter like this be added? */
static int leaf_is_good(lh_tape *t, const char *name, ptrdiff_t rows, ptrdiff_t cols,
                        const char *what)
{
    return t && open_for_recording(t, what) && name_is_good(t, name, what) &&
           shape_is_good(t, name, rows, cols, what);
}

lh_var lh_input_at(lh_tape *t, const char *name, ptrdiff_t rows, ptrdiff_t cols, const char *file,
                   int line)
{
    if (!leaf_is_good(t, name, rows, cols, "lh_input"))
        return inert(t);
    if (lhi_find(t, name)) {
        name_is_taken(t, lhi_find(t, name), "lh_input");
        return inert(t);
    }
    name = keep(t, name);
    return name ? append(t, (lhi_node){.kind = LHI_INPUT, .name = name, .file = file,
                                       .line = line, .rows = rows, .cols = cols})
                : inert(t);
}

lh_var lh_want(lh_var input)
{
    if (!lhi_var_good(input, "lh_want"))
        return input;
    if (input.tape->node[input.id].kind != LHI_INPUT)
        lhi_fail(input.tape->c, LH_ESTATE, "other variables have a gradient unasked",
                 "lh_want: the variable is no input");
    else if (input.tape->sealed)
        lhi_fail(input.tape->c, LH_ESTATE, NULL, "lh_want: the tape has run and is sealed");
    else
        input.tape->node[input.id].wanted = input.tape->node[input.id].graded = 1;
    for (size_t i = input.id; i < input.tape->count && lhi_ok(input.tape->c); i++)
        if (input.tape->node[i].kind == LHI_OP)
            data_is_data(input.tape, &input.tape->node[i], &input.tape->node[i].graded);
    return input;
}

/* The index in the store of a parameter with this name; its count where there is none. */
static size_t in_store(const lh_params *p, const char *name)
{
    size_t i = 0;

    while (i < p->count && strcmp(p->at[i].name, name) != 0)
        i++;
    return i;
}

static int add_to_store(lh_params *p, const char *name, size_t rows, size_t cols, lh_init first)
{
    const size_t size = (rows * cols + 15) / 16 * 16;
    char *copy;

    if (size > (size_t)LHI_MOST_CELLS - p->size) {
        lhi_fail(p->c, LH_ESHAPE, NULL, "lh_param: '%s' is too much for one store", name);
        return -1;
    }
    copy = lhi_strdup(p->c, name);
    if (!copy || lhi_grow(p->c, &p->at, &p->room, p->count + 1, sizeof *p->at) != 0)
        return -1;
    p->at[p->count++] = (lhi_param){.name = copy, .rows = rows, .cols = cols, .offset = p->size,
                                    .first = first, .factor = 1};
    p->size += size;
    return 0;
}

lh_var lh_param_at(lh_tape *t, const char *name, ptrdiff_t rows, ptrdiff_t cols, lh_init first,
                   const char *file, int line)
{
    lh_params *p = t ? t->params : NULL;
    lhi_node *twin;
    size_t i;

    if (!leaf_is_good(t, name, rows, cols, "lh_param"))
        return inert(t);
    if (rows == LH_ROWS || (unsigned)first >= LH_INITS) {
        if (rows == LH_ROWS)
            lhi_fail(t->c, LH_ESHAPE, "what has a row for each sample is an input",
                     "lh_param: '%s' cannot have the rows of the batch", name);
        else
            lhi_fail(t->c, LH_EUSAGE, "LH_ZEROS, LH_HE or LH_GLOROT",
                     "lh_param: %d are no first values", (int)first);
        return inert(t);
    }
    i = in_store(p, name);
    if (i < p->count && (p->at[i].rows != (size_t)rows || p->at[i].cols != (size_t)cols)) {
        lhi_fail(t->c, LH_ESHAPE, NULL,
                 "lh_param: '%s' is [%zu x %zu] in the store, not [%td x %td]", name,
                 p->at[i].rows, p->at[i].cols, rows, cols);
        return inert(t);
    }
    twin = lhi_find(t, name);
    if (twin && twin->kind == LHI_PARAM) /* recorded twice: one node, so one gradient */
        return (lh_var){t, (uint32_t)(twin - t->node), t->gen};
    if (twin) {
        name_is_taken(t, twin, "lh_param");
        return inert(t);
    }
    if (i == p->count && add_to_store(p, name, (size_t)rows, (size_t)cols, first) != 0)
        return inert(t);
    return append(t, (lhi_node){.kind = LHI_PARAM, .name = p->at[i].name, .file = file,
                                .line = line, .rows = rows, .cols = cols, .param = i,
                                .graded = 1});
}

/* The operands of an op that do not fit, a line each. */
static void shape_error(lh_tape *t, const lh_op *op, const lh_var *in, const char *why)
{
    static const char *const two[] = {"left", "right"}, *const more[] = {"first", "second",
                                                                         "third", "fourth"};
    lhi_text sides = {.c = t->c};
    char name[100], shape[60];

    for (int k = 0; k < op->n_in; k++) {
        const lhi_node *n = &t->node[in[k].id];

        lhi_text_add(&sides, "\n  %-7s%s %s",
                     op->n_in == 1 ? "of" : (op->n_in == 2 ? two : more)[k],
                     lhi_node_text(t, in[k].id, name, sizeof name),
                     lhi_shape_text(n->rows, n->cols, shape, sizeof shape));
        if (n->file)
            lhi_text_add(&sides, ", recorded at %s:%d", n->file, n->line);
    }
    lhi_fail(t->c, LH_ESHAPE, NULL, "%s does not fit: %s%s", op->name, why,
             sides.at ? sides.at : "");
    lhi_release(t->c, sides.at);
}

/* A batch comes of a batch: its rows are not known otherwise. */
static int rows_are_good(lh_tape *t, const lh_op *op, const lh_shape *in, const lh_shape *out)
{
    int batch = out->rows != LH_ROWS;

    for (int k = 0; k < op->n_in; k++)
        batch |= in[k].rows == LH_ROWS;
    if (!batch)
        lhi_fail(t->c, LH_ESHAPE, "its shape rule is wrong",
                 "%s: the result cannot be a batch where no operand is", op->name);
    return batch;
}

lh_var lhi_record(const lhi_op_family *f, const lh_var *in, const double *number)
{
    const lh_op *op = f->op[LHI_F64];
    lh_tape *t = in[0].tape;
    lh_shape shape[LH_OPERANDS], out = {0, 0};
    lhi_node node = {.kind = LHI_OP, .family = f};
    char why[120] = "";

    if (!t || !open_for_recording(t, op->name))
        return inert(t);
    for (int k = 0; k < op->n_in; k++) {
        if (in[k].tape != t) {
            lhi_fail(t->c, LH_ESTATE, NULL, "%s: the operands are on different tapes", op->name);
            return inert(t);
        }
        if (!lhi_var_good(in[k], op->name))
            return inert(t);
        shape[k] = (lh_shape){t->node[in[k].id].rows, t->node[in[k].id].cols};
        node.in[k] = in[k].id;
    }
    for (int k = 0; number && k < op->numbers; k++) {
        node.number[k] = number[k];
        if (!(number[k] - number[k] == 0))
            snprintf(why, sizeof why, "its numbers must be finite");
    }
    if (why[0] || op->shape(op, shape, node.number, &out, why, sizeof why) != 0) {
        why[sizeof why - 1] = 0;
        shape_error(t, op, in, why);
        return inert(t);
    }
    if (!shape_is_good(t, "the result", out.rows, out.cols, op->name) ||
        !rows_are_good(t, op, shape, &out) || !data_is_data(t, &node, &node.graded))
        return inert(t);
    node.rows = out.rows;
    node.cols = out.cols;
    return append(t, node);
}

/* To a message that is plain already: a name may be one that somebody wrote into a checkpoint. */
static void add_place(lh_ctx *c, const char *name, const char *file, int line)
{
    const size_t used = strlen(c->message);
    char shown[2 * LHI_NAME], where[300];

    snprintf(c->message + used, sizeof c->message - used, "\n  in     %s, %s:%d",
             lhi_legible(shown, sizeof shown, name, strlen(name)),
             lhi_legible(where, sizeof where, file, strlen(file)), line);
}

lh_var lh_label(lh_var v, const char *name, const char *file, int line)
{
    lh_tape *t = v.tape;
    lhi_node *twin;

    if (!t)
        return v;
    if (!lhi_ok(t->c)) {
        /* The op that failed did not know its name and place; they are added here, once. */
        if (v.id == UINT32_MAX && t->c->status == LH_ESHAPE && !strstr(t->c->message, "\n  in "))
            add_place(t->c, name ? name : "(null)", file ? file : "?", line);
        return v;
    }
    if (!lhi_var_good(v, "lh_let") || !name_is_good(t, name, "lh_let"))
        return v;
    twin = lhi_find(t, name);
    if (twin && twin != &t->node[v.id]) {
        name_is_taken(t, twin, "lh_let");
        return v;
    }
    if (t->node[v.id].kind == LHI_OP && !t->node[v.id].name)
        t->node[v.id].name = keep(t, name);
    t->node[v.id].file = file;
    t->node[v.id].line = line;
    return v;
}
