/* peers.c -- other programs beside ours: started, asked by lines, ended; none is trusted. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/bench.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A BLAS that is older than a CPU falls back to old kernels there: OpenBLAS where it does not
 * know the model, BLIS where it cannot tell the number of its units.  Both are tried as they
 * come and with the kernels that fit (0: BLIS's "skx"), and so is PyTorch, which may have its
 * products from OpenBLAS; the better counts. */
static const struct known {
    const char *family, *program, *argument, *with;
} known[] = {
    {"OpenBLAS", "peer", "openblas", NULL},
    {"OpenBLAS", "peer", "openblas", "avx512:OPENBLAS_CORETYPE=SkylakeX"},
    {"OpenBLAS", "peer", "openblas", "avx2:OPENBLAS_CORETYPE=Haswell"},
    {"BLIS",     "peer", "blis",     NULL},
    {"BLIS",     "peer", "blis",     "avx512:BLIS_ARCH_TYPE=0"},
    {"oneDNN",   "peer", "onednn",   NULL},
    {"libxsmm",  "peer", "libxsmm",  NULL},
    {"FANN",     "peer", "fann",     NULL},
    {"PyTorch",  "pytorch.py", NULL, NULL},
    {"PyTorch",  "pytorch.py", NULL, "avx512:OPENBLAS_CORETYPE=SkylakeX"},
    {"PyTorch",  "pytorch.py", NULL, "avx2:OPENBLAS_CORETYPE=Haswell"},
};
enum { KNOWN = sizeof known / sizeof *known };

/* How a peer stopped, from the exit status of its process. */
static void tell_end(lhi_peer *p, const char *what)
{
    const int status = lhi_sys_child_end(&p->child, 0.5);
    char how[60] = "";

    p->runs = 0;
    if (status > 128)
        snprintf(how, sizeof how, " (ended by signal %d)", status - 128);
    else if (status > 0)
        snprintf(how, sizeof how, " (exit code %d)", status);
    snprintf(p->trouble, sizeof p->trouble, "%.160s%s", what, how);
}

/* Hears one answer; a peer that says nothing in time, nothing at all, or nonsense is
 * ended.  -1 then, with the trouble told. */
static int hear(lhi_peer *p, lhi_answer *a)
{
    char line[LHI_CHILD_LINE], what[160];
    const int status = lhi_sys_child_hear(&p->child, line, p->patience);

    if (status == 0) {
        *a = lhi_answer_of(line);
        if (a->kind != LHI_GARBAGE)
            return 0;
        snprintf(what, sizeof what, "answered with nonsense: \"%.80s\"", a->text);
    } else if (status == -ETIMEDOUT)
        snprintf(what, sizeof what, "gave no answer in %g s and was ended (--patience)",
                 p->patience);
    else if (status == -EMSGSIZE)
        snprintf(what, sizeof what, "answered with a line that does not end");
    else
        snprintf(what, sizeof what, "ended without an answer");
    tell_end(p, what);
    return -1;
}

static int start(lhi_bench *b, lhi_peer *p, char *const argv[])
{
    const char *settings[8];
    char text[5][40];
    static const char *const names[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                                        "BLIS_NUM_THREADS", "GOTO_NUM_THREADS", "MKL_NUM_THREADS"};
    size_t n = 0;
    lhi_answer a;
    int status;

    for (; n < 5; n++) {
        snprintf(text[n], sizeof text[n], "%s=%d", names[n], b->threads);
        settings[n] = text[n];
    }
    if (p->setting)
        settings[n++] = p->setting;
    settings[n] = NULL;
    status = lhi_sys_child_start(&p->child, argv, settings);
    if (status != 0) {
        snprintf(p->trouble, sizeof p->trouble, "could not be started: %s", strerror(-status));
        return -1;
    }
    if (hear(p, &a) != 0)
        return -1;
    if (a.kind != LHI_READY) {
        tell_end(p, "");
        snprintf(p->trouble, sizeof p->trouble, "%s",
                 a.kind == LHI_ABSENT && a.text[0] ? a.text : "did not say that it is ready");
        return -1;
    }
    snprintf(p->text, sizeof p->text, "%s", a.text);
    p->runs = 1;
    return 0;
}

/* The interpreter that has PyTorch need not be the first one on the PATH. */
static void start_script(lhi_bench *b, lhi_peer *p, char *script)
{
    static const char *const interpreters[] = {"python3", "/usr/bin/python3",
                                               "/usr/local/bin/python3"};
    char program[4096];

    snprintf(p->trouble, sizeof p->trouble, "there is no python3 (apt install python3-torch)");
    for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++) {
        char *argv[] = {program, script, NULL};

        if (lhi_sys_find_program(interpreters[i], program, sizeof program) != 0)
            continue;
        p->trouble[0] = 0;
        if (start(b, p, argv) == 0)
            return;
    }
}

static const char *folder_of(const lhi_bench *b)
{
    return strcmp(b->plan->peers, "auto") == 0 ? LHI_PEERS : b->plan->peers;
}

static void begin(lhi_bench *b, lhi_peer *p, const struct known *k)
{
    char path[4096], argument[40];
    char *argv[] = {path, argument, NULL};

    snprintf(argument, sizeof argument, "%s", k->argument ? k->argument : "");
    if (snprintf(path, sizeof path, "%s/%s", folder_of(b), k->program) >= (int)sizeof path) {
        snprintf(p->trouble, sizeof p->trouble, "the name of its folder is too long");
        return;
    }
    if (lhi_sys_is_folder(path) != 0)
        snprintf(p->trouble, sizeof p->trouble,
                 "%.150s is not there: make bench, or make install", path);
    else if (k->argument)
        start(b, p, argv);
    else
        start_script(b, p, path);
}

/* A setting for instructions that this CPU has not got, or that are not the best it has. */
static int is_for_us(const struct known *k, const char **setting)
{
    const char *best = lhi_variant_isa(lhi_variant_pick(LH_F32, "auto"));
    const size_t isa = k->with ? strcspn(k->with, ":") : 0;

    *setting = k->with ? k->with + isa + 1 : NULL;
    return !k->with || (strlen(best) == isa && strncmp(best, k->with, isa) == 0);
}

/* With a setting it is what it was without, or was not there without it. */
static int is_vain(const lhi_bench *b, const lhi_peer *p)
{
    for (size_t i = 0; p->setting && i < b->peers; i++)
        if (strcmp(b->peer[i].family, p->family) == 0 &&
            (!b->peer[i].runs || (p->runs && strcmp(b->peer[i].text, p->text) == 0)))
            return 1;
    return 0;
}

void lhi_peers_begin(lhi_bench *b)
{
    b->peer = lhi_alloc_array(b->c, KNOWN, sizeof *b->peer);
    for (size_t i = 0; b->peer && i < KNOWN && lhi_bench_goes_on(b); i++) {
        lhi_peer *p = &b->peer[b->peers];

        *p = (lhi_peer){.family = known[i].family, .patience = b->plan->patience};
        if (!is_for_us(&known[i], &p->setting) || is_vain(b, p))
            continue;
        begin(b, p, &known[i]);
        if (!is_vain(b, p))
            b->peers++;
        else if (p->runs)
            lhi_sys_child_end(&p->child, 1);
    }
}

void lhi_peers_end(lhi_bench *b)
{
    for (size_t i = 0; i < b->peers; i++)
        if (b->peer[i].runs) {
            lhi_sys_child_say(&b->peer[i].child, "quit\n", 0.1);
            lhi_sys_child_end(&b->peer[i].child, 1);
            b->peer[i].runs = 0;
        }
}

int lhi_peer_ask(lhi_entrant *e, const char *line)
{
    lhi_peer *p = e->state;
    lhi_answer a = {.kind = LHI_GARBAGE};

    if (p->runs && lhi_sys_child_say(&p->child, line, p->patience) != 0)
        tell_end(p, "no longer listens");
    if (p->runs && hear(p, &a) == 0) {
        if (a.kind == LHI_DONE) {
            e->seconds = a.seconds;
            e->check = a.check;
            e->has_check = a.has_check;
            return 0;
        }
        if (a.kind == LHI_ABSENT) { /* it lives, and has no such thing */
            snprintf(e->trouble, sizeof e->trouble, "%s", a.text[0] ? a.text : "has no such thing");
            return -1;
        }
        tell_end(p, "said that it is ready when it was asked for a time");
    }
    snprintf(e->trouble, sizeof e->trouble, "%s", p->trouble);
    return -1;
}
