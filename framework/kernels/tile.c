/* tile.c -- a tile of C held in registers over the whole depth of a block.
 *
 * One body, made for each height and width.  The operands need no packing before: the
 * first full tile that reads a panel of B, or of A^T, from where it lies also writes it
 * down without gaps, on store ports that have nothing else to do, and the full tiles
 * after it read that copy.  Rows of A are read where they are: packed they are no
 * faster (docs/design/009). */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/tile.h"

#define INLINE static inline __attribute__((always_inline))

typedef LH_T(lhi_tiles) tiles;

INLINE vec load(const real *p, size_t v, size_t vecs, int part, vpart last)
{
    return part && v + 1 == vecs ? V_LOAD_PART(p + v * LANES, last) : V_LOAD(p + v * LANES);
}

INLINE void store(real *p, size_t v, size_t vecs, int part, vpart last, vec x)
{
    if (part && v + 1 == vecs)
        V_STORE_PART(p + v * LANES, last, x);
    else
        V_STORE(p + v * LANES, x);
}

/* for every vector of the tile, unrolled */
#define EACH                                        \
    _Pragma("GCC unroll 12")                        \
    for (size_t r = 0; r < rows; r++)               \
        _Pragma("GCC unroll 4")                     \
        for (size_t v = 0; v < vecs; v++)

/* What follows the chains: tile.h has the order. */
INLINE void end(vec sum[MR][TILE_VECS], const size_t rows, const size_t vecs, const int part,
                const vpart last, const tiles *t)
{
    for (size_t l = 0; l < t->levels; l++)
        EACH
            sum[r][v] = V_ADD(V_LOAD(t->level[l] + r * NR + v * LANES), sum[r][v]);
    if (t->plus)
        EACH
            sum[r][v] = V_ADD(load(t->plus + r * t->plus_row, v, vecs, part, last), sum[r][v]);
    if (t->row)
        EACH
            sum[r][v] = V_ADD(sum[r][v], load(t->row, v, vecs, part, last));
    if (t->cut)
        EACH
            sum[r][v] = V_CUT(sum[r][v]);
    if (t->keep)
        EACH
            sum[r][v] = V_KEEP(load(t->keep + r * t->keep_row, v, vecs, part, last), sum[r][v]);
}

/* As optim/sgd.c and momentum.c have it: each operation is rounded by itself. */
INLINE void move(vec sum[MR][TILE_VECS], const size_t rows, const size_t vecs, const int part,
                 const vpart last, const tiles *t)
{
    const vec rate = V_ALL(t->move->rate), momentum = V_ALL(t->move->momentum);
    real *theta = t->move->theta + t->move_at;

    if (t->move->velocity) {
        real *velocity = t->move->velocity + t->move_at;

        EACH {
            real *at = velocity + r * t->out_row;

            sum[r][v] = V_ADD(V_MUL(momentum, load(at, v, vecs, part, last)), sum[r][v]);
            store(at, v, vecs, part, last, sum[r][v]);
        }
    }
    EACH {
        real *at = theta + r * t->out_row;

        store(at, v, vecs, part, last,
              V_SUB(load(at, v, vecs, part, last), V_MUL(rate, sum[r][v])));
    }
}

INLINE void tile(const size_t rows, const size_t vecs, const int copy_a, const int copy_b,
                 const int part, const tiles *t)
{
    enum { AHEAD = 16 }; /* rows; the hardware cannot guess strides this long */
    const vpart last = V_PART(t->cols - (vecs - 1) * LANES);
    const size_t step = copy_a ? 1 : t->a_row, a_next = t->a_col, b_next = t->b_row;
    /* Three rows from each base: an address adds one register, once or twice. */
    const real *a0 = t->a, *a3 = a0 + 3 * step, *a6 = a0 + 6 * step, *a9 = a0 + 9 * step;
    const real *b = t->b;
    const real *soon = t->soon ? t->soon : b;
    const size_t soon_next = t->soon ? t->soon_row : 0;
    real *to_a = t->copy_a, *to_b = t->copy_b;
    vec sum[MR][TILE_VECS];

    if (t->far)
        EACH
            __builtin_prefetch(t->out + r * t->out_row + v * LANES, 1);
    if (t->fresh)
        EACH
            sum[r][v] = V_ALL((real)0);
    else
        EACH
            sum[r][v] = load(t->c + r * t->c_row, v, vecs, part, last);
#pragma GCC unroll 2
    for (size_t p = t->depth; p > 0; p--) {
        vec row[TILE_VECS];

#pragma GCC unroll 4
        for (size_t v = 0; v < vecs; v++) {
            row[v] = load(b, v, vecs, part, last);
            if (copy_b) {
                V_STORE(to_b + v * LANES, row[v]);
                __builtin_prefetch(b + AHEAD * b_next + v * LANES);
            }
        }
        b += b_next;
        if (copy_b)
            to_b += NR;
        if (!copy_b && p % LHI_SOON == 0) {
            if (t->soon_moves) {
                __builtin_prefetch(soon, 1, 2);
                __builtin_prefetch(soon + (vecs - 1) * LANES, 1, 2);
            } else {
                __builtin_prefetch(soon, 0, 2);
                __builtin_prefetch(soon + (vecs - 1) * LANES, 0, 2);
            }
            soon += soon_next;
        }
#pragma GCC unroll 12
        for (size_t r = 0; r < rows; r++) {
            const real *a = r < 3 ? a0 : r < 6 ? a3 : r < 9 ? a6 : a9;
            const vec x = V_ALL(a[r % 3 * step]);

            if (copy_a)
                V_STORE_FIRST(to_a + r, x);
#pragma GCC unroll 4
            for (size_t v = 0; v < vecs; v++)
                sum[r][v] = V_FMA(x, row[v], sum[r][v]);
        }
        if (copy_a) {
            to_a += rows;
            __builtin_prefetch(a0 + AHEAD * a_next + rows - 1);
        }
        a0 += a_next, a3 += a_next, a6 += a_next, a9 += a_next;
    }
    end(sum, rows, vecs, part, last, t);
    if (!t->move || !t->move->forget)
        EACH
            store(t->out + r * t->out_row, v, vecs, part, last, sum[r][v]);
    if (t->move)
        move(sum, rows, vecs, part, last, t);
}

/* The last vector is whole, or a part. */
#define TILE(rows, vecs)                                  \
    static void tile_##rows##_##vecs(const tiles *t)      \
    {                                                     \
        if (LANES == 1 || t->cols == vecs * LANES)        \
            tile(rows, vecs, 0, 0, 0, t);                 \
        else                                              \
            tile(rows, vecs, 0, 0, 1, t);                 \
    }

/* What copies is a full tile. */
#define FULL(name, copy_a, copy_b)                        \
    static void name(const tiles *t)                      \
    {                                                     \
        tile(MR, TILE_VECS, copy_a, copy_b, 0, t);        \
    }
FULL(copies_a, 1, 0)
FULL(copies_b, 0, 1)
FULL(copies_both, 1, 1)

/* The heights that there are, as far as MR: every other number of rows is made of them. */
#if LANES > 1
#define FROM_3(...) __VA_ARGS__
#else
#define FROM_3(...)
#endif
#if TILE_ROWS >= 4
#define FROM_4(...) __VA_ARGS__
#else
#define FROM_4(...)
#endif
#if TILE_ROWS >= 6
#define FROM_6(...) __VA_ARGS__
#else
#define FROM_6(...)
#endif
#if TILE_ROWS >= 8
#define FROM_8(...) __VA_ARGS__
#else
#define FROM_8(...)
#endif
#if TILE_ROWS >= 12
#define FROM_12(...) __VA_ARGS__
#else
#define FROM_12(...)
#endif
#define HEIGHTS(OF, vecs)                                                       \
    OF(1, vecs) OF(2, vecs) FROM_3(OF(3, vecs)) FROM_4(OF(4, vecs))             \
    FROM_6(OF(6, vecs)) FROM_8(OF(8, vecs)) FROM_12(OF(12, vecs))

#if TILE_VECS == 4
#define WIDTHS(OF) OF(1) OF(2) OF(3) OF(4)
#else
#define WIDTHS(OF) OF(1) OF(2)
#endif

#define COLUMN(vecs) HEIGHTS(TILE, vecs)
WIDTHS(COLUMN)

typedef void work(const tiles *t);

#define ENTRY(rows, vecs) [rows] = tile_##rows##_##vecs,
#define ENTRIES(vecs)     {HEIGHTS(ENTRY, vecs)},
static work *const any[][MR + 1] = {WIDTHS(ENTRIES)};
static work *const full[] = {NULL, copies_a, copies_b, copies_both};

size_t LH_T(lhi_tile_rows)(size_t left)
{
    size_t rows = left < MR ? left : MR;

    while (!any[0][rows])
        rows--;
    return rows;
}

void LH_T(lhi_tile)(size_t rows, const LH_T(lhi_tiles) *t)
{
    const size_t vecs = (t->cols + LANES - 1) / LANES;
    const int copies = (t->copy_a != NULL) + 2 * (t->copy_b != NULL);

    (copies ? full[copies] : any[vecs - 1][rows])(t);
}
