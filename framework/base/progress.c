/* progress.c -- one redrawn line on a terminal, seldom a plain line elsewhere. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/progress.h"

#include "framework/base/text.h"
#include "framework/system/sys.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NONE, LINES, BAR };
enum { WIDEST = 240, LONGEST_BAR = 24, SHORTEST_BAR = 6 };

static int kind(const lh_ctx *c)
{
    const char *terminal = lhi_sys_env("TERM"), *wanted = c->set.progress;
    const int clever = lhi_sys_tty(2) && !(terminal && strcmp(terminal, "dumb") == 0);

    if (c->set.quiet || strcmp(wanted, "none") == 0)
        return NONE;
    if (c->say || strcmp(wanted, "plain") == 0)
        return LINES;
    return clever || strcmp(wanted, "bar") == 0 ? BAR : LINES;
}

void lhi_progress_begin(lhi_progress *p, lh_ctx *c, const char *what, long total)
{
    memset(p, 0, sizeof *p);
    p->c = c;
    p->what = what;
    p->total = total > 0 ? total : 0;
    p->kind = kind(c);
    p->interval = p->kind == BAR ? 0.1 : 10;
    p->began = p->from = lhi_sys_clock();
    p->said = p->kind == BAR ? p->began - p->interval : p->began;
}

static void duration(char *to, size_t room, double seconds)
{
    const long s = seconds < 3.6e8 ? (long)(seconds + 0.5) : 360000000;

    if (s >= 3600)
        lhi_format(to, room, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        lhi_format(to, room, "%02ld:%02ld", s / 60, s % 60);
}

/* "00:12<01:30 3.9/s": time gone, time to go, speed. */
static void timing(const lhi_progress *p, char *to, size_t room)
{
    const double now = lhi_sys_clock(), span = now - p->from;
    const double rate = p->done > p->first && span > 0 ? (double)(p->done - p->first) / span : 0;
    char gone[32], left[32] = "?", speed[32] = "";

    duration(gone, sizeof gone, now - p->began);
    if (rate > 0 && p->total >= p->done)
        duration(left, sizeof left, (double)(p->total - p->done) / rate);
    if (rate >= 1)
        lhi_format(speed, sizeof speed, " %.*f/s", rate < 100 ? 1 : 0, rate);
    else if (rate > 0)
        lhi_format(speed, sizeof speed, " %.1f s each", 1 / rate);
    if (p->total > 0)
        lhi_format(to, room, "%s<%s%s", gone, left, speed);
    else
        lhi_format(to, room, "%s%s", gone, speed);
}

static int add_count(const lhi_progress *p, char *to, size_t room)
{
    char total[24];
    int digits;

    if (p->total == 0)
        return lhi_format(to, room, "%s %ld", p->what, p->done);
    digits = lhi_format(total, sizeof total, "%ld", p->total);
    return lhi_format(to, room, "%s %*ld/%s", p->what, digits, p->done, total);
}

/* Bytes of a text that fit into so many columns, no character cut in two. */
static int fit(const char *text, int columns, int *used)
{
    int n = 0;

    for (*used = 0; text[n]; (*used)++) {
        if (*used == columns)
            break;
        n++;
        while (((unsigned char)text[n] & 0xC0) == 0x80)
            n++;
    }
    return n;
}

static int bar(const lhi_progress *p, char *to, size_t room, int columns)
{
    static const char full[] = "########################", rest[] = "........................";
    const int length = columns < LONGEST_BAR ? columns : LONGEST_BAR;
    int filled;

    if (p->total == 0 || length < SHORTEST_BAR)
        return 0;
    filled = p->done < p->total ? (int)((double)length * (double)p->done / (double)p->total)
                                : length;
    return lhi_format(to, room, " [%.*s%.*s]", filled, full, length - filled, rest);
}

static void draw(lhi_progress *p)
{
    const int seen = lhi_sys_columns() - 1, columns = seen < WIDEST ? seen : WIDEST;
    char line[2 * WIDEST], tail[256], times[96];
    int n, used, taken;

    timing(p, times, sizeof times);
    lhi_format(tail, sizeof tail, " %s%s%s", times, p->text[0] ? "  " : "", p->text);
    n = add_count(p, line, sizeof line / 2);
    fit(tail, WIDEST, &taken);
    n += bar(p, line + n, sizeof line / 4, columns - n - taken - 3);
    lhi_format(line + n, sizeof line - (size_t)n, "%s", tail);
    n = fit(line, columns > 20 ? columns : 20, &used);
    if (!p->c->line_open)
        p->width = 0; /* a message has ended our line: there is nothing to cover */
    fprintf(stderr, "\r%.*s%*s", n, line, p->width > used ? p->width - used : 0, "");
    fflush(stderr);
    p->width = used;
    p->c->line_open = 1;
}

static void say(const lhi_progress *p)
{
    char count[96], times[96];

    add_count(p, count, sizeof count);
    timing(p, times, sizeof times);
    lh_say(p->c, "%s  %s%s%s", count, times, p->text[0] ? "  " : "", p->text);
}

static void tell(lhi_progress *p)
{
    if (p->kind == BAR)
        draw(p);
    else
        say(p);
    p->told = p->done;
    p->said = lhi_sys_clock();
}

void lhi_progress_show(lhi_progress *p, long done, const char *format, ...)
{
    va_list args;
    double now;

    if (p->kind == NONE)
        return;
    now = lhi_sys_clock();
    /* What was done before a run was resumed took none of its time. */
    if (!p->seen && done > 1) {
        p->first = done;
        p->from = now;
    }
    va_start(args, format);
    lhi_sys_vformat(p->text, sizeof p->text, format, args);
    va_end(args);
    p->done = done;
    if (!p->seen)
        p->told = done - 1;
    p->seen = 1;
    if (now - p->said >= p->interval)
        tell(p);
}

void lhi_progress_end(lhi_progress *p)
{
    if (p->kind == NONE || !p->seen)
        return;
    if (p->told != p->done || (p->kind == BAR && p->c->line_open))
        tell(p);
    if (p->kind == BAR && p->c->line_open) {
        fputc('\n', stderr);
        p->c->line_open = 0;
    }
    p->kind = NONE;
}
