/* schedule.c -- joins cheap operations into one loop, and finds registers for the others. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/schedule.h"

#include <string.h>

enum {
    BLOCKS = 16384, /* bytes of the blocks that are in use together: they stay in the first cache */
    LEAST = 1024    /* of one, also of a program that needs many */
};

/* While a schedule is made, values are numbered as in a program of its own: leaves, constants,
 * then instructions. */
typedef struct maker {
    size_t constants, count;
    lhi_number *constant;
    lhi_instr *instr;
    unsigned *uses;          /* of each instruction, by instructions that are needed */
    unsigned char *joined;   /* 1: it is the first half of another's loop; 2: the second of one */
} maker;

static size_t first_instr(const maker *k)
{
    return LHI_S_CONSTANTS + k->constants;
}

/* Adds, subtracts or multiplies, or can be written so. */
static int is_cheap(const lhi_instr *i)
{
    return i->code == LHI_ADD || i->code == LHI_SUB || i->code == LHI_MUL;
}

static uint16_t constant(maker *k, lhi_number x)
{
    k->constant[k->constants] = x;
    return (uint16_t)(LHI_S_CONSTANTS + k->constants++);
}

static int is_constant(const lhi_program *p, size_t place, lh_wide x)
{
    return place >= LHI_P_CONSTANTS && place < LHI_P_CONSTANTS + p->constants &&
           p->constant[place - LHI_P_CONSTANTS].wide == x;
}

/* The place in the schedule of a place of the program. */
static uint16_t place_of(const maker *k, const lhi_program *p, size_t place)
{
    if (place < LHI_P_CONSTANTS)
        return (uint16_t)place;
    if (place < LHI_P_CONSTANTS + p->constants)
        return (uint16_t)(place - LHI_P_CONSTANTS + LHI_S_CONSTANTS);
    return (uint16_t)(place - LHI_P_CONSTANTS - p->constants + first_instr(k));
}

static uint16_t append(maker *k, int code, size_t a, size_t b)
{
    k->instr[k->count] = (lhi_instr){(uint8_t)code, (uint16_t)a, (uint16_t)b};
    return (uint16_t)(first_instr(k) + k->count++);
}

/* The program with what its use adds; the place of the result.  -x is -0 - x, to the bit, so that
 * a sign can be a part of any loop. */
static uint16_t take(maker *k, const lhi_program *p, lhi_use use)
{
    const int minus = use != LHI_USE_VALUE && is_constant(p, p->result, -1);
    const int plain = use == LHI_USE_VALUE || is_constant(p, p->result, 1) || minus;
    uint16_t zero, result;

    for (size_t i = 0; i < p->constants; i++)
        constant(k, p->constant[i]);
    zero = constant(k, (lhi_number){-0.0f, -0.0, -0.0L});
    for (size_t i = 0; i < p->count; i++) {
        const lhi_instr *in = &p->instr[i];
        const uint16_t a = place_of(k, p, in->a);
        const uint16_t b = lhi_code_takes_two(in->code) ? place_of(k, p, in->b) : a;

        if (in->code == LHI_NEG)
            append(k, LHI_SUB, zero, a);
        else
            append(k, in->code, a, b);
    }
    result = place_of(k, p, p->result);
    if (use != LHI_USE_VALUE && plain)
        result = LHI_P_GRAD;
    if (minus)
        result = append(k, LHI_SUB, zero, LHI_P_GRAD);
    if (!plain)
        result = append(k, LHI_MUL, LHI_P_GRAD, result);
    if (use == LHI_USE_ADD)
        result = append(k, LHI_ADD, LHI_P_BEFORE, result);
    if (result < first_instr(k))
        result = append(k, LHI_COPY, result, result);
    return result;
}

/* Counts how often each value is used by what the result needs. */
static void count_uses(maker *k, uint16_t result)
{
    const size_t first = first_instr(k);

    k->uses[result - first] = 1;
    for (size_t i = k->count; i-- > 0;) {
        const lhi_instr *in = &k->instr[i];

        if (!k->uses[i])
            continue;
        if (in->a >= first)
            k->uses[in->a - first]++;
        if (in->code < LHI_NEG && in->b >= first)
            k->uses[in->b - first]++;
    }
}

/* May the value at this place be worked in the loop of its only user, which uses it so often? */
static int joins(const maker *k, size_t place, unsigned uses)
{
    const size_t first = first_instr(k);

    return place >= first && k->uses[place - first] == uses && !k->joined[place - first] &&
           is_cheap(&k->instr[place - first]);
}

static void join(maker *k)
{
    const size_t first = first_instr(k);

    for (size_t i = 0; i < k->count; i++) {
        const lhi_instr *in = &k->instr[i];
        const int twice = in->a == in->b;

        if (!k->uses[i] || !is_cheap(in) || (twice && in->code != LHI_MUL))
            continue;
        if (joins(k, in->a, 1 + (unsigned)twice))
            k->joined[in->a - first] = 1;
        else if (joins(k, in->b, 1))
            k->joined[in->b - first] = 1;
        else
            continue;
        k->joined[i] = 2;
    }
}

/* The loops in order, their places still those of the maker. */
static size_t make_stages(const maker *k, lhi_stage *stage)
{
    const size_t first = first_instr(k);
    size_t n = 0;

    for (size_t i = 0; i < k->count; i++) {
        const lhi_instr *in = &k->instr[i], *before = in;
        lhi_stage *s = &stage[n];

        if (!k->uses[i] || k->joined[i] == 1)
            continue;
        *s = (lhi_stage){.code = in->code, .a = in->a, .b = in->b, .c = in->a,
                         .to = (uint16_t)(first + i)};
        if (k->joined[i] == 2) {
            const int left = in->a >= first && k->joined[in->a - first] == 1;

            before = &k->instr[(left ? in->a : in->b) - first];
            *s = (lhi_stage){.code = before->code, .code2 = in->code,
                             .then = left ? LHI_THEN_LEFT : LHI_THEN_RIGHT, .a = before->a,
                             .b = before->b, .c = left ? in->b : in->a, .to = s->to};
            if (in->a == in->b) {
                s->then = LHI_THEN_BOTH;
                s->c = s->a;
            }
        }
        n++;
    }
    return n;
}

/* The three places that a stage reads. */
static void sources(lhi_stage *s, uint16_t *at[3])
{
    at[0] = &s->a;
    at[1] = &s->b;
    at[2] = &s->c;
}

/* A register for each value, free again at the last stage that reads it: a loop may write where it
 * reads.  last and where are scratch: of each value, the stage and the register; until: of each
 * register, the stage from which on it is free. */
static size_t allot(const maker *k, lhi_stage *stage, size_t n, unsigned *last, unsigned *where,
                    unsigned *until)
{
    const size_t first = first_instr(k);
    size_t registers = 0;
    uint16_t *at[3];

    for (size_t i = 0; i < n; i++) {
        sources(&stage[i], at);
        for (int j = 0; j < 3; j++)
            if (*at[j] >= first)
                last[*at[j] - first] = (unsigned)i;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        const size_t value = stage[i].to - first;
        size_t r = 0;

        while (r < registers && until[r] > i)
            r++;
        registers = r == registers ? r + 1 : registers;
        where[value] = (unsigned)r;
        until[r] = last[value];
        stage[i].to = (uint16_t)(first + r);
    }
    stage[n - 1].to = LHI_P_RESULT;
    for (size_t i = 0; i < n; i++) {
        sources(&stage[i], at);
        for (int j = 0; j < 3; j++)
            if (*at[j] >= first)
                *at[j] = (uint16_t)(first + where[*at[j] - first]);
    }
    return registers;
}

int lhi_schedule_make(lh_ctx *c, const lhi_program *p, lhi_use use, lhi_schedule *out)
{
    const size_t most = p->count + 4;
    lhi_stage *stage = lhi_alloc_array(c, most, sizeof *stage);
    unsigned *scratch = lhi_alloc_array(c, 4 * most, sizeof *scratch);
    maker k = {.constant = lhi_alloc_array(c, p->constants + 1, sizeof *k.constant),
               .instr = lhi_alloc_array(c, most, sizeof *k.instr),
               .joined = lhi_alloc_array(c, most, 1)};

    if (lhi_ok(c)) {
        k.uses = scratch;
        count_uses(&k, take(&k, p, use));
        join(&k);
        *out = (lhi_schedule){.constants = k.constants, .constant = k.constant, .stage = stage};
        out->stages = make_stages(&k, stage);
        out->registers = allot(&k, stage, out->stages, scratch + most, scratch + 2 * most,
                               scratch + 3 * most);
        for (size_t i = 0; i < out->stages; i++) {
            uint16_t *at[3];

            sources(&stage[i], at);
            for (int j = 0; j < 3; j++)
                if (*at[j] < LHI_S_CONSTANTS)
                    out->leaves |= 1u << *at[j];
        }
    }
    lhi_release(c, k.joined);
    lhi_release(c, k.instr);
    lhi_release(c, scratch);
    return lhi_ok(c) ? 0 : -1;
}

static void most(size_t *so_far, size_t n)
{
    *so_far = n > *so_far ? n : *so_far;
}

int lhi_line_schedule(lh_ctx *c, lhi_line *line)
{
    lhi_schedule *all[1 + 2 * LHI_LINE_OPERANDS];
    size_t n = 0;

    all[n++] = &line->forward;
    if (lhi_schedule_make(c, &line->op.forward, LHI_USE_VALUE, &line->forward) != 0)
        return -1;
    for (int k = 0; k < line->op.n_in; k++)
        for (int adds = 0; adds < 2; adds++) {
            all[n++] = &line->give[k][adds];
            if (lhi_schedule_make(c, &line->op.slope[k], adds ? LHI_USE_ADD : LHI_USE_GIVE,
                                  &line->give[k][adds]) != 0)
                return -1;
        }
    line->stages = line->registers = line->constants = 0;
    while (n-- > 0) {
        most(&line->stages, all[n]->stages);
        most(&line->registers, all[n]->registers);
        most(&line->constants, all[n]->constants);
    }
    line->block_bytes = BLOCKS / (line->registers + (size_t)line->op.n_in + 1) / LEAST * LEAST;
    most(&line->block_bytes, LEAST);
    return 0;
}
