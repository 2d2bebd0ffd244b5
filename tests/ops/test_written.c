/* test_written.c -- every case of every op with its values and gradients, as JSON lines.
 *
 * With the variable LONGHAND_OPS they go to that file, for tests/unit/ops_others.sh. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/place.h"
#include "framework/ops/ops.h"
#include "framework/selftest/op_case.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lhi_text *out;
static size_t cases;

static void add_array(const char *name, const lh_slot *a, const void *at)
{
    lhi_text_add(out, ", \"%s\": {\"shape\": [%zu, %zu], \"at\": [", name, a->rows, a->cols);
    for (size_t e = 0; e < lhi_cells(a); e++)
        lhi_text_add(out, "%s%.17g", e ? ", " : "", ((const double *)at)[e]);
    lhi_text_add(out, "]}");
}

/* What fits into a test: the large ones are there for shards and tiles. */
static void write_case(lh_ctx *c, const lh_op *op, const lh_case *given)
{
    lhi_op_case k;
    char name[8];

    if (lhi_op_case_open(&k, c, op, given, LH_F64) == 0 && lhi_cells(&k.in[0]) <= 600 &&
        lhi_cells(&k.out) > 0 && lhi_cells(&k.in[0]) > 0) {
        lhi_op_case_cotangent(&k, 31, 1);
        lhi_op_case_forward(&k, 1);
        lhi_op_case_backward(&k, 1);
        lhi_text_add(out, "{\"op\": \"%s\", \"why\": \"%s\", \"m\": %zu, \"numbers\": [",
                     k.op->name, given->why, k.call.m);
        for (int i = 0; i < k.op->numbers; i++)
            lhi_text_add(out, "%s%.17g", i ? ", " : "", given->number[i]);
        lhi_text_add(out, "], \"operands\": %d", k.op->n_in);
        add_array("value", &k.out, k.out.value);
        add_array("cotangent", &k.out, k.out.grad);
        for (int i = 0; i < k.op->n_in; i++) {
            snprintf(name, sizeof name, "%d", i);
            add_array(name, &k.in[i], k.in[i].value);
            snprintf(name, sizeof name, "d%d", i);
            if (lhi_op_case_graded(&k, i))
                add_array(name, &k.in[i], k.in[i].grad);
        }
        lhi_text_add(out, "}\n");
        cases++;
    }
    lhi_op_case_close(&k);
}

static void written(void)
{
    const char *path = getenv("LONGHAND_OPS");
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text text = {.c = c};
    const lhi_op_family *f;

    out = &text;
    for (size_t i = 0; (f = lhi_family_at(c, i)) != NULL; i++)
        for (const lh_case *given = f->op[LHI_F64]->cases; given->why; given++)
            write_case(c, f->op[LHI_F64], given);
    CHECK(cases >= 20 && !strstr(text.at, "nan"), "%zu cases", cases);
    CHECK(!path || lhi_text_write(&text, path, "the cases") == LH_OK, "%s", lh_message(c));
    lhi_text_free(&text);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {{"cases are written for another program", written}, {0}};

    return check_main(argc, argv, "written", tests);
}
