// SPDX-License-Identifier: Apache-2.0

import Loop

/// Other threads, errors that nobody reads, and the end of a run.
var runScenarios: [Scenario] {
    [
        scenario("180_run_in_executor") { loop, say in
            say(await loop.runInExecutor { 6 * 7 })
            do { try await loop.runInExecutor { throw Oops("oops") } } catch {
                say("failed", error)
            }
        },
        scenario("181_error_that_nobody_reads") { loop, say in
            loop.exceptionHandler = { say($0.message, "-", $0.error) }
            let task = Box<LoopTask<Void>?>(loop.createTask { throw Oops("oops") })
            try await loop.nap()
            say("done", task.value?.isDone)
            task.value = nil
            say("dropped")
            let future = Box<Future<Void>?>(Future(on: loop))
            try future.value?.setException(Oops("future"))
            future.value = nil
            let read = Box<Future<Void>?>(Future(on: loop))
            try read.value?.setException(Oops("read"))
            _ = try read.value?.exception()
            read.value = nil
            say("end")
        },
        scenario("182_run_cancels_what_is_left") { loop, say in
            let tasks = [
                loop.createTask {
                    defer { say("a", "ends") }
                    try await loop.hang()
                }
            ]
            try await loop.nap()
            say("main ends", tasks.count)
        },
        scenario("183_run_reports_errors_at_the_end") { loop, say in
            loop.exceptionHandler = {
                say($0.message.hasPrefix("unhandled exception during"), $0.error)
            }
            loop.createTask {
                do { try await loop.hang() } catch { throw Oops("oops") }
            }
            try await loop.nap()
            say("main ends")
        },
        scenario("184_run_waits_for_what_swallows") { loop, say in
            try loop.callLater(.milliseconds(10)) { say("callback") }
            loop.createTask {
                do { try await loop.hang() } catch { say("swallowed") }
                try await loop.nap(0.02)
                say("child ends")
            }
            try await loop.nap()
            say("main ends")
        },
        Scenario(name: "185_run_of_a_main_that_fails") { say in
            do {
                try EventLoop.run { loop in
                    loop.createTask {
                        defer { say("child ends") }
                        try await loop.hang()
                    }
                    try await loop.nap()
                    throw Oops("oops")
                }
            } catch let error as Oops {
                say("run failed", error)
            }
        },
        Scenario(name: "186_run_until_complete") { say in
            let loop = try EventLoop()
            let future = Future<Int>(on: loop)
            try loop.callSoon { say("first") }
            try loop.callSoon { try future.setResult(5) }
            try loop.callSoon { say("third") }
            say(try loop.runUntilComplete(future))
            try loop.callSoon { say("left for the next run") }
            let other = Future<Int>(on: loop)
            try loop.callSoon { loop.stop() }
            do { _ = try loop.runUntilComplete(other) } catch is LoopError { say("stopped early") }
            other.cancel()
            loop.close()
        },
        scenario("187_exception_before_done_callback") { loop, say in
            loop.exceptionHandler = { say("handler", $0.error) }
            let future = Future<Void>(on: loop)
            try loop.callSoon { throw Oops("oops") }
            future.addDoneCallback { _ in say("callback") }
            try future.setResult(())
            try await loop.nap()
            say("end")
        },
        scenario("188_run_coroutine_threadsafe") { loop, say in
            let result = try await loop.runInExecutor {
                let child = Coroutine {
                    say("child", 21)
                    try await loop.nap()
                    return 42
                }
                return try loop.runCoroutineThreadsafe(child).result()
            }
            say(result)
        },
        scenario("189_cancel_of_a_threadsafe_coroutine") { loop, say in
            let started = Event(on: loop)
            let child = Coroutine<Void> {
                started.set()
                do { try await loop.hang() } catch {
                    say("child cancelled")
                    throw error
                }
            }
            let future = loop.runCoroutineThreadsafe(child)
            try await started.wait()
            say(future.cancel(), future.isCancelled, future.isDone)
            try await loop.nap(0.01)
            say("end")
        },
    ]
}
