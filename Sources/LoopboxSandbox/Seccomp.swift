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
    /// - Parameters:
    ///   - ownsUser: whether the kernel knows the run's user for nobody else's. A user namespace does
    ///     not make it so: what the kernel counts by user, it counts by the user outside.
    ///   - isCounted: whether the kernel counts the run's memory.
    init(
        level: JobSpec.Level,
        network: JobSpec.Network,
        ownsUser: Bool,
        isCounted: Bool
    ) throws(SandboxError) {
        var denials = Self.always + Self.sockets(network)
        if level == .standard { denials += Self.onOthers }
        if level == .standard || !ownsUser { denials += Self.watching }
        if level == .standard, !ownsUser { denials += Self.onFiles }
        if !isCounted { denials += Self.uncounted }
        try self.init(denials)
    }

    private init(_ denials: [Denial]) throws(SandboxError) {
        var program = [UInt64](repeating: 0, count: Self.stepsMax)
        var refused: CInt = -1
        let names = unsafe denials.map { unsafe strdup($0.call) }
        defer { unsafe names.forEach { unsafe free($0) } }
        let list = unsafe zip(names, denials).map { name, denial in
            unsafe csandbox_denial(
                call: UnsafePointer(name!),
                number: Self.numbers[denial.call] ?? -1,
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
            Self.newest,
            &program,
            CInt(Self.stepsMax),
            &refused
        )
        guard count > 0 else {
            let call = refused < 0 ? "" : " with \(denials[Int(refused)].call)"
            throw .facility("the seccomp filter can't be made\(call)", code: -count)
        }
        self.program = Array(program.prefix(Int(count)))
    }

    /// The kernel takes no more.
    private static let stepsMax = 4096

    /// The newest call that was weighed for this list, `rseq_slice_yield` of Linux 7.0. What a later
    /// kernel has above it, a program meets as a kernel that does not have it.
    private static let newest: UInt32 = 471

    /// Calls that are younger than the libseccomp of a stable distribution. Since 2019 every machine
    /// gives a new call the same number.
    private static let numbers: [String: CInt] = [
        "fchmodat2": 452, "statmount": 457, "listmount": 458, "setxattrat": 463,
        "removexattrat": 466, "open_tree_attr": 467, "file_setattr": 469, "listns": 470,
    ]

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
        // Tell of all mounts and namespaces, whatever files are in sight.
        + deny(["statmount", "listmount", "open_tree_attr", "listns"], EPERM)
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
        + onDescriptors("ioctl", [0x5412 /* TIOCSTI */, 0x541C /* TIOCLINUX */])
        // A file's flags and its project, by which a quota counts: the owner needs no right but that
        // to read, and the owner can be the server's user.
        + deny(["file_setattr"], EPERM) + onDescriptors("ioctl", fileFlags)
        // Room beyond a file's end, which its limit does not see.
        + onDescriptors("ioctl", fileRoom)
        // F_SETLEASE: keeps others of the same user from opening a file that one can only read.
        // F_NOTIFY: signals what happens in a directory.
        + onDescriptors("fcntl", [1024, 1026])

    /// FS_IOC_SETFLAGS, FS_IOC_SETVERSION, FS_IOC_FSSETXATTR, FS_IOC_SET_ENCRYPTION_POLICY,
    /// FS_IOC_ENABLE_VERITY.
    private static let fileFlags: [UInt64] = [
        0x4008_6602, 0x4008_7602, 0x401c_5820, 0x800c_6613, 0x4080_6685,
    ]

    /// FS_IOC_RESVSP, FS_IOC_UNRESVSP, the same for 64 bits, FS_IOC_ZERO_RANGE.
    private static let fileRoom: [UInt64] = [
        0x4030_5828, 0x4030_5829, 0x4030_582a, 0x4030_582b, 0x4030_5839,
    ]

    /// `call` with one of `requests` as its second argument, of which the kernel takes 32 bits.
    private static func onDescriptors(_ call: String, _ requests: [UInt64]) -> [Denial] {
        requests.map {
            Denial(
                call: call,
                error: EPERM,
                compare: CSANDBOX_EQUAL,
                argument: 1,
                mask: 0xffff_ffff,
                value: $0
            )
        }
    }

    /// Watching files: asks for no right that Landlock handles, so it tells the names of all files
    /// that the user may read; and how many watches there can be, the kernel counts by user.
    ///
    /// ENOSYS, which programs that watch files take for a reason to look at them from time to time.
    static let watching = deny(
        ["inotify_init", "inotify_init1", "inotify_add_watch", "inotify_rm_watch"],
        ENOSYS
    )

    /// What the owner of a file may do to it: Landlock does not handle it, and where the run has the
    /// user of the server and of its neighbours, it is the owner of all that is theirs. A filter can't
    /// see which file a call means, so a program can't do it to its own files either.
    static let onFiles =
        deny(["chmod", "fchmod", "fchmodat", "fchmodat2"], EPERM)
        + deny(["chown", "fchown", "lchown", "fchownat"], EPERM)
        + deny(["utime", "utimes", "futimesat", "utimensat"], EPERM)
        + deny(["setxattr", "lsetxattr", "fsetxattr", "setxattrat"], EPERM)
        + deny(["removexattr", "lremovexattr", "fremovexattr", "removexattrat"], EPERM)

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
        // PRIO_USER and IOPRIO_WHO_USER, for which 0 is all that the caller's user has.
        + [("setpriority", 2), ("ioprio_set", 3)].map { call, which in
            Denial(
                call: call,
                error: EPERM,
                compare: CSANDBOX_EQUAL,
                mask: 0xffff_ffff,
                value: which
            )
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
