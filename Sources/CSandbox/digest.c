// SPDX-License-Identifier: Apache-2.0
//
// The processes that digest what programs wrote: fork(2), landlock(7), seccomp(2), unix(7).
//
// A digest process computes: it reads and writes descriptors that it was given, asks for memory, and
// ends. Its filter allows that and nothing else, so whoever takes it over by what it reads has
// gained a process without files, network or other processes, which ends soon. It is forked by a
// host, which never reads what programs wrote; what the host needs beyond that is forking, passing
// descriptors on, and ending its children.
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/capability.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// What computing needs, with the C library's and Swift's ways of getting memory, waiting for a lock,
// and ending by a trap.
static const char *const computing[] = {
    "read",         "write",         "readv",        "writev",       "pread64",
    "pwrite64",     "lseek",         "fstat",        "close",        "poll",
    "ppoll",        "mmap",          "munmap",       "mremap",       "mprotect",
    "madvise",      "brk",           "futex",        "sched_yield",  "sched_getaffinity",
    "clock_gettime", "clock_nanosleep", "gettimeofday", "getrandom", "getpid",
    "gettid",       "tgkill",        "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "sigaltstack",  "restart_syscall", "exit",       "exit_group",   "set_robust_list",
    "rseq",
};

// What a host needs beyond that.
static const char *const hosting[] = {
    "clone",  "fork",      "wait4",     "kill",       "recvmsg", "sendmsg", "sendto",
    "dup2",   "dup3",      "fcntl",     "close_range", "prlimit64", "prctl", "seccomp",
    "set_tid_address",
};

enum { FILTER_STEPS = 512 };
static struct sock_filter computing_steps[FILTER_STEPS];
static struct sock_filter hosting_steps[FILTER_STEPS];

// Makes the filter that allows these calls; its number of steps, or -errno.
static int allow(const char *const *groups[], const size_t counts[], int group_count,
                 struct sock_filter *steps) {
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!context) return -ENOMEM;
    int result = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (int group = 0; group < group_count; group++)
        for (size_t i = 0; i < counts[group] && result == 0; i++) {
            int call = seccomp_syscall_resolve_name(groups[group][i]);
            // Another machine has no such call, or this libseccomp does not know it.
            if (call == __NR_SCMP_ERROR || call < 0) continue;
            result = seccomp_rule_add(context, SCMP_ACT_ALLOW, call, 0);
        }
    if (result == 0)
        result = csandbox_export_filter(context, (uint64_t *)steps, FILTER_STEPS);
    seccomp_release(context);
    return result;
}

static int load(const struct sock_filter *steps, int count) {
    struct sock_fprog program = {.len = (unsigned short)count,
                                 .filter = (struct sock_filter *)(uintptr_t)steps};
    return (int)syscall(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, &program);
}

// Nothing of the file system, no TCP, no signal and no abstract socket outside: a domain whose
// ruleset has no rule.
static int leave_the_machine(void) {
    int version = csandbox_landlock_abi();
    if (version == 0) return 0;
    struct {
        uint64_t files, network, scoped;
    } all = {
        .files = version == 1   ? (1ULL << 13) - 1
                 : version == 2 ? (1ULL << 14) - 1
                 : version <= 4 ? (1ULL << 15) - 1
                                : (1ULL << 16) - 1,
        .network = version >= 4 ? 3 : 0,
        .scoped = version >= 6 ? 3 : 0,
    };
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
    if (rules < 0) return -1;
    int result = (int)syscall(SYS_landlock_restrict_self, rules, 0);
    int error = errno;
    close(rules);
    errno = error;
    return result;
}

static int computing_count;

static void interrupt(int signal) { (void)signal; }

int csandbox_become_digest_host(uint32_t user) {
    const char *const *groups[] = {computing, hosting};
    const size_t counts[] = {sizeof computing / sizeof *computing, sizeof hosting / sizeof *hosting};
    // Made here, so that a child has only to load its own.
    computing_count = allow(groups, counts, 1, computing_steps);
    if (computing_count < 0) {
        errno = -computing_count;
        return CSANDBOX_STEP_FILTER;
    }
    int hosting_count = allow(groups, counts, 2, hosting_steps);
    if (hosting_count < 0) {
        errno = -hosting_count;
        return CSANDBOX_STEP_FILTER;
    }
    if (geteuid() == 0 &&
        (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, user, user, user) != 0 ||
         syscall(SYS_setresuid, user, user, user) != 0))
        return CSANDBOX_STEP_USER;
    // Another user: the kernel has forgotten it.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return CSANDBOX_STEP_DEATH_SIGNAL;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return CSANDBOX_STEP_CAPABILITIES;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    if (syscall(SYS_capset, &header, none) != 0) return CSANDBOX_STEP_CAPABILITIES;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return CSANDBOX_STEP_NO_NEW_PRIVILEGES;
    if (leave_the_machine() != 0) return CSANDBOX_STEP_LANDLOCK;
    // A child that ends interrupts the wait for a request, and nothing else.
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ended, NULL);
    signal(SIGCHLD, interrupt);
    signal(SIGPIPE, SIG_IGN);
    if (load(hosting_steps, hosting_count) != 0) return CSANDBOX_STEP_FILTER;
    return 0;
}

int csandbox_wait_for_request(int channel) {
    struct pollfd wait = {.fd = channel, .events = POLLIN};
    sigset_t none;
    sigemptyset(&none);
    return ppoll(&wait, 1, NULL, &none) > 0;
}

static int bound(int resource, uint64_t value) {
    struct rlimit limit = {value, value};
    return setrlimit((__rlimit_resource_t)resource, &limit);
}

int csandbox_fork_digest(const int *files, int count, uint64_t memory, uint64_t seconds,
                         uint64_t file_size) {
    pid_t child = fork();
    if (child != 0) return child;
    // From here on nothing may return but to compute.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) _exit(126);
    // Away from the numbers that are wanted first: one of them may be one that is still needed.
    int moved[CSANDBOX_DIGEST_FILES];
    for (int i = 0; i < count; i++)
        if ((moved[i] = fcntl(files[i], F_DUPFD, CSANDBOX_DIGEST_FILES)) < 0) _exit(126);
    for (int i = 0; i < count; i++)
        if (dup2(moved[i], i) < 0) _exit(126);
    if (syscall(SYS_close_range, count, ~0U, 0) != 0) _exit(126);
    if (bound(RLIMIT_CORE, 0) != 0 || bound(RLIMIT_FSIZE, file_size) != 0 ||
        bound(RLIMIT_DATA, memory) != 0 || bound(RLIMIT_CPU, seconds) != 0 ||
        bound(RLIMIT_NOFILE, (uint64_t)count) != 0)
        _exit(126);
    if (load(computing_steps, computing_count) != 0) _exit(126);
    return 0;
}

int csandbox_end_digest(int child) { return kill(child, SIGKILL); }

int csandbox_reap_digest(int *status) { return waitpid(-1, status, WNOHANG); }

union control {
    char bytes[CMSG_SPACE(sizeof(int) * CSANDBOX_DIGEST_FILES)];
    struct cmsghdr aligned;
};

int csandbox_send_files(int channel, const void *bytes, uint64_t size, const int *files, int count) {
    union control control = {{0}};
    struct iovec content = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
        for (int i = 0; i < count; i++) ((int *)CMSG_DATA(header))[i] = files[i];
    }
    return sendmsg(channel, &message, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -1;
}

int64_t csandbox_receive_files(int channel, void *bytes, uint64_t size, int *files, int *count) {
    union control control = {{0}};
    struct iovec content = {.iov_base = bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &content,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    *count = 0;
    ssize_t received = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS) {
        *count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < *count; i++) files[i] = ((int *)CMSG_DATA(header))[i];
    }
    return received;
}
