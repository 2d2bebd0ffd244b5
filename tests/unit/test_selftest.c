/* test_selftest.c -- wrong backward rules are noticed and named; a poorer check falls short.
 *
 * In a choice of the networks: tests/selftest.sh runs all of them. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "framework/verify/check.h"
#include "framework/selftest/selftest.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lhi_selftest *self;

static size_t networks(void)
{
    return (size_t)check_sample(60, 24);
}

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lhi_score score(lh_reason class)
{
    return lhi_selftest_score(self, LHI_ANY, class, LHI_ALL_METHODS);
}

/* Kinds that change something in an op, in some network. */
static size_t pairs(void)
{
    size_t n = 0;

    for (size_t i = 0; i < self->trials; i++) {
        size_t before = 0;

        while (before < i && !(self->trial[before].works &&
                               self->trial[before].kind == self->trial[i].kind &&
                               strcmp(self->trial[before].op, self->trial[i].op) == 0))
            before++;
        n += self->trial[i].works && before == i;
    }
    return n;
}

static void enough(void)
{
    const lhi_score all = score(LH_REASONS);

    printf("# %zu kinds, %zu ops, %zu networks, %zu mutants, %zu noticed, %zu with the reason\n",
           self->kinds, self->ops, self->networks, all.trials, all.noticed, all.right);
    CHECK(self->kinds >= 45, "%zu kinds", self->kinds);
    CHECK(self->ops >= 6 && !lhi_family_at(self->c, self->ops), "%zu ops", self->ops);
    CHECK(pairs() >= 8 * networks(), "%zu kinds in ops", pairs());
    CHECK(all.trials >= 25 * networks(), "%zu mutants", all.trials);
    for (size_t kind = 0; kind < self->kinds && networks() >= 24; kind++)
        CHECK(lhi_selftest_score(self, kind, LH_REASONS, LHI_ALL_METHODS).trials > 0,
              "'%s' changes nothing anywhere", lhi_mutant_at(kind)->name);
}

static void noticed(void)
{
    static const lh_reason whole[] = {LH_WHY_SIGN, LH_WHY_SCALE, LH_WHY_TRANSPOSED,
                                      LH_WHY_MISSING_TERM, LH_WHY_NONFINITE};
    const lhi_score all = score(LH_REASONS);

    CHECK(all.noticed == all.trials, "%zu of %zu", all.noticed, all.trials);
    CHECK(all.right * 100 >= all.trials * 90, "%zu of %zu", all.right, all.trials);
    for (size_t i = 0; i < 5; i++) {
        const lhi_score one = score(whole[i]);

        CHECK(one.trials >= networks() / 4 && one.noticed == one.trials, "%s: %zu of %zu",
              lh_reason_name(whole[i], NULL), one.noticed, one.trials);
    }
    CHECK(lhi_selftest_judge(self, LHI_ALL_METHODS) == LH_OK, "%s", lh_message(self->c));
}

static void right_ops(void)
{
    CHECK(self->alarms == 0, "%zu alarms, the first: %s", self->alarms, self->alarm);
    CHECK(self->networks >= networks(), "%zu networks", self->networks);
}

/* What the judge says of a self-test like ours. */
static lh_status judged(const lhi_selftest *like, unsigned methods, const char *text)
{
    lhi_selftest other = *like;
    lh_status status;

    other.c = lh_open(0, NULL, "test");
    lh_on_message(other.c, silent, NULL);
    status = lhi_selftest_judge(&other, methods);
    if (status != LH_OK)
        CHECK(strstr(lh_message(other.c), text) != NULL, "%s", lh_message(other.c));
    lh_close(other.c);
    return status;
}

static void falls_short(void)
{
    const lhi_score all = score(LH_REASONS);
    lhi_selftest other = *self;

    for (int m = 0; m < LH_METHODS; m++) {
        const lhi_score one = lhi_selftest_score(self, LHI_ANY, LH_REASONS, 1u << m);

        CHECK(one.noticed < all.noticed, "%s alone notices all",
              lh_method_name((lh_method)m, NULL));
        CHECK(one.noticed == one.by[m], "%s counts its own", lh_method_name((lh_method)m, NULL));
        CHECK(judged(self, 1u << m, "wrong rules") == LH_EVERIFY, "%s alone is enough",
              lh_method_name((lh_method)m, NULL));
    }
    CHECK(judged(self, 0, "0 of") == LH_EVERIFY, "no method at all is enough");
    other.alarms = 1;
    CHECK(judged(&other, LHI_ALL_METHODS, "right networks are suspected") == LH_EVERIFY,
          "a right op may be suspected");
}

static int fits(const lhi_trial *t)
{
    return t->noticed && (lhi_mutant_at(t->kind)->reasons >> t->reason & 1);
}

/* Rows of the table and lines of the list, and how many of the list say `what`. */
static size_t lines_with(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static void shown(void)
{
    const lhi_score all = score(LH_REASONS);
    lhi_selftest other = *self;
    lhi_trial *trial = malloc(self->trials * sizeof *trial);
    lhi_text brief = {.c = self->c}, t = {.c = self->c};
    size_t misnamed = 0, changed = 0;
    const char *list, *table;
    char line[200];

    lhi_selftest_show(self, &brief, 0);
    snprintf(line, sizeof line, "networks: %zu mutants, %zu noticed,\n%zu with a reason that fits; "
             "0 of %zu right networks suspected.\n", all.trials, all.noticed, all.right,
             self->networks);
    CHECK(strstr(brief.at, line) != NULL, "%.200s", brief.at);
    table = strstr(brief.at, "\nkind ");
    for (size_t kind = 0; table && kind < self->kinds; kind++) {
        snprintf(line, sizeof line, "\n%-32s ", lhi_mutant_at(kind)->name);
        CHECK(lines_with(table, line) == 1, "%s", line);
    }
    CHECK(table && !strstr(brief.at, "Not noticed"), "no table, or a list unasked: %s", brief.at);
    lhi_text_free(&brief);

    /* One is not noticed, and of every sixth the reason does not fit. */
    memcpy(trial, self->trial, self->trials * sizeof *trial);
    other.trial = trial;
    for (size_t i = 0; i < self->trials; i++) {
        if (!trial[i].works)
            continue;
        if (changed++ == 0)
            trial[i].noticed = 0;
        else if (changed % 6 == 0)
            while (fits(&trial[i]))
                trial[i].reason = (trial[i].reason + 1) % LH_REASONS;
        misnamed += !fits(&trial[i]);
    }
    lhi_selftest_show(&other, &t, 1);
    list = strstr(t.at, "\nNot noticed, or for a reason that does not fit:\n");
    CHECK(list && lines_with(list, "\n  ") == misnamed && lines_with(list, "not noticed\n") == 1,
          "%zu misnamed:\n%s", misnamed, t.at);
    CHECK(lhi_selftest_score(&other, LHI_ANY, LH_REASONS, LHI_ALL_METHODS).right ==
              all.trials - misnamed, "%zu", misnamed);
    lhi_text_free(&t);
    CHECK(judged(&other, LHI_ALL_METHODS, "wrong rules are noticed") == LH_EVERIFY,
          "one that is not noticed is enough");
    for (size_t i = 0; i < self->trials; i++)
        trial[i].noticed = self->trial[i].noticed;
    CHECK(judged(&other, LHI_ALL_METHODS, "the reason is right") == LH_EVERIFY,
          "a reason in six may be wrong");
    free(trial);
}

/* A wrapper around the right rule that changes nothing must be taken for the right rule. */
static void unchanged(lhi_question *k)
{
    lhi_answer_right(k);
}

static void no_mutant(void)
{
    static const lhi_mutant none = {"none", LH_WHY_VALUE, 0, unchanged, 0, -1, 0};
    const lhi_op_family *f;
    size_t tried = 0, at = 0;

    for (size_t i = 0; (f = lhi_family_at(self->c, i)) != NULL; i++) {
        lhi_network n;

        for (size_t which = 0; lhi_network_there(f, which); which++) {
            lhi_at_work *now;
            lhi_report *r;

            if (at++ % 5 != 0 || lhi_network_open(self->c, f, which, &n) != 1)
                continue;
            tried++;
            now = lhi_mutant_open(n.c, n.cells);
            CHECK(now, "%s", lh_message(n.c));
            n.t->node[n.node].family = lhi_mutant_of(now, f, &none, n.c->set.isa);
            r = lhi_verify(n.L, NULL, 0, NULL, NULL);
            CHECK(r && r->verdict == LH_AGREE, "%s %s: %s", f->op[LHI_WIDE]->name, n.text,
                  r && r->findings ? r->finding[0].why : lh_message(n.c));
            lhi_network_close(&n);
        }
    }
    CHECK(tried >= at / 5 && tried >= 10, "%zu of %zu networks", tried, at);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"there are enough kinds, ops and mutants", enough},
        {"all are noticed, nearly all with the right reason", noticed},
        {"the right ops are not suspected in the same networks", right_ops},
        {"a rule in a mutant's place that is right is not suspected", no_mutant},
        {"the table has a row for each kind, and lists what is misnamed if it is asked", shown},
        {"one method alone, or none, or an alarm falls short", falls_short},
        {NULL, NULL}};
    lh_ctx *c = lh_open(0, NULL, "test");
    int code = 99;

    if (argc > 1 && strcmp(argv[1], "--list") == 0)
        return check_main(argc, argv, "selftest", tests);
    c->set.progress = "none";
    self = lhi_selftest_run(c, networks());
    if (self)
        code = check_main(argc, argv, "selftest", tests);
    else
        printf("Bail out! %s\n", lh_message(c));
    lh_close(c);
    return code;
}
