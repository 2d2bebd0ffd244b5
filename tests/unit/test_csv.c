/* test_csv.c -- CSV files good and bad, and files that are none. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/base/rng.h"
#include "framework/data/data.h"
#include "tests/check.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
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
    {"1;2;0\n3;4\n", "line 2 has 2 cells, line 1 has 3"},
    {"1,5;2;0\n3,5;4,5.5;1\n", "line 2, column 2: '4,5.5' is text"},
    {"a;y\n1;0\n?;1\n", "(awk -F' *; *' '$1 != \"?\"'"},
    {"a\ty\n1\t0\n2x\t1\n", "awk -F'\\t' '{ for"},
    {"a\ty\n1\t0\n2x\t1\n", "(cut --complement -f1 "},
    {"a;y\n1;0\n2;3\n", "awk -F';' -v OFS=';' 'NR > 1 { $2 = $2 == 3 } 1'"},
    {"# one\n# two\na,y\n1,0\n2,x\n", "line 5, column 2 'y': 'x' is text"},
    {"# one\n# two\na,y\n1,0\n2,x\n", "'NR > 3 { $2 = $2 ~"},
    {"# one\n# two\na,b,y\n1,0\n", "line 3 has 3 column names, line 4 has 2 cells"},
    {"#1,0\n#2,1\n", "is empty"},
    {"1,2,0\n1;2,3,1\n", "'1;2' is text, not a number\n  hint: put commas"},
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

/* What others have, in small: what it is and the command that helps are in the message. */
static const struct {
    const char *text;
    long size; /* -1: as far as the 0 */
    const char *what, *hint;
} strange_files[] = {
    {"PK\3\4\0\0", 6, "is a zip file, as .xlsx", "save the sheet as CSV"},
    {"\x93NUMPY\1\0v\0", 10, "is cut short in the header of its .npy", "numpy.save"},
    {"\0\0\x08\3\0\0\0\1\0\0\0\2\0\0\0\2abcd", 20, "has one row only", "two rows"},
    {"+1 1:0.5 2:3\n-1 2:1 x\n", -1, "line 2: 'x' is none of them", "INDEX:VALUE"},
    {"PAR1\x15\0", 6, "is a Parquet file", "p.read_parquet"},
    {"LONGHAND\1\0", 10, "is not text but a checkpoint", "longhand inspect"},
    {"\xff\xfe" "1\0,\0" "0\0\n\0", 10, "is text in UTF-16", "iconv -f UTF-16 -t UTF-8 "},
    {"1\0,\0" "0\0\n\0", 8, "is text in UTF-16", "iconv -f UTF-16LE -t UTF-8 "},
    {"\0" "1\0,\0" "0\0\n", 8, "is text in UTF-16", "iconv -f UTF-16BE -t UTF-8 "},
    {"<!DOCTYPE html>\n<p>\n", -1, "is a page of the web", "download the file"},
    {"@RELATION t\n\n@attribute a numeric\n@data\n1,0\n", -1, "is an ARFF file",
     "grep -v -e '^ *@'"},
    {"[{\"a\":1,\"y\":0}]\n", -1, "looks like JSON", "p.read_json"},
    {"a,y\r1,0\r2,1\r", -1, "lines end with a carriage return alone", "tr '\\r' '\\n' < "},
    {"\"a\" \"y\"\n\"1\" 1 0\n", -1, "spaces stand between", "awk '{ $1 = $1 } 1' OFS=, "},
    {"a y\n 1  0\n2 1\n", -1, "spaces stand between", "awk '{ $1 = $1 } 1' OFS=, "},
    {"! by hand\n1,0\n2,1\n", -1, "begins with a comment", "grep -v '^!' "},
    {"// by hand\n1,0\n2,1\n", -1, "begins with a comment", "grep -v '^//' "},
    {"% by hand\n1,0\n2,1\n", -1, "begins with a comment", "grep -v '^%' "},
    {"a,y\n# by hand\n1,0\n", -1, "has a comment in line 2", "grep -v '^#' "},
    {"a,y\n1,0\n# by hand\n1,0\n", -1, "begins a comment", "grep -v '^#' "},
    {"a,y\n\xc2\xa0" "1,0\n", -1, "'<U+00A0>1' has the no-break space U+00A0",
     "sed 's/\\xc2\\xa0//g' "},
    {"a,y\n\xe2\x88\x92" "1,0\n", -1, "1' has the minus sign U+2212",
     "sed 's/\\xe2\\x88\\x92/-/g' "},
    {"a,y\n\"85,526\",0\n", -1, "'85,526' is text", "thousands=','"},
    {"a,y\n1'234,0\n", -1, "'1'234' is text", "nothing between the digits"},
    {"a,y\n1.5D+00,0\n", -1, "as Fortran writes it", "sed "},
    {"a,y\n12%,0\n", -1, "'12%' has a percent sign", "tr -d '%' < "},
    {"a,y\n#DIV/0!,0\n", -1, "is an error of a spreadsheet", "mend the formula"},
    {"a,y\n1,0\n1.#QNAN,0\n", -1, "'1.#QNAN' is not finite", "leave the row out"},
    {"a,y\n1,0\n#N/A,0\n", -1, "'#N/A' stands for a missing value",
     "awk -F' *, *' '$1 != \"#N/A\"' "},
    {"a,y\n1,0\n ? ,0\n", -1, "'?' stands for a missing value", "awk -F' *, *' '$1 != \"?\"' "},
    {"a,y\n1,0\n,0\n", -1, "'' is empty", "awk -F' *, *' '$1 != \"\"' "},
    {"d,y\n2021-03-01,0\n", -1, "'2021-03-01' is text", "a date or a time"},
    {"a,b,y\nx,2,0\n", -1, "'x' is text", "cut -d, --complement -f1 "},
    {"a,y\n1,True\n", -1, "'True' is text", "'NR > 1 { $2 = $2 ~ /^\"?True\"?\\r?$/ } 1'"},
    {"1,2\n1,1\n", -1, "label 2 at", "tail -n +2 "},
    {"a,y\n1,2\n1,1\n", -1, "label 2 at", "'NR > 1 { $2 = $2 == 2 } 1'"},
    {"1,1\n1,-1\n", -1, "label -1 at", "'{ $2 = $2 > 0 } 1'"},
    {"a,y\n1,0.9\n", -1, "label 0.9 at", "-v limit=0.5 'NR > 1 { $2 = $2 > limit } 1'"},
    {"0,1,2\n1.5,2,0\n", -1, "label 2 at", "tail -n +2 "},
    {"2019,2020,y\n1,2,0\n", -1, "line 1, column 3: 'y' is text", "tail -n +2 "},
    {"2018,2019,2020,y\n1,2,3,0\n", -1, "line 1, column 4: 'y' is text", "tail -n +2 "},
    {"7,B,1.5\n8,M,2.5\n", -1, "line 1, column 2: 'B' is text", "print $2 == \"B\""},
    {"a,y,\n1,0,\n", -1, "line 2, column 3: '' is empty", "sed 's/,[[:space:]]*$//' "},
    {"\"a\",\"y\"\n\"1\",1,0\n", -1, "2 column names, line 2 has 3 cells",
     "awk 'NR > 1 { sub(/^[^,]*,/, \"\") } 1' "},
    {"a,y\n1,0x1F\n", -1, "'0x1F' is hexadecimal", "perl -pe "},
    {"a,y\n1,0\n\n2,1\n", -1, "line 3 is blank", "grep -v '^[[:space:]]*$' "},
};

static void strange(void)
{
    const size_t count = sizeof strange_files / sizeof *strange_files;

    for (size_t i = 0; i < count; i++) {
        refuse(strange_files[i].text, strange_files[i].size, LH_EDATA, strange_files[i].what);
        refuse(strange_files[i].text, strange_files[i].size, LH_EDATA, strange_files[i].hint);
    }
    CHECK(count > 45, "%zu files", count);
}

static void remember(void *arg, const char *text)
{
    strncat(arg, text, 3000 - strlen(arg) - 1);
    strcat(arg, "\n");
}

/* Rows x, 0.5 * x * x, x % 2 below a first line, x from `from` in steps of `by`. */
static void write_counting(const char *head, int from, int by, int rows)
{
    char text[4000];
    int length = snprintf(text, sizeof text, "%s", head);

    for (int i = 0; i < rows; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%d,%g,%d\n",
                           from + i * by, 0.5 * i * i, i % 2);
    check_write(check_path("a.csv"), text, -1);
}

/* What reading a.csv says: its warnings, or its error. */
static const char *said(void)
{
    static char text[6100];
    lh_ctx *c = lh_open(0, NULL, "test");

    text[0] = 0;
    lh_on_message(c, remember, text);
    lh_data_open(c, check_path("a.csv"));
    if (lh_error(c) != LH_OK)
        snprintf(text, sizeof text, "refused: %s", lh_message(c));
    lh_on_message(c, swallow, NULL);
    lh_close(c);
    return text;
}

static void says(const char *about, const char *words)
{
    const char *text = said();

    CHECK(*words ? strstr(text, words) != NULL : !*text, "%s: no \"%s\" in \"%s\"", about, words,
          text);
}

/* What is read and perhaps not meant has a warning; what is surely not meant an error. */
static void suspected(void)
{
    static const struct {
        const char *text, *words;
    } files[] = {
        {"x,x,y\n1,3,0\n2,5,1\n", "warning: "},
        {"x,x,y\n1,3,0\n2,5,1\n", "columns 1 and 2 have one name, 'x'"},
        {"x,z,\"x\"\n1,3,0\n2,5,1\n", "columns 1 and 3 have one name"},
        {",,y\n1.5,3,0\n2,5,1\n", ""},
        {"id,y\n9007199254740993,0\n7,1\n",
         "line 2, column 1 'id': '9007199254740993' is read as 9007199254740992"},
        {"id,y\n-9007199254740993,0\n-12345678901234567,1\n", "(2 cells)"},
        {"id,y\n9007199254740992,0\n007000000000000000,1\n", ""},
        {"x,y\n9007199254740993.5,0\n1.2345678901234567890,1\n", ""},
        {"x,y\n1,1\n3,1\n", "the label of all 2 rows is 1"},
        {"x,y\n1,0\n3,0\n", "the label of all 2 rows is 0"},
        {"0,1\n1.5,1\n2.5,0\n", "line 1, 0 and 1, was read as a row"},
        {"0.5,1\n1.5,1\n2.5,0\n", ""},
        {",x,y\n7,1.5,0\n3,2.5,1\n", "column 1 has no name and holds whole numbers"},
        {",x,y\n7.5,1.5,0\n3,2.5,1\n", ""},
    };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        check_write(check_path("a.csv"), files[i].text, -1);
        says(files[i].text, files[i].words);
    }
    write_counting(",x,y\n", 0, 1, 12);
    says("pandas", "refused: ");
    says("pandas", "column 1 has no name and counts the rows, 0, 1, 2...: it is an index");
    says("pandas", "index=False");
    write_counting("\"\",\"x\",\"y\"\n", 1, 1, 12);
    says("R", "row.names = FALSE");
    write_counting("Unnamed: 0,x,y\n", 1, 1, 12);
    says("pandas again", "refused: ");
    write_counting("time,x,y\n", 5, 1, 12);
    says("a time", "warning: ");
    says("a time", "column 1 'time' counts the rows, 5, 6, 7...");
    says("a time", "cut -d, --complement -f1 ");
    write_counting("", 5, 1, 12);
    says("no names", "column 1 counts the rows");
    write_counting("time,x,y\n", 5, 1, 9);
    says("few rows", "");
    write_counting("time,x,y\n", 5, 2, 12);
    says("steps of two", "");
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
        "a;b;y\n1.5;-2;0\n3;4;1\n",
        "\"a\";\"b\";\"y\"\n1,5;-2;0\n3;4,0;1\n",
        "1,5;-2;0\n3,0;4;1\n",
        "a\tb\ty\n1.5\t-2\t0\n 3\t4\t 1 \r\n\n",
        "1.5|-2|0\n3|4|1\n",
        "# by hand\n#\na,b,y\n1.5,-2,0\n3,4,1\n",
        "\"a\nb\",\"b,c\",y\n\"1.5\",-2,0\n3,4,\"1\"\n",
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
            for (size_t k = 0; k < 6; k++)
                CHECK(lhi_table_at(d->table, k / 3, k % 3) == want[k], "file %zu, cell %zu", i, k);
        lh_close(c);
    }
}

/* A table that may have texts and missing cells: R's names of rows, numbers among texts. */
static void loose(void)
{
    static const char text[] = "\"\",\"size\",\"colour\",\"y\"\n\"7\",1.5,\"red\",b\n"
                               "\"a\",NA,7,a\n\"c\",NaN,,b\n\"d\",-2,\"red\",c\n";
    static const double want[4][4] = {{0, 1.5, 1, 1}, {1, NAN, 0, 0}, {2, NAN, NAN, 1},
                                      {3, -2, 1, 2}};

    for (lh_type keep = LH_F32; keep <= LH_F64; keep++) {
        lh_ctx *c = quiet();
        lhi_table t = {.rows = 0};

        check_write(check_path("a.csv"), text, -1);
        if (!CHECK(lhi_table_read(c, check_path("a.csv"), keep, LHI_CELLS_LOOSE, &t) == LH_OK &&
                       t.rows == 4 && t.cols == 4 && t.type == keep, "%s", lh_message(c)))
            return;
        for (size_t k = 0; k < 16; k++) {
            const double x = lhi_table_at(&t, k / 4, k % 4), y = want[k / 4][k % 4];

            CHECK(x == y || (isnan(x) && isnan(y)), "row %zu, column %zu: %g", k / 4, k % 4, x);
        }
        CHECK(t.column[0].counts && t.column[0].text && !t.column[1].counts, "names of rows");
        CHECK(!t.column[1].text && t.column[1].missing == 2 && t.column[1].missing_at == 3, "NA");
        CHECK(t.column[2].text && t.column[2].values == 2 && t.column[2].missing == 1 &&
                  strcmp(t.column[2].value[0], "7") == 0 && strcmp(t.column[2].name, "colour") == 0,
              "texts in the order of their bytes");
        CHECK(t.column[3].values == 3 && strcmp(t.column[3].value[2], "c") == 0, "classes");
        CHECK(t.first_line == 2 && t.label == -1 && t.labels == 1, "line %zu", t.first_line);
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
    CHECK(lh_rows(d) == 2 && lhi_table_at(d->table, 0, 0) == 1.5, "%s: %s", names[i],
          lh_message(c));
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
        {"a file of another kind is named, and how it becomes CSV", strange},
        {"what is perhaps not meant is said, what surely is not is refused", suspected},
        {"what is not there, or no file, is said so", no_file},
        {"every kind of good file is read alike", well_formed},
        {"texts and missing cells are read where they may stand", loose},
        {"a decimal point is one in any locale", any_locale},
        {"ten thousand damaged files do no harm", fuzz},
        {NULL, NULL}};

    return check_main(argc, argv, "csv", tests);
}
