/* check.c -- longhand check: the gradient ledger. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <string.h>

int verb_check(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "print the gradient ledger of a network");
    lh_opt_uses(c, LH_USES_THREADS | LH_USES_SEED | LH_USES_TYPE | LH_USES_CHECKS);
    lh_opt_example(c, "longhand check", "the network of the notes at its first values");
    lh_opt_example(c, "longhand check --page=experiments/page.txt",
                   "a network of your own, written as lines of mathematics");
    lh_opt_example(c, "longhand check --page=experiments/page.txt --exact=only",
                   "each line of its derivation proved, or refuted, without rounding");
    lh_opt_example(c, "longhand check run/model.h5 --rows=64", "a trained network, as it is now");
    lh_opt_example(c, "longhand check run/model.h5 --ledger=page.npz,ledger.html",
                   "inputs, parameters and gradients for other programs, and a page to read");
    lh_opt_example(c, "longhand check run/model.h5 theirs.npz",
                   "gradients that another program made of page.npz, beside ours");
    const char *source = lh_opt_path(c, "data", "wdbc", "file with rows, or wdbc");
    const lh_reading how = lh_opt_reading(c);
    const char *hidden = lh_opt_text(c, "hidden", "16,8", "units of the hidden layers");
    const purpose what = opt_purpose(c, &how);
    const char *page = lh_opt_path(c, "page", "", "a text with the lines of another network");
    const char *exact = lh_opt_choice(c, "exact", "also|only|no",
                                      "prove the derivation of a page, beside the ledger or alone");
    const char *sample = lh_opt_choice(c, "per-sample", "yes|no",
                                       "it is that of one sample: 1/m comes in over a batch");
    long rows = lh_opt_int(c, "rows", 32, "rows to check on");
    const int self = lh_opt_flag(c, "self-test", "check the checker: wrong backward rules of some "
                                                 "sixty kinds in every op (a minute)");
    const int detailed = lh_opt_flag(c, "detailed", "with --self-test: each one not noticed");
    const char *file = lh_opt_argument(c, "[FILE.h5]", "", "checkpoint to check");
    const char *theirs = lh_opt_argument(
        c, "[THEIRS]", "", "gradients of another program: .npz .npy .safetensors .h5");

    if (self && lh_opt_done(c) == LH_OK)
        lh_selftest(c, detailed);
    if (self)
        return lh_close(c);
    if (rows < 1)
        lh_fail(c, LH_EUSAGE, "--rows=%ld: at least one row is needed", rows);
    if (file[0] && page[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint or --page, not both");
    lh_checkpoint *k = file[0] ? lh_checkpoint_open(c, file) : NULL;
    lh_data *d = k ? lh_checkpoint_data(k, source) : lh_data_read(c, source, &how);
    lh_var L;

    if (file[0])
        L = lh_checkpoint_network(k);
    else if (page[0])
        L = lh_page_file(lh_tape_new(lh_params_new(c, LH_F32)), page);
    else
        L = network_for(c, lh_tape_new(lh_params_new(c, LH_F32)), hidden, d, what);
    const size_t derived = page[0] ? lh_page_lines(L) : 0;

    if (strcmp(exact, "only") == 0) {
        if (lh_error(c) == LH_OK && derived == 0)
            lh_fail(c, LH_EUSAGE, "--exact=only: there is no page with a derivation to prove");
    } else if (theirs[0])
        lh_verify_theirs(L, d, rows > 0 ? (size_t)rows : 1, theirs);
    else
        lh_verify(L, d, rows > 0 ? (size_t)rows : 1);
    if (derived && strcmp(exact, "no") != 0)
        lh_prove(L, strcmp(sample, "yes") == 0);
    return lh_close(c);
}
