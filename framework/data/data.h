/* data.h -- inside of a data set: the table, the rows it has of it, how they are scaled. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DATA_H
#define LHI_DATA_H

#include "framework/base/ctx.h"
#include "framework/data/recipe.h"
#include "framework/data/table.h"

#include <longhand/data.h>

#include <stddef.h>
#include <stdint.h>

/* An inert data set has no table, 0 rows and 1 column: a driver goes on recording.
 * Its c is NULL when there was no memory for one that belongs to the context. */
struct lh_data {
    lh_ctx *c;
    const char *name;     /* of the file, without folders */
    char digest[65];      /* SHA-256 of the bytes of the file, in hexadecimal */
    const lhi_table *table; /* of the file */
    const lhi_frame *frame; /* the table as its recipe takes it */
    size_t file_rows;
    uint32_t *row;        /* the rows of the table that are in this set, ascending */
    size_t rows, cols;
    lh_data *fit;         /* whose rows gave mean and deviation: itself, or what it is a part of */
    lhi_scale scale;      /* what the rows of fit say; mean NULL before the fit, or one is given */
    lh_data *like;        /* another file's set, whose scale this one takes when it needs one */
    double *held;         /* the parts of lh_hold_out() so far; those of fit count */
    size_t held_count, held_room;
    uint16_t *part;       /* of each row of the table: held out as which part, from 1, else 0;
                             of fit, NULL while none is */
    uint16_t index;       /* this set's own: a part's number, 0 for what remains */
    int given;            /* mean and deviation are those of lh_data_standardize() */
    int targets_given;    /* and so is the scale of the targets */
    int fitted;           /* all of it is there */
    int sealed;           /* mean and deviation are in use: no row may leave any more */
    int weights_given;    /* and so are the weights of classes */
    const char **col_name; /* of X; NULL until they are asked for */
    void *copy[LH_TYPES]; /* rows x cols standardised features; NULL before the prepare, and of a
                             table that streams: there each row is worked when it is gathered */
    void *target[LH_TYPES]; /* and its labels as the network sees them, where it has them all */
};

/* 1 when missing cells are filled, in this file or another that is taken as it is. */
static inline int lhi_data_fills(const lh_data *d)
{
    return d->frame->how->missing != LH_MISSING_REFUSE;
}

/* The columns of X that a feature of a row becomes. */
static inline void lhi_data_encode(const lh_data *d, size_t row, size_t feature,
                                   const lhi_scale *s, double *x)
{
    const lhi_frame *f = d->frame;
    const lhi_used *u = &f->how->feature[feature];
    const lhi_taken *at = &f->feature[feature];

    lhi_encode(u, lhi_table_at(f->table, d->row[row], at->column),
               u->text ? lhi_value_in(f, u, at, d->row[row]) : SIZE_MAX, s, x);
}

static inline int lhi_data_is_inert(const lh_data *d)
{
    return !d || !d->table;
}

/* Seals d and the set it was held out of, and takes mean and deviation of the
 * latter's rows unless they were given.  LH_OK, LH_EDATA (values too large for a
 * mean), LH_ENOMEM, or the first error of the context. */
lh_status lhi_data_fit(lh_data *d);
/* The fit, and the standardised copy that gathering needs.  One thread at a time.
 * Also LH_EDATA when a standardised value is too large for the type. */
lh_status lhi_data_prepare(lh_data *d, lh_type type);

/* Rows order[from] to order[to - 1] of d (order NULL: as stored), standardised, X
 * row by row without gaps; X or y may be NULL.  y has a column for each column of labels: 0 or 1,
 * a class's number, or a scaled value.  Only reads, so threads may share d; needs the prepare for
 * the type. */
void lhi_data_gather_f32(const lh_data *d, const uint32_t *order, size_t from, size_t to, float *X,
                         float *y);
void lhi_data_gather_f64(const lh_data *d, const uint32_t *order, size_t from, size_t to,
                         double *X, double *y);
void lhi_data_gather_wide(const lh_data *d, const uint32_t *order, size_t from, size_t to,
                          lh_wide *X, lh_wide *y);
/* The order of the rows in an epoch.  Of a table that streams, rows that follow one another lie
 * near: blocks of 1 MiB are drawn, and rows among the blocks of 64 MiB (lhi_random_blocks). */
void lhi_data_order(const lh_data *d, uint64_t seed, uint32_t epoch, uint32_t *order);
/* The rows order[at..] come next: lets the file be read ahead, and what is past be let go. */
void lhi_data_ahead(const lh_data *d, const uint32_t *order, size_t at, size_t count);

/* The labels as one column for each class, and the weights; in the type. */
void lhi_data_gather_classes(const lh_data *d, const uint32_t *order, size_t from, size_t to,
                             lh_type type, void *y);
void lhi_data_gather_weights(const lh_data *d, const uint32_t *order, size_t from, size_t to,
                             lh_type type, void *w);

/* The k-th label of a row: 0 or 1, a class's number, a value as it stands in the file; NaN of a
 * row that has none.  lhi_data_label(): the first. */
double lhi_data_label_at(const lh_data *d, size_t row, size_t k);
double lhi_data_label(const lh_data *d, size_t row);
/* That as a network sees it: values are scaled. */
double lhi_data_target(const lh_data *d, size_t row, size_t k);
/* 1 where there are none; after the fit. */
double lhi_data_weight(const lh_data *d, size_t row);

/* Standardises d as a model does that has a scale already, and tells that once.  LH_OK;
 * LH_ESTATE when d is in use with another scale. */
lh_status lhi_data_follow(lh_data *d, const lh_params *p);
/* A scale that is known is d's own from now on. */
lh_status lhi_data_scale(lh_data *d, const lhi_scale *s);
/* Another file, taken as a recipe takes it; `labelled`: it must have labels.  Inert after an
 * error. */
lh_data *lhi_data_like_recipe(lh_ctx *c, const char *path, const lhi_recipe *how, int labelled);
/* The file that was trained on, as it was then: read into memory of a type, or left there. */
lh_data *lhi_data_again(lh_ctx *c, const char *path, const lhi_recipe *how, lh_type type,
                        int streams);
/* Makes the scale of d, which has its fit, that of a model. */
void lhi_data_lend(const lh_data *d, lh_params *p);
/* Those of d's rows that are of a part, scaled as d is; part is as above.  Inert after an error. */
lh_data *lhi_data_part(lh_data *d, const uint16_t *part, uint16_t index);

/* A number for each row of d, 1 where it is given; NULL after LH_EUSAGE (no such row, or twice). */
uint32_t *lhi_data_marks(const lh_data *d, const size_t *row, size_t count, const char *caller);

/* What the set is standardised with; NULL before the fit. */
const double *lhi_data_mean(const lh_data *d);
const double *lhi_data_deviation(const lh_data *d);

/* An inert data set; c may be NULL or failed. */
lh_data *lhi_data_inert(lh_ctx *c);
/* All rows of a table, as its frame takes them; NULL: no memory. */
lh_data *lhi_data_new(lh_ctx *c, const lhi_frame *f);
/* The same of a table that is seen as a driver says, NULL after an error; and whether it says what
 * can be. */
lh_data *lhi_data_of(lh_ctx *c, const lhi_table *t, const lh_reading *how);
lh_status lhi_reading_check(lh_ctx *c, const lh_reading *how);

#endif
