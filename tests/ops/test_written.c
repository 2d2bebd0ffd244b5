/* test_written.c -- every case of every op with its values and gradients, as JSON lines.
 *
 * With the variable LONGHAND_OPS they go to that file, for tests/unit/ops_others.sh. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/text.h"
#include "tests/check.h"
#include "tests/ops/op_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lhi_text *out;
static size_t cases;

static void add_array(const char *name, const lh_slot *a, const void *at)
{
    lhi_text_add(out, ", \"%s\": {\"shape\": [%zu, %zu], \"at\": [", name, a->rows, a->cols);
    for (size_t e = 0; e < op_cells(a); e++)
        lhi_text_add(out, "%s%.17g", e ? ", " : "", ((const double *)at)[e]);
    lhi_text_add(out, "]}");
}

/* What fits into a test: the large ones are there for shards and tiles. */
static void write_case(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case k;
    char name[8];

    if (type != LH_F64)
        return;
    op_case_open(&k, f->op[LHI_F64], given, LH_F64, 8);
    if (op_cells(&k.in[0]) <= 600 && op_cells(&k.out) > 0 && op_cells(&k.in[0]) > 0) {
        op_cotangent(&k, 31, 1);
        op_forward(&k, 1);
        op_backward(&k, 1);
        lhi_text_add(out, "{\"op\": \"%s\", \"why\": \"%s\", \"m\": %zu, \"numbers\": [",
                     k.op->name, given->why, k.step.m);
        for (int i = 0; i < k.op->numbers; i++)
            lhi_text_add(out, "%s%.17g", i ? ", " : "", given->number[i]);
        lhi_text_add(out, "], \"operands\": %d", k.op->n_in);
        add_array("value", &k.out, k.out.value);
        add_array("cotangent", &k.out, k.out.grad);
        for (int i = 0; i < k.op->n_in; i++) {
            snprintf(name, sizeof name, "%d", i);
            add_array(name, &k.in[i], k.in[i].value);
            snprintf(name, sizeof name, "d%d", i);
            if (op_has_grad(&k, i))
                add_array(name, &k.in[i], k.in[i].grad);
        }
        lhi_text_add(out, "}\n");
        cases++;
    }
    op_case_close(&k);
}

static void written(void)
{
    const char *path = getenv("LONGHAND_OPS");
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text text = {.c = c};

    out = &text;
    op_for_all(write_case);
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
