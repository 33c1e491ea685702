// SPDX-License-Identifier: Apache-2.0

import Logging
import LoopSystem

/// Debug mode, all of it: the loop asks this one object at its one place of dispatch.
///
/// Source: "Debug Mode" in CPython's Doc/library/asyncio-dev.rst; `BaseEventLoop._run_once` in
/// Lib/asyncio/base_events.py for the slow callback; the same of Python 3.7 for the slow poll,
/// which the page still promises and later versions dropped.
final class DebugMonitor {
    private let logger: Logger
    /// From when on a callback is reported.
    var slowCallbackDuration: Duration = .milliseconds(100)

    /// A poll that takes this long is logged at level info, a shorter one at debug.
    private static let longPoll: Duration = .seconds(1)

    init(logger: Logger) { self.logger = logger }

    /// Runs `body` and reports it where it held the loop for too long.
    func run(_ item: Ready, _ body: () -> Void) {
        let start = MonotonicTime.now
        body()
        let time = start.duration(to: .now)
        guard time >= slowCallbackDuration else { return }
        logger.warning("Executing \(Self.describe(item)) took \(Self.seconds(time)) seconds")
    }

    /// Reports a wait of `time` that had been given `timeout` (nil: without end).
    func notePoll(timeout: Int64?, time: Duration, eventCount: Int) {
        let level: Logger.Level = time >= Self.longPoll ? .info : .debug
        guard let timeout else {
            logger.log(
                level: level,
                "poll took \(Self.milliseconds(time)) ms: \(eventCount) events"
            )
            return
        }
        let given = Self.milliseconds(.nanoseconds(timeout))
        if eventCount > 0 {
            logger.log(
                level: level,
                "poll \(given) ms took \(Self.milliseconds(time)) ms: \(eventCount) events"
            )
        } else if time >= Self.longPoll {
            logger.log(level: level, "poll \(given) ms took \(Self.milliseconds(time)) ms: timeout")
        }
    }

    private static func describe(_ item: Ready) -> String {
        switch item {
        case .handle(let timer as TimerHandle): "<TimerHandle created at \(timer.place)>"
        case .handle(let handle): "<Handle created at \(handle.place)>"
        case .closure: "<Handle>"
        case .serialJob(let job), .taskJob(let job): "<Task step \(job)>"
        case .event(let descriptor, _, let readiness):
            "<Handle of descriptor \(descriptor), ready \(readiness.rawValue)>"
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
