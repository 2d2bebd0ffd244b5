/* test_rows.c -- labels of every kind, texts and missing cells, on their way to X, y and w. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/data.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdio.h>
#include <string.h>

static char said[4000];

static void keep(void *arg, const char *text)
{
    (void)arg;
    if (strlen(said) + strlen(text) + 2 < sizeof said)
        strcat(strcat(said, text), "\n");
}

static lh_ctx *quiet(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    said[0] = 0;
    lh_on_message(c, keep, NULL);
    return c;
}

static lh_data *read_text(lh_ctx *c, const char *text, lh_reading how)
{
    check_write(check_path("a.csv"), text, -1);
    return lh_data_read(c, check_path("a.csv"), &how);
}

static const char flowers[] = "\"\",\"a\",\"kind\",\"b\"\n\"1\",1,\"rose\",4\n\"2\",2,\"lily\",3\n"
                              "\"3\",3,\"rose\",2\n\"4\",4,\"aster\",1\n\"5\",6,\"lily\",0\n";

static void classes(void)
{
    lh_ctx *c = quiet();
    lh_data *d = read_text(c, flowers, (lh_reading){.label = "kind"});
    static const double want[] = {2, 1, 2, 0, 1};

    if (!CHECK(lh_rows(d) == 5 && lh_cols(d) == 2 && lh_outputs(d) == 3 && lh_classes(d) == 3,
               "%s", lh_message(c)))
        return;
    CHECK(lh_labels_of(d) == LH_LABELS_CLASSES && strcmp(lh_class_name(d, 0), "aster") == 0 &&
              strcmp(lh_class_name(d, 2), "rose") == 0 && lh_class_name(d, 3)[0] == 0, "names");
    for (size_t i = 0; i < 5; i++)
        CHECK(lhi_data_label(d, i) == want[i], "row %zu: %g", i, lhi_data_label(d, i));
    CHECK(strstr(said, "column 1 has no name and holds the names of the rows: it is left out") &&
              strstr(said, "3 classes, of column 3 'kind' (aster, lily, rose): it has more than "
                           "two texts"), "%s", said);
    lh_close(c);
}

/* What labels are taken for where nobody says it. */
static void guesses(void)
{
    static const struct {
        const char *cells[4];
        lh_labels labels;
        int outputs;
        double first, last;
    } cases[] = {
        {{"0", "1", "1", "0"}, LH_LABELS_BINARY, 1, 0, 0},
        {{"1", "1", "1", "1"}, LH_LABELS_BINARY, 1, 1, 1},
        {{"yes", "no", "no", "yes"}, LH_LABELS_BINARY, 1, 1, 1},
        {{"1", "2", "2", "1"}, LH_LABELS_CLASSES, 2, 0, 0},
        {{"-1", "0", "1", "1"}, LH_LABELS_CLASSES, 3, 0, 2},
        {{"-1", "1", "1", "-1"}, LH_LABELS_VALUES, 1, -1, -1},
        {{"0.5", "1", "2", "3"}, LH_LABELS_VALUES, 1, 0.5, 3},
        {{"b", "7", "a", "b"}, LH_LABELS_CLASSES, 3, 2, 2},
        {{"7", "1", "2", "2"}, LH_LABELS_VALUES, 1, 7, 2},
        {{"\"7\"", "\"1\"", "\"2\"", "\"2\""}, LH_LABELS_CLASSES, 3, 2, 1},
        {{"\"7\"", "1", "\"2\"", "\"2\""}, LH_LABELS_VALUES, 1, 7, 2},
        {{"\"7.5\"", "\"1\"", "\"2\"", "\"2\""}, LH_LABELS_VALUES, 1, 7.5, 2},
    };

    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        lh_ctx *c = quiet();
        char text[200];
        lh_data *d;

        snprintf(text, sizeof text, "x,y\n1,%s\n2,%s\n3,%s\n5,%s\n", cases[k].cells[0],
                 cases[k].cells[1], cases[k].cells[2], cases[k].cells[3]);
        d = read_text(c, text, (lh_reading){.label = ""});
        CHECK(lh_rows(d) == 4 && lh_labels_of(d) == cases[k].labels &&
                  lh_outputs(d) == cases[k].outputs, "case %zu: %d, %td: %s", k,
              (int)lh_labels_of(d), lh_outputs(d), lh_message(c));
        CHECK(lhi_data_label(d, 0) == cases[k].first && lhi_data_label(d, 3) == cases[k].last,
              "case %zu: %g, %g", k, lhi_data_label(d, 0), lhi_data_label(d, 3));
        lh_close(c);
    }
}

typedef struct net {
    lh_ctx *c;
    lh_data *d;
    lh_tape *t;
    lh_var Z, y;
} net;

static net network(const char *text, lh_reading how, ptrdiff_t outputs, ptrdiff_t y_cols)
{
    net k = {.c = quiet()};

    k.d = read_text(k.c, text, how);
    k.t = lh_tape_new(lh_params_new(k.c, LH_F64));
    k.y = lh_input(k.t, "y", LH_ROWS, y_cols);
    k.Z = lh_mlp(lh_input(k.t, "X", LH_ROWS, lh_cols(k.d)), "", outputs);
    return k;
}

/* The numbers of classes and a column for each of them are the same labels. */
static void both_forms(void)
{
    double loss[2];

    for (int hot = 0; hot < 2; hot++) {
        net k = network(flowers, (lh_reading){.label = "kind"}, 3, hot ? 3 : 1);
        lh_var L = hot ? lh_softmax_ce(k.Z, k.y) : lh_softmax_ce_classes(k.Z, k.y);
        lh_run *r = lh_train(L, LH_SGD(0.3), k.d, 2, 5);

        while (lh_epoch(r))
            continue;
        loss[hot] = lh_loss(L, k.d);
        CHECK(lh_error(k.c) == LH_OK && loss[hot] < 1, "%g: %s", loss[hot], lh_message(k.c));
        lh_close(k.c);
    }
    CHECK(loss[0] == loss[1], "%.17g, %.17g", loss[0], loss[1]);
}

enum loss { BCE_LOGITS, CE, CE_CLASSES, MSE };

static lh_var loss_of(const net *k, enum loss loss)
{
    return loss == BCE_LOGITS ? lh_bce_logits(k->Z, k->y)
         : loss == CE         ? lh_softmax_ce(k->Z, k->y)
         : loss == CE_CLASSES ? lh_softmax_ce_classes(k->Z, k->y)
                              : lh_mse(k->Z, k->y);
}

static void fits(void)
{
    static const char values[] = "x,y\n1,0.5\n2,7\n3,5\n5,1\n", binary[] = "1,0\n2,1\n3,1\n";
    static const struct {
        const char *text, *label;
        ptrdiff_t outputs, y_cols;
        enum loss loss;
        const char *refusal; /* NULL: it fits */
    } cases[] = {
        {flowers, "kind", 1, 1, BCE_LOGITS, "are classes, by their numbers, and bce_logits"},
        {flowers, "kind", 3, 3, BCE_LOGITS, NULL},
        {flowers, "kind", 3, 3, CE, NULL},
        {flowers, "kind", 1, 1, CE, "are classes, by their numbers, and softmax_ce("},
        {flowers, "kind", 2, 1, CE_CLASSES, "has 3 classes, and softmax_ce_classes("},
        {flowers, "kind", 2, 2, CE, "y is [m x 2], and a.csv has 3 classes"},
        {flowers, "kind", 1, 1, MSE, NULL},
        {values, "", 1, 1, BCE_LOGITS, "are values, and bce_logits"},
        {values, "", 3, 1, CE_CLASSES, "are values, and softmax_ce_classes"},
        {values, "", 1, 1, MSE, NULL},
        {values, "", 2, 2, MSE, "y is [m x 2], and a.csv has 1 column of labels"},
        {binary, "", 1, 1, BCE_LOGITS, NULL},
        {binary, "", 2, 1, CE_CLASSES, NULL},
        {binary, "", 2, 2, CE, NULL},
        {binary, "", 1, 1, CE, "are 0 or 1, and softmax_ce("},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        net k = network(cases[i].text, (lh_reading){.label = cases[i].label}, cases[i].outputs,
                        cases[i].y_cols);
        lh_var L = loss_of(&k, cases[i].loss);
        const double loss = lh_loss(L, k.d);

        CHECK(lh_rows(k.d) > 0, "case %zu: %s", i, lh_message(k.c));
        if (!cases[i].refusal)
            CHECK(loss == loss && lh_error(k.c) == LH_OK, "case %zu: %s", i, lh_message(k.c));
        else
            CHECK(loss != loss && strstr(lh_message(k.c), cases[i].refusal) &&
                      strstr(lh_message(k.c), "hint: "), "case %zu: %s", i, lh_message(k.c));
        lh_close(k.c);
    }
}

static const char cars[] = "name,power,fuel,age,price\na,100,petrol,3,9.5\nb,,diesel,,7\n"
                           "c,80,,1,8.25\nd,120,gas,2,20\ne,90,petrol,9,3\nf,60,diesel,4,4\n";
/* The same rows with columns in another order, one that is new, and without prices. */
static const char moved[] = "fuel,colour,age,power,name\npetrol,red,3,100,a\ndiesel,red,,,b\n"
                            ",blue,1,80,c\ngas,red,2,120,d\npetrol,x,9,90,e\ndiesel,x,4,60,f\n";
static const lh_reading as_cars = {.label = "price", .drop = "name",
                                   .missing = LH_MISSING_INDICATOR};

/* What a checkpoint knows of its data makes the same X of another file. */
static void recipes(void)
{
    net k = network(cars, as_cars, 1, 1);
    lh_var L = lh_mse(k.Z, k.y);
    lh_run *r = lh_train(L, LH_SGD(0.01), k.d, 2, 3);
    const char *path = check_path("cars.h5");
    lh_checkpoint *file;
    lh_data *d;

    while (lh_epoch(r))
        continue;
    CHECK(lh_cols(k.d) == 8 && lh_save(r, path) == LH_OK, "%td: %s", lh_cols(k.d),
          lh_message(k.c));
    file = lh_checkpoint_open(k.c, path);
    check_write(check_path("moved.csv"), moved, -1);
    d = lh_checkpoint_data(file, check_path("moved.csv"));
    if (CHECK(lh_rows(d) == 6 && lhi_data_prepare(d, LH_F64) == LH_OK, "%s", lh_message(k.c)))
        CHECK(memcmp(d->copy[LH_F64], k.d->copy[LH_F64], 48 * sizeof(double)) == 0,
              "other numbers");
    CHECK(d->fit->scale.target_mean && d->fit->scale.target_mean[0] == k.d->scale.target_mean[0] &&
              d->fit->scale.target_deviation[0] == k.d->scale.target_deviation[0],
          "the prices' scale");
    CHECK(lh_error(k.c) == LH_OK && lh_loss(L, d) != lh_loss(L, d) &&
              strstr(lh_message(k.c), "have no label"), "%s", lh_message(k.c));
    lh_clear(k.c);
    CHECK(lh_rows(lhi_data_like_recipe(k.c, check_path("moved.csv"), k.d->frame->how, 1)) == 0 &&
              strstr(lh_message(k.c), "has no column 'price', a label"), "%s", lh_message(k.c));
    lhi_call_ends(k.c);
    lh_clear(k.c);
    d = lh_checkpoint_data(file, check_path("a.csv"));
    CHECK(lh_loss(lh_checkpoint_network(file), d) == lh_loss(L, k.d), "%s", lh_message(k.c));
    lh_close(k.c);
}

static void strangers(void)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"power,fuel,age\n1,steam,2\n2,gas,3\n", "line 2, column 2 'fuel': 'steam' is no feature"},
        {"power,fuel\n1,gas\n2,gas\n", "has no column 'age', a feature"},
        {"power,fuel,age\n1,gas,old\n2,gas,3\n", "line 2, column 3 'age': 'old' is text"},
        {"1,100\n2,80\n", "has 2 columns: column 3, a feature of the model, is not there"},
        {"power,fuel,age\n1,,2\n2,5,3\n", "line 3, column 2 'fuel': 5 is no feature"},
    };
    net k = network(cars, as_cars, 1, 1);
    const char *text = lhi_recipe_write(k.c, k.d->frame->how), *again;
    const lhi_recipe *how = lhi_recipe_parse(k.c, text, "cars.h5");

    again = how ? lhi_recipe_write(k.c, how) : "";
    CHECK(strcmp(text, again) == 0, "%s became %s", text, again);
    lh_close(k.c);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lh_data *d;

        k = network(cars, as_cars, 1, 1);
        check_write(check_path("b.csv"), cases[i].text, -1);
        d = lhi_data_like_recipe(k.c, check_path("b.csv"), k.d->frame->how, 0);
        CHECK(lh_rows(d) == 0 && strstr(lh_message(k.c), cases[i].says), "case %zu: %s", i,
              lh_message(k.c));
        lh_close(k.c);
    }
}

/* A recipe that anyone may have written. */
static void hostile(void)
{
    static const char good[] = "labels classes\nmissing mean\nscale none\nbalance\n"
                               "label text 3 a\\\\b\\nc\nvalue x\nvalue y z\nweight number 9\n"
                               "marked number 2 m\nfeatures 5 3\nfeature text 1\nvalue u\n";
    static const char *const bad[] = {
        "", "labels classes\n", "labels none\n", "label\n", "label text\n", "label text x\n",
        "label text -1\n", "label text 99999999999999999999\n", "value 3\n",
        "features 0 65535\nfeatures 0 65535\n", "weight number 1\nweight number 2\n",
        "labels binary\nlabel text 0\nvalue a\nvalue b\nvalue c\nfeatures 1 2\n",
        "labels binary\nlabel numbers 0\nvalue 1\nvalue 0\nfeatures 1 2\n",
        "labels binary\nlabel numbers 0\nvalue nan\nfeatures 1 2\n",
        "labels binary\nlabel text 0\nvalue b\nvalue b\nfeatures 1 2\n",
        "labels values\nlabel number 0\nfeature text 1\n",
        "labels values\nbalance\nlabel number 0\nfeatures 1 2\n", "\n", "nonsense 1\n"};
    lh_ctx *c = quiet();
    const lhi_recipe *how = lhi_recipe_parse(c, good, "good.h5");
    char changed[sizeof good];
    long parsed = 0;

    if (CHECK(how && how->cols == 6 && strcmp(how->label->name, "a\\b\nc") == 0, "%s",
              lh_message(c)))
        CHECK(strcmp(lhi_recipe_write(c, how), good) == 0, "%s", lhi_recipe_write(c, how));
    lh_close(c);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        c = quiet();
        CHECK(!lhi_recipe_parse(c, bad[i], "bad.h5") && lh_error(c) == LH_EFORMAT &&
                  strstr(lh_message(c), "bad.h5: line "), "case %zu: %s", i, lh_message(c));
        lh_close(c);
    }
    for (size_t i = 0; i + 1 < sizeof good; i++)
        for (int with = 0; with < 4; with++) {
            c = quiet();
            memcpy(changed, good, sizeof good);
            changed[i] = "\n 9a"[with];
            how = lhi_recipe_parse(c, changed, "changed.h5");
            parsed += how != NULL;
            CHECK(how || lh_error(c) == LH_EFORMAT, "byte %zu: %s", i, lh_message(c));
            lh_close(c);
        }
    CHECK(parsed > 20 && parsed < 500, "%ld were taken", parsed);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"texts are classes in the order of their bytes", classes},
        {"what labels are is found where nobody says it", guesses},
        {"numbers of classes and a column for each are the same", both_forms},
        {"a loss that does not fit the labels is refused with the remedy", fits},
        {"a checkpoint takes another file as its own was taken", recipes},
        {"what the model does not know is one error that names it", strangers},
        {"a recipe is read back as it was written, and a bad one is refused", hostile},
        {NULL, NULL}};

    return check_main(argc, argv, "rows", tests);
}
