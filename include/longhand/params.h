/* params.h -- the parameters theta: values, gradients and optimiser slots, by name. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_PARAMS_H
#define LH_PARAMS_H

#include <longhand/ctx.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Element types.  LH_WIDE is long double and serves verification alone. */
typedef enum lh_type { LH_F32, LH_F64, LH_WIDE, LH_TYPES } lh_type;

/** The type in which hand derivations are worked. */
typedef long double lh_wide;

/**
 * First values.  Uniform draws keyed by (seed, name, element), so they do not
 * depend on the order in which parameters are recorded, nor on any other one.
 *   LH_ZEROS    0
 *   LH_HE       uniform in +-sqrt(6 / rows): He et al. 2015, for ReLU layers
 *   LH_GLOROT   uniform in +-sqrt(6 / (rows + cols)): Glorot and Bengio 2010
 */
typedef enum lh_init { LH_ZEROS, LH_HE, LH_GLOROT, LH_INITS } lh_init;

/** The store of the parameters.  It outlives every tape that uses it. */
typedef struct lh_params lh_params;

/**
 * A new, empty store in the given type (LH_F32 or LH_F64; --type overrides it).
 * @return the store; inert when the context has failed, NULL without memory.  Owns: the
 *         context does.
 */
LH_API lh_params *lh_params_new(lh_ctx *c, lh_type type);

/** The number of parameter arrays, and of all their elements. */
LH_API size_t lh_params_count(const lh_params *p);
LH_API size_t lh_params_size(const lh_params *p);

/** The element type in use. */
LH_API lh_type lh_params_type(const lh_params *p);

#ifdef __cplusplus
}
#endif
#endif
