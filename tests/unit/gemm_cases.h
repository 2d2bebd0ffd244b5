/* gemm_cases.h -- the cases of test_gemm.c for one variant; included once for each.
 *
 * The includer defines REAL, FMA, the suffix V and the precision of comparison: exact bits, or for
 * the wide type (WIDE 1) a few units, since it promises no bits. */
/* SPDX-License-Identifier: MIT */

#define J2(a, b) a##_##b
#define J(a, b)  J2(a, b)
#define N(name)  J(name, V)

typedef struct N(matrix) {
    const REAL *at;
    size_t row, col;
} N(matrix);

void N(lhi_gemm)(size_t m, size_t n, size_t k, N(matrix) a, N(matrix) b, REAL *c, size_t ldc,
                 REAL *work);
void N(lhi_gemm_plain)(size_t m, size_t n, size_t k, N(matrix) a, N(matrix) b, REAL *c, size_t ldc);
void N(lhi_gemm_over_rows)(size_t m, size_t shards, size_t p, size_t q, const REAL *a,
                           const REAL *d, size_t i0, size_t i1, size_t j0, size_t j1, REAL *g,
                           REAL *work);
void N(lhi_sum_over_rows)(size_t m, size_t shards, size_t q, const REAL *d, size_t j0, size_t j1,
                          REAL *g, REAL *work);
REAL N(lhi_total)(size_t m, size_t shards, const REAL *terms);

/* Equal bits, every NaN as one; in wide, equal to 16 units. */
static int N(same)(const REAL *x, const REAL *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((x[i] != x[i] && y[i] != y[i]) || (WIDE && x[i] == y[i]))
            continue;
        if (WIDE ? !(fabsl((lh_wide)(x[i] - y[i])) <= 1e-17L * (1 + fabsl((lh_wide)y[i])))
                 : memcmp(&x[i], &y[i], sizeof *x) != 0)
            return 0;
    }
    return 1;
}

/* Mostly of size 1; sometimes what is hard: zeros of both signs, subnormals, infinities, NaN. */
static void N(fill)(REAL *x, size_t n, uint64_t seed, int hard)
{
    static const double odd[] = {0.0, -0.0, 1e-310, -1e-42, 1e300, 3e38, -3e38, 1e-30};

    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = lhi_random_bits(seed, 60, 0, i);

        x[i] = (REAL)((double)(bits >> 11) * 0x1p-52 - 1);
        if (hard && bits % 16 == 0)
            x[i] = (REAL)odd[bits / 16 % 8];
        if (hard == 2 && bits % 97 == 0)
            x[i] = (REAL)(bits / 97 % 2 ? HUGE_VAL : -HUGE_VAL);
        if (hard == 2 && bits % 101 == 0)
            x[i] = (REAL)NAN;
    }
}

/* One product: how = 0 for A B, 1 for A B^T, 2 for A^T B as they lie in memory. */
static int N(one)(size_t m, size_t n, size_t k, int how, uint64_t seed, int hard)
{
    const size_t ldc = n + seed % 3, cells = m * ldc + 8;
    REAL *a = calloc(m * k + 1, sizeof *a), *b = calloc(k * n + 1, sizeof *b);
    REAL *c = calloc(cells, sizeof *c), *d = calloc(cells, sizeof *d), *e = calloc(cells, sizeof *e);
    const N(matrix) A = how == 2 ? (N(matrix)){a, 1, m} : (N(matrix)){a, k, 1};
    const N(matrix) B = how == 1 ? (N(matrix)){b, 1, k} : (N(matrix)){b, n, 1};
    int good;

    N(fill)(a, m * k, seed, hard);
    N(fill)(b, k * n, seed + 1, hard);
    N(fill)(c, cells, seed + 2, hard);
    memcpy(d, c, cells * sizeof *c);
    memcpy(e, c, cells * sizeof *c);
    N(lhi_gemm)(m, n, k, A, B, c, ldc, scratch);
    N(lhi_gemm_plain)(m, n, k, A, B, d, ldc);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t p = 0; p < k; p++)
                e[i * ldc + j] = FMA(a[i * A.row + p * A.col], b[p * B.row + j * B.col],
                                     e[i * ldc + j]);
    good = N(same)(c, e, cells) && N(same)(d, e, cells);
    free(a), free(b), free(c), free(d), free(e);
    return good;
}

static long N(products)(void)
{
    static const size_t edges[] = {0, 1, 2, 11, 12, 13, 16, 17, 31, 32, 33, 119, 120, 121, 255, 256,
                                   257};
    long cases = 0;

    for (uint64_t seed = 1; seed <= 300; seed++) {
        const size_t m = lhi_random_bits(seed, 61, 0, 0) % 71, n = lhi_random_bits(seed, 61, 0, 1) % 71;
        const size_t k = lhi_random_bits(seed, 61, 0, 2) % 71;

        for (int how = 0; how < 3; how++, cases++)
            CHECK(N(one)(m, n, k, how, seed, (int)(seed % 3)), "%zu x %zu x %zu, kind %d", m, n, k, how);
    }
    for (uint64_t seed = 1; seed <= 60; seed++) {
        const size_t m = edges[lhi_random_bits(seed, 62, 0, 0) % 17];
        const size_t n = edges[lhi_random_bits(seed, 62, 0, 1) % 17], k = edges[seed % 17];

        for (int how = 0; how < 3; how++, cases++)
            CHECK(N(one)(m, n, k, how, seed, 0), "%zu x %zu x %zu, kind %d", m, n, k, how);
    }
    CHECK(N(one)(5, 530, 40, 0, 3, 0) && N(one)(7, 1030, 300, 1, 4, 0), "more than one block");
    return cases + 2;
}

/* The definition of a sum over the batch: chains from 0 in the pieces, then the tree. */
static REAL N(by_shards)(size_t m, size_t most, const REAL *x, size_t xs, const REAL *y, size_t ys)
{
    size_t shards = m / 64;
    REAL part[64] = {0};

    shards = shards < 1 ? 1 : shards > most ? most : shards;
    for (size_t s = 0; s < shards; s++)
        for (size_t i = m / shards * s + m % shards * s / shards;
             i < m / shards * (s + 1) + m % shards * (s + 1) / shards; i++)
            part[s] = y ? FMA(x[i * xs], y[i * ys], part[s]) : part[s] + x[i * xs];
    for (size_t step = 1; step < shards; step *= 2)
        for (size_t s = 0; s + step < shards; s += 2 * step)
            part[s] += part[s + step];
    return part[0];
}

static long N(sums)(void)
{
    static const size_t rows[] = {0, 1, 63, 64, 127, 128, 129, 200, 511, 640, 1000, 4200};
    static const size_t mosts[] = {1, 2, 3, 8, 64};
    long cases = 0;

    for (size_t r = 0; r < 12; r++)
        for (size_t o = 0; o < 5; o++, cases++) {
            const size_t m = rows[r], most = mosts[o], p = 1 + r * 3, q = 1 + (r * 37 + o * 5) % 140;
            REAL *a = calloc(m * p + 1, sizeof *a), *d = calloc(m * q + 1, sizeof *d);
            REAL *g = calloc(p * q, sizeof *g), *h = calloc(p * q, sizeof *h), *w = calloc(q, sizeof *w);
            const size_t i = p / 3, j = q / 2;

            N(fill)(a, m * p, r, 1), N(fill)(d, m * q, o + 9, 0), N(fill)(g, p * q, 5, 0);
            memcpy(h, g, p * q * sizeof *g);
            /* In four tiles, as four threads would. */
            N(lhi_gemm_over_rows)(m, most, p, q, a, d, 0, i, 0, j, g, scratch);
            N(lhi_gemm_over_rows)(m, most, p, q, a, d, i, p, 0, j, g, scratch);
            N(lhi_gemm_over_rows)(m, most, p, q, a, d, 0, i, j, q, g, scratch);
            N(lhi_gemm_over_rows)(m, most, p, q, a, d, i, p, j, q, g, scratch);
            for (size_t x = 0; x < p; x++)
                for (size_t y = 0; y < q; y++)
                    h[x * q + y] += N(by_shards)(m, most, a + x, p, d + y, q);
            CHECK(N(same)(g, h, p * q), "A^T D of %zu rows, %zu shards", m, most);
            N(lhi_sum_over_rows)(m, most, q, d, 0, j, w, scratch);
            N(lhi_sum_over_rows)(m, most, q, d, j, q, w, scratch);
            for (size_t y = 0; y < q; y++) {
                const REAL sum = 0 + N(by_shards)(m, most, d + y, q, NULL, 0);

                CHECK(N(same)(&w[y], &sum, 1), "column %zu of %zu rows, %zu shards", y, m, most);
            }
            g[0] = N(lhi_total)(m, most, d);
            h[0] = N(by_shards)(m, most, d, 1, NULL, 0);
            CHECK(N(same)(g, h, 1), "total of %zu, %zu shards", m, most);
            free(a), free(d), free(g), free(h), free(w);
        }
    return cases;
}

static void N(descent)(const lhi_kernels *kernels)
{
    REAL theta[67], g[67], v[67], x[67], u[67];

    N(fill)(theta, 67, 1, 0), N(fill)(g, 67, 2, 1), N(fill)(v, 67, 3, 0);
    memcpy(x, theta, sizeof x), memcpy(u, v, sizeof u);
    for (size_t i = 0; i < 67; i++) {
        const volatile REAL moved = (REAL)0.3 * g[i]; /* NOTES 22: a product, then a difference */

        x[i] = x[i] - moved;
    }
    kernels->descend(theta, g, NULL, 67, 0.3, 0);
    CHECK(N(same)(theta, x, 67), "plain descent");
    for (size_t i = 0; i < 67; i++) {
        const volatile REAL kept = (REAL)0.9 * u[i], speed = kept + g[i], moved = (REAL)0.3 * speed;

        u[i] = speed;
        x[i] = x[i] - moved;
    }
    kernels->descend(theta, g, v, 67, 0.3, 0.9);
    CHECK(N(same)(theta, x, 67) && N(same)(v, u, 67), "descent with momentum");
}

static void N(all)(const char *name, int variant, lh_type type)
{
    const lhi_kernels *kernels = lhi_variant_kernels(variant);

    if (!kernels || lhi_variant_pick(type, lhi_variant_isa(variant)) < 0) {
        printf("# %s: this CPU cannot run it\n", name);
        return;
    }
    scratch = malloc(kernels->work_bytes);
    CHECK(N(products)() >= 1000, "%s: products", name);
    CHECK(N(sums)() >= 60, "%s: sums", name);
    N(descent)(kernels);
    free(scratch);
}

#undef J2
#undef J
#undef N
#undef V
#undef REAL
#undef FMA
#undef WIDE
