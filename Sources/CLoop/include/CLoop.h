// SPDX-License-Identifier: Apache-2.0
//
// What Swift can't say by itself: calls that the Glibc module does not show (they need
// _GNU_SOURCE, which must not stand in a header), and the code between clone and exec.
// No system header with types is included here: Swift would take the types for this module's and
// miss them wherever only Glibc is imported.
#pragma once

#include <stdint.h>

// The kernel's id of the calling thread, read once per thread. pthread_self() won't do: the
// optimiser takes it for constant and moves it across `await`.
int32_t cloop_thread_id(void);

// The event loop that runs on the calling thread, as whoever set it knows it; NULL: none.
void *_Nullable cloop_running_loop(void);
void cloop_set_running_loop(void *_Nullable loop);

// The bits of epoll_ctl(2).
enum {
    CLOOP_READABLE = 0x1,
    CLOOP_WRITABLE = 0x4,
    CLOOP_ERROR = 0x8,
    CLOOP_HANGUP = 0x10,
};

// What a caller wants to be told of a descriptor.
enum cloop_watch { CLOOP_ADD = 1, CLOOP_REMOVE = 2, CLOOP_MODIFY = 3 };

// struct epoll_event(3type), in the kernel's layout.
struct cloop_event {
    uint32_t readiness;
    uint64_t token;
#if defined(__x86_64__)
} __attribute__((packed));
#else
};
#endif

// epoll_create1(2) with EPOLL_CLOEXEC.
int cloop_epoll_create(void);

// epoll_ctl(2).
int cloop_epoll_control(int epoll, enum cloop_watch watch, int descriptor, uint32_t interest,
                        uint64_t token);

// epoll_pwait2(2) with nanoseconds; negative: without end. epoll_wait(2) where the kernel lacks it.
int cloop_epoll_wait(int epoll, struct cloop_event *_Nonnull events, int capacity,
                     int64_t timeout_ns);

// accept4(2) with SOCK_NONBLOCK and SOCK_CLOEXEC, into a struct sockaddr.
int cloop_accept(int listener, void *_Nonnull address, uint32_t *_Nonnull length);

// pipe2(2) with O_CLOEXEC; O_NONBLOCK stays the caller's choice for each end.
int cloop_pipe(int ends[_Nonnull 2]);

// A signal that arrives writes its number as one byte to `descriptor`; -1 gives the signal its
// default action back. Returns -1 and sets errno on failure.
int cloop_forward_signal(int signal, int descriptor);

// The return addresses on a stack, innermost first, and behind them, from `async_from` on, the
// places where Swift's async functions will go on that wait for the innermost of them.
struct cloop_stack {
    uintptr_t *_Nonnull addresses;
    int capacity;
    int count;
    int async_from;
};

// Fills `stack` with the calling thread's, from the caller's caller on. Some ten nanoseconds.
void cloop_read_stack(struct cloop_stack *_Nonnull stack);

// Fills `stack` with that of another thread of this process, the handler's own frames first. It
// stays empty where the thread is gone or does not come to it in time. Uses SIGURG; a system call
// of that thread that can't be restarted (sleeping is one) ends with EINTR.
void cloop_sample_stack(int32_t thread, struct cloop_stack *_Nonnull stack, int64_t timeout_ns);

// Lets the calling thread be asked for its stack, where it was made with all signals blocked, as
// the threads of thread pools are.
void cloop_admit_sampling(void);

// eventfd(2) with EFD_NONBLOCK and EFD_CLOEXEC.
int cloop_eventfd(void);

// sem_clockwait(3) on a sem_t until `deadline_ns` of CLOCK_MONOTONIC. Returns 0 where the count went
// down and -1 where it was still 0 then.
int cloop_semaphore_wait(void *_Nonnull semaphore, int64_t deadline_ns);

// environ(7) as it is now; another thread's setenv(3) may free what it points to.
char *_Nullable const *_Nullable cloop_environment(void);

// pthread_setname_np(3) of the calling thread; at most 15 bytes.
void cloop_name_thread(const char *_Nonnull name);

// pidfd_send_signal(2).
int cloop_pidfd_signal(int pidfd, int signal);

// prctl(2) PR_SET_CHILD_SUBREAPER: orphaned descendants become this process's children.
int cloop_become_subreaper(void);

// A wait status taken apart, because the macros of wait(2) don't come through.
int cloop_status_exited(int status);
int cloop_status_exit_code(int status);
int cloop_status_signal(int status);

// One descriptor of the child: the parent's number and the child's.
struct cloop_descriptor {
    int parent;
    int child;
};

// One limit of the child, setrlimit(2).
struct cloop_limit {
    int resource;
    uint64_t value;
};

// What a child is made of. Everything must stay valid until cloop_spawn returns.
struct cloop_spawn_plan {
    const char *_Nonnull path;
    char *_Nullable const *_Nonnull arguments;
    char *_Nullable const *_Nonnull environment;
    const char *_Nullable directory;
    const struct cloop_descriptor *_Nullable descriptors;
    int descriptor_count;
    const struct cloop_limit *_Nullable limits;
    int limit_count;
    int new_session;
    int no_new_privileges;
    int death_signal;  // 0: none
    // Flags of clone(2) beside the plan's own, such as those of namespaces.
    uint64_t clone_flags;
    // Called after the working directory is set, on prepared data only: the memory is the parent's.
    // Returns 0, or with errno set the number of what failed, counted from 1.
    int (*_Nullable prepare)(void *_Nullable argument);
    void *_Nullable prepare_argument;
    // The child's number of an open file to run in place of `path`; -1: none.
    int executable;
};

// The steps between clone and exec, in their order.
enum cloop_spawn_step {
    CLOOP_STEP_CLONE = 0,
    CLOOP_STEP_SESSION,
    CLOOP_STEP_DEATH_SIGNAL,
    CLOOP_STEP_DESCRIPTORS,
    CLOOP_STEP_DIRECTORY,
    CLOOP_STEP_LIMITS,
    CLOOP_STEP_NO_NEW_PRIVILEGES,
    CLOOP_STEP_EXEC,
    // What plan->prepare returned comes on top.
    CLOOP_STEP_PREPARE = 100,
};

struct cloop_spawn_result {
    int32_t pid;  // -1 on failure
    int pidfd;
    int step;     // where it failed
    int error;    // errno of that step
};

// Makes a child that runs plan->path. The calling thread stands still until the child has called
// exec or failed; no other thread does.
struct cloop_spawn_result cloop_spawn(const struct cloop_spawn_plan *_Nonnull plan);
