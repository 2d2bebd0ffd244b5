/* test_ranks.c -- several ranks as one: one set of bits, one error, and told where they part.
 *
 * The ranks are threads here (tests/crew.h); tests/mpi.sh has processes. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ranks.h"
#include "framework/base/sha256.h"
#include "framework/tape/shared.h"
#include "framework/train/run.h"
#include "tests/any_op.h"
#include "tests/check.h"
#include "tests/crew.h"

#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRAPHS = 30, STEPS = 3 };

static _Thread_local uint64_t state;
static _Thread_local unsigned number;

static size_t draw(size_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % below;
}

static size_t any_draw(void *arg, size_t below)
{
    (void)arg;
    return draw(below);
}

static lh_var param(lh_tape *t, ptrdiff_t rows, ptrdiff_t cols)
{
    char name[20];

    snprintf(name, sizeof name, "P%u", number++);
    return lh_param(t, name, rows, cols, LH_GLOROT);
}

static lh_var any_param(void *arg, ptrdiff_t rows, ptrdiff_t cols)
{
    return param(arg, rows, cols);
}

/* --- the tree --- */

static void tree_of_knots(void)
{
    long compared = 0, several = 0;

    for (size_t shards = 1; shards <= LHI_MOST_SHARDS; shards++)
        for (int ranks = 1; ranks <= 70; ranks++) {
            float one[LHI_MOST_SHARDS], sum[LHI_MOST_SHARDS], plain = 0;
            int first[71], most, all, left = 0, open = 0;
            size_t row[71];
            lhi_partials p;

            state = shards * 100 + (size_t)ranks;
            lhi_partials_of(&p, shards * 64 + draw(64), shards, ranks, first, row);
            lhi_partials_most(LHI_MOST_SHARDS, ranks, &most, &all);
            CHECK(p.shards == shards && p.knots <= all && row[ranks] == p.rows, "%zu", shards);
            for (size_t s = 0; s < shards; s++) {
                one[s] = ((float)draw(1 << 24) - 8e6f) / (float)(1 << draw(20));
                plain += one[s];
            }
            for (int k = 0; k < p.knots; k++) { /* each knot by the tree of sums.h */
                float part[LHI_MOST_SHARDS];
                const size_t n = (size_t)(p.knot[k].past - p.knot[k].first);

                memcpy(part, one + p.knot[k].first, n * sizeof *part);
                for (size_t step = 1; step < n; step *= 2)
                    for (size_t s = 0; s + step < n; s += 2 * step)
                        part[s] += part[s + step];
                sum[k] = part[0];
            }
            for (int k = 0, n = 0; k < p.knots; k++) {
                sum[n++] = sum[k];
                open = n > open ? n : open;
                for (int i = 0; i < p.adds[k]; i++, n--)
                    sum[n - 2] += sum[n - 1];
                left = n;
            }
            for (size_t step = 1; step < shards; step *= 2)
                for (size_t s = 0; s + step < shards; s += 2 * step)
                    one[s] += one[s + step];
            CHECK(memcmp(sum, one, sizeof *sum) == 0 && left == 1 && open <= LHI_LEVELS + 1,
                  "%zu shards on %d ranks: %.9g, and not %.9g", shards, ranks, (double)sum[0],
                  (double)one[0]);
            for (int r = 0; r < ranks; r++)
                CHECK(first[r + 1] - first[r] <= most, "rank %d of %d", r, ranks);
            compared++;
            several += memcmp(&plain, one, sizeof plain) != 0;
        }
    CHECK(compared == 64 * 70 && several > 1000, "%ld sums, %ld by the tree alone", compared,
          several);
}

/* --- graphs of any op --- */

static lh_var grow(lh_tape *t, lh_var A, size_t *n)
{
    const any_source any = {any_draw, any_param, t};
    const ptrdiff_t wide = (ptrdiff_t)(1 + draw(40));
    lh_var W;

    switch (draw(10)) {
    case 0:
    case 1:
        W = param(t, (ptrdiff_t)*n, wide);
        *n = (size_t)wide;
        return lh_relu(lh_add(lh_matmul(A, W), param(t, 1, wide)));
    case 2: /* weights in two layers, whose gradient is of two sums */
        W = param(t, (ptrdiff_t)*n, (ptrdiff_t)*n);
        return lh_matmul(lh_relu(lh_matmul(A, W)), W);
    case 3: /* weights that are worked: a gradient that is read */
        W = lh_matmul(param(t, (ptrdiff_t)*n, 3), param(t, 3, wide));
        *n = (size_t)wide;
        return lh_relu(lh_matmul(A, W));
    case 4: /* each row beside all of them: read whole */
        return lh_add(A, lh_mean_rows(A));
    case 5:
        W = param(t, (ptrdiff_t)*n, (ptrdiff_t)*n);
        return lh_sigmoid(lh_add(A, lh_matmul(lh_mean_rows(A), W)));
    case 6: /* a bias that is used twice */
        W = param(t, 1, (ptrdiff_t)*n);
        return lh_add(lh_relu(lh_add(A, W)), W);
    case 7:
        return lh_dropout(A, 0.25);
    default:
        CHECK(any_op(&any, A, &A) != NULL, "no op fits");
        *n = (size_t)lh_cols_of(A);
        return A;
    }
}

static lh_var graph(lh_tape *t, lh_var X, lh_var y, size_t cols)
{
    const size_t pieces = 1 + draw(5);
    lh_var A = X, W, L;
    size_t n = cols;

    if (draw(3) == 0) { /* an embedding, by a column that is 0 or 1 */
        A = lh_add(X, lh_gather(param(t, 2, (ptrdiff_t)cols), y));
    }
    for (size_t i = 0; i < pieces; i++)
        A = grow(t, A, &n);
    if (draw(3) == 0) { /* sums that are worked in blocks */
        W = param(t, (ptrdiff_t)n, 900);
        A = lh_relu(lh_matmul(A, lh_add(W, W)));
        A = lh_matmul(A, param(t, 900, 20));
        n = 20;
    }
    W = param(t, (ptrdiff_t)n, 1);
    L = lh_bce_logits(lh_matmul(A, W), y);
    return draw(2) ? lh_add(L, lh_mean(lh_mul(W, W))) : L; /* given to beside the batch */
}

typedef struct job {
    int which, ranks, threads, shards;
    lh_type type;
    unsigned char digest[CREW_MOST][32];
    size_t whole, shared, groups, large, planned, taken;
    double loss[CREW_MOST];
} job;

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static void steps(lh_ctx *c, job *j, int rank)
{
    static const lh_optimizer hows[] = {{.rate = 0.1}, {.rate = 0.1, .momentum = 0.5}};
    lh_optimizer how = hows[j->which % 2];
    size_t batch, cols;
    lh_data *d;
    lh_tape *t;
    lh_var X, y, L;
    lh_run *r;

    lh_on_message(c, silent, NULL);
    c->set.threads = j->threads;
    c->set.shards = j->shards;
    state = (uint64_t)j->which * 77 + 5;
    number = 0;
    d = lh_data_open(c, "wdbc");
    cols = (size_t)lh_cols(d);
    batch = 80 + draw(400); /* one to seven shards */
    t = lh_tape_new(lh_params_new(c, j->type));
    X = lh_input(t, "X", LH_ROWS, lh_cols(d));
    y = lh_input(t, "y", LH_ROWS, 1);
    L = graph(t, X, y, cols);
    if (j->which % 5 == 4)
        how = LH_ADAM(0.01);
    r = lhi_run_new(L, how, d, batch, 1);
    if (!r->inert && r->w->shared && rank == 0) {
        j->taken = r->w->shared->room;
        j->planned = lhi_shared_bytes(t, r->p, j->type, batch, r->w->shared->e);
    }
    if (!r->inert)
        lhi_shared_reach(r->w);
    for (size_t s = 0; !r->inert && s < STEPS; s++) {
        const size_t rows = s == STEPS - 1 ? batch - batch / 3 : batch;

        for (size_t i = 0; s == 0 && i < d->rows; i++)
            r->order[i] = (uint32_t)i;
        lhi_run_step(r, s * 40, s * 40 + rows);
        r->step++;
    }
    j->loss[rank] = r->inert ? -1 : (double)lhi_get(r->w->type, r->w->slot[r->p->root].value, 0);
    for (size_t i = 0; rank == 0 && !r->inert && r->w->shared && i < r->p->acts; i++) {
        j->whole += r->w->shared->act[i].gathers != 0;
        j->shared += r->w->shared->act[i].how == LHI_SHARDS;
    }
    for (size_t k = 0; rank == 0 && !r->inert && r->w->shared && k < r->w->shared->groups; k++)
        j->large += !r->w->shared->group[k].small;
    if (rank == 0 && !r->inert && r->w->shared)
        j->groups = r->w->shared->groups;
    lhi_sha256_of(t->params->value, t->params->size * lhi_type_size(j->type), j->digest[rank]);
    lh_close(c);
}

static void as_rank(crew_seat *s, void *arg)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lhi_ranks_with(c, &s->e);
    steps(c, arg, s->e.rank);
}

static void graphs_on_ranks(lh_type type)
{
    static const int crews[] = {2, 3, 5, 8}, cuts[] = {8, 3};
    long runs = 0, deals = 0;
    size_t whole = 0, shared = 0, several = 0, large = 0;

    for (int which = 0; which < GRAPHS; which++)
        for (size_t k = 0; k < 2; k++) {
            job alone = {.which = which, .threads = 1, .shards = cuts[k], .type = type};

            steps(lh_open(0, NULL, "test"), &alone, 0);
            CHECK(alone.loss[0] >= 0, "graph %d", which);
            for (size_t n = 0; n < 4; n++) {
                job j = alone;
                crew c;

                j.ranks = crews[n];
                j.threads = 1 + (which + (int)n) % 2;
                const int apart = (which + (int)n / 2) % 2;
                CHECK(crew_run(&c, j.ranks, apart, as_rank, &j) == 0, "no threads");
                for (int r = 0; r < j.ranks; r++)
                    CHECK(memcmp(j.digest[r], alone.digest[0], 32) == 0 &&
                              memcmp(&j.loss[r], &alone.loss[0], sizeof *j.loss) == 0,
                          "graph %d, %d shards: rank %d of %d has other bits (%.9g, %.9g)", which,
                          cuts[k], r, j.ranks, j.loss[r], alone.loss[0]);
                CHECK(c.gathers >= STEPS && (apart ? c.meets == 0 : c.meets >= 2 * STEPS),
                      "%ld, %ld", c.gathers, c.meets);
                deals += c.deals;
                CHECK(j.planned == j.taken && j.taken > 0, "%zu bytes, and %zu were told",
                      j.taken, j.planned);
                runs++;
                whole += j.whole;
                shared += j.shared;
                several += j.groups > 1;
                large += !apart && j.large > 0;
            }
        }
    CHECK(runs == GRAPHS * 8 && whole > 500 && shared > 500 && several > 20 && deals > 50 &&
              large > 15,
          "%ld runs, %zu acts that gather, %zu that sum, %zu runs with several exchanges, %ld "
          "blocks dealt, %zu runs with blocks in common", runs, whole, shared, several, deals,
          large);
}

static void in_float(void)
{
    graphs_on_ranks(LH_F32);
}

static void in_double(void)
{
    graphs_on_ranks(LH_F64);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the sums of any ranks make the tree's sum", tree_of_knots},
        {"float: graphs of any op have one set of bits on 1 to 8 ranks", in_float},
        {"double: graphs of any op have one set of bits on 1 to 8 ranks", in_double},
        {NULL, NULL}};

    return check_main(argc, argv, "ranks", tests);
}
