/* floats.c -- the floating-point unit of a thread: as we need it, then as it was. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/sys.h"

#include <float.h>

/* What is set is read without the C library, in a few cycles: this is asked at each step by each
 * thread.  The library, which is slower, is called where something has to change. */
#if defined(__x86_64__)

enum {
    MASKED = 0x1f80, FLUSH = 0x8040, ROUND = 0x6000, /* MXCSR, for float and double */
    X87_MASKED = 0x3f, X87_ROUND = 0xc00, X87_LONG = 0x300 /* control word, for long double */
};

static unsigned unusual(void)
{
    unsigned sse;
    unsigned short x87;

    __asm__ volatile("stmxcsr %0" : "=m"(sse));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    return (sse & ROUND || x87 & X87_ROUND ? LHI_FLOATS_ROUND : 0u) |
           (sse & FLUSH ? LHI_FLOATS_FLUSH : 0u) |
           ((x87 & X87_LONG) != X87_LONG ? LHI_FLOATS_SHORT : 0u) |
           ((sse & MASKED) != MASKED || (x87 & X87_MASKED) != X87_MASKED ? LHI_FLOATS_TRAP : 0u);
}

/* The C library may leave the flushing alone. */
static void no_flushing(void)
{
    unsigned sse;

    __asm__ volatile("stmxcsr %0" : "=m"(sse));
    sse &= ~(unsigned)FLUSH;
    __asm__ volatile("ldmxcsr %0" : : "m"(sse));
}

#elif defined(__aarch64__)

/* FPCR: FIZ, AH and NEP are 0x7, traps 0x9f00, FZ16 1 << 19, rounding 3 << 22, FZ 1 << 24 and
 * DN 1 << 25, which gives a NaN another payload and no number another value. */
enum { FLUSH = 0x1080003, ROUND = 0xc00000, TRAP = 0x9f00 };

static unsigned unusual(void)
{
    uint64_t control;

    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return (control & ROUND ? LHI_FLOATS_ROUND : 0u) | (control & FLUSH ? LHI_FLOATS_FLUSH : 0u) |
           (control & TRAP ? LHI_FLOATS_TRAP : 0u);
}

static void no_flushing(void)
{
    uint64_t control;

    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    control &= ~(uint64_t)FLUSH;
    __asm__ volatile("msr fpcr, %0" : : "r"(control));
}

#else

/* Flushing can be seen everywhere, and set right by the C library alone. */
static unsigned unusual(void)
{
    const volatile float smallest = FLT_MIN;
    const volatile float half = smallest / 2;

    return (fegetround() != FE_TONEAREST ? LHI_FLOATS_ROUND : 0u) |
           (half == 0 ? LHI_FLOATS_FLUSH : 0u);
}

static void no_flushing(void)
{
}

#endif

unsigned lhi_sys_floats_begin(lhi_floats *f)
{
    f->unusual = unusual();
    if (!f->unusual)
        return 0;
    fegetenv(&f->theirs);
    fesetenv(FE_DFL_ENV);
    no_flushing();
    return f->unusual;
}

void lhi_sys_floats_end(const lhi_floats *f)
{
    if (f->unusual)
        fesetenv(&f->theirs);
}
