// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPWire

/// Time as a server counts it: in sweeps over its connections.
///
/// A deadline is a number of a sweep, so that setting one costs neither a timer nor a look at the
/// clock. The date of the answers is made anew with each sweep, too.
struct SweepClock {
    /// How long there is between two sweeps.
    let interval: Duration
    /// Which sweep was the last.
    private(set) var sweep = 0
    /// For the answers; as old as the last sweep.
    private(set) var date = HTTPDate(unixSeconds: time(nil))
    private var dateSeconds = 0

    /// How many sweeps each time of the configuration is.
    let idle: Int
    let head: Int
    let body: Int
    let write: Int
    let linger: Int

    /// Never comes.
    static let never = Int.max

    /// The date must not be older than that.
    private static let intervalMax: Duration = .milliseconds(500)
    /// More often would only cost; the loop's own precision is about that.
    private static let intervalMin: Duration = .milliseconds(5)

    init(_ configuration: HTTPServer.Configuration) {
        let times = [
            configuration.idleTimeout, configuration.headTimeout, configuration.bodyTimeout,
            configuration.writeTimeout, configuration.lingerTimeout,
        ]
        let interval = max(
            Self.intervalMin,
            min(Self.intervalMax, times.min()! / 8)
        )
        self.interval = interval
        // The sweep under way is part of the first interval, hence one more.
        let sweeps = { (time: Duration) in Int((time / interval).rounded(.up)) + 1 }
        idle = sweeps(configuration.idleTimeout)
        head = sweeps(configuration.headTimeout)
        body = sweeps(configuration.bodyTimeout)
        write = sweeps(configuration.writeTimeout)
        linger = sweeps(configuration.lingerTimeout)
    }

    /// The sweep in which something is due that has `sweeps` of time.
    func deadline(in sweeps: Int) -> Int { sweep &+ sweeps }

    /// Another sweep begins.
    mutating func advance() {
        sweep &+= 1
        updateDate()
    }

    /// Looks at the real clock.
    mutating func updateDate() {
        let seconds = time(nil)
        guard seconds != dateSeconds else { return }
        dateSeconds = seconds
        date = HTTPDate(unixSeconds: seconds)
    }
}
