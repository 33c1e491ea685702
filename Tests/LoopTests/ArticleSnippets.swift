// SPDX-License-Identifier: Apache-2.0

import Logging
import Loop
import LoopSystem
import Testing

/// The Swift code of the article "Developing with Loop", so that it compiles and runs. Each block of
/// the article stands here word for word, apart from its indentation.
@Suite struct ArticleSnippets {
    struct NotConsumed: Error {}

    func rows() -> AsyncGenerator<Int, Never> {
        AsyncGenerator { out in
            for row in 1... { try await out.yield(row) }
        }
    }

    func test() -> Coroutine<Void> {
        Coroutine { print("never scheduled") }
    }

    func answer(_ loop: EventLoop) -> Coroutine<Int> {
        Coroutine {
            try await loop.sleep(for: .milliseconds(10))
            return 42
        }
    }

    struct Collector: DiagnosticSink {
        let found: Locked<[Diagnostic]>
        func receive(_ diagnostic: Diagnostic) { found.withLock { $0.append(diagnostic) } }
    }

    @Sendable static func slowSum(_ count: Int) -> Int { (0..<count).reduce(0, +) }

    @Test func `debug mode is asked for`() throws {
        try EventLoop.run(debug: true) { loop in
            try await loop.sleep(for: .milliseconds(1))
        }
        let loop = try EventLoop()
        loop.debug = true
        loop.slowCallbackDuration = .milliseconds(50)
        #expect(loop.debug)
    }

    @Test func `callbacks and coroutines come in from another thread`() throws {
        let counter = Counter()
        let results = Locked<[Int]>([])
        try EventLoop.run { loop in
            let future = Future<Void>(on: loop)
            let asked = Future<Void>(on: loop)
            try loop.callSoon {
                try startThread(name: "other") {
                    loop.callSoonThreadsafe { counter.increment() }
                    loop.callSoonThreadsafe { future.cancel() }
                    do {
                        let later = loop.runCoroutineThreadsafe(answer(loop))
                        let result = try later.result()
                        results.withLock { $0.append(result) }
                    } catch {
                        Issue.record(error)
                    }
                    loop.callSoonThreadsafe { try asked.setResult(()) }
                }
            }
            await #expect(throws: CancellationError.self) { try await future.value }
            try await asked.value
        }
        #expect(counter.value == 1)
        #expect(results.withLock { $0 } == [42])
    }

    @Test func `blocking code goes to an executor`() throws {
        let slowSum = Self.slowSum
        try EventLoop.run { loop in
            let total = await loop.runInExecutor { slowSum(1_000) }
            #expect(total == 499_500)
        }
    }

    @Test func `logging is set up`() throws {
        var logger = Logger(label: "asyncio")
        logger.logLevel = .warning
        let quiet = try EventLoop(logger: logger)
        quiet.close()
    }

    @Test func `what goes wrong is reported`() throws {
        let collector = Collector(found: Locked([]))
        try EventLoop.run { loop in
            loop.setDiagnosticSink(collector)
            _ = test()
            loop.createTask(name: "bug") { throw NotConsumed() }
            try await loop.sleep(for: .milliseconds(1))
        }
        #expect(
            collector.found.withLock { $0.map(\.kind) }
                == [.coroutineNeverAwaited, .exceptionNeverRetrieved]
        )
        try EventLoop.run { loop in
            try await test().value
            loop.createTask(test())
            loop.exceptionHandler = { context in print(context.message) }
        }
    }

    @Test func `a generator is closed where it is left`() throws {
        try EventLoop.run { _ in
            try await withClosing(rows()) { rows in
                for try await row in rows {
                    print(row)
                    break
                }
            }
        }
    }

    @Test func `every block of Swift in the article stands in this file`() throws {
        let here = try words(#filePath)
        let sources = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let article = try text("/\(sources)/Sources/Loop/Loop.docc/DevelopingWithLoop.md")
        let blocks = article.split(separator: "```swift\n").dropFirst()
            .map { $0.prefix(upTo: $0.firstRange(of: "```")!.lowerBound) }
        #expect(blocks.count > 10)
        for block in blocks {
            // A comment of its own line, or an empty line, parts what may stand in two places here.
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            for run in lines.split(whereSeparator: { $0.isEmpty || $0.hasPrefix("// ") }) {
                let text = run.flatMap { $0.split(separator: " ") }.joined(separator: " ")
                #expect(here.contains(text), "not compiled anywhere: \(text)")
            }
        }
    }

    private func words(_ path: String) throws -> String {
        try text(path).split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }

    private func text(_ path: String) throws -> String {
        let descriptor = try FileDescriptor.open(path, 0)
        var bytes: [UInt8] = []
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                if case .count(let read) = readNow(
                    descriptor.number,
                    into: UnsafeMutableRawBufferPointer(buffer)
                ) {
                    count = read
                }
            }
            if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk
        }
    }
}
