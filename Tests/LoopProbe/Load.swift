// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem

/// Large numbers of one thing, in a process of their own: its memory and its descriptors are
/// nobody else's. Each prints what it came to.
enum Load {
    private struct Surprise: Error, CustomStringConvertible { let description: String }

    private static func expect(_ holds: Bool, _ what: @autoclosure () -> String) throws {
        guard holds else { throw Surprise(description: what()) }
    }

    /// How much memory the process has in use, in bytes.
    private static func resident() -> Int {
        let file = fopen("/proc/self/statm", "r")!
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        fgets(&line, CInt(line.count), file)
        let text = String(
            decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
        return Int(text.split(separator: " ")[1])! * 4096
    }

    /// How much memory `body` leaves behind, in MiB.
    private static func growth(_ body: () async throws -> Void) async throws -> Int {
        let before = resident()
        try await body()
        return (resident() - before) >> 20
    }

    /// A million tasks, created and awaited, a thousand at a time.
    static func tasks() throws {
        try EventLoop.run { loop in
            func thousand() async throws {
                let tasks = (0..<1000).map { number in
                    loop.createTask {
                        try await loop.sleep(for: .zero)
                        return number
                    }
                }
                var sum = 0
                for task in tasks { sum += try await task.value }
                try expect(sum == 499_500, "the tasks' results sum up to \(sum)")
            }
            for _ in 0..<10 { try await thousand() }
            let growth = try await growth { for _ in 0..<990 { try await thousand() } }
            try expect(growth < 8, "a million tasks left \(growth) MiB")
            try expect(loop.allTasks.count == 1, "\(loop.allTasks.count) tasks are left")
            print("flat after 1000000 tasks")
        }
    }

    /// Ten thousand connections that say nothing for a while, and then one word each. Fewer where
    /// the process may not have as many descriptors.
    static func connections() throws {
        let count = min(10_000, raiseDescriptorLimit() - 100)
        try EventLoop.run { loop in
            var served: [LoopTask<Void>] = []
            let path = "/tmp/loop-probe-\(getpid())"
            let listener = try Listener(on: loop, at: .unix(path: path)) { descriptor, _ in
                guard let connection = try? Connection(on: loop, descriptor) else { return }
                served.append(
                    loop.createTask {
                        let bytes = try await connection.read()
                        try await connection.write(bytes)
                        connection.close()
                    }
                )
            }
            defer { listener.close() }
            var plan = ProcessPlan(
                path: "/proc/self/exe",
                arguments: ["LoopProbe", "clients", path, "\(count)"],
                environment: []
            )
            plan.descriptors = [0: 0, 1: 1, 2: 2]
            let before = resident()
            let clients = try Subprocess(plan, on: loop)
            while served.count < count { try await loop.sleep(for: .milliseconds(1)) }
            let growth = (resident() - before) >> 20
            try expect(growth < 100, "\(count) connections took \(growth) MiB")
            for task in served { try await task.value }
            let end = try await clients.wait().ending
            try expect(end == .exited(0), "the clients ended with \(end)")
            print("idle connections answered")
        }
    }

    /// The other end of ``connections()``.
    static func clients(_ path: String, _ count: Int) throws {
        _ = raiseDescriptorLimit()
        try EventLoop.run { loop in
            var clients: [Connection] = []
            for _ in 0..<count {
                clients.append(try await Connection.open(on: loop, to: .unix(path: path)))
            }
            for client in clients { try await client.write([7]) }
            for client in clients {
                let answer = try await client.read()
                try expect(answer == [7], "an idle connection answered \(answer)")
                client.close()
            }
        }
    }

    /// - Returns: how many descriptors the process may have now.
    private static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(limit.rlim_cur)
    }

    /// A hundred thousand timers, half of them cancelled, the rest in order.
    static func timers() throws {
        try EventLoop.run { loop in
            var fired: [Int] = []
            let start = loop.time().advanced(by: .milliseconds(200))
            for number in 0..<100_000 {
                // Scattered, so that the order of scheduling is not the order of time.
                let place = number * 7919 % 100_000
                let timer = try loop.callAt(start.advanced(by: .microseconds(place))) {
                    fired.append(place)
                }
                if place % 2 == 1 { timer.cancel() }
            }
            while fired.count < 50_000 { try await loop.sleep(for: .milliseconds(5)) }
            try expect(fired == Array(stride(from: 0, to: 100_000, by: 2)), "timers out of order")
            print("50000 timers fired in order")
        }
    }

    /// More clients than there are descriptors: the loop says so, goes on, and takes them all when
    /// there are some again.
    static func descriptors() throws {
        let clientCount = 28
        var limit = rlimit(rlim_cur: 40, rlim_max: 40)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        try EventLoop.run { loop in
            var complaints = 0
            loop.exceptionHandler = { context in
                if context.message == "socket.accept() out of system resource" { complaints += 1 }
            }
            var kept: [Connection] = []
            var accepted = 0
            let path = "/tmp/loop-probe-\(getpid())"
            let listener = try Listener(on: loop, at: .unix(path: path)) { descriptor, _ in
                accepted += 1
                if let connection = try? Connection(on: loop, descriptor), complaints == 0 {
                    kept.append(connection)
                }
            }
            defer { listener.close() }
            // They stand in the kernel's queue, each with a descriptor of ours.
            let clients = try (0..<clientCount).map { _ in
                try Socket.connect(to: listener.address).release()
            }
            while complaints == 0 { try await loop.sleep(for: .milliseconds(1)) }
            try expect(accepted < clientCount, "there were descriptors for all")
            for connection in kept { connection.close() }
            kept = []
            while accepted < clientCount { try await loop.sleep(for: .milliseconds(1)) }
            for client in clients { close(client) }
            print("recovered from no descriptors")
        }
    }

    // Safety: touched in callbacks of one loop only.
    private final class Count: @unchecked Sendable {
        var next: [Int]
        var left: Int

        init(threads: Int, calls: Int) {
            next = Array(repeating: 0, count: threads)
            left = threads * calls
        }
    }

    /// Eight threads that all schedule at once, and cancel some of it.
    static func flood() throws {
        let threads = 8
        let calls = 50_000
        try EventLoop.run { loop in
            let done = Future<Void>(on: loop)
            let count = Count(threads: threads, calls: calls)
            for thread in 0..<threads {
                try startThread(name: "flood") {
                    for call in 0..<calls {
                        loop.callSoonThreadsafe {
                            // Of one thread they come in their order.
                            try expect(count.next[thread] == call, "call \(call) out of order")
                            count.next[thread] += 1
                            count.left -= 1
                            if count.left == 0 { try done.setResult(()) }
                        }
                    }
                }
            }
            loop.exceptionHandler = { context in
                if !done.isDone, let error = context.error { try? done.setException(error) }
            }
            try await done.value
            print("400000 calls from 8 threads, each in its order")
        }
    }
}
