/* untrusted.c -- a file that may want harm is parsed by a process that can do none. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/quote.h"
#include "framework/session/session.h"
#include "framework/store/store.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What it prints first: by what it is held. */
static const char held[] = "held by seccomp\n", limited[] = "held by limits\n";

enum {
    ROOM = 16 << 20,   /* bytes of what it prints */
    OF_ITSELF = 512,   /* MiB that a program takes, its libraries included */
    OF_FILE = 4,       /* and bytes a byte of the file: it, its arrays, and HDF5 */
    LEAST = 10,        /* seconds of processor time */
    PER_SECOND = 16    /* and MiB of the file that one more is for */
};

static char program[] = "/proc/self/exe", word[] = "--confined"; /* no option of anything */
static int begun_so;

/* --- the process that parses --- */

int lh_confined(int argc, char **argv, int *code)
{
    lh_checkpoint *k;
    lh_ctx *c;
    int status;

    begun_so = 1;
    if (argc != 5 || strcmp(argv[1], word) != 0)
        return 0;
    c = lh_open(0, NULL, "");
    status = lhi_sys_confine(strtoull(argv[4], NULL, 10), strtol(argv[3], NULL, 10));
    if (status < 0) {
        printf("%sits limits could not be set: %s", limited, strerror(-status));
        *code = lh_exit_code(LH_EIO);
        lh_close(c);
        return 1;
    }
    fputs(status ? held : limited, stdout);
    k = lhi_checkpoint_from(c, 0, argv[2]);
    if (k)
        lh_checkpoint_print(k, stdout);
    else
        fputs(lh_message(c), stdout);
    *code = lh_close(c);
    return 1;
}

/* --- the process that asks --- */

/* What the other one says is no more trusted than the file. */
static void print(const char *text, FILE *out)
{
    for (const char *at = text; *at;) {
        char glyph[LHI_GLYPH] = "\n";

        at += *at == '\n' ? 1 : lhi_glyph(at, strlen(at), glyph);
        fputs(glyph, out);
    }
}

static const char *why(int signal)
{
    switch (signal) {
    case SIGXCPU:
        return "it took more processor time than it was given";
    case SIGKILL:
        return "it took more processor time or memory than it was given, or somebody ended it";
    case SIGSYS:
        return "it tried what reading a file does not need, and was not allowed to";
    default:
        return "it crashed";
    }
}

/* What became of the process; its own words stand in `said`. */
static lh_status judge(lh_ctx *c, const char *path, int status, const char *said)
{
    static const lh_status known[] = {LH_EFORMAT, LH_ENOINPUT, LH_ENOMEM, LH_EIO};
    static const char hint[] = "do not open this file otherwise: something in it is not as it "
                               "should be";

    if (status == -ETIMEDOUT)
        return lhi_fail(c, LH_EFORMAT, hint, "%s: the process that parsed it did not end", path);
    if (status < 0)
        return lhi_fail(c, LH_EIO, "without --untrusted no process is needed: for files you trust",
                        "%s: the process that should parse it could not be begun: %s", path,
                        strerror(-status));
    if (status > 128)
        return lhi_fail(c, LH_EFORMAT, hint,
                        "%s: the process that parsed it was ended by signal %d (%s): %s", path,
                        status - 128, strsignal(status - 128), why(status - 128));
    for (size_t i = 0; said && said[0] && i < sizeof known / sizeof known[0]; i++)
        if (status == lh_exit_code(known[i]))
            return lhi_fail(c, known[i], NULL, "%s", said);
    if (status != 0 || !said)
        return lhi_fail(c, LH_EFORMAT, hint,
                        "%s: the process that parsed it ended with the exit code %d and no word",
                        path, status);
    if (strlen(said) + sizeof held >= ROOM)
        return lhi_fail(c, LH_EFORMAT, hint, "%s: more than %d MiB would be printed", path,
                        ROOM >> 20);
    return LH_OK;
}

static void inspect(lh_ctx *c, const char *path, long seconds, FILE *out)
{
    const int fd = lhi_store_open(c, path);
    char *text = fd >= 0 ? lhi_alloc_later(c, ROOM) : NULL;
    char time[24], bytes[24], *name = lhi_strdup(c, path);
    char *const argv[] = {program, word, name, time, bytes, NULL};
    enum lhi_file_kind kind;
    uint64_t size = 0;
    int status, by_kernel;

    if (text && name && lhi_sys_opened(fd, &kind, &size) == 0) {
        if (seconds == 0)
            seconds = LEAST + (long)(size >> 20) / PER_SECOND;
        snprintf(time, sizeof time, "%ld", seconds);
        snprintf(bytes, sizeof bytes, "%llu",
                 (unsigned long long)OF_FILE * size + ((unsigned long long)OF_ITSELF << 20));
        status = lhi_sys_run_apart(argv, fd, text, ROOM, 4.0 * (double)seconds + 60);
        by_kernel = strncmp(text, held, strlen(held)) == 0;
        if (judge(c, path, status, by_kernel ? text + strlen(held)
                                   : strncmp(text, limited, strlen(limited)) == 0
                                       ? text + strlen(limited) : NULL) == LH_OK) {
            print(text + (by_kernel ? strlen(held) : strlen(limited)), out);
            lh_say(c, "%s was parsed apart, with limits of memory, time and files%s", path,
                   by_kernel ? " and by seccomp" : "; this system has no seccomp");
        }
    }
    if (fd >= 0)
        lhi_sys_close(fd);
    lhi_release(c, name);
    lhi_release(c, text);
}

lh_status lh_inspect_untrusted(lh_ctx *c, const char *path, long seconds, FILE *out)
{
    LHI_USUAL_FLOATS(c);

    if (!lhi_ok(c))
        return lh_error(c);
    if (!path || !out || seconds < 0 || seconds > 1000000)
        return lhi_refuse(c, LH_EUSAGE, NULL,
                          "lh_inspect_untrusted: a path, a stream and 0 to 1000000 seconds");
    if (!begun_so)
        return lhi_refuse(c, LH_EUSAGE, "if (lh_confined(argc, argv, &code)) return code;",
                          "lh_inspect_untrusted: the first line of main() must be lh_confined()");
    inspect(c, path, seconds, out);
    return lhi_call_ends(c);
}
