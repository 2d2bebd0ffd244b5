/* record_listing.c -- a listing read back into a tape. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"
#include "framework/ops/ops.h"
#include "framework/system/sys.h"

#include <stdio.h>
#include <string.h>

enum { MOST_LINES = 4096 };

typedef struct known {
    char name[LHI_NAME];
    lh_var v;
} known;

static int find(const known *k, size_t count, const char *name, lh_var *v)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(k[i].name, name) == 0) {
            *v = k[i].v;
            return 1;
        }
    return 0;
}

static lh_init first_of(const char *word)
{
    return strcmp(word, "he") == 0 ? LH_HE : strcmp(word, "glorot") == 0 ? LH_GLOROT : LH_ZEROS;
}

/* The operands "Z1, b1", and what follows them in the brackets: "; 0.5, 2)". */
static int read_operands(const char *at, const lh_op *op, const known *k, size_t count, lh_var *in,
                         double *number)
{
    char name[LHI_NAME], *end;
    int used = 0;

    for (int i = 0; i < op->n_in; i++) {
        if (sscanf(at, " %63[^, ()]%n", name, &used) != 1)
            return 0;
        at += used;
        /* A name may have a semicolon of its own: the last one is not of the name. */
        if (i + 1 == op->n_in && op->numbers > 0) {
            if (at[-1] != ';')
                return 0;
            name[strlen(name) - 1] = 0;
        }
        if (!find(k, count, name, &in[i]))
            return 0;
        at += *at == ',' && i + 1 < op->n_in;
    }
    for (int i = 0; i < op->numbers; i++) {
        if (i > 0 && *at++ != ',')
            return 0;
        number[i] = lhi_sys_strtod(at, &end);
        if (end == at)
            return 0;
        at = end;
    }
    return *at == ')';
}

/* The file is whole: this program cannot work it. */
static void op_is_unknown(lh_ctx *c, const char *op, const char *path)
{
    lhi_fail(c, LH_EMISMATCH,
             "open it in a program that has this op, after lh_op_register(); or it comes from a "
             "newer version, with other ops",
             "%s: this network needs the op \"%s\", which is not part of longhand", path, op);
}

/* The op of a line of the listing, `at` behind its name: one by its name, or a formula, "#1 + #2"
 * in quotation marks.  NULL when there is none; a name that is none's is told. */
static const lhi_op_family *family_of(lh_ctx *c, const char **at, const char *path)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    char word[LHI_LINE_ROOM];
    const int formula = **at == '"';
    const char *end = formula ? strchr(*at + 1, '"') : *at + strcspn(*at, "(");
    const lhi_op_family *f;
    lhi_misread why;

    if (!end || end[formula] != '(' || (size_t)(end - *at) >= sizeof word)
        return NULL;
    snprintf(word, sizeof word, "%.*s", (int)(end - *at) - formula, *at + formula);
    *at = end + formula + 1;
    f = formula ? lhi_line_of(c, lhi_op_named, word, &why) : lhi_family(c, word);
    if (!f && !formula && word[strspn(word, letters)] == 0)
        op_is_unknown(c, word, path);
    return f;
}

/* One line: "W1 = param [30 x 16] he", "X = input [m x 30]", "Z1 = add(%3, b1) [m x 16]"; it
 * stands in the file at this place.  1 when it could be read; the recording itself may still
 * fail in the context. */
static int record_line(lh_tape *t, const char *line, const char *path, known *k, size_t count,
                       lh_var *v)
{
    char name[LHI_NAME], rows[24], first[12] = "";
    const char *at;
    ptrdiff_t m, n;
    int used = 0;
    lh_var in[LH_OPERANDS];
    double number[LH_NUMBERS];
    const lhi_op_family *f;

    if (sscanf(line, "%63s = input [%23s x %td]", name, rows, &n) == 3 ||
        sscanf(line, "%63s = param [%23s x %td] %11s", name, rows, &n, first) == 4) {
        if (strcmp(rows, "m") == 0)
            m = LH_ROWS;
        else if (sscanf(rows, "%td%n", &m, &used) != 1 || rows[used] || m < 0)
            return 0;
        *v = first[0] ? lh_param_at(t, name, m, n, first_of(first), path, (int)count + 1)
                      : lh_input_at(t, name, m, n, path, (int)count + 1);
    } else {
        if (sscanf(line, "%63s = %n", name, &used) < 1 || !used)
            return 0;
        at = line + used;
        f = family_of(t->c, &at, path);
        if (!f && !lhi_ok(t->c)) {
            v->id = UINT32_MAX;
            return 1;
        }
        if (!f || !read_operands(at, lhi_family_op(f, LHI_F64), k, count, in, number))
            return 0;
        *v = lhi_record(f, in, number);
        if (name[0] != '%')
            *v = lh_label(*v, name, path, (int)count + 1);
    }
    snprintf(k[count].name, sizeof k[count].name, "%s", name);
    k[count].v = *v;
    return 1;
}

lh_var lhi_record_listing(lh_tape *t, const char *listing, const char *path)
{
    known *k = lhi_alloc_array(t->c, MOST_LINES, sizeof *k);
    lh_var v = {t, UINT32_MAX, 0};
    size_t count = 0;

    for (const char *at = listing; k && *at && lhi_ok(t->c); count++) {
        char line[LHI_LINE_ROOM + 400];
        const size_t length = strcspn(at, "\n");

        snprintf(line, sizeof line, "%.*s",
                 (int)(length < sizeof line ? length : sizeof line - 1), at);
        if (count == MOST_LINES || length >= sizeof line ||
            !record_line(t, line, path, k, count, &v)) {
            lhi_fail(t->c, LH_EFORMAT, "it may come from a newer version, with other ops",
                     "%s: line %zu of its tape cannot be read: %.80s", path, count + 1, line);
            v.id = UINT32_MAX;
            break;
        }
        at += length + (at[length] == '\n');
    }
    lhi_release(t->c, k);
    return v;
}
