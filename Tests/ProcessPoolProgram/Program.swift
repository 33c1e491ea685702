// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem

/// A program with a process pool, for the tests to run: its argument says what it does, and it
/// prints what came of it.
@main struct Program {
    static func main() throws {
        let isWorker = unsafe getenv("LOOP_PROCESS_POOL_WORKER") != nil
        if isWorker, let way = unsafe getenv("LOOP_TEST_WORKER") {
            // Programs that do not come to `main` in time, or make a pool first.
            if unsafe String(cString: way) == "silent" { while true { pause() } }
            let loop = try EventLoop()
            do {
                _ = try ProcessPoolExecutor(on: loop, workers: 1)
            } catch {
                exit(error == .insideWorker ? 9 : 1)
            }
        }
        ProcessPoolExecutor.main([
            Square.self, Count.self, Bytes.self, Fail.self, Die.self, Leave.self, Where.self,
            Hang.self, Inherits.self,
        ])
        let scenario = CommandLine.arguments[1]
        try EventLoop.run(debug: scenario == "unclosed") { loop in
            let pool = try ProcessPoolExecutor(
                on: loop,
                workers: scenario == "silent" ? 1 : 2,
                startLimit: scenario == "silent" ? .milliseconds(50) : .seconds(60)
            )
            switch scenario {
            case "results": try await results(pool, loop)
            case "death": try await death(pool, loop)
            case "errors": try await errors(pool)
            case "cancel": try await cancel(pool, loop)
            case "closing": try await closing(pool, loop)
            case "unclosed":
                _ = try await pool.run(Square.self, 1)
                return
            default: await tell { try await pool.run(Square.self, 1) }
            }
            try await pool.shutDown()
            print("workers left: \(pool.workerIDs.count)")
        }
    }

    static func tell(_ call: () async throws -> some Any) async {
        do {
            print(try await call())
        } catch {
            print("\(type(of: error)): \(error)")
        }
    }

    static func results(_ pool: ProcessPoolExecutor, _ loop: EventLoop) async throws {
        let tasks = (0..<20).map { number in
            loop.createTask { try await pool.run(Square.self, number) }
        }
        var sum = 0
        for task in tasks { sum += try await task.value }
        print("sum \(sum), workers \(pool.workerIDs.count)")
        print(try await pool.run(Count.self, [UInt8](repeating: 1, count: 3_000_000)))
        print(try await pool.run(Inherits.self, 0))
    }

    static func death(_ pool: ProcessPoolExecutor, _ loop: EventLoop) async throws {
        // Both workers are there, and one of them dies of its call.
        let killed = loop.createTask { try await pool.run(Die.self, SIGKILL) }
        let others = (1...10).map { number in
            loop.createTask { try await pool.run(Square.self, number) }
        }
        do {
            print(try await killed.value)
        } catch let error as WorkerDied {
            print("signal \(error.signal ?? 0): \(error)")
        }
        for task in others { print(try await task.value, terminator: " ") }
        print()
        await tell { try await pool.run(Leave.self, 5) }
        // Killed from outside, in a call and without one. At first both workers are idle.
        let greeted = (0..<2).map { _ in loop.createTask { try await pool.run(Where.self, 0) } }
        for task in greeted { _ = try await task.value }
        let hanging = loop.createTask { try await pool.run(Hang.self, 0) }
        for _ in 0..<3 { try await loop.sleep(for: .zero) }
        let idle = try await pool.run(Where.self, 0)
        for worker in pool.workerIDs where worker != idle { Glibc.kill(worker, SIGTERM) }
        await tell { try await hanging.value }
        Glibc.kill(idle, SIGKILL)
        // Not a wait for the pool: the kernel ends the process a little later.
        while Glibc.kill(idle, 0) == 0, !isZombie(idle) { sched_yield() }
        print(try await pool.run(Square.self, 12))
    }

    static func isZombie(_ process: pid_t) -> Bool {
        guard let file = try? FileDescriptor.open("/proc/\(process)/stat", O_RDONLY) else {
            return true
        }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
            unsafe count = max(0, read(file.number, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self).contains(") Z ")
    }

    static func errors(_ pool: ProcessPoolExecutor) async throws {
        await tell { try await pool.run(Fail.self, 3) }
        await tell { try await pool.run(Forgotten.self, 3) }
        let limit = ProcessPoolExecutor.messageBytesMax
        await tell {
            try await pool.run(Count.self, [UInt8](repeating: 1, count: limit))
        }
        await tell { try await pool.run(Bytes.self, limit) }
        print(try await pool.run(Bytes.self, limit - 100).count)
        print("workers \(pool.workerIDs.count)")
    }

    static func cancel(_ pool: ProcessPoolExecutor, _ loop: EventLoop) async throws {
        // Two hang, a third waits for a worker.
        let tasks = (0..<3).map { _ in
            loop.createTask { try await pool.run(Hang.self, 0) }
        }
        let last = loop.createTask { try await pool.run(Square.self, 5) }
        while pool.workerIDs.count < 2 { try await loop.sleep(for: .milliseconds(1)) }
        for task in tasks.reversed() {
            task.cancel()
            await tell { try await task.value }
        }
        print(try await last.value)
    }

    static func closing(_ pool: ProcessPoolExecutor, _ loop: EventLoop) async throws {
        _ = try await pool.run(Square.self, 1)
        let busy = loop.createTask { try await pool.run(Square.self, 3) }
        try await loop.sleep(for: .zero)
        pool.close()
        await tell { try await busy.value }
        await tell { try await pool.run(Square.self, 4) }
    }
}
