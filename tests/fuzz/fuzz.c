/* fuzz.c -- the input as choices and a file, the context, and what all targets ask of both. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "tests/fuzz/fuzz.h"

#include "framework/system/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const fuzz_target fuzz_targets[] = {
#define FUZZ(name, most, runs, edges) {#name, most, fuzz_##name},
#include "tests/fuzz/targets.def"
#undef FUZZ
    {NULL, 0, NULL},
};

static char folder[200];
static long fails_at, fails_for; /* the allocation that fails in this run, and how many do */

unsigned fuzz_byte(fuzz_input *in)
{
    if (in->size == 0)
        return 0;
    in->size--;
    return *in->at++;
}

unsigned fuzz_number(fuzz_input *in)
{
    const unsigned low = fuzz_byte(in);

    return low | fuzz_byte(in) << 8;
}

fuzz_input fuzz_part(fuzz_input *in, size_t size)
{
    const fuzz_input part = {in->at, size < in->size ? size : in->size};

    in->at += part.size;
    in->size -= part.size;
    return part;
}

char *fuzz_text(fuzz_input in)
{
    char *text = malloc(in.size + 1);

    if (!text)
        abort();
    memcpy(text, in.at, in.size);
    text[in.size] = 0;
    return text;
}

const char *fuzz_choice(unsigned byte, const char *const *list)
{
    size_t count = 0;

    while (list[count])
        count++;
    return list[byte % count];
}

void fuzz_must(int holds, const char *sentence)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: not so: %s\n", sentence);
    abort();
}

void fuzz_begin(void)
{
    const char *base = getenv("TMPDIR");

    snprintf(folder, sizeof folder, "%s/longhand-fuzz-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder) || !freopen("/dev/null", "w", stdout)) {
        perror("fuzz: no place for files");
        exit(99);
    }
}

static const char *const names[] = {"input", "labels", NULL};

void fuzz_end(void)
{
    char path[220];

    for (int i = 0; names[i]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

const char *fuzz_file(const char *name, const void *bytes, size_t size)
{
    static char paths[2][220];
    char *path = paths[strcmp(name, names[0]) != 0];
    int fd;

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd) != 0) {
        perror(path);
        exit(99);
    }
    return path;
}

static void hear(void *arg, const char *text)
{
    const char *at = text;

    (void)arg;
    fuzz_must(text[0] != 0, "a message says something");
    while ((unsigned char)*at >= ' ' ? *at != 127 : *at == '\n')
        at++;
    if (*at)
        fprintf(stderr, "fuzz: byte %td of: %s\n", at - text, text);
    fuzz_must(*at == 0, "a message steers no terminal");
}

static void arm(long nth)
{
    lhi_fault_arm(LHI_FAULT_ALLOC, nth, nth ? fails_for : 0, ENOMEM);
}

lh_ctx *fuzz_open_with(int argc, char **argv)
{
    lh_ctx *c;

    arm(fails_at);
    c = lh_open(argc, argv, "fuzzing");
    lh_on_message(c, hear, NULL);
    return c;
}

lh_ctx *fuzz_open(void)
{
    static char name[] = "fuzz", threads[] = "--threads=1";
    static char *argv[] = {name, threads, NULL};
    lh_ctx *c;

    arm(0);
    c = lh_open(2, argv, "fuzzing");
    lh_on_message(c, hear, NULL);
    arm(fails_at);
    return c;
}

void fuzz_close(lh_ctx *c)
{
    const lh_status s = lh_error(c);
    int code;

    fuzz_must((unsigned)s < LH_STATUSES, "a status is one of errors.def");
    if (s != LH_OK && s != LH_HELP)
        hear(NULL, lh_message(c));
    else if (s == LH_OK)
        fuzz_must(lh_message(c)[0] == 0, "without an error there is no message");
    code = lh_close(c);
    fuzz_must(s == LH_OK || code == lh_exit_code(s), "the exit code is that of the error");
}

/* FNV-1a. */
static uint64_t digest(const uint8_t *bytes, size_t size)
{
    uint64_t d = 0xcbf29ce484222325u;

    for (size_t i = 0; i < size; i++)
        d = (d ^ bytes[i]) * 0x100000001b3u;
    return d ^ d >> 32;
}

void fuzz_run(const fuzz_target *t, const uint8_t *bytes, size_t size)
{
    const uint64_t d = digest(bytes, size);
    const long blocks = lhi_fault_blocks(0);
    long calls;

    t->run(bytes, size);
    calls = lhi_fault_calls(LHI_FAULT_ALLOC);
    if (d % 8 == 0 && calls > 0) {
        fails_at = 1 + (long)(d / 16 % (uint64_t)calls);
        fails_for = d / 8 % 2 ? 1 : -1;
        t->run(bytes, size);
        fails_at = fails_for = 0;
    }
    fuzz_must(lhi_fault_blocks(0) == blocks, "all memory is given back");
    arm(0);
}
