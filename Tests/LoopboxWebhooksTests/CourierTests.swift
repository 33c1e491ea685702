// SPDX-License-Identifier: Apache-2.0

import LocalReceiver
import Loop
import LoopSystem
import LoopboxModel
import LoopboxWebhooks
import Testing

@Suite struct CourierTests {
    @Test(arguments: [false, true])
    func `a delivery arrives with its headers and is recorded`(debug: Bool) throws {
        try EventLoop.run(debug: debug) { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200, body: "thank you") }
            let outbox = MemoryOutbox(on: loop)
            let secret = WebhookSecret.generate()
            let owed = delivery(to: receiver.url, secret: secret.text)
            outbox.add(owed)
            let courier = Courier(on: loop, outbox: outbox, attempts: 8)
            courier.start()
            try await outbox.wait { $0[0].state != .pending }
            let message = try #require(receiver.messages.first)
            #expect(message.method == "POST")
            #expect(message.body == owed.body)
            #expect(message.headers["content-type"] == "application/json")
            #expect(message.headers["user-agent"] == "Loopbox/1.2.3")
            #expect(message.headers["webhook-id"] == owed.id.description)
            #expect(message.headers["webhook-attempt"] == "1/8")
            let time = try #require(message.headers["webhook-timestamp"].flatMap { Int64($0) })
            try WebhookSignature.verify(
                message.headers["webhook-signature"] ?? "",
                id: owed.id.description,
                timestamp: time,
                body: message.body,
                with: [secret]
            )
            #expect(outbox[owed.id].state == .delivered)
            #expect(outbox[owed.id].nextAttemptAt == nil)
            let attempt = try #require(outbox.recorded.first)
            #expect(attempt.attempt == 1)
            #expect(attempt.status == 200)
            #expect(attempt.error == nil)
            #expect(attempt.response == "thank you")
            #expect(attempt.remoteAddress == receiver.address.description)
            #expect(attempt.times.total.value > 0)
            await courier.drain()
            #expect(courier.counts.delivered == 1)
            receiver.close()
        }
    }

    @Test func `a failing delivery keeps its id and is given up after the last attempt`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in
                .status(500, body: String(repeating: "y", count: 2000))
            }
            let outbox = MemoryOutbox(on: loop)
            outbox.add(delivery(to: receiver.url))
            let courier = Courier(on: loop, outbox: outbox, attempts: 3)
            courier.start()
            try await outbox.wait { $0[0].state == .failed }
            #expect(
                receiver.messages.map { $0.headers["webhook-attempt"] } == ["1/3", "2/3", "3/3"]
            )
            #expect(Set(receiver.messages.map { $0.headers["webhook-id"] }).count == 1)
            #expect(outbox.recorded.map(\.attempt) == [1, 2, 3])
            #expect(outbox.recorded.allSatisfy { $0.status == 500 && $0.error == "status 500" })
            #expect(outbox.recorded[0].response == String(repeating: "y", count: 1024))
            await courier.drain()
            #expect(courier.counts.retried == 2)
            #expect(courier.counts.givenUp == 1)
            receiver.close()
        }
    }

    @Test func `the waits are those of the schedule`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(500) }
            let outbox = MemoryOutbox(on: loop)
            let clock = TestClock()
            outbox.add(delivery(to: receiver.url, at: clock.now))
            let courier = Courier(on: loop, outbox: outbox) {
                $0.schedule = .standard
                $0.clock = { clock.now }
            }
            courier.start()
            for attempt in 1...8 {
                try await outbox.wait { $0[0].attempts.count == attempt }
                let next = outbox.deliveries[0].nextAttemptAt
                guard attempt < 8 else {
                    #expect(next == nil)
                    break
                }
                let wait = clock.now.duration(to: try #require(next))
                let planned = RetrySchedule.standard.delays[attempt]
                #expect(wait >= planned * 0.799 && wait <= planned * 1.2)
                clock.now = try #require(next)
                courier.noteNewDeliveries()
            }
            #expect(outbox.deliveries[0].state == .failed)
            await courier.drain()
            receiver.close()
        }
    }

    @Test func `the courier wakes by itself when a delivery falls due`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let outbox = MemoryOutbox(on: loop)
            outbox.add(
                delivery(to: receiver.url, at: Timestamp.now.advanced(by: .milliseconds(20)))
            )
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            try await outbox.wait { $0[0].state == .delivered }
            await courier.drain()
            receiver.close()
        }
    }

    @Test func `a new delivery is noticed while the courier rests`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let outbox = MemoryOutbox(on: loop)
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            while outbox.dueCalls == 0 { try await loop.sleep(for: .zero) }
            for _ in 0..<3 { try await loop.sleep(for: .zero) }
            outbox.add(delivery(to: receiver.url))
            courier.noteNewDeliveries()
            try await outbox.wait { $0[0].state == .delivered }
            await courier.drain()
            receiver.close()
        }
    }

    @Test(arguments: [
        (
            LocalReceiver.Answer.status(302, headers: ["Location: /x"]),
            "status 302: a redirect is not followed"
        ),
        (.status(400), "status 400"), (.status(300), "status 300: "),
        (.half, "answer: "), (.head(100_000), "answer: the head is larger"),
    ])
    func `what is no whole answer of 2xx is a failure`(
        answer: LocalReceiver.Answer,
        error: String
    ) throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in answer }
            let outbox = MemoryOutbox(on: loop)
            outbox.add(delivery(to: receiver.url))
            let courier = Courier(on: loop, outbox: outbox, attempts: 1)
            courier.start()
            try await outbox.wait { $0[0].state == .failed }
            #expect(outbox.recorded[0].error?.hasPrefix(error) == true)
            #expect(receiver.messages.map(\.target) == ["/hook"])
            await courier.drain()
            receiver.close()
        }
    }

    @Test(arguments: [
        LocalReceiver.Answer.status(200), .status(202, body: "ok"), .status(299), .endless,
    ])
    func `each answer of 2xx is a success, however long`(answer: LocalReceiver.Answer) throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in answer }
            let outbox = MemoryOutbox(on: loop)
            outbox.add(delivery(to: receiver.url))
            let courier = Courier(on: loop, outbox: outbox, attempts: 1)
            courier.start()
            try await outbox.wait { $0[0].state != .pending }
            #expect(outbox.deliveries[0].state == .delivered)
            #expect(outbox.recorded[0].response.utf8.count <= 1024)
            await courier.drain()
            receiver.close()
        }
    }

    @Test func `a receiver that is gone is given up at once`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(410) }
            let outbox = MemoryOutbox(on: loop)
            outbox.add(delivery(to: receiver.url))
            let courier = Courier(on: loop, outbox: outbox, attempts: 8)
            courier.start()
            try await outbox.wait { $0[0].state == .failed }
            #expect(outbox.recorded.map(\.error) == ["status 410: the receiver is gone"])
            await courier.drain()
            receiver.close()
        }
    }

    @Test func `the receiver can ask for a longer wait`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in
                .status(429, headers: ["Retry-After: 3600"])
            }
            let outbox = MemoryOutbox(on: loop)
            let clock = TestClock()
            outbox.add(delivery(to: receiver.url, at: clock.now))
            let courier = Courier(on: loop, outbox: outbox) {
                $0.schedule = .standard
                $0.clock = { clock.now }
            }
            courier.start()
            try await outbox.wait { $0[0].attempts.count == 1 }
            #expect(outbox.deliveries[0].nextAttemptAt == clock.now.advanced(by: .seconds(3600)))
            await courier.drain()
            receiver.close()
        }
    }

    @Test(arguments: [
        ("ftp://example.com/", "the scheme ftp is not allowed; use https"),
        ("http://me:x@127.0.0.1:9999/", "a webhook URL holds no user and no password"),
        ("http://127.0.0.1:22/", "port 22 is not allowed"),
        ("nonsense", "the webhook URL is malformed"),
    ])
    func `a URL that can never do is given up at once`(url: String, error: String) throws {
        try EventLoop.run { loop in
            let outbox = MemoryOutbox(on: loop)
            outbox.add(delivery(to: url))
            let courier = Courier(on: loop, outbox: outbox, attempts: 8)
            courier.start()
            try await outbox.wait { $0[0].state == .failed }
            #expect(outbox.recorded.count == 1)
            #expect(outbox.recorded[0].error?.hasPrefix(error) == true)
            await courier.drain()
        }
    }

    @Test func `an address that is denied is not called, and the log says why`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let outbox = MemoryOutbox(on: loop)
            outbox.add(delivery(to: receiver.url))
            let courier = Courier(on: loop, outbox: outbox, attempts: 2) { $0.policy.allowed = [] }
            courier.start()
            try await outbox.wait { $0[0].state == .failed }
            #expect(
                outbox.recorded.map(\.error)
                    == Array(
                        repeating:
                            "refused: address 127.0.0.1 is loopback; an operator can allow it with --webhook-allow-cidr 127.0.0.1/32",
                        count: 2
                    )
            )
            #expect(receiver.connectionCount == 0)
            await courier.drain()
            receiver.close()
        }
    }

    // MARK: limits

    @Test func `a host gets four at once, and another one its own`() throws {
        try EventLoop.run { loop in
            let gate = Future<Void>(on: loop)
            let slow = try LocalReceiver(on: loop) { _ in
                try? await gate.value
                return .status(200)
            }
            let other = try LocalReceiver(
                on: loop,
                at: .ipv4(address: [127, 0, 0, 2], port: 0)
            ) { _ in .status(200) }
            let outbox = MemoryOutbox(on: loop)
            for _ in 0..<40 { outbox.add(delivery(to: slow.url)) }
            for _ in 0..<10 { outbox.add(delivery(to: other.url)) }
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            try await slow.wait { slow.answeringCount == 4 }
            // The other host is not held up, although its deliveries came last.
            try await outbox.wait { $0.count { $0.state == .delivered } == 10 }
            #expect(other.messages.count == 10)
            #expect(slow.answeringCount == 4)
            try gate.setResult(())
            try await outbox.wait { $0.allSatisfy { $0.state == .delivered } }
            #expect(slow.answeringMax == 4)
            await courier.drain()
            slow.close()
            other.close()
        }
    }

    @Test func `all hosts together get thirty-two at once`() throws {
        try EventLoop.run { loop in
            let gate = Future<Void>(on: loop)
            let outbox = MemoryOutbox(on: loop)
            var receivers: [LocalReceiver] = []
            for number in 1...12 {
                let receiver = try LocalReceiver(
                    on: loop,
                    at: .ipv4(address: [127, 0, 1, UInt8(number)], port: 0)
                ) { _ in
                    try? await gate.value
                    return .status(200)
                }
                receivers.append(receiver)
                for _ in 0..<10 { outbox.add(delivery(to: receiver.url)) }
            }
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            let answering = { receivers.reduce(0) { $0 + $1.answeringCount } }
            while answering() < 32 { try await loop.sleep(for: .zero) }
            for _ in 0..<20 { try await loop.sleep(for: .zero) }
            #expect(answering() == 32)
            #expect(courier.underWayCount == 32)
            try gate.setResult(())
            try await outbox.wait { $0.allSatisfy { $0.state == .delivered } }
            #expect(outbox.recorded.count == 120)
            await courier.drain()
            for receiver in receivers { receiver.close() }
        }
    }

    @Test func `what waits in memory is bounded, even where the outbox gives what it should not`()
        throws
    {
        try EventLoop.run { loop in
            let gate = Future<Void>(on: loop)
            let slow = try LocalReceiver(on: loop) { _ in
                try? await gate.value
                return .status(200)
            }
            let outbox = MemoryOutbox(on: loop)
            outbox.minds = false
            for _ in 0..<300 { outbox.add(delivery(to: slow.url)) }
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            try await slow.wait { slow.answeringCount == 4 }
            for _ in 0..<100 { try await loop.sleep(for: .zero) }
            #expect(courier.waitingCount <= Courier.waitingMax)
            #expect(courier.waitingCount > Courier.waitingMax - Courier.claimMax)
            try gate.setResult(())
            try await outbox.wait { $0.allSatisfy { $0.state == .delivered } }
            #expect(slow.messages.count == 300)
            await courier.drain()
            slow.close()
        }
    }

    @Test func `what waited too long is let go before its lease ends, and is sent once`() throws {
        try EventLoop.run { loop in
            let gate = Future<Void>(on: loop)
            let slow = try LocalReceiver(on: loop) { _ in
                try? await gate.value
                return .status(200)
            }
            let outbox = MemoryOutbox(on: loop)
            let clock = TestClock()
            for _ in 0..<16 { outbox.add(delivery(to: slow.url, at: clock.now)) }
            let courier = Courier(on: loop, outbox: outbox) { $0.clock = { clock.now } }
            courier.start()
            try await slow.wait { slow.answeringCount == 4 }
            #expect(courier.waitingCount == 12)
            clock.now = clock.now.advanced(by: .seconds(89))
            courier.noteNewDeliveries()
            for _ in 0..<10 { try await loop.sleep(for: .zero) }
            #expect(courier.waitingCount == 12)
            clock.now = clock.now.advanced(by: .seconds(1))
            courier.noteNewDeliveries()
            for _ in 0..<10 { try await loop.sleep(for: .zero) }
            #expect(courier.waitingCount == 0)
            clock.now = clock.now.advanced(by: .seconds(31))
            try gate.setResult(())
            try await outbox.wait { $0.allSatisfy { $0.state == .delivered } }
            #expect(slow.messages.count == 16)
            await courier.drain()
            slow.close()
        }
    }

    @Test(arguments: [true, false])
    func `a dead host is left alone, tried again, and holds nobody up`(minds: Bool) throws {
        try EventLoop.run { loop in
            let isUp = Flag()
            let dead = try LocalReceiver(on: loop) { _ in .status(isUp.value ? 200 : 503) }
            let other = try LocalReceiver(
                on: loop,
                at: .ipv4(address: [127, 0, 0, 2], port: 0)
            ) { _ in .status(200) }
            let outbox = MemoryOutbox(on: loop)
            outbox.minds = minds
            let clock = TestClock()
            for _ in 0..<60 { outbox.add(delivery(to: dead.url, at: clock.now)) }
            outbox.add(delivery(to: other.url, at: clock.now))
            let courier = Courier(on: loop, outbox: outbox) {
                $0.schedule = RetrySchedule(Array(repeating: .seconds(1), count: 20))
                $0.clock = { clock.now }
            }
            courier.start()
            try await outbox.wait { $0[60].state == .delivered && outbox.recorded.count > 5 }
            while courier.underWayCount > 0 { try await loop.sleep(for: .zero) }
            // Five failures, and what was under way then.
            let asked = dead.messages.count
            #expect((5...8).contains(asked))
            // The time is up: one message is let through, and fails.
            clock.now = clock.now.advanced(by: .seconds(125))
            courier.noteNewDeliveries()
            try await outbox.wait { _ in outbox.recorded.count >= asked + 2 }
            for _ in 0..<20 { try await loop.sleep(for: .zero) }
            #expect(dead.messages.count == asked + 1)
            // The next one succeeds and opens the host for all.
            isUp.value = true
            for _ in 0..<1000 where outbox.deliveries.contains(where: { $0.state == .pending }) {
                clock.now = clock.now.advanced(by: .seconds(125))
                courier.noteNewDeliveries()
                try await loop.sleep(for: .milliseconds(1))
            }
            #expect(outbox.deliveries.allSatisfy { $0.state == .delivered })
            await courier.drain()
            dead.close()
            other.close()
        }
    }

    // MARK: nothing is lost

    @Test func `an end that can't be recorded is recorded as soon as it can`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let outbox = MemoryOutbox(on: loop)
            outbox.add(delivery(to: receiver.url))
            outbox.recordFailures = 2
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            try await outbox.wait { $0[0].state == .delivered }
            #expect(receiver.messages.count == 1)
            #expect(outbox.recorded.count == 1)
            await courier.drain()
            receiver.close()
        }
    }

    @Test func `a delivery whose end is not recorded yet is not begun again`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let outbox = MemoryOutbox(on: loop)
            let clock = TestClock()
            outbox.add(delivery(to: receiver.url, at: clock.now))
            outbox.recordFailures = 1
            let courier = Courier(on: loop, outbox: outbox) { $0.clock = { clock.now } }
            courier.start()
            while outbox.recordFailures > 0 { try await loop.sleep(for: .zero) }
            // Its lease is over, and the outbox hands it over once more.
            clock.now = clock.now.advanced(by: .seconds(200))
            let calls = outbox.dueCalls
            courier.noteNewDeliveries()
            while outbox.dueCalls == calls { try await loop.sleep(for: .zero) }
            try await outbox.wait { $0[0].state == .delivered }
            #expect(receiver.messages.count == 1)
            #expect(outbox.recorded.count == 1)
            await courier.drain()
            receiver.close()
        }
    }

    @Test func `an outbox that fails is asked again`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let outbox = MemoryOutbox(on: loop)
            outbox.add(delivery(to: receiver.url))
            outbox.dueFailures = 1
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            try await outbox.wait { $0[0].state == .delivered }
            #expect(outbox.dueCalls >= 2)
            await courier.drain()
            receiver.close()
        }
    }

    @Test func `draining waits for what is under way and begins nothing`() throws {
        try EventLoop.run { loop in
            let gate = Future<Void>(on: loop)
            let receiver = try LocalReceiver(on: loop) { _ in
                try? await gate.value
                return .status(200)
            }
            let outbox = MemoryOutbox(on: loop)
            for _ in 0..<10 { outbox.add(delivery(to: receiver.url)) }
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            try await receiver.wait { receiver.answeringCount == 4 }
            let drained = loop.createTask { await courier.drain() }
            for _ in 0..<5 { try await loop.sleep(for: .zero) }
            #expect(!drained.isDone)
            try gate.setResult(())
            try await drained.value
            #expect(outbox.recorded.count == 4)
            #expect(outbox.deliveries.count { $0.state == .pending } == 6)
            #expect(receiver.messages.count == 4)
            receiver.close()
        }
    }

    @Test func `a drain that is cut short records what it broke off, and owes it still`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .silence }
            let outbox = MemoryOutbox(on: loop)
            for _ in 0..<3 { outbox.add(delivery(to: receiver.url)) }
            let courier = Courier(on: loop, outbox: outbox, attempts: 1)
            courier.start()
            try await receiver.wait { receiver.messages.count == 3 }
            let drained = loop.createTask { await courier.drain() }
            try await loop.sleep(for: .zero)
            drained.cancel()
            try await drained.value
            #expect(outbox.recorded.map(\.error) == Array(repeating: "cancelled", count: 3))
            #expect(
                outbox.deliveries.allSatisfy { $0.state == .pending && $0.nextAttemptAt != nil }
            )
            #expect(courier.underWayCount == 0)
            receiver.close()
        }
    }

    @Test func `a delivery that is sent again by hand goes on counting`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(500) }
            let outbox = MemoryOutbox(on: loop)
            var owed = delivery(to: receiver.url)
            owed.attempts = (1...3).map { number in
                DeliveryAttempt(
                    attempt: number,
                    at: .now,
                    status: 500,
                    error: "status 500",
                    response: "",
                    remoteAddress: nil,
                    times: .init(
                        lookup: Seconds(.zero),
                        connect: Seconds(.zero),
                        tls: Seconds(.zero),
                        firstByte: Seconds(.zero),
                        total: Seconds(.zero)
                    )
                )
            }
            outbox.add(owed)
            let courier = Courier(on: loop, outbox: outbox, attempts: 3)
            courier.start()
            try await outbox.wait { $0[0].state == .failed }
            #expect(receiver.messages.map { $0.headers["webhook-attempt"] } == ["4/4"])
            #expect(outbox.recorded.map(\.attempt) == [4])
            await courier.drain()
            receiver.close()
        }
    }
}

/// Something that a test switches. On one loop.
//
// Safety (@unchecked Sendable): tasks of one loop share it.
final class Flag: @unchecked Sendable {
    var value = false
}
