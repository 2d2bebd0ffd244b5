/* state.h -- all of a run as plain arrays by name: what a checkpoint holds.
 *
 * train/ fills one and takes one back, store/ writes and reads it, report/ draws its
 * history; so none of the three needs to know another. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_STATE_H
#define LHI_STATE_H

#include "framework/base/ctx.h"
#include "framework/base/name.h"
#include "framework/base/scale.h"

/* One parameter; each array is rows x cols of the state's type. */
typedef struct lhi_state_param {
    char name[LHI_NAME];
    size_t rows, cols;
    void *value; /* of the model: the best epoch's where the run watches, else the last */
    void *last;  /* what training goes on from where that is another; NULL: value */
} lhi_state_param;

/* What an optimiser keeps beside each parameter, such as "velocity". */
typedef struct lhi_state_slot {
    char name[LHI_NAME];
    void **at; /* an array for each parameter, of its shape; NULL where it has none */
} lhi_state_slot;

/* A number of an optimiser's rule, such as "rate". */
typedef struct lhi_state_number {
    char name[LHI_NAME];
    double value;
} lhi_state_number;

/* A column of the history, one double an epoch, NaN where nothing was noted. */
typedef struct lhi_state_series {
    char name[LHI_NAME];
    double *at;
} lhi_state_series;

typedef struct lhi_state {
    int64_t version;         /* of the file that it was read from, 0 without one */
    lh_type type;            /* LH_F32 or LH_F64 */
    char *tape;              /* the program of the loss, a line a node (tape/listing.c) */
    lhi_state_param *param;
    size_t params;

    char rule[LHI_NAME];     /* how the parameters move: "sgd", "adam" */
    char schedule[LHI_NAME]; /* how their rate changes: "constant", "cosine" */
    lhi_state_number *number;
    size_t numbers;
    lhi_state_slot *slot;
    size_t slots;
    lhi_state_number *kept;  /* numbers that change as the run goes on, those that are not 0 */
    size_t kepts;

    int64_t epoch;           /* whole epochs done */
    int64_t step;            /* batches done */
    int64_t moves;           /* moves of the parameters: one after several batches, perhaps */
    int64_t own;             /* steps since the last epoch that the driver made itself */
    int64_t position;        /* rows done of an epoch that was cut short, else 0 */
    double loss_sum;         /* of that part: sum of batch loss times rows */
    int64_t batch, shards;
    uint64_t seed, shuffle_seed;
    double threshold;        /* from which on an output beside labels of 0 and 1 says 1 */

    char watch[LHI_NAME];    /* the name given to lh_watch(), "" without */
    double best_value;       /* its smallest value so far */
    int64_t best_epoch;      /* the epoch of it, 0 without */
    int64_t patience;        /* epochs without a smaller one that end the run, 0: any number */

    lhi_state_series *series;
    size_t series_count, epochs; /* columns and rows of the history */

    char data_name[256];     /* file name without folders */
    char data_digest[65];    /* SHA-256 of the bytes of the data file */
    int64_t data_rows, data_cols, train_rows;
    lhi_scale scale;         /* of data_cols columns; fill is NULL where none is filled */
    char *recipe;            /* how the file's columns became X and y (data/recipe_text.c); NULL:
                                numbers, and a label of 0 or 1 behind them */
    double *held;            /* the parts of lh_hold_out(), in order */
    size_t held_count;
    uint16_t *part;          /* of each of data_rows: held out as the part-th, from 1; else 0.
                                NULL: none was held out, or the file does not say */
    int64_t trained;         /* the part that was trained on */
    int64_t streamed;        /* 1: rows stayed in their file, and were drawn by blocks */

    const char **config;     /* "name=value" */
    size_t config_count;
    const char **provenance; /* "name=value"; none with --reproducible */
    size_t provenance_count;
} lhi_state;

#endif
