/* fann.c -- FANN: a batch step of a network of sigmoids with squared errors, on one thread. */
/* SPDX-License-Identifier: MIT */
#include "bench/peers/peer.h"

#include "framework/bench/operands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Declared here, so that no -dev package is needed; the values are those of fann_data.h. */
enum { FANN_TRAIN_BATCH = 1, FANN_SIGMOID = 3 };
struct fann;
struct fann_train_data;

static struct fann *(*create)(unsigned layers, const unsigned *size);
static void (*destroy)(struct fann *net);
static void (*set_hidden)(struct fann *net, int function);
static void (*set_output)(struct fann *net, int function);
static void (*set_training)(struct fann *net, int algorithm);
static void (*set_rate)(struct fann *net, float rate);
static struct fann_train_data *(*create_data)(unsigned rows, unsigned inputs, unsigned outputs,
                                              void (*fill)(unsigned, unsigned, unsigned, float *,
                                                           float *));
static void (*destroy_data)(struct fann_train_data *data);
static float (*epoch)(struct fann *net, struct fann_train_data *data);

static void fill(unsigned row, unsigned inputs, unsigned outputs, float *x, float *y)
{
    for (unsigned j = 0; j < inputs; j++)
        x[j] = lhi_operand(LHI_OPERAND_X, (size_t)row * inputs + j);
    for (unsigned j = 0; j < outputs; j++)
        y[j] = lhi_operand(LHI_OPERAND_Y, (size_t)row * outputs + j) < 0.5f ? 1.0f : 0.0f;
}

static void threads(int n)
{
    (void)n;
}

static double step(const peer_step *s, const char **reason)
{
    static struct fann *net;
    static struct fann_train_data *data;
    static size_t last[4], batch;
    unsigned size[4];
    double began;

    if (s->threads > 1) {
        *reason = "it has no threads";
        return -1;
    }
    if (memcmp(last, s->size, sizeof last) != 0 || batch != s->batch) {
        if (net)
            destroy(net);
        if (data)
            destroy_data(data);
        for (int l = 0; l < 4; l++)
            size[l] = (unsigned)s->size[l];
        net = create(4, size);
        data = create_data((unsigned)s->batch, size[0], size[3], fill);
        if (!net || !data) {
            *reason = "it has no memory for this network";
            return -1;
        }
        memcpy(last, s->size, sizeof last);
        batch = s->batch;
        set_hidden(net, FANN_SIGMOID);
        set_output(net, FANN_SIGMOID);
        set_training(net, FANN_TRAIN_BATCH);
        set_rate(net, (float)LHI_OPERAND_RATE);
        epoch(net, data); /* it takes its memory at the first step */
    }
    began = peer_clock();
    for (long i = 0; i < s->reps; i++)
        epoch(net, data);
    return peer_clock() - began;
}

int peer_fann(peer_library *l, const char **reason)
{
    static const char *const names[] = {"libfloatfann.so.2", "libfloatfann.so", NULL};
    void *library = peer_open(names);

    if (!library || !peer_find(library, "fann_create_standard_array", &create) ||
        !peer_find(library, "fann_destroy", &destroy) ||
        !peer_find(library, "fann_set_activation_function_hidden", &set_hidden) ||
        !peer_find(library, "fann_set_activation_function_output", &set_output) ||
        !peer_find(library, "fann_set_training_algorithm", &set_training) ||
        !peer_find(library, "fann_set_learning_rate", &set_rate) ||
        !peer_find(library, "fann_create_train_from_callback", &create_data) ||
        !peer_find(library, "fann_destroy_train", &destroy_data) ||
        !peer_find(library, "fann_train_epoch", &epoch)) {
        *reason = "libfloatfann is not installed (apt install libfann2)";
        return -1;
    }
    l->step = step;
    l->threads = threads;
    snprintf(l->version, sizeof l->version, "2, sigmoids and squared errors");
    return 0;
}
