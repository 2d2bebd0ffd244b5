/* misuse_values.h -- what test_misuse.c hands to a parameter of each type, meant or not. */
/* SPDX-License-Identifier: MIT */
#ifndef MISUSE_VALUES_H
#define MISUSE_VALUES_H

#include "tests/check.h"

#include <longhand.h>

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ARGUMENTS = 8 };

/* What a driver has in its hands after an epoch: handles of a context, some that are no good, and
 * those of another context. */
static struct world {
    lh_ctx *c, *other;
    lh_data *d, *unused, *inert, *foreign;
    lh_params *p;
    lh_tape *t, *open;
    lh_var X, W, Z, L, yhat, fresh, square, stale, theirs, proved;
    lh_run *r, *old, *dry, *foreign_run;
    lh_checkpoint *k;
    lh_scores *scores;
    lh_model *m;
} w;

static float values[64];

/* What is known of the arguments of the call at hand. */
static int slip;      /* one of them cannot be meant */
static int adrift;    /* the handle that leads to a context does not */
static int idle;      /* it is a dry run's: there is nothing to do, and nothing to say */
static int closing;   /* the context goes with this call */
static int homes;     /* of which contexts they are: 1 | 2 */
static lh_status status;
static int has_status;

typedef struct call {
    const char *name;
    void (*make)(const size_t *which);
    size_t arguments;
    struct {
        const char *place; /* "lh_bind.rows" */
        size_t (*many)(const char *place);
    } at[ARGUMENTS + 1];
} call;

static void returned(lh_status s)
{
    status = s;
    has_status = 1;
}

/* Is a place in a list of places?  "lh_opt_*" and "*.file" stand for many. */
static int is_in(const char *place, const char *const *list)
{
    for (; *list; list++) {
        const size_t n = strlen(*list);
        const char *dot = strchr(place, '.');

        if (strcmp(place, *list) == 0 ||
            ((*list)[0] == '*' && dot && strcmp(dot, *list + 1) == 0) ||
            ((*list)[n - 1] == '*' && strncmp(place, *list, n - 1) == 0))
            return 1;
    }
    return 0;
}

/* NULL stands for something there. */
static int may_be_null(const char *place)
{
    static const char *const places[] = {
        "*.file", "*.help", "*.otherwise", "*.meaning", "*.command", "*.cites", "*.count", "*.text",
        "*.out", "*.arg", "lh_open.argv", "lh_open.purpose", "lh_on_message.say", "lh_fail.format",
        "lh_say.format", "lh_path.folder", "lh_path.name", "lh_opt_argument.label", "lh_verify.d",
        "lh_derive.d", "lh_derive.format", "lh_derive.path", "lh_verify_theirs.d",
        "lh_did_you_mean.word", "lh_did_you_mean.names", "lh_named.name", "lh_apply.numbers",
        NULL};

    return is_in(place, places);
}

/* How many elements the caller's array has: more than it has is nothing that can be seen. */
static int is_a_length(const char *place)
{
    static const char *const places[] = {"lh_csv.columns", "lh_csv.rows", "lh_plot_curves.n",
                                         "lh_did_you_mean.count", "lh_difference_errors.count",
                                         "lh_mlp_at.layers", "lh_model_predict.count",
                                         "lh_hold_out_rows.count", "lh_subset.count", NULL};

    return is_in(place, places);
}

static const void *null_at(const char *place)
{
    slip |= !may_be_null(place);
    return NULL;
}

/* --- values of each type: the first is what a driver would give, NULL is the second --- */

#define MANY(type, count) \
    static size_t many_##type(const char *place) { (void)place; return (count); }

MANY(lh_ctx_p, 3)
MANY(const_lh_ctx_p, 3)
static lh_ctx *take_lh_ctx_p(const char *place, size_t which)
{
    closing |= strcmp(place, "lh_close.c") == 0 && which != 1;
    if (which == 1 || strcmp(place, "lh_selftest.c") == 0) { /* that one takes a minute */
        adrift = 1;
        return NULL;
    }
    homes |= which == 0 ? 1 : 2;
    return which == 0 ? w.c : w.other;
}
static const lh_ctx *take_const_lh_ctx_p(const char *place, size_t which)
{
    return take_lh_ctx_p(place, which);
}

MANY(lh_var, 9)
static lh_var good_var(const char *place)
{
    static const char *const outputs[] = {"lh_accuracy.*", "lh_auc.*", "lh_choose_threshold.*",
                                          "lh_metric.*", "lh_plot_roc.*", "lh_predict*",
                                          "lh_scores_of.*", NULL};
    static const char *const inputs[] = {"lh_bind*", NULL};
    static const char *const params[] = {"lh_freeze.*", "lh_rate_of.*", "lh_set*", NULL};
    static const char *const squares[] = {"lh_matmul.b", "lh_transpose.a", "lh_gather.a", NULL};
    /* The operands of an op, and what is recorded on. */
    static const char *const recorded[] = {"lh_want.*", "lh_label.*", "lh_dense*", "lh_mlp*",
                                           "*.a", "*.b", "*.c", NULL};

    return is_in(place, outputs) ? w.yhat : is_in(place, inputs) ? w.X
         : is_in(place, params) ? w.W : is_in(place, squares) ? w.square
         : is_in(place, recorded) ? w.fresh : strncmp(place, "lh_prove.", 9) == 0 ? w.proved : w.L;
}
static lh_var take_lh_var(const char *place, size_t which)
{
    const lh_var bad[] = {good_var(place), {NULL, 0, 0}, {w.t, UINT32_MAX, 0}, w.stale,
                          {w.t, 12345, w.L.gen}, w.theirs, w.W, w.Z, w.yhat};

    adrift |= which == 1;
    slip |= which >= 1 && which <= 4;
    homes |= which == 1 ? 0 : lhi_ctx_of(bad[which]) == w.other ? 2 : 1;
    return bad[which];
}

MANY(lh_data_p, 4)
MANY(const_lh_data_p, 4)
static lh_data *take_lh_data_p(const char *place, size_t which)
{
    static const char *const leads[] = {"lh_hold_out*", "lh_data_*", "lh_fold*", "lh_subset*",
                                        "lh_row*", NULL};
    static const char *const first[] = {"lh_hold_out*", "lh_data_standardize*", "lh_data_like.d",
                                        "lh_checkpoint_standardize*", NULL};
    lh_data *const all[] = {is_in(place, first) ? w.unused : w.d, NULL, w.inert, w.foreign};

    if (which == 1)
        null_at(place);
    slip |= which == 2;
    adrift |= which == 1 && is_in(place, leads);
    homes |= which == 3 ? 2 : which == 0 ? 1 : 0;
    return all[which];
}
static const lh_data *take_const_lh_data_p(const char *place, size_t which)
{
    return take_lh_data_p(place, which);
}

MANY(lh_run_p, 5)
MANY(const_lh_run_p, 5)
static lh_run *take_lh_run_p(const char *place, size_t which)
{
    lh_run *const all[] = {w.r, NULL, w.old, w.foreign_run, w.dry};

    (void)place;
    adrift |= which == 1;
    idle |= which == 4;
    slip |= which == 2;
    homes |= which == 3 ? 2 : 1;
    return all[which];
}
static const lh_run *take_const_lh_run_p(const char *place, size_t which)
{
    return take_lh_run_p(place, which);
}

#define HANDLE(type, suffix, good, second) \
    MANY(suffix, 3) \
    static type *take_##suffix(const char *place, size_t which) \
    { \
        (void)place; \
        adrift |= which == 1; \
        return which == 0 ? (good) : which == 1 ? NULL : (second); \
    }
HANDLE(lh_checkpoint, lh_checkpoint_p, w.k, w.k)
HANDLE(lh_scores, lh_scores_p, w.scores, w.scores)
HANDLE(const lh_scores, const_lh_scores_p, w.scores, w.scores)
HANDLE(lh_model, lh_model_p, w.m, w.m)
HANDLE(const lh_model, const_lh_model_p, w.m, w.m)
HANDLE(lh_tape, lh_tape_p, w.open, w.t)
HANDLE(lh_params, lh_params_p, w.p, w.p)
HANDLE(const lh_params, const_lh_params_p, w.p, w.p)
HANDLE(lh_page, lh_page_p, NULL, NULL)

static const char *good_text(const char *place)
{
    static const char *const models[] = {"lh_checkpoint_open.path", "lh_model_open.path",
                                         NULL};
    static const char *const tables[] = {"lh_history.path", "lh_csv.path", NULL};
    static const char *const figures[] = {"lh_plot*", "lh_checkpoint_plot*", NULL};
    static const char *const saved[] = {"lh_save.path", "lh_will_save.path", NULL};
    static const char *const rows[] = {"lh_data_*", "lh_checkpoint_data.path",
                                       "lh_checkpoint_replay.path", NULL};

    if (strstr(place, ".path"))
        return is_in(place, rows) ? check_path("four.csv")
             : is_in(place, saved) ? check_path("saved.h5")
             : is_in(place, models) ? check_path("m.h5")
             : is_in(place, tables) ? check_path("out.csv")
             : is_in(place, figures) ? check_path("out.svg")
             : strcmp(place, "lh_derive.path") == 0     ? check_path("out.txt")
             : strcmp(place, "lh_folder.path") == 0     ? check_path("folder")
             : strcmp(place, "lh_page_file.path") == 0  ? check_path("page.txt")
             : strcmp(place, "lh_verify_theirs.path") == 0 ? check_path("theirs.npz")
                                                            : check_path("out");
    if (strcmp(place, "lh_folder_check.folder") == 0)
        return check_folder();
    return strncmp(place, "lh_metric.", 10) == 0 || strncmp(place, "lh_scores_", 10) == 0 ? "auc"
         : strcmp(place, "lh_choose_threshold.by") == 0 ? "f1"
         : strstr(place, ".names") ? "loss" : strstr(place, ".words") ? "png|svg"
         : strcmp(place, "lh_derive.format") == 0 ? "text" : strstr(place, ".format") ? "said"
         : strcmp(place, "lh_check_op.name") == 0 || strcmp(place, "lh_apply.op") == 0 ? "relu"
         : strcmp(place, "lh_line_at.text") == 0 || strcmp(place, "lh_line.text") == 0 ? "H = F * F"
         : strcmp(place, "lh_hand_at.name") == 0 ? "W" : "V";
}
static size_t many_const_char_p(const char *place)
{
    static const char *const formats[] = {"lh_fail.format", "lh_say.format", NULL};

    return is_in(place, formats) ? 3 : 8;
}
static const char *take_const_char_p(const char *place, size_t which)
{
    static char longest[6000];
    const char *const odd[] = {"", ".", "a,b/%s%n%d", longest, "\xff\xfe", "/dev/null/x.svg"};

    if (!longest[0])
        memset(longest, 'x', sizeof longest - 1);
    if (which == 1)
        return null_at(place);
    return which == 0 ? good_text(place) : odd[which - 2];
}

static size_t row_width; /* of what give() fills, where it is known */

static size_t many_size_t(const char *place)
{
    return is_a_length(place) ? 2 : 6;
}
static size_t take_size_t(const char *place, size_t which)
{
    static const size_t odd[] = {0, 1, SIZE_MAX, SIZE_MAX / 2 + 2, (size_t)1 << 40};

    static const char *const ones[] = {"lh_fold.fold", "lh_row.*", "lh_row_*", "lh_hold_out_rows.*",
                                       NULL};

    if (strcmp(place, "lh_data_rows.cols") == 0)
        row_width = which == 0 ? 2 : 1;
    if (which > 0)
        return odd[which - 1];
    return strcmp(place, "lh_plot_curves.n") == 0 || strcmp(place, "lh_csv.columns") == 0 ? 1
         : strcmp(place, "lh_data_standardize.features") == 0 ? 2
         : strcmp(place, "lh_data_rows.cols") == 0 ? 2
         : is_in(place, ones) ? 1 : 4;
}

#define NUMBERS(type, suffix, good, ...) \
    static size_t many_##suffix(const char *place) \
    { \
        static const type odd[] = {__VA_ARGS__}; \
        (void)place; \
        return 1 + sizeof odd / sizeof *odd; \
    } \
    static type take_##suffix(const char *place, size_t which) \
    { \
        static const type odd[] = {__VA_ARGS__}; \
        (void)place; \
        return which == 0 ? (good) : odd[which - 1]; \
    }
NUMBERS(ptrdiff_t, ptrdiff_t, 2, 0, -1, -2, PTRDIFF_MAX, PTRDIFF_MIN, (ptrdiff_t)1 << 40)
NUMBERS(long, long, strcmp(place, "lh_checkpoint_rows.part") == 0 ? 0 : 3, 0, -1, LONG_MAX,
        LONG_MIN)
NUMBERS(int, int, 1, 0, -1, INT_MAX, INT_MIN)
NUMBERS(double, double, 0.5, 0, -1, (double)NAN, (double)INFINITY, 1e308)
NUMBERS(lh_status, lh_status, LH_EUSAGE, LH_OK, (lh_status)9999, (lh_status)-1)
NUMBERS(lh_type, lh_type, LH_F32, LH_F64, LH_WIDE, LH_TYPES, (lh_type)-1)
NUMBERS(lh_init, lh_init, LH_HE, LH_INITS, (lh_init)-1)
NUMBERS(lh_method, lh_method, (lh_method)1, LH_METHODS, (lh_method)-1)
NUMBERS(lh_reason, lh_reason, (lh_reason)1, LH_REASONS, (lh_reason)-1)
NUMBERS(lh_verdict, lh_verdict, LH_AGREE, (lh_verdict)99, (lh_verdict)-1)

/* Arrays and structures: the first is whole, in the others something is missing. */
#define WHOLE(type, suffix, many, ...) \
    MANY(suffix, many) \
    static type take_##suffix(const char *place, size_t which) \
    { \
        const type all[] = {__VA_ARGS__}; \
        (void)place; \
        return all[which]; \
    }
#define POINTER(type, suffix, ...) \
    MANY(suffix, 2) \
    static type take_##suffix(const char *place, size_t which) \
    { \
        return which == 0 ? (__VA_ARGS__) : (type)(uintptr_t)null_at(place); \
    }

static double outputs[64];
static const double numbers[64] = {1, 2, 3, 4};
static uint32_t ordered[4];
static const ptrdiff_t sizes[4] = {3, 2, 2, 1};
static const lh_curve curves[] = {{"a", numbers, numbers, 4, 0}, {NULL, NULL, NULL, 4, 1}};
static const lh_column columns[] = {{"a", numbers}, {NULL, numbers}, {"a", NULL}};
static const lh_mark marks[] = {{NULL, 2}};
static lh_vpoint points[4];
static int left;
static const size_t places[4] = {0, 2, 1, 3};
static lh_data *sets[1];
static const char *told, *words[] = {"alpha", NULL, "beta", "gamma"};
static char *arguments[] = {(char[]){"program"}, (char[]){"--quiet"}, NULL, NULL, NULL};

static void say(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static void by_hand(lh_page *p, lh_wide *d)
{
    lh_on(p, NULL), lh_on(p, "nothing"), lh_on(p, "dL");
    d[0] = lh_on(p, "W").at[0];
}

static int give(void *arg, size_t row, double *to)
{
    (void)arg;
    to[0] = (double)row;
    if (row_width > 1)
        to[1] = (double)(row % 2);
    return 0;
}

typedef void (*sayer)(void *arg, const char *text);
typedef int (*giver)(void *arg, size_t row, double *to);
typedef lh_derivation *derivation;

POINTER(sayer, function_say, say)
POINTER(giver, function_row, give)
POINTER(derivation, lh_derivation_p, by_hand)
POINTER(const void *, const_void_p, values)
POINTER(void *, void_p, values)
POINTER(const double *, const_double_p, numbers)
POINTER(double *, double_p, outputs)
POINTER(const ptrdiff_t *, const_ptrdiff_t_p, sizes)
POINTER(const size_t *, const_size_t_p, places)
POINTER(lh_data **, lh_data_p_p, sets)
POINTER(const char **, const_char_p_p, &told)
POINTER(const char *const *, const_char_p_const_p, words)
POINTER(char **, char_p_p, arguments)
POINTER(int *, int_p, &left)
POINTER(lh_vpoint *, lh_vpoint_p, points)
POINTER(FILE *, FILE_p, stdout)
POINTER(uint32_t *, uint32_t_p, ordered)
WHOLE(lh_optimizer, lh_optimizer, 4, {.rate = 0.1}, {.rate = 0}, {.rate = (double)NAN},
      {.rate = 1, .momentum = (double)INFINITY})
WHOLE(lh_array, lh_array, 4, {values, 2, 2, LH_F32}, {NULL, 2, 2, LH_F32},
      {values, 2, 2, LH_TYPES}, {values, 0, SIZE_MAX, LH_F64})
WHOLE(lh_axes, lh_axes, 3, {.title = "t", .mark = marks, .marks = 1}, {.log_x = 1, .log_y = 1},
      {.marks = 3})
WHOLE(lh_bench_plan, lh_bench_plan, 2, {.only = "nothing"},
      {.only = "nowhere", .patience = (double)NAN})

MANY(const_lh_curve_p, 3)
static const lh_curve *take_const_lh_curve_p(const char *place, size_t which)
{
    slip |= which == 2;
    return which == 0 ? &curves[0] : which == 1 ? null_at(place) : &curves[1];
}
static const lh_reading readings[] = {{.label = "1"}, {.label = "nothing", .drop = "2,3"},
                                      {.scale = (lh_scale)9}};

MANY(const_lh_reading_p, 4)
static const lh_reading *take_const_lh_reading_p(const char *place, size_t which)
{
    (void)place;
    slip |= which >= 2;
    return which == 1 ? NULL : &readings[which ? which - 1 : 0];
}
/* An op like relu, and families of it that are not whole; made by begin(). */
static lh_op ops_of_family[LH_TYPES];
static lh_family families[4];

MANY(const_lh_family_p, 5)
static const lh_family *take_const_lh_family_p(const char *place, size_t which)
{
    slip |= which >= 2;
    return which == 1 ? null_at(place) : &families[which ? which - 1 : 0];
}

static size_t many_const_lh_var_p(const char *place)
{
    (void)place;
    return 3;
}
static const lh_var *take_const_lh_var_p(const char *place, size_t which)
{
    const lh_var *const all[] = {&w.fresh, NULL, &w.theirs};

    if (which == 1)
        null_at(place);
    homes |= which == 2 ? 2 : 0;
    return all[which];
}

static const lh_call call_of_op = {.seed = 1};
POINTER(const lh_call *, const_lh_call_p, &call_of_op)
NUMBERS(uint64_t, uint64_t, 1, 0, UINT64_MAX)

MANY(const_lh_column_p, 4)
static const lh_column *take_const_lh_column_p(const char *place, size_t which)
{
    slip |= which >= 2;
    return which == 1 ? null_at(place) : &columns[which ? which - 1 : 0];
}

#endif
