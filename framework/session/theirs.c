/* theirs.c -- gradients of another program beside those of the tape. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/session/ledger.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One gradient of both. */
typedef struct match {
    const lhi_named *mine, *theirs; /* theirs NULL: they have none */
    int of_leaf;                    /* of a parameter or an input */
    int turned;                     /* theirs is stored transposed */
    double off, bound, relative;    /* at the element that is farthest; relative to the largest */
    size_t row, col;
    double ours, their;
    lh_verdict verdict;
    lh_reason reason;
    char why[240];
} match;

static const lhi_named *find(const lhi_named *list, size_t count, const char *prefix,
                             const char *name, const char *suffix)
{
    char wanted[160];

    snprintf(wanted, sizeof wanted, "%s%s%s", prefix, name, suffix);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, wanted) == 0)
            return &list[i];
    return NULL;
}

/* The gradient of a variable under one of its usual names. */
static const lhi_named *gradient_in(const lhi_named *list, size_t count, const char *variable)
{
    static const char *const form[][2] = {{"d", ""},          {"", ".grad"},      {"grad/", ""},
                                          {"gradients/", ""}, {"grad/d", ""},     {"grad_", ""},
                                          {"", "_grad"},      {"gradients/d", ""}};
    const lhi_named *found = NULL;

    for (size_t i = 0; i < sizeof form / sizeof *form && !found; i++)
        found = find(list, count, form[i][0], variable, form[i][1]);
    return found;
}

static double at(const lhi_named *a, int turned, size_t cols, size_t e)
{
    const size_t i = e / cols, j = e % cols;

    return a->at[turned ? j * a->cols + i : e];
}

static int fits(const lhi_named *a, size_t rows, size_t cols, int *turned)
{
    *turned = 0;
    if (a->vector || a->rows * a->cols == 1 || (a->rows == rows && a->cols == cols))
        return a->rows * a->cols == rows * cols;
    *turned = a->rows == cols && a->cols == rows;
    return *turned;
}

/* Gives the inputs of the tape the arrays of the file; 1 when it has all of them. */
static int bind_inputs(lh_tape *t, const lhi_named *list, size_t count)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->node[i].kind == LHI_INPUT && !find(list, count, "", t->node[i].name, ""))
            return 0;
    for (uint32_t i = 0; i < t->count && lhi_ok(t->c); i++) {
        const lhi_node *n = &t->node[i];
        const lhi_named *a = n->kind == LHI_INPUT ? find(list, count, "", n->name, "") : NULL;
        void *values;
        size_t rows;
        int turned;

        if (!a)
            continue;
        rows = n->rows == LH_ROWS ? a->rows * a->cols / (size_t)n->cols : (size_t)n->rows;
        if (!fits(a, rows, (size_t)n->cols, &turned)) {
            lhi_fail(t->c, LH_ESHAPE, "one row a sample", "%s in the file is [%zu x %zu], and the "
                     "network wants %td columns", n->name, a->rows, a->cols, n->cols);
            return 0;
        }
        values = lhi_alloc_array(t->c, rows * (size_t)n->cols + 1, lhi_type_size(t->params->type));
        for (size_t e = 0; values && e < rows * (size_t)n->cols; e++)
            lhi_set(t->params->type, values, e, (lh_wide)at(a, turned, (size_t)n->cols, e));
        if (values)
            lh_bind_as((lh_var){t, i, t->gen}, LH_TYPES, values, rows);
    }
    return lhi_ok(t->c);
}

/* The first element of a parameter that is not theirs, but for the rounding of their type. */
static size_t first_other(lh_array own, const lhi_named *a, int turned)
{
    const double room = a->bits < 64 ? (double)FLT_EPSILON : DBL_EPSILON;
    size_t e = 0;

    for (; e < own.rows * own.cols; e++) {
        const double x = lh_at(own, e / own.cols, e % own.cols);

        if (!(fabs(x - at(a, turned, own.cols, e)) <= room * fabs(x)))
            break;
    }
    return e;
}

/* Parameters in the file must be those of the tape: gradients at another point say nothing. */
static void same_parameters(lh_tape *t, const lhi_named *list, size_t count)
{
    for (uint32_t i = 0; i < t->count && lhi_ok(t->c); i++) {
        const lhi_node *n = &t->node[i];
        const lhi_named *a = n->kind == LHI_PARAM ? find(list, count, "", n->name, "") : NULL;
        const lh_array own = a ? lh_value((lh_var){t, i, t->gen}) : (lh_array){0};
        size_t e;
        int turned;

        if (!a)
            continue;
        if (!fits(a, own.rows, own.cols, &turned)) {
            lhi_fail(t->c, LH_ESHAPE, NULL,
                     "%s in the file is [%zu x %zu], in the network [%zu x %zu]", n->name, a->rows,
                     a->cols, own.rows, own.cols);
            return;
        }
        e = first_other(own, a, turned);
        if (e == own.rows * own.cols ||
            (a->rows == a->cols && first_other(own, a, 1) == own.rows * own.cols))
            continue;
        lhi_fail(t->c, LH_EMISMATCH,
                 "take the parameters from --ledger=FILE.npz, or leave them out",
                 "their %s is %.17g at (%zu, %zu) and ours %.17g: their gradients are those of "
                 "another point",
                 n->name, at(a, turned, own.cols, e), e / own.cols, e % own.cols,
                 lh_at(own, e / own.cols, e % own.cols));
    }
}

static double largest(const lhi_named *a)
{
    double most = 0;

    for (size_t e = 0; e < a->rows * a->cols; e++)
        most = fmax(most, fabs(a->at[e]));
    return most;
}

/* Some element is known to a quarter of itself: without one, agreeing says nothing. */
static int is_decisive(const lhi_pair *x)
{
    const size_t n = x->rows * x->cols;
    size_t zeros = 0, e = 0;

    for (; e < n && !(4 * x->off[e] < (double)fabsl(x->wanted[e])); e++)
        zeros += x->wanted[e] == 0;
    return e < n || zeros == n;
}

/* How an array of a file shows that it stands. */
enum { AS_OURS = 1, TURNED = 2 };

/* By its shape; a square one by its numbers, where they should be ours.  A row shows nothing: a
 * vector is kept either way, whatever is done with matrices. */
static unsigned stands(const lhi_named *a, const lhi_named *ours, int equal)
{
    const size_t n = ours->rows * ours->cols;
    const lh_array own = {ours->at, ours->rows, ours->cols, LH_F64};
    int turned, as_ours;

    if (!a || a->vector || ours->rows == 1 || !fits(a, ours->rows, ours->cols, &turned))
        return 0;
    as_ours = !turned;
    if (ours->rows == ours->cols) {
        as_ours = equal && first_other(own, a, 0) == n;
        turned = equal && first_other(own, a, 1) == n;
    }
    return as_ours == turned ? 0 : turned ? TURNED : AS_OURS;
}

/* How the gradient of a variable stands in a file: as the variable does or, where that tells
 * nothing, as the others do; 0 or both: it is not known.  Where the variable is a parameter these
 * are parameters, else they are not: PyTorch keeps W^T, and no activations so. */
static unsigned gradient_stands(const lhi_kept *mine, const lhi_named *list, size_t count,
                                const char *variable)
{
    const lhi_named *own = find(mine->at, mine->count, "", variable, "");
    unsigned ways = own ? stands(find(list, count, "", variable, ""), own, 1) : 0;

    if (ways)
        return ways;
    for (size_t i = 0; i < mine->count; i++) {
        const char *other = mine->at[i].name + 1;
        const lhi_named *value = find(mine->at, mine->count, "", other, "");

        if (!find(mine->at, mine->count, "second/", mine->at[i].name, "") || !value != !own)
            continue;
        ways |= stands(gradient_in(list, count, other), &mine->at[i], 0);
        if (value)
            ways |= stands(find(list, count, "", other, ""), value, 1);
    }
    return ways;
}

/* Theirs as they are stored, or turned, into got, beside what they should be. */
static lhi_diagnosis look(match *m, int turned, lh_wide *got, const lhi_pair *x)
{
    const size_t n = x->rows * x->cols;
    lh_wide most = 0, off = 0;

    m->turned = turned;
    for (size_t e = 0; e < n; e++) {
        got[e] = (lh_wide)at(m->theirs, turned, x->cols, e);
        most = fmaxl(most, fabsl(x->wanted[e]));
        off = fmaxl(off, fabsl(got[e] - x->wanted[e]));
    }
    m->relative = (double)(off / (most > 0 ? most : 1));
    return lhi_diagnose(x);
}

static void judge(match *m, const lhi_pair *x, const lhi_diagnosis *d)
{
    const size_t n = x->rows * x->cols;
    size_t worst = d->worst;

    for (size_t e = 0; d->reason == LH_WHY_NOTHING && e < n; e++)
        if (fabsl(x->got[e] - x->wanted[e]) > fabsl(x->got[worst] - x->wanted[worst]))
            worst = e;
    m->verdict = d->reason ? LH_DISAGREE : LH_AGREE;
    m->reason = d->reason;
    snprintf(m->why, sizeof m->why, "%.200s%s", d->why,
             !m->turned ? "" : d->reason ? ", read as stored transposed" : "stored transposed");
    if (!d->reason && !is_decisive(x)) {
        m->verdict = LH_INCONCLUSIVE;
        m->reason = LH_WHY_ROUNDING;
        snprintf(m->why, sizeof m->why, "rounding alone may be as large as its elements");
    }
    if (n == 0)
        return;
    m->row = worst / x->cols;
    m->col = worst % x->cols;
    m->ours = (double)x->wanted[worst];
    m->their = (double)x->got[worst];
    m->off = (double)fabsl(x->got[worst] - x->wanted[worst]);
    m->bound = x->off[worst];
}

/* The allowance: four times what an ordinary pass in their type may be off, and four roundings
 * of the largest element. */
static int compare(lh_ctx *c, match *m, const lhi_kept *mine, const char *variable,
                   unsigned ways, size_t batch)
{
    const size_t n = m->mine->rows * m->mine->cols, cols = m->mine->cols;
    const int wide = m->theirs->bits >= 64;
    const lhi_named *second = find(mine->at, mine->count, "second/d", variable, "");
    const lhi_named *bound =
        find(mine->at, mine->count, wide ? "bound64/d" : "bound32/d", variable, "");
    lh_wide *got = lhi_alloc_array(c, n + 1, sizeof *got);
    lh_wide *wanted = lhi_alloc_array(c, n + 1, sizeof *wanted);
    double *off = lhi_alloc_array(c, n + 1, sizeof *off);
    const double most = second ? largest(second) : 0;
    const lhi_pair x = {got, wanted, off, m->mine->rows, cols, batch, wide ? LH_F64 : LH_F32};
    lhi_diagnosis d;
    int square;

    if (!got || !wanted || !off || !second || !bound)
        return -1;
    for (size_t e = 0; e < n; e++) {
        wanted[e] = (lh_wide)second->at[e];
        off[e] = 4 * bound->at[e] + 4 * (wide ? DBL_EPSILON : (double)FLT_EPSILON) * most;
    }
    square = m->theirs->rows == m->theirs->cols; /* it fits both ways */
    d = look(m, square ? ways == TURNED : m->turned, got, &x);
    judge(m, &x, &d);
    if (square && d.reason == LH_WHY_TRANSPOSED && ways != AS_OURS && ways != TURNED) {
        m->verdict = LH_INCONCLUSIVE;
        snprintf(m->why, sizeof m->why,
                 "its transpose is right, and the file does not show whether it stores arrays so");
    }
    lhi_release(c, off);
    lhi_release(c, wanted);
    lhi_release(c, got);
    return 0;
}

static void add_match(lhi_text *t, const match *m)
{
    char shape[48], place[48];

    snprintf(shape, sizeof shape, "[%zu x %zu]", m->mine->rows, m->mine->cols);
    snprintf(place, sizeof place, "(%zu,%zu)", m->row, m->col);
    if (!m->theirs)
        lhi_text_add(t, "%-8s %-13s %-10s %14s %14s  %-18s %9s not in the file\n", m->mine->name,
                     shape, "", "", "-", "", "");
    else
        lhi_text_add(t, "%-8s %-13s %-10s %14.7e %14.7e  %7.1e %s %7.1e %9.1e %s%s%s%s%s\n",
                     m->mine->name, shape, place, m->ours, m->their, m->off,
                     m->off <= m->bound ? "<=" : "> ", m->bound, m->relative,
                     lh_verdict_name(m->verdict), m->reason ? ", " : m->why[0] ? ": " : "",
                     m->reason ? lh_reason_name(m->reason, NULL) : "", m->reason ? ": " : "",
                     m->why);
}

/* Every gradient of ours beside theirs; how many could be compared. */
static size_t match_all(lh_ctx *c, const lhi_kept *mine, const lhi_named *list, size_t count,
                        size_t batch, match *out, size_t *matches)
{
    size_t compared = 0;

    *matches = 0;
    for (size_t i = 0; i < mine->count && lhi_ok(c); i++) {
        const lhi_named *second = find(mine->at, mine->count, "second/", mine->at[i].name, "");
        match *m = &out[*matches];

        if (!second) /* no gradient */
            continue;
        *m = (match){.mine = &mine->at[i],
                     .of_leaf = find(mine->at, mine->count, "", mine->at[i].name + 1, "") != NULL,
                     .theirs = gradient_in(list, count, mine->at[i].name + 1)};
        ++*matches;
        if (!m->theirs)
            continue;
        compared++;
        if (fits(m->theirs, m->mine->rows, m->mine->cols, &m->turned))
            compare(c, m, mine, mine->at[i].name + 1,
                    gradient_stands(mine, list, count, mine->at[i].name + 1), batch);
        else {
            m->verdict = LH_DISAGREE;
            m->reason = LH_WHY_SHAPE;
            snprintf(m->why, sizeof m->why, "theirs is [%zu x %zu]", m->theirs->rows,
                     m->theirs->cols);
        }
    }
    return compared;
}

/* What would decide a gradient that is neither right nor wrong. */
static const char *decides(const match *m, char *hint, size_t room)
{
    if (m->reason != LH_WHY_TRANSPOSED)
        return "gradients in double decide it, where these are floats";
    if (!m->of_leaf)
        return "a batch of more rows decides it: then the gradient is not square";
    snprintf(hint, room, "put %s itself beside %s (where it is symmetric: a parameter that is not "
             "square, too): they stand the same way", m->mine->name + 1, m->theirs->name);
    return hint;
}

static void tell(lh_ctx *c, const char *path, const char *loss, const match *m, size_t matches,
                 size_t compared)
{
    lhi_text t = {.c = c};
    char hint[240];
    size_t agree = 0;

    lhi_text_add(&t, "Gradients of %s in %s beside the tape's, each at its farthest element\n\n"
                     "%-8s %-13s %-10s %14s %14s  %-18s %9s\n",
                 loss, path, "", "shape", "at", "ours", "theirs", "differ <= may", "of largest");
    for (size_t i = 0; i < matches; i++) {
        add_match(&t, &m[i]);
        agree += m[i].theirs && m[i].verdict == LH_AGREE;
    }
    lhi_text_add(&t, "\n%zu of %zu gradients in the file agree.\n\n", agree, compared);
    if (t.at)
        fwrite(t.at, 1, t.size, stdout);
    lhi_text_free(&t);
    if (compared == 0)
        lhi_fail(c, LH_EVERIFY, "name them dW1, W1.grad or grad/W1 for a variable W1",
                 "%s: no array in it is a gradient of this network", path);
    for (size_t i = 0; i < matches; i++)
        if (m[i].theirs && m[i].verdict == LH_DISAGREE)
            lhi_fail(c, LH_EVERIFY, "the table above has every gradient of the file",
                     "their %s disagrees, %s: %s", m[i].theirs->name,
                     lh_reason_name(m[i].reason, NULL), m[i].why);
    for (size_t i = 0; i < matches; i++)
        if (m[i].theirs && m[i].verdict == LH_INCONCLUSIVE)
            lhi_fail(c, LH_EUNDECIDED, decides(&m[i], hint, sizeof hint),
                     "their %s could be shown neither right nor wrong, %s: %s", m[i].theirs->name,
                     lh_reason_name(m[i].reason, NULL), m[i].why);
}

lh_status lh_verify_theirs(lh_var L, lh_data *d, size_t rows, const char *path)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(L));
    lh_ctx *c = lhi_ctx_of(L);
    lhi_kept mine = {.c = c};
    lhi_named *list;
    size_t count, matches, compared;
    lhi_report *r = NULL;
    match *m;
    int bound;

    if (!lhi_ok(c) || !lhi_var_good(L, "lh_verify_theirs") || lh_opt_done(c) != LH_OK)
        return lh_error(c);
    if (!path)
        return lhi_fail(c, LH_EUSAGE, NULL, "lh_verify_theirs: there is no path");
    if (lhi_arrays_read(c, path, &list, &count) != LH_OK)
        return c->status;
    bound = bind_inputs(L.tape, list, count);
    same_parameters(L.tape, list, count);
    if (lhi_ok(c))
        r = lhi_verify(L, bound && !lhi_data_is_inert(d) ? NULL : d, rows, lhi_keep_array, &mine);
    m = lhi_alloc_array(c, mine.count + 1, sizeof *m);
    if (r && m && lhi_report_judge(c, r) == LH_OK) {
        compared = match_all(c, &mine, list, count, r->batch, m, &matches);
        if (lhi_ok(c))
            tell(c, path, r->loss, m, matches, compared);
    }
    lhi_report_free(c, r);
    lhi_release(c, m);
    lhi_kept_free(&mine);
    return c->status;
}
