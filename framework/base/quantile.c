/* quantile.c -- quantiles of numbers that need not be sorted for them. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quantile.h"

static void swap(double *a, double *b)
{
    const double other = *a;

    *a = *b;
    *b = other;
}

/* Puts the k-th smallest of n numbers in its place, none that is smaller behind it and none that is
 * larger before it (Hoare's FIND). */
static void find(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;

    while (low < high) {
        const double pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;

        for (;;) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(&x[i++], &x[j--]);
        }
        /* Up to j none is larger than the pivot, and from j + 1 on none is smaller. */
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
}

double lhi_quantile(double *x, size_t n, double part)
{
    const double at = part * (double)(n - 1);
    const size_t below = (size_t)at;
    double next;

    find(x, n, below);
    if (below + 1 == n)
        return x[below];
    next = x[below + 1];
    for (size_t i = below + 2; i < n; i++)
        next = x[i] < next ? x[i] : next;
    return x[below] + (at - (double)below) * (next - x[below]);
}
