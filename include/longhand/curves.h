/* curves.h -- curves and tables of a driver's own, and the error of differences over their step. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_CURVES_H
#define LH_CURVES_H

#include <longhand/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A curve of n points, in the order in which a line joins them; its arrays stay the caller's. */
typedef struct lh_curve {
    const char *name;     /* for the key */
    const double *x, *y;  /* a point that is not finite (on a logarithmic axis: that is not
                             above 0) is left out, and the line has a gap there */
    size_t n;
    int    dashed;        /* in the colour of the last curve that is not, with dashes */
} lh_curve;

/** A place on the x axis that a dotted line marks over the whole height, with its name. */
typedef struct lh_mark {
    const char *name;
    double x;
} lh_mark;

/** What stands around the curves; NULL texts are left out.  Zero fields: linear axes, no marks. */
typedef struct lh_axes {
    const char *title, *x, *y; /* above the figure, and the label of each axis with its unit */
    int log_x, log_y;
    const lh_mark *mark;
    size_t marks;
} lh_axes;

/**
 * Draws curves.  Path, script, --plot, absent gnuplot and errors are those of every
 * figure (report.h): the path ends in .png or .svg, and the script with its data is kept
 * beside it (.gp).  In a dry run nothing is drawn.
 * @return LH_OK, LH_EUSAGE (the path, or no curve), LH_EIO (the script), LH_ENOMEM.
 */
LH_API lh_status lh_plot_curves(lh_ctx *c, const char *path, lh_axes a, const lh_curve *curve,
                                size_t n);

/** A column of a table. */
typedef struct lh_column {
    const char *name;
    const double *at;
} lh_column;

/**
 * Writes columns of so many rows each as comma separated values (RFC 4180), with all
 * digits; what is not finite stands there as nan, inf or -inf.  The file is written under
 * a temporary name and renamed; in a dry run it is not written.
 * @return LH_OK, LH_EUSAGE (no column), LH_EIO, LH_ENOMEM.
 */
LH_API lh_status lh_csv(lh_ctx *c, const char *path, const lh_column *column, size_t columns,
                        size_t rows);

/** How far differences with one step are from the gradient. */
typedef struct lh_vpoint {
    double h;                /* the step */
    double forward, central; /* relative errors */
    size_t kinked;           /* directions in which a ReLU changes its piece between x - h s
                                and x + h s */
} lh_vpoint;

/** How many directions lh_difference_errors() looks in. */
enum { LH_DIRECTIONS = 9 };

/**
 * The error of differences of L over their step h = 2^-4, 2^-5, ... (count of them), with
 * L worked in one element type on the first rows of d.
 *
 * A direction s moves every parameter of L at once, each by h up or down (as --seed says).
 * Compared with the derivative along s by the tape in wide, at the very point that the
 * type can hold, are the one-sided difference (L(x + h s) - L(x)) / h and the central one
 * (L(x + h s) - L(x - h s)) / 2h; each number is the median over LH_DIRECTIONS directions.
 * Neither differences nor errors are rounded to the type; the points and L are.  Where the
 * step is lost in the rounding of every parameter the error is 1.
 *
 * @return LH_OK; LH_EVERIFY (no parameters, or a derivative of 0), LH_ENONFINITE (L or its
 *         gradient is), LH_EUSAGE (no rows), LH_ESHAPE (L is no scalar, or the data do not
 *         fit), LH_ENAME (an input that is neither X nor y), LH_ENOMEM.  On an error the
 *         numbers are NaN.
 */
LH_API lh_status lh_difference_errors(lh_var L, lh_data *d, size_t rows, lh_type type,
                                      lh_vpoint *at, size_t count);

#ifdef __cplusplus
}
#endif
#endif
