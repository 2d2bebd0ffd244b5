/* test_data.c -- data sets: the built-in one, splitting, scaling; digests and random numbers. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/base/sha256.h"
#include "framework/data/data.h"
#include "framework/system/fault.h"
#include "tests/check.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void swallow(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *quiet(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lh_on_message(c, swallow, NULL);
    return c;
}

static lh_data *open_text(lh_ctx *c, const char *text)
{
    const char *path = check_path("a.csv");

    check_write(path, text, -1);
    return lh_data_open(c, path);
}

static void wdbc(void)
{
    lh_ctx *c = quiet();
    lh_data *d = lh_data_open(c, "wdbc");
    const char *srcdir = getenv("srcdir");
    char path[500], hex[65];
    unsigned char digest[32];
    size_t size, ones = 0;
    char *bytes;

    snprintf(path, sizeof path, "%s/data/wdbc.csv", srcdir ? srcdir : ".");
    bytes = check_read(path, &size);
    lhi_sha256_of(bytes, size, digest);
    lhi_hex(digest, hex);
    free(bytes);
    if (!CHECK(lh_rows(d) == 569 && lh_cols(d) == 30, "%zu rows, %td columns: %s", lh_rows(d),
               lh_cols(d), lh_message(c)))
        return;
    CHECK(strcmp(d->digest, hex) == 0, "digest %s, of the file %s", d->digest, hex);
    CHECK(strcmp(d->name, "wdbc") == 0, "name %s", d->name);
    for (size_t i = 0; i < 569; i++)
        ones += lhi_data_label(d, i) == 1;
    CHECK(ones == 357, "%zu ones", ones);
    CHECK(lhi_table_at(d->table, 0, 0) == 17.99 && lhi_table_at(d->table, 0, 29) == 0.1189 &&
              lhi_table_at(d->table, 0, 30) == 0, "first row");
    CHECK(lhi_table_at(d->table, 568, 0) == 7.76 && lhi_table_at(d->table, 568, 29) == 0.07039,
          "last row");
    CHECK(lhi_data_label(d, 0) == 0 && lhi_data_label(d, 568) == 1, "first and last label");
    CHECK(lh_rows(lh_data_open(c, path)) == 569, "from the file: %s", lh_message(c));
    CHECK(lh_close(c) == 0, "close");
}

/* A file of n rows with three features; the last is constant, row `odd` differs. */
static void write_rows(const char *path, int n, int odd)
{
    FILE *f = fopen(path, "w");

    for (int i = 0; f && i < n; i++)
        fprintf(f, "%d.25,%g,0.1,%d\n", i, i == odd ? 1e6 : 1.0 / (i + 3), i % 2);
    if (f)
        fclose(f);
}

static int by_value(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void split(void)
{
    lh_ctx *a = quiet(), *b = quiet(), *other = quiet();
    lh_data *d = lh_data_open(a, "wdbc"), *test = lh_hold_out(d, 0.25), *e, *second;
    int seen[569] = {0}, ascending = 1, same = 1;
    uint32_t before[427], order[427];
    size_t bad = 0, drawn = 0;

    CHECK(lh_rows(d) == 427 && lh_rows(test) == 142, "%zu and %zu", lh_rows(d), lh_rows(test));
    for (size_t i = 0; i < lh_rows(d); i++)
        seen[d->row[i]]++, ascending &= !i || d->row[i] > d->row[i - 1];
    for (size_t i = 0; i < lh_rows(test); i++)
        seen[test->row[i]]++, ascending &= !i || test->row[i] > test->row[i - 1];
    for (int i = 0; i < 569; i++)
        bad += seen[i] != 1;
    CHECK(bad == 0 && ascending, "%zu rows not on one side exactly", bad);
    e = lh_hold_out(lh_data_open(b, "wdbc"), 0.25);
    CHECK(memcmp(e->row, test->row, 142 * sizeof *e->row) == 0, "equal seeds, other rows");
    other->set.seed = 2;
    e = lh_hold_out(lh_data_open(other, "wdbc"), 0.25);
    CHECK(memcmp(e->row, test->row, 142 * sizeof *e->row) != 0, "other seed, the same rows");
    memcpy(before, d->row, sizeof before);
    lhi_random_order(a->set.seed, LHI_STREAM_SPLIT, 1, order, 427);
    second = lh_hold_out(d, 0.1);
    for (size_t i = 0; i < 43; i++) /* the first 43 of the order, and no others */
        drawn += bsearch(&before[order[i]], second->row, 43, sizeof *before, by_value) != NULL;
    CHECK(drawn == 43, "%zu of 43 rows are those of the second draw", drawn);
    CHECK(lh_rows(second) == 43 && lh_rows(d) == 384, "second: %zu", lh_rows(second));
    for (size_t i = 0; i < 43; i++)
        for (size_t j = 0; j < 142; j++)
            same &= second->row[i] != test->row[j];
    CHECK(same && d->held_count == 2 && d->held[0] == 0.25 && d->held[1] == 0.1, "two parts");
    CHECK(lhi_data_prepare(second, LH_F64) == LH_OK && second->scale.mean == d->scale.mean,
          "one mean");
    CHECK(lh_rows(lh_hold_out(d, 0.1)) == 0 && lh_error(a) == LH_ESTATE, "%s", lh_message(a));
    CHECK(lh_rows(d) == 384, "a refused part took rows");
    CHECK(lhi_data_fit(d) == LH_ESTATE, "a failed context goes on");
    lh_close(a);
    lh_hold_out(e, 0.5);
    CHECK(lh_error(other) == LH_ESTATE, "a part of a part: %s", lh_message(other));
    lh_close(other);
    lh_close(b);
    for (int i = 0; i < 6; i++) {
        static const double parts[] = {0, 1, -0.5, 1e-9, 0.99999, (double)NAN};

        a = quiet();
        CHECK(lh_rows(lh_hold_out(lh_data_open(a, "wdbc"), parts[i])) == 0, "part %g", parts[i]);
        CHECK(lh_error(a) == LH_EUSAGE, "part %g: %s", parts[i], lh_message(a));
        lh_close(a);
    }
}

static void standardised(void)
{
    lh_ctx *c = quiet();
    lh_data *d, *test, *changed;
    const char *path = check_path("rows.csv");
    double X[3 * 64], y[64], mean, square;
    float Xf[3 * 2], yf[2];
    lh_wide Xw[3];
    const uint32_t order[] = {5, 3, 0};
    uint32_t odd;

    write_rows(path, 80, -1);
    d = lh_data_open(c, path);
    test = lh_hold_out(d, 0.2);
    odd = test->row[0];
    CHECK(lhi_data_prepare(d, LH_F64) == LH_OK && lhi_data_prepare(test, LH_F64) == LH_OK &&
              lhi_data_prepare(d, LH_F32) == LH_OK && lhi_data_prepare(d, LH_WIDE) == LH_OK,
          "%s", lh_message(c));
    lhi_data_gather_f64(d, NULL, 0, 64, X, y);
    for (int j = 0; j < 2; j++) {
        mean = square = 0;
        for (int i = 0; i < 64; i++)
            mean += X[i * 3 + j] / 64, square += X[i * 3 + j] * X[i * 3 + j] / 64;
        CHECK(fabs(mean) < 1e-12 && fabs(square - 1) < 1e-12, "%g, %g", mean, square);
    }
    CHECK(X[2] == 0 && X[3 * 63 + 2] == 0 && d->scale.deviation[2] == 1, "constant column: %g",
          X[2]);
    lhi_data_gather_f32(d, order, 1, 3, Xf, yf);
    CHECK(Xf[0] == (float)X[9] && Xf[5] == (float)X[2] && yf[0] == (float)y[3], "by order, f32");
    lhi_data_gather_wide(d, order, 0, 1, Xw, NULL);
    CHECK(Xw[1] == (lh_wide)X[16], "by order, wide");
    lhi_data_gather_f32(d, order, 0, 1, NULL, yf);
    CHECK(yf[0] == (float)y[5], "labels alone");

    write_rows(path, 80, (int)odd);
    changed = lh_data_open(c, path);
    test = lh_hold_out(changed, 0.2);
    CHECK(test->row[0] == odd && lhi_data_prepare(changed, LH_F64) == LH_OK, "%s", lh_message(c));
    CHECK(memcmp(changed->copy[LH_F64], d->copy[LH_F64], 64 * 3 * sizeof(double)) == 0 &&
              memcmp(changed->scale.mean, d->scale.mean, 3 * sizeof(double)) == 0,
          "a row held out reached the training rows");
    CHECK(lhi_data_prepare(test, LH_F64) == LH_OK &&
              ((double *)test->copy[LH_F64])[1] == (1e6 - d->scale.mean[1]) / d->scale.deviation[1],
          "rows held out are scaled as the training rows are");
    CHECK(lh_close(c) == 0, "close");
}

static void given_scale(void)
{
    static const double mean[] = {1, 2, 3}, deviation[] = {2, 4, 8}, zero[] = {1, 0, 1};
    lh_ctx *c = quiet();
    const char *path = check_path("rows.csv");
    lh_data *d, *test;

    write_rows(path, 10, -1);
    d = lh_data_open(c, path);
    test = lh_hold_out(d, 0.5);
    CHECK(lh_data_standardize(test, mean, deviation, 3) == LH_OK, "%s", lh_message(c));
    CHECK(lhi_data_prepare(d, LH_F64) == LH_OK, "%s", lh_message(c));
    CHECK(((double *)d->copy[LH_F64])[0] == (d->row[0] + 0.25 - 1) / 2, "not by what was given");
    CHECK(lhi_data_mean(test)[2] == 3 && lhi_data_deviation(test)[2] == 8, "both sides");
    CHECK(lh_data_standardize(d, mean, deviation, 3) == LH_ESTATE, "%s", lh_message(c));
    lh_close(c);
    for (int i = 0; i < 3; i++) {
        c = quiet();
        d = lh_data_open(c, path);
        CHECK(lh_data_standardize(d, i ? mean : NULL, i == 2 ? zero : deviation,
                                  i == 1 ? 2 : 3) == (i ? LH_EMISMATCH : LH_EUSAGE),
              "case %d: %s", i, lh_message(c));
        lh_close(c);
    }
}

static void inert(void)
{
    lh_ctx *c = quiet();
    lh_data *sets[4];
    static const double one[] = {1};

    sets[0] = lh_data_open(c, check_path("no such file"));
    sets[1] = lh_data_open(c, "wdbc");
    sets[2] = lh_hold_out(sets[0], 0.5);
    sets[3] = lh_data_open(NULL, "wdbc");
    CHECK(lh_error(c) == LH_ENOINPUT, "%s", lh_message(c));
    for (int i = 0; i < 4; i++) {
        CHECK(sets[i] && lh_rows(sets[i]) == 0 && lh_cols(sets[i]) == 1, "set %d", i);
        CHECK(lhi_data_prepare(sets[i], LH_F32) != LH_OK, "set %d is prepared", i);
        CHECK(lh_data_standardize(sets[i], one, one, 1) != LH_OK, "set %d is scaled", i);
        CHECK(lh_rows(lh_hold_out(sets[i], 0.5)) == 0, "set %d is split", i);
        lhi_data_gather_f32(sets[i], NULL, 0, 0, NULL, NULL);
    }
    CHECK(lh_rows(lh_hold_out(NULL, 0.5)) == 0 && lh_rows(NULL) == 0, "NULL");
    lh_close(c);
    c = quiet();
    c->status = LH_HELP;
    CHECK(lh_rows(lh_data_open(c, "wdbc")) == 0, "data in help mode");
    c->status = LH_OK;
    lh_close(c);
}

static void too_large(void)
{
    lh_ctx *c = quiet();
    lh_data *d = open_text(c, "1,1e308,0\n2,1.5e308,1\n");

    CHECK(lhi_data_prepare(d, LH_F64) == LH_EDATA && strstr(lh_message(c), "column 2"), "%s",
          lh_message(c));
    lh_close(c);
    c = quiet();
    d = open_text(c, "1,0\n2,1\n1e60,1\n");
    d->rows = 2; /* as if the third were held out */
    CHECK(lhi_data_fit(d) == LH_OK && (d->rows = 3) && lhi_data_prepare(d, LH_F64) == LH_OK, "%s",
          lh_message(c));
    CHECK(lhi_data_prepare(d, LH_F32) == LH_EDATA && strstr(lh_message(c), "row 3, column 1"),
          "%s", lh_message(c));
    lh_close(c);
}

static void sha256(void)
{
    static const struct {
        const char *text, *hex;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    static char a[1000];
    unsigned char digest[32];
    char hex[65];
    lhi_sha256 s;

    for (int i = 0; i < 3; i++) {
        lhi_sha256_of(known[i].text, strlen(known[i].text), digest);
        lhi_hex(digest, hex);
        CHECK(strcmp(hex, known[i].hex) == 0, "'%s': %s", known[i].text, hex);
    }
    memset(a, 'a', sizeof a);
    lhi_sha256_begin(&s);
    for (size_t left = 1000000, n = 1; left; left -= n, n = n % 999 + 1) {
        n = n < left ? n : left;
        lhi_sha256_add(&s, a, n);
    }
    lhi_sha256_end(&s, digest);
    lhi_hex(digest, hex);
    CHECK(strcmp(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0") == 0,
          "a million a: %s", hex);
    for (size_t n = 0; n < sizeof a; n++) {
        unsigned char other[32];

        a[n] = (char)(n * n >> 3);
        lhi_sha256_of(a, n, digest);
        lhi_sha256_begin(&s);
        s.plainly = 1;
        lhi_sha256_add(&s, a, n / 3);
        lhi_sha256_add(&s, a + n / 3, n - n / 3);
        lhi_sha256_end(&s, other);
        CHECK(memcmp(digest, other, sizeof digest) == 0, "%zu bytes, with the CPU and without", n);
    }
}

static void philox(void)
{
    static const uint32_t known[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1}};
    static long at[10][10];
    uint32_t out[4], order[10];
    long bad = 0;

    for (int i = 0; i < 3; i++) {
        lhi_philox(known[i], known[i] + 4, out);
        CHECK(memcmp(out, known[i] + 6, sizeof out) == 0, "vector %d: %08x", i, (unsigned)out[0]);
    }
    for (uint32_t step = 0; step < 10000; step++) {
        unsigned seen = 0;

        lhi_random_order(7, LHI_STREAM_SHUFFLE, step, order, 10);
        for (int i = 0; i < 10; i++) {
            seen |= 1u << order[i];
            at[i][order[i] % 10]++;
        }
        bad += seen != 1023;
    }
    CHECK(bad == 0, "%ld are no permutation", bad);
    for (int i = 0; i < 100; i++) /* 1000 each; 5 standard deviations are 150 */
        bad += labs(at[i / 10][i % 10] - 1000) > 150;
    CHECK(bad == 0, "%ld of 100 counts are far from 1000", bad);
}

#ifdef LHI_FAULTS
/* All that data/ does while the nth call of a kind fails; *struck: there were so many. */
static lh_status everything(const char *path, enum lhi_fault_kind kind, long nth, long *struck)
{
    lh_ctx *c;
    lh_data *d, *test;
    lh_status status;

    lhi_fault_arm(kind, nth, 1, EIO);
    c = quiet();
    d = lh_data_open(c, path);
    test = lh_hold_out(d, 0.3);
    lh_hold_out(d, 0.1);
    lhi_data_prepare(test, LH_F32);
    lhi_data_prepare(d, LH_WIDE);
    status = lh_error(c);
    *struck = lhi_fault_struck(kind);
    lhi_fault_arm(kind, 1, 0, 0);
    lh_close(c);
    return status;
}

static void faults(void)
{
    const char *path = check_path("rows.csv");
    long n, struck = 1;

    write_rows(path, 20, -1);
    for (n = 0; struck && n < 200;) {
        const lh_status s = everything(path, LHI_FAULT_ALLOC, ++n, &struck);

        CHECK(s == (struck ? LH_ENOMEM : LH_OK), "allocation %ld: status %d", n, (int)s);
    }
    CHECK(n > 12 && n < 200, "%ld allocations", n);
    for (n = 0, struck = 1; struck && n < 20;) {
        const lh_status s = everything(path, LHI_FAULT_FILE, ++n, &struck);

        CHECK(s == (!struck ? LH_OK : n == 1 ? LH_ENOINPUT : LH_EIO), "call %ld: status %d", n,
              (int)s);
    }
    CHECK(n == 7, "open, two looks at the beginning, two readings and close make %ld calls", n - 1);
}
#endif

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the built-in set is the file", wdbc},
        {"a split is a matter of the seed, and complete", split},
        {"scaling knows the training rows alone", standardised},
        {"a checkpoint's scaling takes the place of our own", given_scale},
        {"after an error data sets are inert", inert},
        {"values too large are refused, not made infinite", too_large},
        {"SHA-256 gives the known answers", sha256},
        {"Philox gives the known answers, orders are uniform", philox},
#ifdef LHI_FAULTS
        {"every failing call is an error and nothing else", faults},
#endif
        {NULL, NULL}};

    return check_main(argc, argv, "data", tests);
}
