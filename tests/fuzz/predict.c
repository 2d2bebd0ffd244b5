/* predict.c -- a table beside a model: its columns are found, its texts, its missing cells. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include "framework/data/data.h"

/* What models say of the data that they were trained on. */
static const char *const models[] = {
    "labels binary\nmissing refuse\nscale standard\nlabel numbers 2 y\nvalue 0\nvalue 1\n"
    "feature number 0 a\nfeature number 1 b\n",
    "labels classes\nmissing mean\nscale minmax\nlabel text 3 kind\nvalue blue\nvalue red\n"
    "weight number 4 w\nfeature number 0 a\nfeature text 1 b\nvalue no\nvalue yes\n"
    "feature number 2 c\n",
    "labels values\nmissing indicator\nscale robust\nlabel number 0\nlabel number 1\n"
    "group number 2 g\nmarked number 3\nfeatures 4 2\n",
    "labels binary\nlabel numbers 2\nvalue 0\nvalue 1\nfeatures 0 2\n",
    NULL};

void fuzz_predict(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size};
    const unsigned how = fuzz_byte(&in);
    const char *path = fuzz_file("input", in.at, in.size);
    lh_ctx *c = fuzz_open();
    const lhi_recipe *r = lhi_recipe_parse(c, fuzz_choice(how / 4, models), "a model");

    fuzz_must(r || lh_error(c) == LH_ENOMEM, "the recipe is one");
    if (r) {
        double mean[8] = {0}, deviation[8] = {1, 1, 1, 1, 1, 1, 1, 1}, fill[8] = {0};
        double target_mean[2] = {0}, target_deviation[2] = {1, 1};
        const lhi_scale scale = {.cols = r->cols, .mean = mean, .deviation = deviation,
                                 .fill = r->missing ? fill : NULL, .targets = r->targets,
                                 .target_mean = target_mean, .target_deviation = target_deviation};
        lh_data *d = lhi_data_like_recipe(c, path, r, how & 1);

        if (lh_error(c) == LH_OK && how & 2)
            lhi_data_scale(d, &scale);
        fuzz_use_data(d);
    }
    fuzz_close(c);
}
