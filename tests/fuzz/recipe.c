/* recipe.c -- what a checkpoint says of its columns: read, written, read again, used. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include "framework/data/data.h"

#include <stdlib.h>
#include <string.h>

static const char table[] = "a,b,c,y\n1,red,,0\n2,blue,7,1\n3,red,8,1\n4,green,9,0\n";

static void use(lh_ctx *c, const lhi_recipe *r, int labelled)
{
    fuzz_use_data(lhi_data_like_recipe(c, fuzz_file("input", table, sizeof table - 1), r,
                                       labelled));
}

void fuzz_recipe(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size};
    const unsigned how = fuzz_byte(&in);
    char *text = fuzz_text(in), *one, *two;
    lh_ctx *c = fuzz_open();
    const lhi_recipe *r = lhi_recipe_parse(c, text, "a checkpoint");

    one = r ? lhi_recipe_write(c, r) : NULL;
    if (one) {
        const lhi_recipe *again = lhi_recipe_parse(c, one, "written");

        fuzz_must(again || lh_error(c) == LH_ENOMEM, "a recipe that was written can be read");
        two = again ? lhi_recipe_write(c, again) : NULL;
        fuzz_must(!two || strcmp(one, two) == 0, "it says the same");
        use(c, r, how & 1);
    }
    fuzz_close(c);
    free(text);
}
