// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLoop.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int32_t cloop_thread_id(void) {
    static __thread int32_t id;
    if (id == 0) id = (int32_t)syscall(SYS_gettid);
    return id;
}

static __thread void *running_loop;

void *cloop_running_loop(void) { return running_loop; }
void cloop_set_running_loop(void *loop) { running_loop = loop; }

_Static_assert(sizeof(struct cloop_event) == sizeof(struct epoll_event) &&
                   offsetof(struct cloop_event, token) == offsetof(struct epoll_event, data),
               "the kernel's layout");
_Static_assert(CLOOP_READABLE == EPOLLIN && CLOOP_WRITABLE == EPOLLOUT &&
                   CLOOP_ERROR == EPOLLERR && CLOOP_HANGUP == EPOLLHUP,
               "the kernel's bits");
_Static_assert(CLOOP_ADD == EPOLL_CTL_ADD && CLOOP_REMOVE == EPOLL_CTL_DEL &&
                   CLOOP_MODIFY == EPOLL_CTL_MOD,
               "the kernel's operations");

int cloop_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int cloop_epoll_control(int epoll, enum cloop_watch watch, int descriptor, uint32_t interest,
                        uint64_t token) {
    struct epoll_event event = {.events = interest, .data.u64 = token};
    return epoll_ctl(epoll, watch, descriptor, &event);
}

int cloop_epoll_wait(int epoll, struct cloop_event *into, int capacity, int64_t timeout_ns) {
    struct epoll_event *events = (struct epoll_event *)into;
    static volatile int has_pwait2 = 1;
    if (timeout_ns <= 0) return epoll_wait(epoll, events, capacity, timeout_ns < 0 ? -1 : 0);
    if (has_pwait2) {
        struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
        int count = (int)syscall(SYS_epoll_pwait2, epoll, events, capacity, &timeout, NULL, 0);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
        has_pwait2 = 0;
    }
    // Rounded up: a timer must not find itself early, and the loop must not spin until it is due.
    int64_t milliseconds = (timeout_ns + 999999) / 1000000;
    return epoll_wait(epoll, events, capacity, milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds);
}

int cloop_accept(int listener, void *address, uint32_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int cloop_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

// Where each signal's number is written, plus one; 0: nowhere.
static volatile sig_atomic_t forward_to[65];

static void forward(int signal) {
    int saved = errno;
    unsigned char number = (unsigned char)signal;
    int descriptor = forward_to[signal] - 1;
    // A full pipe already wakes the loop, and a failure can be told to nobody here.
    if (descriptor >= 0 && write(descriptor, &number, 1) < 0) {}
    errno = saved;
}

int cloop_forward_signal(int signal, int descriptor) {
    if (signal < 1 || signal > 64) {
        errno = EINVAL;
        return -1;
    }
    struct sigaction action = {0};
    sigfillset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = descriptor < 0 ? SIG_DFL : forward;
    if (descriptor >= 0) forward_to[signal] = descriptor + 1;
    if (sigaction(signal, &action, NULL) != 0) return -1;
    if (descriptor < 0) forward_to[signal] = 0;
    return 0;
}

int cloop_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int cloop_semaphore_wait(void *semaphore, int64_t deadline_ns) {
    struct timespec deadline = {deadline_ns / 1000000000, deadline_ns % 1000000000};
    while (sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline) != 0)
        if (errno != EINTR) return -1;
    return 0;
}

char *const *cloop_environment(void) { return environ; }

void cloop_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int cloop_pidfd_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int cloop_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int cloop_status_exited(int status) { return WIFEXITED(status); }
int cloop_status_exit_code(int status) { return WEXITSTATUS(status); }
int cloop_status_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
