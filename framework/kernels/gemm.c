/* gemm.c -- the matrix product by packed blocks and register tiles, with the plain loops' bits.
 *
 * A tile of C is loaded before and stored after each block of the depth, so each
 * element is one unbroken chain over p: blocking moves data, never a rounding. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"
#include "framework/kernels/simd.h"

#include <string.h>

enum { MR = TILE_ROWS, NR = TILE_VECS * LANES };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Panels of MR rows, depth by depth; rows beyond the edge are zero. */
static void pack_a(size_t m, size_t k, LH_T(lhi_matrix) a, real *to)
{
    for (size_t i = 0; i < m; i += MR) {
        const size_t rows = least(MR, m - i);

        for (size_t r = 0; r < MR; r++)
            for (size_t p = 0; p < k; p++)
                to[p * MR + r] = r < rows ? a.at[(i + r) * a.row + p * a.col] : 0;
        to += k * MR;
    }
}

/* Panels of NR columns, depth by depth; columns beyond the edge are zero. */
static void pack_b(size_t n, size_t k, LH_T(lhi_matrix) b, real *to)
{
    for (size_t j = 0; j < n; j += NR) {
        const size_t cols = least(NR, n - j);

        if (cols < NR)
            memset(to, 0, k * NR * sizeof *to);
        if (b.col == 1)
            for (size_t p = 0; p < k; p++)
                memcpy(to + p * NR, b.at + p * b.row + j, cols * sizeof *to);
        else
            for (size_t c = 0; c < cols; c++)
                for (size_t p = 0; p < k; p++)
                    to[p * NR + c] = b.at[p * b.row + (j + c) * b.col];
        to += k * NR;
    }
}

/* MR x NR elements of C stay in registers over the whole depth of a block. */
static void tile(size_t k, const real *a, const real *b, real *c, size_t ldc)
{
    vec sum[MR][TILE_VECS];

#pragma GCC unroll 12
    for (size_t r = 0; r < MR; r++)
#pragma GCC unroll 4
        for (size_t v = 0; v < TILE_VECS; v++)
            sum[r][v] = V_LOAD(c + r * ldc + v * LANES);
    for (size_t p = 0; p < k; p++, a += MR, b += NR) {
        vec row[TILE_VECS];

#pragma GCC unroll 4
        for (size_t v = 0; v < TILE_VECS; v++)
            row[v] = V_LOAD(b + v * LANES);
#pragma GCC unroll 12
        for (size_t r = 0; r < MR; r++) {
            const vec x = V_ALL(a[r]);

#pragma GCC unroll 4
            for (size_t v = 0; v < TILE_VECS; v++)
                sum[r][v] = V_FMA(x, row[v], sum[r][v]);
        }
    }
#pragma GCC unroll 12
    for (size_t r = 0; r < MR; r++)
#pragma GCC unroll 4
        for (size_t v = 0; v < TILE_VECS; v++)
            V_STORE(c + r * ldc + v * LANES, sum[r][v]);
}

/* A tile that hangs over the edge is worked in a full one of its own. */
static void edge_tile(size_t rows, size_t cols, size_t k, const real *a, const real *b, real *c,
                      size_t ldc)
{
    real full[MR * NR] = {0};

    for (size_t r = 0; r < rows; r++)
        memcpy(full + r * NR, c + r * ldc, cols * sizeof *c);
    tile(k, a, b, full, NR);
    for (size_t r = 0; r < rows; r++)
        memcpy(c + r * ldc, full + r * NR, cols * sizeof *c);
}

static void block(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, size_t ldc)
{
    for (size_t j = 0; j < n; j += NR)
        for (size_t i = 0; i < m; i += MR) {
            const size_t rows = least(MR, m - i), cols = least(NR, n - j);

            if (rows == MR && cols == NR)
                tile(k, a + i * k, b + j * k, c + i * ldc + j, ldc);
            else
                edge_tile(rows, cols, k, a + i * k, b + j * k, c + i * ldc + j, ldc);
        }
}

void LH_T(lhi_gemm)(size_t m, size_t n, size_t k, LH_T(lhi_matrix) a, LH_T(lhi_matrix) b,
                    real *c, size_t ldc, real *work)
{
    real *packed_b = work, *packed_a = work + (size_t)LHI_KC * LHI_NC;

    /* Packing costs more than it saves on the smallest products. */
    if (m * n * k <= 512) {
        LH_T(lhi_gemm_plain)(m, n, k, a, b, c, ldc);
        return;
    }
    for (size_t j = 0; j < n; j += LHI_NC) {
        const size_t nc = least(LHI_NC, n - j);

        for (size_t p = 0; p < k; p += LHI_KC) {
            const size_t kc = least(LHI_KC, k - p);
            LH_T(lhi_matrix) part = {b.at + p * b.row + j * b.col, b.row, b.col};

            pack_b(nc, kc, part, packed_b);
            for (size_t i = 0; i < m; i += LHI_MC) {
                const size_t mc = least(LHI_MC, m - i);

                part = (LH_T(lhi_matrix)){a.at + i * a.row + p * a.col, a.row, a.col};
                pack_a(mc, kc, part, packed_a);
                block(mc, nc, kc, packed_a, packed_b, c + i * ldc + j, ldc);
            }
        }
    }
}

void LH_T(lhi_gemm_over_rows)(size_t m, size_t most, size_t p, size_t q, const real *a,
                              const real *d, size_t i0, size_t i1, size_t j0, size_t j1,
                              real *g, real *work)
{
    const size_t shards = lhi_shard_count(m, most);
    const size_t high = least(96, LHI_TM / shards);
    real *part = work + (size_t)LHI_KC * LHI_NC + (size_t)LHI_KC * LHI_MC;

    for (size_t i = i0; i < i1; i += high)
        for (size_t j = j0; j < j1; j += LHI_TN) {
            const size_t rows = least(high, i1 - i), cols = least(LHI_TN, j1 - j);
            const size_t apart = rows * cols;

            memset(part, 0, shards * apart * sizeof *part);
            for (size_t s = 0; s < shards; s++) {
                const size_t from = lhi_cut(m, s, shards), to = lhi_cut(m, s + 1, shards);

                LH_T(lhi_gemm)(rows, cols, to - from,
                               (LH_T(lhi_matrix)){a + from * p + i, 1, p},
                               (LH_T(lhi_matrix)){d + from * q + j, q, 1}, part + s * apart, cols,
                               work);
            }
            LH_T(lhi_tree)(part, shards, apart, apart);
            for (size_t r = 0; r < rows; r++)
                for (size_t c = 0; c < cols; c++)
                    g[(i + r) * q + j + c] += part[r * cols + c];
        }
}
