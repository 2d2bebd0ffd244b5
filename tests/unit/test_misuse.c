/* test_misuse.c -- every public function with what nobody should hand it, in every state, and in
 * every order: nothing may crash, and no slip may pass in silence. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/sanitized.h"
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
#if LHI_SANITIZED
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:detect_leaks=0";
}
#endif

enum { SECONDS = 60 };

/* Every pair and thousands of orders take minutes of one processor. */
static int all_of_it(void)
{
    return !LHI_SANITIZED && check_sample(1, 0);
}

#include "tests/unit/misuse_world.h"

static const char *const state_names[] = {"trained", "after an error of a call",
                                          "after lh_tape_reset()", "after an error of the state",
                                          "when help was asked for"};

/* --- one case, in a process of its own --- */

static void quietly(void)
{
    const struct rlimit room = {(rlim_t)4 << 30, (rlim_t)4 << 30};
    const int nowhere = open("/dev/null", O_WRONLY);

    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    if (!LHI_SANITIZED)
        setrlimit(RLIMIT_AS, &room);
    alarm(SECONDS);
}

/* These answer questions about nothing, or do nothing about which a word could be said. */
static int is_an_answer(const char *name)
{
    static const char *const names[] = {
        "lh_class*", "lh_col_name", "lh_labels_of", "lh_output_name", "lh_outputs", "lh_page_lines",
        "lh_row_label", "lh_row_number", "lh_row_weight",
        "lh_at", "lh_best_epoch", "lh_clear", "lh_close", "lh_cols", "lh_confined",
        "lh_did_you_mean", "lh_draw",
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
    const int together = all_of_it() ? 20 : 4;
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
    CHECK(CALLS >= 90 && cases > (all_of_it() ? 100 : 60) * CALLS, "only %zu cases of %d functions",
          cases,
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

            if (!ends(&calls[i]) && !ends(&calls[j]) && (all_of_it() || (i + j) % 8 == 0))
                try_order(&o);
        }
    end();
    printf("# %zu pairs\n", cases);
    CHECK(cases > CALLS * (CALLS - 2) / (all_of_it() ? 1 : 9), "only %zu pairs", cases);
}

static void longer_orders(void)
{
    cases = 0;
    begin(TRAINED);
    for (int n = 0; n < (all_of_it() ? 4000 : 400); n++) {
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
