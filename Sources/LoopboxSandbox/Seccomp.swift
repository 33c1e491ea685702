// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopboxModel

/// The system calls that a program is refused, and the filter made of them.
///
/// A list of what is refused and not of what is allowed: asyncio programs fail in odd ways where a
/// call is missing that nobody thought of. Each refusal is an errno and never a signal, so that the
/// program meets an exception where it made the call. What the filter keeps away is either a way
/// out, a part of the kernel with a long record of faults, or something that outlives the run.
///
/// Source: seccomp(2), libseccomp.
struct Seccomp: Sendable {
    /// The kernel's form, one step a word.
    let program: [UInt64]

    /// A refused call.
    struct Denial {
        let call: String
        let error: CInt
        var compare = CSANDBOX_ALWAYS
        var argument: UInt32 = 0
        var mask: UInt64 = 0
        var value: UInt64 = 0
        /// Another argument that has to equal a value besides.
        var second: (argument: CInt, value: UInt64)?
    }

    /// The filter for a program at `level` with `network`.
    ///
    /// - Parameter isCounted: whether the kernel counts the run's memory.
    init(
        level: JobSpec.Level,
        network: JobSpec.Network,
        isCounted: Bool
    ) throws(SandboxError) {
        let denials =
            Self.always + Self.sockets(network) + (level == .standard ? Self.onOthers : [])
            + (isCounted ? [] : Self.uncounted)
        var program = [UInt64](repeating: 0, count: Self.stepsMax)
        var unknown: CInt = 0
        let names = unsafe denials.map { unsafe strdup($0.call) }
        defer { unsafe names.forEach { unsafe free($0) } }
        let list = unsafe zip(names, denials).map { name, denial in
            unsafe csandbox_denial(
                call: UnsafePointer(name!),
                error: denial.error,
                compare: denial.compare,
                argument: denial.argument,
                mask: denial.mask,
                value: denial.value,
                second_argument: denial.second?.argument ?? -1,
                second_value: denial.second?.value ?? 0
            )
        }
        let count = unsafe csandbox_filter(
            list,
            CInt(list.count),
            &program,
            CInt(Self.stepsMax),
            &unknown
        )
        guard count > 0 else { throw .facility("the seccomp filter can't be made", code: -count) }
        self.program = Array(program.prefix(Int(count)))
    }

    /// The kernel takes no more.
    private static let stepsMax = 4096

    private static func deny(_ calls: [String], _ error: CInt) -> [Denial] {
        calls.map { Denial(call: $0, error: error) }
    }

    /// What no program may, whatever network it has.
    static let always: [Denial] =
        // Ways into other processes.
        deny(["ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"], EPERM)
        + deny(["process_madvise", "process_mrelease", "move_pages", "migrate_pages"], EPERM)
        // Other namespaces, mounts, roots: a new one brings capabilities within it, and with them
        // parts of the kernel that were written for root.
        + deny(["unshare", "setns", "mount", "umount2", "pivot_root", "chroot"], EPERM)
        + deny(["open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick"], EPERM)
        + deny(["mount_setattr", "open_by_handle_at", "name_to_handle_at"], EPERM)
        + namespaceFlags.map {
            Denial(call: "clone", error: EPERM, compare: CSANDBOX_EQUAL, mask: $0, value: $0)
        }
        // A vfork with a memory of its own: whoever adds up memory takes it for its parent's.
        + [
            Denial(
                call: "clone",
                error: EPERM,
                compare: CSANDBOX_EQUAL,
                mask: 0x4100,
                value: 0x4000 /* CLONE_VFORK without CLONE_VM */
            )
        ]
        // Its flags are behind a pointer, where a filter can't look. The C library takes clone then.
        + deny(["clone3"], ENOSYS)
        // Large and young.
        + deny(["io_uring_setup", "io_uring_enter", "io_uring_register"], ENOSYS)
        + deny(["bpf", "perf_event_open", "userfaultfd", "fanotify_init"], EPERM)
        // Keys belong to the user and not to the process.
        + deny(["keyctl", "add_key", "request_key"], ENOSYS)
        // Outlive the process, and at level standard are the machine's; so is the memory in them.
        + deny(["shmget", "shmat", "shmctl", "shmdt"], ENOSYS)
        + deny(["semget", "semop", "semtimedop", "semctl"], ENOSYS)
        + deny(["msgget", "msgsnd", "msgrcv", "msgctl"], ENOSYS)
        + deny(["mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive"], ENOSYS)
        // Memory that no process's size shows.
        + deny(["memfd_create", "memfd_secret"], EACCES)
        // Takes a disk beyond the limit on a file's size, which it leaves as it is. Where it only
        // punches a hole, it gives back.
        + [
            Denial(
                call: "fallocate",
                error: EOPNOTSUPP,
                compare: CSANDBOX_EQUAL,
                argument: 1,
                mask: 0b11,
                value: 0b01 /* FALLOC_FL_KEEP_SIZE without _PUNCH_HOLE */
            )
        ]
        // The machine's own affairs.
        + deny(["kexec_load", "kexec_file_load", "reboot", "syslog", "acct"], EPERM)
        + deny(["init_module", "finit_module", "delete_module"], EPERM)
        + deny(["swapon", "swapoff", "quotactl", "quotactl_fd", "vhangup"], EPERM)
        + deny(["settimeofday", "clock_settime", "adjtimex", "clock_adjtime"], EPERM)
        + deny(["sethostname", "setdomainname", "iopl", "ioperm", "modify_ldt"], EPERM)
        // Would turn off randomised addresses.
        + deny(["personality"], EPERM)
        // Types into the terminal, for whoever reads from it next.
        + [0x5412 /* TIOCSTI */, 0x541C /* TIOCLINUX */].map {
            Denial(
                call: "ioctl",
                error: EPERM,
                compare: CSANDBOX_EQUAL,
                argument: 1,
                mask: 0xffff_ffff,
                value: $0
            )
        }

    /// Ways to memory that is in no process's size: only a control group counts it.
    static let uncounted: [Denial] =
        [
            // Shared and without a file: pages that no process has mapped just now stay. A file in
            // /dev/shm does the same, and is counted.
            Denial(
                call: "mmap",
                error: EACCES,
                compare: CSANDBOX_EQUAL,
                argument: 3,
                mask: 0x2f,
                value: 0x21 /* MAP_ANONYMOUS | MAP_SHARED */
            )
        ]
        // Pages that are given to a pipe stay when the process has them no more.
        + deny(["vmsplice"], EPERM)
        // Some machines let a socket hold megabytes. As the kernel does with a size that is too large,
        // it says nothing about it and keeps to what it has.
        + [7 /* SO_SNDBUF */, 8 /* SO_RCVBUF */].map {
            Denial(
                call: "setsockopt",
                error: 0,
                compare: CSANDBOX_EQUAL,
                argument: 1,
                mask: 0xffff_ffff,
                value: 1 /* SOL_SOCKET */,
                second: (2, $0)
            )
        }

    /// What a program may do to itself only, where others of the same user are in sight. Landlock
    /// has no word in these.
    static let onOthers: [Denial] =
        [
            ("prlimit64", 0), ("setpriority", 1), ("ioprio_set", 1), ("sched_setaffinity", 0),
            ("sched_setscheduler", 0), ("sched_setparam", 0), ("sched_setattr", 0),
        ].map { call, argument in
            Denial(call: call, error: EPERM, compare: CSANDBOX_GREATER, argument: argument)
        }

    /// CLONE_NEWNS, -CGROUP, -UTS, -IPC, -USER, -PID, -NET.
    private static let namespaceFlags: [UInt64] = [
        0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
    ]

    /// AF_UNIX is 1, AF_INET 2, AF_INET6 10. Landlock sees TCP only, so the socket itself is what
    /// is refused: UDP, raw, netlink, vsock and whatever else the kernel has.
    private static func sockets(_ network: JobSpec.Network) -> [Denial] {
        func above(_ domain: UInt64) -> [Denial] {
            ["socket", "socketpair"].map {
                Denial(call: $0, error: EACCES, compare: CSANDBOX_GREATER, value: domain)
            }
        }
        switch network {
        case .none: return above(1)
        case .loopback:
            return above(10)
                + (3...9).map {
                    Denial(
                        call: "socket",
                        error: EACCES,
                        compare: CSANDBOX_EQUAL,
                        mask: .max,
                        value: $0
                    )
                }
        }
    }
}
