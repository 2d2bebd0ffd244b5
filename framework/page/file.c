/* file.c -- lh_page_file(): a page of mathematics, as it was typed, onto a tape. */
/* SPDX-License-Identifier: MIT */
#include "framework/page/page.h"

#include "framework/base/floats.h"
#include "framework/base/quote.h"
#include "framework/system/sys.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20 };

typedef struct page {
    lh_ctx *c;
    lh_tape *t;
    lhi_page_text at;                          /* the line being read */
    char text[LHI_LINE_ROOM], shown[LHI_LINE_ROOM];
    lhi_alias *alias;
    size_t aliases, room;
    lhi_page *says;
    lh_var last;
} page;

/* The error of a place in the line; nothing else is read after it. */
static void fail(page *p, const char *at, lh_status status, const char *hint, const char *why)
{
    lhi_misread place = {.at = (size_t)(at - p->text), .hint = hint};

    snprintf(place.why, sizeof place.why, "%s", why);
    lhi_tell_place(p->c, &p->at, status, &place);
}

static char *skip_blanks(char *at)
{
    return at + strspn(at, " ");
}

static void add_alias(page *p, const char *name, size_t length, uint32_t node, const char *function)
{
    char *copy = lhi_strf(p->c, "%.*s", (int)length, name);

    if (copy && lhi_grow(p->c, &p->alias, &p->room, p->aliases + 1, sizeof *p->alias) == 0)
        p->alias[p->aliases++] = (lhi_alias){copy, node, function};
}

static void another_name(void *arg, const char *name, size_t length, lh_var v)
{
    add_alias(arg, name, length, v.id, NULL);
}

/* --- declarations: "W1: 30 x 16, he" and "X: m x 30" --- */

/* A number of rows or columns; 0 where none stands. */
static ptrdiff_t extent(char **at)
{
    ptrdiff_t n = 0;

    *at = skip_blanks(*at);
    while (isdigit((unsigned char)**at) && n <= INT_MAX / 10)
        n = 10 * n + (*(*at)++ - '0');
    return isdigit((unsigned char)**at) ? 0 : n;
}

static int first_values(const char *word, size_t length, lh_init *first)
{
    static const char *const names[LH_INITS] = {
        [LH_ZEROS] = "zeros", [LH_HE] = "he", [LH_GLOROT] = "glorot"};

    for (int i = 0; i < LH_INITS; i++)
        if (strlen(names[i]) == length && memcmp(names[i], word, length) == 0) {
            *first = (lh_init)i;
            return 1;
        }
    return 0;
}

static void declare_param(page *p, const char *name, ptrdiff_t rows, ptrdiff_t cols, char *at)
{
    lh_init first = LH_ZEROS;

    at = skip_blanks(at);
    if (*at != ',')
        fail(p, at, LH_EUSAGE, "a comma, and he, glorot or zeros: W1: 30 x 16, he",
             "the first values of a parameter are wanted");
    else if (at = skip_blanks(at + 1), !first_values(at, strlen(at), &first))
        fail(p, at, LH_EUSAGE, "he, glorot or zeros", "these are no first values");
    else
        p->last = lh_param_at(p->t, name, rows, cols, first, p->at.file, p->at.line);
}

static void declare(page *p, const char *begin, size_t length, char *at)
{
    char name[LHI_NAME];
    ptrdiff_t rows, cols;
    int batch;

    snprintf(name, sizeof name, "%.*s", (int)length, begin);
    at = skip_blanks(at);
    batch = at[0] == 'm' && !isalnum((unsigned char)at[1]);
    at += batch;
    rows = batch ? LH_ROWS : extent(&at);
    at = skip_blanks(at);
    if (rows == 0 || *at != 'x') {
        fail(p, at, LH_EUSAGE, "as in X: m x 30, or W1: 30 x 16, he",
             "a shape is wanted, rows x columns");
        return;
    }
    at++;
    cols = extent(&at);
    if (cols == 0)
        fail(p, at, LH_EUSAGE, "as in X: m x 30", "a number of columns is wanted");
    else if (!batch)
        declare_param(p, name, rows, cols, at);
    else if (*skip_blanks(at))
        fail(p, skip_blanks(at), LH_EUSAGE, "what has a row for each sample is an input",
             "nothing can follow here");
    else
        p->last = lh_input_at(p->t, name, rows, cols, p->at.file, p->at.line);
}

/* --- formulas --- */

/* "g1 = ReLU" behind a formula. */
static void where(page *p, char *at)
{
    size_t name, word;
    const char *begin, *function = NULL;

    at = skip_blanks(at);
    begin = at;
    name = strcspn(at, " =");
    at = skip_blanks(at + name);
    if (name == 0 || *at != '=') {
        fail(p, begin, LH_EUSAGE, "as in A1 = g1(Z1), g1 = ReLU", "a name of a function is wanted");
        return;
    }
    at = skip_blanks(at + 1);
    word = strcspn(at, " ");
    if (*skip_blanks(at + word) == 0)
        function = lhi_page_function(p->c, NULL, at, word);
    if (function)
        add_alias(p, begin, name, LHI_NONE, function);
    else
        fail(p, at, LH_ENAME, "`longhand ops` lists the functions", "this is no function");
}

/* The comma that stands outside of all brackets, or the end. */
static char *outer_comma(char *at)
{
    int depth = 0;

    for (; *at && (*at != ',' || depth > 0); at++)
        depth += *at == '(' || *at == '[' ? 1 : *at == ')' || *at == ']' ? -1 : 0;
    return at;
}

/* "sum over the m samples of ( ... )" is the sum of all elements. */
static void plain_sums(char *text)
{
    static const char words[] = " over the m samples of ";

    for (char *at = text; (at = strstr(at, words)) != NULL;)
        memset(at, ' ', sizeof words - 1);
}

static void formula(page *p, char *at)
{
    char *comma = outer_comma(at);

    for (char *next = comma; *next && lhi_ok(p->c);) { /* what g1 is, before it is used */
        char *end = outer_comma(next + 1), cut = *end;

        *end = 0;
        where(p, next + 1);
        *end = cut;
        next = end;
    }
    *comma = 0;
    plain_sums(at);
    p->at.alias = p->alias;
    p->at.aliases = p->aliases;
    if (lhi_ok(p->c))
        p->last = lhi_record_text(p->t, &p->at);
}

/* --- the page --- */

/* "Loss", "A gated layer": words of letters, long ones among them; products have short names. */
static int is_heading(const char *at)
{
    size_t words = 0, longest = 0;

    for (; *at; words++) {
        const size_t length = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

        if (length == 0 || (at[length] && at[length] != ' '))
            return 0;
        longest = length > longest ? length : longest;
        at += length + strspn(at + length, " ");
    }
    return words == 0 || longest >= (words == 1 ? 3 : 4);
}

/* The number of a line, "12." or "12:" and a blank, is no part of what it says. */
static char *without_number(char *at, int *number)
{
    const size_t digits = strspn(at, "0123456789");

    *number = 0;
    if (digits == 0 || digits > 4 || !strchr(".:", at[digits]) || at[digits + 1] != ' ')
        return at;
    *number = atoi(at);
    memset(at, ' ', digits + 1);
    return skip_blanks(at);
}

static void read_line(page *p)
{
    int number;
    char *at = without_number(skip_blanks(p->text), &number), *colon = strchr(at, ':');
    char *equals = strchr(at, '=');

    if (is_heading(at))
        return;
    if (lhi_is_claim(at)) {
        p->says->alias = p->alias;
        p->says->aliases = p->aliases;
        lhi_take_claim(p->t, p->says, &p->at, at, number);
        return;
    }
    if (colon && (!equals || colon < equals)) {
        const size_t name = strcspn(at, " :");

        if (skip_blanks(at + name) == colon && name > 0)
            declare(p, at, name, colon + 1);
        else
            fail(p, at, LH_EUSAGE, "as in X: m x 30", "a name is wanted before the colon");
    } else if (equals)
        formula(p, at);
    else
        fail(p, at, LH_EUSAGE, "a comment begins with #; a heading is words of letters",
             "this is neither a formula, as in Z1 = X W1 + b1, nor a shape, as in X: m x 30");
}

/* One line of the file, without its comment. */
static void take_line(page *p, const char *from, size_t length)
{
    const char *comment = memchr(from, '#', length);
    size_t n = comment ? (size_t)(comment - from) : length;

    while (n > 0 && isspace((unsigned char)from[n - 1]))
        n--;
    p->at.text = p->text;
    p->at.shown = p->shown;
    p->at.line++;
    if (n >= sizeof p->text) {
        p->text[0] = p->shown[0] = 0;
        fail(p, p->text, LH_EUSAGE, NULL, "the line is too long");
        return;
    }
    for (size_t i = 0; i < n; i++)
        p->text[i] = (char)(isspace((unsigned char)from[i]) || from[i] == 0 ? ' ' : from[i]);
    p->text[n] = 0;
    memcpy(p->shown, p->text, n + 1);
    read_line(p);
}

static char *read_file(lh_ctx *c, const char *path, size_t *size)
{
    enum lhi_file_kind kind;
    uint64_t bytes;
    char *text, shown[200];
    const int fd = lhi_sys_open(path, &kind, &bytes);

    lhi_legible(shown, sizeof shown, path, strlen(path));
    if (fd < 0) {
        lhi_fail(c, LH_ENOINPUT, "experiments/page.txt is an example of a page",
                 "the page %s cannot be opened: %s", shown, strerror(-fd));
        return NULL;
    }
    text = kind == LHI_FILE_REGULAR && bytes <= MOST_BYTES ? lhi_alloc(c, (size_t)bytes + 1) : NULL;
    *size = (size_t)bytes;
    if (kind != LHI_FILE_REGULAR || bytes > MOST_BYTES)
        lhi_fail(c, LH_EDATA, "a page is a text", "%s cannot be a page: it is %s", shown,
                 kind == LHI_FILE_REGULAR ? "too large" : "no plain file");
    else if (text && lhi_sys_read(fd, text, (size_t)bytes) != 0)
        lhi_fail(c, LH_EIO, NULL, "%s cannot be read", shown);
    lhi_sys_close(fd);
    return text;
}

static lh_var page_of(lh_tape *t, const char *path)
{
    page *p = lhi_alloc(t->c, sizeof *p);
    size_t size = 0;
    const char *text = p ? read_file(t->c, path, &size) : NULL;
    lh_var last = {t, UINT32_MAX, 0};

    if (text && lhi_ok(t->c)) {
        *p = (page){.c = t->c, .t = t, .last = last};
        p->at.file = lhi_strdup(t->c, path);
        p->at.more = another_name;
        p->at.arg = p;
        p->says = t->page = lhi_alloc(t->c, sizeof *t->page);
        for (size_t i = 0; p->says && i < size && lhi_ok(t->c);) {
            const char *end = memchr(text + i, '\n', size - i);
            const size_t length = end ? (size_t)(end - text) - i : size - i;

            take_line(p, text + i, length);
            i += length + 1;
        }
        last = p->last;
        if (lhi_ok(t->c) && (last.id == UINT32_MAX || t->node[last.id].kind != LHI_OP))
            lhi_fail(t->c, LH_EUSAGE, "its last line is the loss, L = ...",
                     "%s ends without a formula", path);
    }
    return lhi_ok(t->c) ? last : (lh_var){t, UINT32_MAX, 0};
}

lh_var lh_page_file(lh_tape *t, const char *path)
{
    lh_ctx *c = t ? t->c : NULL;
    LHI_USUAL_FLOATS(c);

    if (!lhi_ok(c))
        return (lh_var){t, UINT32_MAX, 0};
    if (path)
        return page_of(t, path);
    lhi_fail(c, LH_EUSAGE, NULL, "lh_page_file: the path is NULL");
    return (lh_var){t, UINT32_MAX, 0};
}
