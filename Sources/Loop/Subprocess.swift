// SPDX-License-Identifier: Apache-2.0

public import Glibc
public import LoopSystem

// Safety (@unchecked Sendable): tasks of one loop share it; what changes once it is made
// changes on the loop.

/// A child process whose end the loop notices. On the loop.
///
/// The child belongs to its caller: one that is still running when the object goes is killed.
///
/// Source: `asyncio.subprocess.Process`; pidfd_open(2).
public final class Subprocess: @unchecked Sendable {
    /// The child's number.
    public let pid: pid_t
    /// Done when the child has ended and was reaped.
    public let exited: Future<Exit>
    /// Writes to the child's standard input, where that is a pipe.
    public private(set) var stdin: StreamWriter?
    /// Reads the child's standard output, where that is a pipe.
    public private(set) var stdout: StreamReader?
    /// Reads the child's standard error, where that is a pipe.
    public private(set) var stderr: StreamReader?
    /// Whether somebody has to know when it is dropped while the child runs.
    var warnsWhenDropped = true
    private let process: SpawnedProcess
    private let origin: Origin
    private let watcher: ExitWatcher
    private let endsGroup: Bool

    /// Makes a child as `plan` says. The loop's thread stands still meanwhile, about a tenth of a
    /// millisecond.
    ///
    /// - Parameter endsGroup: whether what is left of the child's process group is killed when the
    ///   child ends; only for one with a session of its own.
    /// - Throws: ``LoopError/spawn(_:)`` with the step that failed.
    public init(
        _ plan: ProcessPlan,
        on loop: EventLoop,
        endsGroup: Bool = false,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws(LoopError) {
        self.endsGroup = endsGroup
        origin = Origin(fileID, line)
        do {
            process = try plan.spawn()
        } catch {
            throw .spawn(error)
        }
        pid = process.id
        exited = Future(on: loop)
        watcher = ExitWatcher()
        watcher.subprocess = self
        try loop.watch(process.descriptor.number, for: .readable, watcher)
    }

    deinit {
        guard !exited.isDone else { return }
        if warnsWhenDropped {
            warnUnclosed("transport <Subprocess pid=\(pid) running>", origin, on: exited.loop)
        }
        exited.loop.unwatch(process.descriptor.number)
        process.killAndReap()
    }

    /// Whether the child has ended, looked at just now.
    var hasEnded: Bool {
        noteEnd()
        return exited.isDone
    }

    func attach(stdin: StreamWriter?, stdout: StreamReader?, stderr: StreamReader?) {
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
    }

    /// The child's status once it has ended; where a signal ended it, the signal's number below 0.
    public var returnCode: CInt? {
        guard exited.isDone, let exit = try? exited.result() else { return nil }
        switch exit.ending {
        case .exited(let status): return status
        case .signaled(let signal): return -signal
        }
    }

    /// How it ended, once it has. Cancelling the wait leaves the child alone.
    public func wait() async throws -> Exit {
        if exited.isDone { return try exited.result() }
        let done = Future<Exit>(on: exited.loop)
        exited.addDoneCallback { exited in
            guard !done.isDone, let exit = try? exited.result() else { return }
            try? done.setResult(exit)
        }
        return try await done.value
    }

    /// Sends `signal` to the child; no effect once it has ended.
    public func sendSignal(_ signal: CInt) { process.send(signal) }

    /// Sends `signal` to the process group that the child leads; only for one with a session of
    /// its own.
    public func sendToGroup(_ signal: CInt) { process.sendToGroup(signal) }

    /// Asks the child to end, SIGTERM.
    public func terminate() { sendSignal(SIGTERM) }

    /// Ends the child, SIGKILL.
    public func kill() { sendSignal(SIGKILL) }

    fileprivate func noteEnd() {
        guard !exited.isDone else { return }
        // Before it is reaped: after that its number may be another group's.
        if endsGroup { process.sendToGroup(SIGKILL) }
        guard let exit = process.reap() else { return }
        exited.loop.unwatch(process.descriptor.number)
        try? exited.setResult(exit)
    }
}

/// Stands between the loop, which keeps it, and the child, which would else never be let go.
private final class ExitWatcher: ReadinessHandler {
    weak var subprocess: Subprocess?

    func ready(_ readiness: Readiness) { subprocess?.noteEnd() }
}
