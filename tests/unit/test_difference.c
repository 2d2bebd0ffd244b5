/* test_difference.c -- what differs between two texts, arrays and checkpoints is told. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/changes.h"
#include "framework/base/quote.h"
#include "framework/store/distance.h"
#include "framework/store/h5.h"
#include "tests/unit/store_help.h"

#include <longhand/store.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* --- two texts --- */

static void changes_are(const char *first, const char *second, size_t most, size_t count,
                        const char *wanted)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text t = {.c = c};
    const size_t found = lhi_add_changes(&t, "  ", first, second, most);

    CHECK(found == count, "%zu lines of %s", found, wanted);
    CHECK(strcmp(t.at ? t.at : "", wanted) == 0, "\"%s\", not \"%s\"", t.at ? t.at : "", wanted);
    lh_close(c);
}

static void texts_differ_by_lines(void)
{
    changes_are("", "", 0, 0, "");
    changes_are("a\nb\n", "a\nb\n", 0, 0, "");
    changes_are("a\nb\nc\n", "a\nc\n", 0, 1, "  - b\n");
    changes_are("a\nc\n", "a\nb\nc", 0, 1, "  + b\n");
    changes_are("a\nb\nc\n", "a\nx\nc\n", 0, 2, "  - b\n  + x\n");
    changes_are("", "a\n", 0, 1, "  + a\n");
    changes_are("a\n", "", 0, 1, "  - a\n");
    /* What is equal within is found: one longest list of shared lines. */
    changes_are("1\na\n2\nb\n3\n", "x\na\ny\nb\nz\n", 0, 6,
                "  - 1\n  + x\n  - 2\n  + y\n  - 3\n  + z\n");
    changes_are("a\nb\nc\nd\n", "b\nc\nd\na\n", 0, 2, "  - a\n  + a\n");
    /* Lines about the same stand together. */
    changes_are("W = 1\nb = 1\nZ = 1\n", "W = 2\nU = 2\nZ = 2\n", 0, 6,
                "  - W = 1\n  + W = 2\n  - b = 1\n  + U = 2\n  - Z = 1\n  + Z = 2\n");
    changes_are("rate=1\nseed=1\n", "type=f32\nseed=2\nrate=1\n", 0, 3,
                "  + type=f32\n  + seed=2\n  - seed=1\n");
    changes_are("a\nb\nc\nd\n", "x\ny\n", 3, 6, "  - a\n  - b\n  - c\n  ... and 3 more\n");
    changes_are("a\x1b[2J\n", "a\xc2\x9b" "2J \xe2\x80\xae\xc3\xa4\xff\n", 0, 2,
                "  - a\\x1b[2J\n  + a\\xc2\\x9b2J <U+202E>\xc3\xa4\\xff\n");
}

/* Each other line is equal; of very many that is not looked for, but at the end. */
static void long_texts_end(void)
{
    enum { LINES = 20000 };
    char *a = malloc(LINES * 8), *b = malloc(LINES * 8);
    size_t put[2] = {0, 0};
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text t = {.c = c};

    for (int i = 0; a && b && i < LINES; i++) {
        put[0] += (size_t)sprintf(a + put[0], "a%d\n", i);
        put[1] += (size_t)sprintf(b + put[1], i % 2 ? "a%d\n" : "b%d\n", i);
        if (i == 1999) {
            CHECK(lhi_add_changes(&t, "", a, b, 1) == 2000, "of 2000 lines the half is shared");
            lhi_text_free(&t);
        }
    }
    CHECK(lhi_add_changes(&t, "", a, b, 2) == 2 * LINES - 2, "\"%s\"", t.at);
    CHECK(t.at && strcmp(t.at, "- a0\n- a1\n... and 39996 more\n") == 0, "\"%s\"", t.at);
    lh_close(c);
    free(a);
    free(b);
}

/* --- two arrays --- */

static void distances_are_counted(void)
{
    static const float a[] = {1, -0.0f, 0, NAN, NAN, FLT_MIN, -1, 5};
    static const float b[] = {1, 0, -FLT_TRUE_MIN, NAN, 3, FLT_MIN, -1 - FLT_EPSILON, 5};
    static const double wide[] = {1, -0.0, 0, NAN, NAN, (double)FLT_MIN, -1 + 0x1p-40, 5};
    static const double ends[] = {-DBL_MAX, INFINITY, 1}, other[] = {DBL_MAX, DBL_MAX, 1};
    static const uint16_t part[] = {0, 1, 2}, parts[] = {0, 2, 0, 1};
    const lhi_numbers x = {a, LH_F32, 0, 8}, y = {b, LH_F32, 0, 8}, z = {wide, LH_F64, 0, 8};
    lhi_distance d = lhi_distance_of(&x, &y);

    CHECK(d.compared == 8 && d.differ == 4, "%zu of %zu", d.differ, d.compared);
    CHECK(d.first == 1 && signbit(d.a) && d.a == 0 && !signbit(d.b), "%zu: %g %g", d.first, d.a,
          d.b);
    CHECK(d.ulps == 1 && d.unlike == 1 && d.apart == (double)FLT_EPSILON, "%llu, %zu, %g",
          (unsigned long long)d.ulps, d.unlike, d.apart);
    d = lhi_distance_of(&x, &x);
    CHECK(d.differ == 0 && d.ulps == 0 && d.apart == 0, "%zu", d.differ);
    d = lhi_distance_of(&x, &z);
    CHECK(d.differ == 1 && d.first == 6 && d.ulps == 0 && d.apart == 0x1p-40, "%zu, %zu, %g",
          d.differ, d.first, d.apart);
    d = lhi_distance_of(&(lhi_numbers){ends, LH_F64, 0, 3}, &(lhi_numbers){other, LH_F64, 0, 2});
    CHECK(d.compared == 2 && d.differ == 2 && d.ulps == 0xffdffffffffffffe,
          "%zu, %llx", d.differ, (unsigned long long)d.ulps);
    d = lhi_distance_of(&(lhi_numbers){part, LH_F64, 1, 3}, &(lhi_numbers){parts, LH_F64, 1, 4});
    CHECK(d.compared == 3 && d.differ == 2 && d.apart == 2, "%zu, %g", d.differ, d.apart);
}

/* --- two states --- */

enum { ROWS = 4, COLS = 3, EPOCHS = 5, DATA = 6 };

/* A state in which everything is there. */
typedef struct run {
    lhi_state s;
    float weights[ROWS * COLS], last[ROWS * COLS], velocity[ROWS * COLS], bias[COLS];
    double loss[EPOCHS], mean[2], deviation[2], fill[2], target[2][1], weight[2], held[1];
    uint16_t part[DATA];
    lhi_state_param param[2];
    lhi_state_number number[2], goes_on[1];
    void *kept[2];
    lhi_state_slot slot[1];
    lhi_state_series series[1];
    const char *config[2], *provenance[2];
    char tape[100], recipe[100];
} run;

static run *make(run *r)
{
    memset(r, 0, sizeof *r);
    for (size_t i = 0; i < ROWS * COLS; i++) {
        r->weights[i] = (float)i / 7;
        r->last[i] = (float)i / 5;
        r->velocity[i] = (float)i / 3;
    }
    for (size_t i = 0; i < EPOCHS; i++)
        r->loss[i] = i == 2 ? (double)NAN : 1 / (1 + (double)i);
    r->param[0] = (lhi_state_param){"W1", ROWS, COLS, r->weights, r->last};
    r->param[1] = (lhi_state_param){"b1", 1, COLS, r->bias, NULL};
    r->number[0] = (lhi_state_number){"rate", 0.1};
    r->number[1] = (lhi_state_number){"momentum", 0.9};
    r->goes_on[0] = (lhi_state_number){"gathered", 2};
    r->kept[0] = r->velocity;
    r->slot[0] = (lhi_state_slot){"velocity", r->kept};
    r->series[0] = (lhi_state_series){"loss", r->loss};
    r->config[0] = "hidden=4";
    r->config[1] = "rate=0.1";
    r->provenance[0] = "host=a";
    r->provenance[1] = "time=1";
    strcpy(r->tape, "W1 = param [4 x 3] he\nL = sum(W1)\n");
    strcpy(r->recipe, "labels binary\nmissing refuse\n");
    r->s = (lhi_state){.version = 3, .type = LH_F32, .tape = r->tape, .param = r->param,
                       .params = 2, .rule = "momentum", .schedule = "constant",
                       .number = r->number, .numbers = 2, .slot = r->slot, .slots = 1,
                       .kept = r->goes_on, .kepts = 1, .epoch = EPOCHS, .watch = "loss",
                       .series = r->series, .series_count = 1, .epochs = EPOCHS,
                       .data_name = "d.csv", .data_digest = "ab", .data_rows = DATA,
                       .data_cols = 2, .recipe = r->recipe, .held = r->held, .held_count = 1,
                       .part = r->part, .config = r->config, .config_count = 2,
                       .provenance = r->provenance, .provenance_count = 2,
                       .scale = {2, r->mean, r->deviation, r->fill, 1, r->target[0], r->target[1],
                                 2, r->weight}};
    return r;
}

static run one, two;

/* Just so many things differ, and both orders tell it. */
static void differ(size_t count, const char *words)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text t = {.c = c}, back = {.c = c};
    const size_t found = lhi_store_difference(&t, &one.s, "one.h5", &two.s, "two.h5", 0);

    CHECK(found == count, "%zu things, not %zu: %s", found, count, t.at);
    CHECK(t.at && strstr(t.at, words), "no \"%s\" in %s", words, t.at);
    CHECK(t.at && strncmp(t.at, "- one.h5\n+ two.h5\n\n", 19) == 0, "%s", t.at);
    CHECK(lhi_store_difference(&back, &two.s, "two.h5", &one.s, "one.h5", 0) == found, "%s",
          back.at);
    lh_close(c);
}

static void both(void)
{
    make(&one);
    make(&two);
}

static void equal_states_are_equal(void)
{
    both();
    differ(0, "\nequal, 13 arrays and all else\n");
    two.provenance[1] = "time=2";
    two.s.provenance_count = 2;
    one.provenance[0] = "threads=2";
    differ(0, "but for the provenance (");
    both();
    two.s.provenance_count = 0;
    differ(0, ", but for the provenance (host, time)\n");
    both();
    two.s.version = 2;
    differ(0, "the formats are of version 3 and 2");
    both();
    two.param[1].last = two.bias; /* the same parameters, said twice */
    differ(0, "equal, 14 arrays");
}

/* Whatever field the schema has: another value is one difference, under its name. */
static void each_field_is_compared(void)
{
    size_t fields = 0;

    for (const lhi_field *f = lhi_state_fields; f->name; f++) {
        char *at, words[40];

        if (f->kind == LHI_COUNT) /* of epochs: it is that of the history's arrays */
            continue;
        both();
        at = (char *)&two.s + f->offset;
        if (f->kind == LHI_TEXT)
            strcpy(at, "other");
        else if (f->kind == LHI_REAL)
            memcpy(at, &(double){0.75}, sizeof(double));
        else
            memcpy(at, &(int64_t){5432}, sizeof(int64_t));
        snprintf(words, sizeof words, "\n  %s  - ", f->name);
        differ(strcmp(f->name, "rows") == 0 ? 2 : 1, words);
        fields++;
    }
    CHECK(fields >= 24, "%zu fields", fields);
}

static void texts_and_numbers_are_compared(void)
{
    both();
    strcpy(two.tape, "W1 = param [4 x 3] zeros\nL = sum(W1)\n");
    differ(1, "\nnetwork\n  - W1 = param [4 x 3] he\n  + W1 = param [4 x 3] zeros\n\n"
              "1 thing differs");
    both();
    strcpy(two.tape + strlen(two.tape) - 1, "");
    differ(1, "\nnetwork\n  the ends of lines alone\n");
    both();
    two.config[1] = "rate=0.\x1b[2J";
    differ(1, "\noptions\n  - rate=0.1\n  + rate=0.\\x1b[2J\n");
    both();
    two.s.config_count = 1;
    differ(1, "\noptions\n  - rate=0.1\n");
    both();
    two.s.recipe = NULL;
    differ(1, "\nrecipe\n  - labels binary\n  - missing refuse\n");
    both();
    two.number[0].value = 0.25;
    differ(1, "\noptimizer\n  rate  - 0.1  + 0.25\n");
    both();
    strcpy(two.number[1].name, "beta");
    differ(2, "\n  momentum  - 0.9  + none\n  beta  - none  + 0.9\n");
    both();
    two.goes_on[0].value = 3;
    differ(1, "\n  gathered  - 2  + 3\n");
}

static void each_array_is_compared(void)
{
    const struct {
        void *at;
        const char *words;
        int doubles;
    } arrays[] = {
        {two.weights, "\narrays\n  parameters/W1  1 of 12 differ\n"
                      "    by at most 8388608 ulps, 0.07143\n"
                      "    the first at (0, 1)\n    - 0.14285715               0x1.24924ap-3\n"
                      "    + 0.071428575              0x1.24924ap-4\n", 0},
        {two.last, "\n  last/W1  1 of 12 differ\n", 0},
        {two.velocity, "\n  optimizer/slots/velocity/W1  1 of 12 differ\n", 0},
        {two.loss, "\n  history/loss  1 of 5 differ\n    by at most 4503599627370496 ulps, 0.25\n"
                   "    the first at epoch 2\n", 1},
    };
    double *const reals[] = {two.mean, two.deviation, two.fill, two.target[0], two.target[1],
                             two.weight, two.held};
    static const char *const names[] = {"mean", "deviation", "fill", "target_mean",
                                        "target_deviation", "class_weight", "held"};
    char words[80];

    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        both();
        if (arrays[i].doubles)
            ((double *)arrays[i].at)[1] /= 2;
        else
            ((float *)arrays[i].at)[1] /= 2;
        differ(1, arrays[i].words);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        both();
        reals[i][0] = 0.5;
        snprintf(words, sizeof words, "\n  data/%s  1 of ", names[i]);
        differ(1, words);
    }
    both();
    two.part[4] = 1;
    differ(1, "\n  data/part  1 of 6 differ\n    by at most 1\n    the first at (4)\n");
}

static void arrays_of_one_alone_are_told(void)
{
    both();
    two.param[0].rows = 6;
    two.param[0].cols = 2;
    differ(1, "\n  parameters/W1  - [4 x 3]  + [6 x 2]\n");
    both();
    strcpy(two.param[1].name, "c1");
    differ(2, "\n  parameters/b1  - alone has it\n  parameters/c1  + alone has it\n");
    both();
    strcpy(two.slot[0].name, "mean");
    differ(2, "slots/velocity/W1  - alone has it\n  optimizer/slots/mean/W1  + alone has it\n");
    both();
    two.s.epochs = 4;
    two.loss[3] = NAN;
    differ(1, "\n  history/loss  - 5  + 4 numbers;  1 of 4 differ\n"
              "    in 1 of them one is not a number\n    the first at epoch 4\n");
    both();
    two.s.scale.fill = NULL;
    differ(1, "\n  data/fill  - alone has it\n");
    both();
    two.param[0].last = NULL; /* it goes on from the model itself */
    differ(1, "\n  last/W1  11 of 12 differ\n");
}

/* An array in the other type is compared as numbers, in steps of the coarser one. */
static void types_are_told(void)
{
    static double weights[ROWS * COLS], bias[COLS];

    both();
    for (size_t i = 0; i < ROWS * COLS; i++)
        weights[i] = (double)one.weights[i];
    weights[11] += 0x1p-30;
    two.s.type = LH_F64;
    two.s.slots = one.s.slots = 0;
    two.param[0] = (lhi_state_param){"W1", ROWS, COLS, weights, NULL};
    two.param[1].value = bias;
    one.param[0].last = NULL;
    differ(2, "\n  type  - f32  + f64\n");
    differ(2, "\n  parameters/W1  1 of 12 differ\n    by at most 0 ulps of f32, 9.313e-10\n");
}

static void little_is_shown_of_much(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text t = {.c = c};

    both();
    memset(two.weights, 0, sizeof two.weights);
    memset(two.last, 0, sizeof two.last);
    memset(two.velocity, 0, sizeof two.velocity);
    two.held[0] = 1;
    CHECK(lhi_store_difference(&t, &one.s, "a", &two.s, "b", 1) == 4, "not four things");
    CHECK(t.at && strstr(t.at, "\n  ... and 3 more\n\n"
                               "4 things differ, 4 of 13 arrays among them\n"),
          "\"%s\"", t.at ? t.at : "");
    CHECK(t.at && !strstr(t.at, "last/W1"), "more is shown than was asked for");
    lh_close(c);
}

/* --- two files --- */

static void files_are_compared(void)
{
    const char *path = check_path("a.h5");
    lh_ctx *c = lh_open(0, NULL, "test"), *other = lh_open(0, NULL, "test");
    lh_checkpoint *a, *b;
    FILE *out = fopen(check_path("out"), "w+");
    char said_of_it[200] = "";

    lh_on_message(c, ignore, NULL);
    lh_on_message(other, ignore, NULL);
    CHECK(save_small(path) == LH_OK, "saving");
    a = lh_checkpoint_open(c, path);
    b = lh_checkpoint_open(c, path);
    CHECK(lh_checkpoint_difference(a, b, 0, out) == 0, "%s", lh_message(c));
    CHECK(lh_checkpoint_difference(a, b, 0, NULL) == 0, "%s", lh_message(c));
    rewind(out);
    CHECK(fread(said_of_it, 1, sizeof said_of_it - 1, out) > 0 && strstr(said_of_it, "\nequal, "),
          "%s", said_of_it);
    fclose(out);
    CHECK(lh_checkpoint_difference(NULL, b, 0, NULL) == -1, "NULL");
    CHECK(lh_checkpoint_difference(a, NULL, 0, NULL) == -1 && lh_error(c) == LH_EUSAGE, "NULL");
    lh_clear(c);
    CHECK(lh_checkpoint_difference(a, lh_checkpoint_open(other, path), 0, NULL) == -1 &&
              lh_error(c) == LH_EUSAGE, "two contexts");
    lh_clear(c);
    /* This program's main() does not begin as one that is to parse apart must. */
    CHECK(lh_inspect_untrusted(c, path, 0, stdout) == LH_EUSAGE &&
              strstr(lh_message(c), "lh_confined()"), "%s", lh_message(c));
    lh_close(other);
    lh_close(c);
}

static void messages_steer_no_terminal(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lh_on_message(c, ignore, NULL);
    lh_fail(c, LH_EUSAGE, "a\x1b[2J\x7f b\xc2\x9b" "2J c\x9b" "2J d\xe9 \xc3\xa4\n");
    CHECK(strcmp(lh_message(c), "a?[2J? b??2J c?2J d\xe9 \xc3\xa4\n") == 0, "%s", lh_message(c));
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"two texts differ by whole lines, and share as many as they can", texts_differ_by_lines},
        {"texts of very many lines are compared as well", long_texts_end},
        {"elements that differ are counted, and how far they are apart", distances_are_counted},
        {"equal states are equal, whatever machine they are of", equal_states_are_equal},
        {"each field of the schema is compared", each_field_is_compared},
        {"texts and numbers by their names are compared", texts_and_numbers_are_compared},
        {"each array is compared", each_array_is_compared},
        {"what one alone has is told, and other shapes", arrays_of_one_alone_are_told},
        {"arrays of two types are compared as numbers", types_are_told},
        {"of much that differs as much is shown as is asked for", little_is_shown_of_much},
        {"two files of one context are compared", files_are_compared},
        {"a message has nothing in it that steers a terminal", messages_steer_no_terminal},
        {NULL, NULL},
    };

    return check_main(argc, argv, "difference", tests);
}
