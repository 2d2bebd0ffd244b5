/* changes.c -- the longest list of lines that two texts share, and what is left over. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/changes.h"
#include "framework/base/quote.h"

#include <string.h>

enum { MOST_CELLS = 4 << 20 }; /* of the table: two texts of 2000 lines */

typedef struct line {
    const char *at;
    size_t length;
} line;

typedef struct lines {
    line *at;
    size_t count;
} lines;

/* What is added, and how many lines there were. */
typedef struct telling {
    lhi_text *t;
    const char *before;
    size_t most, told;
} telling;

static lines split(lh_ctx *c, const char *text)
{
    lines all = {NULL, 0};
    size_t count = 0, k = 0;

    for (const char *at = text; *at; at += *at == '\n') {
        at += strcspn(at, "\n");
        count++;
    }
    all.at = lhi_alloc_array(c, count + 1, sizeof *all.at);
    for (const char *at = text; all.at && *at; at += *at == '\n') {
        const size_t length = strcspn(at, "\n");

        all.at[k++] = (line){at, length};
        at += length;
    }
    all.count = k;
    return all;
}

static int same(const line *a, const line *b)
{
    return a->length == b->length && memcmp(a->at, b->at, a->length) == 0;
}

static void tell(telling *o, const char *sign, const line *l)
{
    if (o->told++ >= o->most && o->most > 0)
        return;
    lhi_text_add(o->t, "%s%s", o->before, sign);
    lhi_add_legible(o->t, l->at, l->length);
    lhi_text_put(o->t, "\n", 1);
}

/* most[i][j]: how many lines the rests from i and from j on share, in the same order. */
static void fill(uint16_t *most, const line *a, size_t n, const line *b, size_t m)
{
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint16_t *here = &most[i * (m + 1) + j];
            const uint16_t *below = here + m + 1;

            *here = same(&a[i], &b[j]) ? (uint16_t)(below[1] + 1)
                    : below[0] >= here[1] ? below[0] : here[1];
        }
}

/* What a line is about: "W1 = param ..." and "rate=0.1". */
static size_t subject(const line *l)
{
    size_t n = 0;

    while (n < l->length && l->at[n] != ' ' && l->at[n] != '=')
        n++;
    return n;
}

static int same_subject(const line *a, const line *b)
{
    const size_t n = subject(a);

    return n == subject(b) && memcmp(a->at, b->at, n) == 0;
}

static int has_subject(const line *list, size_t count, const line *l)
{
    for (size_t i = 0; i < count; i++)
        if (same_subject(&list[i], l))
            return 1;
    return 0;
}

/* Lines that have none in common: those about the same stand below each other. */
static void tell_all(telling *o, const line *a, size_t n, const line *b, size_t m)
{
    const int looks = n == 0 || m <= MOST_CELLS / n;
    size_t i = 0, j = 0;

    while (i < n || j < m) {
        if (i < n && j < m && same_subject(&a[i], &b[j])) {
            tell(o, "- ", &a[i++]);
            tell(o, "+ ", &b[j++]);
        } else if (i == n || (looks && j < m && has_subject(b + j, m - j, &a[i]))) {
            tell(o, "+ ", &b[j++]);
        } else {
            tell(o, "- ", &a[i++]);
        }
    }
}

/* Without a table nothing is taken for the same. */
static void compare(telling *o, const uint16_t *most, const line *a, size_t n, const line *b,
                    size_t m)
{
    size_t i = 0, j = 0, a_told = 0, b_told = 0;

    while (most && i < n && j < m) {
        const uint16_t *here = &most[i * (m + 1) + j];

        if (same(&a[i], &b[j])) {
            tell_all(o, a + a_told, i - a_told, b + b_told, j - b_told);
            a_told = ++i;
            b_told = ++j;
        } else if (here[m + 1] >= here[1]) {
            i++;
        } else {
            j++;
        }
    }
    tell_all(o, a + a_told, n - a_told, b + b_told, m - b_told);
}

size_t lhi_add_changes(lhi_text *t, const char *before, const char *first, const char *second,
                       size_t most)
{
    telling o = {t, before, most, 0};
    const lines a = split(t->c, first), b = split(t->c, second);
    size_t from = 0, n = a.count, m = b.count;
    uint16_t *table = NULL;

    if (a.at && b.at) {
        for (; from < n && from < m && same(&a.at[from], &b.at[from]); from++)
            continue;
        for (; n > from && m > from && same(&a.at[n - 1], &b.at[m - 1]); n--, m--)
            continue;
        n -= from;
        m -= from;
        if (n > 0 && m > 0 && n < UINT16_MAX && m < UINT16_MAX && n * m <= MOST_CELLS)
            table = lhi_alloc_array(t->c, (n + 1) * (m + 1), sizeof *table);
        if (table)
            fill(table, a.at + from, n, b.at + from, m);
        compare(&o, table, a.at + from, n, b.at + from, m);
    }
    if (most > 0 && o.told > most)
        lhi_text_add(t, "%s... and %zu more\n", before, o.told - most);
    lhi_release(t->c, table);
    lhi_release(t->c, b.at);
    lhi_release(t->c, a.at);
    return o.told;
}
