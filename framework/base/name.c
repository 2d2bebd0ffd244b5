/* name.c -- the one alphabet of names. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/name.h"

#include "framework/base/quote.h"

#include <string.h>

static int is_among(char byte, const char *set)
{
    return byte && strchr(set, byte) != NULL;
}

/* HDF5 and folders read these as places. */
static int is_a_place(const char *name, size_t length)
{
    return (length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.');
}

static const char *fault_in(const char *name, size_t length, enum lhi_name_use use)
{
    unsigned long code;

    for (size_t done = 0, bytes; done < length; done += bytes) {
        bytes = lhi_character(name + done, length - done, &code);
        if (bytes == 0)
            return "it is not UTF-8";
        if (code < ' ' || code == 127)
            return "it has a control character in it";
        if (is_among(name[done], "/,"))
            return "it has / or , in it";
        if (use == LHI_NAME_OF_VARIABLE && is_among(name[done], " ()=%"))
            return "it has a space, a bracket, = or % in it";
    }
    return NULL;
}

const char *lhi_name_fault(const char *name, size_t length, enum lhi_name_use use)
{
    if (!name || length == 0)
        return "it is empty";
    if (use == LHI_NAME_OF_VARIABLE && length > LHI_NAME - 3)
        return "it is longer than 61 bytes";
    if (length >= LHI_NAME)
        return "it is longer than 63 bytes";
    if (is_a_place(name, length))
        return "it would be a place in a file";
    if (name[0] == ' ' || name[length - 1] == ' ')
        return "it begins or ends with a space";
    return fault_in(name, length, use);
}
