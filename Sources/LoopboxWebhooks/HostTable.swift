// SPDX-License-Identifier: Apache-2.0

package import LoopboxModel

/// How each host behaves: how much is under way to it, and whether it is left alone for a while.
///
/// After some failures in a row nothing is sent to a host any more. When the time is up one message
/// is let through to see; if it fails the host is left alone twice as long.
package struct HostTable: Sendable {
    /// Whether a message may go to a host now.
    package enum Admission: Hashable, Sendable {
        /// It may.
        case open
        /// As many as allowed are under way, or the one that is to see how the host is.
        case busy
        /// The host is left alone.
        case shut
    }

    /// What the end of an attempt says about its host.
    package enum Sign: Hashable, Sendable {
        /// It answered.
        case alive
        /// It did not, or said that it has too much to do.
        case troubled
        /// Nothing: we did not ask it.
        case none
    }

    private struct Host {
        var underWay = 0
        var failures = 0
        var shutUntil: Timestamp?
        var shutTime: Duration = .zero
        var isProbed = false

        var isIdle: Bool { underWay == 0 }
    }

    private var hosts: [String: Host] = [:]
    private let concurrencyMax: Int
    private let failuresMax: Int
    private let shutTime: Duration

    /// How long a host is left alone at most, however often it failed.
    package static let shutTimeMax: Duration = .seconds(5 * 60)
    /// How many hosts are remembered. Whoever submits jobs can make names up; beyond this, what is
    /// known of hosts with nothing under way is forgotten.
    package static let hostsMax = 4096

    package init(concurrencyMax: Int, failuresMax: Int, shutTime: Duration) {
        self.concurrencyMax = concurrencyMax
        self.failuresMax = failuresMax
        self.shutTime = shutTime
    }

    /// How many hosts are remembered.
    package var count: Int { hosts.count }

    /// Whether a message may go to `name` at `now`.
    package func admission(_ name: String, at now: Timestamp) -> Admission {
        guard let host = hosts[name] else { return .open }
        if let until = host.shutUntil {
            if now < until { return .shut }
            return host.isProbed ? .busy : .open
        }
        return host.underWay < concurrencyMax ? .open : .busy
    }

    /// The hosts that can take no message at `now`.
    package func occupied(at now: Timestamp) -> Set<String> {
        Set(hosts.keys.filter { admission($0, at: now) != .open })
    }

    /// A message to `name` is on its way.
    package mutating func begin(_ name: String) {
        if hosts.count >= Self.hostsMax, hosts[name] == nil { forget() }
        hosts[name, default: Host()].underWay += 1
        if hosts[name]?.shutUntil != nil { hosts[name]?.isProbed = true }
    }

    /// A message to `name` came to its end at `now`.
    ///
    /// - Returns: how long the host is left alone from now on, where that has just begun.
    package mutating func end(_ name: String, _ sign: Sign, at now: Timestamp) -> Duration? {
        guard var host = hosts[name] else { return nil }
        host.underWay -= 1
        var shutTime: Duration?
        switch sign {
        case .none:
            host.isProbed = false
        case .alive:
            host = Host(underWay: host.underWay)
        case .troubled:
            host.failures += 1
            let isProbe = host.isProbed && host.shutUntil.map { now >= $0 } ?? false
            // What was under way when the host was shut ends later and says nothing new.
            if isProbe || host.shutUntil == nil && host.failures >= failuresMax {
                host.shutTime =
                    isProbe
                    ? min(Self.shutTimeMax, max(host.shutTime, self.shutTime) * 2) : self.shutTime
                host.shutUntil = now.advanced(by: host.shutTime)
                host.isProbed = false
                shutTime = host.shutTime
            }
        }
        let isOrdinary = host.isIdle && host.failures == 0 && host.shutUntil == nil
        hosts[name] = isOrdinary ? nil : host
        return shutTime
    }

    /// Forgets the hosts that merely failed once or twice, and where that is not enough all that
    /// have nothing under way.
    private mutating func forget() {
        hosts = hosts.filter { !$0.value.isIdle || $0.value.shutUntil != nil }
        if hosts.count >= Self.hostsMax { hosts = hosts.filter { !$0.value.isIdle } }
    }
}
