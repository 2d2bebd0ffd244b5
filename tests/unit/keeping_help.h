/* keeping_help.h -- a small network whose run is saved while it goes on, and what it is told. */
/* SPDX-License-Identifier: MIT */
#ifndef KEEPING_HELP_H
#define KEEPING_HELP_H

#include "framework/session/keep.h"
#include "framework/system/fault.h"
#include "tests/check.h"

#include <longhand.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct trial {
    lh_ctx *c;
    lh_var X, y, W, L;
    lh_data *d;
    char *path;
    int slow, full, again, locks, others;
} trial;

static void listen_to(void *arg, const char *text)
{
    trial *k = arg;

    k->slow += strstr(text, "takes longer") != NULL;
    k->full += strstr(text, "No space left") != NULL;
    k->locks += strstr(text, ".lock cannot be locked (") != NULL;
    k->again += strstr(text, "could be saved again") != NULL;
    k->others += strncmp(text, "warning: ", 9) == 0 && !strstr(text, "takes longer") &&
                 !strstr(text, "No space left");
}

static void begin(trial *k, const char *name, const char *every)
{
    *k = (trial){.c = lh_open(0, NULL, "test"), .path = strdup(check_path(name))};
    lh_on_message(k->c, listen_to, k);
    k->c->set.progress = "none";
    k->c->set.reproducible = 1;
    k->c->set.threads = 1;
    lh_opt_set(k->c, "save-every", every);
    k->d = lh_data_open(k->c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(k->c, LH_F32));
    k->X = lh_input(t, "X", LH_ROWS, 30);
    k->y = lh_input(t, "y", LH_ROWS, 1);
    k->W = lh_param(t, "W", 30, 1, LH_HE);
    k->L = lh_bce_logits(lh_matmul(k->X, k->W), k->y);
}

/* lh_close(), with the message of what failed. */
static int ends(trial *k)
{
    const char *message = lh_message(k->c);
    int code;

    CHECK(!message[0] || lh_error(k->c) == LH_EIO || lh_error(k->c) == LH_EUSAGE, "%s", message);
    code = lh_close(k->c);
    free(k->path);
    return code;
}

static inline int exists(const char *name)
{
    return access(check_path(name), F_OK) == 0;
}

#endif
