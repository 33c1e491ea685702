// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// How many processes and descriptors the machine lets the server have, and what of them is kept for
/// runs: what strangers' programs or connections use up must not be what a job of somebody else needs.
///
/// Source: getrlimit(2); `pids.max` in cgroup-v2.rst and in cgroup-v1/pids.rst of the kernel.
public struct MachineRoom: Sendable {
    /// Descriptors of the process, the limit for it.
    public var descriptors: Int
    /// Processes and threads of the container, or of the user, with the flag that sets it; nil: no
    /// limit was found.
    public var processes: ProcessesBound?

    /// A limit of processes.
    public struct ProcessesBound: Hashable, Sendable {
        /// How many.
        public var limit: Int
        /// What an operator raises.
        public var flag: String
    }

    /// Descriptors beside those of runs and connections: database, outputs, interpreters' files,
    /// webhooks under way.
    static let descriptorsOwn = 192
    /// Descriptors that a run takes in the server at most, while it is started: both ends of five
    /// pipes, their copies, pidfd, lock, control group, working directory.
    static let descriptorsPerSlot = 32
    /// With fewer connections nobody could use the server.
    static let connectionsMin = 16
    /// Processes and threads beside those of runs: the server's own threads, its parent's, a shell of
    /// somebody who looks after it.
    static let processesOwn = 48
    /// A run's keeper, and the process that is on its way to be one.
    static let processesPerSlot = 2
    /// An interpreter with a few threads needs that many.
    static let processesMin = 8
    /// More descriptors than any server of ours needs, and few enough for code that counts them.
    private static let descriptorsMax: rlim_t = 1 << 20

    /// The room there is. Raises the number of descriptors that this process may have as far as it may
    /// itself; programs of runs get limits of their own.
    public static func take() -> MachineRoom {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let wanted = min(limit.rlim_max, descriptorsMax)
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 {
                limit.rlim_cur = wanted
            }
        }
        let descriptors = Int(min(limit.rlim_cur, descriptorsMax))
        let bounds = [groupBound(), userBound()].compactMap(\.self)
        return MachineRoom(
            descriptors: descriptors,
            processes: bounds.min { $0.limit < $1.limit }
        )
    }

    /// How many connections there may be beside the runs of `slots`; at most `wanted`.
    public func connections(beside slots: Int, wanted: Int) -> Int {
        let left = descriptors - Self.descriptorsOwn - slots * Self.descriptorsPerSlot
        return min(wanted, max(Self.connectionsMin, left))
    }

    /// How many processes each of `slots` runs may have; nil: the machine has no limit.
    public func processes(ofEach slots: Int) -> Int? {
        processes.map { bound in
            let left = bound.limit - Self.processesOwn - slots * Self.processesPerSlot
            return max(Self.processesMin, left / slots)
        }
    }

    /// The least `pids.max` of the control groups that this process is in, as far as they are in sight.
    private static func groupBound() -> ProcessesBound? {
        let groups = text("/proc/self/cgroup").split(separator: "\n").flatMap { line in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [String]() }
            let isSecond = parts[1].isEmpty
            guard isSecond || parts[1].split(separator: ",").contains("pids") else { return [] }
            let base = "/sys/fs/cgroup" + (isSecond ? "" : "/pids")
            var path = String(parts[2])
            var all = [base]
            while path.count > 1, let slash = path.lastIndex(of: "/") {
                all.append(base + path)
                path = String(path[..<slash])
            }
            return all
        }
        let limits = groups.compactMap { folder in
            Int(text("\(folder)/pids.max").filter { !$0.isWhitespace })
        }
        return limits.min().map {
            ProcessesBound(limit: $0, flag: "the container's limit of processes (--pids-limit)")
        }
    }

    /// RLIMIT_NPROC, which does not bind root.
    private static func userBound() -> ProcessesBound? {
        guard geteuid() != 0 else { return nil }
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(6 /* RLIMIT_NPROC */), &limit) == 0,
            limit.rlim_cur < Int32.max
        else { return nil }
        return ProcessesBound(
            limit: Int(limit.rlim_cur),
            flag: "the user's limit of processes (ulimit -u)"
        )
    }

    private static func text(_ path: String) -> String {
        (try? readWhole(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
