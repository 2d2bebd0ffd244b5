/* test_errors.c -- the two kinds of error: of a call, and of the state. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdio.h>
#include <string.h>

static void of_a_call(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    CHECK(lhi_refuse(c, LH_EIO, "try elsewhere", "%s is full", "disk") == LH_EIO, "returned");
    CHECK(lhi_ok(c) && lh_error(c) == LH_EIO, "the context goes on, and tells it");
    CHECK(strcmp(lh_message(c), "disk is full\n  hint: try elsewhere") == 0, "%s", lh_message(c));
    CHECK(lhi_refuse(c, LH_ENAME, NULL, "later") == LH_ENAME && lh_error(c) == LH_EIO,
          "the first one is kept");
    CHECK(lh_clear(c) == LH_EIO && lh_error(c) == LH_OK && lh_message(c)[0] == 0,
          "forgotten: %s", lh_message(c));
    CHECK(lh_clear(c) == LH_OK && lh_close(c) == 0, "and nothing is left of it");
}

static void of_the_state(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lhi_refuse(c, LH_EIO, NULL, "a call");
    lh_fail(c, LH_ENONFINITE, "the state");
    CHECK(!lhi_ok(c) && lh_error(c) == LH_ENONFINITE && strcmp(lh_message(c), "the state") == 0,
          "%s", lh_message(c));
    CHECK(lhi_refuse(c, LH_ENAME, NULL, "after") == LH_ENONFINITE, "the state's error answers");
    lh_clear(c);
    CHECK(lh_error(c) == LH_ENONFINITE, "an error of the state stays");
    lh_on_message(c, NULL, NULL);
    CHECK(lh_close(c) == lh_exit_code(LH_ENONFINITE), "its exit code");
}

static void at_the_end_of_a_call(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    CHECK(lhi_call_ends(c) == LH_OK && lh_error(c) == LH_OK, "nothing happened");
    lhi_fail(c, LH_EIO, "a hint", "within");
    CHECK(lhi_call_ends(c) == LH_EIO && lhi_ok(c), "moved");
    CHECK(strcmp(lh_message(c), "within\n  hint: a hint") == 0, "%s", lh_message(c));
    CHECK(lh_close(c) == 74, "told at the end unless it is cleared");
}

/* A network that has trained on four rows, as a driver leaves it before it asks. */
typedef struct trained {
    lh_ctx *c, *other;
    lh_data *d, *foreign;
    lh_tape *t;
    lh_var X, W, Z, L, stale, none;
    lh_run *r;
} trained;

static trained train(void)
{
    trained k = {.c = lh_open(0, NULL, "test"), .other = lh_open(0, NULL, "other")};
    lh_tape *old;
    lh_var y;

    check_write(check_path("four.csv"), "a,b,y\n1,2,0\n2,1,1\n3,5,0\n4,4,1\n", -1);
    k.c->set.quiet = 1;
    k.d = lh_data_open(k.c, check_path("four.csv"));
    k.foreign = lh_data_open(k.other, check_path("four.csv"));
    old = lh_tape_new(lh_params_new(k.c, LH_F32));
    k.stale = lh_input(old, "X", LH_ROWS, 2);
    lh_tape_reset(old);
    k.t = lh_tape_new(lh_params_new(k.c, LH_F32));
    k.X = lh_input(k.t, "X", LH_ROWS, 2);
    y = lh_input(k.t, "y", LH_ROWS, 1);
    k.W = lh_param(k.t, "W", 2, 1, LH_HE);
    k.Z = lh_label(lh_matmul(k.X, k.W), "Z", __FILE__, __LINE__);
    k.L = lh_bce_logits(k.Z, y);
    k.none = (lh_var){k.t, UINT32_MAX, 0};
    k.r = lh_train(k.L, LH_SGD(0.1), k.d, 0, 9);
    CHECK(lh_epoch(k.r) == 1, "%s", lh_message(k.c));
    return k;
}

static void accuracy_of_logits(trained *k) { lh_accuracy(k->Z, k->d); }
static void accuracy_of_features(trained *k) { lh_accuracy(k->X, k->d); }
static void accuracy_of_loss(trained *k) { lh_accuracy(k->L, k->d); }
static void accuracy_of_parameter(trained *k) { lh_accuracy(k->W, k->d); }
static void accuracy_of_stale(trained *k) { lh_accuracy(k->stale, k->d); }
static void accuracy_of_none(trained *k) { lh_accuracy(k->none, k->d); }
static void accuracy_on_nothing(trained *k) { lh_accuracy(lh_output(k->L), NULL); }
static void accuracy_on_foreign(trained *k) { lh_accuracy(lh_output(k->L), k->foreign); }
static void auc_of_loss(trained *k) { lh_auc(k->L, k->d); }
static void loss_of_output(trained *k) { lh_loss(k->Z, k->d); }
static void loss_on_foreign(trained *k) { lh_loss(k->L, k->foreign); }
static void output_of_output(trained *k) { lh_output(k->Z); }
static void output_of_stale(trained *k) { lh_output(k->stale); }
static void forward_unbound(trained *k) { lh_forward(k->L); }
static void backward_first(trained *k) { lh_backward(k->L); }
static void bind_result(trained *k) { lh_bind(k->Z, (const void *)"", 1); }
static void value_of_stale(trained *k) { lh_value(k->stale); }
static void rows_of_stale(trained *k) { lh_rows_of(k->stale); }
static void note_point(trained *k) { lh_note(k->r, ".", 1); }
static void note_loss(trained *k) { lh_note(k->r, "loss", 42); }
static void watch_two(trained *k) { lh_watch(k->r, "a", 1, 0), lh_watch(k->r, "b", 1, 0); }
static void watch_backwards(trained *k) { lh_watch(k->r, "a", 1, -1); }
static void save_nowhere(trained *k) { lh_save(k->r, NULL); }
static void save_in_no_folder(trained *k) { lh_save(k->r, "/dev/null/m.h5"); }
static void history_nowhere(trained *k) { lh_history(k->r, NULL); }
static void history_in_no_folder(trained *k) { lh_history(k->r, "/dev/null/h.csv"); }
static void plot_nothing(trained *k) { lh_plot(k->r, check_path("a.svg"), "accuracy"); }
static void plot_as_bmp(trained *k) { lh_plot(k->r, check_path("a.bmp"), "loss"); }
static void norms_nowhere(trained *k) { lh_plot_norms(k->r, NULL); }
static void roc_of_loss(trained *k) { lh_plot_roc(k->L, k->d, check_path("a.svg")); }
static void roc_nowhere(trained *k) { lh_plot_roc(lh_output(k->L), k->d, NULL); }
static void open_nothing(trained *k) { lh_checkpoint_open(k->c, "no-such-file.h5"); }
static void open_text(trained *k) { lh_checkpoint_open(k->c, check_path("four.csv")); }
static void derive_as_bmp(trained *k) { lh_derive(k->L, NULL, 0, "bmp", NULL); }
static void derive_output(trained *k) { lh_derive(k->Z, NULL, 0, NULL, NULL); }
static void derive_in_no_folder(trained *k) { lh_derive(k->L, NULL, 0, NULL, "/dev/null/a.txt"); }
static void table_of_nothing(trained *k) { lh_csv(k->c, check_path("a.csv"), NULL, 0, 0); }
static void curves_of_nothing(trained *k)
{
    lh_plot_curves(k->c, check_path("a.svg"), (lh_axes){.x = "x"}, NULL, 0);
}
static void differences_of_output(trained *k)
{
    lh_vpoint at[2];

    lh_difference_errors(k->Z, k->d, 4, LH_F64, at, 2);
}
static void bench_of_nothing(trained *k)
{
    lh_bench(k->c, (lh_bench_plan){.only = "nothing"}, stdout);
}

/* Each slip is told with a remedy's room, and costs nothing: the next epoch trains, the network
 * is saved. */
static void after_training(void)
{
    static const struct {
        const char *name;
        void (*slip)(trained *k);
        lh_status status;
    } slips[] = {
#define SLIP(name, status) {#name, name, status}
        SLIP(accuracy_of_logits, LH_EUSAGE), SLIP(accuracy_of_features, LH_ESHAPE),
        SLIP(accuracy_of_loss, LH_ESHAPE), SLIP(accuracy_of_parameter, LH_ESHAPE),
        SLIP(accuracy_of_stale, LH_ESTALE), SLIP(accuracy_of_none, LH_ESTATE),
        SLIP(accuracy_on_nothing, LH_EUSAGE), SLIP(accuracy_on_foreign, LH_EUSAGE),
        SLIP(auc_of_loss, LH_ESHAPE), SLIP(loss_of_output, LH_ESHAPE),
        SLIP(loss_on_foreign, LH_EUSAGE), SLIP(output_of_output, LH_EUSAGE),
        SLIP(output_of_stale, LH_ESTALE), SLIP(forward_unbound, LH_ESTATE),
        SLIP(backward_first, LH_ESTATE), SLIP(bind_result, LH_ESTATE),
        SLIP(value_of_stale, LH_ESTALE), SLIP(rows_of_stale, LH_ESTALE),
        SLIP(note_point, LH_ENAME), SLIP(note_loss, LH_ENAME), SLIP(watch_two, LH_ESTATE),
        SLIP(watch_backwards, LH_EUSAGE), SLIP(save_nowhere, LH_EUSAGE),
        SLIP(save_in_no_folder, LH_EIO), SLIP(history_nowhere, LH_EUSAGE),
        SLIP(history_in_no_folder, LH_EIO), SLIP(plot_nothing, LH_EUSAGE),
        SLIP(plot_as_bmp, LH_EUSAGE), SLIP(norms_nowhere, LH_EUSAGE),
        SLIP(roc_of_loss, LH_ESHAPE), SLIP(roc_nowhere, LH_EUSAGE),
        SLIP(open_nothing, LH_ENOINPUT), SLIP(open_text, LH_EFORMAT),
        SLIP(derive_as_bmp, LH_EUSAGE), SLIP(derive_output, LH_ESHAPE),
        SLIP(derive_in_no_folder, LH_EIO), SLIP(table_of_nothing, LH_EUSAGE),
        SLIP(curves_of_nothing, LH_EUSAGE), SLIP(differences_of_output, LH_ESHAPE),
        SLIP(bench_of_nothing, LH_EUSAGE)};

    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        trained k = train();
        double before, loss = lh_loss(k.L, k.d);

        slips[i].slip(&k);
        CHECK(lh_error(k.c) == slips[i].status, "%s: status %d, %s", slips[i].name,
              (int)lh_error(k.c), lh_message(k.c));
        CHECK(lh_clear(k.c) == slips[i].status, "%s is an error of the state", slips[i].name);
        before = lh_accuracy(lh_output(k.L), k.d);
        CHECK(before >= 0 && lh_loss(k.L, k.d) == loss, "%s: %s", slips[i].name,
              lh_message(k.c));
        CHECK(lh_epoch(k.r) == 1 && lh_loss(k.L, k.d) < loss, "%s: it trains on", slips[i].name);
        CHECK(lh_save(k.r, check_path("m.h5")) == LH_OK, "%s: %s", slips[i].name,
              lh_message(k.c));
        CHECK(lh_close(k.c) == 0 && lh_close(k.other) == 0, "%s", slips[i].name);
    }
}

/* A run whose tape was recorded anew is stale, and touches nothing. */
static void stale_runs(void)
{
    trained k = train();
    double last = lh_last_loss(k.r);

    lh_tape_reset(k.t);
    lh_input(k.t, "q", 1, 1);
    CHECK(lh_epoch(k.r) == 0 && lh_clear(k.c) == LH_ESTALE, "lh_epoch");
    lh_note(k.r, "x", 1);
    CHECK(lh_clear(k.c) == LH_ESTALE, "lh_note");
    lh_watch(k.r, "x", 1, 1);
    CHECK(lh_clear(k.c) == LH_ESTALE, "lh_watch");
    lh_take_best(k.r);
    CHECK(lh_clear(k.c) == LH_ESTALE, "lh_take_best");
    CHECK(lh_save(k.r, check_path("m.h5")) == LH_ESTALE, "lh_save");
    CHECK(lh_history(k.r, check_path("h.csv")) == LH_ESTALE, "lh_history");
    CHECK(lh_plot(k.r, check_path("h.svg"), "loss") == LH_ESTALE, "lh_plot");
    CHECK(lh_plot_norms(k.r, check_path("h.svg")) == LH_ESTALE, "lh_plot_norms");
    CHECK(lh_epochs(k.r) == 1 && lh_steps(k.r) == 1 && lh_last_loss(k.r) == last, "what it did");
    CHECK(lh_clear(k.c) == LH_ESTALE && lh_close(k.c) == 0 && lh_close(k.other) == 0, "closed");
}

/* The accuracy of logits would be that of the threshold 0.62 of probabilities. */
static void logits(void)
{
    trained k = train();
    lh_var yhat = lh_output(k.L);

    CHECK(lh_named(k.t, "yhat").id == yhat.id && lh_output(k.L).id == yhat.id, "recorded once");
    CHECK(!(lh_accuracy(k.Z, k.d) >= 0), "of logits there is none");
    CHECK(strstr(lh_message(k.c), "lh_accuracy: Z are the logits") &&
              strstr(lh_message(k.c), "hint: lh_accuracy(lh_output(L), d)"), "%s",
          lh_message(k.c));
    CHECK(lh_auc(k.Z, k.d) == lh_auc(yhat, k.d), "order is all that AUC asks for");
    lh_clear(k.c);
    CHECK(lh_close(k.c) == 0 && lh_close(k.other) == 0, "closed");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"an error of a call leaves the context as it was", of_a_call},
        {"an error of the state ends the work", of_the_state},
        {"what failed in a call becomes the call's", at_the_end_of_a_call},
        {"a slip after training costs neither the next epoch nor the network", after_training},
        {"a run whose tape was recorded anew is stale", stale_runs},
        {"the accuracy of logits is refused, with the remedy", logits},
        {NULL, NULL}};

    return check_main(argc, argv, "errors", tests);
}
