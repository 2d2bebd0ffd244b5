/* test_store.c -- checkpoints: exact both ways, and a failure leaves the old file. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/store/store.h"
#include "framework/system/fault.h"
#include "tests/unit/store_help.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 40, COLS = 30, EPOCHS = 7, SIZES = 2, DATA = 569 };

/* A state with its arrays; the doubles are room for floats too. */
typedef struct model {
    lhi_state s;
    lhi_state_param param[SIZES];
    double value[SIZES][ROWS * COLS], velocity[SIZES][ROWS * COLS], last[SIZES][ROWS * COLS];
    lhi_state_number number[3], goes_on[2];
    lhi_state_slot slot[2];
    void *kept[2][SIZES];
    uint16_t part[DATA];
    lhi_state_series series[2];
    double history[2][EPOCHS], mean[3], deviation[3], held[2];
    const char *config[2], *provenance[1];
} model;

static char tape[] = "X = input rows x 3\nW1 = param 40 x 30\nL = sum X W1\n";

static void fill(lh_type type, double *array, double scale)
{
    for (size_t i = 0; i < ROWS * COLS; i++) {
        const double v = scale * ((double)(i * 7919 % 1000) / 999 - 0.5);

        if (type == LH_F32)
            ((float *)array)[i] = (float)v;
        else
            array[i] = v;
    }
}

static void make_param(model *m, size_t i, const char *name, size_t rows)
{
    lhi_state_param *p = &m->param[i];

    snprintf(p->name, sizeof p->name, "%s", name);
    p->rows = rows;
    p->cols = COLS;
    p->value = m->value[i];
    fill(m->s.type, m->value[i], 1 + (double)i);
    if (m->s.type == LH_F32) { /* the velocity stays 0: a block of zeros in the file */
        m->kept[0][i] = m->velocity[i];
        p->last = m->last[i];
        fill(m->s.type, m->last[i], 3);
    }
}

static model *make(lh_type type)
{
    static model m;
    lhi_state *s = &m.s;

    memset(&m, 0, sizeof m);
    *s = (lhi_state){.type = type, .tape = tape, .param = m.param, .params = SIZES,
                     .rule = "of a later day", .schedule = "too", .number = m.number,
                     .numbers = 3, .slot = m.slot, .slots = 2, .kept = m.goes_on, .kepts = 2,
                     .patience = 4, .part = m.part, .trained = 2, .epoch = EPOCHS,
                     .step = 51, .moves = 17, .own = 3, .position = 192, .loss_sum = 3.25,
                     .batch = 64, .shards = 8, .seed = UINT64_MAX - 5, .watch = "test loss",
                     .best_value = 0.0625, .best_epoch = 6, .series = m.series, .series_count = 2,
                     .epochs = EPOCHS, .data_name = "wdbc.csv", .data_rows = DATA, .data_cols = 3,
                     .train_rows = 427, .scale = {3, m.mean, m.deviation, .fill = NULL},
                     .held = m.held, .held_count = 2, .config = m.config, .config_count = 2,
                     .provenance = m.provenance, .provenance_count = 1};
    memset(s->data_digest, 'a', 64);
    make_param(&m, 0, "W1", ROWS); /* not in the order of the alphabet */
    make_param(&m, 1, "A \"b\" |c|", 1);
    snprintf(m.series[0].name, LHI_NAME, "test accuracy");
    snprintf(m.series[1].name, LHI_NAME, "|dW1|");
    for (size_t i = 0; i < EPOCHS; i++) {
        m.history[0][i] = i % 3 == 1 ? (double)NAN : (double)i / 7;
        m.history[1][i] = 1 / (1 + (double)i);
    }
    for (size_t i = 0; i < 3; i++) {
        m.mean[i] = (double)i / 3;
        m.deviation[i] = 1 + (double)i / 9;
    }
    m.held[0] = 0.25;
    m.held[1] = 0.125;
    m.number[0] = (lhi_state_number){"rate", 0.1};
    m.number[1] = (lhi_state_number){"beta 2", 0.999};
    m.number[2] = (lhi_state_number){"epsilon", 1e-8};
    m.goes_on[0] = (lhi_state_number){"*W1", 0.5};
    m.goes_on[1] = (lhi_state_number){"pairs", 9};
    m.slot[0] = (lhi_state_slot){"velocity", m.kept[0]};
    m.slot[1] = (lhi_state_slot){"mean of squares", m.kept[1]};
    m.kept[1][1] = m.velocity[1]; /* a slot that one parameter alone has */
    for (size_t i = 0; i < DATA; i++)
        m.part[i] = (uint16_t)(i * 7 % 3);
    m.series[0].at = m.history[0];
    m.series[1].at = m.history[1];
    m.config[0] = "hidden=40";
    m.config[1] = "note=caf\xc3\xa9";
    m.provenance[0] = "compiler=gcc";
    return &m;
}

static lh_status save(const lhi_state *s, const char *path)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    const lh_status status = lhi_store_write(c, s, path);

    lh_on_message(c, ignore, NULL);
    lh_close(c);
    return status;
}

static int same_bytes(const char *a, const char *b)
{
    size_t m, n;
    char *x = check_read(a, &m), *y = check_read(b, &n);
    const int same = m == n && m > 0 && memcmp(x, y, m) == 0;

    free(x);
    free(y);
    return same;
}

static int same_array(const void *a, const void *b, size_t bytes)
{
    return !a == !b && (!a || memcmp(a, b, bytes) == 0);
}

static void same_numbers(const lhi_state_number *a, const lhi_state_number *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        CHECK(strcmp(a[i].name, b[i].name) == 0 && a[i].value == b[i].value, "%s", a[i].name);
}

static void same_params(const lhi_state *a, const lhi_state *b)
{
    const size_t size = a->type == LH_F32 ? 4 : 8;

    for (size_t i = 0; i < a->params; i++) {
        const lhi_state_param *p = &a->param[i], *q = &b->param[i];
        const size_t bytes = p->rows * p->cols * size;

        CHECK(strcmp(p->name, q->name) == 0 && p->rows == q->rows && p->cols == q->cols,
              "parameter %s became %s, %zu x %zu", p->name, q->name, q->rows, q->cols);
        CHECK(same_array(p->value, q->value, bytes) && same_array(p->last, q->last, bytes),
              "an array of %s changed", p->name);
        for (size_t k = 0; k < a->slots; k++)
            CHECK(same_array(a->slot[k].at[i], b->slot[k].at[i], bytes), "%s of %s changed",
                  a->slot[k].name, p->name);
    }
}

static void same_states(const lhi_state *a, const lhi_state *b)
{
    const size_t cols = (size_t)a->data_cols * sizeof(double);
    lhi_state plain = *b; /* b with a's pointers: all else must be equal, byte for byte */

    CHECK(b->version == LHI_STORE_VERSION, "version %ld", (long)b->version);
    plain.version = a->version;
    plain.number = a->number, plain.kept = a->kept, plain.slot = a->slot, plain.part = a->part;
    plain.tape = a->tape, plain.param = a->param, plain.series = a->series;
    plain.scale.mean = a->scale.mean, plain.scale.deviation = a->scale.deviation;
    plain.held = a->held, plain.config = a->config, plain.provenance = a->provenance;
    CHECK(memcmp(&plain, a, sizeof plain) == 0, "a counter, name or size changed");
    if (a->params != b->params || a->numbers != b->numbers || a->kepts != b->kepts ||
        a->slots != b->slots || a->series_count != b->series_count ||
        a->config_count != b->config_count || a->provenance_count != b->provenance_count)
        return;
    CHECK(strcmp(a->tape, b->tape) == 0, "the tape became \"%s\"", b->tape);
    for (size_t i = 0; i < a->slots; i++)
        CHECK(strcmp(a->slot[i].name, b->slot[i].name) == 0, "a slot became %s", b->slot[i].name);
    same_params(a, b);
    same_numbers(a->number, b->number, a->numbers);
    same_numbers(a->kept, b->kept, a->kepts);
    CHECK(same_array(a->part, b->part, (size_t)a->data_rows * sizeof *a->part), "the parts");
    for (size_t i = 0; i < a->series_count; i++)
        CHECK(strcmp(a->series[i].name, b->series[i].name) == 0 &&
                  memcmp(a->series[i].at, b->series[i].at, a->epochs * sizeof(double)) == 0,
              "series %s changed or moved", a->series[i].name);
    CHECK(same_array(a->scale.mean, b->scale.mean, cols) &&
              same_array(a->scale.deviation, b->scale.deviation, cols) &&
              same_array(a->held, b->held, a->held_count * sizeof(double)),
          "the arrays of the data changed");
    for (size_t i = 0; i < a->config_count; i++)
        CHECK(strcmp(a->config[i], b->config[i]) == 0, "config became %s", b->config[i]);
    for (size_t i = 0; i < a->provenance_count; i++)
        CHECK(strcmp(a->provenance[i], b->provenance[i]) == 0, "became %s", b->provenance[i]);
}

static void there_and_back(const lhi_state *s)
{
    const char *first = check_path("first.h5"), *second = check_path("second.h5");
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_state back;
    long before;

    CHECK(lhi_store_write(c, s, first) == LH_OK, "%s", lh_message(c));
    before = ids();
    CHECK(lhi_store_write(c, s, second) == LH_OK, "%s", lh_message(c));
    CHECK(same_bytes(first, second), "two writes of one state differ");
    CHECK(lhi_store_read(c, first, &back) == LH_OK, "%s", lh_message(c));
    if (lh_error(c) == LH_OK) {
        same_states(s, &back);
        CHECK(lhi_store_write(c, &back, second) == LH_OK, "%s", lh_message(c));
        CHECK(same_bytes(first, second), "the state that was read makes another file");
    }
    CHECK(ids() == before, "%ld ids of HDF5 became %ld", before, ids());
    CHECK(lh_close(c) == 0, "closing");
}

static void round_trip_f32(void)
{
    there_and_back(&make(LH_F32)->s);
}

static void round_trip_f64(void)
{
    lhi_state *s = &make(LH_F64)->s;

    there_and_back(s);
    s->slot[0].at[0] = s->param[0].value;
    for (size_t i = 0; i < SIZES; i++)
        s->param[i].last = s->param[i].value;
    there_and_back(s);
}

static void round_trip_empty(void)
{
    lhi_state s = {.type = LH_F64, .tape = tape};

    there_and_back(&s);
    s = make(LH_F32)->s;
    s.epochs = 0, s.epoch = 0; /* series without rows yet */
    s.held_count = 0;
    s.held = NULL;
    s.part = NULL;
    s.trained = 0;
    there_and_back(&s);
}

/* Several chunks a dataset, none of them full, and texts of more than a header. */
static void round_trip_large(void)
{
    enum { N = 501, M = 1033 };
    lhi_state *s = &make(LH_F64)->s;
    double *large = calloc(N * M, sizeof *large);
    char *text = calloc(1, 90000);
    lhi_state_param p[3] = {{"tall", N * M, 1, large, NULL},
                            {"wide", 1, N * M, large, large},
                            {"square", N, M, large, large}};
    void *kept[2][3] = {{large, NULL, large}, {large, large, large}};
    uint16_t *part = calloc(N * M, sizeof *part);

    if (!large || !text || !part)
        exit(99);
    for (size_t i = 0; i < N * M; i++)
        large[i] = (double)i;
    memset(text, 'x', 89999);
    s->param = p;
    s->params = 3;
    s->tape = text;
    s->config[1] = text;
    s->slot[0].at = kept[0];
    s->slot[1].at = kept[1];
    s->part = part;
    s->data_rows = N * M;
    there_and_back(s);
    free(part);
    free(large);
    free(text);
}

static void bad_states_refused(void)
{
    static const char *const names[] = {"", ".", "a/b", "a\nb", "a\x7f"};
    const char *path = check_path("kept.h5"), *copy = check_path("copy.h5");
    lhi_state *s = &make(LH_F32)->s;
    size_t size;
    char *bytes;

    CHECK(save(s, path) == LH_OK, "saving");
    bytes = check_read(path, &size);
    check_write(copy, bytes, (long)size);
    ((float *)s->param[0].value)[COLS + 3] = INFINITY;
    CHECK(save(s, path) == LH_ENONFINITE, "an infinite parameter was saved");
    s = &make(LH_F64)->s;
    ((double *)s->param[1].value)[0] = NAN;
    CHECK(save(s, path) == LH_ENONFINITE, "a parameter that is no number was saved");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        s = &make(LH_F32)->s;
        snprintf(s->param[1].name, LHI_NAME, "%s", names[i]);
        CHECK(save(s, path) == LH_ESTATE, "parameter \"%s\" was saved", names[i]);
        s = &make(LH_F32)->s;
        snprintf(s->series[1].name, LHI_NAME, "%s", names[i]);
        CHECK(save(s, path) == LH_ESTATE, "series \"%s\" was saved", names[i]);
        s = &make(LH_F32)->s;
        snprintf(s->slot[1].name, LHI_NAME, "%s", names[i]);
        CHECK(save(s, path) == LH_ESTATE, "slot \"%s\" was saved", names[i]);
        s = &make(LH_F32)->s;
        snprintf(s->number[0].name, LHI_NAME, "%s", names[i]);
        CHECK(save(s, path) == LH_ESTATE, "number \"%s\" was saved", names[i]);
    }
    s = &make(LH_F32)->s;
    s->part[7] = 3;
    CHECK(save(s, path) == LH_ESTATE, "a part that was never held out was saved");
    s = &make(LH_F32)->s;
    s->trained = 3;
    CHECK(save(s, path) == LH_ESTATE, "training on a part that never was was saved");
    s = &make(LH_F32)->s;
    ((float *)s->param[1].last)[2] = NAN;
    CHECK(save(s, path) == LH_ENONFINITE, "a last parameter that is no number was saved");
    s = &make(LH_F32)->s;
    s->step = -1;
    CHECK(save(s, path) == LH_ESTATE, "a negative step was saved");
    s = &make(LH_F32)->s;
    memset(s->param[0].name, 'n', LHI_NAME);
    CHECK(save(s, path) == LH_ESTATE, "a name without an end was saved");
    CHECK(same_bytes(path, copy), "a refused save changed the file");
    CHECK(save(&make(LH_F32)->s, check_folder()) == LH_EIO, "a folder was replaced");
    CHECK(save(&make(LH_F32)->s, check_path("none/x.h5")) == LH_EIO, "in a folder that is not");
    free(bytes);
}

/* Names in a folder that begin so: a temporary file would be one more. */
static int files(const char *folder, const char *begin)
{
    DIR *d = opendir(folder);
    int count = 0;

    for (struct dirent *e; d && (e = readdir(d));)
        count += strncmp(e->d_name, begin, strlen(begin)) == 0;
    if (d)
        closedir(d);
    return count;
}

/* Saves with the nth call failing, and all after it when count is -1; 0 when no call
 * was left to fail. */
static int strike(const char *path, enum lhi_fault_kind kind, long nth, long count, int number)
{
    const char *old = check_path("old.h5"), *new = check_path("new.h5");
    lh_ctx *c = lh_open(0, NULL, "test");
    const long before = ids();
    lh_status status;
    long struck;

    lh_on_message(c, ignore, NULL);
    lhi_fault_arm(kind, nth, count, number);
    status = lhi_store_write(c, &make(LH_F64)->s, path);
    struck = lhi_fault_struck(kind);
    lhi_fault_arm(kind, 0, 0, 0);
    if (struck == 0) {
        CHECK(status == LH_OK && same_bytes(path, new), "no fault: %s", lh_message(c));
    } else {
        CHECK(status == (kind == LHI_FAULT_ALLOC ? LH_ENOMEM : LH_EIO) &&
                  (kind == LHI_FAULT_ALLOC || strstr(lh_message(c), path)),
              "call %ld: status %d, \"%s\"", nth, (int)status, lh_message(c));
        /* Only the folder's opening and its sync come after the rename. */
        CHECK(same_bytes(path, old) || (kind == LHI_FAULT_FILE && same_bytes(path, new)),
              "call %ld leaves neither the old file nor the new one", nth);
    }
    CHECK(ids() == before, "call %ld leaves %ld ids of HDF5", nth, ids() - before);
    CHECK(files(check_folder(), "target") == 1, "call %ld leaves a temporary file", nth);
    lh_close(c);
    return struck > 0;
}

static void faults_leave_the_old_file(void)
{
    static const struct {
        enum lhi_fault_kind kind;
        long count;
        int number;
    } faults[] = {{LHI_FAULT_FILE, 1, EIO},  {LHI_FAULT_FILE, 1, ENOSPC},
                  {LHI_FAULT_FILE, -1, EIO}, {LHI_FAULT_FILE, -1, ENOSPC},
                  {LHI_FAULT_ALLOC, 1, ENOMEM}, {LHI_FAULT_ALLOC, -1, ENOMEM}};
    char path[400];
    size_t kept = 0, size;

    snprintf(path, sizeof path, "%s", check_path("target.h5"));
    CHECK(save(&make(LH_F32)->s, check_path("old.h5")) == LH_OK, "saving");
    CHECK(save(&make(LH_F64)->s, check_path("new.h5")) == LH_OK, "saving");
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        long nth = 0, old = 0;
        int struck;

        do {
            char *bytes = check_read(check_path("old.h5"), &size);

            check_write(path, bytes, (long)size);
            free(bytes);
            struck = strike(path, faults[i].kind, ++nth, faults[i].count, faults[i].number);
            old += same_bytes(path, check_path("old.h5"));
        } while (struck);
        CHECK(nth > 3, "only %ld calls to fail in fault %zu", nth - 1, i);
        CHECK(old >= nth - 3, "fault %zu: the old file was there %ld of %ld times", i, old, nth);
        kept += (size_t)old;
    }
    CHECK(kept > 20, "the old file was looked for %zu times only", kept);
}

static void faults_in_reading_are_reported(void)
{
    const char *path = check_path("good.h5");
    const enum lhi_fault_kind kinds[] = {LHI_FAULT_FILE, LHI_FAULT_ALLOC};

    CHECK(save(&make(LH_F32)->s, path) == LH_OK, "saving");
    for (size_t i = 0; i < 2; i++) {
        const long before = ids();
        long nth = 0, struck;

        do {
            lh_ctx *c = lh_open(0, NULL, "test");
            lhi_state s;
            lh_status status;

            lh_on_message(c, ignore, NULL);
            lhi_fault_arm(kinds[i], ++nth, 1, EIO);
            status = lhi_store_read(c, path, &s);
            struck = lhi_fault_struck(kinds[i]);
            lhi_fault_arm(kinds[i], 0, 0, 0);
            /* How a file closes that was read whole and checked changes nothing. */
            CHECK(struck == 0 ? status == LH_OK : all_zero(&s) || kinds[i] == LHI_FAULT_FILE,
                  "call %ld: %s", nth, lh_message(c));
            CHECK(ids() == before, "call %ld leaves %ld ids", nth, ids() - before);
            lh_close(c);
        } while (struck);
        CHECK(nth > (kinds[i] == LHI_FAULT_FILE ? 4 : 15), "only %ld calls", nth);
    }
}

static void printed(void)
{
    const char *path = check_path("listing");
    char version[LHI_STORE_VERSION_ROOM];
    lhi_state *s = &make(LH_F32)->s;
    FILE *out = fopen(path, "w");
    char *text;

    s->config[0] = "title=\x1b[31mred";
    lhi_store_print(s, "runs/best.h5", out);
    fclose(out);
    text = check_read(path, NULL);
    for (const char *const *word =
             (const char *const[]){"runs/best.h5", "version 3", "f32", "W1 = param 40 x 30",
                                   "40 x 30", "of a later day: rate 0.1", "beta 2 0.999",
                                   "keeps velocity, mean of squares",
                                   "the rate as too has it, after 17 moves", "*W1 0.5",
                                   "model      of epoch 6",
                                   "test loss was smallest: 0.0625", "seed 18446744073709551610",
                                   "wdbc.csv", "test accuracy",
                                   "title=\\x1b[31mred", "compiler=gcc", NULL};
         *word; word++)
        CHECK(strstr(text, *word), "no \"%s\" in:\n%s", *word, text);
    CHECK(!strchr(text, '\x1b'), "a control character reaches the terminal");
    lhi_store_version(version);
    CHECK(strncmp(version, "1.", 2) == 0 || strncmp(version, "2.", 2) == 0, "HDF5 %s", version);
    free(text);
}

static void failed_context(void)
{
    const char *path = check_path("never.h5");
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_state s;

    lh_on_message(c, ignore, NULL);
    lh_fail(c, LH_EDATA, "an earlier error");
    CHECK(lhi_store_write(c, &make(LH_F32)->s, path) == LH_EDATA, "%s", lh_message(c));
    CHECK(lhi_store_read(c, path, &s) == LH_EDATA && all_zero(&s), "%s", lh_message(c));
    CHECK(files(check_folder(), "never") == 0, "a failed run was saved");
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"an f32 state is read as it was written, and written the same again", round_trip_f32},
        {"an f64 state too, with a slot for one parameter alone", round_trip_f64},
        {"a state with next to nothing in it too", round_trip_empty},
        {"a state of many chunks too", round_trip_large},
        {"what may not be saved leaves the old file", bad_states_refused},
        {"a failed call at any place leaves the old file", faults_leave_the_old_file},
        {"a failed call in reading is reported", faults_in_reading_are_reported},
        {"the listing shows what is in the file", printed},
        {"after an error nothing is written or read", failed_context},
        {NULL, NULL},
    };

    return check_main(argc, argv, "store", tests);
}
