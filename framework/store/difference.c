/* difference.c -- what differs between two checkpoints, item by item as the schema has them. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/store.h"

#include "framework/base/changes.h"
#include "framework/base/digits.h"
#include "framework/base/quote.h"
#include "framework/store/distance.h"
#include "framework/store/h5.h"

#include <math.h>
#include <string.h>

#define NONE SIZE_MAX

typedef struct telling {
    lhi_text *t;
    const lhi_state *a, *b;
    size_t most;          /* lines of a text, and arrays, that are shown; 0: all */
    size_t count;         /* things that differ */
    size_t arrays, other; /* that both have, and those that differ */
    const char *section;  /* the last that was begun */
    size_t *of_b, *of_a;  /* the slot of the other that each of a and of b is; NONE */
} telling;

/* Something of this section differs. */
static void begin(telling *o, const char *section)
{
    o->count++;
    if (!o->section || strcmp(o->section, section) != 0)
        lhi_text_add(o->t, "\n%s\n", section);
    o->section = section;
}

static void add_name(telling *o, const char *before, const char *name)
{
    lhi_text_add(o->t, "  %s", before);
    lhi_add_legible(o->t, name, strlen(name));
}

/* As few digits as a reader takes for x. */
static const char *digits(char text[LHI_DIGITS_ROOM + 1], double x, lh_type type)
{
    text[lhi_digits(text, x, type)] = 0;
    return text;
}

static void value(telling *o, const char *section, const char *name, const char *a, const char *b)
{
    begin(o, section);
    add_name(o, "", name);
    lhi_text_add(o->t, "  - ");
    lhi_add_legible(o->t, a, strlen(a));
    lhi_text_add(o->t, "  + ");
    lhi_add_legible(o->t, b, strlen(b));
    lhi_text_put(o->t, "\n", 1);
}

static void real(telling *o, const char *section, const char *name, double a, double b)
{
    char first[LHI_DIGITS_ROOM + 1], second[LHI_DIGITS_ROOM + 1];

    if (a != b && !(isnan(a) && isnan(b)))
        value(o, section, name, digits(first, a, LH_F64), digits(second, b, LH_F64));
}

/* --- single values --- */

static void field_text(const lhi_field *f, const lhi_state *s, char text[300])
{
    const char *at = (const char *)s + f->offset;
    int64_t number;
    uint64_t key;
    size_t count;

    switch (f->kind) {
    case LHI_TEXT:
        snprintf(text, 300, "%s", at[0] ? at : "none");
        break;
    case LHI_SEED:
        memcpy(&key, at, sizeof key);
        snprintf(text, 300, "%llu", (unsigned long long)key);
        break;
    case LHI_INTEGER:
        memcpy(&number, at, sizeof number);
        snprintf(text, 300, "%lld", (long long)number);
        break;
    case LHI_COUNT:
        memcpy(&count, at, sizeof count);
        snprintf(text, 300, "%zu", count);
        break;
    case LHI_REAL:
        break;
    }
}

static void fields(telling *o, const char *group, const char *section)
{
    for (const lhi_field *f = lhi_state_fields; f->name; f++) {
        char a[300], b[300];
        double x, y;

        if (strcmp(f->group, group) != 0)
            continue;
        if (f->kind == LHI_REAL) {
            memcpy(&x, (const char *)o->a + f->offset, sizeof x);
            memcpy(&y, (const char *)o->b + f->offset, sizeof y);
            real(o, section, f->name, x, y);
            continue;
        }
        field_text(f, o->a, a);
        field_text(f, o->b, b);
        if (strcmp(a, b) != 0)
            value(o, section, f->name, a, b);
    }
}

static const lhi_state_number *named(const lhi_state_number *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

/* Two lists by their names. */
static void numbers(telling *o, const char *section, const lhi_state_number *a, size_t as,
                    const lhi_state_number *b, size_t bs)
{
    char text[LHI_DIGITS_ROOM + 1];

    for (size_t i = 0; i < as; i++) {
        const lhi_state_number *other = named(b, bs, a[i].name);

        if (other)
            real(o, section, a[i].name, a[i].value, other->value);
        else
            value(o, section, a[i].name, digits(text, a[i].value, LH_F64), "none");
    }
    for (size_t i = 0; i < bs; i++)
        if (!named(a, as, b[i].name))
            value(o, section, b[i].name, "none", digits(text, b[i].value, LH_F64));
}

/* --- texts --- */

static void texts(telling *o, const char *section, const char *a, const char *b)
{
    a = a ? a : "";
    b = b ? b : "";
    if (strcmp(a, b) == 0)
        return;
    begin(o, section);
    if (lhi_add_changes(o->t, "  ", a, b, o->most) == 0)
        lhi_text_add(o->t, "  the ends of lines alone\n");
}

static char *joined(lh_ctx *c, const char **line, size_t count)
{
    lhi_text t = {.c = c};

    lhi_text_put(&t, "", 0);
    for (size_t i = 0; i < count; i++)
        lhi_text_add(&t, "%s\n", line[i]);
    return t.at;
}

static void options(telling *o)
{
    char *a = joined(o->t->c, o->a->config, o->a->config_count);
    char *b = joined(o->t->c, o->b->config, o->b->config_count);

    texts(o, "options", a, b);
    lhi_release(o->t->c, b);
    lhi_release(o->t->c, a);
}

/* --- arrays --- */

enum array_kind { MATRIX, EPOCHS, VECTOR };

/* A place in an array, counted as people and the file do. */
static void add_place(telling *o, enum array_kind kind, size_t i, size_t cols)
{
    if (kind == MATRIX)
        lhi_text_add(o->t, "(%zu, %zu)", i / cols, i % cols);
    else if (kind == EPOCHS)
        lhi_text_add(o->t, "epoch %zu", i + 1);
    else
        lhi_text_add(o->t, "(%zu)", i);
}

static void add_value(telling *o, const char *sign, const lhi_numbers *n, double x)
{
    char text[LHI_DIGITS_ROOM + 1];

    lhi_text_add(o->t, "    %s %-24s", sign, digits(text, x, n->type));
    if (!n->counts)
        lhi_text_add(o->t, " %a", x);
    lhi_text_put(o->t, "\n", 1);
}

/* 1 when one more is to be shown. */
static int shows(telling *o)
{
    begin(o, "arrays");
    return o->other++ < o->most || o->most == 0;
}

static void arrays(telling *o, const char *group, const char *name, enum array_kind kind,
                   size_t cols, lhi_numbers a, lhi_numbers b)
{
    const int as_floats = a.type == LH_F32 || b.type == LH_F32;
    lhi_distance d;

    if (!a.at && !b.at)
        return;
    o->arrays++;
    d = a.at && b.at ? lhi_distance_of(&a, &b) : (lhi_distance){0};
    if (a.at && b.at && d.differ == 0 && a.size == b.size)
        return;
    if (!shows(o))
        return;
    add_name(o, group, name);
    if (!a.at || !b.at) {
        lhi_text_add(o->t, "  %s alone has it\n", a.at ? "-" : "+");
        return;
    }
    if (a.size != b.size)
        lhi_text_add(o->t, "  - %zu  + %zu numbers;", a.size, b.size);
    lhi_text_add(o->t, "  %zu of %zu differ\n", d.differ, d.compared);
    if (d.differ == 0)
        return;
    if (a.counts)
        lhi_text_add(o->t, "    by at most %g\n", d.apart);
    else if (d.differ > d.unlike)
        lhi_text_add(o->t, "    by at most %llu ulp%s%s, %.4g\n", (unsigned long long)d.ulps,
                     d.ulps == 1 ? "" : "s",
                     a.type == b.type ? "" : as_floats ? " of f32" : " of f64", d.apart);
    if (d.unlike > 0)
        lhi_text_add(o->t, "    in %zu of them one is not a number\n", d.unlike);
    lhi_text_add(o->t, "    the first at ");
    add_place(o, kind, d.first, cols);
    lhi_text_put(o->t, "\n", 1);
    add_value(o, "-", &a, d.a);
    add_value(o, "+", &b, d.b);
}

static lhi_numbers matrix(const lhi_state *s, const lhi_state_param *p, const void *at)
{
    return (lhi_numbers){at, s->type, 0, p->rows * p->cols};
}

static lhi_numbers reals(const double *at, size_t size)
{
    return (lhi_numbers){at, LH_F64, 0, size};
}

static size_t *slots_of(lh_ctx *c, const lhi_state *s, const lhi_state *other)
{
    size_t *of = lhi_alloc_array(c, s->slots + 1, sizeof *of);

    for (size_t i = 0; of && i < s->slots; i++) {
        of[i] = NONE;
        for (size_t k = 0; k < other->slots && of[i] == NONE; k++)
            if (strcmp(s->slot[i].name, other->slot[k].name) == 0)
                of[i] = k;
    }
    return of;
}

static const lhi_state_param *param_named(const lhi_state *s, const char *name)
{
    for (size_t i = 0; i < s->params; i++)
        if (strcmp(s->param[i].name, name) == 0)
            return &s->param[i];
    return NULL;
}

/* i of the first and k of the second, either may be NONE. */
static void slot(telling *o, size_t i, size_t k, const lhi_state_param *p,
                 const lhi_state_param *q)
{
    const lhi_state_slot *a = i == NONE ? NULL : &o->a->slot[i];
    const lhi_state_slot *b = k == NONE ? NULL : &o->b->slot[k];
    char group[LHI_NAME + 20];

    snprintf(group, sizeof group, "optimizer/slots/%s/", a ? a->name : b ? b->name : "");
    arrays(o, group, p->name, MATRIX, p->cols, matrix(o->a, p, a ? a->at[p - o->a->param] : NULL),
           matrix(o->b, q, b ? b->at[q - o->b->param] : NULL));
}

/* All that belongs to a parameter; q: that of the second. */
static void parameter(telling *o, const lhi_state_param *p, const lhi_state_param *q)
{
    if (p->rows != q->rows || p->cols != q->cols) {
        o->arrays++;
        if (!shows(o))
            return;
        add_name(o, "parameters/", p->name);
        lhi_text_add(o->t, "  - [%zu x %zu]  + [%zu x %zu]\n", p->rows, p->cols, q->rows, q->cols);
        return;
    }
    arrays(o, "parameters/", p->name, MATRIX, p->cols, matrix(o->a, p, p->value),
           matrix(o->b, q, q->value));
    if (p->last || q->last)
        arrays(o, "last/", p->name, MATRIX, p->cols,
               matrix(o->a, p, p->last ? p->last : p->value),
               matrix(o->b, q, q->last ? q->last : q->value));
    for (size_t i = 0; i < o->a->slots; i++)
        slot(o, i, o->of_b[i], p, q);
    for (size_t k = 0; k < o->b->slots; k++)
        if (o->of_a[k] == NONE)
            slot(o, NONE, k, p, q);
}

static void parameters(telling *o)
{
    for (size_t i = 0; i < o->a->params; i++) {
        const lhi_state_param *p = &o->a->param[i], *q = param_named(o->b, p->name);

        if (q)
            parameter(o, p, q);
        else
            arrays(o, "parameters/", p->name, MATRIX, p->cols, matrix(o->a, p, p->value),
                   (lhi_numbers){0});
    }
    for (size_t i = 0; i < o->b->params; i++) {
        const lhi_state_param *q = &o->b->param[i];

        if (!param_named(o->a, q->name))
            arrays(o, "parameters/", q->name, MATRIX, q->cols, (lhi_numbers){0},
                   matrix(o->b, q, q->value));
    }
}

static lhi_numbers series(const lhi_state *s, const char *name)
{
    for (size_t i = 0; i < s->series_count; i++)
        if (strcmp(s->series[i].name, name) == 0)
            return reals(s->series[i].at, s->epochs);
    return (lhi_numbers){0};
}

static void history(telling *o)
{
    for (size_t i = 0; i < o->a->series_count; i++)
        arrays(o, "history/", o->a->series[i].name, EPOCHS, 1, series(o->a, o->a->series[i].name),
               series(o->b, o->a->series[i].name));
    for (size_t i = 0; i < o->b->series_count; i++)
        if (!series(o->a, o->b->series[i].name).at)
            arrays(o, "history/", o->b->series[i].name, EPOCHS, 1, (lhi_numbers){0},
                   series(o->b, o->b->series[i].name));
}

static void data_arrays(telling *o)
{
    const lhi_scale *a = &o->a->scale, *b = &o->b->scale;
    const struct {
        const char *name;
        lhi_numbers a, b;
    } of_data[] = {
        {"mean", reals(a->mean, a->cols), reals(b->mean, b->cols)},
        {"deviation", reals(a->deviation, a->cols), reals(b->deviation, b->cols)},
        {"fill", reals(a->fill, a->cols), reals(b->fill, b->cols)},
        {"target_mean", reals(a->target_mean, a->targets), reals(b->target_mean, b->targets)},
        {"target_deviation", reals(a->target_deviation, a->targets),
         reals(b->target_deviation, b->targets)},
        {"class_weight", reals(a->class_weight, a->classes), reals(b->class_weight, b->classes)},
        {"held", reals(o->a->held, o->a->held_count), reals(o->b->held, o->b->held_count)},
        {"part", {o->a->part, LH_F64, 1, (size_t)o->a->data_rows},
         {o->b->part, LH_F64, 1, (size_t)o->b->data_rows}},
    };

    for (size_t i = 0; i < sizeof of_data / sizeof *of_data; i++)
        arrays(o, "data/", of_data[i].name, VECTOR, 1, of_data[i].a, of_data[i].b);
}

/* --- what makes no difference --- */

/* The names of lines "name=value" that are not the same in both. */
static void add_names(lhi_text *t, const char **a, size_t as, const char **b, size_t bs, int again)
{
    for (size_t i = 0; i < as; i++) {
        const size_t length = strcspn(a[i], "=");
        size_t k = 0;

        while (k < bs && (strncmp(a[i], b[k], length) != 0 || b[k][length] != '='))
            k++;
        if (again ? k < bs : k < bs && strcmp(a[i], b[k]) == 0)
            continue;
        lhi_text_add(t, "%s", t->size ? ", " : "");
        lhi_add_legible(t, a[i], length);
    }
}

static void add_verdict(telling *o)
{
    lhi_text but = {.c = o->t->c};

    add_names(&but, o->a->provenance, o->a->provenance_count, o->b->provenance,
              o->b->provenance_count, 0);
    add_names(&but, o->b->provenance, o->b->provenance_count, o->a->provenance,
              o->a->provenance_count, 1);
    if (o->most > 0 && o->other > o->most)
        lhi_text_add(o->t, "  ... and %zu more\n", o->other - o->most);
    if (o->count > 0)
        lhi_text_add(o->t, "\n%zu thing%s differ%s, %zu of %zu arrays among them", o->count,
                     o->count == 1 ? "" : "s", o->count == 1 ? "s" : "", o->other, o->arrays);
    else
        lhi_text_add(o->t, "\nequal, %zu arrays and all else", o->arrays);
    if (o->a->version != o->b->version)
        lhi_text_add(o->t, "; the formats are of version %lld and %lld", (long long)o->a->version,
                     (long long)o->b->version);
    if (but.size)
        lhi_text_add(o->t, "%s the provenance (%s)", o->count ? "; and" : ", but for", but.at);
    lhi_text_put(o->t, "\n", 1);
    lhi_text_free(&but);
}

size_t lhi_store_difference(lhi_text *t, const lhi_state *a, const char *first, const lhi_state *b,
                            const char *second, size_t most)
{
    telling o = {.t = t, .a = a, .b = b, .most = most, .of_b = slots_of(t->c, a, b),
                 .of_a = slots_of(t->c, b, a)};

    if (!o.of_a || !o.of_b)
        return 0;
    lhi_text_put(t, "- ", 2);
    lhi_add_legible(t, first, strlen(first));
    lhi_text_put(t, "\n+ ", 3);
    lhi_add_legible(t, second, strlen(second));
    lhi_text_put(t, "\n", 1);
    if (a->type != b->type)
        value(&o, "network", "type", lhi_type_name(a->type), lhi_type_name(b->type));
    texts(&o, "network", a->tape, b->tape);
    options(&o);
    fields(&o, "optimizer", "optimizer");
    numbers(&o, "optimizer", a->number, a->numbers, b->number, b->numbers);
    numbers(&o, "optimizer", a->kept, a->kepts, b->kept, b->kepts);
    fields(&o, "best", "model");
    fields(&o, "state", "progress");
    fields(&o, "data", "data");
    texts(&o, "recipe", a->recipe, b->recipe);
    parameters(&o);
    history(&o);
    data_arrays(&o);
    add_verdict(&o);
    lhi_release(t->c, o.of_a);
    lhi_release(t->c, o.of_b);
    return o.count;
}
