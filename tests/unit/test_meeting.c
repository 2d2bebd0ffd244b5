/* test_meeting.c -- several ranks as one: one error for all, one way through the program.
 *
 * The ranks are threads here (tests/crew.h); tests/mpi.sh has processes. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ranks.h"
#include "framework/tape/tape.h"
#include "tests/check.h"
#include "tests/crew.h"

#include <longhand.h>

#include <stdio.h>
#include <string.h>

enum { RANKS = 3 };
enum way { PLAIN, FAILS, LEAVES, MORE_EPOCHS, OTHER_SEED, OTHER_DATA, OTHER_NETWORK, NO_FILE };

/* What a rank did, and what it came to. */
typedef struct life {
    int code;
    long epochs;
    double loss, first;
    lh_status saved;
    char message[600], said[600];
} life;

typedef struct story {
    enum way way;
    life of[CREW_MOST];
} story;

static char place[300], nowhere[300]; /* where each rank saves, for threads to read */

static void hear(void *arg, const char *text)
{
    life *l = arg;

    snprintf(l->said, sizeof l->said, "%s", text);
}

static void live(lh_ctx *c, enum way way, int rank, life *l)
{
    char path[400];
    lh_data *d;
    lh_tape *t;
    lh_run *r;

    lh_on_message(c, hear, l);
    c->set.threads = 1;
    c->set.seed = way == OTHER_SEED && rank == 1 ? 2 : 1;
    d = lh_data_open(c, "wdbc");
    if (way == OTHER_DATA && rank == 1)
        lh_hold_out(d, 0.5);
    t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", 30, 4, LH_HE), V = lh_param(t, "V", 4, 1, LH_GLOROT);
    lh_let(Z, lh_matmul(X, W));
    lh_let(A, way == OTHER_NETWORK && rank == 1 ? lh_sigmoid(Z) : lh_relu(Z));
    lh_let(L, lh_bce_logits(lh_matmul(A, V), y));
    snprintf(path, sizeof path, "%s%d.h5",
             way == NO_FILE && rank == 0 ? nowhere : place, rank);
    r = lh_train(L, LH_MOMENTUM(0.1, 0.9), d, 200, way == MORE_EPOCHS && rank == 1 ? 7 : 5);
    while (lh_epoch(r)) {
        if (way == FAILS && rank == 2 && lh_epochs(r) == 2)
            lh_fail(c, LH_EDATA, "the sensor of this rank is gone");
        if (way == FAILS) /* its error must not be taken for one of this call alone */
            lh_save(r, path);
        if (way == LEAVES && rank == 1 && lh_epochs(r) == 2)
            break;
    }
    l->epochs = lh_epochs(r);
    l->loss = lh_last_loss(r);
    l->first = lh_at(lh_value(W), 0, 0);
    l->saved = lh_save(r, path);
    l->code = lh_close(c);
}

static void as_rank(crew_seat *s, void *arg)
{
    story *k = arg;
    lh_ctx *c = lh_open(0, NULL, "test");

    lhi_ranks_with(c, &s->e);
    live(c, k->way, s->e.rank, &k->of[s->e.rank]);
}

static story tell(enum way way)
{
    story k = {.way = way};
    crew c;

    CHECK(crew_run(&c, RANKS, 0, as_rank, &k) == 0, "no threads");
    return k;
}

static void one_life(void)
{
    life alone;
    const story k = tell(PLAIN);

    memset(&alone, 0, sizeof alone);
    live(lh_open(0, NULL, "test"), PLAIN, 9, &alone);
    for (int r = 0; r < RANKS; r++) {
        CHECK(k.of[r].code == 0 && k.of[r].epochs == 5 && k.of[r].saved == LH_OK, "rank %d", r);
        CHECK(k.of[r].loss == alone.loss && k.of[r].first == alone.first, "rank %d: %.17g", r,
              k.of[r].loss);
        CHECK(r == 0 || !k.of[r].said[0], "rank %d said: %s", r, k.of[r].said);
    }
}

/* All ranks end with one exit code, and rank 0 tells `text`. */
static void ends(enum way way, int code, const char *text)
{
    const story k = tell(way);

    for (int r = 0; r < RANKS; r++) {
        CHECK(k.of[r].code == code, "way %d: rank %d ended with %d", (int)way, r, k.of[r].code);
        CHECK(r == 0 || !k.of[r].said[0], "rank %d said: %s", r, k.of[r].said);
    }
    CHECK(strstr(k.of[0].said, text) != NULL, "way %d: %s", (int)way, k.of[0].said);
}

static void one_error(void)
{
    ends(FAILS, 65, "rank 2: the sensor of this rank is gone");
}

static void drifted_apart(void)
{
    ends(LEAVES, 70, "rank 0 came to epoch 3, and rank 1 to lh_");
    ends(MORE_EPOCHS, 70, "rank 1 has other parameters, or another step");
    ends(OTHER_SEED, 70, "rank 1 has other options than rank 0");
    ends(OTHER_DATA, 70, "rank 1 has other data than rank 0");
    ends(OTHER_NETWORK, 70, "rank 1 has other lines of its network than rank 0");
}

static void one_save(void)
{
    const story k = tell(NO_FILE);

    for (int r = 0; r < RANKS; r++)
        CHECK(k.of[r].saved == LH_EIO && k.of[r].code == 74, "rank %d: %s, exit code %d", r,
              lh_status_name(k.of[r].saved), k.of[r].code);
}

static void stops(crew_seat *s, void *arg)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    int *stopped = arg;

    lhi_ranks_with(c, &s->e);
    stopped[s->e.rank] = lhi_ranks_meet(c, LHI_MEET_STEP, 3, 0) == 0 &&
                         lhi_ranks_meet(c, LHI_MEET_STEP, 4, s->e.rank == 1) == 1;
    lh_close(c);
}

static void one_end(void)
{
    int stopped[CREW_MOST] = {0};
    crew c;

    CHECK(crew_run(&c, 4, 0, stops, stopped) == 0, "no threads");
    for (int r = 0; r < 4; r++)
        CHECK(stopped[r], "rank %d did not stop where rank 1 was asked to", r);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a run of several ranks is that of one, and one of them speaks", one_life},
        {"the error of one rank is the error of all", one_error},
        {"ranks that have drifted apart are told", drifted_apart},
        {"a save is what it is for the rank that writes", one_save},
        {"one that is asked to stop stops all", one_end},
        {NULL, NULL}};

    snprintf(place, sizeof place, "%s", check_path("model"));
    snprintf(nowhere, sizeof nowhere, "%s", check_path("no folder/model"));
    return check_main(argc, argv, "meeting", tests);
}
