// SPDX-License-Identifier: Apache-2.0

import CLoop
import Glibc

/// A child process and the descriptor that stands for it.
///
/// Source: pidfd_open(2).
public struct SpawnedProcess: ~Copyable, Sendable {
    /// Its number, and that of its session where it has one of its own.
    public let id: pid_t
    /// Readable once the child has ended.
    public let descriptor: FileDescriptor

    /// Sends `signal` to the child; one that has ended already is no error.
    public func send(_ signal: CInt) { _ = cloop_pidfd_signal(descriptor.number, signal) }

    /// Sends `signal` to every process of the child's group.
    public func sendToGroup(_ signal: CInt) { _ = Glibc.kill(-id, signal) }

    /// How the child ended and what it used; nil while it runs. Once it was told, the number is
    /// free for another process.
    ///
    /// Source: wait4(2).
    public func reap() -> Exit? {
        var status: CInt = 0
        var usage = rusage()
        let result = unsafe wait4(id, &status, WNOHANG, &usage)
        guard result == id else { return nil }
        Self.owned.withLock { _ = $0.remove(id) }
        let ending: Exit.Ending =
            cloop_status_exited(status) != 0
            ? .exited(cloop_status_exit_code(status)) : .signaled(cloop_status_signal(status))
        return Exit(
            ending: ending,
            userTime: Self.duration(usage.ru_utime),
            systemTime: Self.duration(usage.ru_stime),
            maxResidentBytes: Int(usage.ru_maxrss) * 1024,
            voluntarySwitches: Int(usage.ru_nvcsw),
            involuntarySwitches: Int(usage.ru_nivcsw)
        )
    }

    // One of the few locks that the project allows: orphans are looked for on one thread while
    // another makes a child.

    /// The children that somebody of this process waits for. Whoever ends and reaps orphans must
    /// leave these alone.
    static let owned = Locked<Set<pid_t>>([])

    /// Kills the child and reaps it; the thread stands still until it is gone, at most
    /// ``reapLimit`` milliseconds.
    public func killAndReap() {
        send(SIGKILL)
        var watched = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        unsafe _ = poll(&watched, 1, Self.reapLimit)
        _ = reap()
    }

    /// A killed process is gone within a millisecond, unless a device holds it.
    private static let reapLimit: CInt = 1000

    /// Whether somebody of this process waits for the child `id`. Any thread.
    public static func isOwned(_ id: pid_t) -> Bool { owned.withLock { $0.contains(id) } }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_usec))
    }
}

/// How a child ended and what it and the children it waited for used.
public struct Exit: Hashable, Sendable {
    /// How a child ended.
    public enum Ending: Hashable, Sendable {
        /// With this status.
        case exited(CInt)
        /// By this signal.
        case signaled(CInt)
    }

    /// How it ended.
    public let ending: Ending
    /// In user mode.
    public let userTime: Duration
    /// In the kernel.
    public let systemTime: Duration
    /// The largest resident set of one process.
    public let maxResidentBytes: Int
    /// How often one of their threads gave the processor away because it had to wait.
    public let voluntarySwitches: Int
    /// How often the processor was taken from one.
    public let involuntarySwitches: Int

    /// An end, as wait4(2) tells it.
    public init(
        ending: Ending,
        userTime: Duration,
        systemTime: Duration,
        maxResidentBytes: Int,
        voluntarySwitches: Int = 0,
        involuntarySwitches: Int = 0
    ) {
        self.ending = ending
        self.userTime = userTime
        self.systemTime = systemTime
        self.maxResidentBytes = maxResidentBytes
        self.voluntarySwitches = voluntarySwitches
        self.involuntarySwitches = involuntarySwitches
    }
}
