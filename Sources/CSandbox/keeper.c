// SPDX-License-Identifier: Apache-2.0
//
// The keeper: the first process of a run, and the parent of the program.
//
// Why. Somebody has to be process 1 of a pid namespace, and that process is special: signals with
// their default action do nothing to it, and orphans are its to wait for. A program that is no
// init would behave otherwise than it does by hand. So the keeper is process 1, or at level
// standard the sub-reaper, and the program is its child.
//
// How it is run. It has to be a program of its own: between clone and exec a child borrows the
// server's memory, and can't stay there. All its code is in one section of this binary, without
// references to anything outside; csandbox_keeper() writes that section behind an ELF header into
// a memory file. So nothing has to be installed, exec takes a tenth of a millisecond, and nothing
// of the server is in the memory of a process that the program can see.
//
// What that demands of the code between KEEPER marks: system calls only, no literals that are kept
// in memory (no strings, no switch), nothing for which the compiler calls the C library.
//
// How a run ends. When the program has ended, the keeper kills every process that it can signal,
// kill(-1). It does so only where that means the processes of the run and no others: as process 1
// of a pid namespace, or in a Landlock domain of its own with signals scoped, which it makes sure
// of by failing to signal its own parent. The program is in a second domain, inside the keeper's,
// so that it can't signal the keeper.
//
// How a run ends when the server does, however that dies. Nobody but the server can read what the
// keeper writes, so when nobody can any more, the server is gone: the kernel says so by POLLERR,
// and the keeper ends its run. A death signal would not do: SIGKILL, the only one that needs no
// help, would end the keeper and with it the only one who can find all processes of the run.
//
// What it counts. Files in memory are in no process's size, and only who is in the run's mount
// namespace sees how much there is: the keeper looks, and tells when it has changed.
#define _GNU_SOURCE
#include "CSandbox.h"

#include <elf.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#if defined(__clang__)
#define NO_BUILTIN __attribute__((no_builtin, no_sanitize("address", "thread", "undefined")))
#else
#define NO_BUILTIN
#endif
#define KEEPER                                                                           \
    __attribute__((section("loopbox_keeper"), used, noinline, no_stack_protector,        \
                   no_profile_instrument_function)) NO_BUILTIN

#if defined(__x86_64__)
__asm__(".pushsection loopbox_keeper,\"ax\",@progbits\n"
        ".globl csandbox_keeper_start\n"
        ".hidden csandbox_keeper_start\n"
        "csandbox_keeper_start:\n"
        "  movq %rsp, %rdi\n"
        "  andq $-16, %rsp\n"
        "  call csandbox_keeper_main\n"
        "  ud2\n"
        ".popsection\n");
KEEPER static long call6(long number, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
__asm__(".pushsection loopbox_keeper,\"ax\",@progbits\n"
        ".globl csandbox_keeper_start\n"
        ".hidden csandbox_keeper_start\n"
        "csandbox_keeper_start:\n"
        "  mov x0, sp\n"
        "  bl csandbox_keeper_main\n"
        "  brk #1\n"
        ".popsection\n");
KEEPER static long call6(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}
enum { MACHINE = EM_AARCH64 };
#else
#error "the keeper has no system calls for this machine yet"
#endif
#define CALL(number, a, b, c, d) call6(number, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

// The bits of a signal set, in the kernel's form.
#define SIGNAL_BIT(signal) (1UL << ((signal)-1))
// What tells the keeper to end all at once; with SIGTERM it only asks the program.
enum { END_ALL = SIGQUIT };
// How often files in memory are looked at, as often as the server looks at the processes.
enum { FILES_INTERVAL_NS = 50 * 1000 * 1000 };

KEEPER static void tell(uint32_t kind, uint32_t layers, int32_t status, uint32_t ended,
                        uint32_t resident) {
    volatile struct csandbox_frame frame;
    frame.kind = kind;
    frame.layers = layers;
    frame.status = status;
    frame.ended = ended;
    frame.resident_kib = resident;
    CALL(SYS_write, CSANDBOX_STATUS, &frame, sizeof frame, 0);
}

KEEPER static void leave(int status) {
    for (;;) CALL(SYS_exit_group, status, 0, 0, 0);
}

KEEPER static int is_denied(long result) { return result == -EPERM || result == -EACCES; }

// Whether a socket of this kind can't be made.
KEEPER static int has_no_socket(int domain) {
    long file = CALL(SYS_socket, domain, SOCK_DGRAM, 0, 0);
    if (file >= 0) CALL(SYS_close, file, 0, 0, 0);
    return is_denied(file);
}

// What is in force, by trying it.
KEEPER static uint32_t layers_in_force(void) {
    uint32_t layers = 0;
    if (CALL(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0) == 1) layers |= CSANDBOX_NO_NEW_PRIVILEGES;
    // Without the filter the kernel would say EFAULT or EPERM.
    if (CALL(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0) == 2 &&
        CALL(SYS_io_uring_setup, 1, 0, 0, 0) == -ENOSYS)
        layers |= CSANDBOX_SECCOMP;
    // Anybody can list the root, but for Landlock.
    volatile char root[2];
    root[0] = '/';
    root[1] = 0;
    long file = CALL(SYS_openat, -100 /* AT_FDCWD */, root, 0200000 | 02000000, 0);
    if (file >= 0) CALL(SYS_close, file, 0, 0, 0);
    if (file == -EACCES) layers |= CSANDBOX_LANDLOCK;
    if (CALL(SYS_kill, CALL(SYS_getppid, 0, 0, 0, 0), 0, 0, 0) == -EPERM) layers |= CSANDBOX_SCOPE;
    volatile struct __user_cap_header_struct header;
    header.version = _LINUX_CAPABILITY_VERSION_3;
    header.pid = 0;
    volatile struct __user_cap_data_struct data[2];
    if (CALL(SYS_capget, &header, data, 0, 0) == 0 &&
        (data[0].effective | data[0].permitted | data[0].inheritable | data[1].effective |
         data[1].permitted | data[1].inheritable) == 0)
        layers |= CSANDBOX_NO_CAPABILITIES;
    if (CALL(SYS_getuid, 0, 0, 0, 0) != 0 && CALL(SYS_geteuid, 0, 0, 0, 0) != 0 &&
        CALL(SYS_getgid, 0, 0, 0, 0) != 0)
        layers |= CSANDBOX_UNPRIVILEGED_USER;
    if (CALL(SYS_getppid, 0, 0, 0, 0) == 1) layers |= CSANDBOX_PID_NAMESPACE;
    volatile struct rlimit core, size;
    if (CALL(SYS_prlimit64, 0, RLIMIT_CORE, 0, &core) == 0 && core.rlim_max == 0 &&
        CALL(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &size) == 0 && size.rlim_max != RLIM_INFINITY)
        layers |= CSANDBOX_LIMITS;
    if (has_no_socket(AF_INET) && has_no_socket(AF_INET6) && has_no_socket(AF_NETLINK))
        layers |= CSANDBOX_NO_NETWORK;
    return layers;
}

KEEPER static void become_program(uint32_t wanted, int has_landlock, char **words, char **variables) {
    CALL(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
    long error = CALL(SYS_setsid, 0, 0, 0, 0);
    if (error >= 0 && has_landlock)
        error = CALL(SYS_landlock_restrict_self, CSANDBOX_INNER_RULES, 0, 0, 0);
    if (error < 0) {
        tell(CSANDBOX_FAILED, 0, (int32_t)-error, 0, 0);
        leave(127);
    }
    if (has_landlock) CALL(SYS_close, CSANDBOX_INNER_RULES, 0, 0, 0);
    uint32_t layers = layers_in_force();
    tell(CSANDBOX_ATTESTED, layers, 0, 0, 0);
    // Never with less than was promised. What is missing the server sees from the frame.
    if ((layers & wanted) != wanted) leave(127);
    // Without a program only the layers were asked for.
    if (words[0][0] == 0) leave(0);
    volatile unsigned long none = 0;
    CALL(SYS_rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
    error = CALL(SYS_execve, words[0], words + 1, variables, 0);
    tell(CSANDBOX_FAILED, 1, (int32_t)-error, 0, 0);
    leave(127);
}

// Whether nobody is left to read what is told.
KEEPER static int is_orphaned(void) {
    volatile struct pollfd status;
    volatile struct timespec none;
    status.fd = CSANDBOX_STATUS;
    status.events = 0;
    none.tv_sec = none.tv_nsec = 0;
    return CALL(SYS_ppoll, &status, 1, &none, 0) == 1 && (status.revents & POLLERR) != 0;
}

// Tells how much memory the run's files take, if that has changed since it was `*told`. An empty
// file takes some, too: the kernel's note of it is about a kibibyte.
KEEPER static void tell_files(uint32_t *told) {
    volatile struct statfs files;
    if (CALL(SYS_fstatfs, CSANDBOX_FILES, &files, 0, 0) != 0) return;
    uint64_t kib = (uint64_t)(files.f_blocks - files.f_bfree) * ((uint64_t)files.f_bsize / 1024) +
                   (files.f_files - files.f_ffree);
    if ((uint32_t)kib == *told) return;
    *told = (uint32_t)kib;
    tell(CSANDBOX_STORED, 0, 0, 0, (uint32_t)kib);
}

// The number that `word` begins with; `*rest` is what follows a comma behind it.
KEEPER static uint32_t number(const char *word, const char **rest) {
    uint32_t value = 0;
    while (*word >= '0' && *word <= '9') value = value * 10 + (uint32_t)(*word++ - '0');
    if (*word == ',') word++;
    *rest = word;
    return value;
}

// argv: the keeper's name, "LAYERS,HAS_LANDLOCK,HAS_FILES", the program's file, its arguments.
KEEPER __attribute__((visibility("hidden"))) void csandbox_keeper_main(long *stack) {
    long count = stack[0];
    char **words = (char **)(stack + 1);
    char **variables = words + count + 1;
    if (count < 4) leave(126);
    const char *rest = words[1];
    uint32_t wanted = number(rest, &rest);
    int has_landlock = number(rest, &rest) != 0;
    int has_files = number(rest, &rest) != 0;

    volatile unsigned long all = ~0UL;
    CALL(SYS_rt_sigprocmask, SIG_SETMASK, &all, 0, sizeof all);
    // The server may have died on the way to here; from now on its death is no signal any more.
    CALL(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0);
    if (is_orphaned()) leave(126);
    CALL(SYS_fcntl, CSANDBOX_STATUS, 2 /* F_SETFD */, 1 /* FD_CLOEXEC */, 0);
    if (has_files) CALL(SYS_fcntl, CSANDBOX_FILES, 2 /* F_SETFD */, 1 /* FD_CLOEXEC */, 0);
    CALL(SYS_close, CSANDBOX_KEEPER, 0, 0, 0);
    // Nobody reads what the program's user could read of this process.
    CALL(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0);
    int is_first = CALL(SYS_getpid, 0, 0, 0, 0) == 1 && CALL(SYS_getppid, 0, 0, 0, 0) == 0;
    if (!is_first) CALL(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0);
    if (has_landlock) {
        long error = CALL(SYS_landlock_restrict_self, CSANDBOX_OUTER_RULES, 0, 0, 0);
        if (error != 0) {
            tell(CSANDBOX_FAILED, 0, (int32_t)-error, 0, 0);
            leave(127);
        }
        CALL(SYS_close, CSANDBOX_OUTER_RULES, 0, 0, 0);
    }
    int is_scoped = (is_first && (wanted & CSANDBOX_PID_NAMESPACE)) ||
                    CALL(SYS_kill, CALL(SYS_getppid, 0, 0, 0, 0), 0, 0, 0) == -EPERM;
    long program = CALL(SYS_clone, SIGCHLD, 0, 0, 0);
    if (program == 0) become_program(wanted, has_landlock, words + 2, variables);
    if (program < 0) {
        tell(CSANDBOX_FAILED, 0, (int32_t)-program, 0, 0);
        leave(127);
    }
    // The streams are the program's: they end when it lets go of them.
    for (int file = 0; file < CSANDBOX_STATUS; file++) CALL(SYS_close, file, 0, 0, 0);
    if (has_landlock) CALL(SYS_close, CSANDBOX_INNER_RULES, 0, 0, 0);

    long signals = CALL(SYS_signalfd4, -1, &all, sizeof all, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) {
        CALL(SYS_kill, program, SIGKILL, 0, 0);
        tell(CSANDBOX_FAILED, 0, (int32_t)-signals, 0, 0);
        leave(127);
    }

    int32_t end = 0;
    int has_ended = 0;
    uint32_t killed = 0;
    int is_ending_all = 0;
    uint32_t resident = 0;
    uint32_t files = 0;
    volatile struct rusage usage;
    // What came, and the server's end. The latter is looked at until it is known.
    volatile struct pollfd watched[2];
    watched[0].fd = (int)signals;
    watched[0].events = POLLIN;
    watched[1].fd = CSANDBOX_STATUS;
    watched[1].events = 0;
    volatile struct timespec interval;
    while (!has_ended) {
        interval.tv_sec = 0;
        interval.tv_nsec = FILES_INTERVAL_NS;
        CALL(SYS_ppoll, watched, 2, has_files ? &interval : 0, 0);
        if (has_files) tell_files(&files);
        int must_end_all = 0;
        if (watched[1].revents & POLLERR) {
            watched[1].fd = -1;
            watched[1].revents = 0;
            must_end_all = 1;
        }
        volatile struct signalfd_siginfo came;
        while (CALL(SYS_read, signals, &came, sizeof came, 0) == (long)sizeof came) {
            long signal = came.ssi_signo;
            if (signal == SIGTERM || signal == SIGINT) {
                // Before it leads its group, it is alone.
                if (CALL(SYS_kill, -program, signal, 0, 0) != 0)
                    CALL(SYS_kill, program, signal, 0, 0);
                CALL(SYS_kill, -program, SIGCONT, 0, 0);
            }
            if (signal == END_ALL) must_end_all = 1;
        }
        if (must_end_all) {
            is_ending_all = 1;
            if (is_scoped) CALL(SYS_kill, -1, SIGKILL, 0, 0);
            CALL(SYS_kill, program, SIGKILL, 0, 0);
        }
        for (;;) {
            volatile int32_t status;
            long ended = CALL(SYS_wait4, -1, &status, 0x40000001 /* __WALL, WNOHANG */, &usage);
            if (ended <= 0) break;
            if ((uint32_t)usage.ru_maxrss > resident) resident = (uint32_t)usage.ru_maxrss;
            if (ended == program) {
                end = status;
                has_ended = 1;
            } else if (is_ending_all) {
                killed++;
            }
        }
    }
    // The kernel lets no fork complete in a process that has a signal to die of: this gets all.
    if (is_scoped) {
        CALL(SYS_kill, -1, SIGKILL, 0, 0);
        while (CALL(SYS_wait4, -1, 0, 0x40000000 /* __WALL */, 0) > 0) killed++;
    }
    tell(CSANDBOX_ENDED, (uint32_t)is_scoped, end, killed, resident);
    leave(0);
}

extern const uint8_t __start_loopbox_keeper[] __attribute__((visibility("hidden")));
extern const uint8_t __stop_loopbox_keeper[] __attribute__((visibility("hidden")));
extern const uint8_t csandbox_keeper_start[] __attribute__((visibility("hidden")));

static int write_all(int file, const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t written = write(file, next, count);
        if (written <= 0) return -1;
        next += written;
        count -= (size_t)written;
    }
    return 0;
}

int csandbox_keeper(void) {
    // An address that no kernel keeps for itself; the code does not care.
    enum { BASE = 0x400000 };
    struct {
        Elf64_Ehdr file;
        Elf64_Phdr code;
        Elf64_Phdr stack;
    } header = {0};
    size_t size = (size_t)(__stop_loopbox_keeper - __start_loopbox_keeper);
    const uint8_t identity[] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT};
    for (size_t i = 0; i < sizeof identity; i++) header.file.e_ident[i] = identity[i];
    header.file.e_type = ET_EXEC;
    header.file.e_machine = MACHINE;
    header.file.e_version = EV_CURRENT;
    header.file.e_entry =
        BASE + sizeof header + (uint64_t)(csandbox_keeper_start - __start_loopbox_keeper);
    header.file.e_phoff = offsetof(__typeof__(header), code);
    header.file.e_ehsize = sizeof header.file;
    header.file.e_phentsize = sizeof header.code;
    header.file.e_phnum = 2;
    header.code.p_type = PT_LOAD;
    header.code.p_flags = PF_R | PF_X;
    header.code.p_vaddr = header.code.p_paddr = BASE;
    header.code.p_filesz = header.code.p_memsz = sizeof header + size;
    header.code.p_align = 0x1000;
    header.stack.p_type = PT_GNU_STACK;
    header.stack.p_flags = PF_R | PF_W;
    // 0x10 is MFD_EXEC: since Linux 6.3 an executable one has to be asked for, before that it was
    // not known.
    int file = memfd_create("loopbox-keeper", MFD_CLOEXEC | MFD_ALLOW_SEALING | 0x10);
    if (file < 0 && errno == EINVAL)
        file = memfd_create("loopbox-keeper", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -1;
    if (write_all(file, &header, sizeof header) != 0 ||
        write_all(file, __start_loopbox_keeper, size) != 0 ||
        syscall(SYS_fcntl, file, 1033 /* F_ADD_SEALS */, 0xf /* nothing changes any more */) != 0) {
        int error = errno;
        close(file);
        errno = error;
        return -1;
    }
    return file;
}
