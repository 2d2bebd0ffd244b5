/* open.c -- opening and closing a context. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ranks.h"
#include "framework/base/stop.h"
#include "framework/system/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

lh_ctx *lh_open(int argc, char **argv, const char *purpose)
{
    lh_ctx *c = lhi_mem_alloc(sizeof *c);
    const char *slash;

    if (!c)
        return (lh_ctx *)(uintptr_t)&lhi_no_memory; /* the type of a context that can be used */
    c->purpose = purpose ? purpose : "";
    c->argv = argv;
    while (argv && c->argc < argc && argv[c->argc])
        c->argc++;
    c->program = c->argc > 0 && argv[0] ? argv[0] : "longhand";
    slash = strrchr(c->program, '/');
    if (slash && slash[1])
        c->program = slash + 1;
    if (strncmp(c->program, "lt-", 3) == 0) /* libtool's name for a program not yet installed */
        c->program += 3;
    c->used = lhi_alloc(c, (size_t)c->argc + 1);
    if (!c->used)
        c->argc = 0;
    lhi_settings_declare(c);
    lhi_stop_begin(c);
    lhi_ranks_join(c);
    return c;
}

static void tell(const lh_ctx *c, const char *text)
{
    if (c->silent)
        return;
    if (c->say)
        c->say(c->say_arg, text);
    else
        fprintf(stderr, "%s: %s\n", c->program, text);
}

/* Results that did not arrive are no success.  Before the context is closed: until then a
 * closed pipe is an error and no signal. */
static int arrived(const lh_ctx *c)
{
    char text[200];
    int number = 0;

    if (fflush(stdout) != 0)
        number = errno;
    else if (!ferror(stdout))
        return 1;
    snprintf(text, sizeof text, "what was printed did not all arrive at standard output%s%s",
             number ? ": " : "", number ? strerror(number) : "");
    tell(c, text);
    return 0;
}

int lh_close(lh_ctx *c)
{
    lh_status status;

    if (!c)
        return lh_exit_code(LH_EUSAGE);
    if (c->status == LH_OK)
        lh_opt_done(c);
    status = lh_error(c);
    if (c->line_open)
        fputc('\n', stderr);
    if (status == LH_HELP)
        lhi_help(c);
    if (status == LH_OK && c->stopped)
        status = LH_ESTOPPED;
    /* Results first, so that they stand above the error where both go to one place. */
    if (!arrived(c) && lh_exit_code(status) == 0)
        status = LH_EIO;
    status = lhi_ranks_part(c, status);
    if (lh_error(c) != LH_OK && lh_error(c) != LH_HELP && lh_error(c) != LH_ENDED)
        tell(c, lh_message(c));
    if (c == &lhi_no_memory)
        return lh_exit_code(status);
    lhi_ctx_empty(c);
    lhi_mem_free(c);
    return lh_exit_code(status);
}
