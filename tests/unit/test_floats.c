/* test_floats.c -- a program may set the floating-point unit as it likes: results are the usual. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/base/floats.h"
#include "framework/base/threads.h"
#include "tests/check.h"

#include <longhand.h>

#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void round_up(void)
{
    fesetround(FE_UPWARD);
}

static void round_down(void)
{
    fesetround(FE_DOWNWARD);
}

static void round_to_zero(void)
{
    fesetround(FE_TOWARDZERO);
}

#ifdef __GLIBC__
static void trap(void)
{
    feenableexcept(FE_ALL_EXCEPT & ~FE_INEXACT);
}
#endif

#if defined(__x86_64__)
static void flush(void)
{
    unsigned sse;

    __asm__ volatile("stmxcsr %0" : "=m"(sse));
    sse |= 0x8040;
    __asm__ volatile("ldmxcsr %0" : : "m"(sse));
}

static void shorten(void)
{
    unsigned short x87;

    __asm__ volatile("fnstcw %0" : "=m"(x87));
    x87 &= (unsigned short)~0x300;
    __asm__ volatile("fldcw %0" : : "m"(x87));
}
#elif defined(__aarch64__)
static void flush(void)
{
    uint64_t control;

    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    control |= (uint64_t)1 << 24;
    __asm__ volatile("msr fpcr, %0" : : "r"(control));
}
#endif

static const struct mode {
    const char *name;
    void (*set)(void);
    unsigned bit;
} modes[] = {
    {"upward", round_up, LHI_FLOATS_ROUND},
    {"downward", round_down, LHI_FLOATS_ROUND},
    {"to zero", round_to_zero, LHI_FLOATS_ROUND},
#ifdef __GLIBC__
    {"traps", trap, LHI_FLOATS_TRAP},
#endif
#if defined(__x86_64__) || defined(__aarch64__)
    {"flushing", flush, LHI_FLOATS_FLUSH},
#endif
#if defined(__x86_64__)
    {"short x87", shorten, LHI_FLOATS_SHORT},
#endif
};
enum { MODES = sizeof modes / sizeof modes[0] };

static unsigned found(void)
{
    lhi_floats f;
    const unsigned bits = lhi_sys_floats_begin(&f);

    lhi_sys_floats_end(&f);
    return bits;
}

/* 1 when this CPU or its emulator can be set so: valgrind keeps much to itself. */
static int settable(const struct mode *m)
{
    fenv_t usual;
    int is;

    fegetenv(&usual);
    m->set();
    is = found() == m->bit;
    fesetenv(&usual);
    return is;
}

static void count_warnings(void *arg, const char *text)
{
    *(int *)arg += strstr(text, "floating-point unit") != NULL;
}

enum { KINDS = 6, EPOCHS = 6, METRICS = 7 };
static const char *const kinds[KINDS] = {"model.h5", "history.csv", "curve.gp", "ledger.json",
                                         "derivation.txt", "table.csv"};

static const char *place(const char *name, const char *kind)
{
    static char names[4][80];
    static unsigned next;
    char *n = names[next++ % 4];

    snprintf(n, sizeof names[0], "%s-%s", name, kind);
    return check_path(n);
}

static void make_rows(const char *path)
{
    char text[4000];
    int n = snprintf(text, sizeof text, "a,b,y\n");

    for (int i = 0; i < 40; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "0.%d,%d.7e-3,%d\n", 123457 + 77771 * i,
                      i * i % 13, i % 3 == 0);
    check_write(path, text, -1);
}

/* The setting that the program has made: each call must leave it as it is. */
static const struct mode *in_force;

static void still(const char *call, const char *name)
{
    CHECK(found() == (in_force ? in_force->bit : 0), "%s: %s left %u", name, call, found());
}

#define STILL(call) (call, still(#call, name))

static void enforce(const struct mode *m)
{
    in_force = m;
    if (m)
        m->set();
}

static lh_var network(lh_tape *t, lh_var *yhat)
{
    lh_var X = lh_input(t, "X", LH_ROWS, 2), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", 2, 20, LH_HE), V = lh_param(t, "V", 20, 1, LH_GLOROT);
    lh_let(A, lh_relu(lh_matmul(X, W)));
    lh_let(Z, lh_matmul(A, V));

    *yhat = lh_label(lh_sigmoid(Z), "yhat", __FILE__, __LINE__);
    return lh_label(lh_bce_logits(Z, y), "L", __FILE__, __LINE__);
}

/* A program that sets the unit before all of its work or after the third epoch.  What it keeps
 * goes into files whose names begin with its own. */
static void work(const char *name, const struct mode *early, const struct mode *late,
                 const char *threads, int *warned)
{
    char ledger[500];
    char *argv[] = {(char *)"test", (char *)threads, (char *)"--reproducible", (char *)"--quiet",
                    (char *)"--progress=none", ledger, NULL};
    const float a[2] = {0.1f, 1e-40f}, b = 1;
    double metric[METRICS];
    const lh_column column = {"metrics", metric};
    lh_var L, yhat;
    lh_data *d, *test;
    fenv_t usual;
    lh_tape *t;
    lh_ctx *c;
    lh_run *r;

    fegetenv(&usual);
    snprintf(ledger, sizeof ledger, "--ledger=%s", place(name, "ledger.json"));
    enforce(early);
    STILL(c = lh_open(6, argv, "test"));
    lh_on_message(c, count_warnings, warned);
    STILL(d = lh_data_open(c, check_path("rows.csv")));
    STILL(test = lh_hold_out(d, 0.3));
    t = lh_tape_new(lh_params_new(c, LH_F32));
    L = network(t, &yhat);
    STILL(metric[0] = lh_at(lh_value(lh_named(t, "W")), 1, 2));
    STILL(lh_verify(L, d, 8));
    STILL(lh_derive(L, d, 8, "text", place(name, "derivation.txt")));
    STILL(r = lh_train(L, LH_MOMENTUM(0.1, 0.9), d, 7, EPOCHS));
    while (STILL(lh_epoch(r)), lh_epochs(r) < EPOCHS && lhi_ok(c)) {
        lh_note(r, "accuracy", lh_accuracy(yhat, test));
        if (lh_epochs(r) == 3 && late)
            enforce(late);
    }
    metric[1] = lh_last_loss(r);
    STILL(metric[2] = lh_accuracy(yhat, test));
    STILL(metric[3] = lh_auc(yhat, test));
    STILL(metric[4] = lh_loss(L, test));
    lh_bind(lh_named(t, "X"), a, 1);
    lh_bind(lh_named(t, "y"), &b, 1);
    STILL(lh_forward(L));
    STILL(lh_backward(L));
    metric[5] = lh_at(lh_value(L), 0, 0);
    metric[6] = lh_at(lh_grad(lh_named(t, "W")), 1, 3);
    STILL(lh_save(r, place(name, "model.h5")));
    STILL(lh_history(r, place(name, "history.csv")));
    STILL(lh_plot(r, place(name, "curve.svg"), "loss"));
    STILL(lh_csv(c, place(name, "table.csv"), &column, 1, METRICS));
    CHECK(lh_error(c) == LH_OK, "%s: %s", name, lh_message(c));
    STILL(lh_close(c));
    enforce(NULL);
    fesetenv(&usual);
}

/* What differs between the files of two programs is their name alone. */
static void compare(const char *name)
{
    for (int i = 0; i < KINDS; i++) {
        size_t n, m;
        char *usual = check_read(place("usual", kinds[i]), &n);
        char *got = check_read(place(name, kinds[i]), &m);
        char *at;

        /* A script names its picture. */
        while ((at = strstr(got, name)) != NULL && strcmp(kinds[i], "curve.gp") == 0)
            memcpy(at, "usual", 5);
        CHECK(n > 0 && n == m && memcmp(usual, got, n) == 0, "%s: %s is another one", name,
              kinds[i]);
        free(usual);
        free(got);
    }
}

static void the_usual_results(void)
{
    int warned = 0, tried = 0;

    setenv("PATH", "/nowhere", 1); /* the script of a figure is enough */
    make_rows(check_path("rows.csv"));
    work("usual", NULL, NULL, "--threads=1", &warned);
    CHECK(warned == 0, "nothing to tell");
    for (int i = 0; i < MODES; i++) {
        if (!settable(&modes[i]))
            continue;
        for (int late = 0; late < 2; late++) {
            warned = 0;
            work("other", late ? NULL : &modes[i], late ? &modes[i] : NULL,
                 late ? "--threads=3" : "--threads=1", &warned);
            CHECK(warned == 1, "%s is told once, not %d times", modes[i].name, warned);
            compare("other");
            tried++;
        }
    }
    CHECK(tried >= 2 * 3, "only %d settings were tried", tried);
}

struct seen {
    unsigned bits[4];
};

static void look(void *arg, int rank, int size)
{
    struct seen *s = arg;

    (void)size;
    s->bits[rank] = found();
}

static void set_on_each(void *arg, int rank, int size)
{
    (void)rank, (void)size;
    ((const struct mode *)arg)->set();
}

/* The threads of the runtime are the program's, too, and it may set them in a loop of its own. */
static void each_thread(void)
{
    struct mode m = modes[0];
    struct seen s = {{0}};
    fenv_t usual;

    lh_ctx *c = lh_open(0, NULL, "test");

    fegetenv(&usual);
    lhi_team(c, 4, set_on_each, &m);
    lhi_team(c, 4, look, &s);
    for (int rank = 1; rank < 4; rank++)
        CHECK(s.bits[rank] == 0, "thread %d works with %u", rank, s.bits[rank]);
    fesetenv(&usual);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"whatever the floating-point unit is set to, results are the usual and it stays so",
         the_usual_results},
        {"each thread of a team computes as usual", each_thread},
        {NULL, NULL}};

    return check_main(argc, argv, "floats", tests);
}
