// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopboxModel

/// The limits that the kernel keeps for each process.
///
/// What the kernel counts by process is a bound on accidents and on a single large request; what a
/// run uses over all its processes is ``TreeUsage``'s.
///
/// Source: setrlimit(2).
enum Limits {
    /// A thread's stack, of which the C library reserves as much as the limit says.
    private static let stack: UInt64 = 8 << 20

    /// For a process of a run with `limits`.
    ///
    /// - Parameter ownsUser: whether all processes of the run's user are the run's. Only then can
    ///   the kernel's count by user stand for the run.
    static func perProcess(
        _ limits: JobSpec.Limits,
        ownsUser: Bool
    ) -> [(resource: CInt, value: UInt64)] {
        let cpu = (limits.cpu ?? limits.time).duration
        var all: [(resource: CInt, value: UInt64)] = [
            (CInt(RLIMIT_CORE.rawValue), 0),
            (CInt(RLIMIT_FSIZE.rawValue), UInt64(limits.disk.bytes)),
            (CInt(RLIMIT_NOFILE.rawValue), UInt64(limits.openFiles)),
            (CInt(RLIMIT_STACK.rawValue), stack),
            // A request for more than all of it fails at once. Stacks are requested whole and hardly
            // used.
            (
                CInt(RLIMIT_DATA.rawValue),
                UInt64(limits.memory.bytes) + UInt64(limits.processes) * stack
            ),
            // A second more than the run has: the sum is looked at first, and has the better words.
            (CInt(RLIMIT_CPU.rawValue), UInt64(cpu.components.seconds) + 2),
            // Memory that can't be swapped, and queues that outlive a process: none is needed.
            (8 /* RLIMIT_MEMLOCK */, 64 << 10),
            (13 /* RLIMIT_NICE */, 0),
            (14 /* RLIMIT_RTPRIO */, 0),
        ]
        // The keeper is of the same user.
        if ownsUser {
            all.append((6 /* RLIMIT_NPROC */, UInt64(limits.processes) + 1))
        }
        return all
    }
}
