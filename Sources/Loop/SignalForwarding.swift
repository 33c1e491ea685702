// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// Brings signals to the loop: the handler writes the number to a pipe that the loop watches.
final class SignalForwarding: ReadinessHandler {
    private unowned let loop: EventLoop
    private let pipe: Pipe
    private var callbacks: [CInt: () -> Void] = [:]

    init(loop: EventLoop) throws(LoopError) {
        self.loop = loop
        do {
            pipe = try FileDescriptor.pipe()
            try pipe.reading.makeNonBlocking()
            try pipe.writing.makeNonBlocking()
        } catch {
            throw .system(error)
        }
        try loop.watch(pipe.reading.number, for: .readable, self)
    }

    deinit {
        for signal in callbacks.keys { try? forwardSignal(signal, to: -1) }
    }

    var isEmpty: Bool { callbacks.isEmpty }

    func add(_ signal: CInt, _ callback: @escaping () -> Void) throws(LoopError) {
        do {
            try forwardSignal(signal, to: pipe.writing.number)
        } catch {
            throw .system(error)
        }
        callbacks[signal] = callback
    }

    func remove(_ signal: CInt) -> Bool {
        guard callbacks.removeValue(forKey: signal) != nil else { return false }
        try? forwardSignal(signal, to: -1)
        return true
    }

    func ready(_ readiness: Readiness) {
        let numbers = unsafe [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            let read = unsafe readNow(
                pipe.reading.number,
                into: UnsafeMutableRawBufferPointer(buffer)
            )
            if case .count(let bytes) = read { count = bytes }
        }
        for number in numbers { callbacks[CInt(number)]?() }
    }

    func close() { loop.unwatch(pipe.reading.number) }
}

extension EventLoop {
    /// Calls `callback` on the loop whenever the process gets `signal`.
    ///
    /// - Throws: ``LoopError/notMainThread(call:)`` off the main thread; ``LoopError/system(_:)``
    ///   for a signal that can't be caught.
    ///
    /// Source: `asyncio.loop.add_signal_handler`.
    public func addSignalHandler(
        _ signal: CInt,
        _ callback: @escaping () -> Void
    ) throws(LoopError) {
        guard currentThreadID() == getpid() else {
            throw .notMainThread(call: "addSignalHandler")
        }
        let forwarding: SignalForwarding
        if let known = unsafe core.pointee.signals {
            forwarding = known
        } else {
            forwarding = try SignalForwarding(loop: self)
            unsafe core.pointee.signals = forwarding
        }
        try forwarding.add(signal, callback)
    }

    /// Gives `signal` its default action back.
    ///
    /// - Returns: whether there was a handler.
    @discardableResult
    public func removeSignalHandler(_ signal: CInt) -> Bool {
        guard let forwarding = unsafe core.pointee.signals else { return false }
        let isRemoved = forwarding.remove(signal)
        if forwarding.isEmpty {
            forwarding.close()
            unsafe core.pointee.signals = nil
        }
        return isRemoved
    }
}

/// Whether Ctrl-C asked a task to end.
final class Interruption {
    fileprivate(set) var wasRequested = false
}

extension EventLoop {
    /// Has the first Ctrl-C cancel `task`, and the next one end the process as if nobody had caught
    /// it. Nothing is done off the main thread, and where the program handles SIGINT itself.
    ///
    /// Source: `Runner._on_sigint` in Lib/asyncio/runners.py.
    func cancelOnInterrupt<Value>(_ task: LoopTask<Value>) -> Interruption {
        let interruption = Interruption()
        guard currentThreadID() == getpid(), hasDefaultAction(SIGINT) else { return interruption }
        // The task outlives the handler: `run` holds it, and takes the handler away at the end.
        try? addSignalHandler(SIGINT) { [weak self, weak task, interruption] in
            interruption.wasRequested = true
            self?.removeSignalHandler(SIGINT)
            task?.cancel()
        }
        unsafe core.pointee.ownWatchCount = core.pointee.watches.count
        return interruption
    }

    /// In development mode, has Ctrl-\ print the task tree instead of ending the process.
    func printTaskTreeOnQuit() {
        // Swift's own handler, which takes SIGQUIT for a crash, is in the way: so no look at the
        // action before.
        guard Self.isDevModeOn, currentThreadID() == getpid() else { return }
        try? addSignalHandler(SIGQUIT) { [weak self] in self?.printTaskTree() }
        unsafe core.pointee.ownWatchCount = core.pointee.watches.count
    }
}

private func hasDefaultAction(_ signal: CInt) -> Bool {
    var current = sigaction()
    guard unsafe sigaction(signal, nil, &current) == 0 else { return false }
    return unsafe current.__sigaction_handler.sa_handler == nil
}

/// A write to a connection that is gone shall fail and not end the process. A handler that the
/// program has installed itself stays.
func ignoreBrokenPipes() {
    guard hasDefaultAction(SIGPIPE) else { return }
    _ = signal(SIGPIPE, SIG_IGN)
}

/// A variable of the process's environment; nil where it is not set.
func environmentValue(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}
