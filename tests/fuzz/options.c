/* options.c -- a command line, an environment, and what a program sets itself. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "tests/fuzz/fuzz.h"

#include <longhand/optim.h>

#include <stdlib.h>
#include <string.h>

enum { MOST = 24 };

/* The options of `longhand train`, and a few kinds that it has not. */
static void declare(lh_ctx *c)
{
    lh_opt_reading(c);
    lh_opt_path(c, "data", "wdbc", "file with rows");
    lh_opt_text(c, "hidden", "16,8", "units of the hidden layers");
    lh_opt_optimizer(c, LH_SGD(0.1));
    lh_opt_int(c, "batch", 64, "rows of a batch");
    lh_opt_real(c, "held-out", 0.25, "part of the rows");
    lh_opt_choice(c, "threshold", "half|f1|youden", "from where on it says 1");
    lh_opt_flag(c, "on-logits", "the loss of the logits");
    lh_opt_argument(c, "MODEL", "run/model.h5", "a checkpoint");
    lh_opt_example(c, "longhand train", "trains");
}

/* Words end with a newline.  The first byte says what the program uses; a word that begins with
 * @ is a variable of the environment, one with a colon is set by the program. */
void fuzz_options(const uint8_t *bytes, size_t size)
{
    static char program[] = "fuzz";
    static const char *const variables[] = {"LONGHAND_SEED", "LONGHAND_TYPE", "LONGHAND_THREADS",
                                            "LONGHAND_BATCH", "LONGHAND_HELD_OUT",
                                            "LONGHAND_QUIET", NULL};
    fuzz_input in = {bytes, size};
    const unsigned uses = fuzz_byte(&in);
    char *text = fuzz_text(in), *argv[MOST + 1] = {program, NULL}, *set[MOST];
    int argc = 1, sets = 0, variable = 0;
    lh_ctx *c;

    for (char *at = text, *end; *at; at = end) {
        end = at + strcspn(at, "\n");
        end += *end ? (*end = 0, 1) : 0;
        if (*at == '@' && variables[variable])
            setenv(variables[variable++], at + 1, 1);
        else if (*at == ':' && sets < MOST)
            set[sets++] = at + 1;
        else if (argc < MOST)
            argv[argc++] = at;
    }
    argv[argc] = NULL;
    c = fuzz_open_with(argc, argv);
    if (uses & 1)
        lh_opt_uses(c, (int)(uses >> 2));
    if (uses & 2)
        declare(c);
    for (int i = 0; i < sets; i++) {
        char *equals = strchr(set[i], '=');

        if (equals)
            *equals = 0;
        lh_opt_set(c, set[i], equals ? equals + 1 : "");
    }
    declare(c);
    lh_opt_done(c);
    fuzz_close(c);
    for (int i = 0; i < variable; i++)
        unsetenv(variables[i]);
    free(text);
}
