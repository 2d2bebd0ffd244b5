/* schedule.c -- joins cheap operations into one loop, up to three, and finds registers. */
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
    unsigned char *length;   /* of each: operations of its loop up to it, 0: it is in another's */
} maker;

static size_t first_instr(const maker *k)
{
    return LHI_S_CONSTANTS + k->constants;
}

/* Adds, subtracts or multiplies. */
static int is_cheap(const lhi_instr *i)
{
    return i->code == LHI_ADD || i->code == LHI_SUB || i->code == LHI_MUL ||
           i->code == LHI_SQUARE || i->code == LHI_CUBE;
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
    int negates = minus;
    uint16_t zero = 0, result;

    for (size_t i = 0; i < p->constants; i++)
        constant(k, p->constant[i]);
    for (size_t i = 0; i < p->count; i++)
        negates |= p->instr[i].code == LHI_NEG;
    if (negates)
        zero = constant(k, (lhi_number){-0.0f, -0.0, -0.0L});
    for (size_t i = 0; i < p->count; i++) {
        const lhi_instr *in = &p->instr[i];
        const uint16_t a = place_of(k, p, in->a);
        const uint16_t b = lhi_code_takes_two(in->code) ? place_of(k, p, in->b) : a;

        if (in->code == LHI_NEG)
            append(k, LHI_SUB, zero, a);
        else if (in->code == LHI_MUL && a == b)
            append(k, LHI_SQUARE, a, a);
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

/* A square that is used by the product with what it is of alone, becomes one with it. */
static void find_cubes(maker *k)
{
    const size_t first = first_instr(k);

    for (size_t i = 0; i < k->count; i++) {
        lhi_instr *in = &k->instr[i];
        const int right = in->b >= first && k->instr[in->b - first].code == LHI_SQUARE;
        const uint16_t square = right ? in->b : in->a, of = right ? in->a : in->b;

        if (!k->uses[i] || in->code != LHI_MUL || square < first ||
            k->instr[square - first].code != LHI_SQUARE || k->instr[square - first].a != of ||
            k->uses[square - first] != 1)
            continue;
        *in = (lhi_instr){LHI_CUBE, of, of};
        k->uses[square - first] = 0;
        if (of >= first)
            k->uses[of - first]--;
    }
}

/* Is it one number whatever the operands are? */
static int is_number(const maker *k, size_t place)
{
    return place == LHI_P_M || (place >= LHI_P_NUMBERS && place < LHI_P_CONSTANTS) ||
           (place >= LHI_S_CONSTANTS && place < first_instr(k));
}

/* Does instruction i take its left argument from its own loop? */
static int takes_left(const maker *k, size_t i)
{
    const size_t first = first_instr(k), a = k->instr[i].a;

    return a >= first && !k->length[a - first];
}

/* The place that it takes beside it. */
static uint16_t beside(const maker *k, size_t i)
{
    return takes_left(k, i) ? k->instr[i].b : k->instr[i].a;
}

/* May the value at this place be worked in the loop of instruction i, its only user? */
static int joins(const maker *k, const lhi_instr *i, size_t place)
{
    const size_t first = first_instr(k), at = place - first;

    if (place < first || k->uses[at] != 1 || !is_cheap(&k->instr[at]))
        return 0;
    return k->length[at] == 1 ||
           (k->length[at] == 2 && (i->code == LHI_ADD || i->code == LHI_MUL) &&
            (k->instr[at].code == LHI_SQUARE || is_number(k, beside(k, at))));
}

static void join(maker *k)
{
    const size_t first = first_instr(k);

    for (size_t i = 0; i < k->count; i++) {
        const lhi_instr *in = &k->instr[i];
        size_t from;

        if (!k->uses[i])
            continue;
        k->length[i] = 1;
        if (!is_cheap(in) || in->code == LHI_CUBE)
            continue;
        from = joins(k, in, in->a) ? in->a : in->b;
        if (joins(k, in, from)) {
            k->length[i] = (unsigned char)(k->length[from - first] + 1);
            k->length[from - first] = 0;
        }
    }
}

/* What instruction i does to the value that it takes from its own loop. */
static uint8_t what_then(const maker *k, size_t i)
{
    const int code = k->instr[i].code;

    return code == LHI_SQUARE       ? LHI_THEN_SQUARE
           : code == LHI_ADD        ? LHI_THEN_ADD
           : code == LHI_MUL        ? LHI_THEN_MUL
           : takes_left(k, i)       ? LHI_THEN_SUB
                                    : LHI_THEN_FROM;
}

/* The loops in order, their places still those of the maker. */
static size_t make_stages(const maker *k, lhi_stage *stage)
{
    const size_t first = first_instr(k);
    size_t n = 0;

    for (size_t i = 0; i < k->count; i++) {
        size_t of[3] = {i, i, i}; /* the operations of the loop */
        lhi_stage *s = &stage[n];

        if (!k->uses[i] || !k->length[i])
            continue;
        for (size_t j = k->length[i] - 1u; j > 0; j--)
            of[j - 1] = (takes_left(k, of[j]) ? k->instr[of[j]].a : k->instr[of[j]].b) - first;
        *s = (lhi_stage){.code = k->instr[of[0]].code, .a = k->instr[of[0]].a,
                         .b = k->instr[of[0]].b, .to = (uint16_t)(first + i)};
        s->c = s->d = s->a;
        if (k->length[i] > 1) {
            s->then = what_then(k, of[1]);
            s->c = s->then == LHI_THEN_SQUARE ? s->a : beside(k, of[1]);
        }
        if (k->length[i] > 2) {
            s->last = what_then(k, of[2]);
            s->d = beside(k, of[2]);
        }
        n++;
    }
    return n;
}

/* The places that a stage reads. */
enum { SOURCES = 4 };
static void sources(lhi_stage *s, uint16_t *at[SOURCES])
{
    at[0] = &s->a;
    at[1] = &s->b;
    at[2] = &s->c;
    at[3] = &s->d;
}

/* A register for each value, free again at the last stage that reads it: a loop may write where it
 * reads.  last and where are scratch: of each value, the stage and the register; until: of each
 * register, the stage from which on it is free. */
static size_t allot(const maker *k, lhi_stage *stage, size_t n, unsigned *last, unsigned *where,
                    unsigned *until)
{
    const size_t first = first_instr(k);
    size_t registers = 0;
    uint16_t *at[SOURCES];

    for (size_t i = 0; i < n; i++) {
        sources(&stage[i], at);
        for (int j = 0; j < SOURCES; j++)
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
        for (int j = 0; j < SOURCES; j++)
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
               .length = lhi_alloc_array(c, most, 1)};

    if (lhi_ok(c)) {
        k.uses = scratch;
        count_uses(&k, take(&k, p, use));
        find_cubes(&k);
        join(&k);
        *out = (lhi_schedule){.constants = k.constants, .constant = k.constant, .stage = stage};
        out->stages = make_stages(&k, stage);
        out->registers = allot(&k, stage, out->stages, scratch + most, scratch + 2 * most,
                               scratch + 3 * most);
        for (size_t i = 0; i < out->stages; i++) {
            uint16_t *at[SOURCES];

            sources(&stage[i], at);
            for (int j = 0; j < SOURCES; j++)
                if (*at[j] < LHI_S_CONSTANTS)
                    out->leaves |= 1u << *at[j];
        }
    }
    lhi_release(c, k.length);
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
