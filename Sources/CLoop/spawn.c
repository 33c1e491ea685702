// SPDX-License-Identifier: Apache-2.0
//
// How this works. clone with CLONE_VM and CLONE_VFORK: the child borrows the parent's memory and
// the calling thread stands still until the child execs or exits. That costs the same however
// large the parent is, and the child can leave the step and the errno of a failure where the
// parent reads them. The price: between clone and exec only plain system calls are allowed, on a
// stack of its own, with every signal blocked until all handlers are reset (a handler of the
// parent's would run in the parent's memory).
#define _GNU_SOURCE
#include "CLoop.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// ThreadSanitizer takes every clone for a fork and would set its state up anew in memory that the
// child merely borrows. It does not know the C library's second name of the call.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
extern int __clone(int (*)(void *), void *, int, void *, ...);
#define clone __clone
#endif
#endif

enum { CHILD_STACK = 64 * 1024, SIGNALS = 64 };

struct child {
    const struct cloop_spawn_plan *plan;
    pid_t parent;
    int step;
    int error;
};

static int fail(struct child *child, int step) {
    child->step = step;
    child->error = errno;
    _exit(127);
}

// Puts every descriptor at its number. First out of the way of all the numbers wanted, then there:
// a number that is wanted may be one that is still needed as a source.
static int place_descriptors(const struct cloop_spawn_plan *plan) {
    int above = 3;
    for (int i = 0; i < plan->descriptor_count; i++)
        if (plan->descriptors[i].child >= above) above = plan->descriptors[i].child + 1;
    int moved[16];
    if (plan->descriptor_count > 16) {
        errno = E2BIG;
        return -1;
    }
    for (int i = 0; i < plan->descriptor_count; i++) {
        moved[i] = fcntl(plan->descriptors[i].parent, F_DUPFD_CLOEXEC, above);
        if (moved[i] < 0) return -1;
    }
    for (int i = 0; i < plan->descriptor_count; i++)
        if (dup2(moved[i], plan->descriptors[i].child) < 0) return -1;
    // Nothing else goes over to the child, whether marked close-on-exec or not. A mark and not a
    // close: numbers between the placed ones are covered as well.
    for (int descriptor = 0; descriptor < above; descriptor++) {
        int wanted = 0;
        for (int i = 0; i < plan->descriptor_count; i++)
            wanted |= plan->descriptors[i].child == descriptor;
        if (!wanted) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    if (syscall(SYS_close_range, above, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) != 0) {
        struct rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
        for (int descriptor = above; descriptor < (int)limit.rlim_cur; descriptor++)
            fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    return 0;
}

static int run_child(void *argument) {
    struct child *child = argument;
    const struct cloop_spawn_plan *plan = child->plan;
    // Straight to the kernel: the C library refuses to touch the two signals that it uses itself,
    // and one that was inherited as ignored would stay so.
    const unsigned long standard[4] = {0};  // the kernel's struct sigaction: SIG_DFL, no flags
    for (int signal = 1; signal <= SIGNALS; signal++)
        syscall(SYS_rt_sigaction, signal, standard, NULL, 8);

    if (plan->new_session && setsid() < 0) fail(child, CLOOP_STEP_SESSION);
    if (plan->death_signal) {
        if (prctl(PR_SET_PDEATHSIG, plan->death_signal, 0, 0, 0) != 0)
            fail(child, CLOOP_STEP_DEATH_SIGNAL);
        // The parent may have died before the call: then nobody is left to send the signal. From a
        // pid namespace of its own a child can't see it.
        if (getppid() != child->parent && !(plan->clone_flags & CLONE_NEWPID)) {
            errno = ESRCH;
            fail(child, CLOOP_STEP_DEATH_SIGNAL);
        }
    }
    if (place_descriptors(plan) != 0) fail(child, CLOOP_STEP_DESCRIPTORS);
    if (plan->directory && chdir(plan->directory) != 0) fail(child, CLOOP_STEP_DIRECTORY);
    if (plan->prepare) {
        int step = plan->prepare(plan->prepare_argument);
        if (step != 0) fail(child, CLOOP_STEP_PREPARE + step);
    }
    for (int i = 0; i < plan->limit_count; i++) {
        struct rlimit limit = {plan->limits[i].value, plan->limits[i].value};
        if (setrlimit(plan->limits[i].resource, &limit) == 0) continue;
        // More than this process may have itself is not to be had: then it is that.
        struct rlimit own;
        if (errno != EPERM || getrlimit(plan->limits[i].resource, &own) != 0 ||
            own.rlim_max >= limit.rlim_max)
            fail(child, CLOOP_STEP_LIMITS);
        own.rlim_cur = own.rlim_max;
        if (setrlimit(plan->limits[i].resource, &own) != 0) fail(child, CLOOP_STEP_LIMITS);
    }
    if (plan->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        fail(child, CLOOP_STEP_NO_NEW_PRIVILEGES);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (plan->executable >= 0)
        syscall(SYS_execveat, plan->executable, "", plan->arguments, plan->environment,
                AT_EMPTY_PATH);
    else
        execve(plan->path, plan->arguments, plan->environment);
    return fail(child, CLOOP_STEP_EXEC);
}

struct cloop_spawn_result cloop_spawn(const struct cloop_spawn_plan *plan) {
    struct cloop_spawn_result result = {.pid = -1, .pidfd = -1, .step = CLOOP_STEP_CLONE};
    char *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) {
        result.error = errno;
        return result;
    }
    struct child child = {.plan = plan, .parent = getpid()};
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD | (int)plan->clone_flags;
    pid_t pid = clone(run_child, stack + CHILD_STACK, flags, &child, &result.pidfd);
    result.error = pid < 0 ? errno : child.error;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, CHILD_STACK);
    if (pid > 0 && child.error != 0) {
        // It failed before exec and is a zombie by now.
        siginfo_t ignored;
        while (syscall(SYS_waitid, 1 /* P_PID */, pid, &ignored, 4 /* WEXITED */, NULL) != 0 &&
               errno == EINTR) {}
        close(result.pidfd);
        result.pidfd = -1;
        result.step = child.step;
        return result;
    }
    result.pid = pid;
    return result;
}
