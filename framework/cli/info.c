/* info.c -- longhand info and longhand ops. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <string.h>

int verb_info(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "show version, instruction set, threads and libraries");
    lh_opt_uses(c, LH_USES_THREADS);

    lh_opt_example(c, "longhand info", "what this build runs on, for a report");
    lh_opt_done(c);
    lh_info(c, stdout);
    return lh_close(c);
}

/* A line of an op with the letters of its operands, A to D, and R for the result; "= " begins a
 * line of its own. */
static void show(const char *left, const char *line)
{
    printf("  %s = ", left);
    for (const char *at = line; *at; at++) {
        if (*at == '#' && at[1] >= '0' && at[1] <= '4')
            putchar("RABCD"[*++at - '0']);
        else if (strncmp(at, " = ", 3) == 0) {
            printf("\n  %*s = ", (int)strlen(left), "");
            at += 2;
        } else
            putchar(*at);
    }
    putchar('\n');
}

static void derive(const lh_op *op, const char *text)
{
    static const char *const gradient[LH_OPERANDS] = {"dA", "dB", "dC", "dD"};

    printf("%s: %s\n", op->name, text);
    if (!op->lines)
        return;
    putchar('\n');
    show("R", op->lines->forward);
    if (op->lines->slope)
        show("dR/dA", op->lines->slope);
    for (int k = 0; k < op->n_in; k++)
        if (op->lines->backward[k])
            show(gradient[k], op->lines->backward[k]);
}

int verb_ops(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "list the ops, or derive one");
    lh_opt_uses(c, 0);
    lh_opt_example(c, "longhand ops sigmoid", "its derivation, step by step");
    const char *name = lh_opt_argument(c, "[NAME]", "", "op to derive");
    const char *names[256], *text;
    size_t count = 0;
    const lh_op *op;

    for (; lh_opt_done(c) == LH_OK && count < 256 && (op = lh_op_at(c, count, &text)); count++) {
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
