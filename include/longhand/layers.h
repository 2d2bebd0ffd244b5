/* layers.h -- layers of ops with their parameters, named as on the page. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_LAYERS_H
#define LH_LAYERS_H

#include <longhand/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Z1 = X W1 + b1, for the name "1": a layer of `units` units on X [m x k], with the parameters W1
 * [k x units] and b1 [1 x units].  `first` says how W1 begins; b1 begins with zeros.  Names that
 * the store has already are those parameters, as with lh_param().
 * @return Z1 [m x units], named so; inert after an error: those of lh_param(), lh_matmul() and
 *         lh_let(), as if the line were recorded by them.
 * Thread: the context's.
 */
#define lh_dense(X, name, units, first) \
    lh_dense_at((X), (name), (units), (first), __FILE__, __LINE__)
LH_API lh_var lh_dense_at(lh_var X, const char *name, ptrdiff_t units, lh_init first,
                          const char *file, int line);

/**
 * Layers one after another, lh_mlp(X, "", 16, 8, 1): Z1 = X W1 + b1, A1 = max(0, Z1), ... and at
 * the end Z3 = A2 W3 + b3, the logits.  Hidden layers begin as LH_HE says, the last as LH_GLOROT.
 * A name goes between letter and number: with "e" they are We1, be1, ...  lh_mlp_at() takes the
 * sizes as an array.
 * @return the last Z; inert after an error: those of lh_dense(), and LH_EUSAGE where there is no
 *         layer.
 * Thread: the context's.
 */
LH_API lh_var lh_mlp_at(lh_var X, const char *name, const ptrdiff_t *units, size_t layers,
                        const char *file, int line);
#ifdef __cplusplus
extern "C++" {
    template <class... T> inline lh_var lh_mlp_of(const char *file, int line, lh_var X,
                                                  const char *name, T... units)
    {
        const ptrdiff_t all[] = {static_cast<ptrdiff_t>(units)...};

        return lh_mlp_at(X, name, all, sizeof...(units), file, line);
    }
}
#define lh_mlp(X, name, ...) lh_mlp_of(__FILE__, __LINE__, (X), (name), __VA_ARGS__)
#else
#define lh_mlp(X, name, ...)                                 \
    lh_mlp_at((X), (name), (const ptrdiff_t[]){__VA_ARGS__}, \
              sizeof((const ptrdiff_t[]){__VA_ARGS__}) / sizeof(ptrdiff_t), __FILE__, __LINE__)
#endif

#ifdef __cplusplus
}
#endif
#endif
