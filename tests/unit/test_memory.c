/* test_memory.c -- what a training step takes is what was said before, and little more. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/sanitized.h"
#include "framework/train/run.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WIDE = 2048, ROWS = 400 };

/* Bytes of this process that are in memory now; 0 where the system does not say. */
static double resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long all = 0, here = 0;

    if (!f)
        return 0;
    if (fscanf(f, "%ld %ld", &all, &here) != 2)
        here = 0;
    fclose(f);
    return (double)here * (double)sysconf(_SC_PAGESIZE);
}

static lh_var network(lh_tape *t, lh_data *d)
{
    lh_var A = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    static const char *const names[] = {"W1", "b1", "W2", "b2"};
    long n = lh_cols(d);

    for (int l = 0; l < 2; l++) {
        A = lh_relu(lh_add(lh_matmul(A, lh_param(t, names[2 * l], n, WIDE, LH_HE)),
                           lh_param(t, names[2 * l + 1], 1, WIDE, LH_ZEROS)));
        n = WIDE;
    }
    return lh_bce_logits(lh_matmul(A, lh_param(t, "W3", WIDE, 1, LH_GLOROT)), y);
}

static void as_planned(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    const lh_var L = network(t, d);
    lhi_plan *lean = lhi_plan_new(t, L.id, LHI_LEAN), *whole = lhi_plan_new(t, L.id, LHI_KEEP_ALL);
    size_t scratch, arrays, unplanned;
    double before, taken, planned;
    lh_run *r;

    c->set.threads = 2;
    CHECK(lhi_data_prepare(d, LH_F32) == LH_OK, "data");
    arrays = lhi_ws_bytes(t, lean, LH_F32, ROWS, LHI_WS_GRADIENTS, &scratch);
    unplanned = lhi_ws_bytes(t, whole, LH_F32, ROWS, LHI_WS_GRADIENTS, NULL);
    planned = (double)arrays + 3 * (double)(t->params->size * sizeof(float));
    before = resident();
    r = lhi_run_new(L, LH_MOMENTUM(1e-3, 0.9), d, ROWS, 3);
    while (lh_epoch(r))
        ;
    taken = resident() - before;
    CHECK(lh_epochs(r) == 3, "%s", lh_message(c));
    printf("# planned %.1f MB (%.1f MB of nodes, %.1f MB if all were kept), scratch %.1f MB, "
           "taken %.1f MB\n",
           planned / 1e6, 1e-6 * (double)arrays, 1e-6 * (double)unplanned, 2e-6 * (double)scratch,
           taken / 1e6);
#if LHI_SANITIZED
    printf("# a sanitizer's own memory is among it: not compared\n");
#else
    if (before > 0)
        CHECK(taken <= 1.1 * planned, "%.0f bytes taken, %.0f planned", taken, planned);
#endif
    CHECK(arrays < unplanned / 2, "%zu bytes of nodes, %zu if all were kept", arrays, unplanned);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"parameters, gradients, slots and planned values are what a step takes, to a tenth",
         as_planned},
        {NULL, NULL}};

    return check_main(argc, argv, "memory", tests);
}
