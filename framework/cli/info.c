/* info.c -- longhand info and longhand ops. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <string.h>

int verb_info(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "show version, instruction set, threads and libraries");

    lh_opt_example(c, "longhand info", "what this build runs on, for a report");
    lh_opt_done(c);
    lh_info(c, stdout);
    return lh_close(c);
}

static void derive(const lh_op *op, const char *text)
{
    printf("%s: %s\n\n", op->name, text);
    for (const char *const *line = op->derivation; *line; line++)
        printf("  %s\n", *line);
    printf("\nLaTeX: %s\n", op->formula);
}

int verb_ops(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "list the ops, or derive one");
    lh_opt_example(c, "longhand ops sigmoid", "its derivation, step by step");
    const char *name = lh_opt_argument(c, "[NAME]", "", "op to derive");
    const char *names[256], *text;
    size_t count = 0;
    const lh_op *op;

    for (; lh_opt_done(c) == LH_OK && count < 256 && (op = lh_op_at(count, &text)); count++) {
        names[count] = op->name;
        if (!name[0])
            printf("%-12s %s\n", op->name, text);
        else if (strcmp(name, op->name) == 0) {
            derive(op, text);
            return lh_close(c);
        }
    }
    if (name[0] && lh_error(c) == LH_OK) {
        const char *near = lh_did_you_mean(name, names, count);

        lh_fail(c, LH_EUSAGE, "there is no op '%s'\n  hint: %s%s", name,
                near ? "did you mean " : "longhand ops lists them", near ? near : "");
    }
    return lh_close(c);
}
