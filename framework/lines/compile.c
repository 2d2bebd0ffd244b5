/* compile.c -- an elementwise tree as a program: no value is computed twice. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Whole powers up to this are products; others go through exp and log. */
enum { MOST_POWER = 256 };

/* A value while a program is made: a leaf, a constant, or what an instruction gives. */
typedef struct value {
    enum { LEAF, CONSTANT, INSTR } is;
    uint16_t at; /* the place of a leaf; the index of the others */
} value;

typedef struct making {
    lhi_pool *p;
    lhi_misread *why;
    struct step {
        lhi_code code;
        value a, b;
    } *step;
    size_t steps, step_room;
    lhi_number *constant;
    size_t constants, constant_room;
    lhi_ref at; /* what is being worked, for messages */
    int failed;
} making;

static value fail(making *k, const char *hint, const char *why)
{
    if (!k->failed) {
        k->why->at = k->p->at[k->at].at;
        k->why->hint = hint;
        snprintf(k->why->why, sizeof k->why->why, "%s", why);
    }
    k->failed = 1;
    return (value){LEAF, 0};
}

static value too_long(making *k)
{
    return fail(k, "give its parts names, each in a line of its own", "the line is too long");
}

static int same_bits(lhi_number a, lhi_number b)
{
    return a.f32 == b.f32 && a.f64 == b.f64 && a.wide == b.wide &&
           !signbit(a.f64) == !signbit(b.f64);
}

static value constant(making *k, lhi_number x)
{
    size_t i = 0;

    while (i < k->constants && !same_bits(k->constant[i], x))
        i++;
    if (i == LHI_PROGRAM_MOST)
        return too_long(k);
    if (i == k->constants) {
        if (lhi_grow(k->p->c, &k->constant, &k->constant_room, i + 1, sizeof *k->constant) != 0)
            return fail(k, NULL, "there is no memory for it");
        k->constant[k->constants++] = x;
    }
    return (value){CONSTANT, (uint16_t)i};
}

static value whole(making *k, int x)
{
    return constant(k, (lhi_number){(float)x, x, x});
}

static value leaf(size_t place)
{
    return (value){LEAF, (uint16_t)place};
}

static int same(value a, value b)
{
    return a.is == b.is && a.at == b.at;
}

/* An instruction, or what is known of it already: its constant, or the one that does the same.
 * What is subtracted is added, where it is a constant: the bits are equal, and loops are fewer. */
static value step2(making *k, lhi_code code, value a, value b)
{
    size_t i = 0;
    lhi_number x;

    if (k->failed)
        return a;
    if (a.is == CONSTANT && b.is == CONSTANT &&
        lhi_apply(code, k->constant[a.at], k->constant[b.at], &x))
        return constant(k, x);
    if (code == LHI_SUB && b.is == CONSTANT) {
        x = k->constant[b.at];
        code = LHI_ADD;
        b = constant(k, (lhi_number){-x.f32, -x.f64, -x.wide});
    }
    while (i < k->steps && !(k->step[i].code == code && same(k->step[i].a, a) &&
                             same(k->step[i].b, b)))
        i++;
    if (i == LHI_PROGRAM_MOST)
        return too_long(k);
    if (i == k->steps) {
        if (lhi_grow(k->p->c, &k->step, &k->step_room, i + 1, sizeof *k->step) != 0)
            return fail(k, NULL, "there is no memory for it");
        k->step[k->steps++] = (struct step){code, a, b};
    }
    return (value){INSTR, (uint16_t)i};
}

static value step1(making *k, lhi_code code, value a)
{
    return step2(k, code, a, a);
}

/* a^n by products, in the order of n's binary digits from the left. */
static value whole_power(making *k, value a, int n)
{
    int digit = 1;
    value r = a;

    while (digit <= n / 2)
        digit *= 2;
    while ((digit /= 2) > 0) {
        r = step2(k, LHI_MUL, r, r);
        if (n & digit)
            r = step2(k, LHI_MUL, r, a);
    }
    return r;
}

static value power(making *k, value a, value b)
{
    const lh_wide n = b.is == CONSTANT ? k->constant[b.at].wide : (lh_wide)NAN;
    const lh_wide size = fabsl(n);
    value r;

    if (k->failed)
        return a;
    if (size == 0)
        return whole(k, 1);
    if (size == (lh_wide)0.5)
        r = step1(k, LHI_SQRT, a);
    else if (size <= MOST_POWER && size == floorl(size))
        r = whole_power(k, a, (int)size);
    else
        return step1(k, LHI_EXP, step2(k, LHI_MUL, b, step1(k, LHI_LOG, a)));
    return n < 0 ? step2(k, LHI_DIV, whole(k, 1), r) : r;
}

static int into(making *k, lhi_ref e, value *result);

/* A function of functions.def, or the line of an op. */
static value call(making *k, lhi_ref e, lhi_expr x, const value *of)
{
    const lhi_function *f = lhi_function_named(x.name, x.length);
    value result = {LEAF, 0};
    lhi_ref body;

    if (f && f->code != LHI_CODES)
        return step2(k, f->code, of[x.a], f->arguments == 2 ? of[x.b] : of[x.a]);
    body = f ? LHI_NO_EXPR : lhi_expanded(k->p, e);
    if (body == LHI_NO_EXPR)
        return fail(k, NULL, "this is not worked element by element");
    if (k->p->nested >= LHI_NESTED)
        return fail(k, NULL, "functions stand too deep within each other");
    k->p->nested++;
    into(k, body, &result);
    k->p->nested--;
    return result;
}

static value compiled(making *k, lhi_ref e, lhi_expr x, const value *of)
{
    static const lhi_code codes[LHI_E_KINDS] = {
        [LHI_E_ADD] = LHI_ADD, [LHI_E_SUB] = LHI_SUB, [LHI_E_TIMES] = LHI_MUL,
        [LHI_E_PRODUCT] = LHI_MUL, [LHI_E_OVER] = LHI_DIV, [LHI_E_ABOVE] = LHI_ABOVE};

    k->at = e;
    switch (x.kind) {
    case LHI_E_NUMBER:
        return constant(k, x.number);
    case LHI_E_VALUE:
        return leaf(x.node == 0 ? (size_t)LHI_P_OUT : x.node - 1);
    case LHI_E_GRAD:
        return leaf(LHI_P_GRAD);
    case LHI_E_COUNT:
        return leaf(LHI_P_M);
    case LHI_E_SETTING:
        return leaf(LHI_P_NUMBERS + x.node);
    case LHI_E_NEG:
        return step1(k, LHI_NEG, of[x.a]);
    case LHI_E_POWER:
        return power(k, of[x.a], of[x.b]);
    case LHI_E_ADD:
    case LHI_E_SUB:
    case LHI_E_TIMES:
    case LHI_E_PRODUCT:
    case LHI_E_OVER:
    case LHI_E_ABOVE:
        return step2(k, codes[x.kind], of[x.a], of[x.b]);
    case LHI_E_CALL:
        return call(k, e, x, of);
    case LHI_E_LIST:
        return of[x.a];
    default:
        return fail(k, NULL, "this is not worked element by element");
    }
}

/* Parts stand before what they are parts of: one sweep upward. */
static int into(making *k, lhi_ref e, value *result)
{
    unsigned char *part = lhi_parts(k->p, e);
    value *of = part ? lhi_alloc_array(k->p->c, (size_t)e + 1, sizeof *of) : NULL;

    for (lhi_ref i = 0; of && i <= e && !k->failed; i++)
        if (part[i])
            of[i] = compiled(k, i, k->p->at[i], of);
    if (of)
        *result = of[e];
    lhi_release(k->p->c, of);
    lhi_release(k->p->c, part);
    return of && !k->failed ? 0 : -1;
}

/* What the result hangs on: the new indices of constants and steps that are used.  Constants of
 * which others were made, and the base of a power of 0, are not. */
typedef struct used {
    uint16_t *constant, *step; /* 0: not used; else 1 + its new index */
    size_t constants, steps;
    unsigned reads;
} used;

static unsigned read_by(value v)
{
    return v.at < LHI_LINE_OPERANDS ? 1u << v.at
           : v.at == LHI_P_OUT ? LHI_LINE_OUT : v.at == LHI_P_GRAD ? LHI_LINE_GRAD
           : v.at == LHI_P_M ? LHI_LINE_M : 0;
}

static void use(used *u, value v)
{
    if (v.is == CONSTANT)
        u->constant[v.at] = 1;
    else if (v.is == INSTR)
        u->step[v.at] = 1;
    else
        u->reads |= read_by(v);
}

static size_t number_them(uint16_t *flag, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        if (flag[i])
            flag[i] = (uint16_t)++count;
    return count;
}

static void find_used(const making *k, value result, used *u)
{
    use(u, result);
    for (size_t i = k->steps; i-- > 0;)
        if (u->step[i]) {
            use(u, k->step[i].a);
            use(u, k->step[i].b);
        }
    u->constants = number_them(u->constant, k->constants);
    u->steps = number_them(u->step, k->steps);
}

static uint16_t place_of(const used *u, value v)
{
    return (uint16_t)(v.is == LEAF ? (size_t)v.at
                      : v.is == CONSTANT ? (size_t)LHI_P_CONSTANTS + u->constant[v.at] - 1
                                         : LHI_P_CONSTANTS + u->constants + u->step[v.at] - 1);
}

static void fill(const making *k, const used *u, lhi_number *constant, lhi_instr *instr)
{
    for (size_t i = 0; i < k->constants; i++)
        if (u->constant[i])
            constant[u->constant[i] - 1] = k->constant[i];
    for (size_t i = 0; i < k->steps; i++)
        if (u->step[i])
            instr[u->step[i] - 1] = (lhi_instr){(uint8_t)k->step[i].code,
                                                place_of(u, k->step[i].a),
                                                place_of(u, k->step[i].b)};
}

static int finish(making *k, value result, lhi_program *out)
{
    lh_ctx *c = k->p->c;
    used u = {.constant = lhi_alloc_array(c, k->constants + 1, sizeof *u.constant),
              .step = lhi_alloc_array(c, k->steps + 1, sizeof *u.step)};
    lhi_number *constant = NULL;
    lhi_instr *instr = NULL;

    if (u.constant && u.step) {
        find_used(k, result, &u);
        constant = lhi_alloc_array(c, u.constants + 1, sizeof *constant);
        instr = lhi_alloc_array(c, u.steps + 1, sizeof *instr);
    }
    if (constant && instr) {
        fill(k, &u, constant, instr);
        *out = (lhi_program){.constants = u.constants, .count = u.steps, .constant = constant,
                             .instr = instr, .result = place_of(&u, result), .reads = u.reads};
    }
    lhi_release(c, u.constant);
    lhi_release(c, u.step);
    return constant && instr ? 0 : -1;
}

int lhi_compile(lhi_pool *p, lhi_ref e, lhi_program *out, lhi_misread *why)
{
    making k = {.p = p, .why = why};
    value result;
    const int good = into(&k, e, &result) == 0 && lhi_ok(p->c) && finish(&k, result, out) == 0;

    lhi_release(p->c, k.step);
    lhi_release(p->c, k.constant);
    return good ? 0 : -1;
}
