// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// A layer of isolation, as an attestation names it: what it gives, and how to get it where it is
/// missing.
public enum Layer: String, CaseIterable, Sendable {
    case noNewPrivileges = "no_new_privs"
    case limits = "rlimits"
    case landlock = "landlock_files"
    case scope = "landlock_scope"
    case seccomp
    case noCapabilities = "no_capabilities"
    case unprivilegedUser = "unprivileged_user"
    case ownUser = "own_user"
    case noNetwork = "no_network"
    case users = "user_namespace"
    case mounts = "mount_namespace"
    case processes = "pid_namespace"
    case network = "network_namespace"
    case ipc = "ipc_namespace"
    case names = "uts_namespace"
    case root = "private_root"
    case quota = "disk_quota"
    case session
    case environment = "clean_environment"
    case descriptors = "closed_descriptors"
    case keeper
    case group = "control_group"
    case sampledLimits = "sampled_limits"

    /// What a run has of it.
    public var gives: String {
        switch self {
        case .noNewPrivileges: "no program of the run gains rights, by setuid or otherwise"
        case .limits: "each process has its bounds, and leaves no core file"
        case .landlock: "reads the interpreter and the system, writes its own folder only"
        case .scope: "signals and abstract sockets end at the run"
        case .seccomp: "system calls that lead outside fail with an errno"
        case .noCapabilities: "no right of root, not even over its own namespaces"
        case .unprivilegedUser: "its user is not root"
        case .ownUser: "its user has nothing else on the machine: neither the server nor other runs"
        case .noNetwork: "no socket but between its own processes"
        case .users: "its user is nobody outside"
        case .mounts: "no path leads to the machine's other files"
        case .processes: "sees and signals its own processes only"
        case .network: "a loopback interface of its own, and nothing behind it"
        case .ipc: "no shared memory or queue of the machine"
        case .names: "a host name of its own"
        case .root: "a root folder of its own, read-only"
        case .quota: "bytes and number of all its files are bounded"
        case .session: "no terminal, and a process group of its own"
        case .environment: "no variable of the server"
        case .descriptors: "no open file of the server"
        case .keeper: "whatever it leaves behind is killed with it, and with the server"
        case .group: "the kernel counts memory, processes and time over the whole run"
        case .sampledLimits:
            "memory of its processes and files, their number and time are looked at 20 times a second"
        }
    }

    /// Layers that a level has on some machines only, and what to do for them.
    public static func optional(at level: JobSpec.Level) -> [(layer: Layer, cure: String)] {
        let scope =
            level == .strict
            ? "without it a run can signal its own keeper, which ends only itself: Linux 6.12 or later"
            : "Linux 6.12 or later; before that run the server as root, which gives each run a user "
                + "of its own, or use level strict"
        let user =
            "start the server as root, with the right to change users: then each run has a user of its "
            + "own. Without, runs share the server's, "
            + (level == .strict
                ? "and what the kernel counts by user"
                : "and can't change the mode, times or attributes of any file, nor watch files")
        return [
            (.scope, scope),
            (.ownUser, user),
            (
                .group,
                "delegate a control group (cgroup v2) with memory and pids: Delegate=yes in a systemd "
                    + "unit, or a container with /sys/fs/cgroup writable"
            ),
        ]
    }
}
