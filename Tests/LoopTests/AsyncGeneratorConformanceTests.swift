// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

/// As `ValueError` in the programs in Python.
private struct ValueError: Error, CustomStringConvertible { let description: String }

extension Journal {
    /// Notes how `call` ends, as the function of the same name in Python does.
    fileprivate func tell<Value>(_ name: String, _ call: () async throws -> Value?) async {
        do {
            if let value = try await call(), !(value is Void) {
                note("\(name) -> \(value)")
            } else {
                note("\(name) -> None")
            }
        } catch {
            note("\(name) raised \(Self.pythonText(error))")
        }
    }

    fileprivate static func pythonText(_ error: any Error) -> String {
        switch error {
        case is GeneratorExit: "GeneratorExit"
        case is CancellationError: "CancelledError"
        case let error as ValueError: "ValueError \(error)"
        case LoopError.generatorNotStarted: "TypeError"
        default: "RuntimeError \(error)"
        }
    }
}

/// Runs programs in a Python that the path leads to.
private enum Python {
    /// 3.13 is the one that `Loop` follows, where it is there.
    private static let command = ["python3.14", "python3.13", "python3"].first {
        (try? lines(of: "note('here')", in: $0)) == ["here"]
    }
    static let isInstalled = command != nil
    /// Up to 3.12 a closing that was cancelled before it began throws `GeneratorExit` on top, where
    /// the generator waits in what it cleans up (mended in 3.13, Objects/genobject.c).
    static let cutsCleaningUpShort =
        (try? lines(of: "import sys; note(sys.version_info < (3, 13))")) == ["True"]

    static func lines(of program: String) throws -> [String] {
        try lines(of: program, in: #require(command))
    }

    /// What the programs have in common.
    private static let prelude = """
        import asyncio, contextlib, warnings
        def note(text): print(text)
        def text(error):
            if isinstance(error, TypeError): return 'TypeError'
            return f'{type(error).__name__} {error}'.strip()
        async def tell(name, call):
            try: note(f'{name} -> {await call}')
            except StopAsyncIteration: note(f'{name} -> None')
            except BaseException as error: note(f'{name} raised {text(error)}')
        def handle(loop, context):
            note(context['message'].split(' <')[0] + ': ' + text(context['exception']))

        """

    /// The lines that `program` prints.
    private static func lines(of program: String, in command: String) throws -> [String] {
        let pipe = try FileDescriptor.pipe()
        let writing = try pipe.writing.duplicate().release()
        let reading = try pipe.reading.duplicate().release()
        _ = consume pipe
        var plan = ProcessPlan(
            path: "/usr/bin/env",
            arguments: ["env", command, "-c", prelude + program],
            environment: ["PATH=\(String(cString: getenv("PATH")))"]
        )
        plan.descriptors = [0: 0, 1: writing]
        let held = plan
        return try EventLoop.run { loop in
            let child = try Subprocess(held, on: loop)
            // Or the end of what the child writes would never be read.
            close(writing)
            let output = try Connection(on: loop, FileDescriptor(owning: reading))
            var bytes: [UInt8] = []
            while case let chunk = try await output.read(), !chunk.isEmpty { bytes += chunk }
            _ = try await child.wait()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }
}

/// Each test runs a program in Python and the same one in Swift, and compares what happens when.
@Suite(.enabled(if: Python.isInstalled)) struct AsyncGeneratorConformanceTests {
    private func expectSame(
        _ program: String,
        without untold: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ main: sending @escaping (EventLoop, Journal) async throws -> Void
    ) throws {
        let journal = Journal()
        nonisolated(unsafe) let main = main
        try EventLoop.run { loop in
            loop.exceptionHandler = { context in
                let message = context.message.replacing("EventLoop.run()", with: "asyncio.run()")
                    .split(separator: " <", maxSplits: 1)[0]
                journal.note("\(message): \(Journal.pythonText(context.error!))")
            }
            try await main(loop, journal)
        }
        let expected = try Python.lines(of: program + "\nasyncio.run(main())\n")
        #expect(!expected.isEmpty, sourceLocation: sourceLocation)
        let entries = journal.entries.filter { $0 != untold }
        #expect(entries == expected, sourceLocation: sourceLocation)
    }

    @Test func `a body that waits for nothing takes no turn`() throws {
        try expectSame(
            """
            async def numbers():
                for n in range(3):
                    note(f'yields {n}')
                    yield n
                note('ends')
            async def main():
                loop = asyncio.get_running_loop()
                loop.call_soon(note, 'a turn')
                async for n in numbers(): note(f'got {n}')
                note('left')
                await asyncio.sleep(0)
                note('end')
            """
        ) { loop, journal in
            let numbers = AsyncGenerator<Int, Never> { out in
                for n in 0..<3 {
                    journal.note("yields \(n)")
                    try await out.yield(n)
                }
                journal.note("ends")
            }
            try loop.callSoon { journal.note("a turn") }
            for try await n in numbers { journal.note("got \(n)") }
            journal.note("left")
            try await loop.sleep(for: .zero)
            journal.note("end")
        }
    }

    @Test func `others run exactly while the body waits`() throws {
        try expectSame(
            """
            async def slow(name):
                for n in range(3):
                    await asyncio.sleep(0)
                    note(f'{name} yields {n}')
                    yield n
            async def consume(name):
                async for n in slow(name): note(f'{name} got {n}')
                note(f'{name} left')
            async def main():
                tasks = [asyncio.create_task(consume(name)) for name in 'abc']
                for _ in range(3):
                    note('main')
                    await asyncio.sleep(0)
                for task in tasks: await task
                note('end')
            """
        ) { loop, journal in
            let tasks = ["a", "b", "c"].map { name in
                loop.createTask {
                    let slow = AsyncGenerator<Int, Never> { out in
                        for n in 0..<3 {
                            try await loop.sleep(for: .zero)
                            journal.note("\(name) yields \(n)")
                            try await out.yield(n)
                        }
                    }
                    for try await n in slow { journal.note("\(name) got \(n)") }
                    journal.note("\(name) left")
                }
            }
            for _ in 0..<3 {
                journal.note("main")
                try await loop.sleep(for: .zero)
            }
            for task in tasks { try await task.value }
            journal.note("end")
        }
    }

    @Test func `what is sent is what the yield returns`() throws {
        try expectSame(
            """
            async def echo():
                got = 'nothing'
                while True: got = yield f'after {got}'
            async def main():
                e = echo()
                await tell('send too early', e.asend('x'))
                await tell('next', e.__anext__())
                await tell('send', e.asend('a'))
                await tell('send', e.asend('b'))
                await tell('next', e.__anext__())
                await tell('close', e.aclose())
                await tell('send', e.asend('c'))
            """
        ) { loop, journal in
            let echo = AsyncGenerator<String, String> { out in
                var got: String? = "nothing"
                while true { got = try await out.yield("after \(got ?? "None")") }
            }
            await journal.tell("send too early") { try await echo.send("x") }
            await journal.tell("next") { try await echo.next() }
            await journal.tell("send") { try await echo.send("a") }
            await journal.tell("send") { try await echo.send("b") }
            await journal.tell("next") { try await echo.next() }
            await journal.tell("close") { try await echo.close() }
            await journal.tell("send") { try await echo.send("c") }
        }
    }

    @Test func `what is raised can be caught at the yield`() throws {
        try expectSame(
            """
            async def tough():
                for n in range(2):
                    try: yield n
                    except ValueError as error:
                        note(f'caught {error}')
                        yield f'instead of {error}'
                yield 'last'
            async def main():
                t = tough()
                await tell('next', t.__anext__())
                await tell('raise', t.athrow(ValueError('one')))
                await tell('next', t.__anext__())
                await tell('raise', t.athrow(ValueError('two')))
                await tell('raise', t.athrow(ValueError('three')))
                await tell('raise', t.athrow(ValueError('four')))
                await tell('next', t.__anext__())
            """
        ) { loop, journal in
            let tough = AsyncGenerator<String, Never> { out in
                for n in 0..<2 {
                    do {
                        try await out.yield("\(n)")
                    } catch let error as ValueError {
                        journal.note("caught \(error)")
                        try await out.yield("instead of \(error)")
                    }
                }
                try await out.yield("last")
            }
            await journal.tell("next") { try await tough.next() }
            for name in ["one", nil, "two", "three", "four"] {
                if let name {
                    await journal.tell("raise") {
                        try await tough.raise(ValueError(description: name))
                    }
                } else {
                    await journal.tell("next") { try await tough.next() }
                }
            }
            await journal.tell("next") { try await tough.next() }
        }
    }

    @Test func `closing cleans up, waits for it, and can be repeated`() throws {
        try expectSame(
            """
            async def rows():
                try:
                    yield 1
                    yield 2
                except BaseException as error:
                    note(f'got {text(error)}')
                    raise
                finally:
                    await asyncio.sleep(0)
                    note('cleaned up')
            async def main():
                r = rows()
                await tell('next', r.__anext__())
                await tell('close', r.aclose())
                await tell('next', r.__anext__())
                await tell('close', r.aclose())
                await tell('raise', r.athrow(ValueError('late')))
            """
        ) { loop, journal in
            let rows = AsyncGenerator<Int, Never> { out in
                do {
                    try await out.yield(1)
                    try await out.yield(2)
                } catch {
                    journal.note("got \(Journal.pythonText(error))")
                    try await loop.sleep(for: .zero)
                    journal.note("cleaned up")
                    throw error
                }
            }
            await journal.tell("next") { try await rows.next() }
            await journal.tell("close") { try await rows.close() }
            await journal.tell("next") { try await rows.next() }
            await journal.tell("close") { try await rows.close() }
            await journal.tell("raise") { try await rows.raise(ValueError(description: "late")) }
        }
    }

    @Test func `one that yields after its end has ignored it, and goes on`() throws {
        try expectSame(
            """
            async def stubborn():
                try: yield 1
                except GeneratorExit: note('no')
                yield 2
                yield 3
            async def main():
                s = stubborn()
                await tell('next', s.__anext__())
                await tell('close', s.aclose())
                await tell('next', s.__anext__())
                await tell('raise', s.athrow(ValueError('x')))
                await tell('next', s.__anext__())
                await tell('next', s.__anext__())
            """
        ) { loop, journal in
            let stubborn = AsyncGenerator<Int, Never> { out in
                do { try await out.yield(1) } catch is GeneratorExit { journal.note("no") }
                try await out.yield(2)
                try await out.yield(3)
            }
            await journal.tell("next") { try await stubborn.next() }
            await journal.tell("close") { try await stubborn.close() }
            await journal.tell("next") { try await stubborn.next() }
            await journal.tell("raise") { try await stubborn.raise(ValueError(description: "x")) }
            await journal.tell("next") { try await stubborn.next() }
            await journal.tell("next") { try await stubborn.next() }
        }
    }

    @Test func `one that never began is closed without running, and raises at once`() throws {
        try expectSame(
            """
            async def fresh():
                note('never')
                yield 1
            async def main():
                f = fresh()
                await tell('close', f.aclose())
                await tell('next', f.__anext__())
                f = fresh()
                await tell('raise', f.athrow(ValueError('early')))
                await tell('next', f.__anext__())
                await tell('raise', f.athrow(ValueError('late')))
                f = fresh()
                await tell('raise', f.athrow(GeneratorExit()))
                await tell('next', f.__anext__())
            """
        ) { loop, journal in
            func fresh() -> AsyncGenerator<Int, Never> {
                AsyncGenerator { out in
                    journal.note("never")
                    try await out.yield(1)
                }
            }
            var f = fresh()
            await journal.tell("close") { [f] in try await f.close() }
            await journal.tell("next") { [f] in try await f.next() }
            f = fresh()
            await journal.tell("raise") { [f] in
                try await f.raise(ValueError(description: "early"))
            }
            await journal.tell("next") { [f] in try await f.next() }
            await journal.tell("raise") { [f] in
                try await f.raise(ValueError(description: "late"))
            }
            f = fresh()
            await journal.tell("raise") { [f] in try await f.raise(GeneratorExit()) }
            await journal.tell("next") { [f] in try await f.next() }
        }
    }

    @Test func `after an error there is nothing more`() throws {
        try expectSame(
            """
            async def fails():
                yield 1
                raise ValueError('inside')
            async def main():
                f = fails()
                await tell('next', f.__anext__())
                await tell('next', f.__anext__())
                await tell('next', f.__anext__())
                await tell('raise', f.athrow(ValueError('late')))
                await tell('close', f.aclose())
                f = fails()
                await tell('next', f.__anext__())
                await tell('next', f.__anext__())
                await tell('raise', f.athrow(ValueError('late')))
                f = fails()
                await tell('next', f.__anext__())
                await tell('raise', f.athrow(GeneratorExit()))
                await tell('next', f.__anext__())
            """
        ) { loop, journal in
            func fails() -> AsyncGenerator<Int, Never> {
                AsyncGenerator { out in
                    try await out.yield(1)
                    throw ValueError(description: "inside")
                }
            }
            let first = fails()
            for _ in 1...3 { await journal.tell("next") { try await first.next() } }
            await journal.tell("raise") { try await first.raise(ValueError(description: "late")) }
            await journal.tell("close") { try await first.close() }
            let second = fails()
            for _ in 1...2 { await journal.tell("next") { try await second.next() } }
            await journal.tell("raise") { try await second.raise(ValueError(description: "late")) }
            let third = fails()
            await journal.tell("next") { try await third.next() }
            await journal.tell("raise") { try await third.raise(GeneratorExit()) }
            await journal.tell("next") { try await third.next() }
        }
    }

    @Test func `a second call while one is under way is refused with Python's words`() throws {
        try expectSame(
            """
            async def slow():
                await asyncio.sleep(0)
                yield 1
            async def main():
                s = slow()
                task = asyncio.create_task(tell('first', s.__anext__()))
                await asyncio.sleep(0)
                await tell('next', s.__anext__())
                await tell('send', s.asend('x'))
                await tell('raise', s.athrow(ValueError('x')))
                await tell('close', s.aclose())
                await task
                await tell('close', s.aclose())
            """
        ) { loop, journal in
            let slow = AsyncGenerator<Int, String> { out in
                try await loop.sleep(for: .zero)
                try await out.yield(1)
            }
            let task = loop.createTask { await journal.tell("first") { try await slow.next() } }
            try await loop.sleep(for: .zero)
            await journal.tell("next") { try await slow.next() }
            await journal.tell("send") { try await slow.send("x") }
            await journal.tell("raise") { try await slow.raise(ValueError(description: "x")) }
            await journal.tell("close") { try await slow.close() }
            try await task.value
            await journal.tell("close") { try await slow.close() }
        }
    }

    @Test func `the page's two sends at once end as on the page`() throws {
        try expectSame(
            """
            async def consumer():
                for idx in range(100):
                    await asyncio.sleep(0)
                    message = yield idx
                    note(f'received {message}')
            async def main():
                agenerator = consumer()
                await agenerator.asend(None)
                fa = asyncio.create_task(agenerator.asend('A'))
                fb = asyncio.create_task(agenerator.asend('B'))
                await tell('fa', fa)
                await tell('fb', fb)
                await agenerator.aclose()
            """
        ) { loop, journal in
            let generator = AsyncGenerator<Int, String> { out in
                for index in 0..<100 {
                    try await loop.sleep(for: .zero)
                    let message = try await out.yield(index)
                    journal.note("received \(message ?? "None")")
                }
            }
            _ = try await generator.next()
            let fa = loop.createTask { try await generator.send("A") }
            let fb = loop.createTask { try await generator.send("B") }
            await journal.tell("fa") { try await fa.value }
            await journal.tell("fb") { try await fb.value }
            try await generator.close()
        }
    }

    @Test func `one that is left half-way is closed in a task of its own, in its turn`() throws {
        try expectSame(
            """
            async def rows():
                try: yield 1
                finally:
                    note(f'cleans up, {asyncio.current_task() is main_task}')
                    await asyncio.sleep(0)
                    note('cleaned up')
            async def main():
                global main_task
                main_task = asyncio.current_task()
                loop = asyncio.get_running_loop()
                loop.call_soon(note, 'before')
                async for _ in rows(): break
                loop.call_soon(note, 'after')
                for n in range(4):
                    note(f'turn {n}')
                    await asyncio.sleep(0)
            """
        ) { loop, journal in
            func rows() -> AsyncGenerator<Int, Never> {
                AsyncGenerator { out in
                    do { try await out.yield(1) } catch {
                        let isMain = loop.currentTask?.name == "main"
                        journal.note("cleans up, \(isMain ? "True" : "False")")
                        try await loop.sleep(for: .zero)
                        journal.note("cleaned up")
                    }
                }
            }
            try loop.callSoon { journal.note("before") }
            for try await _ in rows() { break }
            try loop.callSoon { journal.note("after") }
            for n in 0..<4 {
                journal.note("turn \(n)")
                try await loop.sleep(for: .zero)
            }
        }
    }

    /// The page's `cursor()` and `rows()`.
    private static let nested = """
        work_done = False
        async def cursor():
            try: yield 1
            except BaseException as error:
                note(f'cursor ends by {text(error)}')
                raise
            finally:
                note(f'cursor finds the work done: {work_done}')
                if not work_done: raise ValueError('not done')
        async def rows():
            global work_done
            try: yield 2
            except BaseException as error:
                note(f'rows ends by {text(error)}')
                raise
            finally:
                await asyncio.sleep(0.01)
                work_done = True
                note('rows has done its work')

        """

    private final class Work: @unchecked Sendable { var isDone = false }

    private func cursor(_ work: Work, _ journal: Journal) -> AsyncGenerator<Int, Never> {
        AsyncGenerator { out in
            do { try await out.yield(1) } catch {
                journal.note("cursor ends by \(Journal.pythonText(error))")
                journal.note("cursor finds the work done: \(work.isDone ? "True" : "False")")
                guard work.isDone else { throw ValueError(description: "not done") }
                throw error
            }
        }
    }

    private func rows(_ loop: EventLoop, _ work: Work, _ journal: Journal)
        -> AsyncGenerator<Int, Never>
    {
        AsyncGenerator { out in
            do { try await out.yield(2) } catch {
                journal.note("rows ends by \(Journal.pythonText(error))")
                try await loop.sleep(for: .milliseconds(10))
                work.isDone = true
                journal.note("rows has done its work")
                throw error
            }
        }
    }

    private func leaveEarly(_ loop: EventLoop, _ work: Work, _ journal: Journal) async throws {
        let outer = cursor(work, journal)
        for try await _ in outer {
            for try await _ in rows(loop, work, journal) { break }
            break
        }
        // Optimised, Swift would let go of it after its last use, before the inner loop.
        withExtendedLifetime(outer) {}
    }

    @Test func `the page's nested generators that are left early end in the wrong order`() throws {
        let work = Work()
        try expectSame(
            Self.nested + """
                async def main():
                    asyncio.get_running_loop().set_exception_handler(handle)
                    async for c in cursor():
                        async for r in rows():
                            break
                        break
                """,
            without: Python.cutsCleaningUpShort ? "rows has done its work" : nil
        ) { loop, journal in
            try await leaveEarly(loop, work, journal)
        }
    }

    @Test func `so they do where the program goes on`() throws {
        let work = Work()
        try expectSame(
            Self.nested + """
                async def main():
                    asyncio.get_running_loop().set_exception_handler(handle)
                    async for c in cursor():
                        async for r in rows():
                            break
                        break
                    await asyncio.sleep(0.05)
                    note('end')
                """
        ) { loop, journal in
            try await leaveEarly(loop, work, journal)
            try await loop.sleep(for: .milliseconds(50))
            journal.note("end")
        }
    }

    @Test func `the page's fixed form closes the inner one first`() throws {
        let work = Work()
        try expectSame(
            Self.nested + """
                async def main():
                    async with contextlib.aclosing(cursor()) as cursor_gen:
                        async for c in cursor_gen:
                            async with contextlib.aclosing(rows()) as rows_gen:
                                async for r in rows_gen:
                                    break
                            break
                    note('end')
                """
        ) { loop, journal in
            try await withClosing(cursor(work, journal)) { cursor in
                for try await _ in cursor {
                    try await withClosing(rows(loop, work, journal)) { rows in
                        for try await _ in rows { break }
                    }
                    break
                }
            }
            journal.note("end")
        }
    }

    @Test func `shutdown closes at the same time and tells what fails`() throws {
        try expectSame(
            """
            async def slow(turns, fails):
                try: yield 1
                finally:
                    for _ in range(turns): await asyncio.sleep(0.01)
                    note(f'closed {turns}')
                    if fails: raise ValueError(f'of {turns}')
            async def main():
                loop = asyncio.get_running_loop()
                loop.set_exception_handler(handle)
                all = [slow(3, False), slow(1, True), slow(2, False)]
                for one in all: await one.__anext__()
                await loop.shutdown_asyncgens()
                note('shut down')
                for one in all: await tell('next', one.__anext__())
            """
        ) { loop, journal in
            let all = [(3, false), (1, true), (2, false)].map { (turns, fails) in
                AsyncGenerator<Int, Never> { out in
                    do { try await out.yield(1) } catch {
                        for _ in 0..<turns { try await loop.sleep(for: .milliseconds(10)) }
                        journal.note("closed \(turns)")
                        if fails { throw ValueError(description: "of \(turns)") }
                        throw error
                    }
                }
            }
            for one in all { _ = try await one.next() }
            try await loop.shutdownAsyncGenerators()
            journal.note("shut down")
            for one in all { await journal.tell("next") { try await one.next() } }
        }
    }

    @Test func `shutdown takes as many turns as in Python`() throws {
        try expectSame(
            """
            async def rows():
                try: yield 1
                finally: note('closed')
            async def ticks():
                for n in range(6):
                    note(f'turn {n}')
                    await asyncio.sleep(0)
            async def main():
                r = rows()
                await r.__anext__()
                task = asyncio.create_task(ticks())
                await asyncio.get_running_loop().shutdown_asyncgens()
                note('shut down')
                await task
            """
        ) { loop, journal in
            let rows = AsyncGenerator<Int, Never> { out in
                do { try await out.yield(1) } catch {
                    journal.note("closed")
                    throw error
                }
            }
            _ = try await rows.next()
            let task = loop.createTask {
                for n in 0..<6 {
                    journal.note("turn \(n)")
                    try await loop.sleep(for: .zero)
                }
            }
            try await loop.shutdownAsyncGenerators()
            journal.note("shut down")
            try await task.value
        }
    }

    @Test func `a cancellation lands where the body waits, and can be caught there`() throws {
        try expectSame(
            """
            async def patient():
                try: await asyncio.sleep(3600)
                except asyncio.CancelledError: note('caught')
                await asyncio.sleep(0)
                yield 1
                await asyncio.sleep(3600)
            async def consume(p):
                await tell('next', p.__anext__())
                await tell('next', p.__anext__())
                await tell('next', p.__anext__())
            async def main():
                task = asyncio.create_task(consume(patient()))
                await asyncio.sleep(0)
                task.cancel()
                for n in range(3):
                    note(f'turn {n}')
                    await asyncio.sleep(0)
                task.cancel()
                await tell('task', task)
            """
        ) { loop, journal in
            let task = loop.createTask {
                let patient = AsyncGenerator<Int, Never> { out in
                    do { try await loop.sleep(for: .seconds(3600)) } catch is CancellationError {
                        journal.note("caught")
                    }
                    try await loop.sleep(for: .zero)
                    try await out.yield(1)
                    try await loop.sleep(for: .seconds(3600))
                }
                for _ in 1...3 { await journal.tell("next") { try await patient.next() } }
            }
            try await loop.sleep(for: .zero)
            task.cancel()
            for n in 0..<3 {
                journal.note("turn \(n)")
                try await loop.sleep(for: .zero)
            }
            task.cancel()
            await journal.tell("task") { try await task.value }
        }
    }

    @Test func `a cancellation by itself waits for the next wait, in the body or after it`() throws
    {
        try expectSame(
            """
            async def numbers():
                yield 1
                yield 2
                await asyncio.sleep(0)
                yield 3
            async def consume(n):
                await tell('next', n.__anext__())
                asyncio.current_task().cancel()
                await tell('next', n.__anext__())
                await tell('next', n.__anext__())
                await tell('next', n.__anext__())
                note('still here')
            async def main():
                await tell('task', asyncio.create_task(consume(numbers())))
            """
        ) { loop, journal in
            let task = loop.createTask {
                let numbers = AsyncGenerator<Int, Never> { out in
                    try await out.yield(1)
                    try await out.yield(2)
                    try await loop.sleep(for: .zero)
                    try await out.yield(3)
                }
                await journal.tell("next") { try await numbers.next() }
                loop.currentTask?.cancel()
                for _ in 1...3 { await journal.tell("next") { try await numbers.next() } }
                journal.note("still here")
            }
            await journal.tell("task") { try await task.value }
        }
    }

    @Test func `a cancelled consumer that left the body at a yield does not disturb it`() throws {
        try expectSame(
            """
            async def rows():
                try: yield 1
                except BaseException as error:
                    note(f'rows ends by {text(error)}')
                    raise
            async def consume(r):
                async with contextlib.aclosing(r):
                    async for n in r:
                        note(f'got {n}')
                        await asyncio.sleep(3600)
            async def main():
                task = asyncio.create_task(consume(rows()))
                await asyncio.sleep(0)
                task.cancel()
                await tell('task', task)
            """
        ) { loop, journal in
            let task = loop.createTask {
                let rows = AsyncGenerator<Int, Never> { out in
                    do { try await out.yield(1) } catch {
                        journal.note("rows ends by \(Journal.pythonText(error))")
                        throw error
                    }
                }
                try await withClosing(rows) { rows in
                    for try await n in rows {
                        journal.note("got \(n)")
                        try await loop.sleep(for: .seconds(3600))
                    }
                }
            }
            try await loop.sleep(for: .zero)
            task.cancel()
            await journal.tell("task") { try await task.value }
        }
    }

    @Test func `a generator of a generator passes elements and errors through both`() throws {
        try expectSame(
            """
            async def inner():
                for n in range(3):
                    await asyncio.sleep(0)
                    note(f'inner {n}')
                    yield n
                raise ValueError('inner')
            async def outer():
                try:
                    async for n in inner():
                        note(f'outer {n}')
                        yield n * 10
                except ValueError as error:
                    note(f'outer caught {error}')
                    yield 'more'
            async def main():
                asyncio.get_running_loop().call_soon(note, 'a turn')
                async for n in outer(): note(f'got {n}')
                note('end')
            """
        ) { loop, journal in
            let outer = AsyncGenerator<String, Never> { out in
                let inner = AsyncGenerator<Int, Never> { out in
                    for n in 0..<3 {
                        try await loop.sleep(for: .zero)
                        journal.note("inner \(n)")
                        try await out.yield(n)
                    }
                    throw ValueError(description: "inner")
                }
                do {
                    for try await n in inner {
                        journal.note("outer \(n)")
                        try await out.yield("\(n * 10)")
                    }
                } catch let error as ValueError {
                    journal.note("outer caught \(error)")
                    try await out.yield("more")
                }
            }
            try loop.callSoon { journal.note("a turn") }
            for try await n in outer { journal.note("got \(n)") }
            journal.note("end")
        }
    }

    @Test func `two consumers take turns, and each is the body's task while it asks`() throws {
        try expectSame(
            """
            async def names():
                while True:
                    await asyncio.sleep(0)
                    yield asyncio.current_task().get_name()
            async def ask(n, baton, other):
                for _ in range(2):
                    await baton.acquire()
                    await tell(asyncio.current_task().get_name(), n.__anext__())
                    other.release()
            async def main():
                n = names()
                one, two = asyncio.Semaphore(1), asyncio.Semaphore(0)
                tasks = [asyncio.create_task(ask(n, one, two), name='one'),
                         asyncio.create_task(ask(n, two, one), name='two')]
                for task in tasks: await task
                await tell('close', n.aclose())
            """
        ) { loop, journal in
            let names = AsyncGenerator<String, Never> { out in
                while true {
                    try await loop.sleep(for: .zero)
                    try await out.yield(loop.currentTask?.name ?? "nobody")
                }
            }
            // One future for each turn that somebody waits for.
            let turns = (0..<5).map { _ in Future<Void>(on: loop) }
            try turns[0].setResult(())
            let tasks = ["one", "two"].enumerated().map { (start, name) in
                loop.createTask(name: name) {
                    for turn in [start, start + 2] {
                        try await turns[turn].value
                        await journal.tell(name) { try await names.next() }
                        try turns[turn + 1].setResult(())
                    }
                }
            }
            for task in tasks { try await task.value }
            await journal.tell("close") { try await names.close() }
        }
    }

    @Test func `one that is begun after the shutdown is warned about`() throws {
        try expectSame(
            """
            async def late(): yield 1
            async def main():
                await asyncio.get_running_loop().shutdown_asyncgens()
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter('always')
                    l = late()
                    await tell('next', l.__anext__())
                    await tell('next', l.__anext__())
                for warning in caught:
                    words = str(warning.message).split(' ')
                    note(f'{warning.category.__name__}: {words[0]} {words[1]} ... '
                         + ' '.join(words[words.index('was'):-2]))
            """
        ) { loop, journal in
            let sink = CapturingSink()
            loop.setDiagnosticSink(sink)
            try await loop.shutdownAsyncGenerators()
            let late = AsyncGenerator<Int, Never> { out in try await out.yield(1) }
            await journal.tell("next") { try await late.next() }
            await journal.tell("next") { try await late.next() }
            for warning in sink.all {
                guard case .warning(let category) = warning.channel else { continue }
                let words = warning.message.split(separator: " ")
                let end = words[words.firstIndex(of: "was")!...].dropLast(2)
                journal.note(
                    "\(category): \(words[0]) \(words[1]) ... " + end.joined(separator: " ")
                )
            }
        }
    }
}
