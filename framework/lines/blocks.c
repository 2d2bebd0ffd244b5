/* blocks.c -- binds a schedule to arrays: what is repeated, what is one number, what is a loop. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/blocks.h"

#include "framework/kernels/kernels.h"

#include <string.h>

enum {
    OF_ARRAYS = (1 << LHI_P_M) - 1, /* leaves: operands, the output, its gradient */
    ONCES = 4                       /* numbers that a stage may need to be worked once */
};

#if LHI_TYPE == 32
#define NUMBER(x) (x).f32
#elif LHI_TYPE == 64
#define NUMBER(x) (x).f64
#else
#define NUMBER(x) (x).wide
#endif

typedef LH_T(lhi_blocks) run;
typedef LH_T(lhi_bound) bound;

/* --- the scratch --- */

/* The next part of the scratch, on a line of the cache of its own.  base NULL: only counts. */
static void *part(char *base, size_t *used, size_t count, size_t size)
{
    char *p = base ? base + *used : NULL;

    *used += (count * size + 63) / 64 * 64;
    return p;
}

/* What every call needs; the bytes that it takes. */
static size_t lay_out(run *r, const lhi_line *l, char *base)
{
    const size_t onces = ONCES * l->stages;
    const size_t places = LHI_S_CONSTANTS + l->constants + l->registers + onces;
    size_t used = 0;
    char *registers;

    r->block = l->block_bytes / sizeof(real);
    r->at = part(base, &used, places, sizeof *r->at);
    r->now = part(base, &used, places, sizeof *r->now);
    r->one = part(base, &used, places, 1);
    r->once = part(base, &used, onces, sizeof *r->once);
    r->loop = part(base, &used, 2 * l->stages, sizeof *r->loop);
    r->number = part(base, &used, places, sizeof(real));
    registers = part(base, &used, l->registers, l->block_bytes);
    for (size_t i = 0; base && i < r->p->registers; i++)
        r->at[lhi_s_register(r->p, i)] = (real *)(void *)(registers + i * l->block_bytes);
    return used;
}

/* What is needed besides where something is repeated, from `used` on; the bytes of all. */
static size_t lay_out_more(run *r, const lhi_line *l, char *base, size_t used)
{
    for (int k = 0; k < l->op.n_in; k++)
        r->repeated[k] = part(base, &used, 1, l->block_bytes);
    r->values = part(base, &used, 1, l->block_bytes);
    r->sums = part(base, &used, 1, l->block_bytes);
    r->level = part(base, &used, LHI_LEVELS, l->block_bytes);
    r->gemm = part(base, &used, 0, 0);
    return used;
}

size_t LH_T(lhi_blocks_work)(const lhi_line *l)
{
    run r;
    const size_t used = lay_out_more(&r, l, NULL, lay_out(&r, l, NULL));

    return used + LH_T(lhi_gemm_work)(1, r.block) * sizeof(real) + 64;
}

/* --- what a call has to do --- */

static void set_number(run *r, size_t place, real x)
{
    r->number[place] = x;
    r->at[place] = &r->number[place];
    r->now[place] = (uint16_t)place;
    r->one[place] = 1;
}

/* Where a leaf lies, and how. */
static void open_leaf(run *r, size_t place, const lh_slot *a, void *array)
{
    const enum lhi_kind kind = lhi_kind_of(a, r->s->out);

    r->kind[place] = kind;
    r->from[place] = r->at[place] = array;
    r->now[place] = (uint16_t)place;
    r->one[place] = kind == LHI_ONE || (kind == LHI_COLUMN && !r->narrow);
    r->flat &= kind == LHI_FULL || kind == LHI_ONE;
    r->columns |= kind == LHI_COLUMN;
}

/* The leaves that are read. */
static void open_leaves(run *r)
{
    const lh_call *s = r->s;

    for (unsigned left = r->p->leaves, k = 0; left; left >>= 1, k++) {
        if (!(left & 1))
            continue;
        if (k < LHI_P_OUT)
            open_leaf(r, k, s->in[k], s->in[k]->value);
        else if (k == LHI_P_M)
            set_number(r, k, (real)s->m);
        else if (k >= LHI_P_NUMBERS && k < LHI_P_CONSTANTS)
            set_number(r, k, (real)s->number[k - LHI_P_NUMBERS]);
        else
            open_leaf(r, k, s->out, k == LHI_P_GRAD ? s->out->grad : s->out->value);
    }
    for (size_t i = 0; i < r->p->constants; i++)
        set_number(r, LHI_S_CONSTANTS + i, NUMBER(r->p->constant[i]));
}

/* Works two numbers once; the place of what comes out. */
static uint16_t bind_once(run *r, int code, uint16_t a, uint16_t b)
{
    const size_t to = lhi_s_register(r->p, r->p->registers) + r->onces;
    int swapped;

    set_number(r, to, 0);
    r->once[r->onces++] =
        (bound){LH_T(lhi_loop_of)(code, 0, 0, &swapped), a, b, a, a, (uint16_t)to};
    return (uint16_t)to;
}

/* Its places are those of the values now. */
static void bind_loop(run *r, LH_T(lhi_loop) *loop, int swapped, const lhi_stage *s)
{
    r->loop[r->loops++] =
        (bound){loop, swapped ? s->b : s->a, swapped ? s->a : s->b, s->c, s->d, s->to};
    r->now[s->to] = s->to;
    r->one[s->to] = 0;
}

static void bind_single(run *r, const lhi_stage *s)
{
    const int two = lhi_code_takes_two(s->code);
    int swapped;
    LH_T(lhi_loop) *loop = LH_T(lhi_loop_of)(s->code, r->one[s->a], two && r->one[s->b], &swapped);

    bind_loop(r, loop, swapped, s);
}

/* What is subtracted is added, where it is one number for all. */
static void add_the_negative(run *r, uint8_t *code, uint8_t sub, uint8_t add, uint16_t *place)
{
    if (*code == sub && r->one[*place]) {
        *code = add;
        *place = bind_once(r, LHI_NEG, *place, *place);
    }
}

static void bind_chain(run *r, lhi_stage *s)
{
    int swapped;
    LH_T(lhi_loop) *loop;

    add_the_negative(r, &s->code, LHI_SUB, LHI_ADD, &s->b);
    add_the_negative(r, &s->then, LHI_THEN_SUB, LHI_THEN_ADD, &s->c);
    loop = LH_T(lhi_loop_of_chain)(s, r->one[s->a], r->one[s->b], r->one[s->c], &swapped);
    bind_loop(r, loop, swapped, s);
}

/* The rest of a stage whose first operation gave x. */
static lhi_stage rest_of(const lhi_stage *s, uint16_t x)
{
    static const uint8_t codes[] = {
        [LHI_THEN_ADD] = LHI_ADD, [LHI_THEN_SUB] = LHI_SUB, [LHI_THEN_FROM] = LHI_SUB,
        [LHI_THEN_MUL] = LHI_MUL, [LHI_THEN_SQUARE] = LHI_SQUARE};

    return (lhi_stage){.code = codes[s->then], .then = s->last,
                       .a = s->then == LHI_THEN_FROM ? s->c : x,
                       .b = s->then == LHI_THEN_FROM ? x : s->c, .c = s->d, .d = s->d, .to = s->to};
}

/* What is the same for all elements is worked once. */
static void bind(run *r, const lhi_stage *stage)
{
    lhi_stage s = {.code = stage->code, .then = stage->then, .last = stage->last,
                   .a = r->now[stage->a], .b = r->now[stage->b], .c = r->now[stage->c],
                   .d = r->now[stage->d], .to = stage->to};

    while (r->one[s.a] && (!lhi_code_takes_two(s.code) || r->one[s.b])) {
        const uint16_t x = bind_once(r, s.code, s.a, s.b);

        if (s.then == LHI_END) {
            r->now[s.to] = x;
            if (s.to != LHI_P_RESULT)
                return;
            s = (lhi_stage){.code = LHI_COPY, .a = x, .b = x, .c = x, .d = x, .to = s.to};
            break;
        }
        s = rest_of(&s, x);
    }
    if (s.then == LHI_END) {
        bind_single(r, &s);
    } else if (s.last != LHI_END && r->one[s.d]) { /* two loops: the second goes over the result */
        const lhi_stage ends = {.then = s.last, .c = s.d, .d = s.d, .to = s.to};
        const lhi_stage last = rest_of(&ends, s.to);

        s.last = LHI_END;
        bind_chain(r, &s);
        bind_single(r, &last);
    } else {
        bind_chain(r, &s);
    }
}

static void work_once(const run *r)
{
    for (size_t i = 0; i < r->onces; i++) {
        const bound *b = &r->once[i];

        b->loop(r->at[b->to], r->at[b->a], r->at[b->b], r->at[b->c], r->at[b->d], 1);
    }
}

static void repeat_row(real *to, const real *row, size_t n, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * n, row, n * sizeof(real));
}

static void repeat_column(real *to, const real *column, size_t n, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++)
            to[i * n + j] = column[i];
}

void LH_T(lhi_blocks_begin)(run *r, const lh_call *s, const lhi_schedule *p, int sums)
{
    const lhi_line *l = s->op->data;
    char *base = (char *)s->work + (64 - (uintptr_t)s->work % 64) % 64;
    size_t used;

    r->s = s;
    r->p = p;
    r->m = s->out->rows;
    r->n = s->out->cols;
    used = lay_out(r, l, base);
    r->narrow = r->n <= r->block / 4;
    r->flat = 1;
    r->columns = 0;
    r->onces = r->loops = 0;
    open_leaves(r);
    for (size_t i = 0; i < p->stages; i++)
        bind(r, &p->stage[i]);
    if (sums || !r->flat)
        lay_out_more(r, l, base, used);
    for (int k = 0; r->narrow && !r->flat && k < l->op.n_in; k++)
        if (p->leaves >> k & 1 && r->kind[k] == LHI_ROW) {
            repeat_row(r->repeated[k], r->from[k], r->n, LH_T(lhi_blocks_high)(r));
            r->at[k] = r->repeated[k];
        }
    work_once(r);
}

void LH_T(lhi_blocks_go)(run *r, size_t i, size_t j, size_t rows)
{
    const size_t n = r->n;

    for (unsigned left = r->p->leaves & OF_ARRAYS, k = 0; left; left >>= 1, k++) {
        if (!(left & 1))
            continue;
        if (r->kind[k] == LHI_FULL)
            r->at[k] = r->from[k] + i * n + j;
        else if (r->kind[k] == LHI_ROW && !r->narrow)
            r->at[k] = r->from[k] + j;
        else if (r->kind[k] == LHI_COLUMN && !r->narrow)
            r->at[k] = r->from[k] + i;
        else if (r->kind[k] == LHI_COLUMN)
            repeat_column(r->at[k] = r->repeated[k], r->from[k] + i, n, rows);
    }
    if (r->columns && !r->narrow)
        work_once(r);
}

void LH_T(lhi_blocks_go_flat)(run *r, size_t e)
{
    for (unsigned left = r->p->leaves & OF_ARRAYS, k = 0; left; left >>= 1, k++)
        if (left & 1 && r->kind[k] == LHI_FULL)
            r->at[k] = r->from[k] + e;
}
