/* points.h -- a piece of work, struck at each of its points in turn, each time in a process of its
 * own. */
/* SPDX-License-Identifier: MIT */
#ifndef FAULTS_POINTS_H
#define FAULTS_POINTS_H

#include "framework/system/fault.h"

/* How a point fails.  forever: so do all later ones of its kind. */
typedef struct points_way {
    enum lhi_fault_kind kind;
    int number, forever;
} points_way;

/* What has failed. */
typedef struct points_struck {
    points_way way;
    enum lhi_file_call call;
    long point;
} points_struck;

enum { POINTS_SAID = 6000 };

typedef struct points_work {
    const char *name;
    void (*prepare)(const struct points_work *w); /* nothing fails yet; may be NULL */
    int (*run)(const struct points_work *w);
    /* NULL, or what is wrong.  s: NULL when nothing has failed.  said: what was printed. */
    const char *(*judge)(const struct points_work *w, const points_struck *s, int result,
                         const char *said);
    const void *arg;
    const points_way *ways;
    int way_count;
    int shards;   /* 1: in the folder of the tests; more: at once, in a folder of its own each */
    long stride;  /* each so many-th point alone */
} points_work;

typedef struct points_count {
    long points, strikes, wrong;
} points_count;

/* Goes over all points, with a check for each that is judged wrong, and one that the work as it is
 * ends well.  The work must not have begun threads. */
points_count points_strike(const points_work *w);

/* For a judge: NULL when each file of the folder is as it was before the work or as the work leaves
 * it (all_new: that alone) and none is gone but as was said, else what is not.  whole: NULL, or
 * whether a file that is neither is one that may be kept. */
typedef int points_whole(const char *name, const char *now, const char *as_it_should_be);
const char *points_folder_is_wrong(const char *said, int all_new, points_whole *whole);

/* Descriptors that are open, and files in the current folder whose name has a part. */
int points_descriptors(void);
int points_files_with(const char *part);

#endif
