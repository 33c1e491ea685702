// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

/// Runs the probe; after each line that it prints it gets the next of `signals`.
func probe(
    _ scenario: String,
    environment: [String] = [],
    _ signals: [CInt] = []
) throws -> (text: String, end: Exit.Ending) {
    var path = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &path, path.count)
    let program = String(decoding: path[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let folder = program.split(separator: "/").dropLast().joined(separator: "/")
    var plan = ProcessPlan(
        path: "/\(folder)/LoopProbe",
        arguments: ["LoopProbe", scenario],
        environment: environment
    )
    let pipe = try FileDescriptor.pipe()
    let (reading, writing) = pipe.split { ($0.release(), $1.release()) }
    plan.descriptors = [0: 0, 1: writing, 2: writing]
    let held = plan
    return try EventLoop.run { loop in
        let child = try Subprocess(held, on: loop)
        close(writing)
        let output = try Connection(on: loop, FileDescriptor(owning: reading))
        var bytes: [UInt8] = []
        var pending = signals
        while case let chunk = try await output.read(), !chunk.isEmpty {
            bytes += chunk
            let lines = bytes.count { $0 == UInt8(ascii: "\n") }
            while signals.count - pending.count < lines, !pending.isEmpty {
                child.sendSignal(pending.removeFirst())
            }
        }
        let exit = try await child.wait()
        return (String(decoding: bytes, as: UTF8.self), exit.ending)
    }
}

/// What belongs to a process's main thread or ends it, seen from outside at a real process.
@Suite struct LoopProbeTests {
    @Test func `a deadlock ends the run in debug mode and shows who waits for whom`() throws {
        let (text, end) = try probe("deadlock")
        let expected =
            #/
            deadlock:\ nothing\ is\ ready.*\n
            Task\ 'main'\ created\ at\ LoopProbe/LoopProbe\.swift:\d+\n
            └──\ waits\ for\ Task\ 'stuck'\ created\ at\ LoopProbe/LoopProbe\.swift:\d+\n
            \ \ \ \ └──\ waits\ for\ <Future\ pending\ created\ at\ LoopProbe/LoopProbe\.swift:\d+>\n
            /#
        #expect(text.wholeMatch(of: expected) != nil, "\(text)")
        #expect(end == .exited(1))
    }

    @Test func `signal handlers are called when asyncio calls them`() throws {
        let python = """
            import asyncio, os, signal
            async def main():
                loop = asyncio.get_running_loop()
                seen = loop.create_future()
                def second():
                    print("second handler")
                    seen.set_result(None)
                loop.add_signal_handler(signal.SIGUSR1, print, "first handler")
                loop.add_signal_handler(signal.SIGUSR2, second)
                os.kill(os.getpid(), signal.SIGUSR1)
                os.kill(os.getpid(), signal.SIGUSR2)
                print("sent")
                await seen
                removed = [loop.remove_signal_handler(signal.SIGUSR1) for _ in range(2)]
                print(*[str(each).lower() for each in removed])
            asyncio.run(main())
            """
        let expected = try EventLoop.run { loop in
            let child = try Subprocess.exec("python3", ["-c", python], on: loop, stdout: .pipe)
            return try await child.communicate().stdout ?? []
        }
        let (text, end) = try probe("signals")
        #expect(text == String(decoding: expected, as: UTF8.self))
        #expect(text.hasPrefix("sent\nfirst handler\nsecond handler\n"))
        #expect(end == .exited(0))
    }

    @Test func `Ctrl-C cancels the main task, which cleans up, and the run says so`() throws {
        let (text, end) = try probe("sleep", [SIGINT])
        #expect(text == "ready\ncleaned up\ninterrupted\n")
        #expect(end == .exited(1))
    }

    @Test func `a second Ctrl-C ends the process`() throws {
        let (text, end) = try probe("stubborn", [SIGINT, SIGINT])
        #expect(text == "ready\nnot now\n")
        #expect(end == .signaled(SIGINT))
    }

    @Test func `in development mode SIGQUIT shows the tasks and the program goes on`() throws {
        let (text, end) = try probe("sleep", environment: ["LOOP_DEV_MODE=1"], [SIGQUIT, SIGINT])
        let tree =
            #/Task 'main' created at LoopProbe\/LoopProbe\.swift:\d+\n└── waits for <Future /#
        #expect(text.firstMatch(of: tree) != nil, "\(text)")
        #expect(text.hasSuffix("cleaned up\ninterrupted\n"), "\(text)")
        #expect(end == .exited(1))
    }

    /// With what differs from run to run blanked: times, folders, the clock of the log.
    private func blanked(_ text: String) -> String {
        text.replacing(#/took \d+\.\d{3}/#, with: "took 0.160")
            .replacing(#/File ".*\/Tests\/LoopProbe\//#, with: "File \"…/")
            .replacing(#/LoopProbe\.swift", line \d+/#, with: "LoopProbe.swift\", line N")
            .replacing(#/(?m)^\d{4}-\S+ /#, with: "")
    }

    /// The optimiser makes calls that a function ends with into jumps: the caller is gone then.
    private func asBuilt(_ text: String) -> String {
        #if DEBUG
        text
        #else
        text.replacing(
            #/  File "…/(?:LoopProbe\.swift", line N|Pitfalls\.swift", line 13), .*\n.*\n/#,
            with: ""
        )
        #endif
    }

    @Test func `without debug mode the reports are asyncio's`() throws {
        let (text, end) = try probe("pitfalls")
        #expect(end == .exited(0))
        #expect(
            blanked(text) == """
                LoopProbe/Pitfalls.swift:10: RuntimeWarning: coroutine 'forgotten()' was never awaited
                error asyncio: [Loop] Task exception was never retrieved
                future: <Task finished name='bug' exception=Oops() created at LoopProbe/Pitfalls.swift:15>
                Oops()
                error asyncio: [Loop] Exception in callback
                handle: <Handle created at LoopProbe/Pitfalls.swift:18>
                Oops()

                """
        )
    }

    @Test func `in debug mode each report says who made it and what blocked`() throws {
        let (text, end) = try probe("pitfalls", environment: ["LOOP_DEBUG=1"])
        #expect(end == .exited(0))
        #expect(
            blanked(text)
                == asBuilt(
                    """
                    LoopProbe/Pitfalls.swift:10: RuntimeWarning: coroutine 'forgotten()' was never awaited
                    Coroutine created at (most recent call last)
                      File "…/LoopProbe.swift", line N, in static LoopProbe.main()
                        case "pitfalls": try Pitfalls.run()
                      File "…/Pitfalls.swift", line 13, in static Pitfalls.run()
                        try EventLoop.run { loop in
                      File "…/Pitfalls.swift", line 14, in closure #1 in static Pitfalls.run()
                        _ = forgotten()
                      File "…/Pitfalls.swift", line 10, in static Pitfalls.forgotten()
                        static func forgotten() -> Coroutine<Void> { Coroutine {} }
                    error asyncio: [Loop] Task exception was never retrieved
                    future: <Task finished name='bug' exception=Oops() created at LoopProbe/Pitfalls.swift:15>
                    source_traceback: Object created at (most recent call last):
                      File "…/LoopProbe.swift", line N, in static LoopProbe.main()
                        case "pitfalls": try Pitfalls.run()
                      File "…/Pitfalls.swift", line 13, in static Pitfalls.run()
                        try EventLoop.run { loop in
                      File "…/Pitfalls.swift", line 15, in closure #1 in static Pitfalls.run()
                        loop.createTask(name: "bug") { throw Oops() }
                    Oops()
                    warning asyncio: [Loop] Executing <Handle created at LoopProbe/Pitfalls.swift:17> took 0.160 seconds
                    Blocked at (most recent call last):
                      File "…/LoopProbe.swift", line N, in static LoopProbe.main()
                        case "pitfalls": try Pitfalls.run()
                      File "…/Pitfalls.swift", line 13, in static Pitfalls.run()
                        try EventLoop.run { loop in
                      File "…/Pitfalls.swift", line 17, in closure #2 in closure #1 in static Pitfalls.run()
                        try loop.callSoon { for _ in 0..<4 { usleep(200_000) } }
                    error asyncio: [Loop] Exception in callback
                    handle: <Handle created at LoopProbe/Pitfalls.swift:18>
                    source_traceback: Object created at (most recent call last):
                      File "…/LoopProbe.swift", line N, in static LoopProbe.main()
                        case "pitfalls": try Pitfalls.run()
                      File "…/Pitfalls.swift", line 13, in static Pitfalls.run()
                        try EventLoop.run { loop in
                      File "…/Pitfalls.swift", line 18, in closure #1 in static Pitfalls.run()
                        try loop.callSoon { throw Oops() }
                    Oops()

                    """
                )
        )
    }
}
