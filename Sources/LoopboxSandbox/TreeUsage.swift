// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopSystem
import LoopboxModel

/// What a run uses over all its processes, at one look.
struct TreeUsage: Sendable {
    /// Processes and threads, without the keeper.
    var tasks = 0
    /// In user mode and in the kernel, of the living, of those that were waited for, and ``unseen``.
    var cpu: Duration = .zero
    /// Of it, what the kernel has told nobody, as it is estimated.
    var unseen: Duration = .zero
    /// Memory that is the processes' own: not of files of a disk, and what they share counted once.
    var memory = ByteCount(bytes: 0)
}

// Safety (@unchecked Sendable): a look is asked for only when the one before it has ended, so one
// thread at a time has it.

/// Looks at what a run uses, in /proc.
///
/// If no control group counts for us, this is what the limits of a run are compared with. It looks a
/// few times a second, so a run can be over its limit for that long; what one process can have is
/// bounded by the kernel meanwhile.
///
/// How memory is counted. A page counts if it is anonymous, wherever it is now (`RssAnon`, `VmSwap`),
/// if it is of a file in memory, or if it holds page tables. Files in memory are those of the run's
/// tmpfs, which the keeper tells: who maps one has no more by that. Memory that is shared without a
/// file can be in nobody's size, so the filter refuses it (`Seccomp.swift`). `status` is readable
/// whatever a process does about it, and tells shared pages for each who has them: that sum is an
/// upper bound. Only if it is over the limit the exact one is worked out, for those who let it be
/// read; for the others it stays.
///
/// How time is counted. The living tell their own and that of the children that they have waited
/// for. Of a child that nobody waits for, as its parent ignores SIGCHLD, the kernel forgets it. That
/// it does shows: the child was there at one look, and at the next its page faults are in nobody's
/// count. For such a run each look is a sample: a process that is new and runs stands for all that
/// ran since the look before. That is right on average only, which the attestation does not hide.
///
/// Source: proc(5), Documentation/filesystems/proc.rst of the kernel.
final class TreeWatch: @unchecked Sendable {
    private let keeper: pid_t
    private let user: uid_t?
    private let limit: ByteCount
    private var before: [pid_t: Seen] = [:]
    /// How often each process had let go of a processor.
    private var switches: [pid_t: Int] = [:]
    private var lookedAt = MonotonicTime.now
    private var counted: Duration = .zero
    private var sampled: Duration = .zero
    private var forgetsChildren = false

    /// More processes than any limit allows: whatever goes on there, reading it has an end.
    private static let processesMax = 2048
    private static let tick = 1.0 / Double(sysconf(CInt(_SC_CLK_TCK)))
    private static let processors = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))

    /// A watch on the descendants of `keeper`, and on itself.
    ///
    /// - Parameters:
    ///   - user: the run's own, which the server may look as; nil: it is the server's.
    ///   - limit: memory is told exactly only above it.
    init(of keeper: pid_t, user: uid_t?, limit: ByteCount) {
        self.keeper = keeper
        self.user = user
        self.limit = limit
    }

    /// What the run uses now.
    ///
    /// - Parameter files: what its files in memory take.
    /// - Throws: ``SystemError`` if that can't be told.
    func look(files: ByteCount) throws(SystemError) -> TreeUsage {
        var usage = TreeUsage()
        let found = try processes()
        var seen: [pid_t: Seen] = [:]
        var sizes: [pid_t: Size] = [:]
        var isNew: Set<pid_t> = []
        var isRunning = 0
        // Children before their parents: who is gone by now is in the count of whoever waited for it.
        for process in found.reversed() {
            if process.id != keeper { usage.tasks += process.threads.count }
            guard let stat = try Self.stat("/proc/\(process.id)/stat") else {
                // Nobody but us reaps the keeper.
                if process.id == keeper {
                    throw SystemError(call: "open", subject: "/proc/\(keeper)", code: ENOENT)
                }
                // It was there a moment ago.
                isRunning += 1
                continue
            }
            seen[process.id] = stat
            if before[process.id]?.begin != stat.begin {
                isRunning += try running(process, stat)
                isNew.insert(process.id)
            }
            sizes[process.id] = try size(of: process)
        }
        count(seen, isRunning)
        usage.unseen = forgetsChildren ? max(.zero, sampled - counted) : .zero
        usage.cpu = counted + usage.unseen
        let counting = found.filter { process in
            guard let size = sizes[process.id], let parent = seen[process.id]?.parent else {
                return sizes[process.id] != nil
            }
            // Between vfork and exec a child shows its parent's memory, which it has not besides. The
            // parent sleeps meanwhile, deaf to signals, and as the filter knows no vfork with a memory
            // of its own, who has slept since the look before has no other reason for so long. Who
            // is new and only looks like that is counted from the next look on.
            guard let other = sizes[parent], other.isSame(as: size) else { return true }
            let hasSlept = seen[parent]?.isWaiting == true && other.switches == switches[parent]
            return !(isNew.contains(process.id) || hasSlept)
        }
        switches = sizes.mapValues(\.switches)
        usage.memory = total(counting.map { sizes[$0.id]! }, files)
        if usage.memory > limit {
            usage.memory = total(counting.map { exact($0) ?? sizes[$0.id]! }, files)
        }
        return usage
    }

    // MARK: processes

    private struct Process {
        var id: pid_t
        var threads: [String]
    }

    /// The keeper and its descendants, parents first.
    private func processes() throws(SystemError) -> [Process] {
        var found: [Process] = []
        var known: Set<pid_t> = []
        try walk(from: keeper, &found, &known)
        // The list of children can lack one if another ends just then.
        for (id, process) in before where !known.contains(id) {
            guard try Self.stat("/proc/\(id)/stat")?.begin == process.begin else { continue }
            try walk(from: id, &found, &known)
        }
        return found
    }

    private func walk(
        from first: pid_t,
        _ found: inout [Process],
        _ known: inout Set<pid_t>
    ) throws(SystemError) {
        var waiting = [first]
        while let process = waiting.popLast(), found.count < Self.processesMax {
            guard known.insert(process).inserted else { continue }
            let tasks = "/proc/\(process)/task"
            let threads = try ProcFile.entries(tasks) ?? []
            found.append(Process(id: process, threads: threads))
            for thread in threads {
                let children = try ProcFile.content("\(tasks)/\(thread)/children")
                // A kernel without this file shows nobody's children.
                if children == nil, process == keeper {
                    throw SystemError(call: "open", subject: "\(tasks)/children", code: ENOENT)
                }
                waiting += String(decoding: children ?? [], as: UTF8.self)
                    .split(separator: " ").compactMap { pid_t($0) }
            }
        }
    }

    /// How many threads of `process`, which is new, run just now.
    private func running(_ process: Process, _ stat: Seen) throws(SystemError) -> Int {
        guard process.threads.count > 1 else { return stat.isRunning ? 1 : 0 }
        var count = 0
        for thread in process.threads {
            let stat = try Self.stat("/proc/\(process.id)/task/\(thread)/stat")
            if stat?.isRunning == true { count += 1 }
        }
        return count
    }

    // MARK: time

    /// What `stat` tells of a process.
    private struct Seen {
        var isRunning: Bool
        /// For something that no signal ends.
        var isWaiting: Bool
        var parent: pid_t
        /// When it was made; with its number that is unique.
        var begin: Substring
        var time: Duration
        var timeOfChildren: Duration
        var faults: Int
        var faultsOfChildren: Int
    }

    private static func stat(_ path: String) throws(SystemError) -> Seen? {
        guard let bytes = try ProcFile.content(path), !bytes.isEmpty else { return nil }
        // After the name, which can hold anything, in parentheses.
        let fields =
            String(decoding: bytes, as: UTF8.self).split(separator: ")").last?
            .split(separator: " ") ?? []
        // The third field is the first here: minflt and cminflt are the 10th and 11th, utime, stime,
        // cutime and cstime the 14th to 17th, starttime is the 22nd.
        guard fields.count > 19 else {
            throw SystemError(call: "read", subject: path, code: EBADMSG)
        }
        func time(_ first: Int) -> Duration {
            let ticks = (Double(fields[first]) ?? 0) + (Double(fields[first + 1]) ?? 0)
            return .milliseconds(Int64(ticks * tick * 1000))
        }
        return Seen(
            isRunning: fields[0] == "R",
            isWaiting: fields[0] == "D",
            parent: pid_t(fields[1]) ?? 0,
            begin: fields[19],
            time: time(11),
            timeOfChildren: time(13),
            faults: Int(fields[7]) ?? 0,
            faultsOfChildren: Int(fields[8]) ?? 0
        )
    }

    /// Adds what was used since the look before. `newRunning`: threads that run of processes that
    /// were not there then; in the sample these stand for what new processes used.
    private func count(_ seen: [pid_t: Seen], _ newRunning: Int) {
        let now = MonotonicTime.now
        var living: Duration = .zero
        var begun: Duration = .zero
        var ended: Duration = .zero
        var faults = 0
        for (id, process) in seen {
            let earlier = before[id].flatMap { $0.begin == process.begin ? $0 : nil }
            if let earlier { living += process.time - earlier.time } else { begun += process.time }
            ended += process.timeOfChildren - (earlier?.timeOfChildren ?? .zero)
            faults += process.faultsOfChildren - (earlier?.faultsOfChildren ?? 0)
        }
        for (id, process) in before where seen[id]?.begin != process.begin {
            // They have been counted, and whoever waited for them counts them once more.
            ended -= process.time + process.timeOfChildren
            faults -= process.faults + process.faultsOfChildren
        }
        if faults < 0 { forgetsChildren = true }
        let passed = lookedAt.duration(to: now)
        sampled += living + passed * min(newRunning, Self.processors)
        counted += living + begun + max(.zero, ended)
        before = seen
        lookedAt = now
    }

    // MARK: memory

    /// The memory of a process, in bytes.
    private struct Size {
        /// Of all that it can address.
        var addressed = 0
        /// Its own, and what it needs of the kernel to have it.
        var own = 0
        /// Mapped, of files in memory.
        var shared = 0
        /// How often its first thread has let go of a processor.
        var switches = 0

        func isSame(as other: Size) -> Bool {
            addressed == other.addressed && own == other.own && shared == other.shared
        }
    }

    private func total(_ sizes: [Size], _ files: ByteCount) -> ByteCount {
        // What is mapped is a part of the files, but for those that are not the run's.
        let shared = max(files.bytes, sizes.reduce(0) { $0 + $1.shared })
        return ByteCount(bytes: sizes.reduce(shared) { $0 + $1.own })
    }

    /// What `status` says; nil: the process has ended.
    private func size(of process: Process) throws(SystemError) -> Size? {
        // If the first thread has ended, the others tell.
        for folder in folders(of: process) {
            guard let status = try ProcFile.content("\(folder)/status") else { continue }
            let lines = Lines(status)
            if let ignored = lines.number("SigIgn:", radix: 16), ignored & Self.childSignal != 0 {
                forgetsChildren = true
            }
            guard let anonymous = lines.bytes("RssAnon:") else { continue }
            let tables = lines.bytes("VmPTE:") ?? 0
            let own = anonymous + tables + (lines.bytes("VmSwap:") ?? 0)
            return Size(
                addressed: lines.bytes("VmSize:") ?? 0,
                own: own + (lines.bytes("HugetlbPages:") ?? 0),
                shared: lines.bytes("RssShmem:") ?? 0,
                switches: (lines.number("voluntary_ctxt_switches:") ?? 0)
                    + (lines.number("nonvoluntary_ctxt_switches:") ?? 0)
            )
        }
        return nil
    }

    /// The same with what several share told as a part for each; nil if it can't be read. Nothing, if
    /// the process has ended since.
    private func exact(_ process: Process) -> Size? {
        // It must be its user or have rights over all processes, which root in a container has not.
        if let user { csandbox_look_as(user) }
        defer { if user != nil { csandbox_look_as(0) } }
        for folder in folders(of: process) {
            let found = try? (
                ProcFile.content("\(folder)/smaps_rollup"), ProcFile.content("\(folder)/status")
            )
            guard let found else { return nil }
            // Without memory there is nothing to tell.
            guard let rollup = found.0, let status = found.1 else { continue }
            let lines = Lines(rollup)
            let rest = Lines(status)
            guard let anonymous = lines.bytes("Pss_Anon:"), let shared = lines.bytes("Pss_Shmem:"),
                let tables = rest.bytes("VmPTE:")
            else { return nil }
            let own = anonymous + tables + (lines.bytes("SwapPss:") ?? 0)
            return Size(own: own + (rest.bytes("HugetlbPages:") ?? 0), shared: shared)
        }
        return Size()
    }

    private func folders(of process: Process) -> [String] {
        ["/proc/\(process.id)"] + process.threads.map { "/proc/\(process.id)/task/\($0)" }
    }

    /// SIGCHLD in a set of signals.
    private static let childSignal = 1 << (Int(SIGCHLD) - 1)

    /// Lines of `KEY: VALUE`.
    private struct Lines {
        private let lines: [Substring]

        init(_ bytes: [UInt8]) {
            lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        }

        func number(_ key: String, radix: Int = 10) -> Int? {
            guard let line = lines.first(where: { $0.hasPrefix(key) }) else { return nil }
            let value = line.split(whereSeparator: \.isWhitespace).dropFirst().first
            return value.flatMap { Int($0, radix: radix) }
        }

        /// In kibibytes, as all sizes are there.
        func bytes(_ key: String) -> Int? { number(key).map { $0 * 1024 } }
    }
}
