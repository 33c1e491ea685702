// SPDX-License-Identifier: Apache-2.0

import Logging
import LoopSystem

/// Debug mode, all of it: the loop asks this one object at its one place of dispatch.
///
/// Source: "Debug Mode" in CPython's Doc/library/asyncio-dev.rst; `BaseEventLoop._run_once` in
/// Lib/asyncio/base_events.py for the slow callback; the same of Python 3.7 for the slow poll,
/// which the page still promises and later versions dropped.
final class DebugMonitor {
    private let sink: any DiagnosticSink
    private var watchdog: Watchdog?
    /// The task whose step is under way, where it has said so.
    var stepTask: (any TaskListMember)?
    /// How long the step under way has spent on reports: looking names up takes longer than most
    /// steps, and is not the step's own doing.
    private var reporting: Duration = .zero
    /// From when on a callback is reported.
    var slowCallbackDuration: Duration {
        didSet { watchdog?.setLimit(slowCallbackDuration) }
    }
    /// How many callbacks were reported.
    private(set) var slowCallbackCount = 0

    /// A poll that takes this long is logged at level info, a shorter one at debug.
    private static let longPoll: Duration = .seconds(1)

    /// How many threads debug mode keeps for the loop.
    var threadCount: Int { watchdog == nil ? 0 : 1 }

    init(sink: any DiagnosticSink, slowCallbackDuration: Duration) {
        self.sink = sink
        self.slowCallbackDuration = slowCallbackDuration
    }

    deinit { watchdog?.stop() }

    /// The loop begins to run, on the calling thread.
    func begin() {
        admitStackSampling()
        watchdog = Watchdog(thread: currentThreadID(), limit: slowCallbackDuration)
    }

    /// Does what only a report needs.
    func report(_ body: () -> Void) {
        let start = MonotonicTime.now
        body()
        reporting += start.duration(to: .now)
    }

    /// The loop has stopped.
    func end() {
        watchdog?.stop()
        watchdog = nil
    }

    /// Runs `body` and reports it where it held the loop for too long.
    func run(_ item: Ready, _ body: () -> Void) {
        let start = MonotonicTime.now
        // What was reported between two steps is nobody's time.
        reporting = .zero
        watchdog?.begin(start)
        body()
        let time = start.duration(to: .now) - reporting
        let isSlow = time >= slowCallbackDuration
        let stack = watchdog?.end(start, wasSlow: isSlow)
        defer { stepTask = nil }
        guard isSlow else { return }
        slowCallbackCount += 1
        let (object, place) = describe(item)
        var diagnostic = Diagnostic(
            .slowCallback,
            .log(.warning),
            "Executing \(object) took \(Self.seconds(time)) seconds"
        )
        diagnostic.place = place
        diagnostic.duration = time
        diagnostic.blockingStack = stack
        sink.receive(diagnostic)
    }

    /// Reports a wait of `time` that had been given `timeout` (nil: without end).
    func notePoll(timeout: Int64?, time: Duration, eventCount: Int) {
        let isLong = time >= Self.longPoll
        let given = timeout.map { " \(Self.milliseconds(.nanoseconds($0))) ms" } ?? ""
        let outcome = eventCount > 0 || timeout == nil ? "\(eventCount) events" : "timeout"
        guard isLong || outcome != "timeout" else { return }
        var diagnostic = Diagnostic(
            .poll,
            .log(isLong ? .info : .debug),
            "poll\(given) took \(Self.milliseconds(time)) ms: \(outcome)"
        )
        diagnostic.duration = time
        sink.receive(diagnostic)
    }

    private func describe(_ item: Ready) -> (String, SourcePlace?) {
        if let stepTask { return (stepTask.shown, stepTask.place) }
        switch item {
        case .handle(let handle): return (handle.shown, handle.place)
        case .closure, .resume: return ("<Handle>", nil)
        case .serialJob(let job), .taskJob(let job): return ("<Task step \(job)>", nil)
        case .event(let descriptor, _, let readiness):
            return ("<Handle of descriptor \(descriptor), ready \(readiness.rawValue)>", nil)
        }
    }

    private static func seconds(_ time: Duration) -> String {
        decimal(time.nanoseconds / 1_000_000)
    }
    private static func milliseconds(_ time: Duration) -> String {
        decimal(time.nanoseconds / 1_000)
    }

    /// `thousandths` as a number with three decimals.
    private static func decimal(_ thousandths: Int64) -> String {
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count)
            + fraction
    }
}
