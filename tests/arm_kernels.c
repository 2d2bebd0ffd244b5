/* arm_kernels.c -- the kernels of one type on another machine: products, and digests to compare.
 *
 * tests/arm.sh compiles it with -DLHI_TYPE and -DLHI_VARIANT for AArch64 and for the machine
 * that it runs on.  A line for each function and kernel: two machines agree when all lines do. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"
#include "tests/draw.h"

#include <longhand/op/math.h>

#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 100003, MOST = 64 };

extern const lhi_kernels LH_T(lhi_kernels);

static uint64_t state;
static long wrong;

static uint64_t draw(void)
{
    return draw_from(&state);
}

/* Scratch is given as the library gives it, at the beginning of a cache line. */
static real *get(size_t count)
{
    real *x = aligned_alloc(64, (count * sizeof *x + 64) / 64 * 64);

    if (!x) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
    return x;
}

static real *numbers(size_t count)
{
    real *x = get(count);

    for (size_t i = 0; i < count; i++)
        x[i] = (real)((double)(int64_t)(draw() >> 11) * 0x1p-52 - 1);
    return x;
}

/* FNV-1a over words; NaNs differ between machines and are one. */
static uint64_t digest(uint64_t d, const real *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t w = x[i] == x[i] ? k_word(x[i]) : 0x7ff8;

        for (int k = 0; k < 8; k++, w >>= 8)
            d = (d ^ (w & 0xff)) * 0x100000001b3u;
    }
    return d;
}

static const uint64_t none = 0xcbf29ce484222325u;

static void say(const char *name, uint64_t d)
{
    printf("f%d %-10s %016llx\n", LHI_TYPE, name, (unsigned long long)d);
}

/* ---- functions ---- */

/* tests/unit/math_arrays.c, in this variant. */
#define ARRAY(name) void LH_T(name)(const real *x, real *y, size_t n);
ARRAY(exp)
ARRAY(log)
ARRAY(log1p)
ARRAY(sigmoid)
ARRAY(tanh)
ARRAY(erf)
ARRAY(sqrt)

/* Numbers of every exponent, and some where the functions are neither 0, 1 nor infinite. */
static real argument(size_t i, real reach)
{
    const uint64_t bits = draw();
    const real x = k_real((k_bits)(bits >> (LHI_TYPE == 32 ? 32 : 0)));

    return i % 3 == 0 ? x : reach * (real)((double)(int64_t)bits * 0x1p-63);
}

static void functions(void)
{
    static const struct {
        const char *name;
        void (*over)(const real *x, real *y, size_t count);
        real reach;
    } all[] = {{"exp", LH_T(exp), K_EXP_LOW}, {"log", LH_T(log), 16}, {"log1p", LH_T(log1p), 2},
               {"sigmoid", LH_T(sigmoid), K_EXP_LOW}, {"tanh", LH_T(tanh), 20},
               {"erf", LH_T(erf), 4}, {"sqrt", LH_T(sqrt), 16}};
    real *x = get(COUNT), *y = get(COUNT);

    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        state = k + 1;
        for (size_t i = 0; i < COUNT; i++)
            x[i] = argument(i, all[k].reach);
        all[k].over(x, y, COUNT);
        say(all[k].name, digest(none, y, COUNT));
    }
    free(x), free(y);
}

/* ---- kernels ---- */

static void compare(const char *what, const real *got, const real *wanted, size_t count, size_t m,
                    size_t n, size_t k)
{
    if (memcmp(got, wanted, count * sizeof *got) == 0)
        return;
    wrong++;
    fprintf(stderr, "f%d %s [%zu x %zu x %zu]: other bits\n", LHI_TYPE, what, m, n, k);
}

/* C += A B with any of them transposed, against three loops; C has a gap between its rows. */
static uint64_t product(uint64_t d, size_t m, size_t n, size_t k, real *work)
{
    const size_t ldc = n + draw() % 5, ta = draw() % 2, tb = draw() % 2;
    real *a = numbers(m * k), *b = numbers(k * n), *c = numbers(m * ldc), *wanted = get(m * ldc);
    const LH_T(lhi_matrix) A = {a, ta ? 1 : k, ta ? m : 1}, B = {b, tb ? 1 : n, tb ? k : 1};

    memcpy(wanted, c, m * ldc * sizeof *c);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t p = 0; p < k; p++)
                wanted[i * ldc + j] = R_FMA(a[i * A.row + p * A.col], b[p * B.row + j * B.col],
                                            wanted[i * ldc + j]);
    LH_T(lhi_gemm)(m, n, k, A, B, c, ldc, 0, NULL, work);
    compare("product", c, wanted, m * ldc, m, n, k);
    d = digest(d, c, m * ldc);
    free(a), free(b), free(c), free(wanted);
    return d;
}

static real tree(const real *x, size_t count)
{
    size_t left = 1;

    if (count == 1)
        return *x;
    while (left * 2 < count)
        left *= 2;
    return tree(x, left) + tree(x + left, count - left);
}

/* G += A^T D over m rows by shards, tile by tile, against the chains and the tree. */
static uint64_t batch(uint64_t d, size_t m, size_t most, size_t p, size_t q, real *work)
{
    const size_t shards = lhi_shard_count(m, most);
    real *a = numbers(m * p), *dz = numbers(m * q), *g = numbers(p * q), *wanted = get(p * q);

    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < q; j++) {
            real part[MOST] = {0};

            for (size_t s = 0; s < shards; s++)
                for (size_t r = lhi_cut(m, s, shards); r < lhi_cut(m, s + 1, shards); r++)
                    part[s] = R_FMA(a[r * p + i], dz[r * q + j], part[s]);
            wanted[i * q + j] = g[i * q + j] + tree(part, shards);
        }
    for (size_t i = 0, high; i < p; i += high) {
        high = 1 + draw() % (p - i);
        for (size_t j = 0, wide; j < q; j += wide) {
            wide = 1 + draw() % (q - j);
            LH_T(lhi_gemm_over_rows)(m, most, p, q, a, dz, i, i + high, j, j + wide, g, 0, NULL,
                                     work);
        }
    }
    compare("sum over rows", g, wanted, p * q, m, p, q);
    d = digest(d, g, p * q);
    free(a), free(dz), free(g), free(wanted);
    return d;
}

static void kernels(void)
{
    static const size_t edges[] = {1, 2, 119, 120, 121, 240, 255, 256, 257, 511, 512, 513, 1025};
    static const size_t mosts[] = {1, 2, 3, 8, MOST};
    const size_t elements = LH_T(lhi_gemm_work)(8192, 8192); /* more there never is */
    real *work = get(elements);
    uint64_t d = none;
    long count = 0;

    state = 1;
    for (int i = 0; i < 606; i++, count++) {
        const size_t most = i < 600 ? 71 : 301;
        /* One draw a statement: C leaves the order of arguments open. */
        const size_t m = draw() % most, n = draw() % most, k = draw() % most;

        d = product(d, m, n, k, work);
    }
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++, count += 3) {
        const size_t few = 1 + draw() % 40, some = 1 + draw() % 40;

        d = product(d, edges[i], few, some, work);
        d = product(d, few, edges[i], some, work);
        d = product(d, few, some, edges[i], work);
    }
    say("products", d);
    d = none;
    for (size_t i = 0; i < 105; i++, count++) {
        const size_t m = i < 100 ? draw() % 700 : 130 + draw() % 200;
        const size_t p = i < 100 ? 1 + draw() % 20 : 95 + draw() % 20;
        const size_t q = i < 100 ? 1 + draw() % 20 : 120 + draw() % 20;

        d = batch(d, m, mosts[i % 5], p, q, work);
    }
    say("sums", d);
    printf("f%d compared   %ld, %ld wrong\n", LHI_TYPE, count, wrong);
    free(work);
}

int main(void)
{
    functions();
    kernels();
    return wrong != 0;
}
