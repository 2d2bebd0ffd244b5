/* test_table.c -- files as they come: dialects, texts, packed ones, large ones on any threads. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"
#include "framework/base/rng.h"
#include "framework/base/sha256.h"
#include "framework/data/table.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void swallow(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *quiet(int threads)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    char text[40];

    snprintf(text, sizeof text, "%d", threads);
    lh_opt_set(c, "threads", text);
    lh_on_message(c, swallow, NULL);
    return c;
}

static lhi_table read_as(lh_ctx *c, const char *name, lh_type keep)
{
    lhi_table t = {.rows = 0};

    lhi_table_read(c, check_path(name), keep, LHI_CELLS_LOOSE, &t);
    return t;
}

/* What reading a text says, "" when nothing is wrong. */
static const char *refusal(const char *text)
{
    static char message[3000];
    lh_ctx *c = quiet(1);

    check_write(check_path("a.csv"), text, -1);
    read_as(c, "a.csv", LH_F64);
    snprintf(message, sizeof message, "%s", lh_message(c));
    lh_close(c);
    return message;
}

static int same(double x, double y)
{
    return x == y || (isnan(x) && isnan(y));
}

/* Texts of one table in several dialects. */
static void dialects(void)
{
    static const char *const texts[] = {
        "\"\",\"x\",\"k\",\"y\"\n\"1\",1.5,\"b\",0\n\"2\",NA,\"a\",1\n\"3\",-2,\"b\",1\n",
        "\"\";\"x\";\"k\";\"y\"\n\"1\";1,5;\"b\";0\n\"2\";NA;\"a\";1\n\"3\";-2;\"b\";1\n",
        "\tx\tk\ty\r\n1\t1.5\tb\t0\r\n2\t\ta\t1\r\n3\t-2\tb\t1\r\n\r\n",
        "\xef\xbb\xbf# made by hand\n,x,k,y\n1,1.5,b,0\n2,nan,a,1\n3,-2,b,1",
        "|x|k|y\n1|1.5|b|0\n2|?|a|1\n3|-2|b|1\n",
    };
    static const double want[3][4] = {{1, 1.5, 1, 0}, {2, NAN, 0, 1}, {3, -2, 1, 1}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lh_ctx *c = quiet(1);
        lhi_table t;

        check_write(check_path("a.csv"), texts[i], -1);
        t = read_as(c, "a.csv", i % 2 ? LH_F32 : LH_F64);
        if (CHECK(t.rows == 3 && t.cols == 4, "file %zu: %s", i, lh_message(c))) {
            for (size_t k = 0; k < 12; k++)
                CHECK(same(lhi_table_at(&t, k / 4, k % 4), want[k / 4][k % 4]), "file %zu, %zu", i,
                      k);
            CHECK(t.column[0].counts && strcmp(t.column[2].name, "k") == 0 &&
                      t.column[2].values == 2 && strcmp(t.column[2].value[0], "a") == 0,
                  "file %zu: columns", i);
            CHECK(t.column[1].missing == 1 && t.column[1].missing_at == t.first_line + 1,
                  "file %zu: line %zu", i, t.column[1].missing_at);
        }
        lh_close(c);
    }
}

/* A column is text when most of its filled cells are no numbers; else these are bad cells. */
static void shares(void)
{
    static const struct {
        const char *text, *message; /* "": it is read */
    } cases[] = {
        {"k,y\na,0\nb,1\n3,1\n", ""},
        {"k,y\na,0\n2,1\n", "line 2, column 1 'k': 'a' is text"},
        {"k,y\n1,0\nb,1\n3,1\n", "line 3, column 1 'k': 'b' is text"},
        {"k,y\n1,0\nb,1\nNA,1\nNA,1\nc,1\n", ""},
        {"k,y\n1,0\nb,1\nNA,1\nNA,1\nNA,1\n", "line 3, column 1 'k': 'b' is text"},
        {"k,m,y\n1,2,0\n1,x,1\nb,2,1\n1,2,1\n", "line 3, column 2 'm': 'x' is text"},
        {"k,m,y\n1,2,0\n1,2,1\nx,2,1\n1,2\n", "line 4, column 1 'k': 'x' is text"},
        {"k,m,y\n1,2,0\n1,2,1\n1,2\nx,2,1\n", "line 4 has 2 cells, line 2 has 3"},
        {"k,y\n1,0\ninf,1\n2,0\n", "line 3, column 1 'k': 'inf' is not finite"},
        {"k,y\n1,0\n1e999,1\n2,0\n", "'1e999' is too large"},
        {"k,y\ninf,0\nb,1\nc,0\n", ""},
        {"1,5;2,5;0\n3;4.5;1\n4;5;6\n", "line 1, column 1: '1,5' is text"},
        {"k,y\n12%,0\n5,1\n3,0\n", "'12%' has a percent sign"},
        {"\"a\nb\",y\n\"x\n\n\",0\n\"y\n\",0\n\"z\",0\n\"z,1\n",
         "line 9, column 1 'a?b': '\"z,1' has a double quote that is not closed"},
        {"a,y\n\"x\n\n\",1\ny,2\nz,q\nw,3\n", "line 6, column 2 'y': 'q' is text"},
        {"a,y\n\"x\n\n\",0\ny,0\nz,3,0\n", "line 6 has 3 cells, line 2 has 2"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *message = refusal(cases[i].text);

        CHECK(*cases[i].message ? strstr(message, cases[i].message) != NULL : !*message,
              "%s: no \"%s\" in \"%s\"", cases[i].text, cases[i].message, message);
    }
}

/* Quotes doubled, marks and newlines within quotes, what is not UTF-8, texts that are alike. */
static void quoted(void)
{
    static const char text[] = "\"a \"\"b\"\"\",k\n1,\"x,\"\"y\"\"\"\n2,\"two\nlines\"\n"
                               "3,inches 5\"\n4,\" x,\"\"y\"\" \"\n5,\xe9\n6,\n";
    static const char *const want[] = {"?", "inches 5\"", "two\nlines", "x,\"y\""};
    lh_ctx *c = quiet(1);
    lhi_table t;

    check_write(check_path("a.csv"), text, -1);
    t = read_as(c, "a.csv", LH_F64);
    if (CHECK(t.rows == 6 && t.column[1].values == 4, "%s", lh_message(c))) {
        CHECK(strcmp(t.column[0].name, "a \"b\"") == 0, "%s", t.column[0].name);
        for (size_t i = 0; i < 4; i++)
            CHECK(strcmp(t.column[1].value[i], want[i]) == 0, "%zu: %s", i, t.column[1].value[i]);
        CHECK(lhi_table_at(&t, 0, 1) == lhi_table_at(&t, 3, 1) && t.column[1].missing_at == 8,
              "line %zu", t.column[1].missing_at);
    }
    lh_close(c);
}

static void remember(void *arg, const char *text)
{
    snprintf(arg, 3000, "%s", text);
}

/* A column of numbers that are texts by what stands in them has a warning. */
static void disguised(void)
{
    static const char *const cells[][3] = {{"12%", "9%", "has a percent sign"},
                                           {"\"1,234\"", "\"7,001\"", "marks between its digits"},
                                           {"1.5D+00", "2D1", "as Fortran writes it"},
                                           {"\xe2\x88\x92" "3", "\xe2\x88\x92" "4", "U+2212"},
                                           {"big", "small", ""}};

    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char text[200], message[3000] = "";
        lh_ctx *c = lh_open(0, NULL, "test");

        lh_on_message(c, remember, message);
        snprintf(text, sizeof text, "p,y\n%s,0\n%s,1\n%s,1\n", cells[i][0], cells[i][1],
                 cells[i][0]);
        check_write(check_path("a.csv"), text, -1);
        CHECK(read_as(c, "a.csv", LH_F64).rows == 3, "%s", lh_message(c));
        CHECK(*cells[i][2] ? strstr(message, "column 1 'p' is read as text") &&
                                 strstr(message, cells[i][2])
                           : !*message,
              "%s: %s", text, message);
        lh_close(c);
    }
}

/* Damaged files: with texts, quotes and missing cells allowed, on two threads. */
static void fuzz(void)
{
    static const char bytes[] = "0123456789,,;;\n\n\r\"\"\"\" .-+eExXnNaA?#\t|\xff\xef";
    static const char *const seeds[] = {("\"\",\"a\",\"k\"\n\"1\",NA,\"b\"\n"
                                         "\"2\",4,\"c \"\"d\"\"\"\n"),
                                        "# x\na;b;y\n1,5;u;0\n3;v;1\n2;u;1\n",
                                        "a\tb\r\n1\t\r\n2\tx\r\n"};
    long read = 0, bad = 0;

    for (uint32_t run = 0; run < 6000; run++) {
        char text[80];
        size_t size = strlen(strcpy(text, seeds[run % 3]));
        lh_ctx *c = quiet(2);
        lhi_table t;

        for (uint64_t k = 0; k < 1 + run % 5; k++) {
            const uint64_t r = lhi_random_bits(4, LHI_STREAM_SPLIT, run, k);

            text[r % size] = bytes[(r >> 32) % (sizeof bytes - 1)];
        }
        check_write(check_path("a.csv"), text, (long)size);
        t = read_as(c, "a.csv", run % 2 ? LH_F32 : LH_F64);
        read += lh_error(c) == LH_OK;
        bad += lh_error(c) != LH_OK && lh_error(c) != LH_EDATA;
        for (size_t j = 0; lh_error(c) == LH_OK && j < t.cols; j++)
            for (size_t i = 0; i < t.rows; i++) {
                const double x = lhi_table_at(&t, i, j);

                bad += t.column[j].text && !isnan(x) && !(x >= 0 && x < (double)t.column[j].values);
            }
        lh_close(c);
    }
    CHECK(bad == 0 && read > 500 && read < 5500, "%ld were read, %ld are odd", read, bad);
}

enum { ROWS = 60000, CLASSES = 700 };

/* Several pieces and batches; the texts of column 2 first show in row `late`. */
static void write_large(const char *name, int late)
{
    FILE *f = fopen(check_path(name), "w");

    fprintf(f, "\"\",\"x\",\"k\",\"z\",\"y\"\n");
    for (uint32_t i = 0; i < ROWS; i++) {
        const uint64_t r = lhi_random_bits(5, LHI_STREAM_SPLIT, i, 0);
        char text[40], x[40] = "NA";

        snprintf(text, sizeof text, i % 5 == 0 ? "\"a,%d\n\"" : "\"a%d\"", (int)(r % CLASSES));
        if (i < (uint32_t)late)
            snprintf(text, sizeof text, "%d", (int)(r % CLASSES));
        if (r % 97)
            snprintf(x, sizeof x, "%.17g", (double)(r >> 11) * 0x1p-53);
        fprintf(f, "\"%u\",%s,%s,%d,%d\n", i + 1, x, text, (int)(r % 100000), (int)(r % 2));
    }
    fclose(f);
}

static int equal(const lhi_table *a, const lhi_table *b)
{
    int held = a->rows == b->rows && a->cols == b->cols && !strcmp(a->digest, b->digest);

    for (size_t k = 0; held && k < a->rows * a->cols; k++)
        held = same(lhi_table_at(a, k / a->cols, k % a->cols),
                    lhi_table_at(b, k / a->cols, k % a->cols));
    for (size_t j = 0; held && j < a->cols; j++) {
        held = a->column[j].values == b->column[j].values &&
               a->column[j].missing == b->column[j].missing &&
               a->column[j].missing_at == b->column[j].missing_at;
        for (size_t i = 0; held && i < a->column[j].values; i++)
            held = strcmp(a->column[j].value[i], b->column[j].value[i]) == 0;
    }
    return held;
}

static void check_large(const lhi_table *t)
{
    long bad = 0;

    for (uint32_t i = 0; i < ROWS; i++) {
        const uint64_t r = lhi_random_bits(5, LHI_STREAM_SPLIT, i, 0);
        const double x = lhi_table_at(t, i, 1), k = lhi_table_at(t, i, 2);
        const char *text = t->column[2].value[(size_t)k];

        bad += !same(x, r % 97 ? (double)(r >> 11) * 0x1p-53 : (double)NAN);
        bad += strtol(text + strcspn(text, "0123456789"), NULL, 10) != (long)(r % CLASSES);
        bad += lhi_table_at(t, i, 3) != (double)(r % 100000);
    }
    CHECK(bad == 0, "%ld cells are wrong", bad);
    for (size_t i = 1; i < t->column[2].values; i++)
        bad += strcmp(t->column[2].value[i - 1], t->column[2].value[i]) >= 0;
    CHECK(bad == 0 && t->column[2].values > CLASSES, "%zu texts", t->column[2].values);
}

static void large(void)
{
    static const int late[] = {0, 20000}; /* what the first rows say of a column is wrong, then */

    for (size_t k = 0; k < 2; k++) {
        lh_ctx *c = quiet(1);
        lhi_table one;

        write_large("large.csv", late[k]);
        one = read_as(c, "large.csv", LH_F64);
        if (CHECK(one.rows == ROWS && one.cols == 5, "%s", lh_message(c)))
            check_large(&one);
        for (int threads = 2; threads <= 5; threads++) {
            lh_ctx *other = quiet(threads);
            const lhi_table t = read_as(other, "large.csv", LH_F64);

            CHECK(equal(&one, &t), "%d threads: another table: %s", threads, lh_message(other));
            lh_close(other);
        }
        lh_close(c);
    }
}

/* An error in a large file is the same one on any threads: the first by its place. */
static void large_errors(void)
{
    static const char *const lines[] = {"7,x,8\n", "7,8\n", "7,\"8,9\n", "\n"};
    static const char *const messages[] = {
        "large.csv line 150001, column 2: 'x' is text", "large.csv line 150001 has 2 cells",
        "large.csv line 150001, column 2: '\"8,9' has a double quote that is not closed",
        "large.csv line 150001 is blank"};

    for (size_t k = 0; k < 4; k++) {
        FILE *f = fopen(check_path("large.csv"), "w");

        for (int i = 0; i < 300000; i++) {
            if (i == 150000 || i == 250000)
                fputs(lines[k], f);
            fprintf(f, "%d,%d,1.25e-3\n", i, 300000 - i);
        }
        fclose(f);
        for (int threads = 1; threads <= 4; threads += 3) {
            lh_ctx *c = quiet(threads);

            read_as(c, "large.csv", LH_F64);
            CHECK(lh_error(c) == LH_EDATA && strstr(lh_message(c), messages[k]), "%d threads: %s",
                  threads, lh_message(c));
            lh_close(c);
        }
    }
}

/* "x,y,k\n", and behind it "1,2,0\n3,4,1\n5,6,0\n", each packed by gzip. */
static const unsigned char twice[] = {
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xab, 0xd0, 0xa9, 0xd4, 0xc9, 0xe6, 2, 0, 0xea, 0xe7, 0x3e,
    0x13, 6, 0, 0, 0, /* the second one: */ 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x33, 0xd4, 0x31,
    0xd2, 0x31, 0xe0, 0x32, 0xd6, 0x31, 0xd1, 0x31, 0xe4, 0x32, 0xd5, 0x31, 3, 0xb2, 1, 0xf4, 0x27,
    0xef, 0xe6, 0x12, 0, 0, 0};

enum { FIRST = 26 }; /* bytes of the first */

static void packed(void)
{
    void *const zlib = lhi_gunzip_begin();
    lh_ctx *c = quiet(2);
    unsigned char digest[32];
    char hex[65];
    lhi_table t;

    lhi_gunzip_end(zlib);
    check_write(check_path("a.csv.gz"), twice, sizeof twice);
    t = read_as(c, "a.csv.gz", LH_F64);
    if (!zlib) {
        CHECK(strstr(lh_message(c), "was built without zlib"), "%s", lh_message(c));
        lh_close(c);
        return;
    }
    lhi_sha256_of(twice, sizeof twice, digest);
    lhi_hex(digest, hex);
    CHECK(t.rows == 3 && t.cols == 3 && lhi_table_at(&t, 2, 1) == 6 &&
              strcmp(t.column[2].name, "k") == 0 && strcmp(t.digest, hex) == 0,
          "%s", lh_message(c));
    lh_close(c);
    for (size_t size = 3; size < sizeof twice; size++) {
        c = quiet(1);
        check_write(check_path("a.csv.gz"), twice, (long)size);
        t = read_as(c, "a.csv.gz", LH_F64);
        CHECK(strstr(lh_message(c), size == FIRST ? "a first line and no row" : "it is cut short"),
              "%zu bytes: %s", size, lh_message(c));
        lh_close(c);
    }
    for (size_t bit = 0; bit < 8 * sizeof twice; bit++) {
        unsigned char other[sizeof twice];

        memcpy(other, twice, sizeof other);
        other[bit / 8] = (unsigned char)(other[bit / 8] ^ 1 << bit % 8);
        c = quiet(1);
        check_write(check_path("a.csv.gz"), other, sizeof other);
        t = read_as(c, "a.csv.gz", LH_F64);
        CHECK(lh_error(c) == LH_EDATA || (lh_error(c) == LH_OK && t.rows == 3), "bit %zu: %s", bit,
              lh_message(c));
        lh_close(c);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"commas, semicolons, tabs and bars: one table", dialects},
        {"a column is text where most cells are, else such a cell is bad", shares},
        {"quotes keep marks, quotes and newlines within a cell", quoted},
        {"numbers in the guise of texts have a warning", disguised},
        {"six thousand damaged files do no harm", fuzz},
        {"a large file is the same table on any number of threads", large},
        {"its first error is the same, too", large_errors},
        {"a packed file is read as what it was", packed},
        {NULL, NULL}};

    return check_main(argc, argv, "table", tests);
}
