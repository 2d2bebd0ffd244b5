/* confine.c -- a process that gives up all but reading what is open and writing to a pipe. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/sanitized.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#include <linux/audit.h>
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && !defined(__ILP32__) && !defined(__AARCH64EB__)
#include <linux/audit.h>
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE
#include <linux/filter.h>
#include <linux/seccomp.h>

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
/* The lower half of an argument: both architectures are little-endian. */
#define LOAD_ARGUMENT(k) LOAD(args[k])
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)
#define UNLESS(number, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, skip)
#define IF_ANY(bits, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, skip)
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW(call) UNLESS(SYS_##call, 1), ANSWER(SECCOMP_RET_ALLOW)
#define END(call) UNLESS(SYS_##call, 1), ANSWER(SECCOMP_RET_KILL_PROCESS)

/* What reading an open file, memory, writing and the end of a process need is allowed.  Another
 * program, the network and the memory of others end this one: nothing of ours ever tries that.
 * All else is refused: a copy of the process, in which HDF5 would be tried first, is not needed
 * here. */
static int filter(void)
{
    struct sock_filter steps[] = {
        LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        ANSWER(SECCOMP_RET_KILL_PROCESS), LOAD(nr),
        ALLOW(read), ALLOW(readv), ALLOW(pread64), ALLOW(lseek), ALLOW(fstat),
        ALLOW(newfstatat), ALLOW(write), ALLOW(writev), ALLOW(close), ALLOW(brk), ALLOW(munmap),
        ALLOW(mremap), ALLOW(madvise),
        ALLOW(futex), ALLOW(exit), ALLOW(exit_group), ALLOW(rt_sigaction), ALLOW(rt_sigprocmask),
        ALLOW(rt_sigreturn), ALLOW(sigaltstack), ALLOW(restart_syscall), ALLOW(getpid),
        ALLOW(gettid), ALLOW(getrandom), ALLOW(clock_gettime), ALLOW(sched_yield),
        END(execve), END(execveat), END(socket), END(connect), END(ptrace),
        END(process_vm_readv), END(process_vm_writev),
        /* abort() signals the process itself. */
        UNLESS(SYS_tgkill, 4), LOAD_ARGUMENT(0), UNLESS((unsigned)getpid(), 1),
        ANSWER(SECCOMP_RET_ALLOW), REFUSE,
        /* No file is mapped, and nothing that could be run. */
        UNLESS(SYS_mmap, 6), LOAD_ARGUMENT(3), IF_ANY(MAP_ANONYMOUS, 2), LOAD_ARGUMENT(2),
        IF_ANY(PROT_EXEC, 1), REFUSE, ANSWER(SECCOMP_RET_ALLOW),
        UNLESS(SYS_mprotect, 4), LOAD_ARGUMENT(2), IF_ANY(PROT_EXEC, 1), REFUSE,
        ANSWER(SECCOMP_RET_ALLOW),
        REFUSE,
    };
    const struct sock_fprog program = {sizeof steps / sizeof steps[0], steps};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static int filter(void)
{
    return 0;
}
#endif

/* No more than was allowed before. */
static int limit(int what, rlim_t soft, rlim_t hard)
{
    struct rlimit now, then;

    if (getrlimit((__rlimit_resource_t)what, &now) != 0)
        return -errno;
    then.rlim_max = hard < now.rlim_max ? hard : now.rlim_max;
    then.rlim_cur = soft < then.rlim_max ? soft : then.rlim_max;
    return setrlimit((__rlimit_resource_t)what, &then) != 0 ? -errno : 0;
}

int lhi_sys_confine(uint64_t bytes, long seconds)
{
    const struct {
        int what;
        rlim_t soft, hard;
    } limits[] = {
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_FSIZE, 0, 0},
        {RLIMIT_CPU, (rlim_t)seconds, (rlim_t)seconds + 1},
        /* Those that a sanitizer cannot live with: it maps more memory than any limit, and looks at
         * itself with calls, files and a thread of its own. */
        {RLIMIT_NPROC, 0, 0},
        {RLIMIT_NOFILE, STDERR_FILENO + 1, STDERR_FILENO + 1},
        {RLIMIT_AS, (rlim_t)bytes, (rlim_t)bytes},
    };
    const size_t count = sizeof limits / sizeof limits[0] - (LHI_SANITIZED ? 3 : 0);

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody would hear what it prints */
    for (size_t i = 0; i < count; i++) {
        const int status = limit(limits[i].what, limits[i].soft, limits[i].hard);

        if (status != 0)
            return status;
    }
    return !LHI_SANITIZED && filter();
}
