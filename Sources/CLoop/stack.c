// SPDX-License-Identifier: Apache-2.0
//
// The stack of another thread, taken while that thread runs.
//
// Only a thread itself can walk its stack. So it gets a signal, walks in the handler, and tells who
// asked by a semaphore. The walk is libgcc's: since glibc 2.35 and gcc 12 it finds a frame's
// description through _dl_find_object, which takes no lock and allocates nothing, so it may run in
// a handler. Where libgcc is older and the signal comes while the thread holds the loader's lock,
// the walk waits for a lock that the same thread holds: debug mode's price there.
#define _GNU_SOURCE
#include "CLoop.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

// Ignored by default, so that one which comes too late does nothing. Go's runtime takes the same.
enum { SAMPLE_SIGNAL = SIGURG };

static struct {
    pthread_mutex_t lock;  // one sample at a time
    sem_t done;
    _Atomic(int32_t) thread;  // whose stack is wanted; 0: nobody's
    uintptr_t *addresses;
    int capacity;
    int count;
} sample = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Unwind_Reason_Code note_frame(struct _Unwind_Context *frame, void *unused) {
    (void)unused;
    if (sample.count == sample.capacity) return _URC_END_OF_STACK;
    sample.addresses[sample.count++] = _Unwind_GetIP(frame);
    return _URC_NO_REASON;
}

static void take_sample(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)info, (void)context;
    int32_t me = cloop_thread_id();
    // Claimed by whoever comes first: the asker may have given up meanwhile.
    if (!atomic_compare_exchange_strong(&sample.thread, &me, -1)) return;
    int saved = errno;
    _Unwind_Backtrace(note_frame, NULL);
    errno = saved;
    sem_post(&sample.done);
}

static void install(void) {
    sem_init(&sample.done, 0, 0);
    struct sigaction action = {.sa_sigaction = take_sample, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SAMPLE_SIGNAL, &action, NULL);
}

void cloop_admit_sampling(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SAMPLE_SIGNAL);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

int cloop_sample_stack(int32_t thread, uintptr_t *addresses, int capacity, int64_t timeout_ns) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
    pthread_mutex_lock(&sample.lock);
    sample.addresses = addresses;
    sample.capacity = capacity;
    sample.count = 0;
    atomic_store(&sample.thread, thread);
    int count = 0;
    if (syscall(SYS_tgkill, getpid(), thread, SAMPLE_SIGNAL) == 0) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        int64_t nanoseconds = until.tv_nsec + timeout_ns;
        until.tv_sec += nanoseconds / 1000000000;
        until.tv_nsec = nanoseconds % 1000000000;
        int status;
        while ((status = sem_timedwait(&sample.done, &until)) != 0 && errno == EINTR) {}
        int32_t expected = thread;
        // Not begun: take the wish back. Begun: it ends by itself, and soon.
        if (status != 0 && !atomic_compare_exchange_strong(&sample.thread, &expected, 0)) {
            while (sem_wait(&sample.done) != 0) {}
            status = 0;
        }
        if (status == 0) count = sample.count;
    }
    atomic_store(&sample.thread, 0);
    pthread_mutex_unlock(&sample.lock);
    return count;
}
