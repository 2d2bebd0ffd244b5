/* test_names.c -- one alphabet of names, for whatever has a name, and asked when it is given. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "framework/base/name.h"
#include "tests/check.h"

#include <longhand.h>

#include <string.h>

#define TEN "0123456789"

/* Any name but one of a variable, and one of those, may be this. */
static const struct { const char *text; int any, variable; } names[] = {
    {"W1", 1, 1},
    {"dZ_3'", 1, 1},
    {"layer.0.weight", 1, 1},
    {"...", 1, 1},
    {"\xce\xb8", 1, 1},                    /* theta */
    {"\xf0\x9d\x9b\xbc", 1, 1},            /* a mathematical alpha */
    {"a|b\"c;d#e&f<g>h\\i~j^k$l@m!n*o+p-q:r?s[t]u{v}w`x", 1, 1},
    {TEN TEN TEN TEN TEN TEN "1", 1, 1},
    {TEN TEN TEN TEN TEN TEN "12", 1, 0},
    {TEN TEN TEN TEN TEN TEN "123", 1, 0},
    {TEN TEN TEN TEN TEN TEN "1234", 0, 0},
    {"test accuracy", 1, 0},
    {"a(b", 1, 0},
    {"a)b", 1, 0},
    {"a=b", 1, 0},
    {"100%", 1, 0},
    {"", 0, 0},
    {".", 0, 0},
    {"..", 0, 0},
    {"a/b", 0, 0},
    {"/", 0, 0},
    {"a,b", 0, 0},
    {" a", 0, 0},
    {"a ", 0, 0},
    {"a\tb", 0, 0},
    {"a\nb", 0, 0},
    {"\x7f", 0, 0},
    {"caf\xe9", 0, 0},                     /* Latin-1 */
    {"\xc0\xaf", 0, 0},                    /* a slash in two bytes */
    {"\xed\xa0\x80", 0, 0},                /* half a pair */
    {"\xe2\x82", 0, 0},                    /* cut off */
    {NULL, 0, 0},
};
enum { NAMES = sizeof names / sizeof *names };

static void alphabet(void)
{
    for (size_t i = 0; i < NAMES; i++) {
        const size_t length = names[i].text ? strlen(names[i].text) : 0;

        CHECK((lhi_name_fault(names[i].text, length, LHI_NAME_OF_ANY) == NULL) == names[i].any,
              "%zu: '%s'", i, names[i].text);
        CHECK((lhi_name_fault(names[i].text, length, LHI_NAME_OF_VARIABLE) == NULL) ==
                  names[i].variable, "%zu: '%s'", i, names[i].text);
    }
    CHECK(lhi_name_fault("a\0b", 3, LHI_NAME_OF_ANY), "an end within");
}

/* A network on four rows, whose parameter has this name, or whose input or sum; after an epoch
 * its history has a value of that name, too. */
static lh_status use(const char *name, int where, const char *path, lh_status *saved)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_data *d;
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X, y, Z, L;
    lh_run *r;
    lh_status s;

    c->set.quiet = 1;
    c->set.threads = 1;
    check_write(check_path("four.csv"), "a,b,y\n1,2,0\n2,1,1\n3,5,0\n4,4,1\n", -1);
    d = lh_data_open(c, check_path("four.csv"));
    X = lh_input(t, "X", LH_ROWS, 2);
    y = lh_input(t, "y", LH_ROWS, 1);
    if (where == 1)
        lh_input(t, name, LH_ROWS, 2);
    Z = lh_matmul(X, lh_param(t, where == 0 ? name : "W0", 2, 1, LH_HE));
    if (where == 2)
        Z = lh_label(Z, name, __FILE__, __LINE__);
    L = lh_bce_logits(Z, y);
    r = lh_train(L, LH_SGD(0.1), d, 0, 2);
    lh_epoch(r);
    if (where == 3)
        lh_note(r, name, 1);
    if (where == 4)
        lh_watch(r, name, 1, 1);
    s = lh_error(c);
    lh_clear(c);
    *saved = lh_save(r, path);
    if (*saved == LH_OK)
        lh_checkpoint_network(lh_checkpoint_open(c, path));
    CHECK(*saved != LH_OK || lh_error(c) == LH_OK, "'%s' in place %d: %s", name, where,
          lh_message(c));
    c->status = LH_OK;
    c->refused = LH_OK;
    lh_close(c);
    return s;
}

/* What is taken can be saved and read; what is not is refused at once, and where that is a slip
 * in a note the network is saved all the same. */
static void everywhere(void)
{
    const char *path = check_path("names.h5");

    for (size_t i = 0; i < NAMES; i++)
        for (int where = 0; where < 5; where++) {
            const int good = where < 3 ? names[i].variable : names[i].any;
            lh_status saved, s = use(names[i].text, where, path, &saved);

            CHECK(s == (good ? LH_OK : LH_ENAME), "'%s' in place %d: status %d", names[i].text,
                  where, (int)s);
            CHECK((saved == LH_OK) == (good || where >= 3), "'%s' in place %d: saved %d",
                  names[i].text, where, (int)saved);
        }
}

/* The run itself writes these. */
static void taken(void)
{
    lh_status saved;

    CHECK(use("loss", 3, check_path("names.h5"), &saved) == LH_ENAME && saved == LH_OK, "loss");
    CHECK(use("|dW0|", 3, check_path("names.h5"), &saved) == LH_ENAME && saved == LH_OK, "norm");
    CHECK(use("loss", 4, check_path("names.h5"), &saved) == LH_ENAME && saved == LH_OK, "watch");
    CHECK(use("Loss", 3, check_path("names.h5"), &saved) == LH_OK && saved == LH_OK, "Loss");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"what can be a name is said in one place", alphabet},
        {"parameters, inputs, variables and series have that alphabet from the first", everywhere},
        {"a note cannot take the place of what the run writes", taken},
        {0}};

    return check_main(argc, argv, "names", tests);
}
