/* gnuplot.c -- keeps a picture's script, and has gnuplot draw it under supervision. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/place.h"
#include "framework/base/stop.h"
#include "framework/report/report.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

double lhi_gnuplot_seconds = 20;

enum { PRINTED = 16384 };

/* The context that was warned last: one warning is enough for all figures of a run. */
static _Atomic(lh_ctx *) warned;

static void forget(void *c)
{
    lh_ctx *expected = c;

    atomic_compare_exchange_strong(&warned, &expected, NULL);
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void warn(const lhi_picture *p, const char *why)
{
    lhi_text how = {.c = p->c};
    const char *name = name_of(p->script);

    if (atomic_exchange(&warned, p->c) == p->c)
        return;
    lhi_at_close(p->c, forget, p->c);
    if (name != p->script) {
        char *folder = lhi_strf(p->c, "%.*s", (int)(name - p->script), p->script);

        lhi_text_add(&how, "cd ");
        lhi_add_shell(&how, folder ? folder : "");
        lhi_text_add(&how, " && ");
        lhi_release(p->c, folder);
    }
    lhi_text_add(&how, "gnuplot ");
    lhi_add_shell(&how, name);
    lhi_warn(p->c, "%s; the script is kept: %s; to draw it later: %s", why, p->script,
             how.at ? how.at : "");
    lhi_text_free(&how);
}

static const char *program_name(void)
{
    const char *chosen = lhi_sys_env("LONGHAND_GNUPLOT");

    return chosen && *chosen ? chosen : "gnuplot";
}

/* The first line of what a program printed, fit to stand in a line of ours. */
static void first_line(char *text)
{
    const size_t skip = strspn(text, " \t\r\n");
    size_t n = 0;

    for (; n < 200 && text[skip + n] && text[skip + n] != '\n'; n++)
        text[n] = text[skip + n] >= 0 && text[skip + n] < ' ' ? ' ' : text[skip + n];
    text[n] = 0;
}

const char *lhi_gnuplot_version(char *text, size_t room)
{
    char program[4096], printed[256];
    char option[] = "--version";
    char *argv[] = {program, option, NULL};

    if (lhi_sys_find_program(program_name(), program, sizeof program) != 0 ||
        lhi_sys_run(argv, "", 0, printed, sizeof printed, 0, 5, NULL, NULL) != 0)
        return NULL;
    first_line(printed);
    if (strncmp(printed, "gnuplot ", 8) != 0)
        return NULL;
    snprintf(text, room, "%s (%s)", printed, program);
    return text;
}

/* gnuplot takes some names of output files for commands or for somebody's home. */
static int is_bad_name(const char *name)
{
    if (strchr("|<~", name[0])) /* the final 0 too */
        return 1;
    for (; *name; name++)
        if ((*name >= 0 && *name < ' ') || *name == 0x7F)
            return 1;
    return 0;
}

static lh_status refuse(lh_ctx *c, const char *path)
{
    lhi_text shown = {.c = c};

    lhi_add_quoted(&shown, path);
    lhi_fail(c, LH_EUSAGE,
             "end the name of a figure in .png or .svg, and begin neither it nor its path "
             "with | < or ~",
             "%s cannot be the name of a figure", shown.at ? shown.at : "");
    lhi_text_free(&shown);
    return c->status;
}

int lhi_picture_begin(lhi_picture *p, lh_ctx *c, const char *path)
{
    const char *name = name_of(path), *dot = strrchr(name, '.'), *wanted = c->set.plot;

    memset(p, 0, sizeof *p);
    if (!lhi_ok(c) || strcmp(wanted, "none") == 0)
        return 0;
    if (!dot || dot == name || (strcmp(dot, ".png") != 0 && strcmp(dot, ".svg") != 0) ||
        is_bad_name(path) || is_bad_name(name)) {
        refuse(c, path);
        return 0;
    }
    if (lhi_gives_up(c, "drawing"))
        return 0;
    p->c = c;
    p->in_terminal = strcmp(wanted, "term") == 0;
    p->svg = strcmp(dot, ".svg") == 0;
    if (strcmp(wanted, "png") == 0 || strcmp(wanted, "svg") == 0)
        p->svg = wanted[0] == 's';
    p->width = 900;
    p->height = 560;
    p->path = lhi_strf(c, "%.*s.%s", (int)(dot - path), path, p->svg ? "svg" : "png");
    p->script = lhi_strf(c, "%.*s.gp", (int)(dot - path), path);
    p->body.c = c;
    return lhi_ok(c);
}

static void add_file(const lhi_picture *p, lhi_text *t, const char *output)
{
    lhi_text_add(t, "set encoding utf8\n");
    if (p->svg)
        lhi_text_add(t, "set terminal svg noenhanced size %d,%d font 'DejaVu Sans,13' "
                     "background rgb 'white'\n", p->width, p->height);
    else
        lhi_text_add(t,
                     "if (strstrt(GPVAL_TERMINALS, ' pngcairo ') > 0) \\\n"
                     "    set terminal pngcairo noenhanced size %d,%d font 'DejaVu Sans,12'; \\\n"
                     "else \\\n"
                     "    set terminal png noenhanced size %d,%d\n",
                     p->width, p->height, p->width, p->height);
    lhi_text_add(t, "set output ");
    lhi_add_path(t, output);
    lhi_text_add(t, "\n");
    if (p->body.at)
        lhi_text_put(t, p->body.at, p->body.size);
}

static void add_terminal(const lhi_picture *p, lhi_text *t)
{
    const int columns = lhi_sys_columns(), width = columns < 101 ? columns - 1 : 100;
    const char *colours = lhi_sys_env("NO_COLOR");
    const int ansi = lhi_sys_tty(1) && !(colours && *colours);

    lhi_text_add(t, "set encoding utf8\nset terminal dumb noenhanced %ssize %d,24\n",
                 ansi ? "ansi " : "", width > 30 ? width : 30);
    if (p->body.at)
        lhi_text_put(t, p->body.at, p->body.size);
}

/* The script that is kept: it stands for itself in its folder. */
static int keep_script(const lhi_picture *p)
{
    lhi_text t = {.c = p->c};
    const char *script = name_of(p->script), *picture = name_of(p->path);

    lhi_text_add(&t, "# Draws ");
    lhi_add_quoted(&t, picture);
    lhi_text_add(&t, "; made by Longhand.  In the folder of this file, run:\n#   gnuplot ");
    lhi_add_shell(&t, script);
    lhi_text_add(&t, "\n");
    add_file(p, &t, picture);
    lhi_text_write(&t, p->script, "the script of a figure");
    lhi_text_free(&t);
    return lhi_ok(p->c);
}

/* 1 when gnuplot came to the end of the script: it goes on after an error, so that
 * neither its end nor a file proves anything. */
static int came_to_end(const char *printed, const char *marker)
{
    const char *at = printed;

    while ((at = strstr(at, marker)) != NULL) {
        if (at == printed || at[-1] == '\n')
            return 1;
        at++;
    }
    return 0;
}

static int hurries(const void *c)
{
    return lhi_hurries(c);
}

/* Runs gnuplot on `text` and then the marker; 1 when all went well, else it warns. */
static int run(const lhi_picture *p, lhi_text *text)
{
    static atomic_uint serial;
    char program[4096], marker[64], option[] = "-d"; /* -d: not the user's own settings */
    char *argv[] = {program, option, NULL}, printed[PRINTED], why[700];
    int status, well;

    if (lhi_sys_find_program(program_name(), program, sizeof program) != 0) {
        const char *chosen = lhi_sys_env("LONGHAND_GNUPLOT");

        snprintf(why, sizeof why, "gnuplot was not found%s%.400s%s (apt install gnuplot-nox)",
                 chosen && *chosen ? " (LONGHAND_GNUPLOT=" : "", chosen ? chosen : "",
                 chosen && *chosen ? ")" : "");
        warn(p, why);
        return 0;
    }
    snprintf(marker, sizeof marker, "LH-END %ld-%u-%lld", lhi_sys_pid(),
             atomic_fetch_add(&serial, 1u), (long long)(lhi_sys_clock() * 1e9));
    lhi_text_add(text, "set print\nprint '%s'\n", marker);
    if (!lhi_ok(p->c))
        return 0;
    if (p->in_terminal) {
        fflush(stdout); /* what was printed before stands above the picture */
        if (p->c->line_open)
            fputc('\n', stderr);
        p->c->line_open = 0;
    }
    status = lhi_sys_run(argv, text->at, text->size, printed, PRINTED, p->in_terminal,
                         lhi_gnuplot_seconds, hurries, p->c);
    well = status == 0 && came_to_end(printed, marker);
    if (!well) {
        first_line(printed);
        if (status < 0)
            snprintf(printed, sizeof printed, "%s",
                     status == -ECANCELED ? "it was stopped" : strerror(-status));
        snprintf(why, sizeof why, "%.200s did not draw%s%.200s", program, printed[0] ? ": " : "",
                 printed);
        warn(p, why);
    }
    if (status == -ECANCELED)
        lhi_gives_up(p->c, "drawing");
    return well;
}

static int begins_well(const char *at, size_t size, int svg)
{
    return svg ? size >= 5 && memcmp(at, "<?xml", 5) == 0
               : size >= 8 && memcmp(at, "\x89PNG\r\n\x1A\n", 8) == 0;
}

static int ends_well(const char *at, size_t size, int svg)
{
    static const char last_chunk[] = "\0\0\0\0IEND\xAE\x42\x60\x82";

    if (!svg)
        return size >= 12 && memcmp(at + size - 12, last_chunk, 12) == 0;
    while (size > 0 && strchr(" \t\r\n", at[size - 1]))
        size--;
    return size >= 6 && memcmp(at + size - 6, "</svg>", 6) == 0;
}

/* 1 when the file holds a picture from its beginning to its end. */
static int is_picture(const lhi_picture *p, const char *path)
{
    enum { HALF = 2048 };
    char part[2 * HALF];
    enum lhi_file_kind kind;
    uint64_t left;
    const int fd = lhi_sys_open(path, &kind, &left);
    size_t size;
    int well;

    if (fd < 0)
        return 0;
    /* The first part takes what is over, so that the last one is long enough to judge. */
    size = left <= sizeof part ? (size_t)left : HALF + (size_t)(left % HALF);
    well = kind == LHI_FILE_REGULAR && lhi_sys_read(fd, part, size) == 0 &&
           begins_well(part, size, p->svg);
    while (well && (left -= size) > 0) {
        size = HALF;
        well = lhi_sys_read(fd, part, size) == 0;
    }
    lhi_sys_close(fd);
    return well && ends_well(part, size, p->svg);
}

/* The picture of an earlier run, beside the script of this one, would pass for this one's. */
static void remove_old(const lhi_picture *p)
{
    if (is_picture(p, p->path) && lhi_sys_unlink(p->path) == 0)
        lhi_warn(p->c, "%s is removed: it showed an earlier run, and this one could not be drawn",
                 p->path);
}

/* Draws under a temporary name, so that under its own there is a whole picture or none. */
static void draw_file(const lhi_picture *p)
{
    lhi_text t = {.c = p->c};
    lhi_making m;
    int status = lhi_sys_make(&m, p->path), drawn;

    if (status == 0 && m.in_place) {
        lhi_sys_unmake(&m);
        status = -ENOTSUP; /* gnuplot would put a file there */
    }
    if (status != 0) {
        warn(p, lhi_strf(p->c, "the picture %s could not be made: %s", p->path, strerror(-status)));
        if (status != -EACCES && status != -EPERM) /* what is read-only is meant to be kept */
            remove_old(p);
        return;
    }
    add_file(p, &t, m.name);
    drawn = run(p, &t);
    if (drawn && !is_picture(p, m.name)) {
        warn(p, "gnuplot left no whole picture");
        drawn = 0;
    }
    if (!drawn)
        lhi_sys_unmake(&m);
    else if (lhi_sys_made(&m) != 0) {
        warn(p, "the picture could not be given its name, or not for certain");
        drawn = m.placed;
    }
    if (!drawn)
        remove_old(p);
    lhi_text_free(&t);
}

static void draw_terminal(const lhi_picture *p)
{
    lhi_text t = {.c = p->c};

    add_terminal(p, &t);
    run(p, &t);
    lhi_text_free(&t);
}

lh_status lhi_picture_end(lhi_picture *p)
{
    lhi_text_add(&p->body, "unset output\n");
    if (lhi_ok(p->c) && keep_script(p)) {
        if (p->in_terminal)
            draw_terminal(p);
        else
            draw_file(p);
    }
    lhi_text_free(&p->body);
    lhi_release(p->c, p->script);
    lhi_release(p->c, p->path);
    return p->c->status;
}
