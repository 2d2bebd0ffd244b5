/* test_csv.c -- CSV files good and bad, and files that are none. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/base/rng.h"
#include "framework/data/data.h"
#include "tests/check.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

typedef struct bad_file {
    const char *text, *message;
} bad_file;

static const bad_file bad_files[] = {
    {"", "a.csv is empty"},
    {" \r\n\n\t\n", "a.csv is empty"},
    {"\xef\xbb\xbf", "a.csv is empty"},
    {"1,0\n,1\n", "line 2, column 1: '' is empty, a missing value"},
    {"r,y\n1,0\n2,\n", "line 3, column 2 'y': '' is empty"},
    {"1,2,0\n1,?,1\n", "line 2, column 2: '?' stands for a missing value"},
    {"a,y\n1,0\nNA,1\n", "line 3, column 1 'a': 'NA' stands for a missing"},
    {"1,0\nnull,1\n", "'null' stands for a missing value"},
    {"1,0\nnan,1\n", "line 2, column 1: 'nan' is not finite"},
    {"1,0\n-inf,1\n", "'-inf' is not finite"},
    {"1,0\n+Infinity,1\n", "'+Infinity' is not finite"},
    {"1,0\n1e999,1\n", "'1e999' is too large for a double"},
    {"1,0\n0x1p3,1\n", "'0x1p3' is hexadecimal"},
    {"1,0\n-0XA,1\n", "'-0XA' is hexadecimal"},
    {"x,radius,y\n1,2,0\n1,two,0\n", "line 3, column 2 'radius': 'two' is text"},
    {"1,0\n1.2.3,1\n", "'1.2.3' is text"},
    {"1,0\n1e,1\n", "'1e' is text"},
    {"1,0\n--1,1\n", "'--1' is text"},
    {"1,0\n.,1\n", "'.' is text"},
    {"1,0\n1 2,1\n", "'1 2' is text"},
    {"1,0\n1f,1\n", "'1f' is text"},
    {"1,0\n\"1,5\",1\n", "'1,5' is text, not a number\n  hint: write numbers with a decimal"},
    {"1,0\n1\x1b[31m\x7f,1\n", "'1?[31m?' is text"},
    {"1,0\nabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij,1\n",
     "'abcdefghijabcdefghijabcdefghijabcdefg...' is text"},
    {"1,0\n\xc3\xa4\xff\xc2\x9b,1\n", "'\xc3\xa4??" "?' is text"},
    {"1;2;0\n3;4;1\n", "line 2 has one column only"},
    {"1,5;2,5;0\n3,5;4,5;1\n", "line 1, column 2: '5;2' is text, not a number\n  hint: put commas"},
    {"1,2,0\n1,2\n", "line 2 has 2 cells, line 1 has 3"},
    {"1,2,0\n1,2,3.5,1\n", "line 2 has 4 cells, line 1 has 3"},
    {"a,b,y\n1,2,0\n1,2,0,\n", "line 3 has 4 cells, line 2 has 3"},
    {"a,y\n1,2,0\n", "line 1 has 2 column names, line 2 has 3 cells"},
    {"1,2,0\n\n1,2,1\n", "line 2 is blank"},
    {"1,2,0\r\n1,2,1\r\n \r\n1,2,1\r\n", "line 3 is blank"},
    {"\n1,2,0\n1,2,1\n", "line 1 is blank"},
    {"1,2,0\n1,2,2\n", "label 2 at "},
    {"a,b,class\n1,2,0\n1,2,-1\n", "a.csv line 3, column 3 'class': 0 or 1 is wanted"},
    {"1,0.5\n1,1\n", "label 0.5 at "},
    {"1,2,0\n", "has one row only"},
    {"a,b,y\n1,2,0\n", "has one row only"},
    {"a,b,y\n", "has a first line and no row"},
    {"1\n0\n", "line 1 has one column only"},
    {"a,3,y\n1,2,0\n", "line 1, column 1: 'a' is text"},
    {"1,,0\n1,2,0\n", "line 1, column 2: '' is empty"},
    {"?,?\n1,0\n", "line 1, column 1: '?' stands for a missing"},
    {"3,2,no,yes\n1,2,0\n1,2,1\n", "line 1 promises 3 rows, the file has 2"},
    {"0,2,no,yes\n1,2,0\n1,2,1\n", "line 1 promises 0 rows, the file has 2"},
    {"2,3,no,yes\n1,2,0\n1,2,1\n", "line 1 promises 3 features, line 2 has 2 and the label"},
    {"99999999999999999999,2,a,b\n1,2,0\n", "promises 9223372036854775807 rows"},
    {"1,0\n\"1,1\n", "line 2, column 1: '\"1,1' has a double quote that is not closed"},
    {"1,0\n\"1\"2,1\n", "line 2, column 1: '1' has text behind its closing quote"},
    {"1,2,0\r3,4,1\r", "is text"},
};

static void refuse(const char *text, long size, lh_status status, const char *message)
{
    lh_ctx *c = quiet();
    const char *path = check_path("a.csv");
    lh_data *d;

    check_write(path, text, size);
    d = lh_data_open(c, path);
    CHECK(lh_error(c) == status && lh_rows(d) == 0, "status %d for %.40s", (int)lh_error(c), text);
    CHECK(strstr(lh_message(c), message) && strstr(lh_message(c), "hint: "),
          "no '%s' in '%s'", message, lh_message(c));
    lh_close(c);
}

static void malformed(void)
{
    const long before = check_count();
    const size_t count = sizeof bad_files / sizeof *bad_files, size = 2 << 20;
    char *big = calloc(1, size);

    for (size_t i = 0; i < count; i++)
        refuse(bad_files[i].text, -1, LH_EDATA, bad_files[i].message);
    refuse("1,0\n1,1\n\0", 9, LH_EDATA, "is not text: there is a NUL byte in line 3");
    if (big) {
        memset(big, '1', (1 << 20) + 1);
        refuse(big, -1, LH_EDATA, "line 1 is longer than 1 MiB");
        for (int i = 0; i < 70000; i++)
            memcpy(big + 2 * i, "1,", 2);
        memcpy(big + 140000, "0\n1,0\n", 7);
        refuse(big, -1, LH_EDATA, "line 1 has 70001 columns: 65535 are allowed");
    }
    free(big);
    CHECK(check_count() - before >= 100, "%ld checks", check_count() - before);
}

static void no_file(void)
{
    static const struct {
        const char *path, *message, *hint;
    } cases[] = {
        {"nowhere/x.csv", "there is no file nowhere/x.csv", "there is no folder nowhere/"},
        {"wbdc", "there is no file wbdc", "wdbc, without folder and ending"},
        {"data/wdbc2.csv", "there is no file", "the data set built into"},
        {"", "there is no file", "wdbc is the built-in"},
        {"/", "/ is a folder", "name a CSV file in it"},
        {"/dev/null", "/dev/null is a device", "copy the data"},
        {"/dev/null/x", "there is no file", "no folder /dev/null/"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lh_ctx *c = quiet();

        CHECK(lh_rows(lh_data_open(c, cases[i].path)) == 0, "%s opens", cases[i].path);
        CHECK(lh_error(c) == LH_ENOINPUT && strstr(lh_message(c), cases[i].message) &&
                  strstr(lh_message(c), cases[i].hint),
              "%s: %s", cases[i].path, lh_message(c));
        lh_close(c);
    }
    check_write(check_path("huge.csv"), "1", -1);
    if (truncate(check_path("huge.csv"), ((off_t)8 << 30) + 1) == 0) {
        lh_ctx *c = quiet();

        lh_data_open(c, check_path("huge.csv"));
        CHECK(lh_error(c) == LH_EDATA && strstr(lh_message(c), "larger than 8 GiB"), "%s",
              lh_message(c));
        lh_close(c);
        CHECK(truncate(check_path("huge.csv"), 0) == 0, "truncate");
    }
}

static void well_formed(void)
{
    static const char *const good[] = {
        "1.5,-2,0\n3,4e0,1\n",
        "1.5,-2,0\r\n3,4e0,1\r\n\r\n",
        "\357\273\2771.5,-2,0\n3,4,1",
        "a,b,y\n1.5,-2,0\n3,4,1\n\n \n",
        ",b,\"the, label\"\n1.5,-2,0\n3,4,1\n",
        "\"say \"\"a\"\"\",b,y\n1.5,-2,0\n3,4,1\n",
        "2,2,no,yes\n1.5,-2,0\n3,4,1\n",
        "2,2,no\n1.5,-2,0\n3,4,1\n",
        "2,2\n1.5,-2,0\n3,4,1\n",
        " 1.5 ,\t-2.\t, \"0\" \n\" 3\",+4,1.0\n",
        "15e-1,-.2E+1,-0\n3,0004,1e0\n",
    };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        static const double want[] = {1.5, -2, 0, 3, 4, 1};
        lh_ctx *c = quiet();
        lh_data *d = open_text(c, good[i]);

        if (CHECK(lh_rows(d) == 2 && lh_cols(d) == 2, "file %zu: %s", i, lh_message(c)))
            for (int k = 0; k < 6; k++)
                CHECK(d->table[k] == want[k], "file %zu, cell %d: %g", i, k, d->table[k]);
        lh_close(c);
    }
}

static void any_locale(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "C"};
    lh_ctx *c = quiet();
    lh_data *d;
    size_t i = 0;

    while (!setlocale(LC_ALL, names[i]))
        i++;
    d = open_text(c, "1.5,0\n2.5,1\n");
    CHECK(lh_rows(d) == 2 && d->table[0] == 1.5, "%s: %s", names[i], lh_message(c));
    lh_close(c);
    setlocale(LC_ALL, "C");
}

/* 10,000 files made from good ones by changing up to four bytes. */
static void fuzz(void)
{
    static const char bytes[] = "0123456789,,\n\n\r\"\" .-+eExXnaif?;\t\xff\xef";
    static const char *const seeds[] = {"2,2,no,yes\n1.5,-2,0\n3,4,1\n",
                                        "a,\"b\",y\n1,2,0\n3,4,1\n",
                                        "\357\273\2771,2,0\r\n\"3\", 4,1\r\n5,6e3,1\r\n"};
    long read = 0, bad = 0;

    for (uint32_t run = 0; run < 10000; run++) {
        char text[80];
        lh_ctx *c = quiet();
        lh_data *d;
        size_t size;

        strcpy(text, seeds[run % 3]);
        size = strlen(text);
        for (uint64_t k = 0; k < 1 + run % 4; k++) {
            const uint64_t r = lhi_random_bits(3, LHI_STREAM_SPLIT, run, k);
            const size_t at = (size_t)(r % size);

            text[at] = bytes[(r >> 32) % sizeof bytes];
            if (r >> 60 == 0)
                size = at + 1;
        }
        check_write(check_path("a.csv"), text, (long)size);
        d = lh_data_open(c, check_path("a.csv"));
        lhi_data_prepare(lh_hold_out(d, 0.5), LH_F32);
        read += lh_error(c) == LH_OK;
        bad += lh_error(c) != LH_OK && lh_error(c) != LH_EDATA;
        lh_close(c);
    }
    CHECK(bad == 0 && read > 500 && read < 9500, "%ld were read, %ld odd statuses", read, bad);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"every kind of bad file is refused by place and name", malformed},
        {"what is not there, or no file, is said so", no_file},
        {"every kind of good file is read alike", well_formed},
        {"a decimal point is one in any locale", any_locale},
        {"ten thousand damaged files do no harm", fuzz},
        {NULL, NULL}};

    return check_main(argc, argv, "csv", tests);
}
