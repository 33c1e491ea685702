// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopSystem

/// Each callback schedules the next.
final class Chain {
    private let loop: EventLoop
    private let done: Future<Void>
    private var left: Int

    init(_ loop: EventLoop, _ count: Int) {
        self.loop = loop
        done = Future(on: loop)
        left = count
    }

    func run() async throws {
        try loop.callSoon(step)
        try await done.value
    }

    private func step() throws {
        left -= 1
        if left > 0 { try loop.callSoon(step) } else { try done.setResult(()) }
    }
}

/// A thousand callbacks in each iteration.
final class Burst {
    private static let perRound = 1000
    private let loop: EventLoop
    private let done: Future<Void>
    private var rounds: Int
    private var left = 0

    init(_ loop: EventLoop, _ count: Int) {
        self.loop = loop
        done = Future(on: loop)
        rounds = count / Self.perRound
    }

    func run() async throws {
        try begin()
        try await done.value
    }

    private func begin() throws {
        left = Self.perRound
        for _ in 0..<Self.perRound { try loop.callSoon(one) }
    }

    private func one() throws {
        left -= 1
        guard left == 0 else { return }
        rounds -= 1
        if rounds > 0 { try begin() } else { try done.setResult(()) }
    }
}

/// Timers that are all pending at once, and then cancelled.
func scheduleAndCancel(_ loop: EventLoop, _ count: Int) async throws {
    var timers: [TimerHandle] = []
    for number in 0..<count {
        timers.append(try loop.callLater(.seconds(10) + .milliseconds(number % 1000)) {})
    }
    for timer in timers { timer.cancel() }
    try await loop.sleep(for: .zero)
}

/// Another thread calls as fast as it can.
func flood(_ loop: EventLoop, _ count: Int) async throws {
    let done = Future<Void>(on: loop)
    try startThread(name: "flood") {
        for _ in 0..<count { loop.callSoonThreadsafe {} }
        loop.callSoonThreadsafe { try done.setResult(()) }
    }
    try await done.value
}

/// 64 bytes go to a server on the same loop and come back, one round trip after the other.
func echoBack(_ loop: EventLoop, _ count: Int) async throws {
    let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!) { descriptor, _ in
        guard let connection = try? Connection(on: loop, descriptor) else { return }
        loop.createTask {
            while case let bytes = try await connection.read(), !bytes.isEmpty {
                try await connection.write(bytes)
            }
            connection.close()
        }
    }
    let client = try await Connection.open(on: loop, to: listener.address)
    let message = [UInt8](repeating: 97, count: 64)
    for _ in 0..<count {
        try await client.write(message)
        var received = 0
        while received < message.count { received += try await client.read().count }
    }
    client.close()
    listener.close()
}

/// `/bin/true`, one after the other.
func spawnAndWait(_ loop: EventLoop, _ count: Int) async throws {
    var plan = ProcessPlan(path: "/bin/true", arguments: ["true"], environment: [])
    plan.descriptors = [:]
    for _ in 0..<count { _ = try await Subprocess(plan, on: loop).wait() }
}
