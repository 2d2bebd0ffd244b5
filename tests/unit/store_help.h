/* store_help.h -- what the test programs of store/ share. */
/* SPDX-License-Identifier: MIT */
#ifndef STORE_HELP_H
#define STORE_HELP_H

#include "framework/store/store.h"
#include "tests/check.h"

#include <hdf5.h>
#include <stdio.h>
#include <string.h>

/* For lh_on_message(): errors that are meant to happen are not printed. */
static inline void ignore(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static inline int all_zero(const lhi_state *s)
{
    static const lhi_state none;

    return memcmp(s, &none, sizeof none) == 0;
}

/* How many ids are open of the type of one just made, which is closed.  HDF5 does not
 * tell for its own types, but numbers them in order below the bits of the type. */
static inline long open_like(hid_t newest)
{
    const hid_t first = newest >> 56 << 56;
    long count = 0;

    H5Idec_ref(newest);
    for (hid_t id = first; id < newest; id++)
        count += H5Iis_valid(id) > 0;
    return count;
}

/* Ids that HDF5 has open, of every kind that store/ makes. */
static inline long ids(void)
{
    return (long)H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) +
           open_like(H5Screate(H5S_SCALAR)) + open_like(H5Pcreate(H5P_DATASET_CREATE)) +
           open_like(H5Tcopy(H5T_C_S1));
}

/* A small run that watches: W1 in a chunk, its velocity a block of zeros, b1 in its header. */
static inline lh_status save_small(const char *path)
{
    static float weights[1200], velocity[1200], bias[30];
    static double loss[4] = {0.5, 0.25, 0.125, 0.0625}, mean[2], deviation[2] = {1, 1}, held = 0.25;
    static uint16_t part[6] = {0, 1, 0, 0, 1, 0};
    static char tape[] = "W1 = param 40 x 30\n";
    lhi_state_param param[] = {{"W1", 40, 30, weights, weights}, {"b1", 1, 30, bias, NULL}};
    lhi_state_number number[] = {{"rate", 0.1}, {"momentum", 0.9}};
    void *kept[] = {velocity, NULL};
    lhi_state_number goes_on[] = {{"gathered", 2}};
    lhi_state_slot slot[] = {{"velocity", kept}};
    lhi_state_series series[] = {{"loss", loss}};
    const char *config[] = {"hidden=40"};
    const lhi_state s = {.type = LH_F32, .tape = tape, .param = param, .params = 2,
                         .rule = "momentum", .number = number, .numbers = 2, .slot = slot,
                         .slots = 1, .kept = goes_on, .kepts = 1, .epoch = 4,
                         .series = series, .series_count = 1, .epochs = 4,
                         .data_cols = 2,
                         .scale = {.cols = 2, .mean = mean, .deviation = deviation},
                         .held = &held, .held_count = 1, .data_rows = 6, .part = part,
                         .config = config, .config_count = 1};
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_status status;

    for (size_t i = 0; i < 1200; i++)
        weights[i] = (float)(i * 7919 % 1000) / 999 - 0.5f;
    status = lhi_store_write(c, &s, path);
    lh_on_message(c, ignore, NULL);
    lh_close(c);
    return status;
}

/* The message of the last load(). */
enum { SAID = 3000 };

static inline char *said(void)
{
    static char text[SAID];

    return text;
}

/* Reads a file that is expected to be refused, or not; nothing of it is kept. */
static inline lh_status load(const char *path)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_state s;
    const lh_status status = lhi_store_read(c, path, &s);

    snprintf(said(), SAID, "%s", lh_message(c));
    if (status != LH_OK)
        CHECK(all_zero(&s), "a refused file leaves something in the state");
    lh_on_message(c, ignore, NULL);
    lh_close(c);
    return status;
}

static inline void refused(const char *path, lh_status wanted, const char *words)
{
    const lh_status status = load(path);

    CHECK(status == wanted, "%s: status %d, \"%s\"", path, (int)status, said());
    CHECK(strstr(said(), path) && strstr(said(), words), "\"%s\" lacks \"%s\"", said(), words);
}

#endif
