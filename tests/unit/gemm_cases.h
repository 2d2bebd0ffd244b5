/* gemm_cases.h -- the cases of test_gemm.c for one element type: REAL, FMA and T(name). */
/* SPDX-License-Identifier: MIT */

typedef struct T(strided) {
    const REAL *at;
    size_t row, col;
} T(strided);

typedef struct T(ends) {
    const REAL *row;
    int cut;
    const REAL *keep;
    size_t keep_row;
} T(ends);

typedef struct T(moves) {
    REAL *theta, *velocity;
    REAL rate, momentum;
    int forget;
} T(moves);

typedef struct T(variant) {
    int id; /* lhi_variant_id */
    const char *isa;
    void (*gemm)(size_t m, size_t n, size_t k, T(strided) a, T(strided) b, REAL *c, size_t ldc,
                 int fresh, const T(ends) *end, REAL *work);
    void (*plain)(size_t m, size_t n, size_t k, T(strided) a, T(strided) b, REAL *c, size_t ldc,
                  int fresh, const T(ends) *end);
    void (*over_rows)(size_t m, size_t most, size_t p, size_t q, const REAL *a, const REAL *d,
                      size_t i0, size_t i1, size_t j0, size_t j1, REAL *g, int fresh,
                      const T(moves) *move, REAL *work);
    void (*sum)(size_t m, size_t most, size_t q, const REAL *d, size_t j0, size_t j1, REAL *g,
                int fresh, REAL *work);
    size_t (*room)(size_t rows, size_t depth);
    REAL (*total)(size_t m, size_t most, const REAL *terms);
} T(variant);

/* All that this build has, .isa NULL at the end. */
static const T(variant) *T(variants)(void);

/* How many of them this CPU runs. */
static long T(sets)(void)
{
    long count = 0;

    for (const T(variant) *v = T(variants)(); v->isa; v++)
        count += lhi_variant_pick(TYPE, v->isa) == (int)v->id;
    return count;
}

static REAL T(number)(int odd)
{
    static const REAL values[] = {0, -(REAL)0, (REAL)INFINITY, -(REAL)INFINITY, (REAL)NAN,
                                  SMALLEST, -SMALLEST, LARGEST, -LARGEST, 1};

    if (odd && draw() % 16 == 0)
        return values[draw() % 10];
    return (REAL)((double)(int64_t)(draw() >> 11) * 0x1p-52 - 1);
}

static REAL *T(numbers)(size_t n, int odd)
{
    REAL *x = get((n + 1) * sizeof *x);

    for (size_t i = 0; i < n; i++)
        x[i] = T(number)(odd);
    return x;
}

/* Equal bytes; with odd values also NaN where NaN should be, whatever its payload. */
static int T(same)(const REAL *x, const REAL *y, size_t n, int odd)
{
    if (memcmp(x, y, n * sizeof *x) == 0)
        return 1;
    for (size_t i = 0; i < n; i++)
        if (memcmp(x + i, y + i, sizeof *x) != 0 && !(odd && isnan(x[i]) && isnan(y[i])))
            return 0;
    return 1;
}

/* Scratch with a mark behind it. */
static REAL *T(work)(size_t elements)
{
    REAL *work = get((elements + 8) * sizeof *work);

    memset(work, 0x5a, (elements + 8) * sizeof *work);
    return work;
}

static int T(work_done)(REAL *work, size_t elements)
{
    const char *end = (const char *)(work + elements);
    int good = 1;

    for (size_t i = 0; i < 8 * sizeof *work; i++)
        good &= end[i] == 0x5a;
    free(work);
    return good;
}

/* What a product's elements are when its chain has ended. */
static REAL T(ended)(REAL x, const T(ends) *e, size_t i, size_t j)
{
    if (e->row)
        x = x + e->row[j];
    if (e->cut)
        x = x <= 0 ? 0 : x;
    if (e->keep)
        x = e->keep[i * e->keep_row + j] == 0 ? 0 : x;
    return x;
}

/* One shape through every variant.  A and B lie in larger arrays of NaN, as they are or
 * transposed; C has `gap` elements between its rows, which must stay. */
static void T(product)(size_t m, size_t n, size_t k, int odd)
{
    const int ta = (int)(draw() % 2), tb = (int)(draw() % 2), fresh = (int)(draw() % 2);
    const size_t gap = draw() % 3 == 0 ? draw() % 9 : 0, ldc = n + gap;
    const size_t lda = (ta ? m : k) + draw() % 3, ldb = (tb ? k : n) + draw() % 3;
    const size_t size_a = (ta ? k : m) * lda, size_b = (tb ? n : k) * ldb, size_c = m * ldc + 8;
    REAL *a = T(numbers)(size_a, odd), *b = T(numbers)(size_b, odd);
    REAL *first = T(numbers)(size_c, odd), *wanted = get(size_c * sizeof *wanted);
    REAL *c = get(size_c * sizeof *c), *row = T(numbers)(n, odd), *keep = T(numbers)(size_c, odd);
    const T(strided) A = {a, ta ? 1 : lda, ta ? lda : 1}, B = {b, tb ? 1 : ldb, tb ? ldb : 1};
    const T(ends) end = {draw() % 2 ? row : NULL, draw() % 2, draw() % 2 ? keep : NULL, ldc};

    for (size_t i = 0; i < size_c; i += 1 + draw() % 4)
        keep[i] = 0;
    for (size_t i = 0; i < size_a; i++)
        if (i % lda >= (ta ? m : k))
            a[i] = (REAL)NAN;
    for (size_t i = 0; i < size_b; i++)
        if (i % ldb >= (tb ? k : n))
            b[i] = (REAL)NAN;
    memcpy(wanted, first, size_c * sizeof *c);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            REAL sum = fresh ? 0 : wanted[i * ldc + j];

            for (size_t p = 0; p < k; p++)
                sum = FMA(a[ta ? p * lda + i : i * lda + p], b[tb ? j * ldb + p : p * ldb + j],
                          sum);
            wanted[i * ldc + j] = T(ended)(sum, &end, i, j);
        }
    for (const T(variant) *v = T(variants)(); v->isa; v++) {
        REAL *work;

        if (lhi_variant_pick(TYPE, v->isa) != (int)v->id)
            continue;
        work = T(work)(v->room(m, k));
        memcpy(c, first, size_c * sizeof *c);
        v->gemm(m, n, k, A, B, c, ldc, fresh, &end, work);
        CHECK(T(same)(c, wanted, size_c, odd),
              "%s: [%zu x %zu] [%zu x %zu]%s%s, fresh %d, row %d, cut %d, keep %d, odd %d", v->isa,
              m, k, k, n, ta ? ", A transposed" : "", tb ? ", B transposed" : "", fresh,
              end.row != NULL, end.cut, end.keep != NULL, odd);
        CHECK(T(work_done)(work, v->room(m, k)), "%s: %zu %zu %zu: beyond the scratch", v->isa, m,
              n, k);
        if (m * n * k < 30000) {
            memcpy(c, first, size_c * sizeof *c);
            v->plain(m, n, k, A, B, c, ldc, fresh, &end);
            CHECK(T(same)(c, wanted, size_c, odd), "%s: plain, %zu %zu %zu", v->isa, m, n, k);
        }
        compared++;
    }
    free(a), free(b), free(first), free(wanted), free(c), free(row), free(keep);
}

static void T(products)(void)
{
    static const size_t edges[] = {1, 2, 119, 120, 121, 240, 255, 256, 257, 511, 512, 513, 1025};

    compared = 0;
    for (int i = 0; i < 2500 / THIN; i++)
        T(product)(draw() % 71, draw() % 71, draw() % 6 ? draw() % 71 : draw() % 2, i % 4 == 3);
    for (int i = 0; i < 40 / THIN; i++)
        T(product)(draw() % 301, draw() % 301, draw() % 301, i % 4 == 3);
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        T(product)(edges[i], 1 + draw() % 40, 1 + draw() % 40, 0);
        T(product)(1 + draw() % 40, edges[i], 1 + draw() % 40, 0);
        T(product)(1 + draw() % 40, 1 + draw() % 40, edges[i], 0);
        T(product)(1 + draw() % 14, edges[i], edges[(i * 5 + 3) % 13], 1);
        T(product)(edges[i], 1, edges[(i * 5 + 3) % 13], 0);
    }
    for (size_t n = 1; n <= 40; n++) /* the widths of a part of a vector */
        T(product)(25, n, 9, 0), T(product)(n, 40, 9, 0);
    CHECK(compared == (2540 / THIN + 145) * T(sets)(), "%ld compared", compared);
    printf("# %ld products compared\n", compared);
}

/* The sum by a tree whose left side is as large a power of two as it can be. */
static REAL T(tree)(const REAL *x, size_t count)
{
    size_t left = 1;

    if (count == 1)
        return *x;
    while (left * 2 < count)
        left *= 2;
    return T(tree)(x, left) + T(tree)(x + left, count - left);
}

/* Sum by shards of the products of column i of A (NULL: no product) and column j of D. */
static REAL T(by_shards)(size_t m, size_t most, const REAL *a, size_t p, const REAL *d, size_t q)
{
    const size_t S = m / 64 < 1 ? 1 : m / 64 > most ? most : m / 64;
    REAL part[64];

    for (size_t s = 0; s < S; s++) {
        const size_t end = m / S * (s + 1) + m % S * (s + 1) / S;

        part[s] = 0;
        for (size_t r = m / S * s + m % S * s / S; r < end; r++)
            part[s] = a ? FMA(a[r * p], d[r * q], part[s]) : part[s] + d[r * q];
    }
    return T(tree)(part, S);
}

static void T(batch)(size_t m, size_t p, size_t q, size_t most, int odd)
{
    REAL *a = T(numbers)(m * p, odd), *d = T(numbers)(m * q, odd);
    REAL *first = T(numbers)(p * q, odd), *wanted = get((p * q + 1) * sizeof *wanted);
    REAL *g = get((p * q + 1) * sizeof *g), *sums = get((q + 1) * sizeof *sums);
    REAL *theta = T(numbers)(p * q, odd), *velocity = T(numbers)(p * q, odd);
    REAL *x = get((p * q + 1) * sizeof *x), *y = get((p * q + 1) * sizeof *y);
    const int fresh = (int)(draw() % 2), moving = (int)(draw() % 2), fast = (int)(draw() % 2);
    const T(moves) move = {x, fast ? y : NULL, T(number)(0), T(number)(0), (int)(draw() % 2)};

    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < q; j++) {
            const REAL sum = T(by_shards)(m, most, a + i, p, d + j, q);

            wanted[i * q + j] = fresh ? sum : first[i * q + j] + sum;
        }
    for (size_t j = 0; j < q; j++) {
        const REAL sum = T(by_shards)(m, most, NULL, 0, d + j, q);

        sums[j] = fresh ? sum : first[j] + sum;
    }
    for (const T(variant) *v = T(variants)(); v->isa; v++) {
        REAL *work, total, one;

        if (lhi_variant_pick(TYPE, v->isa) != (int)v->id)
            continue;
        work = T(work)(v->room(p, m));
        memcpy(g, first, p * q * sizeof *g);
        memcpy(x, theta, p * q * sizeof *g);
        memcpy(y, velocity, p * q * sizeof *g);
        for (size_t i = 0, high; i < p; i += high) {
            high = 1 + draw() % (p - i);
            for (size_t j = 0, wide; j < q; j += wide) {
                wide = 1 + draw() % (q - j);
                v->over_rows(m, most, p, q, a, d, i, i + high, j, j + wide, g, fresh,
                             moving ? &move : NULL, work);
            }
        }
        if (moving) { /* descend() itself is held against plain code below */
            REAL *theta2 = get((p * q + 1) * sizeof *x), *velocity2 = get((p * q + 1) * sizeof *y);

            memcpy(theta2, theta, p * q * sizeof *x);
            memcpy(velocity2, velocity, p * q * sizeof *y);
            descend(v->id, theta2, wanted, fast ? velocity2 : NULL, p * q, (double)move.rate,
                    (double)move.momentum);
            CHECK(T(same)(x, theta2, p * q, odd) && T(same)(y, velocity2, p * q, odd),
                  "%s: over %zu rows, [%zu x %zu] moves, velocity %d", v->isa, m, p, q, fast);
            free(theta2), free(velocity2);
        }
        CHECK(T(same)(g, moving && move.forget ? first : wanted, p * q, odd),
              "%s: over %zu rows, [%zu x %zu], most %zu, odd %d", v->isa, m, p, q, most, odd);
        memcpy(g, first, q * sizeof *g);
        for (size_t j = 0, wide; j < q; j += wide) {
            wide = 1 + draw() % (q - j);
            v->sum(m, most, q, d, j, j + wide, g, fresh, work);
        }
        CHECK(T(same)(g, sums, q, odd), "%s: sum of %zu rows, %zu columns, most %zu, odd %d",
              v->isa, m, q, most, odd);
        total = v->total(m, most, d);
        one = T(by_shards)(m, most, NULL, 0, d, 1);
        CHECK(T(same)(&total, &one, 1, odd), "%s: total of %zu, most %zu", v->isa, m, most);
        CHECK(T(work_done)(work, v->room(p, m)), "%s: beyond the scratch", v->isa);
        compared++;
    }
    free(a), free(d), free(first), free(wanted), free(g), free(sums);
    free(theta), free(velocity), free(x), free(y);
}

static void T(batches)(void)
{
    static const size_t mosts[] = {1, 2, 3, 8, 64};
    static const size_t rows[] = {0, 1, 63, 64, 127, 128, 129, 191, 192, 511, 512, 513, 575};

    compared = 0;
    for (int k = 0; k < 5; k++) {
        for (int i = 0; i < 60 / THIN; i++)
            T(batch)(draw() % 700, 1 + draw() % 20, 1 + draw() % 20, mosts[k], i % 4 == 3);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            T(batch)(rows[i], 1 + draw() % 9, 1 + draw() % 9, mosts[k], 0);
        T(batch)(130 + draw() % 200, 95 + draw() % 100, 120 + draw() % 20, mosts[k], 0);
        T(batch)(4096 + draw() % 300, 11 + draw() % 4, 1 + draw() % 20, mosts[k], 0);
        T(batch)(200 + draw() % 200, 250 + draw() % 20, 60 + draw() % 20, mosts[k], 0);
        T(batch)(1000 + draw() % 400, 40 + draw() % 20, 130 + draw() % 20, mosts[k], 0);
        T(batch)(10 + draw() % 400, 1 + draw() % 200, 1, mosts[k], 0);
    }
    CHECK(compared == 5 * (60 / THIN + 18) * T(sets)(), "%ld compared", compared);
    printf("# %ld sums over a batch compared\n", compared);
}

static void T(steps)(void)
{
    compared = 0;
    for (size_t n = 0; n < 200; n++) {
        const int odd = n % 4 == 3;
        const double rate = (double)T(number)(0), keep = (double)T(number)(0);
        REAL *value = T(numbers)(n, odd), *grad = T(numbers)(n, odd), *vel = T(numbers)(n, odd);
        REAL *plain = get((n + 1) * sizeof *plain), *moved = get((n + 1) * sizeof *moved);
        REAL *speed = get((n + 1) * sizeof *speed);
        REAL *x = get((n + 1) * sizeof *x), *y = get((n + 1) * sizeof *y);

        for (size_t i = 0; i < n; i++) { /* volatile: each operation is rounded by itself */
            volatile REAL step = (REAL)rate * grad[i], kept = (REAL)keep * vel[i];

            plain[i] = value[i] - step;
            speed[i] = kept + grad[i];
            step = (REAL)rate * speed[i];
            moved[i] = value[i] - step;
        }
        for (const T(variant) *v = T(variants)(); v->isa; v++) {
            if (lhi_variant_pick(TYPE, v->isa) != (int)v->id)
                continue;
            memcpy(x, value, n * sizeof *x);
            descend(v->id, x, grad, NULL, n, rate, keep);
            CHECK(T(same)(x, plain, n, odd), "%s: step of %zu", v->isa, n);
            memcpy(x, value, n * sizeof *x);
            memcpy(y, vel, n * sizeof *y);
            descend(v->id, x, grad, y, n, rate, keep);
            CHECK(T(same)(x, moved, n, odd) && T(same)(y, speed, n, odd),
                  "%s: step of %zu with momentum", v->isa, n);
            compared++;
        }
        free(value), free(grad), free(vel), free(plain), free(moved), free(speed);
        free(x), free(y);
    }
    CHECK(compared == 200 * T(sets)(), "%ld compared", compared);
}

#undef REAL
#undef FMA
#undef T
#undef TYPE
#undef SMALLEST
#undef LARGEST
