/* registry.c -- ops.def made into families and constructors. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"

#include <longhand/ops.h>

#include <stdio.h>
#include <string.h>

#define LH_OP(name, text)                                                              \
    extern const lh_op lhi_op_##name##_f32, lhi_op_##name##_f64, lhi_op_##name##_wide, \
        lhi_op_##name##_f32_avx2, lhi_op_##name##_f64_avx2, lhi_op_##name##_f32_avx512, \
        lhi_op_##name##_f64_avx512;
#include <longhand/ops.def>

enum {
#define LH_OP(name, text) INDEX_##name,
#include <longhand/ops.def>
    OPS
};

/* In the order of lhi_variant_id. */
static const lhi_op_family families[OPS] = {
#ifdef LHI_X86
#define LH_OP(name, text)                                                                \
    {{&lhi_op_##name##_f32, &lhi_op_##name##_f64, &lhi_op_##name##_wide,                 \
      &lhi_op_##name##_f32_avx2, &lhi_op_##name##_f64_avx2, &lhi_op_##name##_f32_avx512, \
      &lhi_op_##name##_f64_avx512}, text},
#else
#define LH_OP(name, text) \
    {{&lhi_op_##name##_f32, &lhi_op_##name##_f64, &lhi_op_##name##_wide}, text},
#endif
#include <longhand/ops.def>
};

#define RECORD(name, numbers, ...) \
    lhi_record(&families[INDEX_##name], (lh_var[]){__VA_ARGS__}, numbers)
#define LH_UNARY(name, text)                                   \
    lh_var lh_##name(lh_var a)                                 \
    {                                                          \
        return RECORD(name, NULL, a);                          \
    }
#define LH_UNARY_1(name, text, x)                              \
    lh_var lh_##name(lh_var a, double x)                       \
    {                                                          \
        return RECORD(name, &x, a);                            \
    }
#define LH_UNARY_2(name, text, x, y)                           \
    lh_var lh_##name(lh_var a, double x, double y)             \
    {                                                          \
        return RECORD(name, ((double[]){x, y}), a);            \
    }
#define LH_BINARY(name, text)                                  \
    lh_var lh_##name(lh_var a, lh_var b)                       \
    {                                                          \
        return RECORD(name, NULL, a, b);                       \
    }
#define LH_TERNARY(name, text)                                 \
    lh_var lh_##name(lh_var a, lh_var b, lh_var c)             \
    {                                                          \
        return RECORD(name, NULL, a, b, c);                    \
    }
#define LH_TERNARY_1(name, text, x)                            \
    lh_var lh_##name(lh_var a, lh_var b, lh_var c, double x)   \
    {                                                          \
        return RECORD(name, &x, a, b, c);                      \
    }
#include <longhand/ops.def>

int lhi_family_add(lh_ctx *c, const lhi_op_family *f)
{
    lhi_registry *r = &c->ops;

    if (lhi_grow(c, &r->family, &r->room, r->count + 1, sizeof *r->family) != 0)
        return -1;
    r->family[r->count++] = f;
    return 0;
}

const lhi_op_family *lhi_family_at(const lh_ctx *c, size_t index)
{
    if (index < OPS)
        return &families[index];
    return c && index - OPS < c->ops.count ? c->ops.family[index - OPS] : NULL;
}

const lh_op *lh_op_at(const lh_ctx *c, size_t index, const char **text)
{
    const lhi_op_family *f = lhi_family_at(c, index);

    if (f && text)
        *text = f->text;
    return f ? f->op[LHI_WIDE] : NULL;
}

const lhi_op_family *lhi_family(const lh_ctx *c, const char *name)
{
    const lhi_op_family *f;

    for (size_t i = 0; (f = lhi_family_at(c, i)) != NULL; i++)
        if (strcmp(f->op[LHI_WIDE]->name, name) == 0)
            return f;
    return NULL;
}

int lhi_is_op(const lh_tape *t, uint32_t id, const char *name)
{
    return id < t->count && t->node[id].kind == LHI_OP &&
           strcmp(lhi_node_op(&t->node[id])->name, name) == 0;
}

void lhi_warn_literal(lh_var L)
{
    lh_tape *t = L.tape;
    const lhi_node *n = &t->node[L.id], *hat;
    char a[80], b[80];

    if (t->warned_pair || !lhi_is_op(t, L.id, "bce") || !lhi_is_op(t, n->in[0], "sigmoid"))
        return;
    hat = &t->node[n->in[0]];
    t->warned_pair = 1;
    lhi_warn(t->c,
             "%s (%s:%d) is bce of the sigmoid %s (%s:%d), the literal pair of the page: it is "
             "infinite or NaN where yhat rounds to 0 or 1; lh_bce_logits is exact there",
             lhi_node_text(t, L.id, a, sizeof a), n->file ? n->file : "?", n->line,
             lhi_node_text(t, n->in[0], b, sizeof b), hat->file ? hat->file : "?", hat->line);
}
