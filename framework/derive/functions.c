/* functions.c -- the functions that lines may use: how they look, and what they are. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/expr.h"
#include "framework/kernels/wide.h"

#include <math.h>
#include <string.h>

static lh_wide reciprocal(lh_wide x)
{
    return 1 / x;
}

static lh_wide slope_of_log1p(lh_wide x)
{
    return 1 / (1 + x);
}

static lh_wide slope_of_sigma(lh_wide x)
{
    return lhi_wide_sigmoid(x) * lhi_wide_sigmoid(-x);
}

static lh_wide slope_of_tanh(lh_wide x)
{
    return 4 * slope_of_sigma(2 * x);
}

static lh_wide one(lh_wide x)
{
    (void)x;
    return 1;
}

#define APPLIED "<mo>&#x2061;</mo>"
#define OPEN    "<mo stretchy=\"false\">(</mo>"
#define BAR     "<mo stretchy=\"false\">|</mo>"
#define SHUT    "<mo stretchy=\"false\">)</mo>"

/* \1 and \2 are the arguments, \3 the first in brackets unless it is one letter, \4 in
 * brackets. */
static const lhi_function functions[] = {
    {"exp", {"exp(\1)", "e^{\1}", "<msup><mi>e</mi>\1</msup>"}, lhi_wide_exp,
     lhi_wide_exp},
    {"log", {"log(\1)", "\\log \3", "<mi>log</mi><mspace width=\"0.15em\"/>\3"}, lhi_wide_log,
     reciprocal},
    {"log1p", {"log(1 + \1)", "\\log(1 + \1)",
               "<mi>log</mi>" APPLIED "<mrow>" OPEN "<mn>1</mn><mo>+</mo>\1" SHUT "</mrow>"},
     lhi_wide_log1p, slope_of_log1p},
    {"sigma", {"sigma\4", "\\sigma\4", "<mi>&#x3C3;</mi>" APPLIED "\4"}, lhi_wide_sigmoid,
     slope_of_sigma},
    {"tanh", {"tanh\4", "\\tanh\4", "<mi>tanh</mi>" APPLIED "\4"}, lhi_wide_tanh,
     slope_of_tanh},
    {"abs", {"|\1|", "|\1|", "<mrow>" BAR "\1" BAR "</mrow>"}, fabsl, one},
    {"max", {"max(\1, \2)", "\\max(\1, \2)",
             "<mi>max</mi>" APPLIED "<mrow>" OPEN "\1<mo>,</mo>\2" SHUT "</mrow>"}, NULL, NULL},
    {"sum", {"sum\4", "\\sum\4", "<mo>&#x2211;</mo>\4"}, NULL, NULL},
    {"over_rows", {"sum_i \3_i", "\\sum_{i} \4_{i}",
                   "<munder><mo>&#x2211;</mo><mi>i</mi></munder><msub>\4<mi>i</mi></msub>"},
     NULL, NULL},
};

const lhi_function *lhi_function_named(const char *name, int length)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if ((int)strlen(functions[i].name) == length &&
            strncmp(functions[i].name, name, (size_t)length) == 0)
            return &functions[i];
    return NULL;
}
