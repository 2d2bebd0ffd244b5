/* lines_case.c -- drawn programs, and calls of the op that they are, in every variant. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/lines_case.h"

#include "framework/base/threads.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <stdlib.h>
#include <string.h>

#define EACH_VARIANT(X) X(f32) X(f64) X(wide)
#ifdef LHI_X86
#define EACH_OTHER(X) X(f32_avx2) X(f64_avx2) X(f32_avx512) X(f64_avx512)
#else
#define EACH_OTHER(X)
#endif

#define DECLARE(v) extern const lh_op lhi_line_as_op_##v;
EACH_VARIANT(DECLARE)
EACH_OTHER(DECLARE)

const variant variants[VARIANTS] = {
    {"f32", &lhi_line_as_op_f32, LH_F32, "portable"},
    {"f64", &lhi_line_as_op_f64, LH_F64, "portable"},
    {"wide", &lhi_line_as_op_wide, LH_WIDE, "portable"},
#ifdef LHI_X86
    {"f32_avx2", &lhi_line_as_op_f32_avx2, LH_F32, "avx2"},
    {"f64_avx2", &lhi_line_as_op_f64_avx2, LH_F64, "avx2"},
    {"f32_avx512", &lhi_line_as_op_f32_avx512, LH_F32, "avx512"},
    {"f64_avx512", &lhi_line_as_op_f64_avx512, LH_F64, "avx512"},
#endif
};

uint64_t draws = 7;

int variant_runs(const variant *v)
{
    return v->name && lhi_variant_pick(v->type, v->isa) >= 0;
}

size_t draw(size_t below)
{
    return draw_from(&draws) % below;
}

/* Cheap operations in half of the places, so that there are pairs, and chains of them. */
static int draw_code(void)
{
    static const int cheap[] = {LHI_ADD, LHI_SUB, LHI_MUL, LHI_NEG};

    return draw(2) ? cheap[draw(4)] : (int)draw(LHI_CODES);
}

/* A place that is known before instruction n. */
static uint16_t draw_place(const program *p, int n_in, size_t n, int out)
{
    const size_t known = LHI_P_CONSTANTS + p->p.constants + n;

    for (;;) {
        /* mostly what is new */
        const size_t place = n > 0 && draw(3) ? known - 1 - draw(n) : draw(known);

        if (place < (size_t)n_in || place >= LHI_P_M || (out && place == LHI_P_OUT))
            return (uint16_t)place;
    }
}

static void draw_program(program *p, int n_in, size_t count, int out)
{
    memset(p, 0, sizeof *p);
    p->p = (lhi_program){.constants = draw(5), .count = count, .constant = p->constant,
                         .instr = p->instr};
    for (size_t i = 0; i < p->p.constants; i++) {
        const double x = draw_between(-2, 2, &draws);

        p->constant[i] = (lhi_number){(float)x, x, (lh_wide)x / 3};
    }
    for (size_t i = 0; i < count; i++)
        p->instr[i] = (lhi_instr){(uint8_t)draw_code(), draw_place(p, n_in, i, out),
                                  draw_place(p, n_in, i, out)};
    p->p.result = count && draw(5) ? (uint16_t)(LHI_P_CONSTANTS + p->p.constants + count - 1)
                                   : draw_place(p, n_in, count, out);
}

void leaf_program(program *p, size_t place, double x)
{
    memset(p, 0, sizeof *p);
    p->constant[0] = (lhi_number){(float)x, x, (lh_wide)x};
    p->p = (lhi_program){.constants = 1, .constant = p->constant, .instr = p->instr,
                         .result = (uint16_t)place};
}

void *block(set *k, size_t cells)
{
    return k->all[k->blocks++] = calloc(cells + 1, k->element);
}

void fill(set *k, void *array, size_t cells)
{
    for (size_t e = 0; e < cells; e++)
        lhi_set(k->type, array, e,
                draw(20) ? (float)draw_between(-3, 3, &draws) : draw(2) ? 0 : -(lh_wide)0);
}

static lh_slot slot(set *k, shape s)
{
    lh_slot a = {.rows = s.rows, .cols = s.cols};

    a.value = block(k, s.rows * s.cols);
    a.grad = block(k, s.rows * s.cols);
    fill(k, a.value, s.rows * s.cols);
    fill(k, a.grad, s.rows * s.cols);
    return a;
}

void open_set(set *k, const variant *v, const lhi_line *line, const shape *in, shape out,
              size_t shards, uint64_t seed)
{
    static const double number[LH_NUMBERS] = {0.25, -1.5, 3, 0.1};

    draws = seed;
    memset(k, 0, sizeof *k);
    k->type = v->type;
    k->element = lhi_type_size(v->type);
    k->op = *v->op;
    k->op.data = line;
    k->op.n_in = line->op.n_in;
    k->op.numbers = LH_NUMBERS;
    k->call = (lh_call){.op = &k->op, .out = &k->out, .number = number, .m = 3 * out.rows + 1,
                        .shards = shards, .fresh = 1};
    for (int i = 0; i < k->op.n_in; i++) {
        k->in[i] = slot(k, in[i]);
        k->call.in[i] = &k->in[i];
    }
    k->out = slot(k, out);
    k->call.work = k->all[k->blocks++] = malloc(k->op.work(&k->call));
    memset(k->call.work, 0xff, k->op.work(&k->call));
}

void close_set(set *k)
{
    while (k->blocks > 0)
        free(k->all[--k->blocks]);
}

size_t unlike(const set *k, const void *a, const void *b, size_t n)
{
    for (size_t e = 0; e < n; e++) {
        const lh_wide x = lhi_get(k->type, a, e), y = lhi_get(k->type, b, e);

        if (!(x != x && y != y) && (x != y || __builtin_signbit(x) != __builtin_signbit(y)))
            return e;
    }
    return n;
}

void forward(set *k, int shares)
{
    for (int r = shares; r-- > 0;)
        k->op.forward(&k->call, lhi_share(k->out.rows, r, shares),
                      lhi_share(k->out.rows, r + 1, shares));
}

void backward(set *k, int operand, int shares)
{
    const lh_slot *a = &k->in[operand];

    for (int r = shares; r-- > 0;) {
        lh_tile t = {lhi_share(a->rows, r, shares), lhi_share(a->rows, r + 1, shares), 0, a->cols};

        if (a->rows == 1)
            t = (lh_tile){0, 1, lhi_share(a->cols, r, shares), lhi_share(a->cols, r + 1, shares)};
        if (t.i0 < t.i1 && t.j0 < t.j1)
            k->op.backward(&k->call, operand, t);
    }
}

void schedule(lh_ctx *c, drawn *d)
{
    d->line.op.forward = d->forward.p;
    for (int k = 0; k < d->line.op.n_in; k++)
        d->line.op.slope[k] = d->slope[k].p;
    CHECK(lhi_line_schedule(c, &d->line) == 0, "no memory");
}

void draw_line(lh_ctx *c, drawn *d, int n_in, size_t most)
{
    d->line = (lhi_line){.op.n_in = n_in};
    draw_program(&d->forward, n_in, draw(most), 0);
    for (int k = 0; k < n_in; k++)
        draw_program(&d->slope[k], n_in, draw(most), 1);
    schedule(c, d);
}
