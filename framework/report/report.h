/* report.h -- figures through gnuplot, and the history as text. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_REPORT_H
#define LHI_REPORT_H

#include "framework/base/quote.h"
#include "framework/base/state.h"
#include "framework/base/text.h"

/* Figures: <longhand/report.h> says what is kept and when a warning is enough. */

/* The series of s with these names, separated by commas. */
lh_status lhi_figure_curves(lh_ctx *c, const lhi_state *s, const char *path, const char *names);
/* Every series named |dSOMETHING|, on a logarithmic axis. */
lh_status lhi_figure_norms(lh_ctx *c, const lhi_state *s, const char *path);
lh_status lhi_figure_roc(lh_ctx *c, const char *path, const double *fpr, const double *tpr,
                         size_t n, double auc, const char *title);

/* A curve of a measurement. */
typedef struct lhi_scaling {
    const char *name;
    const double *x, *y;
    size_t n;
} lhi_scaling;

/* Speed-up (y) over threads (x), with the line that none can be above for long. */
lh_status lhi_figure_scaling(lh_ctx *c, const char *path, const lhi_scaling *curve, size_t n);

/* A bandwidth in 10^9 bytes a second, and an act: operations a byte, 10^9 operations a
 * second. */
typedef struct lhi_roof {
    const char *name;
    double rate;
} lhi_roof;

typedef struct lhi_point {
    const char *name;
    double intensity, rate;
} lhi_point;

/* Acts below what the arithmetic (peak) and each bandwidth allow (S. Williams,
 * A. Waterman, D. Patterson, Communications of the ACM 52(4), 2009). */
lh_status lhi_figure_roofline(lh_ctx *c, const char *path, double peak, const lhi_roof *roof,
                              size_t roofs, const lhi_point *point, size_t n);

/* Comma separated values when the path ends in .csv, else one JSON object a line. */
void lhi_history_text(lhi_text *t, const lhi_state *s, const char *path);
lh_status lhi_history_write(lh_ctx *c, const lhi_state *s, const char *path);

/* "gnuplot 5.4 patchlevel 4 (/usr/bin/gnuplot)", or NULL when there is none. */
const char *lhi_gnuplot_version(char *text, size_t room);

/* From here on: shared by the files of report/ alone. */

/* A picture in the making: the caller adds the text that follows `set output`. */
typedef struct lhi_picture {
    lh_ctx *c;
    char *path, *script; /* where the picture and its script go */
    int svg, in_terminal;
    int width, height;   /* pixels */
    lhi_text body;
} lhi_picture;

/* 1 when there is something to draw; 0: an error is in the context, or no figures are wanted. */
int lhi_picture_begin(lhi_picture *p, lh_ctx *c, const char *path);
/* Keeps the script, draws, and frees. */
lh_status lhi_picture_end(lhi_picture *p);

/* The frame and grid of every figure, and the line style k + 1 of a curve with so many points. */
void lhi_add_look(lhi_text *t);
void lhi_add_style(lhi_text *t, size_t k, size_t points);
/* A logarithmic axis, 'x' or 'y', over whole decades from the least to the most. */
void lhi_add_decades(lhi_text *t, char axis, double least, double most);
/* What is left of very many points, nearly. */
enum { LHI_MOST_POINTS = 8192 };

/* Of points (x NULL: 0, 1, 2, ...) that are kept, leaves those that are seen: of thousands in one
 * column of pixels the first, the least, the largest and the last.  `gaps`: one that is not kept
 * interrupts the line. */
void lhi_thin(const double *x, const double *y, size_t n, int logarithmic, int gaps, char *keep);
/* All of a figure without a point. */
void lhi_add_nothing(lhi_text *t);

/* How long gnuplot may take; the tests shorten it. */
extern double lhi_gnuplot_seconds;

#endif
