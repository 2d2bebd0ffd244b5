/* crew.h -- ranks that are threads of one process: an engine for tests, in any build. */
/* SPDX-License-Identifier: MIT */
#ifndef CREW_H
#define CREW_H

#include "framework/mpi/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CREW_MOST = 16, CREW_SHARED = 64 };

typedef struct crew {
    int size;
    pthread_barrier_t met;
    char *at[CREW_MOST];            /* what each has brought */
    int apart;                      /* they have no memory in common */
    void *shared[CREW_SHARED];      /* what they have had, */
    void *now;                      /* and are given */
    int shares;
    long gathers, deals, meets;     /* of rank 0 */
} crew;

typedef struct crew_seat {
    lhi_engine e; /* the first member */
    crew *c;
    void (*work)(struct crew_seat *s, void *arg);
    void *arg;
} crew_seat;

static void crew_gather(lhi_engine *e, void *all, const size_t *at)
{
    crew *c = ((crew_seat *)(void *)e)->c;

    c->at[e->rank] = all;
    if (e->rank == 0)
        c->gathers++;
    pthread_barrier_wait(&c->met);
    for (int r = 0; r < c->size; r++)
        if (r != e->rank)
            memcpy((char *)all + at[r], c->at[r] + at[r], at[r + 1] - at[r]);
    pthread_barrier_wait(&c->met);
}

static void crew_deal(lhi_engine *e, const void *from, size_t apart, const int *first,
                      const size_t *at, void *to)
{
    crew *c = ((crew_seat *)(void *)e)->c;
    const size_t begin = at[e->rank], bytes = at[e->rank + 1] - begin;
    char *mine;

    memcpy(&mine, &from, sizeof mine);
    c->at[e->rank] = mine;
    if (e->rank == 0)
        c->deals++;
    pthread_barrier_wait(&c->met);
    for (int r = 0; r < c->size; r++)
        for (int k = first[r]; r != e->rank && k < first[r + 1]; k++)
            memcpy((char *)to + (size_t)k * bytes,
                   c->at[r] + (size_t)(k - first[r]) * apart + begin, bytes);
    pthread_barrier_wait(&c->met);
}

static int crew_share(lhi_engine *e, size_t bytes, void **at)
{
    crew *c = ((crew_seat *)(void *)e)->c;

    pthread_barrier_wait(&c->met);
    if (e->rank == 0) {
        c->now = c->apart || c->shares == CREW_SHARED ? NULL : calloc((size_t)c->size, bytes);
        if (c->now)
            c->shared[c->shares++] = c->now;
    }
    pthread_barrier_wait(&c->met);
    for (int r = 0; c->now && r < c->size; r++)
        at[r] = (char *)c->now + (size_t)r * bytes;
    return c->now ? 0 : -1;
}

/* It goes when they all do. */
static void crew_leave(lhi_engine *e, void *mine)
{
    (void)e, (void)mine;
}

static void crew_meet(lhi_engine *e)
{
    crew *c = ((crew_seat *)(void *)e)->c;

    if (e->rank == 0)
        c->meets++;
    pthread_barrier_wait(&c->met);
}

static void *crew_sit(void *arg)
{
    crew_seat *s = arg;

    s->work(s, s->arg);
    return NULL;
}

/* Runs work(seat, arg) on each of so many ranks, `apart` those that have no memory in common.  -1:
 * there were no threads. */
static inline int crew_run(crew *c, int size, int apart, void (*work)(crew_seat *s, void *arg),
                           void *arg)
{
    crew_seat seat[CREW_MOST];
    pthread_t id[CREW_MOST];

    int made = 0;

    *c = (crew){.size = size, .apart = apart};
    pthread_barrier_init(&c->met, NULL, (unsigned)size);
    for (int r = 0; r < size; r++) {
        seat[r] = (crew_seat){{.rank = r, .size = size, .here = size, .together = size,
                               .gather = crew_gather, .deal = crew_deal, .share = crew_share,
                               .leave = crew_leave, .meet = crew_meet, .patience = 60},
                              c, work, arg};
        made += pthread_create(&id[r], NULL, crew_sit, &seat[r]) == 0;
    }
    for (int r = 0; r < made; r++)
        pthread_join(id[r], NULL);
    pthread_barrier_destroy(&c->met);
    for (int i = 0; i < c->shares; i++)
        free(c->shared[i]);
    return made == size ? 0 : -1;
}

#endif
