/* safetensors.c -- a length, a header in JSON that says where each array is, the bytes. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD = 8 }; /* bytes of the length of the header */

typedef struct tensor {
    lhi_span origin;    /* the name as the JSON has it */
    lhi_coding layout;
    uint64_t from, to;  /* bytes, counted from the end of the header */
} tensor;

typedef struct header {
    lhi_arrays *a;
    lhi_scan s;
    tensor *list;
    size_t count, room;
    uint64_t bytes;     /* behind the header */
} header;

int lhi_safetensors_here(const lhi_arrays *a)
{
    return a->size > HEAD && a->bytes[HEAD] == '{';
}

static void fail(const header *h, const char *reason)
{
    lhi_fail(h->a->c, LH_EFORMAT, "write the file again, or copy it again",
             "%s is no sound safetensors file: %s", h->a->path, reason);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32; /* to lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX at `at`; -1 when they are none. */
static int read_unit(const char *at, const char *end)
{
    int unit = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        if (hex_digit(at[i]) < 0)
            return -1;
        unit = unit << 4 | hex_digit(at[i]);
    }
    return unit;
}

/* A character beyond U+FFFF is two units; half a pair is none.  Moves on behind it. */
static int read_character(const char **at, const char *end)
{
    const int high = read_unit(*at, end);
    int low;

    if (high < 0xd800 || high > 0xdfff) {
        *at += 4;
        return high;
    }
    if (high > 0xdbff || end - *at < 10 || (*at)[4] != '\\' || (*at)[5] != 'u')
        return -1;
    low = read_unit(*at + 6, end);
    *at += 10;
    return low < 0xdc00 || low > 0xdfff ? -1 : 0x10000 + ((high - 0xd800) << 10) + low - 0xdc00;
}

static size_t put_utf8(int c, char to[4])
{
    const size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[4] = {0, 0xc0, 0xe0, 0xf0};

    for (size_t i = more; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 63));
    to[0] = (char)(lead[more] | c);
    return more + 1;
}

/* The text that a JSON string stands for, as far as there is room, and never more than the room
 * in length: what fills it is too long for a name.  0 when it is no JSON string. */
static int read_string(lhi_span from, char *to, size_t room, size_t *length)
{
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *at = from.at, *const end = from.at + from.length;

    *length = 0;
    while (at < end) {
        char bytes[4] = {*at++, 0, 0, 0};
        size_t count = 1;

        if ((unsigned char)bytes[0] < ' ')
            return 0;
        if (bytes[0] == '\\') {
            const char *const escape = at < end && *at ? strchr(escapes, *at) : NULL;
            int c;

            if (escape) {
                c = meanings[escape - escapes];
                at++;
            } else if (at < end && *at++ == 'u') {
                c = read_character(&at, end);
            } else {
                return 0;
            }
            if (c < 0)
                return 0;
            count = put_utf8(c, bytes);
        }
        for (size_t i = 0; i < count && *length < room; i++)
            to[(*length)++] = bytes[i];
    }
    return 1;
}

/* Any JSON string that is sound. */
static int scan_string(lhi_scan *s, lhi_span *text)
{
    size_t none;

    return lhi_scan_quoted(s, '"', text) && read_string(*text, NULL, 0, &none);
}

/* "F64" becomes kind and bytes; of a type that is not read the kind stays 0. */
static void read_type(lhi_span type, lhi_coding *l)
{
    static const struct {
        const char *name;
        char kind;
        unsigned bytes;
    } known[] = {
        {"F64", 'f', 8}, {"F32", 'f', 4}, {"F16", 'f', 2}, {"BF16", 'b', 2}, {"I64", 'i', 8},
        {"I32", 'i', 4}, {"I16", 'i', 2}, {"I8", 'i', 1},  {"U64", 'u', 8},  {"U32", 'u', 4},
        {"U16", 'u', 2}, {"U8", 'u', 1},  {"BOOL", 'u', 1},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (lhi_span_is(type, known[i].name)) {
            l->kind = known[i].kind;
            l->bytes = known[i].bytes;
        }
}

/* "dtype": "F64" and so on; *seen has a bit for each key. */
static int scan_property(lhi_scan *s, tensor *t, int *seen)
{
    uint64_t range[2];
    lhi_span key, type;
    int bit;

    if (!scan_string(s, &key) || !lhi_scan_char(s, ':'))
        return 0;
    if (lhi_span_is(key, "dtype")) {
        bit = 1;
        if (!scan_string(s, &type))
            return 0;
        read_type(type, &t->layout);
    } else if (lhi_span_is(key, "shape")) {
        bit = 2;
        t->layout.rank = lhi_scan_dims(s, "[]", t->layout.dims);
        if (t->layout.rank < 0)
            return 0;
    } else if (lhi_span_is(key, "data_offsets")) {
        bit = 4;
        if (lhi_scan_dims(s, "[]", range) != 2)
            return 0;
        t->from = range[0];
        t->to = range[1];
    } else {
        return 0;
    }
    if (*seen & bit)
        return 0;
    *seen |= bit;
    return 1;
}

/* Its end, or a comma; *more says which. */
static int scan_more(lhi_scan *s, int *more)
{
    *more = lhi_scan_char(s, ',');
    return *more || lhi_scan_char(s, '}');
}

static int scan_tensor(lhi_scan *s, tensor *t)
{
    int seen = 0, more = 1;

    if (!lhi_scan_char(s, '{'))
        return 0;
    while (more)
        if (!scan_property(s, t, &seen) || !scan_more(s, &more))
            return 0;
    return seen == 7;
}

/* Texts by name, about which nothing is asked. */
static int scan_metadata(lhi_scan *s)
{
    lhi_span text;
    int more = 1;

    if (!lhi_scan_char(s, '{'))
        return 0;
    if (lhi_scan_char(s, '}'))
        return 1;
    while (more)
        if (!scan_string(s, &text) || !lhi_scan_char(s, ':') || !scan_string(s, &text) ||
            !scan_more(s, &more))
            return 0;
    return 1;
}

static int scan_member(header *h)
{
    tensor t = {0};

    if (!scan_string(&h->s, &t.origin) || !lhi_scan_char(&h->s, ':'))
        return 0;
    if (lhi_span_is(t.origin, "__metadata__"))
        return scan_metadata(&h->s);
    if (!scan_tensor(&h->s, &t))
        return 0;
    if (h->count == LHI_ARRAYS_MOST)
        fail(h, "it has more than 100000 arrays");
    else if (t.from > t.to || t.to > h->bytes)
        lhi_arrays_bad(h->a, t.origin, "has offsets that lead out of the file");
    else if (lhi_grow(h->a->c, &h->list, &h->room, h->count + 1, sizeof t) == 0)
        h->list[h->count++] = t;
    return lhi_ok(h->a->c);
}

static int scan_header(header *h)
{
    int more = 1;

    if (!lhi_scan_char(&h->s, '{'))
        return 0;
    if (lhi_scan_char(&h->s, '}'))
        more = 0;
    while (more)
        if (!scan_member(h) || !scan_more(&h->s, &more))
            return 0;
    return lhi_scan_end(&h->s);
}

static int by_place(const void *left, const void *right)
{
    const tensor *const *l = left, *const *r = right;

    if ((*l)->from != (*r)->from)
        return (*l)->from < (*r)->from ? -1 : 1;
    return (*l)->to < (*r)->to ? -1 : (*l)->to > (*r)->to;
}

/* The format allows neither two arrays on the same bytes nor bytes that belong to none. */
static void check_places(header *h)
{
    const tensor **order = lhi_alloc_array(h->a->c, h->count, sizeof *order);
    uint64_t end = 0;

    if (!order)
        return;
    for (size_t i = 0; i < h->count; i++)
        order[i] = &h->list[i];
    qsort(order, h->count, sizeof *order, by_place);
    for (size_t i = 0; i < h->count; i++) {
        if (order[i]->from < end)
            lhi_arrays_bad(h->a, order[i]->origin, "shares bytes with another array");
        if (order[i]->from > end)
            lhi_arrays_bad(h->a, order[i]->origin, "leaves bytes before it that are no array's");
        end = order[i]->to;
    }
    if (end != h->bytes)
        fail(h, "there are bytes behind its last array");
    lhi_release(h->a->c, order);
}

static void add_tensor(const header *h, const tensor *t, const unsigned char *bytes)
{
    char text[LHI_NAME];
    lhi_span name = {text, 0};

    read_string(t->origin, text, sizeof text, &name.length);
    if (t->layout.kind == 0)
        lhi_arrays_leave_out(h->a, name, "elements of a type that is not read");
    else
        lhi_arrays_add(h->a, name, t->origin, &t->layout, bytes + t->from,
                       (size_t)(t->to - t->from));
}

void lhi_safetensors_read(lhi_arrays *a)
{
    const uint64_t length = lhi_number(a->bytes, HEAD);
    header h = {.a = a};

    if (length > a->size - HEAD) {
        fail(&h, "its header is longer than the file");
        return;
    }
    h.s.at = (const char *)a->bytes + HEAD;
    h.s.end = h.s.at + length;
    h.bytes = a->size - HEAD - length;
    if (!scan_header(&h))
        fail(&h, "its header is not the JSON that the format wants");
    if (lhi_ok(a->c))
        check_places(&h);
    for (size_t i = 0; i < h.count && lhi_ok(a->c); i++)
        add_tensor(&h, &h.list[i], a->bytes + HEAD + length);
    lhi_release(a->c, h.list);
}

/* A name has no control characters, so two need a backslash. */
static void put_string(lhi_text *t, const char *name)
{
    lhi_text_put(t, "\"", 1);
    for (; *name; name++)
        lhi_text_add(t, *name == '"' || *name == '\\' ? "\\%c" : "%c", *name);
    lhi_text_put(t, "\"", 1);
}

void lhi_safetensors_put(lhi_text *t, const lhi_named *list, size_t count)
{
    lhi_text head = {.c = t->c};
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        const size_t bytes = list[i].rows * list[i].cols * lhi_named_element(&list[i]);

        lhi_text_add(&head, i == 0 ? "{" : ",");
        put_string(&head, list[i].name);
        lhi_text_add(&head, ":{\"dtype\":\"F%zu\",\"shape\":[", 8 * lhi_named_element(&list[i]));
        if (!list[i].vector)
            lhi_text_add(&head, "%zu,", list[i].rows);
        lhi_text_add(&head, "%zu],\"data_offsets\":[%zu,%zu]}", list[i].cols, at, at + bytes);
        at += bytes;
    }
    lhi_text_add(&head, count == 0 ? "{}" : "}");
    lhi_text_add(&head, "%*s", (int)((0 - head.size) % 8), "");
    lhi_number_put(t, HEAD, head.size);
    if (head.at)
        lhi_text_put(t, head.at, head.size);
    lhi_text_free(&head);
    for (size_t i = 0; i < count; i++)
        lhi_named_put(t, &list[i]);
}
