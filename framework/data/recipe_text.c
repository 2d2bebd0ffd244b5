/* recipe_text.c -- a recipe as the text that a checkpoint keeps, a line a column, and back. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/recipe.h"

#include "framework/base/text.h"
#include "framework/system/sys.h"

#include <stdlib.h>
#include <string.h>

/* In the order of the enumerators; those of labels begin behind LH_LABELS_AUTO. */
static const char *const labels[] = {"binary", "classes", "values", NULL};
static const char *const missing[] = {"refuse", "mean", "median", "indicator", NULL};
static const char *const scales[] = {"standard", "none", "minmax", "robust", NULL};
static const char *const forms[] = {"number", "numbers", "text", NULL};

enum form { NUMBER, NUMBERS, TEXT };

/* A name is the rest of its line: a newline in it is written out, and so is a backslash. */
static void add_name(lhi_text *t, const char *name)
{
    if (!name)
        return;
    lhi_text_put(t, " ", 1);
    for (; *name; name++)
        if (*name == '\n' || *name == '\\')
            lhi_text_add(t, "%s", *name == '\n' ? "\\n" : "\\\\");
        else
            lhi_text_put(t, name, 1);
}

static void add_used(lhi_text *t, const char *what, const lhi_used *u)
{
    lhi_text_add(t, "%s %s %zu", what, forms[u->text ? TEXT : u->number ? NUMBERS : NUMBER],
                 u->place);
    add_name(t, u->name);
    lhi_text_put(t, "\n", 1);
    for (size_t k = 0; k < u->values; k++) {
        lhi_text_add(t, "value");
        if (u->text)
            add_name(t, u->value[k]);
        else
            lhi_text_add(t, " %.17g", u->number[k]);
        lhi_text_put(t, "\n", 1);
    }
}

/* How many features from k on are numbers without a name, side by side. */
static size_t nameless(const lhi_recipe *r, size_t k)
{
    size_t n = 0;

    while (k + n < r->features) {
        const lhi_used *u = &r->feature[k + n];

        if (u->name || u->text || u->marks || u->place != r->feature[k].place + n)
            break;
        n++;
    }
    return n;
}

char *lhi_recipe_write(lh_ctx *c, const lhi_recipe *r)
{
    lhi_text t = {.c = c};

    lhi_text_add(&t, "labels %s\nmissing %s\nscale %s\n%s%s", labels[r->labels - 1],
                 missing[r->missing], scales[r->scale], r->balance ? "balance\n" : "",
                 r->stratify ? "stratify\n" : "");
    for (size_t k = 0; k < r->targets; k++)
        add_used(&t, "label", &r->label[k]);
    if (r->weight)
        add_used(&t, "weight", r->weight);
    if (r->group)
        add_used(&t, "group", r->group);
    for (size_t k = 0; k < r->features; k++) {
        const size_t n = nameless(r, k);

        if (n > 1) {
            lhi_text_add(&t, "features %zu %zu\n", r->feature[k].place, n);
            k += n - 1;
        } else
            add_used(&t, r->feature[k].marks ? "marked" : "feature", &r->feature[k]);
    }
    return lhi_ok(c) ? t.at : NULL;
}

typedef struct reader {
    lh_ctx *c;
    const char *path, *at;
    size_t line;
    char *word; /* of the present line, which is a copy: what is left of it */
    lhi_recipe *r;
    lhi_used *last; /* that values are of */
    size_t feature_room, label_room, value_room, number_room;
} reader;

static int bad(const reader *k, const char *what)
{
    if (lhi_ok(k->c))
        lhi_fail(k->c, LH_EFORMAT, "use another checkpoint", "%s: line %zu of its recipe %s",
                 k->path, k->line, what);
    return -1;
}

/* The next word of the line; "" at its end. */
static char *next_word(reader *k)
{
    char *word = k->word;
    const size_t length = strcspn(word, " ");

    k->word += length + (word[length] == ' ');
    if (word[length])
        word[length] = 0;
    return word;
}

static int next_of(reader *k, const char *const *words)
{
    const char *word = next_word(k);

    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return bad(k, "has a word that is not known");
}

static int next_count(reader *k, size_t *count)
{
    const char *word = next_word(k);
    char *end;
    const unsigned long n = strtoul(word, &end, 10);

    if (word[0] < '0' || word[0] > '9' || *end || n > LHI_MOST_COLS)
        return bad(k, "has no number where one is wanted");
    *count = n;
    return 0;
}

/* What is left of the line, as it was before it was written. */
static char *rest(reader *k)
{
    char *name = lhi_strdup(k->c, k->word), *to = name;

    for (const char *from = name; from && *from; from++) {
        const int escape = *from == '\\' && from[1];

        from += escape;
        *to++ = escape && *from == 'n' ? '\n' : *from;
    }
    if (to)
        *to = 0;
    return name;
}

static int read_used(reader *k, lhi_used *u)
{
    const int form = next_of(k, forms);

    if (form < 0 || next_count(k, &u->place) != 0)
        return -1;
    u->text = form == TEXT;
    if (k->word[0] && !(u->name = rest(k)))
        return -1;
    k->last = form == NUMBER ? NULL : u;
    k->value_room = k->number_room = 0;
    return 0;
}

static lhi_used *new_used(reader *k, lhi_used **list, size_t *count, size_t *room)
{
    if (*count >= LHI_MOST_COLS) {
        bad(k, "is one too many");
        return NULL;
    }
    if (lhi_grow(k->c, list, room, *count + 1, sizeof **list) != 0)
        return NULL;
    (*list)[*count] = (lhi_used){.first = *count};
    return &(*list)[(*count)++];
}

static lhi_used *new_feature(reader *k)
{
    return new_used(k, &k->r->feature, &k->r->features, &k->feature_room);
}

static int read_one(reader *k, lhi_used **to)
{
    if (*to)
        return bad(k, "says something a second time");
    *to = lhi_alloc(k->c, sizeof **to);
    return *to ? read_used(k, *to) : -1;
}

static int read_value(reader *k)
{
    lhi_used *u = k->last;
    char *text = u ? rest(k) : NULL, *end;
    double x = 0;

    if (!u)
        return bad(k, "is a value of nothing");
    if (!text || u->values >= (size_t)1 << 24 ||
        lhi_grow(k->c, &u->value, &k->value_room, u->values + 1, sizeof *u->value) != 0)
        return -1;
    if (!u->text) {
        x = lhi_sys_strtod(text, &end);
        if (end == text || *end || !(x - x == 0) || (u->values && x <= u->number[u->values - 1]))
            return bad(k, "has no number that comes after the one before");
        if (lhi_grow(k->c, &u->number, &k->number_room, u->values + 1, sizeof *u->number) != 0)
            return -1;
        u->number[u->values] = x;
    } else if (u->values && strcmp(u->value[u->values - 1], text) >= 0)
        return bad(k, "has a text that does not come after the one before");
    u->value[u->values++] = text;
    return 0;
}

static int read_range(reader *k)
{
    size_t from, count;

    if (next_count(k, &from) != 0 || next_count(k, &count) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        lhi_used *u = new_feature(k);

        if (!u)
            return -1;
        u->place = from + i;
    }
    return 0;
}

static int read_choice(reader *k, const char *word)
{
    lhi_recipe *r = k->r;
    const int place = next_of(k, strcmp(word, "labels") == 0    ? labels
                                 : strcmp(word, "missing") == 0 ? missing
                                                                : scales);

    if (place < 0)
        return -1;
    if (strcmp(word, "labels") == 0)
        r->labels = (lh_labels)(place + 1);
    else if (strcmp(word, "missing") == 0)
        r->missing = (lh_missing)place;
    else
        r->scale = (lh_scale)place;
    return 0;
}

static int read_line(reader *k)
{
    const char *word = next_word(k);
    lhi_recipe *r = k->r;
    lhi_used *u;

    k->last = strcmp(word, "value") == 0 ? k->last : NULL;
    if (strcmp(word, "value") == 0)
        return read_value(k);
    if (strcmp(word, "features") == 0)
        return read_range(k);
    if (strcmp(word, "feature") == 0 || strcmp(word, "marked") == 0) {
        u = new_feature(k);
        if (u)
            u->marks = word[0] == 'm';
        return u ? read_used(k, u) : -1;
    }
    if (strcmp(word, "label") == 0)
        return (u = new_used(k, &r->label, &r->targets, &k->label_room)) ? read_used(k, u) : -1;
    if (strcmp(word, "weight") == 0)
        return read_one(k, &r->weight);
    if (strcmp(word, "group") == 0)
        return read_one(k, &r->group);
    if (strcmp(word, "balance") == 0 || strcmp(word, "stratify") == 0) {
        *(word[0] == 'b' ? &r->balance : &r->stratify) = 1;
        return 0;
    }
    if (strcmp(word, "labels") == 0 || strcmp(word, "missing") == 0 || strcmp(word, "scale") == 0)
        return read_choice(k, word);
    return bad(k, "begins with a word that is not known");
}

/* What belongs together, and where columns begin. */
static int settle(reader *k)
{
    lhi_recipe *r = k->r;

    for (size_t i = 0; i < r->targets; i++) {
        const lhi_used *u = &r->label[i];

        if (r->labels == LH_LABELS_VALUES ? u->text || u->values > 0
                                          : u->values == 0 || (r->labels == LH_LABELS_BINARY &&
                                                               u->values > 2))
            return bad(k, "is the last, and labels do not have their values");
    }
    for (size_t i = 0; i < r->features; i++) {
        lhi_used *u = &r->feature[i];

        if (u->text != (u->values > 0) || u->number || u->values > LHI_MOST_TEXTS)
            return bad(k, "is the last, and a feature does not have its values");
        u->first = r->cols;
        u->width = (u->text ? u->values : 1) + (size_t)u->marks;
        r->cols += u->width;
    }
    if (r->labels == LH_LABELS_AUTO || r->targets == 0 || r->features == 0 ||
        r->cols > LHI_MOST_COLS || (r->targets > 1 && r->labels == LH_LABELS_CLASSES) ||
        ((r->balance || r->stratify) && (r->labels == LH_LABELS_VALUES || r->targets > 1)))
        return bad(k, "is the last, and it is not whole");
    return 0;
}

const lhi_recipe *lhi_recipe_parse(lh_ctx *c, const char *text, const char *path)
{
    reader k = {.c = c, .path = path, .at = text, .r = lhi_alloc(c, sizeof *k.r)};

    if (!k.r)
        return NULL;
    while (*k.at) {
        const size_t length = strcspn(k.at, "\n");
        char *line = lhi_strf(c, "%.*s", (int)length, k.at);
        int status;

        k.line++;
        k.at += length + (k.at[length] == '\n');
        k.word = line;
        status = line ? read_line(&k) : -1;
        lhi_release(c, line);
        if (status != 0)
            return NULL;
    }
    return settle(&k) == 0 ? k.r : NULL;
}

const lhi_recipe *lhi_recipe_plain(lh_ctx *c, size_t cols)
{
    const char *text = lhi_strf(c, "labels binary\nlabel numbers %zu\nvalue 0\nvalue 1\n"
                                   "features 0 %zu\n", cols, cols);

    return text ? lhi_recipe_parse(c, text, "plain") : NULL;
}
