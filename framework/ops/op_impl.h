/* op_impl.h -- all that an op file of the tree includes: what one outside does, and kernels. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OP_IMPL_H
#define LHI_OP_IMPL_H

#include "framework/base/rng.h"
#include "framework/kernels/kernels.h"
#include "framework/tape/fuses.h"

#include <longhand/op_impl.h>

/* Names that are no more. */
#define lhi_shape_same        lh_shape_same
#define lhi_shape_loss        lh_shape_loss
#define lhi_flops_elementwise lh_flops_elementwise
#define lhi_elements          lh_elements
#define lhi_complex_at        lh_complex_at
#define lhi_complex           lh_complex
#define lhi_mul               lh_complex_mul
#define lhi_div               lh_complex_div
#define lhi_exp               lh_complex_exp
#define lhi_log               lh_complex_log
#define lhi_gamma             lh_gamma
#define lhi_size              lh_size_at
#define lhi_grad_size         lh_grad_size_at

/* Names the op after its file. */
#define LHI_OWN(name) name
#define LH_DEFINE_OP(id, ...)             \
    extern const lh_op LH_T(lhi_op_##id); \
    const lh_op LH_T(lhi_op_##id) = LH_OP_OF(LHI_OWN, id, __VA_ARGS__)

#endif
