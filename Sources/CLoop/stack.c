// SPDX-License-Identifier: Apache-2.0
//
// The stack of the calling thread, and that of another one while it runs.
//
// One's own is read by frame pointers, which Swift always keeps and C often does not: where C stands
// in between (a deinit that the runtime calls) a frame's link can be any number. So a link is
// followed only where it lies on this thread's stack and leads outwards; else the walk ends.
//
// Another thread's can only be walked by that thread itself. It gets a signal, walks in the handler,
// and tells who asked by a semaphore. It may be in the middle of C, so that walk goes by the
// compiler's tables: since glibc 2.35 and gcc 12, libgcc finds them through _dl_find_object, which
// takes no lock and allocates nothing, so it may run in a handler. Where libgcc is older and the
// signal comes while the thread holds the loader's lock, the walk waits for a lock that the same
// thread holds: debug mode's price there.
//
// Async functions. Swift marks the frame of one by bit 60 of the saved frame pointer and keeps its
// context in the word below the frame: { parent's context, where the parent goes on }. From the
// first such frame on, what lies deeper on the stack is the executor; the callers are that chain.
// Source: "Swift async frames" in docs/ABI/CallingConvention.rst of the Swift repository.
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

#define ASYNC_MARK ((uintptr_t)1 << 60)

struct async_context {
    struct async_context *parent;
    uintptr_t resume_parent;
};

// The bounds of this thread's stack; read once, as it takes a file on the main thread.
static __thread uintptr_t stack_low, stack_high;

static void find_bounds(void) {
    pthread_attr_t attributes;
    if (stack_high != 0 || pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    void *base;
    size_t size;
    if (pthread_attr_getstack(&attributes, &base, &size) == 0) {
        stack_low = (uintptr_t)base;
        stack_high = stack_low + size;
    }
    pthread_attr_destroy(&attributes);
}

static int is_frame(uintptr_t frame) {
    return frame % sizeof(uintptr_t) == 0 && frame >= stack_low + sizeof(uintptr_t) &&
           frame + 2 * sizeof(uintptr_t) <= stack_high;
}

static void append(struct cloop_stack *stack, uintptr_t address) {
    if (stack->count < stack->capacity) stack->addresses[stack->count++] = address;
}

// Appends the async callers, where `frame` is that of an async function.
static int follow_async(struct cloop_stack *stack, uintptr_t frame) {
    const uintptr_t *words = (const uintptr_t *)frame;
    if ((words[0] & ASYNC_MARK) == 0) return 0;
    stack->async_from = stack->count;
    const struct async_context *context = (const struct async_context *)words[-1];
    while (context != NULL && context->resume_parent != 0 && stack->count < stack->capacity) {
        append(stack, context->resume_parent);
        context = context->parent;
    }
    return 1;
}

void cloop_read_stack(struct cloop_stack *stack) {
    find_bounds();
    stack->count = 0;
    stack->async_from = stack->capacity;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    int is_first = 1;
    while (is_frame(frame) && stack->count < stack->capacity) {
        const uintptr_t *words = (const uintptr_t *)frame;
        if (!is_first) {
            if (follow_async(stack, frame)) return;
            append(stack, words[1]);
        }
        is_first = 0;
        uintptr_t next = words[0] & ~ASYNC_MARK;
        if (next <= frame) return;
        frame = next;
    }
}

// Ignored by default, so that one which comes too late does nothing. Go's runtime takes the same.
enum { SAMPLE_SIGNAL = SIGURG };

static struct {
    pthread_mutex_t lock;  // one sample at a time
    sem_t done;
    _Atomic(int32_t) thread;  // whose stack is wanted; 0: nobody's
    struct cloop_stack *stack;
} sample = {.lock = PTHREAD_MUTEX_INITIALIZER};

// The register of the frame pointer, in the numbering of the tables.
#if defined(__x86_64__)
enum { FRAME_REGISTER = 6 };
#else
enum { FRAME_REGISTER = 29 };
#endif

static _Unwind_Reason_Code note_frame(struct _Unwind_Context *context, void *unused) {
    (void)unused;
    if (sample.stack->count == sample.stack->capacity) return _URC_END_OF_STACK;
    append(sample.stack, _Unwind_GetIP(context));
    uintptr_t frame = _Unwind_GetGR(context, FRAME_REGISTER) & ~ASYNC_MARK;
    if (is_frame(frame) && follow_async(sample.stack, frame)) return _URC_END_OF_STACK;
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
    find_bounds();
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SAMPLE_SIGNAL);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

void cloop_sample_stack(int32_t thread, struct cloop_stack *stack, int64_t timeout_ns) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
    pthread_mutex_lock(&sample.lock);
    stack->count = 0;
    stack->async_from = stack->capacity;
    sample.stack = stack;
    atomic_store(&sample.thread, thread);
    int status = -1;
    if (syscall(SYS_tgkill, getpid(), thread, SAMPLE_SIGNAL) == 0) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        int64_t nanoseconds = until.tv_nsec + timeout_ns;
        until.tv_sec += nanoseconds / 1000000000;
        until.tv_nsec = nanoseconds % 1000000000;
        while ((status = sem_timedwait(&sample.done, &until)) != 0 && errno == EINTR) {}
        int32_t expected = thread;
        // Not begun: take the wish back. Begun: it ends by itself, and soon.
        if (status != 0 && !atomic_compare_exchange_strong(&sample.thread, &expected, 0)) {
            while (sem_wait(&sample.done) != 0) {}
            status = 0;
        }
    }
    if (status != 0) stack->count = 0;
    atomic_store(&sample.thread, 0);
    pthread_mutex_unlock(&sample.lock);
}
