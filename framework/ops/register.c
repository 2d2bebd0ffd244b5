/* register.c -- ops from outside: looked over, made whole, and added to those of a context. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/ops/ops.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    LONGEST = 23,              /* of names: lh_finding has room for them */
    LEAST = offsetof(lh_op, fuses), /* what the first op that may come from outside has */
    LEAST_FAMILY = sizeof(lh_family),
    MOST_CASES = 1000,
    MOST_CELLS = 1 << 24       /* of an operand of a case */
};

/* What a family becomes: ops of this library's size, in memory of its own. */
typedef struct whole {
    lhi_op_family family;
    lh_op op[LH_TYPES];
} whole;

static const int portable[LH_TYPES] = {LHI_F32, LHI_F64, LHI_WIDE};

static int name_is_good(const char *name)
{
    size_t length = 0;

    for (; name && length <= LONGEST && name[length]; length++)
        if (!(name[length] >= 'a' && name[length] <= 'z') &&
            !(length > 0 && (name[length] == '_' || (name[length] >= '0' && name[length] <= '9'))))
            return 0;
    return length > 0 && length <= LONGEST;
}

/* What is wrong with an op by itself, NULL: nothing. */
static const char *fault_in(const lh_op *op, int wide)
{
    unsigned operands;

    if (op->n_in < 1 || op->n_in > LH_OPERANDS)
        return ".n_in is not 1 to 4";
    if (op->numbers < 0 || op->numbers > LH_NUMBERS)
        return ".numbers is not 0 to 4";
    operands = (1u << op->n_in) - 1;
    if (!op->shape || !op->forward || !op->backward || !op->flops)
        return ".shape, .forward, .backward or .flops is NULL";
    if (!op->jvp || !op->analytic)
        return ".jvp or .analytic is NULL";
    if (wide && (!op->hand || !op->value_bound || !op->grad_bound))
        return ".hand, .value_bound or .grad_bound is NULL";
    if (!op->terms != !op->finish)
        return ".terms and .finish belong together";
    if (op->reads & ~(operands | LH_READS_OUT))
        return ".reads has a bit of an operand that there is not";
    if ((op->no_grad | op->linear) & ~operands)
        return ".no_grad or .linear has a bit of an operand that there is not";
    if (op->no_grad == operands)
        return ".no_grad says that no operand has a gradient";
    return NULL;
}

static int same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Is one op the other in another type? */
static int is_one(const lh_op *a, const lh_op *b)
{
    return same_text(a->name, b->name) && a->n_in == b->n_in && a->numbers == b->numbers &&
           a->reads == b->reads && a->no_grad == b->no_grad && a->linear == b->linear &&
           !a->terms == !b->terms && !a->pointwise == !b->pointwise && !a->pieces == !b->pieces &&
           same_text(a->output, b->output);
}

/* What is wrong with a case, "": nothing. */
static void fault_of_case(const lh_op *op, const lh_case *k, char *why, size_t room)
{
    lh_shape in[LH_OPERANDS], out = {0, 0};

    snprintf(why, room, "%s", "");
    for (int i = 0; i < op->n_in; i++) {
        const size_t rows = k->in[i].rows, cols = k->in[i].cols;

        if (rows < 1 || cols < 1 || rows > MOST_CELLS / cols)
            snprintf(why, room, "operand %d cannot be [%zu x %zu]", i, rows, cols);
        else if ((unsigned)k->drawn[i] > LH_WEIGHTS)
            snprintf(why, room, "operand %d is drawn as nothing that there is", i);
        if (why[0])
            return;
        in[i] = (lh_shape){(ptrdiff_t)rows, (ptrdiff_t)cols};
    }
    for (int i = 0; i < op->numbers; i++)
        if (!isfinite(k->number[i]))
            snprintf(why, room, "number %d is not finite", i);
    if (!isfinite(k->lo) || !isfinite(k->hi) || k->lo > k->hi)
        snprintf(why, room, "lo..hi is no range");
    if (why[0])
        return;
    if (op->shape(op, in, k->number, &out, why, room) != 0) {
        why[room - 1] = 0;
        if (!why[0])
            snprintf(why, room, "the shape rule refuses it");
        return;
    }
    if (out.rows < 1 || out.cols < 1 || out.rows > MOST_CELLS / out.cols)
        snprintf(why, room, "the shape rule gives [%td x %td]", out.rows, out.cols);
    else
        snprintf(why, room, "%s", op->output && (out.rows != 1 || out.cols != 1)
                                      ? "the output of a loss is one number" : "");
}

static lh_status refuse(lh_ctx *c, const char *name, const char *why)
{
    return lhi_refuse(c, LH_EUSAGE, "<longhand/op_impl.h> makes a family whole (docs/own-op.md)",
                      "lh_op_register: op %s: %s", name ? name : "?", why);
}

/* Copies the ops of a family; what an older program's have not got is 0. */
static lh_status take(lh_ctx *c, const lh_family *f, whole *w)
{
    const lh_op *const given[LH_TYPES] = {f->f32, f->f64, f->wide};

    for (int type = 0; type < LH_TYPES; type++) {
        const char *const name = lhi_type_name((lh_type)type);
        char why[200];

        if (!given[type]) {
            snprintf(why, sizeof why, "there is none for %s: all three types are needed", name);
            return refuse(c, w->op[0].name, why);
        }
        if (given[type]->size > sizeof(lh_op))
            return lhi_refuse(c, LH_EUSAGE, "install the library that the header belongs to",
                              "lh_op_register: the program was built with a newer longhand/op.h: "
                              "its lh_op has %zu bytes, this library's %zu",
                              given[type]->size, sizeof(lh_op));
        if (given[type]->size < LEAST) {
            snprintf(why, sizeof why, "for %s its .size is %zu, which is no lh_op's", name,
                     given[type]->size);
            return refuse(c, NULL, why);
        }
        memcpy(&w->op[type], given[type], given[type]->size);
        w->op[type].size = sizeof(lh_op);
        w->op[type].fuses = NULL; /* the planner's own business */
        w->family.op[portable[type]] = &w->op[type];
    }
    w->family.text = f->text ? f->text : "an op of the program";
    return LH_OK;
}

/* Looks over what was taken. */
static lh_status look_over(lh_ctx *c, whole *w)
{
    const lh_op *const wide = &w->op[LH_WIDE];
    const lh_op *output;
    char why[300], fault[200];
    size_t cases = 0;

    if (!name_is_good(wide->name))
        return lhi_refuse(c, LH_ENAME, "small letters, digits and _, at most 23, a letter first",
                          "lh_op_register: '%.40s' cannot be the name of an op",
                          wide->name ? wide->name : "(null)");
    if (lhi_family(c, wide->name))
        return lhi_refuse(c, LH_ENAME, "give it another name, or register it once",
                          "lh_op_register: there is an op '%s' already", wide->name);
    for (int type = 0; type < LH_TYPES; type++) {
        const char *found = fault_in(&w->op[type], type == LH_WIDE);

        if (!found && !is_one(&w->op[type], wide))
            found = "it is another op than for long double: a name, a count or a flag differs";
        if (found) {
            snprintf(why, sizeof why, "for %s: %s", lhi_type_name((lh_type)type), found);
            return refuse(c, wide->name, why);
        }
    }
    if (wide->output && wide->output[0]) {
        const lhi_op_family *f = lhi_family(c, wide->output);

        output = f ? f->op[LHI_WIDE] : NULL;
        if (!output || output->n_in != 1 || output->numbers != 0) {
            snprintf(why, sizeof why, "its .output '%.40s' is no op of one operand", wide->output);
            return refuse(c, wide->name, why);
        }
    }
    for (; wide->cases && wide->cases[cases].why; cases++) {
        if (cases == MOST_CASES)
            return refuse(c, wide->name, ".cases has no end: {0} comes last");
        fault_of_case(wide, &wide->cases[cases], fault, sizeof fault);
        if (fault[0]) {
            snprintf(why, sizeof why, "case '%.60s': %s", wide->cases[cases].why, fault);
            return refuse(c, wide->name, why);
        }
    }
    return cases ? LH_OK : refuse(c, wide->name, "it has no cases: nothing could be checked");
}

lh_status lh_op_register(lh_ctx *c, const lh_family *f)
{
    whole *w;
    lh_status s;

    if (!lhi_ok(c))
        return lh_error(c);
    if (!f || f->size != LEAST_FAMILY)
        return lhi_refuse(c, LH_EUSAGE, "LH_FAMILY() of <longhand/op_impl.h> makes one",
                          "lh_op_register: %s", f ? "the .size of the family is no lh_family's"
                                                  : "there is no family");
    w = lhi_alloc(c, sizeof *w);
    if (!w)
        return lhi_call_ends(c);
    s = take(c, f, w);
    if (s == LH_OK)
        s = look_over(c, w);
    if (s != LH_OK) {
        lhi_release(c, w);
        return s;
    }
    /* What is tried and printed is one thing for all types. */
    for (int type = 0; type < LH_TYPES; type++) {
        w->op[type].cases = w->op[LH_WIDE].cases;
        w->op[type].lines = w->op[LH_WIDE].lines;
    }
    if (lhi_family_add(c, &w->family) != 0)
        return lhi_call_ends(c);
    return LH_OK;
}

double lh_draw(const lh_call *s, uint64_t index)
{
    return s ? lhi_random_unit(s->seed, (uint32_t)s->stream, (uint32_t)s->step, index) : 0;
}

static const char *name_at(const void *set, size_t index)
{
    return lhi_family_at(*(lh_ctx *const *)set, index)->op[LHI_WIDE]->name;
}

/* The family of that name; NULL and LH_ENAME where there is none. */
static const lhi_op_family *named(lh_ctx *c, const char *name)
{
    const lhi_op_family *f = lhi_family(c, name);
    const char *near;
    char hint[120];
    size_t count = 0;

    if (f)
        return f;
    while (lhi_family_at(c, count))
        count++;
    near = lhi_nearest(name, name_at, &c, count);
    snprintf(hint, sizeof hint, near ? "did you mean %s?"
                                     : "an op of your own is known after lh_op_register()", near);
    lhi_fail(c, LH_ENAME, hint, "lh_apply: there is no op '%.60s'", name);
    return NULL;
}

lh_var lh_apply(lh_tape *t, const char *op, int n, const lh_var *in, const double *numbers)
{
    const lh_var inert = {t, UINT32_MAX, 0};
    const lhi_op_family *f;
    const lh_op *one;

    if (!t || !lhi_ok(t->c))
        return inert;
    f = named(t->c, op ? op : "(null)");
    if (!f)
        return inert;
    one = f->op[LHI_WIDE];
    if (n != one->n_in || !in)
        lhi_fail(t->c, LH_EUSAGE, NULL, "lh_apply: %s takes %d operand%s, not %d", one->name,
                 one->n_in, one->n_in == 1 ? "" : "s", in ? n : 0);
    else if (one->numbers > 0 && !numbers)
        lhi_fail(t->c, LH_EUSAGE, NULL, "lh_apply: %s takes %d number%s, and is given none",
                 one->name, one->numbers, one->numbers == 1 ? "" : "s");
    else if (in[0].tape != t)
        lhi_fail(t->c, LH_ESTATE, NULL, "lh_apply: the operands of %s are not of this tape",
                 one->name);
    else
        return lhi_record(f, in, numbers);
    return inert;
}
