/* test_misuse.c -- every public function with what nobody should hand it, in every state, and in
 * every order: nothing may crash, and no slip may pass in silence. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/base/ctx.h"
#include "framework/data/data.h"
#include "framework/ops/ops.h"
#include "framework/train/run.h"
#include "tests/check.h"

#include <longhand.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sanitizers stop at what would be ENOMEM, take their own memory, and fork slowly. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:detect_leaks=0";
}
#elif defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

enum { SECONDS = 60 };

#include "tests/unit/misuse_values.h"

/* Made from the headers by calls.awk; a format of lh_say() is one of the values. */
#pragma GCC diagnostic ignored "-Wformat-security"
#include "tests/unit/calls.h"

/* --- the world, and its states --- */

static lh_var record(lh_tape *t, lh_var *X, lh_var *W, lh_var *Z)
{
    lh_var y = lh_input(t, "y", LH_ROWS, 1);

    *X = lh_input(t, "X", LH_ROWS, 2);
    *W = lh_param(t, "W", 2, 1, LH_HE);
    *Z = lh_label(lh_matmul(*X, *W), "Z", __FILE__, __LINE__);
    return lh_label(lh_bce_logits(*Z, y), "L", __FILE__, __LINE__);
}

static lh_ctx *open_ctx(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    c->set.quiet = 1;
    c->set.threads = 1;
    c->set.progress = "none";
    c->set.budget = 0.001;
    lh_on_message(c, say, NULL);
    return c;
}

static void make_families(void)
{
    const lhi_op_family *relu = lhi_family(NULL, "relu");
    const lh_op *const of[LH_TYPES] = {relu->op[LHI_F32], relu->op[LHI_F64], relu->op[LHI_WIDE]};

    for (int type = 0; type < LH_TYPES; type++) {
        ops_of_family[type] = *of[type];
        ops_of_family[type].name = "like_relu";
    }
    families[0] = (lh_family){sizeof(lh_family), &ops_of_family[0], &ops_of_family[1],
                              &ops_of_family[2], NULL};
    families[1] = families[2] = families[3] = families[0];
    families[1].size = 1;
    families[2].f64 = NULL;
    families[3].f32 = (const lh_op *)(const void *)numbers; /* no size that an op has */
}

enum state { TRAINED, REFUSED, RESET, FAILED, HELP, STATES };
static const char *const state_names[] = {"trained", "after an error of a call",
                                          "after lh_tape_reset()", "after an error of the state",
                                          "when help was asked for"};

static void begin(enum state state)
{
    lh_tape *other;
    lh_var X, W, Z, L;

    w = (struct world){.c = open_ctx(), .other = open_ctx()};
    CHECK(chdir(check_folder()) == 0, "what has an odd name lies there, too");
    check_write(check_path("four.csv"), "a,b,y\n1,2,0\n2,1,1\n3,5,0\n4,4,1\n", -1);
    w.d = lh_data_open(w.c, check_path("four.csv"));
    w.inert = lhi_data_inert(w.c);
    w.p = lh_params_new(w.c, LH_F32);
    w.t = lh_tape_new(w.p);
    w.L = record(w.t, &w.X, &w.W, &w.Z);
    w.yhat = lh_output(w.L);
    w.r = lh_train(w.L, LH_MOMENTUM(0.1, 0.5), w.d, 2, 5);
    CHECK(lh_epoch(w.r) == 1, "%s", lh_message(w.c));
    lh_save(w.r, check_path("m.h5"));
    w.k = lh_checkpoint_open(w.c, check_path("m.h5"));
    w.m = lh_model_open(w.c, check_path("m.h5"));
    w.scores = lh_scores_of(w.yhat, w.d);
    lh_bind(w.X, values, 4);
    lh_bind(lh_named(w.t, "y"), values, 4);
    other = lh_tape_new(lh_params_new(w.c, LH_F32)); /* a run whose tape was recorded anew */
    L = record(other, &X, &W, &Z);
    w.old = lh_train(L, LH_SGD(0.1), w.d, 0, 5);
    lh_epoch(w.old);
    w.stale = L;
    lh_tape_reset(other);
    lh_input(other, "a", 1, 1);
    other = lh_tape_new(w.p);
    w.dry = lh_train(record(other, &X, &W, &Z), LH_SGD(0.1), w.d, 0, 5);
    w.dry->inert = 1; /* as --dry-run makes it, which prints */
    w.open = lh_tape_new(lh_params_new(w.c, LH_F32));
    w.fresh = lh_input(w.open, "F", LH_ROWS, 2);
    w.foreign = lh_data_open(w.other, check_path("four.csv"));
    other = lh_tape_new(lh_params_new(w.other, LH_F64));
    w.theirs = record(other, &X, &W, &Z);
    w.foreign_run = lh_train(w.theirs, LH_SGD(0.1), w.foreign, 0, 5);
    CHECK(lh_error(w.c) == LH_OK && lh_error(w.other) == LH_OK && w.k, "%s", lh_message(w.c));
    make_families();
    if (state == REFUSED)
        lh_save(w.r, "");
    if (state == RESET)
        lh_tape_reset(w.t);
    if (state == FAILED)
        lh_fail(w.c, LH_ENONFINITE, "the state");
    if (state == HELP)
        lh_fail(w.c, LH_HELP, "help");
}

static void end(void)
{
    w.c->status = w.c->status == LH_HELP ? LH_OK : w.c->status; /* help would be printed */
    lh_close(w.c);
    lh_close(w.other);
}

/* --- one case, in a process of its own --- */

static void quietly(void)
{
    const struct rlimit room = {(rlim_t)4 << 30, (rlim_t)4 << 30};
    const int nowhere = open("/dev/null", O_WRONLY);

    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    if (!SANITIZED)
        setrlimit(RLIMIT_AS, &room);
    alarm(SECONDS);
}

static void make(const call *k, const size_t *which)
{
    slip = adrift = idle = closing = homes = has_status = 0;
    status = LH_OK;
    k->make(which);
}

/* These answer questions about nothing, or do nothing about which a word could be said. */
static int is_an_answer(const char *name)
{
    static const char *const names[] = {
        "lh_class*", "lh_col_name", "lh_labels_of", "lh_output_name", "lh_outputs",
        "lh_row_label", "lh_row_number", "lh_row_weight",
        "lh_at", "lh_best_epoch", "lh_clear", "lh_close", "lh_cols", "lh_did_you_mean", "lh_draw",
        "lh_epochs", "lh_error", "lh_exit_code", "lh_fail", "lh_finding_at", "lh_findings",
        "lh_last_loss", "lh_ledger_*", "lh_message", "lh_method_name", "lh_metric_at",
        "lh_model_input", "lh_model_inputs", "lh_model_output", "lh_model_outputs", "lh_model_text",
        "lh_model_threshold", "lh_named", "lh_on", "lh_op_at", "lh_open", "lh_params_*", "lh_path",
        "lh_random", "lh_reason_name", "lh_rows", "lh_rule", "lh_say", "lh_scheduled",
        "lh_scores_called", "lh_scores_free", "lh_scores_have", "lh_speed", "lh_status_*",
        "lh_step_loss", "lh_steps", "lh_verdict_name", "lh_version", NULL};

    return is_in(name, names);
}

enum { FINE, SILENT, FORGOTTEN, PASSED };
static const char *const verdicts[] = {"fine", "nobody was told", "the state's error is gone",
                                       "LH_OK after an error of the state"};

/* What came of it. */
static int judge(const call *k, enum state state)
{
    const int told_here = lh_error(w.c) != LH_OK, told_there = lh_error(w.other) != LH_OK;

    slip |= homes == 3 && strcmp(k->name, "lh_verify_theirs") != 0;
    if (state == TRAINED && slip && !adrift && !idle && !is_an_answer(k->name))
        return (!has_status || status != LH_OK) && (told_here || told_there) ? FINE : SILENT;
    if (state == TRAINED && slip && adrift && !idle && has_status && !is_an_answer(k->name))
        return status != LH_OK ? FINE : SILENT;
    if (state == FAILED && lh_error(w.c) != LH_ENONFINITE)
        return FORGOTTEN;
    if (state == FAILED && has_status && homes == 1 && status == LH_OK && !is_an_answer(k->name))
        return PASSED;
    return FINE;
}

/* Runs a case in a child and names what went wrong; the world is the parent's, and stays. */
static int survives(int (*run)(const void *arg), const void *arg, char *why, size_t room)
{
    int code = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        quietly();
        _exit(run(arg));
    }
    if (child < 0 || waitpid(child, &code, 0) != child) {
        snprintf(why, room, "no process for it");
        return 0;
    }
    if (WIFSIGNALED(code))
        snprintf(why, room, "%s", strsignal(WTERMSIG(code)));
    else if (WEXITSTATUS(code) > PASSED)
        snprintf(why, room, "exit code %d", WEXITSTATUS(code));
    else
        snprintf(why, room, "%s", verdicts[WEXITSTATUS(code)]);
    return code == 0;
}

typedef struct single {
    const call *k;
    const size_t *which;
    enum state state;
} single;

static int one_call(const void *arg)
{
    const single *s = arg;
    int verdict;

    make(s->k, s->which);
    if (closing)
        return FINE;
    verdict = judge(s->k, s->state);
    end();
    return verdict;
}

static unsigned long long drawn = 88172645463325252u;

static size_t draw(size_t below)
{
    drawn ^= drawn << 13;
    drawn ^= drawn >> 7;
    drawn ^= drawn << 17;
    return (size_t)(drawn % below);
}

static size_t cases, wrong;

static void try(const call *k, const size_t *which, enum state state)
{
    const single s = {k, which, state};
    char why[120], list[80] = "";

    cases++;
    if (survives(one_call, &s, why, sizeof why))
        return;
    wrong++;
    for (size_t i = 0; i < k->arguments; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%zu", i ? ", " : "", which[i]);
    CHECK(0, "%s(%s) %s: %s", k->name, list, state_names[state], why);
}

/* Each argument by itself through all its values, then some of all together. */
static void go_over(const call *k, enum state state)
{
    const int together = SANITIZED ? 4 : 20;
    size_t which[ARGUMENTS] = {0};

    try(k, which, state);
    for (size_t i = 0; i < k->arguments; i++) {
        for (which[i] = 1; which[i] < k->at[i].many(k->at[i].place); which[i]++)
            try(k, which, state);
        which[i] = 0;
    }
    for (size_t i = 0; i < k->arguments; i++)
        which[i] = 1;
    try(k, which, state);
    for (int n = 0; n < together && k->arguments > 1; n++) {
        for (size_t i = 0; i < k->arguments; i++)
            which[i] = draw(k->at[i].many(k->at[i].place));
        try(k, which, state);
    }
}

static void every_call(void)
{
    cases = wrong = 0;
    for (int state = 0; state < STATES; state++) {
        begin((enum state)state);
        for (size_t i = 0; i < CALLS; i++)
            go_over(&calls[i], (enum state)state);
        end();
    }
    printf("# %zu cases of %d functions, %zu wrong\n", cases, CALLS, wrong);
    CHECK(CALLS >= 90 && cases > (SANITIZED ? 5000 : 9000), "only %zu cases of %d functions", cases,
          CALLS);
}

/* --- in every order --- */

typedef struct order {
    const call *k[8];
    size_t count;
    size_t which[8][ARGUMENTS];
} order;

static int in_order(const void *arg)
{
    const order *o = arg;

    for (size_t i = 0; i < o->count; i++)
        make(o->k[i], o->which[i]);
    end();
    return FINE;
}

static void try_order(const order *o)
{
    char why[120], list[300] = "";

    cases++;
    if (survives(in_order, o, why, sizeof why))
        return;
    for (size_t i = 0; i < o->count; i++) {
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s(", i ? "; " : "",
                 o->k[i]->name);
        for (size_t a = 0; a < o->k[i]->arguments; a++)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%zu", a ? ", " : "",
                     o->which[i][a]);
        snprintf(list + strlen(list), sizeof list - strlen(list), ")");
    }
    CHECK(0, "%s: %s", list, why);
}

static int ends(const call *k)
{
    return strcmp(k->name, "lh_close") == 0; /* after it handles mean nothing, by contract */
}

static void every_pair(void)
{
    cases = 0;
    begin(TRAINED);
    for (size_t i = 0; i < CALLS; i++)
        for (size_t j = 0; j < CALLS; j++) {
            const order o = {.k = {&calls[i], &calls[j]}, .count = 2};

            if (!ends(&calls[i]) && !ends(&calls[j]) && (!SANITIZED || (i + j) % 8 == 0))
                try_order(&o);
        }
    end();
    CHECK(cases > (SANITIZED ? 900 : 8000), "only %zu pairs", cases);
}

static void longer_orders(void)
{
    cases = 0;
    begin(TRAINED);
    for (int n = 0; n < (SANITIZED ? 400 : 4000); n++) {
        order o = {.count = 3 + draw(6)};

        for (size_t i = 0; i < o.count; i++) {
            do
                o.k[i] = &calls[draw(CALLS)];
            while (ends(o.k[i]));
            for (size_t a = 0; a < o.k[i]->arguments; a++) {
                const char *place = o.k[i]->at[a].place;

                /* Mostly what is meant, or nothing would happen. */
                o.which[i][a] = draw(4) ? 0 : draw(o.k[i]->at[a].many(place));
            }
        }
        try_order(&o);
    }
    end();
    CHECK(cases >= 400, "only %zu orders", cases);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"every public function takes anything in any state, and says what it refuses", every_call},
        {"no two calls in a row crash", every_pair},
        {"no order of calls crashes", longer_orders},
        {0}};

    setenv("PATH", "/nonexistent", 1); /* figures are kept as scripts, and no program is started */
    if (access("/dev/shm", W_OK) == 0) /* what is written is synced, thousands of times */
        setenv("TMPDIR", "/dev/shm", 0);
    return check_main(argc, argv, "misuse", tests);
}
