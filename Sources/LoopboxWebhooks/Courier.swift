// SPDX-License-Identifier: Apache-2.0

public import Logging
public import Loop
import LoopCurl
import LoopboxModel

/// Delivers the messages that an outbox owes. On the loop.
///
/// How this works. One task takes what is due out of the outbox, a few at a time, and gives each
/// delivery a task of its own when there is a place for it: in all, and at its host. It rests until
/// the next one is due, an attempt has ended, or ``noteNewDeliveries()`` is called. Deliveries to a
/// host that can take none are not asked for; what came all the same waits here, or is let go and
/// comes back when its lease ends.
///
/// Nothing is lost: the outbox holds a message until the end of its last attempt is recorded, and
/// every end is recorded, as often as it takes. A message can arrive twice, when the process dies
/// between the answer and the record; its id tells.
//
// Safety (@unchecked Sendable): tasks of one loop share it; each way in stops the process where the
// caller is on another thread.
public final class Courier: @unchecked Sendable {
    private enum Phase { case idle, running, draining }

    private struct Parcel {
        let delivery: Delivery
        let host: String
        let claimedAt: Timestamp
    }

    /// What was done since the start.
    public struct Counts: Hashable, Sendable {
        /// Attempts that a receiver answered with 2xx.
        public internal(set) var delivered = 0
        /// Attempts that failed and are made again.
        public internal(set) var retried = 0
        /// Attempts that failed and were the last.
        public internal(set) var givenUp = 0
    }

    /// What was done since the start.
    public private(set) var counts = Counts()

    private let loop: EventLoop
    private let outbox: any Outbox
    private let client: CurlClient
    private let configuration: Configuration
    private let logger: Logger
    private var phase = Phase.idle
    private var hosts: HostTable
    private var waiting: [Parcel] = []
    private var underWay: [DeliveryID: LoopTask<Void>] = [:]
    private var alarm: Future<Void>?
    private var isWoken = false

    /// A courier that rests until ``start()``.
    public init(
        on loop: EventLoop,
        outbox: any Outbox,
        configuration: Configuration,
        logger: Logger
    ) {
        self.loop = loop
        self.outbox = outbox
        self.configuration = configuration
        self.logger = logger
        // Its own: what an operator trusts must not share connections with it.
        client = CurlClient(on: loop)
        hosts = HostTable(
            concurrencyMax: configuration.concurrencyPerHostMax,
            failuresMax: configuration.hostFailuresMax,
            shutTime: configuration.hostShutTime
        )
    }

    /// How many attempts are under way, the recording of their end included.
    public var underWayCount: Int { underWay.count }

    /// How many deliveries wait in memory for a free place.
    public var waitingCount: Int { waiting.count }

    /// What ``Outbox/due(now:max:lease:avoiding:)`` knows a host by; empty where `url` is none.
    public static func host(of url: String) -> String { (try? CurlURL(url))?.host ?? "" }

    /// Begins to deliver. No effect once it has begun.
    public func start() {
        loop.checkIsolated()
        guard phase == .idle else { return }
        phase = .running
        loop.createTask(name: "courier") { await self.run() }
    }

    /// Says that the outbox has something new.
    public func noteNewDeliveries() {
        loop.checkIsolated()
        isWoken = true
        if let alarm, !alarm.isDone { try? alarm.setResult(()) }
    }

    /// Begins nothing any more and returns when the attempts under way have ended and are
    /// recorded. Cancelling the wait ends them at once; they are made again after a restart.
    public func drain() async {
        loop.checkIsolated()
        phase = .draining
        waiting = []
        noteNewDeliveries()
        while !underWay.isEmpty {
            // Together, so that a cancellation reaches all of them.
            _ = try? await loop.gatherResults(Array(underWay.values)).value
        }
        client.close()
    }

    // MARK: the round

    private func run() async {
        while phase == .running, !Task.isCancelled {
            isWoken = false
            let rest = await claim()
            startWaiting()
            await waitForAlarm(rest)
        }
    }

    /// Takes what is due.
    ///
    /// - Returns: how long there is nothing to do unless something happens; nil: for ever.
    private func claim() async -> Duration? {
        guard underWay.count < configuration.concurrencyMax,
            waiting.count + Self.claimMax <= Self.waitingMax
        else { return nil }
        let now = configuration.clock()
        let avoided = hosts.occupied(at: now).union(waiting.map(\.host))
        do {
            let claimed = try await outbox.due(
                now: now,
                max: Self.claimMax,
                lease: configuration.lease,
                avoiding: avoided
            )
            for delivery in claimed where !isHeld(delivery.id) {
                let host = Self.host(of: delivery.url)
                waiting.append(Parcel(delivery: delivery, host: host, claimedAt: now))
            }
            guard claimed.isEmpty else { return .zero }
            return try await outbox.nextDue().map { next in
                let rest = configuration.clock().duration(to: next)
                // What is due and was not given goes to a host that can take none.
                return rest > .zero ? rest : Self.outboxRest
            }
        } catch {
            logger.error("webhook outbox failed", metadata: ["error": "\(error)"])
            return Self.outboxRest
        }
    }

    /// A record that fails for longer than the lease brings the delivery up again.
    private func isHeld(_ id: DeliveryID) -> Bool {
        underWay[id] != nil || waiting.contains { $0.delivery.id == id }
    }

    private func startWaiting() {
        guard phase == .running else { return }
        let now = configuration.clock()
        var left: [Parcel] = []
        for parcel in waiting
        where parcel.claimedAt.duration(to: now) < configuration.waitMax {
            guard underWay.count < configuration.concurrencyMax else {
                left.append(parcel)
                continue
            }
            switch hosts.admission(parcel.host, at: now) {
            case .open: begin(parcel)
            case .busy: left.append(parcel)
            case .shut: break
            }
        }
        waiting = left
    }

    private func waitForAlarm(_ rest: Duration?) async {
        guard !isWoken, rest != .zero else { return }
        let alarm = Future<Void>(on: loop)
        self.alarm = alarm
        let timer = rest.flatMap { rest in
            try? loop.callLater(rest) { if !alarm.isDone { try alarm.setResult(()) } }
        }
        try? await alarm.value
        timer?.cancel()
        self.alarm = nil
    }

    // MARK: one attempt

    private func begin(_ parcel: Parcel) {
        hosts.begin(parcel.host)
        let id = parcel.delivery.id
        underWay[id] = loop.createTask(name: "deliver \(id)") {
            await self.attempt(parcel.delivery, host: parcel.host)
            self.underWay[id] = nil
            self.noteNewDeliveries()
        }
    }

    private func attempt(_ delivery: Delivery, host: String) async {
        let attempt = Attempt(delivery, configuration)
        let ending = await attempt.make(client)
        if let time = hosts.end(host, ending.sign, at: configuration.clock()) {
            logger.warning(
                "webhook host is left alone",
                metadata: ["host": "\(host)", "seconds": "\(time.components.seconds)"]
            )
        }
        // The place at the host is free before the end is recorded.
        noteNewDeliveries()
        count(ending, delivery, host)
        await record(ending, for: delivery.id)
    }

    private func count(_ ending: Attempt.Ending, _ delivery: Delivery, _ host: String) {
        switch ending.state {
        case .delivered: counts.delivered += 1
        case .pending: counts.retried += 1
        case .failed:
            counts.givenUp += 1
            logger.notice(
                "webhook given up",
                metadata: [
                    "delivery.id": "\(delivery.id)", "job.id": "\(delivery.job)", "host": "\(host)",
                    "attempt": "\(ending.log.attempt)", "error": "\(ending.log.error ?? "")",
                ]
            )
        }
    }

    private func record(_ ending: Attempt.Ending, for id: DeliveryID) async {
        var rest = Self.recordRest.lowerBound
        while true {
            do {
                return try await outbox.record(
                    ending.log,
                    for: id,
                    state: ending.state,
                    next: ending.next
                )
            } catch {
                logger.error(
                    "webhook attempt not recorded",
                    metadata: ["delivery.id": "\(id)", "error": "\(error)"]
                )
            }
            do {
                try await loop.sleep(for: rest)
            } catch {
                // The process ends. The message is still owed and comes back with its lease.
                return
            }
            rest = min(Self.recordRest.upperBound, rest * 2)
        }
    }
}
