// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

private struct Oops: Error {}

/// Tells when the last who keeps it has let it go.
private final class Guest: Sendable {
    let left: Counter
    init(_ left: Counter) { self.left = left }
    deinit { left.increment() }
}

@Suite struct AsyncGeneratorTests {
    private func numbers(_ count: Int) -> AsyncGenerator<Int, Never> {
        AsyncGenerator { out in
            for number in 0..<count { try await out.yield(number) }
        }
    }

    /// Yields for ever, and holds `guest` meanwhile.
    private func endless(_ guest: Guest, cleanUp: @escaping @Sendable () async throws -> Void = {})
        -> AsyncGenerator<Int, Never>
    {
        AsyncGenerator { out in
            do {
                while true {
                    try await out.yield(1)
                    _ = guest
                }
            } catch {
                try await cleanUp()
                throw error
            }
        }
    }

    @Test func `elements come one by one, and then the end for ever`() throws {
        try EventLoop.run { loop in
            let numbers = numbers(2)
            var elements: [Int?] = []
            for _ in 1...4 { elements.append(try await numbers.next()) }
            #expect(elements == [0, 1, nil, nil])
        }
    }

    @Test func `nothing of the body runs before the first element is asked for`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            let generator = AsyncGenerator<Int, Never> { _ in journal.note("body") }
            try await loop.sleep(for: .zero)
            journal.note("asks")
            #expect(try await generator.next() == nil)
        }
        #expect(journal.entries == ["asks", "body"])
    }

    @Test func `iterating takes no turn of the loop while the body waits for nothing`() throws {
        let turns = Journal()
        try EventLoop.run { loop in
            try loop.callSoon { turns.note("a turn") }
            var sum = 0
            for try await number in numbers(1000) { sum += number }
            #expect(sum == 499_500)
            #expect(turns.entries.isEmpty)
            try await loop.sleep(for: .zero)
            #expect(turns.entries == ["a turn"])
        }
    }

    @Test func `a million elements of one turn need no more stack than one`() throws {
        let sum = try EventLoop.run { loop in
            var sum = 0
            for try await number in numbers(1_000_000) { sum += number }
            return sum
        }
        #expect(sum == 499_999_500_000)
    }

    @Test func `generators of generators can be five thousand deep`() throws {
        @Sendable func nested(_ depth: Int) -> AsyncGenerator<Int, Never> {
            AsyncGenerator { out in
                try await out.yield(depth)
                guard depth > 0 else { return }
                for try await number in nested(depth - 1) { try await out.yield(number) }
            }
        }
        let first = try EventLoop.run { loop in
            var first: [Int] = []
            try await withClosing(nested(5000)) { numbers in
                for try await number in numbers {
                    first.append(number)
                    if first.count == 100 { break }
                }
            }
            return first
        }
        #expect(first == Array((4901...5000).reversed()))
        let all = try EventLoop.run { loop in
            var count = 0
            for try await _ in nested(300) { count += 1 }
            return count
        }
        #expect(all == 301)
    }

    @Test func `several generators that are begun in one step keep apart`() throws {
        try EventLoop.run { loop in
            let all = (0..<10).map { start in
                AsyncGenerator<Int, Never> { out in
                    for number in start... { try await out.yield(number) }
                }
            }
            for round in 0..<3 {
                for (start, generator) in all.enumerated() {
                    #expect(try await generator.next() == start + round)
                }
            }
            for generator in all { try await generator.close() }
        }
    }

    @Test func `children of a task that ask several generators all get their elements`() throws {
        try EventLoop.run { loop in
            let sum = try await withThrowingTaskGroup { group in
                for _ in 0..<20 {
                    group.addTask {
                        var sum = 0
                        for try await number in numbers(100) { sum += number }
                        return sum
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 20 * 4950)
        }
    }

    @Test func `children that begin at once take their turns in the queue and lose nothing`() throws
    {
        // The step that begins them runs on between their first exchanges, so that the one place
        // for who goes on next is taken.
        try EventLoop.run { loop in
            let all = (0..<3).map { _ in numbers(3) }
            let tasks = all.map { generator in
                Task.immediate(executorPreference: loop.taskExecutor) {
                    var sum = 0
                    for try await number in generator { sum += number }
                    return sum
                }
            }
            for task in tasks {
                while true {
                    try await loop.sleep(for: .zero)
                    if try await task.value == 3 { break }
                }
            }
        }
    }

    @Test func `what the consumer's task is cancelled with ends the body's wait`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            let generator = AsyncGenerator<Int, Never> { out in
                do {
                    try await loop.sleep(for: .seconds(3600))
                } catch {
                    journal.note("\(type(of: error)), Swift's flag \(Task.isCancelled)")
                }
                try await loop.sleep(for: .milliseconds(1))
                try await out.yield(7)
            }
            let task = loop.createTask { try await generator.next() }
            try await loop.sleep(for: .zero)
            task.cancel()
            #expect(try await task.value == 7)
            try await generator.close()
        }
        #expect(journal.entries == ["CancellationError, Swift's flag true"])
    }

    @Test func `a cancelled child of a task ends the body's wait too`() throws {
        try EventLoop.run { loop in
            let generator = AsyncGenerator<Int, Never> { out in
                try await loop.sleep(for: .seconds(3600))
            }
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup { group in
                    group.addTask { _ = try await generator.next() }
                    try await loop.sleep(for: .milliseconds(1))
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `the body runs in its consumer's task, whoever that is`() throws {
        try EventLoop.run { loop in
            let generator = AsyncGenerator<String, Never> { out in
                while true {
                    try await loop.sleep(for: .zero)
                    try await out.yield(loop.currentTask?.name ?? "none")
                }
            }
            for name in ["first", "second"] {
                let seen = try await loop.createTask(name: name) { try await generator.next() }
                    .value
                #expect(seen == name)
            }
            try await generator.close()
        }
    }

    @Test func `a yield outside of the body is refused`() throws {
        try EventLoop.run { loop in
            let generator = AsyncGenerator<Int, Never> { out in
                async let child: Void = { _ = try await out.yield(1) }()
                try await child
            }
            await #expect(
                throws: LoopError.invalidState("yield was called outside of its generator's body")
            ) {
                try await generator.next()
            }
        }
    }

    @Test func `a generator that asks itself is running already`() throws {
        final class Box: @unchecked Sendable { var generator: AsyncGenerator<Int, Never>? }
        try EventLoop.run { loop in
            let box = Box()
            box.generator = AsyncGenerator { out in _ = try await box.generator?.next() }
            await #expect(throws: LoopError.generatorAlreadyRunning(call: "anext")) {
                try await box.generator?.next()
            }
            box.generator = nil
        }
    }

    @Test func `another thread is refused with the cure`() throws {
        let journal = Journal()
        let other = try EventLoop()
        try startThread(name: "other") { try? other.runForever() }
        defer { other.callSoonThreadsafe { other.stop() } }
        try EventLoop.run { loop in
            let generator = numbers(3)
            _ = try await generator.next()
            do {
                _ = try await Task(executorPreference: other.taskExecutor) {
                    try await generator.next()
                }.value
            } catch {
                journal.note("\(error)")
            }
            #expect(try await generator.next() == 1)
            try await generator.close()
        }
        #expect(journal.entries.count == 1)
        #expect(journal.entries[0].contains("AsyncGenerator.next was called on thread"))
        #expect(journal.entries[0].contains("Use callSoonThreadsafe"))
    }

    // MARK: closing

    @Test func `withClosing closes after a result and after an error`() throws {
        let left = Counter()
        try EventLoop.run { loop in
            let result = try await withClosing(endless(Guest(left))) { try await $0.next() }
            #expect(result == 1)
            #expect(left.value == 1)
            await #expect(throws: Oops.self) {
                try await withClosing(endless(Guest(left))) {
                    _ = try await $0.next()
                    throw Oops()
                }
            }
            #expect(left.value == 2)
        }
    }

    @Test func `what is dropped half-way is closed by its loop and leaves nothing behind`() throws {
        let left = Counter()
        let journal = Journal()
        try EventLoop.run { loop in
            for try await _ in endless(
                Guest(left),
                cleanUp: {
                    try await loop.sleep(for: .milliseconds(1))
                    journal.note("cleaned up")
                }
            ) { break }
            #expect(left.value == 0)
            try await loop.sleep(for: .zero)  // makes the task
            try await loop.sleep(for: .zero)  // begins it
            while let task = loop.allTasks.first(where: { $0.name != "main" }) {
                try await (task as! LoopTask<Void>).value
            }
        }
        #expect(left.value == 1)
        #expect(journal.entries == ["cleaned up"])
    }

    @Test func `what is dropped as run ends leaves nothing behind`() throws {
        let left = Counter()
        try EventLoop.run { loop in
            for try await _ in endless(Guest(left)) { break }
        }
        #expect(left.value == 1)
    }

    @Test func `what is dropped on another thread is closed on its loop`() throws {
        let left = Counter()
        let journal = Journal()
        try EventLoop.run { loop in
            let closed = Future<Void>(on: loop)
            var generator: AsyncGenerator<Int, Never>? = endless(
                Guest(left),
                cleanUp: {
                    journal.note("on the loop: \(loop.isOnLoop)")
                    try closed.setResult(())
                }
            )
            _ = try await generator?.next()
            let held = Unmanaged.passRetained(generator!)
            generator = nil
            let address = UInt(bitPattern: held.toOpaque())
            await loop.runInExecutor {
                Unmanaged<AsyncGenerator<Int, Never>>
                    .fromOpaque(UnsafeRawPointer(bitPattern: address)!).release()
            }
            try await closed.value
        }
        #expect(journal.entries == ["on the loop: true"])
        #expect(left.value == 1)
    }

    @Test func `one that never began leaves nothing behind`() throws {
        let left = Counter()
        try EventLoop.run { loop in
            _ = endless(Guest(left))
            #expect(left.value == 1)
            let closed = endless(Guest(left))
            try await closed.close()
            #expect(left.value == 2)
        }
    }

    @Test func `a dropped body that catches its end is told again, and is reported`() throws {
        let left = Counter()
        let journal = Journal()
        try EventLoop.run { loop in
            loop.exceptionHandler = { journal.note("\($0.message): \($0.error!)") }
            let stubborn = { @Sendable (guest: Guest) in
                AsyncGenerator<Int, Never> { out in
                    for _ in 0..<10 {
                        do { try await out.yield(1) } catch { _ = guest }
                    }
                }
            }
            for try await _ in stubborn(Guest(left)) { break }
            for _ in 0..<4 { try await loop.sleep(for: .zero) }
            #expect(left.value == 1)
        }
        #expect(
            journal.entries == [
                "Task exception was never retrieved: async generator ignored GeneratorExit"
            ]
        )
    }

    @Test func `a dropped body that never ends is given up after sixteen times`() throws {
        let exits = Counter()
        try EventLoop.run { loop in
            loop.exceptionHandler = { _ in }
            func immortal() -> AsyncGenerator<Int, Never> {
                AsyncGenerator { out in
                    while true {
                        do { try await out.yield(1) } catch { exits.increment() }
                    }
                }
            }
            for try await _ in immortal() { break }
            for _ in 0..<4 { try await loop.sleep(for: .zero) }
        }
        #expect(exits.value == 16)
    }

    @Test func `shutdown closes all at once and reports what fails`() throws {
        let journal = Journal()
        let line = #line + 7
        try EventLoop.run { loop in
            loop.exceptionHandler = { journal.note("\($0.message): \($0.error!)") }
            var all: [AsyncGenerator<Int, Never>] = []
            for number in 1...3 {
                // The first takes longest, so the order tells that none waits for another.
                all.append(
                    AsyncGenerator(name: "generator\(number)") { out in
                        do { try await out.yield(number) } catch {
                            for _ in number..<4 { try await loop.sleep(for: .zero) }
                            journal.note("closed \(number)")
                            if number == 2 { throw Oops() }
                        }
                    }
                )
                _ = try await all.last!.next()
            }
            let ended = numbers(0)
            _ = try await ended.next()
            try await loop.shutdownAsyncGenerators()
            #expect(try await all[0].next() == nil)
        }
        #expect(
            journal.entries == [
                "closed 3", "closed 2", "closed 1",
                "an error occurred during closing of asynchronous generator <AsyncGenerator "
                    + "generator2 created at LoopTests/AsyncGeneratorTests.swift:\(line)>: Oops()",
            ]
        )
    }

    // MARK: warnings

    @Test func `one that is begun after the shutdown says so`() throws {
        let sink = CapturingSink()
        try EventLoop.run(debug: true) { loop in
            loop.setDiagnosticSink(sink)
            try await loop.shutdownAsyncGenerators()
            let late = numbers(1)
            _ = try await late.next()
            _ = try await late.next()
        }
        let told = sink.all.filter { $0.kind == .asyncGenerator }
        #expect(told.count == 1)
        #expect(
            told[0].message.firstMatch(
                of:
                    #/^asynchronous generator <AsyncGenerator numbers\(_:\) created at LoopTests/AsyncGeneratorTests\.swift:\d+> was scheduled after loop\.shutdownAsyncGenerators\(\) call$/#
            ) != nil,
            "\(told[0].message)"
        )
        #expect(told[0].creationStack != nil)
        guard case .warning("ResourceWarning") = told[0].channel else {
            Issue.record("\(told[0].channel)")
            return
        }
    }

    @Test func `one that is dropped while its loop does not run ends at once, with a warning`()
        throws
    {
        let sink = CapturingSink()
        let left = Counter()
        let loop = try EventLoop()
        loop.setDiagnosticSink(sink)
        var kept: AsyncGenerator<Int, Never>? = endless(Guest(left))
        let first = loop.createTask { [kept] in try await kept!.next() }
        #expect(try loop.runUntilComplete(first) == 1)
        // The task's last step ends in the iteration that stops the loop.
        try loop.callSoon { loop.stop() }
        try loop.runForever()
        kept = nil
        #expect(left.value == 1)
        #expect(sink.all.map(\.kind) == [.asyncGenerator])
        #expect(sink.all[0].message.contains("was dropped half-way while its event loop did not"))
        #expect(sink.all[0].message.contains("withClosing"))
        #expect(sink.all[0].error == nil)
    }

    @Test func `a body that waits where its loop does not run has ignored its end`() throws {
        let sink = CapturingSink()
        let left = Counter()
        let loop = try EventLoop()
        loop.setDiagnosticSink(sink)
        var kept: AsyncGenerator<Int, Never>? = endless(
            Guest(left),
            cleanUp: { try await loop.sleep(for: .zero) }
        )
        let first = loop.createTask { [kept] in try await kept!.next() }
        #expect(try loop.runUntilComplete(first) == 1)
        try loop.callSoon { loop.stop() }
        try loop.runForever()
        kept = nil
        #expect(sink.all.first?.error as? LoopError == .generatorIgnoredExit)
        // Were the loop to run once more, it would go on.
        try loop.callSoon { try loop.callSoon { loop.stop() } }
        try loop.runForever()
        #expect(left.value == 1)
    }

    @Test func `without a loop it works, and says so when it is dropped half-way`() async throws {
        let sink = CapturingSink()
        let left = Counter()
        let whole = numbers(1000)
        var sum = 0
        for try await number in whole { sum += number }
        #expect(sum == 499_500)

        let (cleanedUp, end) = AsyncStream.makeStream(of: Void.self)
        var kept: AsyncGenerator<Int, Never>? = endless(
            Guest(left),
            cleanUp: {
                await Task.yield()
                end.finish()
            }
        )
        #expect(try await kept?.next() == 1)
        let address = UInt(bitPattern: Unmanaged.passRetained(kept!).toOpaque())
        kept = nil
        try EventLoop.run { loop in
            loop.setDiagnosticSink(sink)
            Unmanaged<AsyncGenerator<Int, Never>>
                .fromOpaque(UnsafeRawPointer(bitPattern: address)!).release()
        }
        for await _ in cleanedUp {}
        #expect(sink.all.map(\.kind) == [.asyncGenerator])
        #expect(sink.all[0].message.contains("no event loop ran when it was first asked"))
        #expect(sink.all[0].message.contains("withClosing"))
        while left.value == 0 { await Task.yield() }
    }

    @Test func `without a loop two threads at once never both get in`() async throws {
        let refused = Counter()
        let elements = Counter()
        let generator = numbers(20_000)
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    while true {
                        do {
                            guard try await generator.next() != nil else { return }
                            elements.increment()
                        } catch LoopError.generatorAlreadyRunning {
                            refused.increment()
                            await Task.yield()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(elements.value == 20_000)
    }

    @Test func `without a loop a cancelled consumer cancels the body`() async throws {
        let generator = AsyncGenerator<Int, Never> { out in
            try await Task.sleep(for: .seconds(3600))
        }
        let task = Task { _ = try await generator.next() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
