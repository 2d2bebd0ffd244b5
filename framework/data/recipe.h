/* recipe.h -- how the columns of a file become X and y, and a table that is seen so. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_RECIPE_H
#define LHI_RECIPE_H

#include "framework/base/scale.h"
#include "framework/data/table.h"

#include <longhand/data.h>

#include <stdint.h>

enum {
    LHI_MOST_TEXTS = 256,    /* of a column of features: each becomes a column of X */
    LHI_MOST_CLASSES = 10000,
    LHI_MOST_COLS = 65535    /* of X */
};

/* A column of a file that something is made of.  Its values are known where each of them means
 * something by itself: texts, and numbers that name classes. */
typedef struct lhi_used {
    const char *name; /* NULL: it goes by its place */
    size_t place;     /* in the file that the recipe was made of, from 0 */
    int text;         /* its cells are texts */
    char **value;     /* NULL: they are numbers that mean themselves */
    double *number;   /* the values of cells that are numbers, ascending; NULL of text */
    size_t values;
    int marks;        /* of a feature: a last column of X is 1 where the cell was missing */
    size_t first;     /* its first column of X, or of y */
    size_t width;     /* columns of X */
} lhi_used;

typedef struct lhi_recipe {
    lh_labels labels; /* never LH_LABELS_AUTO */
    lh_missing missing;
    lh_scale scale;
    int balance;      /* rows weigh so that all classes weigh the same */
    lhi_used *feature, *label;
    size_t features, targets;
    lhi_used *weight; /* NULL without */
    lhi_used *group;
    int stratify;     /* splits keep the shares of the classes */
    size_t cols;      /* of X */
    int plain;        /* each feature is a number, in the order of the file, the label last */
} lhi_recipe;

/* A column of the recipe in a table: which it is, and the recipe's number of each of its texts. */
typedef struct lhi_taken {
    size_t column;
    const uint32_t *code; /* NULL: the cells are numbers */
} lhi_taken;

enum { LHI_NO_COLUMN = 0xffffffff };

/* A table as a recipe takes it; sets of its rows share one. */
typedef struct lhi_frame {
    const lhi_table *table;
    const lhi_recipe *how;
    lhi_taken *feature, *label, weight, group; /* column LHI_NO_COLUMN: the table has none */
    int labelled; /* every row has all labels */
    int numbers;  /* the columns of X are the first ones of the table, numbers all of them */
} lhi_frame;

/* --- recipe.c --- */

/* What a reading makes of a table; NULL after LH_EUSAGE (no such column), LH_EDATA, LH_ENOMEM. */
const lhi_recipe *lhi_recipe_new(lh_ctx *c, const lhi_table *t, const lh_reading *how);

/* --- recipe_text.c --- */

/* The recipe as text; NULL: no memory. */
char *lhi_recipe_write(lh_ctx *c, const lhi_recipe *r);
/* The recipe of a text that anyone may have written; NULL after LH_EFORMAT, LH_ENOMEM. */
const lhi_recipe *lhi_recipe_parse(lh_ctx *c, const char *text, const char *path);
/* That of a file without one: so many features, and a label that is 0 or 1 behind them. */
const lhi_recipe *lhi_recipe_plain(lh_ctx *c, size_t cols);

/* --- encode.c --- */

/* The most columns that one feature becomes. */
enum { LHI_MOST_WIDTH = LHI_MOST_TEXTS + 1 };

/* The u->width columns of X that a cell of a feature becomes; `value` is the number of its text,
 * SIZE_MAX of none.  Without a scale (NULL) as it stands in the file: a missing number is a NaN. */
void lhi_encode(const lhi_used *u, double cell, size_t value, const lhi_scale *s, double *x);

/* --- choose.c --- */

/* What a reading says of each column. */
enum lhi_purpose { LHI_UNUSED, LHI_FEATURE, LHI_LABEL, LHI_WEIGHT, LHI_GROUP };

/* Fills role[] of the table's columns; LH_EUSAGE of a name that none has. */
lh_status lhi_choose(lh_ctx *c, const lhi_table *t, const lh_reading *how, enum lhi_purpose *role);
/* "column 3 'radius'" for messages; room is 80 at least. */
const char *lhi_column_text(const lhi_table *t, size_t column, char *text, size_t room);
/* " line 7", or " row 3" of a table without lines. */
const char *lhi_row_text(const lhi_table *t, size_t row, char *text, size_t room);

/* --- frame.c --- */

/* Finds the recipe's columns in a table: by name, by place in one without names.  NULL after
 * LH_EMISMATCH (a column is missing, or a text that the recipe does not know) or LH_EDATA (a cell
 * that is missing or no number); `labelled`: labels and weights must be there, else they may be
 * missing. */
const lhi_frame *lhi_frame_new(lh_ctx *c, const lhi_table *t, const lhi_recipe *how, int labelled);

/* The number of a value of a used column in a row: of a text, or of a number that is one of a few;
 * SIZE_MAX of a cell that is missing or not among them. */
size_t lhi_value_in(const lhi_frame *f, const lhi_used *u, const lhi_taken *at, size_t row);

#endif
