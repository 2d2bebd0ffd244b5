/* npy.c -- a NumPy array: magic, a dictionary of Python as text, the elements. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"

#include <string.h>

static const char magic[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

enum { HEAD_1 = 10, HEAD_2 = 12 }; /* bytes before the dictionary, version 1 and later ones */

int lhi_npy_here(const unsigned char *bytes, size_t size)
{
    return size >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

/* "<f8" becomes kind, bytes and order; NULL, or why it is left out. */
static const char *read_type(lhi_span type, lhi_coding *l)
{
    lhi_scan s = {type.at, type.at + type.length};
    uint64_t bytes = 0;
    char kind;

    if (type.length < 3 || !memchr("<>|", type.at[0], 3))
        return "elements of an unknown type";
    kind = type.at[1];
    s.at += 2;
    if (kind == 'c')
        return "complex numbers";
    if (kind == 'S' || kind == 'U' || kind == 'a')
        return "text";
    if (!memchr("fiub", kind, 4) || !lhi_scan_number(&s, &bytes) || s.at != s.end)
        return "elements that are no numbers";
    if ((kind == 'f' && bytes != 2 && bytes != 4 && bytes != 8) || (kind == 'b' && bytes != 1) ||
        (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8))
        return "numbers of an unusual width";
    l->kind = kind == 'b' ? 'u' : kind;
    l->bytes = (unsigned)bytes;
    l->big = type.at[0] == '>';
    return NULL;
}

static int scan_word(lhi_scan *s, const char *word)
{
    const size_t length = strlen(word);

    if (!lhi_scan_char(s, word[0]))
        return 0;
    if ((size_t)(s->end - s->at) < length - 1 || memcmp(s->at, word + 1, length - 1) != 0)
        return 0;
    s->at += length - 1;
    return 1;
}

static int scan_text(lhi_scan *s, lhi_span *text)
{
    return lhi_scan_quoted(s, '\'', text) || lhi_scan_quoted(s, '"', text);
}

/* One entry of the dictionary; *seen has a bit for each key.  0 when it is none. */
static int scan_entry(lhi_scan *s, lhi_coding *l, const char **left, int *seen)
{
    lhi_span key, type;
    int bit;

    if (!scan_text(s, &key) || !lhi_scan_char(s, ':'))
        return 0;
    if (lhi_span_is(key, "descr")) {
        bit = 1;
        if (!scan_text(s, &type))
            return 0;
        *left = read_type(type, l);
    } else if (lhi_span_is(key, "fortran_order")) {
        bit = 2;
        l->by_columns = scan_word(s, "True");
        if (!l->by_columns && !scan_word(s, "False"))
            return 0;
    } else if (lhi_span_is(key, "shape")) {
        bit = 4;
        l->rank = lhi_scan_dims(s, "()", l->dims);
        if (l->rank < 0)
            return 0;
    } else {
        return 0;
    }
    if (*seen & bit)
        return 0;
    *seen |= bit;
    return 1;
}

/* {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } */
static int scan_dictionary(lhi_scan *s, lhi_coding *l, const char **left)
{
    int seen = 0;

    if (!lhi_scan_char(s, '{'))
        return 0;
    do {
        if (lhi_scan_char(s, '}'))
            break;
        if (!scan_entry(s, l, left, &seen))
            return 0;
        if (!lhi_scan_char(s, ',') && !(s->at < s->end && *s->at == '}'))
            return 0;
    } while (s->at < s->end);
    return lhi_scan_end(s) && seen == 7;
}

/* A list of fields in the place of a type: elements that are structures. */
static int has_fields(lhi_scan s)
{
    for (; s.at < s.end; s.at++)
        if (*s.at == '[' || *s.at == '(')
            return *s.at == '[';
    return 0;
}

const char *lhi_npy_head(const unsigned char *bytes, size_t size, lhi_coding *l, size_t *head,
                         const char **left)
{
    const size_t fixed = size > 6 && bytes[6] == 1 ? HEAD_1 : HEAD_2;
    uint64_t length;
    lhi_scan s;

    *left = NULL;
    *l = (lhi_coding){0};
    if (size < fixed)
        return "is cut short in the header of its .npy";
    if (bytes[6] < 1 || bytes[6] > 3)
        return "has a version of .npy that is not known";
    length = lhi_number(bytes + 8, fixed - 8);
    if (length > size - fixed)
        return "is cut short in the header of its .npy";
    *head = fixed + (size_t)length;
    s.at = (const char *)bytes + fixed;
    s.end = s.at + length;
    if (has_fields(s))
        *left = "structures";
    else if (!scan_dictionary(&s, l, left))
        return "has a header that is not one of .npy";
    return NULL;
}

void lhi_npy_read(lhi_arrays *a, lhi_span name, lhi_span origin, const unsigned char *bytes,
                  size_t size)
{
    const char *left, *bad;
    lhi_coding l;
    size_t head = 0;

    bad = lhi_npy_head(bytes, size, &l, &head, &left);
    if (bad)
        lhi_arrays_bad(a, origin, bad);
    else if (left)
        lhi_arrays_leave_out(a, name, left);
    else
        lhi_arrays_add(a, name, origin, &l, bytes + head, size - head);
}

void lhi_npy_put(lhi_text *t, const lhi_named *n)
{
    lhi_text head = {.c = t->c};
    size_t length;

    lhi_text_add(&head, "{'descr': '<f%zu', 'fortran_order': False, 'shape': (",
                 lhi_named_element(n));
    if (n->vector)
        lhi_text_add(&head, "%zu,), }", n->cols);
    else
        lhi_text_add(&head, "%zu, %zu), }", n->rows, n->cols);
    length = (HEAD_1 + head.size + 1 + 63) / 64 * 64 - HEAD_1;
    lhi_text_add(&head, "%*s\n", (int)(length - 1 - head.size), "");
    lhi_text_put(t, magic, sizeof magic);
    lhi_number_put(t, 2, 1); /* version 1.0 */
    lhi_number_put(t, 2, length);
    if (head.at)
        lhi_text_put(t, head.at, head.size);
    lhi_text_free(&head);
    lhi_named_put(t, n);
}
