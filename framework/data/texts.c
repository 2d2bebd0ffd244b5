/* texts.c -- the texts of a column become numbers, by the order of their bytes. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/texts.h"

#include "framework/base/quote.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct lhi_texts {
    lh_ctx *c;
    uint64_t key;
    char *bytes;           /* of all of them, a 0 behind each */
    size_t size, room;
    size_t *at;            /* where each begins */
    size_t count, at_room;
    uint32_t *slot;        /* 1 + the number of a text, 0: free; twice as many as texts */
    size_t slots;
    char *plain;           /* the text of one cell */
    size_t plain_room;
};

lhi_texts *lhi_texts_new(lh_ctx *c, uint64_t key)
{
    lhi_texts *x = lhi_alloc(c, sizeof *x);

    if (x)
        *x = (lhi_texts){.c = c, .key = key};
    return x;
}

static uint64_t place_of(const lhi_texts *x, const char *text, size_t size)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t place = x->key ^ size * odd;

    for (; size > 0; size -= size < 8 ? size : 8, text += 8) {
        uint64_t word = 0;

        memcpy(&word, text, size < 8 ? size : 8);
        place = (place ^ word) * (x->key | 1);
        place = (place ^ place >> 29) * odd;
    }
    return place ^ place >> 32;
}

/* The slot that has the text, or the free one where it belongs. */
static size_t find(const lhi_texts *x, const char *text, size_t size)
{
    size_t i = place_of(x, text, size) & (x->slots - 1);

    while (x->slot[i] && strcmp(x->bytes + x->at[x->slot[i] - 1], text) != 0)
        i = (i + 1) & (x->slots - 1);
    return i;
}

static void widen(lhi_texts *x)
{
    const size_t slots = x->slots ? 2 * x->slots : 64;
    uint32_t *slot = lhi_alloc_array(x->c, slots, sizeof *slot);

    if (!slot)
        return;
    lhi_release(x->c, x->slot);
    x->slot = slot;
    x->slots = slots;
    for (size_t k = 0; k < x->count; k++) {
        const char *const text = x->bytes + x->at[k];

        x->slot[find(x, text, strlen(text))] = (uint32_t)k + 1;
    }
}

/* The text itself: one quote for two, and valid UTF-8. */
static size_t make_plain(lhi_texts *x, const lhi_cell *cell)
{
    size_t size = 0;

    if (lhi_grow(x->c, &x->plain, &x->plain_room, cell->size + 1, 1) != 0)
        return 0;
    for (size_t i = 0; i < cell->size; i++) {
        x->plain[size++] = cell->at[i];
        i += cell->quoted && cell->at[i] == '"';
    }
    x->plain[size] = 0;
    lhi_make_utf8(x->plain);
    return size;
}

size_t lhi_texts_add(lhi_texts *x, const lhi_cell *cell)
{
    size_t size, i;

    if (!x)
        return 0;
    if (2 * x->count >= x->slots)
        widen(x);
    size = make_plain(x, cell);
    if (!lhi_ok(x->c))
        return 0;
    i = find(x, x->plain, size);
    if (x->slot[i])
        return x->slot[i] - 1;
    if (lhi_grow(x->c, &x->bytes, &x->room, x->size + size + 1, 1) != 0 ||
        lhi_grow(x->c, &x->at, &x->at_room, x->count + 1, sizeof *x->at) != 0)
        return 0;
    memcpy(x->bytes + x->size, x->plain, size + 1);
    x->at[x->count] = x->size;
    x->size += size + 1;
    x->slot[i] = (uint32_t)++x->count;
    return x->count - 1;
}

typedef struct ranked {
    const char *text;
    size_t number;
} ranked;

static int by_bytes(const void *left, const void *right)
{
    return strcmp(((const ranked *)left)->text, ((const ranked *)right)->text);
}

void lhi_texts_settle(lhi_texts *x, lhi_table *t, size_t column)
{
    lhi_column *k = &t->column[column];
    ranked *list = x ? lhi_alloc_array(x->c, x->count, sizeof *list) : NULL;
    size_t *rank = x ? lhi_alloc_array(x->c, x->count, sizeof *rank) : NULL;

    k->value = x ? lhi_alloc_array(x->c, x->count, sizeof *k->value) : NULL;
    if (!list || !rank || !k->value)
        return;
    for (size_t i = 0; i < x->count; i++)
        list[i] = (ranked){x->bytes + x->at[i], i};
    qsort(list, x->count, sizeof *list, by_bytes);
    for (size_t i = 0; i < x->count; i++) {
        k->value[i] = x->bytes + x->at[list[i].number];
        rank[list[i].number] = i;
    }
    for (size_t row = 0; row < t->rows; row++) {
        const double number = lhi_table_at(t, row, column);

        if (!isnan(number))
            lhi_table_set(t, row, column, (double)rank[(size_t)number]);
    }
    k->text = 1;
    k->values = x->count;
    lhi_release(x->c, list);
    lhi_release(x->c, rank);
    x->bytes = NULL; /* it is the table's now */
}

void lhi_texts_free(lhi_texts *x)
{
    if (!x)
        return;
    lhi_release(x->c, x->bytes);
    lhi_release(x->c, x->at);
    lhi_release(x->c, x->slot);
    lhi_release(x->c, x->plain);
    lhi_release(x->c, x);
}

const char *lhi_texts_only(lhi_texts *x)
{
    const char *text = x ? x->bytes : NULL;

    if (x)
        x->bytes = NULL;
    lhi_texts_free(x);
    return text;
}
