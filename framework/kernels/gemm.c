/* gemm.c -- the matrix product by blocks and register tiles, with the plain loops' bits.
 *
 * A tile of C is loaded before and stored after each block of the depth, so each
 * element is one unbroken chain over p: blocking moves data, never a rounding. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/tile.h"

enum {
    KC = 512,        /* depth of a block: a panel of B stays in the first cache or near it */
    MC = 30 * MR,    /* rows of a block of A, which stays in the second cache */
    WHOLE = 2 * KC,  /* so many rows of a batch still make one panel */
    NARROW = 2 * NR, /* rows of B no longer than this lie close enough as they are */
    FAR = 8192       /* elements of C that the first cache has room for */
};

typedef LH_T(lhi_tiles) tiles;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Room for a block of A^T, packed. */
static size_t block_of_a(size_t rows, size_t depth)
{
    return (least(rows, MC) + MR) * least(depth, KC);
}

/* Levels of the tree over the shards of k rows. */
static size_t levels_of(size_t k)
{
    size_t levels = 1;

    for (size_t shards = lhi_shard_count(k, LHI_MOST_SHARDS); shards > 1; shards /= 2)
        levels++;
    return levels;
}

size_t LH_T(lhi_gemm_work)(size_t m, size_t k)
{
    /* a panel of B, a block of A, and the partial sums of a column of tiles */
    return NR * (least(k, WHOLE) + LANES) + block_of_a(m, k) + levels_of(k) * least(m, MC) * NR;
}

/* LANES rows of a matrix, `apart` from one to the next, transposed: lane i of each vector
 * is row i.  What is beyond the given rows and columns is 0. */
static inline __attribute__((always_inline)) void
load_across(vec *block, const real *s, size_t apart, size_t rows, size_t cols)
{
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        block[i] = i >= rows        ? V_ALL((real)0)
                   : cols >= LANES ? V_LOAD(s + i * apart)
                                   : V_LOAD_PART(s + i * apart, V_PART(cols));
    v_transpose(block);
}

/* A panel of B = S^T, whose columns lie in one piece: NR columns side by side. */
static void pack_across(size_t depth, size_t cols, const real *s, size_t apart, real *to)
{
    for (size_t j = 0; j < cols; j += LANES)
        for (size_t p = 0; p < depth; p += LANES) {
            const size_t deep = least(LANES, depth - p);
            vec block[LANES];

            load_across(block, s + j * apart + p, apart, cols - j, deep);
            for (size_t q = 0; q < deep; q++)
                V_STORE(to + (p + q) * NR + j, block[q]);
        }
}

/* c[i] = the end of the chain over row i of A times b.  LANES rows go side by side: a
 * block of A is transposed in registers, so that a lane follows one row.  The ending's
 * row is one element for all, or as long as c. */
static void times_vector(size_t m, size_t k, const real *a, size_t apart, const real *b,
                         size_t b_row, real *c, int fresh, const LH_T(lhi_ending) *end,
                         int long_row)
{
    for (size_t i = 0; i < m; i += LANES) {
        const size_t rows = least(LANES, m - i);
        const vpart part = V_PART(rows);
        vec sum = fresh ? V_ALL((real)0) : V_LOAD_PART(c + i, part);

        for (size_t p = 0; p < k; p += LANES) {
            const size_t deep = least(LANES, k - p);
            vec block[LANES];

            load_across(block, a + i * apart + p, apart, rows, deep);
            for (size_t q = 0; q < deep; q++)
                sum = V_FMA(block[q], V_ALL(b[(p + q) * b_row]), sum);
        }
        if (end && end->row)
            sum = V_ADD(sum, long_row ? V_LOAD_PART(end->row + i, part) : V_ALL(end->row[0]));
        if (end && end->cut)
            sum = V_CUT(sum);
        if (end && end->keep)
            sum = V_KEEP(V_LOAD_PART(end->keep + i, part), sum);
        V_STORE_PART(c + i, part, sum);
    }
}

/* Each tile of a column fetches a part of the next panel of B, as many rows as its depth
 * has room for. */
static const real *soon_of(const LH_T(lhi_matrix) *b, size_t p, size_t depth, size_t j, size_t n,
                           size_t row)
{
    const size_t first = row / MR * (depth / LHI_SOON);

    return j + NR <= n && first < depth ? b->at + (p + first) * b->row + j : NULL;
}

void LH_T(lhi_gemm)(size_t m, size_t n, size_t k, LH_T(lhi_matrix) a, LH_T(lhi_matrix) b,
                    real *c, size_t ldc, int fresh, const LH_T(lhi_ending) *end, real *work)
{
    const int across = b.col != 1 && n > 1;
    real *panel = work;
    tiles t = {.a_row = a.row, .a_col = a.col, .c_row = ldc, .out_row = ldc};

    if (n == 1 && ldc == 1 && a.col == 1 && !(end && end->keep && end->keep_row != 1)) {
        times_vector(m, k, a.at, a.row, b.at, b.row, c, fresh, end, 0);
        return;
    }
    if (m == 1 && across) {
        times_vector(n, k, b.at, b.col, a.at, a.col, c, fresh, end, 1);
        return;
    }
    for (size_t i0 = 0; i0 < m; i0 += MC)
        for (size_t p = 0, depth; p == 0 || p < k; p += depth ? depth : 1) {
            const size_t i1 = least(m, i0 + MC);
            const int copy_b = !across && i1 - i0 > MR && b.row > NARROW;

            depth = least(KC, k - p);
            t.depth = depth;
            t.fresh = fresh && p == 0;
            for (size_t j = 0; j < n; j += NR) {
                const int copy = copy_b && n - j >= NR;

                t.cols = least(NR, n - j);
                if (across)
                    pack_across(depth, t.cols, b.at + p + j * b.col, b.col, panel);
                for (size_t i = i0, rows; i < i1; i += rows) {
                    const int first = i == i0;

                    rows = LH_T(lhi_tile_rows)(i1 - i);
                    t.a = a.at + i * a.row + p * a.col;
                    t.b = across || (copy && !first) ? panel : b.at + p * b.row + j;
                    t.b_row = t.b == panel ? NR : b.row;
                    t.copy_b = copy && first ? panel : NULL;
                    t.soon = copy_b ? soon_of(&b, p, depth, j + NR, n, i - i0) : NULL;
                    t.soon_row = b.row;
                    t.far = t.fresh && m * n > FAR;
                    t.c = t.out = c + i * ldc + j;
                    if (end && p + depth >= k) {
                        t.row = end->row ? end->row + j : NULL;
                        t.cut = end->cut;
                        t.keep = end->keep ? end->keep + i * end->keep_row + j : NULL;
                        t.keep_row = end->keep_row;
                    }
                    LH_T(lhi_tile)(rows, &t);
                }
                t.row = t.keep = NULL;
                t.cut = 0;
            }
        }
}

/* A sum over the rows of a batch: some rows of G = A^T D, one panel of columns. */
typedef struct column {
    size_t m, shards;
    size_t cut[LHI_MOST_SHARDS + 1];
    const real *a, *d;          /* row r of the batch at a + r a_next and d + r d_next */
    size_t a_next, d_next;
    real *panel, *packed;       /* where D's panel and A's rows are copied, or NULL */
    int packed_before;          /* by the panel to the left */
    real *level;                /* partial sums, `apart` from one level to the next */
    size_t apart;
    real *g;
    size_t g_row, cols;
    int fresh;
    const LH_T(lhi_move) *move;
    size_t move_at;             /* of g in the whole array */
} column;

/* Rows from..to-1 of one shard, for the tile that begins at row `at` of the block.  The
 * partial sums of the tree stand like the digits of a binary number: shard s meets those
 * of its trailing ones, and the last shard meets all that are there.  A tile of fewer
 * than MR rows, one in a column, reads A where it lies. */
static void add_shard(const column *s, size_t shard, size_t from, size_t to, size_t at, size_t rows)
{
    const int begins = from == s->cut[shard];
    const int ends = to == s->cut[shard + 1], last = shard + 1 == s->shards;
    const size_t row = s->m <= WHOLE ? from : 0; /* in the panel */
    real *copy = s->packed && rows == MR ? s->packed + at * s->m + from * MR : NULL;
    const int read_copy = copy && s->packed_before, read_panel = s->panel && at > 0;
    size_t free = 0;
    tiles t = {.depth = to - from, .a_row = 1, .cols = s->cols, .fresh = begins};

    while (shard >> free & 1)
        free++;
    t.a = read_copy ? copy : s->a + at + from * s->a_next;
    t.a_col = read_copy ? MR : s->a_next;
    t.copy_a = read_copy ? NULL : copy;
    t.b = read_panel ? s->panel + row * NR : s->d + from * s->d_next;
    t.b_row = read_panel ? NR : s->d_next;
    t.copy_b = s->panel && !read_panel ? s->panel + row * NR : NULL;
    if (from / LHI_SOON < rows) { /* what will be written when all shards are there */
        t.soon = (s->move ? s->move->theta + s->move_at : s->g) + (at + from / LHI_SOON) * s->g_row;
        t.soon_row = s->g_row;
        t.soon_moves = 1;
    }
    t.c = t.out = s->level + free * s->apart + at * NR;
    t.c_row = t.out_row = NR;
    for (size_t l = 0; ends && shard >> l; l++)
        if (shard >> l & 1 && (last || l < free))
            t.level[t.levels++] = s->level + l * s->apart + at * NR;
    if (ends && last) {
        t.out = s->g + at * s->g_row;
        t.out_row = s->g_row;
        t.plus = s->fresh ? NULL : t.out;
        t.plus_row = s->g_row;
        t.move = s->move;
        t.move_at = s->move_at + at * s->g_row;
    }
    LH_T(lhi_tile)(rows, &t);
}

/* A column of tiles, `height` rows.  While a panel of D can be kept whole a tile is done
 * shard after shard; of a larger batch each piece serves all tiles before the next. */
static void add_column(const column *s, size_t height)
{
    const int whole = s->m <= WHOLE;

    for (size_t i = 0, rows; i < (whole ? height : 1); i += rows) {
        rows = LH_T(lhi_tile_rows)(height - i);
        for (size_t shard = 0; shard < s->shards; shard++) {
            const size_t past = s->cut[shard + 1];
            size_t from = s->cut[shard], to;

            do {
                to = from + least(KC, past - from);
                if (whole)
                    add_shard(s, shard, from, to, i, rows);
                else
                    for (size_t at = 0, high; at < height; at += high) {
                        high = LH_T(lhi_tile_rows)(height - at);
                        add_shard(s, shard, from, to, at, high);
                    }
                from = to;
            } while (from < past);
        }
    }
}

/* G += A'^T D, where row r of A' begins at a + r a_next. */
static void over_rows(size_t m, size_t most, const real *a, size_t a_next, const real *d,
                      size_t q, size_t i0, size_t i1, size_t j0, size_t j1, real *g, int fresh,
                      const LH_T(lhi_move) *move, real *work)
{
    const size_t room = block_of_a(i1 - i0, m);
    const size_t high = m <= KC ? MC : room / m < MR ? MR : room / m / MR * MR;
    real *panel = work, *level = panel + NR * (least(m, WHOLE) + LANES);
    column s;

    s.m = m;
    s.shards = lhi_shard_count(m, most);
    s.a_next = a_next;
    s.d_next = q;
    s.level = level;
    s.g_row = q;
    s.fresh = fresh;
    s.move = move;

    for (size_t shard = 0; shard <= s.shards; shard++)
        s.cut[shard] = lhi_cut(m, shard, s.shards);
    for (size_t i = i0; i < i1; i += high) {
        const size_t height = least(high, i1 - i);
        real *packed = level + levels_of(m) * height * NR;

        s.a = a + i;
        s.apart = height * NR;
        s.packed = j1 - j0 > 4 * NR && height * m <= room ? packed : NULL;
        for (size_t j = j0; j < j1; j += NR) {
            s.d = d + j;
            s.move_at = i * q + j;
            s.g = g + s.move_at;
            s.cols = least(NR, j1 - j);
            s.panel = height > MR && q > NARROW && s.cols == NR ? panel : NULL;
            s.packed_before = j > j0;
            add_column(&s, height);
        }
    }
}

void LH_T(lhi_gemm_over_rows)(size_t m, size_t most, size_t p, size_t q, const real *a,
                              const real *d, size_t i0, size_t i1, size_t j0, size_t j1,
                              real *g, int fresh, const LH_T(lhi_move) *move, real *work)
{
    /* One column is the row (D^T A), whose elements lie side by side. */
    if (q == 1 && j1 == 1)
        over_rows(m, most, d, 1, a, p, 0, 1, i0, i1, g, fresh, move, work);
    else
        over_rows(m, most, a, p, d, q, i0, i1, j0, j1, g, fresh, move, work);
}

void LH_T(lhi_sum_over_rows)(size_t m, size_t most, size_t q, const real *d, size_t j0,
                             size_t j1, real *g, int fresh, real *work)
{
    static const real one[1] = {1};

    /* fma(1, d, sum) is sum + d. */
    over_rows(m, most, one, 0, d, q, 0, 1, j0, j1, g, fresh, NULL, work);
}
