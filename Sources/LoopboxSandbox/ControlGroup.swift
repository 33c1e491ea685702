// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import Loop
import LoopSystem
import LoopboxModel

/// The part of the machine's control groups (cgroup v2) in which this process may make its own.
///
/// Whoever started us has to have delegated it: a service manager (`Delegate=yes`), or a container
/// engine that mounts the groups writable. Then the kernel itself counts and bounds what a run has
/// over all its processes, and nobody has to look.
///
/// Source: cgroups(7), Documentation/admin-guide/cgroup-v2.rst of the kernel.
struct ControlGroups: Sendable {
    /// The folder of the group below which runs have theirs.
    let folder: String

    /// nil where nothing is delegated, or not both of memory and processes.
    init?() {
        let own = ProcFile.text("/proc/self/cgroup").split(separator: "\n")
            .first { $0.hasPrefix("0::") }?.dropFirst(3)
        guard let own, let mount = Self.mount() else { return nil }
        folder = own == "/" ? mount : mount + own
        guard Self.wanted.isSubset(of: words("cgroup.controllers")) else { return nil }
        removeStale()
        // A group that passes controllers on has no processes itself, but for the machine's root.
        if !Self.wanted.isSubset(of: words("cgroup.subtree_control")) {
            let alone = ProcFile.text("\(folder)/cgroup.procs").split(separator: "\n").map(
                String.init
            )
            if alone == ["\(getpid())"] {
                let server = "\(folder)/loopbox-server"
                unsafe _ = mkdir(server, 0o755)
                guard Self.write("0", "\(server)/cgroup.procs") else { return nil }
            }
            guard Self.write("+memory +pids", "\(folder)/cgroup.subtree_control") else {
                return nil
            }
        }
        // What counts is whether a group can be made; rights alone do not tell.
        let probe = "\(folder)/\(Self.prefix)\(getpid())-probe-\(UUIDv7().text)"
        guard unsafe mkdir(probe, 0o755) == 0 else { return nil }
        unsafe _ = rmdir(probe)
    }

    /// How the groups of runs begin; the number of the server's process follows.
    static let prefix = "loopbox-run-"
    private static let wanted: Set<Substring> = ["memory", "pids"]

    /// Ends and removes what servers that are no more left behind; several can share a group.
    private func removeStale() {
        for name in ProcFile.names(folder) where name.hasPrefix(Self.prefix) {
            let server = name.dropFirst(Self.prefix.count).prefix { $0 != "-" }
            if let server = pid_t(server), kill(server, 0) == 0 || errno == EPERM { continue }
            _ = Self.write("1", "\(folder)/\(name)/cgroup.kill")
            unsafe _ = rmdir("\(folder)/\(name)")
        }
    }

    private func words(_ file: String) -> Set<Substring> {
        Set(ProcFile.text("\(folder)/\(file)").split(whereSeparator: \.isWhitespace))
    }

    /// Where the groups are mounted.
    private static func mount() -> String? {
        ProcFile.text("/proc/self/mountinfo").split(separator: "\n").first {
            $0.contains(" - cgroup2 ")
        }.flatMap { line in
            line.split(separator: " ").dropFirst(4).first.map(String.init)
        }
    }

    /// Writes `text` into the file of a group; whether the kernel took it.
    static func write(_ text: String, _ path: String) -> Bool {
        guard let file = try? FileDescriptor.open(path, O_WRONLY) else { return false }
        let bytes = Array(text.utf8)
        return unsafe Glibc.write(file.number, bytes, bytes.count) == bytes.count
    }
}

/// The control group of one run; what is left in it ends with the object.
final class ControlGroup {
    let folder: String
    /// Whoever writes 0 here joins.
    let members: FileDescriptor
    private let workers: ThreadPoolExecutor

    /// The number of ``members`` in the child.
    static let descriptor = CInt(CSANDBOX_GROUP)
    /// How many milliseconds killed processes may take to go.
    private static let removalsMax = 1000

    /// A new one below `groups`, bounded by `limits`.
    ///
    /// - Parameter workers: remove it at the end: killed processes take a moment to go, and the loop
    ///   can't wait for them.
    init(
        in groups: ControlGroups,
        _ limits: JobSpec.Limits,
        removedBy workers: ThreadPoolExecutor
    ) throws(SandboxError) {
        self.workers = workers
        let folder = "\(groups.folder)/\(ControlGroups.prefix)\(getpid())-\(UUIDv7().text)"
        guard unsafe mkdir(folder, 0o755) == 0 else {
            throw .facility("a control group can't be made in \(groups.folder)", code: errno)
        }
        self.folder = folder
        do {
            members = try .open("\(folder)/cgroup.procs", O_WRONLY)
        } catch {
            unsafe _ = rmdir(folder)
            throw .facility("the control group can't be opened", code: error.code)
        }
        let bounds = [
            ("memory.max", "\(limits.memory.bytes)"),
            // Of a run that has too much, all ends: what is left of it would only seem to work.
            ("memory.oom.group", "1"),
            // The keeper is one more.
            ("pids.max", "\(limits.processes + 1)"),
        ]
        for (file, value) in bounds where !ControlGroups.write(value, "\(folder)/\(file)") {
            let code = errno
            unsafe _ = rmdir(folder)
            throw .facility("\(file) of a control group can't be set", code: code)
        }
        // A kernel without swap has no such file.
        _ = ControlGroups.write("0", "\(folder)/memory.swap.max")
    }

    /// The most memory that the run had, where the kernel ended it for that; nil: it did not.
    var memoryExceeded: ByteCount? {
        let ended = Self.number(after: "oom_kill", in: ProcFile.text("\(folder)/memory.events"))
        guard ended > 0 else { return nil }
        // Before Linux 5.19 there is no peak.
        let most = ProcFile.text("\(folder)/memory.peak") + ProcFile.text("\(folder)/memory.max")
        return ByteCount(bytes: most.split(separator: "\n").first.flatMap { Int($0) } ?? 0)
    }

    /// What the run with the group at `folder` uses; its memory the kernel bounds by itself.
    static func usage(_ folder: String) throws(SystemError) -> TreeUsage {
        func text(_ name: String) throws(SystemError) -> String {
            guard let bytes = try ProcFile.content("\(folder)/\(name)") else {
                throw SystemError(call: "open", subject: "\(folder)/\(name)", code: ENOENT)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        var usage = TreeUsage()
        usage.cpu = .microseconds(number(after: "usage_usec", in: try text("cpu.stat")))
        let members = Int(try text("pids.current").prefix { $0.isNumber }) ?? 0
        // Without the keeper.
        usage.tasks = max(0, members - 1)
        return usage
    }

    /// The processor time of all that were in the group; nil: the kernel does not tell.
    var processorTime: (user: Duration, system: Duration)? {
        let text = ProcFile.text("\(folder)/cpu.stat")
        guard Self.number(after: "usage_usec", in: text) > 0 else { return nil }
        return (
            .microseconds(Self.number(after: "user_usec", in: text)),
            .microseconds(Self.number(after: "system_usec", in: text))
        )
    }

    /// The number in the line of `text` that begins with `key`.
    static func number(after key: String, in text: String) -> Int {
        let line = text.split(separator: "\n").first { $0.hasPrefix(key + " ") }
        return line.flatMap { Int($0.dropFirst(key.count + 1)) } ?? 0
    }

    deinit { try? workers.submit { [folder] in Self.remove(folder) } }

    private static func remove(_ folder: String) {
        _ = ControlGroups.write("1", "\(folder)/cgroup.kill")
        for _ in 0..<removalsMax {
            if unsafe rmdir(folder) == 0 || errno != EBUSY { return }
            usleep(1000)
        }
    }
}
