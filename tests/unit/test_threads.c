/* test_threads.c -- how many threads, what they cost, and what becomes of them. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/base/pace.h"
#include "framework/base/threads.h"
#include "framework/system/sys.h"
#include "tests/check.h"

#include <longhand.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void least(void)
{
    const lhi_limit node[] = {{"cpus", 64}, {"quota", 0}, {"OMP_NUM_THREADS", 0}, {"NSLOTS", 8}};
    const lhi_limit same[] = {{"cpus", 4}, {"OMP_NUM_THREADS", 4}};
    const lhi_limit part[] = {{"cpus", 4}, {"quota", 1.5}}, little[] = {{"quota", 0.2}};
    const lhi_limit vast[] = {{"cpus", 5000}};
    const char *rule = "";

    CHECK(lhi_least(node, 4, &rule) == 8 && strcmp(rule, "NSLOTS") == 0, "by %s", rule);
    CHECK(lhi_least(node, 3, &rule) == 64 && strcmp(rule, "cpus") == 0, "by %s", rule);
    CHECK(lhi_least(same, 2, &rule) == 4 && strcmp(rule, "cpus") == 0, "by %s", rule);
    CHECK(lhi_least(part, 2, &rule) == 2 && strcmp(rule, "quota") == 0, "by %s", rule);
    CHECK(lhi_least(little, 1, &rule) == 1, "one at least");
    CHECK(lhi_least(vast, 1, &rule) == 1024, "no more than that");
}

/* Each variable of a batch system and of OpenMP, alone. */
static void variables(void)
{
    static const char *const names[] = {"OMP_NUM_THREADS", "OMP_THREAD_LIMIT",
                                        "SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE",
                                        "PBS_NUM_PPN", "NCPUS", "NSLOTS", "LSB_DJOB_NUMPROC"};
    const char *rule;
    int all;
    lh_ctx *c;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    c = lh_open(0, NULL, "test");
    all = lhi_threads(c, &rule);
    lh_close(c);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv(names[i], "1", 1);
        c = lh_open(0, NULL, "test");
        CHECK(lhi_threads(c, &rule) == 1, "%s is not honoured", names[i]);
        CHECK(all == 1 || strcmp(rule, names[i]) == 0, "%s, not %s", names[i], rule);
        setenv(names[i], "nonsense", 1);
        CHECK(lhi_threads(c, &rule) == 1, "decided once");
        lh_close(c);
        c = lh_open(0, NULL, "test");
        CHECK(lhi_threads(c, &rule) == all, "%s=nonsense says nothing", names[i]);
        lh_close(c);
        unsetenv(names[i]);
    }
}

static void make_file(const char *path, const char *text)
{
    char part[600];

    snprintf(part, sizeof part, "%s", path);
    for (char *at = strchr(part + strlen(check_folder()) + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        mkdir(part, 0777);
        *at = '/';
    }
    check_write(path, text, -1);
}

static void quotas(void)
{
    char v1[300], v2[300], none[300], inside[300];

    snprintf(v2, sizeof v2, "%s", check_path("v2"));
    make_file(check_path("v2/proc/self/cgroup"), "0::/system.slice/job.scope\n");
    make_file(check_path("v2/sys/fs/cgroup/system.slice/cpu.max"), "350000 100000\n");
    make_file(check_path("v2/sys/fs/cgroup/system.slice/job.scope/cpu.max"), "max 100000\n");
    CHECK(lhi_sys_cpu_quota(v2) == 3.5, "of a group above: %g", lhi_sys_cpu_quota(v2));
    make_file(check_path("v2/sys/fs/cgroup/system.slice/job.scope/cpu.max"), "50000 100000\n");
    CHECK(lhi_sys_cpu_quota(v2) == 0.5, "the least: %g", lhi_sys_cpu_quota(v2));

    snprintf(v1, sizeof v1, "%s", check_path("v1"));
    make_file(check_path("v1/proc/self/cgroup"),
              "5:cpuset:/other\n4:cpuacct,cpu:/slurm/job_7\n3:cpux:/wrong\n1:name=systemd:/x\n"
              "0::/\n");
    make_file(check_path("v1/sys/fs/cgroup/cpu/slurm/job_7/cpu.cfs_quota_us"), "400000\n");
    make_file(check_path("v1/sys/fs/cgroup/cpu/slurm/job_7/cpu.cfs_period_us"), "100000\n");
    make_file(check_path("v1/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), "-1\n");
    make_file(check_path("v1/sys/fs/cgroup/cpu/cpu.cfs_period_us"), "100000\n");
    CHECK(lhi_sys_cpu_quota(v1) == 4, "version 1: %g", lhi_sys_cpu_quota(v1));

    snprintf(inside, sizeof inside, "%s", check_path("in"));
    make_file(check_path("in/proc/self/cgroup"), "0::/docker/of-the-host\n");
    make_file(check_path("in/sys/fs/cgroup/cpu.max"), "200000 100000\n");
    CHECK(lhi_sys_cpu_quota(inside) == 2, "in a container: %g", lhi_sys_cpu_quota(inside));

    snprintf(none, sizeof none, "%s", check_path("none"));
    CHECK(lhi_sys_cpu_quota(none) == 0, "no cgroups at all");
}

/* A machine on which a step of n threads takes time[n] seconds, give or take what others do. */
typedef struct machine {
    const double *time;
    unsigned chance; /* one step of so many threads' meets a turn of another program; 0: none */
    uint64_t state;
    double spent;
    long steps, at[9];
} machine;

static double luck(machine *m)
{
    m->state = m->state * 6364136223846793005u + 1442695040888963407u;
    return (double)(m->state >> 33) / 2147483648.0;
}

static void go_on(lhi_pace *p, machine *m, double seconds)
{
    const double until = m->spent + seconds;

    memset(m->at, 0, sizeof m->at);
    m->steps = 0;
    while (m->spent < until) {
        const int size = lhi_pace_size(p, 1000);
        double t = m->time[size] * (0.95 + 0.1 * luck(m));

        /* Each thread may be the one that has to wait, and then all of them do. */
        for (int rank = 0; m->chance && rank < size; rank++)
            if (luck(m) * m->chance < m->time[size] / 1e-3)
                t += 3e-3;
        lhi_pace_note(p, t);
        m->spent += t;
        m->steps++;
        m->at[size]++;
    }
}

static int mostly(const machine *m, int size)
{
    return (double)m->at[size] > 0.9 * (double)m->steps;
}

static const double gains[] = {0, 160e-6, 90e-6, 90e-6, 60e-6, 60e-6, 60e-6, 60e-6, 50e-6};
static const double loses[] = {0, 160e-6, 300e-6, 400e-6, 900e-6, 1e-3, 1e-3, 1e-3, 1e-3};
static const double turns[] = {0, 160e-6, 90e-6, 90e-6, 300e-6, 1e-3, 1e-3, 1e-3, 5e-6};

static void team_by_trying(void)
{
    lhi_pace p;
    machine m = {.time = gains, .state = 1};

    lhi_pace_begin(&p, 8, 0, 1e9, 64);
    CHECK(lhi_pace_asks(&p) && lhi_pace_size(&p, 1000) == 1, "it begins with one");
    go_on(&p, &m, 1);
    CHECK(mostly(&m, 8), "all of them are best: %ld of %ld", m.at[8], m.steps);
    m.time = loses; /* and now they are not */
    go_on(&p, &m, 0.5);
    go_on(&p, &m, 2);
    CHECK(mostly(&m, 1), "one is best now: %ld of %ld", m.at[1], m.steps);
    CHECK(p.loss > 1.5, "which is worth a word");
    m.time = gains;
    go_on(&p, &m, 3);
    go_on(&p, &m, 1);
    CHECK(mostly(&m, 8), "and all of them again: %ld of %ld", m.at[8], m.steps);
    m.time = turns;
    lhi_pace_begin(&p, 8, 0, 1e9, 64);
    go_on(&p, &m, 2);
    CHECK(mostly(&m, 2), "two: four are slower: %ld of %ld", m.at[2], m.steps);
    lhi_pace_begin(&p, 8, 0, 1e4, 64);
    CHECK(!lhi_pace_asks(&p) && lhi_pace_size(&p, 1000) == 1, "a step too small to share");
    lhi_pace_begin(&p, 7, 1, 1, 64);
    CHECK(!lhi_pace_asks(&p) && lhi_pace_size(&p, 1000) == 7, "a forced number is taken");
    CHECK(lhi_pace_size(&p, 3) == 3, "no thread without a row");
    lhi_pace_begin(&p, 6, 0, 1e9, 64);
    go_on(&p, &m, 0.1);
    CHECK(m.at[1] + m.at[2] + m.at[4] + m.at[6] == m.steps, "1, 2, 4 and all six");
}

/* What trying costs, where others take turns on the CPUs: little in the mean of many runs. */
static void trying_is_cheap(void)
{
    static const double two[] = {0, 160e-6, 100e-6};
    double steps = 0, best = 0;

    for (uint64_t run = 1; run <= 40; run++)
        for (int loaded = 0; loaded < 2; loaded++) {
            machine m = {.time = two, .state = run, .chance = loaded ? 12 : 0}, one = m;
            const double least[] = {0, 160e-6, 160e-6};
            lhi_pace p, forced;

            lhi_pace_begin(&p, 2, 0, 1e9, 64);
            go_on(&p, &m, 1);
            lhi_pace_begin(&forced, 1, 1, 1e9, 64);
            one.time = loaded ? least : (const double[]){0, 100e-6};
            go_on(&forced, &one, 1);
            steps += (double)m.steps;
            best += (double)one.steps;
        }
    CHECK(steps > 0.85 * best, "%.0f steps instead of %.0f", steps, best);
}

enum { ROUNDS = 300, LARGEST = 9 };

struct sums {
    long at[LARGEST], total[ROUNDS];
    int size;
};

/* Every thread gives a number, all wait, and each sees what all have given. */
static void meet(void *arg, int rank, int size)
{
    struct sums *s = arg;

    if (rank == 0)
        s->size = size;
    for (int round = 0; round < ROUNDS; round++) {
        long sum = 0;

        s->at[rank] = round + rank;
        if (size > 1)
            lhi_barrier();
        for (int i = 0; i < size; i++)
            sum += s->at[i];
        if (rank == 0)
            s->total[round] = sum;
        if (size > 1)
            lhi_barrier();
    }
}

static int went_well(const struct sums *s)
{
    for (int round = 0; round < ROUNDS; round++)
        if (s->total[round] != (long)s->size * round + s->size * (s->size - 1) / 2)
            return 0;
    return s->size > 0;
}

struct leading {
    lh_ctx *c;
    int good, largest;
};

static void teams_in_a_team(void *arg)
{
    struct leading *l = arg;

    for (int size = 1; size <= LARGEST; size++) {
        struct sums s = {.size = 0};

        lhi_team(l->c, size, meet, &s);
        l->good += went_well(&s) && s.size <= size;
        l->largest = s.size > l->largest ? s.size : l->largest;
    }
}

/* More threads than CPUs, fewer than the team has, more than it has, one in another. */
static void teams(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    for (int kept = 1; kept <= LARGEST; kept += 2) {
        struct leading l = {.c = c};

        lhi_keep_team(c, kept, teams_in_a_team, &l);
        CHECK(l.good == LARGEST, "a team of %d: %d of %d", kept, l.good, LARGEST);
        CHECK(l.largest >= kept || kept == 1, "a team of %d: only %d", kept, l.largest);
    }
    lh_close(c);
}


static void count(void *arg, const char *text)
{
    *(int *)arg += strstr(text, "threads") != NULL && strstr(text, "warning") != NULL;
}

/* The loss after some epochs; counts the warnings that speak of threads. */
static double train(int threads, int *warned)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var A = lh_relu(lh_matmul(X, lh_param(t, "W1", 30, 64, LH_HE)));
    lh_let(L, lh_bce_logits(lh_matmul(A, lh_param(t, "W2", 64, 1, LH_GLOROT)), y));
    double loss;
    lh_run *r;

    c->set.threads = threads;
    c->set.quiet = 1;
    c->set.progress = "none";
    lh_on_message(c, count, warned);
    r = lh_train(L, LH_SGD(0.1), d, 64, 3);
    while (lh_epoch(r))
        ;
    loss = lh_last_loss(r);
    return lh_close(c) == 0 ? loss : -1;
}

/* Runs in a child that is killed when it hangs; its exit code. */
static int in_a_child(int (*run)(double wanted), double wanted)
{
    const pid_t child = fork();
    int status = 0;

    if (child == 0) {
        alarm(60);
        _exit(run(wanted));
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* 1: another loss; 2: threads, where there are none. */
static int trains_alone(double wanted)
{
    const char *rule = "";
    int warned = 0, n;
    lh_ctx *c;

    if (train(4, &warned) != wanted)
        return 1;
    c = lh_open(0, NULL, "test");
    c->set.threads = 4;
    n = lhi_threads(c, &rule);
    lh_close(c);
    return n == 1 && strstr(rule, "fork") ? 0 : 2;
}

static void forks(void)
{
    int warned = 0;
    const double loss = train(4, &warned);

    CHECK(in_a_child(trains_alone, loss) == 0, "a child of one that had a team: %d",
          in_a_child(trains_alone, loss));
    CHECK(train(4, &warned) == loss && warned == 0, "its parent goes on");
}

static int trains_under_a_limit(double wanted)
{
    const struct rlimit none = {0, 0};
    int warned = 0;

    /* root has no such limit */
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 77;
    if (setrlimit(RLIMIT_NPROC, &none) != 0)
        return 77;
    if (train(4, &warned) != wanted)
        return 1;
    return warned == 1 ? 0 : 2;
}

static void no_more_threads(void)
{
    int warned = 0, code;
    const double loss = train(1, &warned); /* before any team: the child may try to have one */

    code = in_a_child(trains_under_a_limit, loss);
    if (code == 77)
        printf("# the limit cannot be set here\n");
    CHECK(code == 0 || code == 77, "%d", code);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"where no thread can be made one does the work, and says so", no_more_threads},
        {"the least of all limits decides, and is named", least},
        {"variables of batch systems and of OpenMP are honoured, and read once", variables},
        {"a CPU quota is found in cgroups of both versions, and above one's own", quotas},
        {"the team is the fastest of those tried, also when the machine changes", team_by_trying},
        {"trying costs little, idle or busy", trying_is_cheap},
        {"a team meets at its barriers, whatever its size", teams},
        {"a fork of a process that had a team works alone, with the same bits", forks},
        {NULL, NULL}};

    return check_main(argc, argv, "threads", tests);
}
