/* text.c -- a text that grows. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/text.h"

#include "framework/system/sys.h"

#include <stdarg.h>
#include <string.h>

void lhi_text_put(lhi_text *t, const void *bytes, size_t size)
{
    if (lhi_grow(t->c, &t->at, &t->room, t->size + size + 1, 1) != 0)
        return;
    memcpy(t->at + t->size, bytes, size);
    t->size += size;
    t->at[t->size] = 0;
}

void lhi_text_add(lhi_text *t, const char *format, ...)
{
    char small[256];
    va_list args;
    int length;

    va_start(args, format);
    length = lhi_sys_vformat(small, sizeof small, format, args);
    va_end(args);
    if (length < 0)
        return;
    if ((size_t)length < sizeof small) {
        lhi_text_put(t, small, (size_t)length);
        return;
    }
    if (lhi_grow(t->c, &t->at, &t->room, t->size + (size_t)length + 1, 1) != 0)
        return;
    va_start(args, format);
    lhi_sys_vformat(t->at + t->size, (size_t)length + 1, format, args);
    va_end(args);
    t->size += (size_t)length;
}

void lhi_text_free(lhi_text *t)
{
    lhi_release(t->c, t->at);
    t->at = NULL;
    t->size = t->room = 0;
}

int lhi_format(char *to, size_t room, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = lhi_sys_vformat(to, room, format, args);
    va_end(args);
    return length < 0 ? 0 : length < (int)room ? length : (int)room - 1;
}

uint64_t lhi_digest(uint64_t digest, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;

    digest ^= 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ at[i]) * 0x100000001b3u;
    return digest;
}

int lhi_ends_with(const char *path, const char *ending)
{
    const size_t length = strlen(path), tail = strlen(ending);

    return length > tail && strcmp(path + length - tail, ending) == 0;
}
