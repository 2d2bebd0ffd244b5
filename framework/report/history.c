/* history.c -- the history as comma separated values or JSON lines, with all digits. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/place.h"
#include "framework/report/report.h"

#include <math.h>

static void add_csv(lhi_text *t, const lhi_state *s)
{
    lhi_text_add(t, "epoch");
    for (size_t k = 0; k < s->series_count; k++) {
        lhi_text_put(t, ",", 1);
        lhi_add_csv(t, s->series[k].name);
    }
    lhi_text_put(t, "\n", 1);
    for (size_t i = 0; i < s->epochs; i++) {
        lhi_text_add(t, "%zu", i + 1);
        for (size_t k = 0; k < s->series_count; k++) {
            const double value = s->series[k].at[i];

            lhi_text_put(t, ",", 1);
            if (!isnan(value))
                lhi_text_add(t, "%.17g", value);
        }
        lhi_text_put(t, "\n", 1);
    }
}

/* JSON has no word for what is not finite: null. */
static void add_lines(lhi_text *t, const lhi_state *s)
{
    for (size_t i = 0; i < s->epochs; i++) {
        lhi_text_add(t, "{\"epoch\":%zu", i + 1);
        for (size_t k = 0; k < s->series_count; k++) {
            const double value = s->series[k].at[i];

            lhi_text_put(t, ",", 1);
            lhi_add_json(t, s->series[k].name);
            if (isfinite(value))
                lhi_text_add(t, ":%.17g", value);
            else
                lhi_text_add(t, ":null");
        }
        lhi_text_put(t, "}\n", 2);
    }
}

void lhi_history_text(lhi_text *t, const lhi_state *s, const char *path)
{
    if (lhi_ends_with(path, ".csv"))
        add_csv(t, s);
    else
        add_lines(t, s);
}

lh_status lhi_history_write(lh_ctx *c, const lhi_state *s, const char *path)
{
    lhi_text t = {.c = c};

    if (!lhi_ok(c))
        return c->status;
    lhi_history_text(&t, s, path);
    lhi_text_write(&t, path, "the history");
    lhi_text_free(&t);
    return c->status;
}
