/* test_run.c -- the page's whole run, and all that is done with it, while memory runs out and calls
 * on files fail. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/check.h"
#include "tests/faults/points.h"
#include "tests/faults/times.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* experiments/notes.c and the command, compiled under these names. */
int notes_main(int argc, char **argv);
int longhand_main(int argc, char **argv);

enum { WORDS = 24, ROWS = 24 };

/* A command line, and what makes the files that it starts from. */
typedef struct line {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *words, *first;
    long least; /* points that it must have */
} line;

#define SMALL "--seed=3 --threads=1 --progress=none --reproducible --budget=0.001 --out=. "
#define SIZES "--data=rows.csv --hidden1=3 --hidden2=2 --batch=8 "
#define TRAIN "train --data=rows.csv --hidden=3,2 --batch=8 --check-rows=0 --plot=none " SMALL

static int call(int (*f)(int argc, char **argv), const char *words)
{
    char text[600], *argv[WORDS], *save = NULL;
    int argc = 1;

    snprintf(text, sizeof text, "%s", words);
    argv[0] = (char[]){"program"};
    for (char *word = strtok_r(text, " ", &save); word && argc < WORDS - 1;
         word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    argv[argc] = NULL;
    return f(argc, argv);
}

static void write_rows(void)
{
    FILE *f = fopen("rows.csv", "w");

    fprintf(f, "a,b,y\n");
    for (int i = 0; i < ROWS; i++)
        fprintf(f, "%d.5,%d,%d\n", i * 7 % 11, i * 5 % 13, i * 3 % 5 > 1);
    fclose(f);
}

/* Draws nothing, and fast; the file is named in the script that comes by the pipe. */
static void write_gnuplot(void)
{
    static const char script[] =
        "#!/bin/sh\n"
        "while IFS= read -r line; do\n"
        "    case $line in\n"
        "    \"set output '\"*)\n"
        "        file=${line#*\"'\"}\n"
        "        printf '<?xml?></svg>' >\"${file%\"'\"*}\" ;;\n"
        "    \"print 'LH-END\"*) line=${line#*\"'\"}; echo \"${line%\"'\"*}\" ;;\n"
        "    esac\n"
        "done\n"
        "exit 0\n";
    char path[300];

    snprintf(path, sizeof path, "%s", check_path("gnuplot"));
    check_write(path, script, -1);
    chmod(path, 0700);
    setenv("LONGHAND_GNUPLOT", path, 1);
}

static int base_blocks, base_descriptors;

static void prepare(const points_work *w)
{
    const line *l = w->arg;

    write_rows();
    if (l->first && call(longhand_main, l->first) != 0)
        _exit(99);
    base_blocks = (int)lhi_fault_blocks(0);
    base_descriptors = points_descriptors();
}

static int run(const points_work *w)
{
    const line *l = w->arg;

    return call(l->main, l->words);
}

static size_t lines_in(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static const char *last_line(const char *text)
{
    const char *last = text;

    for (; *text; text++)
        if (*text == '\n' && text[1])
            last = text + 1;
    return last;
}

/* A number that could not be had is none in what is kept of it, and the program says so; what is
 * kept is whole all the same. */
static int is_whole(const char *name, const char *now, const char *as_it_should_be)
{
    const char *dot = strrchr(name, '.');
    char words[60];

    snprintf(words, sizeof words, "inspect %s", name);
    if (strcmp(dot, ".h5") == 0)
        return call(longhand_main, words) == 0;
    if (!as_it_should_be)
        return 0;
    if (strcmp(dot, ".gp") == 0) /* a curve has fewer points then */
        return strcmp(last_line(now), last_line(as_it_should_be)) == 0;
    return strncmp(name, "history.", 8) == 0 && now[0] && now[strlen(now) - 1] == '\n' &&
           lines_in(now) == lines_in(as_it_should_be);
}

/* What must be there however the work went. */
static const char *nothing_left(void)
{
    static char why[100];
    const long blocks = lhi_fault_blocks(0) - base_blocks;
    const int descriptors = points_descriptors() - base_descriptors;

    snprintf(why, sizeof why, "%ld blocks of memory and %d descriptors are left", blocks,
             descriptors);
    return blocks || descriptors ? why : NULL;
}

static char why[1200];

static const char *of_memory(const points_work *w, const points_struck *s, int result,
                             const char *said)
{
    (void)w;
    snprintf(why, sizeof why, "exit code %d: %.500s", result, said);
    if (result != (s ? 71 : 0) || (s && !strstr(said, "memory")))
        return why;
    const char *wrong = points_folder_is_wrong(said, result == 0, s ? is_whole : NULL);
    return wrong ? wrong : nothing_left();
}

/* A call that a signal interrupts, or that does half, is gone on with.  Of one that fails the
 * message says why, or it was of no consequence, but for a figure, of which a warning tells. */
static const char *of_files(const points_work *w, const points_struck *s, int result,
                            const char *said)
{
    const int number = s ? s->way.number : 0, goes_on = number == EINTR || number < 0;
    const int warned = strstr(said, "warning: ") != NULL;

    (void)w;
    snprintf(why, sizeof why, "exit code %d: %.500s", result, said);
    if ((!s || goes_on) && result != 0)
        return why;
    if (result != 0 && ((result != 74 && result != 66) || !strstr(said, strerror(number))))
        return why;
    const char *wrong = points_folder_is_wrong(said, result == 0 && (!warned || goes_on), NULL);
    return wrong ? wrong : nothing_left();
}

static const line lines[] = {
    {"the page", notes_main, SIZES SMALL "--epochs=2 --plot=none", NULL, 500},
    {"the page with figures", notes_main, SIZES SMALL "--epochs=1 --plot=svg", NULL, 500},
    {"train", longhand_main, TRAIN "--epochs=2", NULL, 300},
    {"train beside what is not at its end", longhand_main, TRAIN "--epochs=3", TRAIN "--epochs=2",
     300},
    {"train, resumed by itself", longhand_main, TRAIN "--epochs=3 --resume=auto",
     TRAIN "--epochs=2", 300},
    {"train, resumed", longhand_main, TRAIN "--epochs=3 --resume=model.h5", TRAIN "--epochs=2",
     300},
    {"check", longhand_main, "check --data=rows.csv --hidden=3,2 --threads=1 --budget=0.001", NULL,
     300},
    {"eval", longhand_main, "eval model.h5 --data=rows.csv --threads=1", TRAIN "--epochs=1", 200},
    {"predict", longhand_main, "predict model.h5 --data=rows.csv --out=said.csv --threads=1",
     TRAIN "--epochs=1", 200},
    {"derive", longhand_main, "derive --threads=1 --out=page.html", NULL, 200},
    {"inspect", longhand_main, "inspect model.h5", TRAIN "--epochs=1", 100},
    {"plot", longhand_main, "plot model.h5 --plot=svg --out=.", TRAIN "--epochs=1", 100},
};
enum { LINES = sizeof lines / sizeof *lines };

static void memory(void)
{
    static const points_way ways[] = {{LHI_FAULT_ALLOC, ENOMEM, 0}, {LHI_FAULT_ALLOC, ENOMEM, 1}};
    long points = 0, strikes = 0;

    write_gnuplot();
    for (int i = 0; i < LINES; i++) {
        const points_work w = {lines[i].name, prepare, run, of_memory, &lines[i], ways, 2, 2,
                               faults_stride(97)};
        const points_count n = points_strike(&w);

        printf("# %s: %ld allocations, failed %ld times, %ld wrong\n", lines[i].name, n.points,
               n.strikes, n.wrong);
        fflush(stdout);
        CHECK(n.points >= lines[i].least, "%s has %ld points", lines[i].name, n.points);
        points += n.points, strikes += n.strikes;
    }
    printf("# %ld allocations, failed %ld times\n", points, strikes);
}

static void files(void)
{
    static const int numbers[] = {EIO, ENOSPC, EDQUOT, EACCES, EROFS, EMFILE, EINTR, ESTALE,
                                  LHI_FAULT_SHORT};
    enum { NUMBERS = sizeof numbers / sizeof *numbers, FOR_EVER = 4 };
    points_way ways[3 * NUMBERS];
    long points = 0, strikes = 0;
    int n = 0;

    for (int i = 0; i < NUMBERS; i++) {
        ways[n++] = (points_way){LHI_FAULT_FILE, numbers[i], 0};
        ways[n++] = (points_way){LHI_FAULT_ASIDE, numbers[i], 0};
        if (i < FOR_EVER)
            ways[n++] = (points_way){LHI_FAULT_FILE, numbers[i], 1};
    }
    write_gnuplot();
    for (int i = 0; i < LINES; i++) {
        const points_work w = {lines[i].name, prepare, run, of_files, &lines[i], ways, n, 2,
                               faults_stride(41)};
        const points_count c = points_strike(&w);

        printf("# %s: %ld calls on files, failed %ld times, %ld wrong\n", lines[i].name, c.points,
               c.strikes, c.wrong);
        fflush(stdout);
        points += c.points, strikes += c.strikes;
    }
    printf("# %ld calls on files, failed %ld times\n", points, strikes);
    CHECK(points >= 500, "%ld calls on files", points);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"each allocation of the page's run fails, once and for ever, and is told", memory},
        {"each call on a file fails in each way: told, or of no consequence", files},
        {NULL, NULL}};

    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    return check_main(argc, argv, "run", tests);
}
