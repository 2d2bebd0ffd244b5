/* odd.c -- cells that cannot be read: what they are, and what can be done about them today. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/csv.h"

#include "framework/base/quote.h"

#include <math.h>
#include <string.h>

const char *lhi_name_of(const lhi_csv *r, size_t column, char to[LHI_SHOWN_CELL + 4])
{
    lhi_rest line = r->names;
    lhi_cell cell = {NULL, 0, 0};
    char name[LHI_SHOWN_CELL];

    to[0] = 0;
    for (size_t i = 0; i < column && line.at; i++)
        if (lhi_cell_next(&line, &cell))
            return to;
    if (r->names.at && cell.size) {
        lhi_legible(name, sizeof name, cell.at, cell.size);
        strcat(strcat(strcpy(to, " '"), name), "'");
    }
    return to;
}

lh_status lhi_refuse_cell(const lhi_csv *r, size_t column, const lhi_cell *cell,
                          const char *what, const char *hint)
{
    char text[LHI_SHOWN_CELL], name[LHI_SHOWN_CELL + 4];

    return lhi_fail(r->c, LH_EDATA, hint, "%s line %zu, column %zu%s: '%s' %s", r->path, r->line,
                    column, lhi_name_of(r, column, name),
                    lhi_legible(text, sizeof text, cell->at, cell->size), what);
}

lh_status lhi_refuse_quotes(const lhi_csv *r, size_t column, const lhi_cell *cell,
                            const char *what)
{
    return lhi_refuse_cell(r, column, cell, what, "write numbers without quotes, or close them");
}

const lhi_mark *lhi_mark_of(const lhi_csv *r)
{
    static const lhi_mark marks[] = {{',', ",", ",", "-d, "},
                                     {';', ";", "';'", "-d';' "},
                                     {'|', "|", "'|'", "-d'|' "},
                                     {'\t', "\\t", "'\\t'", ""}};
    size_t i = 0;

    while (i < 3 && marks[i].mark != r->mark)
        i++;
    return &marks[i];
}

static int has(const lhi_cell *cell, const char *one_of)
{
    for (size_t i = 0; i < cell->size; i++)
        if (strchr(one_of, cell->at[i]))
            return 1;
    return 0;
}

/* 1 when a command may have the text between double quotes, or slashes where these are told. */
static int is_word(const lhi_cell *cell, const char *but_for)
{
    for (size_t i = 0; i < cell->size; i++) {
        const unsigned char x = (unsigned char)cell->at[i];

        if (x < ' ' || x >= 127 || strchr(but_for, x))
            return 0;
    }
    return cell->size > 0 && cell->size < LHI_SHOWN_CELL;
}

/* A number but for characters that look like ASCII, or like nothing. */
typedef struct lookalike {
    const char *bytes, *code, *as, *what;
} lookalike;

static const lookalike lookalikes[] = {
    {"\xe2\x88\x92", "e2\\x88\\x92", "-", "has the minus sign U+2212 where '-' is wanted"},
    {"\xe2\x80\x93", "e2\\x80\\x93", "-", "has the dash U+2013 where '-' is wanted"},
    {"\xe2\x80\x90", "e2\\x80\\x90", "-", "has the hyphen U+2010 where '-' is wanted"},
    {"\xe2\x80\x91", "e2\\x80\\x91", "-", "has the hyphen U+2011 where '-' is wanted"},
    {"\xc2\xa0", "c2\\xa0", "", "has the no-break space U+00A0 in it"},
    {"\xe2\x80\xaf", "e2\\x80\\xaf", "", "has the narrow space U+202F in it"},
    {"\xe2\x80\x89", "e2\\x80\\x89", "", "has the thin space U+2009 in it"},
    {"\xe2\x80\x8b", "e2\\x80\\x8b", "", "has the space without width U+200B in it"},
    {"\xef\xbb\xbf", "ef\\xbb\\xbf", "", "has the byte order mark U+FEFF in it"},
};

/* The first of them in a cell, which is a number without all of them; NULL when there is none. */
static const lookalike *disguise(const lhi_cell *cell)
{
    const lookalike *first = NULL;
    char plain[80];
    size_t size = 0;
    double value;

    for (size_t i = 0; i < cell->size && size + 2 < sizeof plain;) {
        const lookalike *l = NULL;

        for (size_t k = 0; k < sizeof lookalikes / sizeof *lookalikes && !l; k++) {
            const size_t bytes = strlen(lookalikes[k].bytes);

            if (cell->size - i >= bytes && memcmp(cell->at + i, lookalikes[k].bytes, bytes) == 0)
                l = &lookalikes[k];
        }
        if (l && *l->as)
            plain[size++] = *l->as;
        else if (!l)
            plain[size++] = cell->at[i];
        if (l && !first)
            first = l;
        i += l ? strlen(l->bytes) : 1;
    }
    plain[size] = 0;
    if (lhi_cell_read(&(lhi_cell){plain, size, 0}, '.', &value) != LHI_CELL_NUMBER)
        return NULL;
    return first;
}

/* The cell has this form: 9 is a digit, - one of "-/.:", the rest itself; * is all that follows. */
static int has_form(const lhi_cell *cell, const char *form)
{
    size_t i = 0;

    for (; *form && *form != '*'; form++, i++) {
        if (i == cell->size)
            return 0;
        if (*form == '9' ? !(cell->at[i] >= '0' && cell->at[i] <= '9')
            : *form == '-' ? !strchr("-/.:", cell->at[i])
                           : cell->at[i] != *form)
            return 0;
    }
    return *form == '*' || i == cell->size;
}

static int is_date(const lhi_cell *cell)
{
    static const char *const forms[] = {"9999-99-99*", "99-99-9999*", "9-9-9999*",  "99-9-9999*",
                                        "9-99-9999*",  "9999-9-9*",   "99:99*",     "9:99*",
                                        "9999-99:*",   "99/99/99*",   "9999-99-9*", "9999-9-99*"};

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (has_form(cell, forms[i]))
            return 1;
    return 0;
}

/* Digits with one of these between them, as in 85,526 and 1'234.5. */
static int is_grouped(const lhi_cell *cell, char *mark)
{
    char plain[80];
    size_t size = 0;
    double value;

    *mark = 0;
    for (size_t i = 0; i < cell->size && size + 2 < sizeof plain; i++) {
        if (strchr(",' _", cell->at[i]) && (!*mark || *mark == cell->at[i]))
            *mark = cell->at[i];
        else
            plain[size++] = cell->at[i];
    }
    plain[size] = 0;
    return *mark && lhi_cell_read(&(lhi_cell){plain, size, 0}, '.', &value) == LHI_CELL_NUMBER;
}

static int is_fortran(const lhi_cell *cell)
{
    char plain[80];
    double value;
    const size_t size = cell->size < sizeof plain - 1 ? cell->size : 0;

    for (size_t i = 0; i < size; i++)
        plain[i] = strchr("dD", cell->at[i]) ? 'e' : cell->at[i];
    plain[size] = 0;
    return size && has(cell, "dD") &&
           lhi_cell_read(&(lhi_cell){plain, size, 0}, '.', &value) == LHI_CELL_NUMBER;
}

const char *lhi_number_but_for(const lhi_cell *cell)
{
    const lookalike *l = disguise(cell);
    const lhi_cell before = {cell->at, cell->size - 1, 0};
    double value;
    char mark;

    if (l)
        return l->what;
    if (is_fortran(cell))
        return "has an exponent as Fortran writes it";
    if (is_grouped(cell, &mark))
        return "has marks between its digits";
    return cell->size > 1 && cell->at[cell->size - 1] == '%' &&
                   lhi_cell_read(&before, '.', &value) == LHI_CELL_NUMBER
               ? "has a percent sign"
               : NULL;
}

/* How one class of the label becomes 1 and all others 0. */
static const char *label_hint(const lhi_csv *r, const lhi_cell *cell)
{
    double value;
    const int number = lhi_cell_read(cell, r->point, &value) == LHI_CELL_NUMBER;
    const char *rows = r->first > 1 ? lhi_strf(r->c, "NR > %zu ", r->first - 1) : "";
    const char *head = rows ? rows : "";
    const char *mark = lhi_mark_of(r)->word;

    if (!number && !is_word(cell, "\"'\\/.*+?[](){}|^$"))
        return "the last column is the label; number the two classes 0, 1";
    if (number && value < 0 && value == floor(value))
        return lhi_strf(r->c, "the last column is the label; number the two classes 0, 1: awk -F%s "
                        "-v OFS=%s '%s{ $%zu = $%zu > 0 } 1' %s > new.csv", mark, mark, head,
                        r->width, r->width, r->word);
    if (number && value != floor(value))
        return lhi_strf(r->c, "the last column is the label, of two classes, 0 and 1; to cut a "
                        "quantity in two, with your own limit in the place of 0.5: awk -F%s "
                        "-v OFS=%s -v limit=0.5 '%s{ $%zu = $%zu > limit } 1' %s > new.csv", mark,
                        mark, head, r->width, r->width, r->word);
    return lhi_strf(r->c, "the last column is the label; number the two classes 0, 1: awk -F%s -v "
                    "OFS=%s '%s{ $%zu = $%zu %s%.*s%s } 1' %s > new.csv makes %.*s 1 and all "
                    "else 0", mark, mark, head, r->width, r->width,
                    number ? "== " : "~ /^\"?", (int)cell->size, cell->at,
                    number ? "" : "\"?\\r?$/", r->word, (int)cell->size, cell->at);
}

static const char *leave_out(const lhi_csv *r, size_t column)
{
    return lhi_strf(r->c, "leave the column out (cut %s--complement -f%zu %s > new.csv)",
                    lhi_mark_of(r)->cut, column, r->word);
}

/* Text in a column of features: a class, a name, a date. */
static const char *text_hint(const lhi_csv *r, size_t column, const lhi_cell *cell)
{
    const char *out = leave_out(r, column);
    const lhi_mark *m = lhi_mark_of(r);

    if (is_date(cell))
        return lhi_strf(r->c, "it looks like a date or a time: make a number of it (days since the "
                        "first, say), or %s", out ? out : "");
    if (r->line < r->first)
        return lhi_strf(r->c, "if line 1 has the column names, begin each with a letter, or take "
                        "the line out: tail -n +2 %s > new.csv", r->word);
    if (!is_word(cell, "\"'\\"))
        return "all cells must be numbers, below one line of column names at most";
    return lhi_strf(r->c, "all cells must be numbers, below one line of column names at most; if "
                    "column %zu is the label, put it last: awk -F%s '{ for (i = 1; i <= NF; i++) "
                    "if (i != %zu) printf \"%%s%s\", $i; print %s$%zu == \"%.*s\" }' %s > new.csv; "
                    "else %s", column, m->word, column, m->plain,
                    r->first == 2 ? "NR == 1 ? \"label\" : " : "", column, (int)cell->size,
                    cell->at, r->word, out ? out : "");
}

static lh_status refuse_text(const lhi_csv *r, size_t column, const lhi_cell *cell)
{
    const lookalike *l = disguise(cell);
    const char *what = "is text, not a number";
    char mark;

    if (l)
        return lhi_refuse_cell(r, column, cell, l->what,
                               lhi_strf(r->c, "sed 's/\\x%s/%s/g' %s > new.csv", l->code, l->as,
                                        r->word));
    if (memchr(cell->at, '\r', cell->size))
        return lhi_refuse_cell(r, column, cell, "is text, not a number: it has a carriage return",
                               lhi_strf(r->c, "tr -d '\\r' < %s > new.csv", r->word));
    if (is_fortran(cell))
        return lhi_refuse_cell(r, column, cell, "has an exponent as Fortran writes it",
                               lhi_strf(r->c, "sed 's/\\([0-9.]\\)[dD]\\([-+0-9]\\)/\\1e\\2/g' %s "
                                        "> new.csv", r->word));
    if (is_grouped(cell, &mark))
        return lhi_refuse_cell(r, column, cell, what,
                               mark == ',' ? "write numbers with a decimal point, not a comma, and "
                                             "no comma between thousands; pandas.read_csv() knows "
                                             "decimal=',' and thousands=','"
                                           : "put nothing between the digits of a number");
    if (cell->size > 1 && cell->at[cell->size - 1] == '%')
        return lhi_refuse_cell(r, column, cell, "has a percent sign",
                               lhi_strf(r->c, "tr -d '%%' < %s > new.csv", r->word));
    if (cell->at[0] == '#' && strchr("!?", cell->at[cell->size - 1]))
        return lhi_refuse_cell(r, column, cell, "is an error of a spreadsheet",
                               "leave the row out, or mend the formula and save the sheet again");
    if (cell->at[0] == '#' && column == 1)
        return lhi_refuse_cell(r, column, cell, "begins a comment, and every line is a row",
                               lhi_strf(r->c, "grep -v '^#' %s > new.csv", r->word));
    if (memchr(cell->at, ';', cell->size) || memchr(cell->at, '\t', cell->size))
        return lhi_refuse_cell(r, column, cell, what,
                               "put commas between cells, not semicolons or tabs");
    return lhi_refuse_cell(r, column, cell, what,
                           column == r->width && r->line >= r->first ? label_hint(r, cell)
                                                                     : text_hint(r, column, cell));
}

static const char *missing_hint(const lhi_csv *r, size_t column, const lhi_cell *cell)
{
    if (cell->size == 0 && column == r->width && r->line == r->first)
        return lhi_strf(r->c, "if every line ends with a comma: sed 's/,[[:space:]]*$//' %s > "
                        "new.csv", r->word);
    if (cell->size && !is_word(cell, "\"'\\"))
        return "leave the row out or fill the value in: nothing is guessed here";
    return lhi_strf(r->c, "leave such rows out (awk -F' *%s *' '$%zu != \"%.*s\"' %s > new.csv) or "
                    "fill the values in: nothing is guessed here",
                    lhi_mark_of(r)->plain, column, (int)cell->size, cell->at, r->word);
}

lh_status lhi_refuse_kind(const lhi_csv *r, size_t column, const lhi_cell *cell,
                          enum lhi_cell_kind kind)
{
    switch (kind) {
    case LHI_CELL_MISSING:
        return lhi_refuse_cell(r, column, cell,
                               cell->size ? "stands for a missing value"
                                          : "is empty, a missing value",
                               missing_hint(r, column, cell));
    case LHI_CELL_NONFINITE:
        return lhi_refuse_cell(r, column, cell, "is not finite",
                               "leave the row out, or put a finite number there");
    case LHI_CELL_HUGE:
        return lhi_refuse_cell(r, column, cell, "is too large for a double",
                               "use another unit for the column: 1.8e308 is the largest number");
    case LHI_CELL_HEX:
        return lhi_refuse_cell(r, column, cell, "is hexadecimal",
                               lhi_strf(r->c, "write the number in decimal: perl -pe "
                                        "'s/\\b0x([0-9a-f]+)\\b/hex($1)/gie' %s > new.csv",
                                        r->word));
    default:
        return refuse_text(r, column, cell);
    }
}

lh_status lhi_refuse_label(const lhi_csv *r, const lhi_cell *cell, double value)
{
    char text[LHI_SHOWN_CELL], name[LHI_SHOWN_CELL + 4];
    const char *hint = label_hint(r, cell);

    if (r->line == 1 && value == floor(value))
        hint = lhi_strf(r->c, "if line 1 has column names that are numbers, take it out: tail -n "
                        "+2 %s > new.csv (pandas: to_csv(..., header=False)); else %s", r->word,
                        hint ? hint : "");
    return lhi_fail(r->c, LH_EDATA, hint, "label %s at %s line %zu, column %zu%s: 0 or 1 is wanted",
                    lhi_legible(text, sizeof text, cell->at, cell->size), r->path, r->line,
                    r->width, lhi_name_of(r, r->width, name));
}
