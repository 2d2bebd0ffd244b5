/* crew.h -- ranks that are threads of one process: an engine for tests, in any build. */
/* SPDX-License-Identifier: MIT */
#ifndef CREW_H
#define CREW_H

#include "framework/mpi/engine.h"

#include <pthread.h>
#include <string.h>

enum { CREW_MOST = 16 };

typedef struct crew {
    int size;
    pthread_barrier_t met;
    char *at[CREW_MOST];            /* what each has brought */
    const size_t *cut[CREW_MOST];
    long gathers, deals, unfit;     /* of rank 0; pieces of another size than expected */
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
    c->gathers += e->rank == 0;
    pthread_barrier_wait(&c->met);
    for (int r = 0; r < c->size; r++)
        if (r != e->rank)
            memcpy((char *)all + at[r], c->at[r] + at[r], at[r + 1] - at[r]);
    pthread_barrier_wait(&c->met);
}

static void crew_deal(lhi_engine *e, const void *from, const size_t *at, void *to,
                      const size_t *place, const size_t *bytes)
{
    crew *c = ((crew_seat *)(void *)e)->c;
    char *mine;

    memcpy(&mine, &from, sizeof mine);
    c->at[e->rank] = mine;
    c->cut[e->rank] = at;
    c->deals += e->rank == 0;
    pthread_barrier_wait(&c->met);
    for (int r = 0; r < c->size; r++) {
        const size_t n = c->cut[r][e->rank + 1] - c->cut[r][e->rank];

        if (n != bytes[r])
            c->unfit++;
        memcpy((char *)to + place[r], c->at[r] + c->cut[r][e->rank], bytes[r]);
    }
    pthread_barrier_wait(&c->met);
}

static void *crew_sit(void *arg)
{
    crew_seat *s = arg;

    s->work(s, s->arg);
    return NULL;
}

/* Runs work(seat, arg) on each of so many ranks. */
static inline void crew_run(crew *c, int size, void (*work)(crew_seat *s, void *arg), void *arg)
{
    crew_seat seat[CREW_MOST];
    pthread_t id[CREW_MOST];

    *c = (crew){.size = size};
    pthread_barrier_init(&c->met, NULL, (unsigned)size);
    for (int r = 0; r < size; r++) {
        seat[r] = (crew_seat){{.rank = r, .size = size, .here = size, .together = size,
                               .gather = crew_gather, .deal = crew_deal, .patience = 60},
                              c, work, arg};
        if (pthread_create(&id[r], NULL, crew_sit, &seat[r]) != 0)
            c->unfit++;
    }
    for (int r = 0; r < size; r++)
        pthread_join(id[r], NULL);
    pthread_barrier_destroy(&c->met);
}

#endif
