/* derive.c -- longhand derive: the derivation of a network, each line checked. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <string.h>

int verb_derive(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "print the derivation of a network, each line checked");
    lh_opt_uses(c, LH_USES_THREADS | LH_USES_SEED | LH_USES_TYPE);
    lh_opt_example(c, "longhand derive", "the network of the notes, beside the notes");
    lh_opt_example(c, "longhand derive --literal --out=page.html", "one file for a browser");
    lh_opt_example(c, "longhand derive run/model.h5 --out=net.tex", "a trained network in LaTeX");
    lh_opt_example(c, "longhand derive --page=experiments/page.txt", "lines of your own");
    lh_opt_example(c, "longhand derive --hidden=9,8,7 --out=graph.svg", "the graph, with values");
    const char *source = lh_opt_path(c, "data", "wdbc", "file with rows to check on, or wdbc");
    const lh_reading how = lh_opt_reading(c);
    const char *hidden = lh_opt_text(c, "hidden", "16,8", "units of the hidden layers");
    const purpose what = opt_purpose(c, &how);
    const char *page = lh_opt_path(c, "page", "", "a text with the lines of another network");
    long rows = lh_opt_int(c, "rows", 32, "rows to check on");
    const char *format = lh_opt_text(c, "format", "", "text, latex, html, dot, svg; or by --out");
    const char *out = lh_opt_path(c, "out", "-", "file to write, - for standard output");
    int literal = lh_opt_flag(c, "literal", "the loss as the notes write it, from yhat");
    const char *file = lh_opt_argument(c, "[notes|FILE.h5]", "notes", "network to derive");

    if (literal && strcmp(file, "notes") != 0)
        lh_fail(c, LH_EUSAGE, "--literal is for the network of the notes, not for %s", file);
    if (page[0] && strcmp(file, "notes") != 0)
        lh_fail(c, LH_EUSAGE, "a checkpoint or --page, not both");
    if (rows < 1)
        lh_fail(c, LH_EUSAGE, "--rows=%ld: at least one row is needed", rows);
    lh_checkpoint *k = strcmp(file, "notes") != 0 ? lh_checkpoint_open(c, file) : NULL;
    lh_data *d = k ? lh_checkpoint_data(k, source) : lh_data_read(c, source, &how);
    lh_var L;

    if (strcmp(file, "notes") != 0)
        L = lh_checkpoint_network(k);
    else {
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));

        L = page[0]   ? lh_page_file(t, page)
            : literal ? notes_literal(c, t, hidden, lh_cols(d))
                      : network_for(c, t, hidden, d, what);
    }
    lh_derive(L, d, rows > 0 ? (size_t)rows : 1, format[0] ? format : NULL, out);
    return lh_close(c);
}
