/* keep.h -- a run that is saved while it goes on, and the folder that is its own. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_KEEP_H
#define LHI_KEEP_H

#include "framework/base/snapshot.h"
#include "framework/system/folder.h"
#include "framework/system/thread.h"
#include "framework/train/run.h"

/* What lh_will_save() began.  While the thread writes it has `here`, `older` and what follows them
 * for itself. */
typedef struct lhi_keeper lhi_keeper;
struct lhi_keeper {
    lh_run *r;
    char *path;               /* as announced; NULL when another run has taken it over */
    lhi_keeper *next;         /* of the context */
    lhi_hook hook;
    lhi_claim claim;
    int claimed;
    double at;                /* when the next save is due, by what --save-every says */
    long step, epoch;
    long saves;               /* while it went on */
    int busy;                 /* the thread was begun */
    double began, took;       /* the save in the making; the last one, in seconds */
    int slow_told;
    lhi_thread thread;
    lhi_snapshot snapshot;

    long here;                /* steps of this run's checkpoint that stands at the path; -1: none */
    long spare;               /* such a one that is of an earlier run, and stays for good; -1 */
    long *older;              /* steps of those beside it, oldest first */
    size_t olders;
    lh_ctx beside;            /* what fails there */
    char problem[1000], told[1000];
};

/* The keeper of an announced path; NULL: it was announced by nobody, or by another run. */
lhi_keeper *lhi_keeper_of(const lh_run *r, const char *path);
/* Waits for the thread, and tells what came of it. */
void lhi_keep_wait(lhi_keeper *k);
/* lh_save() to the announced path, when no thread is at work: what fails is kept in the context. */
void lhi_keep_now(lhi_keeper *k, const lhi_state *s);
/* Another one beside the newest, with this many steps, and none that are too many. */
void lhi_keep_older(lhi_keeper *k, long step);
/* The name beside the path that a checkpoint of so many steps has. */
int lhi_keep_name(const lhi_keeper *k, long step, int for_good, char name[LHI_PATH]);

/* --- resume.c --- */

/* lh_train(), lh_loop(): takes up the file that --resume names; 0 after an error. */
int lhi_resume_file(lh_run *r);
/* lh_will_save(): takes up the newest of this command beside the path, if that is asked for, or
 * tells that there is one. */
void lhi_resume_beside(lhi_keeper *k);

#endif
