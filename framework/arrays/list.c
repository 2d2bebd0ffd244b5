/* list.c -- the arrays found in a file so far: what may be one, and what is left out. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"

#include <string.h>

void (*lhi_arrays_h5)(lhi_arrays *a);

int lhi_arrays_h5_here(const unsigned char *bytes, size_t size)
{
    static const unsigned char magic[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

    /* The block has 512 bytes, or a power of two times that. */
    for (size_t at = 0; at < size && size - at >= sizeof magic; at = at ? 2 * at : 512)
        if (memcmp(bytes + at, magic, sizeof magic) == 0)
            return 1;
    return 0;
}

enum { NAMED_LEFT_OUT = 8 }; /* so many are named in the warning */

void lhi_arrays_leave_out(lhi_arrays *a, lhi_span name, const char *reason)
{
    a->left_out++;
    if (a->left_out <= NAMED_LEFT_OUT)
        lhi_text_add(&a->left, "%s%.*s (%s)", a->left_out > 1 ? ", " : "", LHI_SHOWN(name),
                     reason);
    else if (a->left_out == NAMED_LEFT_OUT + 1)
        lhi_text_add(&a->left, " and others");
}

void lhi_arrays_bad(lhi_arrays *a, lhi_span name, const char *reason)
{
    lhi_fail(a->c, LH_EFORMAT, "write the file again, or copy it again", "%s: %.*s %s", a->path,
             LHI_SHOWN(name), reason);
}

int lhi_arrays_good_name(lhi_span name)
{
    size_t part = 0;

    for (size_t i = 0; i <= name.length; i++) {
        if (i < name.length && name.at[i] != '/')
            continue;
        if (lhi_name_fault(name.at + part, i - part, LHI_NAME_OF_ANY))
            return 0;
        part = i + 1;
    }
    return 1;
}

static const char *why_left_out(lhi_span name, const lhi_coding *l)
{
    if (l->rank > 2)
        return "more than two dimensions";
    if (name.length >= LHI_NAME)
        return "a name of more than 63 bytes";
    return lhi_arrays_good_name(name) ? NULL : "a name that cannot be used";
}

/* A place at the end of the list, for an array without elements yet; NULL: no memory. */
static lhi_named *next(lhi_arrays *a, lhi_span name, const lhi_coding *l)
{
    lhi_named n = {.vector = l->rank == 1};

    n.rows = (size_t)(l->rank == 2 ? l->dims[0] : 1);
    n.cols = (size_t)(l->rank > 0 ? l->dims[l->rank - 1] : 1);
    n.bits = l->kind == 'f' || l->kind == 'b' ? (int)(8 * l->bytes) : 64;
    memcpy(n.name, name.at, name.length);
    if (lhi_grow(a->c, &a->list, &a->room, a->count + 1, sizeof n) != 0)
        return NULL;
    a->list[a->count] = n;
    return &a->list[a->count];
}

static void decode(lhi_arrays *a, lhi_span name, lhi_span origin, const lhi_coding *l,
                   const unsigned char *from)
{
    lhi_named *n = next(a, name, l);

    if (!n || lhi_grow(a->c, &a->origin, &a->origin_room, a->count + 1, sizeof origin) != 0)
        return;
    n->at = lhi_alloc_array(a->c, n->rows * n->cols, sizeof *n->at);
    if (!n->at)
        return;
    if (!lhi_coding_decode(l, from, n->at)) {
        lhi_release(a->c, n->at);
        lhi_arrays_leave_out(a, name, "integers beyond 2^53");
        return;
    }
    a->origin[a->count++] = origin;
}

void lhi_arrays_add_in_place(lhi_arrays *a, lhi_span name, const lhi_coding *l, uint64_t begins)
{
    const char *const left = why_left_out(name, l);

    if (!lhi_ok(a->c))
        return;
    if (left)
        lhi_arrays_leave_out(a, name, left);
    else if (a->count == LHI_ARRAYS_MOST)
        lhi_arrays_bad(a, name, "is one too many: at most 100000 arrays are read");
    else if (next(a, name, l) &&
             lhi_grow(a->c, &a->place, &a->place_room, a->count + 1, sizeof *a->place) == 0)
        a->place[a->count++] = (struct lhi_in_place){*l, begins};
}

void lhi_arrays_add(lhi_arrays *a, lhi_span name, lhi_span origin, const lhi_coding *l,
                    const unsigned char *from, size_t size)
{
    const char *const left = why_left_out(name, l);
    int over = 0;
    uint64_t bytes;

    if (!lhi_ok(a->c))
        return;
    if (left) {
        lhi_arrays_leave_out(a, name, left);
        return;
    }
    bytes = lhi_coding_bytes(l, &over);
    if (over)
        lhi_arrays_bad(a, origin, "has more than 2^31 elements");
    else if (bytes > size)
        lhi_arrays_bad(a, origin, "claims more elements than the file has; it may be cut short");
    else if (bytes < size)
        lhi_arrays_bad(a, origin, "has bytes that its shape does not account for");
    else if (a->count == LHI_ARRAYS_MOST)
        lhi_arrays_bad(a, origin, "is one too many: at most 100000 arrays are read");
    else
        decode(a, name, origin, l, from);
}
