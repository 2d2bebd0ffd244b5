/* formats.c -- files that are no CSV, named as what they are, with a command that makes one. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/csv.h"

#include "framework/base/quote.h"

#include <string.h>
#include <strings.h>

/* FILE in a hint is the file. */
typedef struct format {
    const char *magic;
    size_t size;
    int binary; /* the magic alone may be the name of a column */
    const char *what, *hint;
} format;

#define MAGIC(text) text, sizeof text - 1, 0
#define WORD(text) text, sizeof text - 1, 1

static const format formats[] = {
    {MAGIC("\x1f\x8b"), "is compressed by gzip, and this Longhand was built without zlib",
     "gunzip -c FILE > new.csv, or build with zlib (apt install zlib1g-dev, then configure)"},
    {MAGIC("BZh91AY&SY"), "is compressed by bzip2", "bunzip2 -c FILE > new.csv"},
    {MAGIC("\xfd" "7zXZ"), "is compressed by xz", "xz -dc FILE > new.csv"},
    {MAGIC("\x28\xb5\x2f\xfd"), "is compressed by zstd", "zstd -dc FILE > new.csv"},
    {MAGIC("PK\3\4"), "is a zip file, as .xlsx and .ods are",
     "save the sheet as CSV, or take the file out: unzip FILE"},
    {MAGIC("\xd0\xcf\x11\xe0"), "is a workbook of Excel", "save the sheet as CSV"},
    {WORD("LONGHAND"), "is not text but a checkpoint of Longhand",
     "longhand inspect shows what it holds; --data wants the rows, as CSV"},
    {WORD("PAR1"), "is a Parquet file",
     "python3 -c \"import sys, pandas as p; p.read_parquet(sys.argv[1]).to_csv('new.csv', "
     "index=False)\" FILE"},
    {WORD("ARROW1"), "is a Feather file",
     "python3 -c \"import sys, pandas as p; p.read_feather(sys.argv[1]).to_csv('new.csv', "
     "index=False)\" FILE"},
    {MAGIC("\x80\4\x95"), "is a pickle of Python",
     "write it as CSV from Python: to_csv('new.csv', index=False)"},
    {MAGIC("\x80\5\x95"), "is a pickle of Python",
     "write it as CSV from Python: to_csv('new.csv', index=False)"},
    {MAGIC("MATLAB 5.0"), "is a file of MATLAB (.mat)",
     "write it as CSV from Octave: csvwrite('new.csv', [X y])"},
    {MAGIC("SQLite format 3"), "is a data base of SQLite",
     "sqlite3 -csv FILE 'SELECT ...' > new.csv"},
    {MAGIC("%PDF-"), "is a PDF", "give the data as CSV"},
    {MAGIC("\xff\xfe"), "is text in UTF-16", "iconv -f UTF-16 -t UTF-8 FILE > new.csv"},
    {MAGIC("\xfe\xff"), "is text in UTF-16", "iconv -f UTF-16 -t UTF-8 FILE > new.csv"},
    {MAGIC("<!doctype"), "is a page of the web, and no data", "download the file itself"},
    {MAGIC("<html"), "is a page of the web, and no data", "download the file itself"},
    {MAGIC("<?xml"), "is XML", "save the table as CSV"},
    {MAGIC("@relation"), "is an ARFF file, as Weka has them",
     "grep -v -e '^ *@' -e '^ *%' -e '^[[:space:]]*$' FILE > new.csv, the label as 0 or 1 then"},
};

static lh_status refuse(const lhi_csv *r, const char *what, const char *hint)
{
    const char *file = strstr(hint, "FILE");
    const char *command = file ? lhi_strf(r->c, "%.*s%s%s", (int)(file - hint), hint, r->word,
                                          file + 4)
                               : hint;

    return lhi_fail(r->c, LH_EDATA, command, "%s %s", r->path, what);
}

/* 16-bit characters without a mark: every second byte is 0. */
static const char *wide_order(const char *bytes, size_t size)
{
    size_t zeros[2] = {0, 0};
    const size_t some = size < 400 ? size / 2 * 2 : 400;

    for (size_t i = 0; i < some; i++)
        zeros[i % 2] += bytes[i] == 0;
    if (some < 4 || zeros[0] + zeros[1] != some / 2)
        return NULL;
    return zeros[1] == some / 2   ? "iconv -f UTF-16LE -t UTF-8 FILE > new.csv"
           : zeros[0] == some / 2 ? "iconv -f UTF-16BE -t UTF-8 FILE > new.csv"
                                  : NULL;
}

/* An object or an array of them begins; the bytes end with a 0. */
static int is_json(const char *bytes)
{
    const char *const second = bytes[0] ? bytes + 1 + strspn(bytes + 1, " \t\r\n") : bytes;

    return (bytes[0] == '{' && *second == '"') ||
           (bytes[0] == '[' && (*second == '{' || *second == '['));
}

lh_status lhi_refuse_format(const lhi_csv *r, const char *bytes, size_t size, int binary)
{
    const char *order;

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (binary >= formats[i].binary && size >= formats[i].size &&
            strncasecmp(bytes, formats[i].magic, formats[i].size) == 0)
            return refuse(r, formats[i].what, formats[i].hint);
    if (is_json(bytes))
        return refuse(r, "looks like JSON",
                      "python3 -c \"import sys, pandas as p; p.read_json(sys.argv[1]).to_csv("
                      "'new.csv', index=False)\" FILE");
    order = wide_order(bytes, size);
    if (order)
        return refuse(r, "is text in UTF-16", order);
    if (!binary && !memchr(r->at, '\n', (size_t)(r->end - r->at)) &&
        memchr(r->at, '\r', (size_t)(r->end - r->at)))
        return refuse(r, "is text whose lines end with a carriage return alone",
                      "tr '\\r' '\\n' < FILE > new.csv");
    return LH_OK;
}

/* How often a separator stands in a line, outside of quotes. */
static size_t count_of(lhi_rest line, char mark)
{
    size_t count = 0;
    int quoted = 0;

    for (const char *at = line.at; at < line.end; at++) {
        quoted ^= *at == '"';
        count += !quoted && *at == mark;
    }
    return count;
}

/* The words between spaces, when all of them are numbers or in quotes; else 0. */
static size_t numbers_in(lhi_rest line)
{
    size_t count = 0;

    while (line.at < line.end) {
        lhi_cell word = {line.at, 0, 0};
        double value;

        while (line.at < line.end && *line.at != ' ' && *line.at != '\t')
            line.at++;
        word.size = (size_t)(line.at - word.at);
        if (word.size && *word.at != '"' && lhi_cell_read(&word, '.', &value) != LHI_CELL_NUMBER)
            return 0;
        count += word.size > 0;
        line.at += line.at < line.end;
    }
    return count;
}

static int is_comment(lhi_rest line)
{
    const size_t size = (size_t)(line.end - line.at);

    return size > 0 && (*line.at == '#' || *line.at == '%' || *line.at == '!' ||
                        (size > 1 && memcmp(line.at, "//", 2) == 0));
}

lh_status lhi_refuse_layout(const lhi_csv *r, lhi_rest one, lhi_rest two)
{
    if (!two.at)
        two = one;
    if (one.at != two.at && (is_comment(one) || (is_comment(two) && count_of(two, ',') == 0))) {
        const lhi_rest comment = is_comment(one) ? one : two;

        return refuse(r, comment.at == one.at ? "begins with a comment, and every line is a row"
                                              : "has a comment in line 2, and every line is a row",
                      *comment.at == '#'   ? "grep -v '^#' FILE > new.csv"
                      : *comment.at == '%' ? "grep -v '^%' FILE > new.csv"
                      : *comment.at == '!' ? "grep -v '^!' FILE > new.csv"
                                           : "grep -v '^//' FILE > new.csv");
    }
    if (numbers_in(two) > 1 && count_of(two, ',') == 0)
        return refuse(r, lhi_strf(r->c, "line %d has one column only: spaces stand between its "
                                  "cells, and commas are wanted", two.at == one.at ? 1 : 2),
                      "awk '{ $1 = $1 } 1' OFS=, FILE > new.csv");
    return LH_OK;
}
