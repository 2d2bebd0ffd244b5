/* page.h -- the page of notes, worked by hand on plain arrays. */
/* SPDX-License-Identifier: MIT */
#ifndef PAGE_H
#define PAGE_H

#include <stddef.h>

typedef long double page_real;

/* All matrices row by row.  The letters are the page's; dX is dL/dX. */
typedef struct page {
    size_t m, n, h1, h2; /* X is [m x n], W1 [n x h1], W2 [h1 x h2], W3 [h2 x 1] */
    page_real *X, *y, *W1, *b1, *W2, *b2, *W3, *b3;
    page_real *Z1, *A1, *Z2, *A2, *Z3, *yhat, L;
    page_real *dyhat, *dZ3, *dW3, *db3, *dA2, *dZ2, *dW2, *db2, *dA1, *dZ1, *dW1, *db1;
} page;

/* All arrays, zeroed; the caller fills X to b3. */
page *page_new(size_t m, size_t n, size_t h1, size_t h2);
void page_free(page *p);

/* Lines 1 to 21. */
void page_work(page *p);
/* Line 22. */
void page_update(page *p, page_real alpha);

/* What the numbers of `of` are made of: every line with the absolute values of its terms,
 * so that nothing cancels.  A rounding error is small against this, not against a result
 * that is a difference of large numbers. */
void page_sizes(page *size, const page *of);

#endif
