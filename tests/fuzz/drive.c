/* drive.c -- the targets under libFuzzer: the name that the program is called by chooses one. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "tests/fuzz/planted.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const fuzz_target planted[] = {{"planted_overflow", 256, fuzz_planted_overflow},
                                      {"planted_leak", 256, fuzz_planted_leak},
                                      {NULL, 0, NULL}};
static const fuzz_target *chosen;
static pid_t fuzzer;
static int heard; /* standard error, which a copy of the process has not */

/* In a copy of the process (lhi_sys_trial): what HDF5 dies of is what the copy is for.  What our
 * own code does is a finding, and ends the fuzzer, whose input it is. */
static void in_a_copy(const char *report)
{
    const char *ours, *theirs;

    if (getpid() == fuzzer)
        return;
    ours = report ? strstr(report, "/framework/") : "";
    theirs = report ? strstr(report, "libhdf5") : NULL;
    if (ours && (!theirs || ours < theirs)) {
        dprintf(heard, "%s\n", report ? report : "undefined behaviour in a copy");
        kill(fuzzer, SIGABRT);
    }
    _exit(1);
}

void __asan_set_error_report_callback(void (*tell)(const char *report));
void __ubsan_on_report(void);
__attribute__((used)) void __ubsan_on_report(void)
{
    in_a_copy(NULL);
}

static const fuzz_target *named(const fuzz_target *t, const char *name)
{
    while (t->name && strcmp(t->name, name) != 0)
        t++;
    return t->name ? t : NULL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *slash = strrchr((*argv)[0], '/'), *name = slash ? slash + 1 : (*argv)[0];

    (void)argc;
    chosen = named(fuzz_targets, name);
    if (!chosen)
        chosen = named(planted, name);
    if (!chosen) {
        fprintf(stderr, "call the program by the name of a target: ln -s fuzz csv, ./csv\n");
        exit(2);
    }
    fuzzer = getpid();
    heard = dup(STDERR_FILENO);
    __asan_set_error_report_callback(in_a_copy);
    fuzz_begin();
    atexit(fuzz_end);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_run(chosen, bytes, size);
    return 0;
}
