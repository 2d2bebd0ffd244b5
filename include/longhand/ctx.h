/* ctx.h -- the context: owns every object, keeps the first error, reads the options. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_CTX_H
#define LH_CTX_H

#include <longhand/export.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One per program is usual.  Everything made from it is freed by lh_close().  Every function
 *  takes NULL for a handle, and handles that are no good: it does nothing then, and says so to
 *  the context where there is one (LH_EUSAGE without). */
typedef struct lh_ctx lh_ctx;

/** What a call came to; the rows are in errors.def, LH_OK is 0.  Their numbers never change. */
typedef enum lh_status {
#define LH_ERROR(number, name, code, text) LH_##name = number,
#include <longhand/errors.def>
#undef LH_ERROR
    LH_STATUSES
} lh_status;

/**
 * The version of the library that runs, "1.2.3"; <longhand/version.h> has that of the headers.
 * Where they differ the program was built with other headers than those of the library it found.
 */
LH_API const char *lh_version(void);

/**
 * Opens a context for a program.
 *
 * The arguments are read by the lh_opt_ functions.  --help prints the options that every
 * program has, such as --threads, --seed and --type, and those that it declares itself; each
 * can also come from the environment (LONGHAND_THREADS=2), and the command line wins.  argc 0
 * and argv NULL are allowed: lh_opt_set() gives options then.  The argv array is borrowed
 * until lh_close().
 *
 * @return the context, never NULL: when memory runs out, a context that is
 *         already failed (LH_ENOMEM), on which every call does nothing.
 * Thread: a context and all that is made from it belong to one thread at a time; contexts on
 *         several threads do not meet.
 *
 * Without --threads a program takes at most the CPUs that it may use: those of OpenMP's
 * places or of the affinity mask, the quota of its cgroup, and what OMP_NUM_THREADS,
 * OMP_THREAD_LIMIT, Slurm, PBS, SGE and LSF allow; `longhand info` names what decided.
 * How many of them work is found by trying, again and again, since others come and go;
 * --threads=N is taken as it is.  Results have the same bits for any number.  In a
 * fork of a process that had used several, one works.
 *
 * Signals: where there are arguments (argc > 0) SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1 and
 * SIGUSR2 no longer end the process until lh_close(), but what the library is at: a run after the
 * step that it is at (train.h), and reading, measuring, checking, deriving, predicting, drawing
 * and benchmarks within a moment, by LH_ESTOPPED, without a part of a file.  A second SIGINT or
 * SIGTERM ends the process.  What the program itself handles or ignores is left to it.
 * Time: --max-time counts from here, and the environment is asked when the Slurm job ends.
 *
 * Every call computes with the floating-point unit as C begins with it: rounding to
 * nearest, subnormal numbers kept, long double in full, no traps.  A program that
 * has set it otherwise gets the same results, is told once, and finds its own
 * setting again when the call returns; its derivations run under ours.
 */
LH_API lh_ctx *lh_open(int argc, char **argv, const char *purpose);

/**
 * Ends a program: prints the help that was asked for (standard output) or the
 * first error (standard error), then frees the context and all it owns.
 *
 * @return the exit code of the first error (errors.def); without one, 75 when a run was
 *         stopped before its end, 74 when standard output could not be written, else 0.
 */
LH_API int lh_close(lh_ctx *c);

/**
 * The first error, LH_OK while there is none.  There are two kinds.  An error of the state
 * (two shapes that do not fit, a loss that is not finite, no memory) ends the work: after it
 * recording does nothing, lh_epoch() returns 0, lh_save() refuses, and later errors are not
 * kept.  An error of a call (a file that cannot be written, a metric of a variable that has
 * none) leaves everything as it was: the call returns it, the next one works, and lh_close()
 * tells it unless lh_clear() forgets it before; a file that could not be written is told at
 * once as well.  One of the state comes first here.
 */
LH_API lh_status lh_error(const lh_ctx *c);

/**
 * Forgets an error of a call that the program has dealt with: it saved elsewhere, say.
 * An error of the state stays.  @return the error that was forgotten, LH_OK without one.
 */
LH_API lh_status lh_clear(lh_ctx *c);

/** Its text, with names, shapes, file:line and a hint; "" without an error. */
LH_API const char *lh_message(const lh_ctx *c);

/** The meaning of a status in one line. */
LH_API const char *lh_status_text(lh_status s);

/** Its name, "LH_EUSAGE". */
LH_API const char *lh_status_name(lh_status s);

/** The exit code that belongs to a status. */
LH_API int lh_exit_code(lh_status s);

/**
 * Sends progress, notes and warnings to a function instead of standard error.
 * The text ends without a newline and dies when the function returns.
 */
LH_API void lh_on_message(lh_ctx *c, void (*say)(void *arg, const char *text), void *arg);

/*
 * Options.  Each call declares an option (for --help and "did you mean") and
 * returns its value: --name=VALUE or --name VALUE, else LONGHAND_NAME from the
 * environment, else the default given.  Declare all of them before lh_verify()
 * or lh_train(), which refuse unknown options.  A value that cannot be read is
 * LH_EUSAGE and the default is returned.  Names and texts are copied, and strings
 * live as long as the context.
 */
LH_API long        lh_opt_int   (lh_ctx *c, const char *name, long otherwise, const char *help);
LH_API double      lh_opt_real  (lh_ctx *c, const char *name, double otherwise, const char *help);
LH_API const char *lh_opt_path  (lh_ctx *c, const char *name, const char *otherwise,
                                 const char *help);
LH_API const char *lh_opt_text  (lh_ctx *c, const char *name, const char *otherwise,
                                 const char *help);
/** 1 when --name stands on the command line, else 0. */
LH_API int         lh_opt_flag  (lh_ctx *c, const char *name, const char *help);
/** One word of a list "png|svg|term"; the first is the default. */
LH_API const char *lh_opt_choice(lh_ctx *c, const char *name, const char *words,
                                 const char *help);
/** The next argument that is no option (declare the options first), or the default. */
LH_API const char *lh_opt_argument(lh_ctx *c, const char *label, const char *otherwise,
                                   const char *help);
/** A line for the examples that --help prints first. */
LH_API void        lh_opt_example(lh_ctx *c, const char *command, const char *meaning);

/**
 * Gives an option a value, as --name=VALUE does, for a program that has no command line of its
 * own: lh_opt_set(c, "seed", "7") after lh_open(0, NULL, ...).  It wins over the environment
 * and over defaults; what stands on a command line wins over it.  A flag is set by "1" and
 * not set by "0".  The option may be declared before or after, and for one that never is
 * lh_opt_done() fails.  Both texts are copied.
 * @return LH_OK; LH_EUSAGE (no name, no text, or no value of the option), LH_ESTATE (the
 *         options are settled: after lh_opt_done(), lh_verify() or lh_train()), LH_ENOMEM,
 *         all errors of the state.
 */
LH_API lh_status   lh_opt_set(lh_ctx *c, const char *name, const char *value);

/** What a program does, for lh_opt_uses(): flags to be added. */
enum lh_uses {
    LH_USES_THREADS = 1,   /**< it calculates: --threads --isa --shards */
    LH_USES_SEED = 2,      /**< it draws first values, splits or shuffles: --seed */
    LH_USES_TYPE = 4,      /**< it makes parameters: --type */
    LH_USES_TRAINING = 8,  /**< --resume --reproducible --dry-run --check */
    LH_USES_CHECKS = 16,   /**< --budget --ledger */
    LH_USES_FIGURES = 32   /**< --plot --dry-run */
};

/**
 * Says which of the options of every program this one has a use for, right after lh_open():
 * --help leaves the others out, and on the command line they are refused.  Without it
 * all are taken.
 * @return LH_OK; LH_EUSAGE (one of the others was given), an error of the state.
 */
LH_API lh_status   lh_opt_uses(lh_ctx *c, int uses);

/**
 * Refuses what was given but never declared, with the nearest name as a hint.
 * @return LH_OK, LH_EUSAGE, or the context's first error.
 */
LH_API lh_status   lh_opt_done(lh_ctx *c);

/** The nearest of some names to a word, NULL when none is near: for "did you mean". */
LH_API const char *lh_did_you_mean(const char *word, const char *const *names, size_t count);

/** Keeps an error of the driver's own, one of the state, as if the library had met it.  What is
 *  no status, or LH_OK, counts as LH_EUSAGE. */
LH_API void lh_fail(lh_ctx *c, lh_status s, const char *format, ...) LH_PRINTF(3, 4);

/** Prints a line on standard error, or sends it to lh_on_message(); --quiet drops it. */
LH_API void lh_say(lh_ctx *c, const char *format, ...) LH_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
