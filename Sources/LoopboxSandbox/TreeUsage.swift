// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import LoopboxModel

/// What a run uses over all its processes, read from /proc.
///
/// Where no cgroup counts for us, this is what the limits of a run are compared with. It looks a few
/// times a second, so a run can be over its limit for that long; what one process can have is
/// bounded by the kernel meanwhile.
///
/// Source: proc(5).
struct TreeUsage {
    /// Processes and threads, without the keeper.
    private(set) var tasks = 0
    /// In user mode and in the kernel, of the living and of those that were waited for.
    private(set) var cpu: Duration = .zero
    /// Memory that is the processes' own: not of files, and what they share counted once.
    private(set) var memory = ByteCount(bytes: 0)

    /// More processes than any limit allows: whatever goes on there, reading it has an end.
    private static let processesMax = 2048

    /// What the descendants of `keeper`, and it itself, use now, and the shared memory of `user`.
    /// `limit`: memory is told exactly only above it.
    init(of keeper: pid_t, user: uid_t?, limit: ByteCount) {
        let ticks = Double(sysconf(CInt(_SC_CLK_TCK)))
        var waiting = [keeper]
        var found: [pid_t] = []
        var memoryMax = 0
        while let process = waiting.popLast(), found.count < Self.processesMax {
            found.append(process)
            let threads = ProcFile.names("/proc/\(process)/task")
            if process != keeper { tasks += threads.count }
            for thread in threads {
                waiting += ProcFile.text("/proc/\(process)/task/\(thread)/children")
                    .split(separator: " ").compactMap { pid_t($0) }
            }
            // After the name, which can hold anything, in parentheses.
            let fields =
                ProcFile.text("/proc/\(process)/stat").split(separator: ")").last?
                .split(separator: " ") ?? []
            // utime, stime, cutime, cstime are the 14th to 17th field; the third is the first here.
            if fields.count > 14 {
                let sum = fields[11...14].reduce(0.0) { $0 + (Double($1) ?? 0) }
                cpu += .milliseconds(Int64(sum / ticks * 1000))
            }
            memoryMax += Self.sum(
                ["RssAnon:", "RssShmem:"],
                in: ProcFile.text("/proc/\(process)/status")
            )
        }
        if memoryMax > limit.bytes {
            // What several have in common was counted for each of them.
            memoryMax = found.reduce(0) {
                $0
                    + Self.sum(
                        ["Pss_Anon:", "Pss_Shmem:"],
                        in: ProcFile.text("/proc/\($1)/smaps_rollup")
                    )
            }
        }
        // What of it is mapped has been counted, and what is not has to be bounded as well.
        memory = ByteCount(bytes: max(memoryMax, user.map(SharedMemory.size) ?? 0))
    }

    /// What the run with the control group at `group` uses: the kernel bounds the rest by itself.
    init(ofGroup group: String) {
        let used = ControlGroup.number(after: "usage_usec", in: ProcFile.text("\(group)/cpu.stat"))
        cpu = .microseconds(Int64(used))
        let members = ProcFile.text("\(group)/pids.current").split(separator: "\n").first
        tasks = max(0, (members.flatMap { Int($0) } ?? 0) - 1)
    }

    /// The bytes in the lines of `text` that begin with `keys`, each `KEY N kB`.
    private static func sum(_ keys: [String], in text: String) -> Int {
        text.split(separator: "\n").reduce(0) { sum, line in
            guard keys.contains(where: { line.hasPrefix($0) }) else { return sum }
            let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first
            return sum + (number.flatMap { Int($0) } ?? 0) * 1024
        }
    }
}
