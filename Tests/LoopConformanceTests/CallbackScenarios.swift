// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopSystem

/// Callbacks, timers, and how tasks take turns with them.
var callbackScenarios: [Scenario] {
    [
        scenario("001_call_soon_order") { loop, say in
            for number in 0..<3 { try loop.callSoon { say("callback", number) } }
            say("scheduled")
            try await loop.nap()
            say("end")
        },
        scenario("002_call_soon_from_callback") { loop, say in
            try loop.callSoon {
                say("first")
                try loop.callSoon { say("scheduled by first") }
            }
            try loop.callSoon { say("second") }
            try await loop.nap()
            say("turn")
            try await loop.nap()
            say("end")
        },
        scenario("003_call_soon_cancelled") { loop, say in
            let handle = try loop.callSoon { say("never") }
            try loop.callSoon { say("other") }
            handle.cancel()
            handle.cancel()
            say("cancelled", handle.isCancelled)
            try await loop.nap()
        },
        scenario("004_callback_cancels_the_next") { loop, say in
            let next = Box<Handle?>(nil)
            try loop.callSoon {
                say("first")
                next.value?.cancel()
            }
            next.value = try loop.callSoon { say("never") }
            try loop.callSoon { say("third") }
            try await loop.nap()
            try await loop.nap()
            say("end")
        },
        scenario("005_call_later_order") { loop, say in
            try loop.callLater(.milliseconds(90)) { say("c") }
            try loop.callLater(.milliseconds(10)) { say("a") }
            try loop.callLater(.milliseconds(50)) { say("b") }
            try await loop.nap(0.15)
            say("end")
        },
        scenario("006_call_at_same_moment") { loop, say in
            let when = loop.time().advanced(by: .milliseconds(20))
            for number in 0..<2 { try loop.callAt(when) { say("timer", number) } }
            try await loop.nap(0.08)
            say("end")
        },
        scenario("007_timer_cancelled") { loop, say in
            let timer = try loop.callLater(.milliseconds(10)) { say("never") }
            try loop.callLater(.milliseconds(20)) { say("other") }
            timer.cancel()
            try await loop.nap(0.08)
            say("end", timer.isCancelled)
        },
        scenario("008_timer_cancels_timer_of_the_same_turn") { loop, say in
            let when = loop.time().advanced(by: .milliseconds(20))
            let next = Box<Handle?>(nil)
            try loop.callAt(when) {
                say("first")
                next.value?.cancel()
            }
            next.value = try loop.callAt(when) { say("never") }
            try await loop.nap(0.08)
            say("end")
        },
        scenario("009_call_later_of_nothing_comes_after_call_soon") { loop, say in
            try loop.callSoon { say("a") }
            try loop.callLater(.zero) { say("timer") }
            try loop.callSoon { say("b") }
            try await loop.nap(0.02)
            say("end")
        },
        Scenario(name: "010_stop_ends_the_turn_first") { say in
            let loop = try EventLoop()
            try loop.callSoon { say("before") }
            try loop.callSoon { loop.stop() }
            try loop.callSoon { say("after") }
            try loop.callSoon { try loop.callSoon { say("next turn") } }
            try loop.runForever()
            say("stopped")
            try loop.callSoon { loop.stop() }
            try loop.runForever()
            loop.close()
            say("closed", true)
        },
        scenario("011_exception_in_callback") { loop, say in
            loop.exceptionHandler = { say("handler:", $0.error) }
            try loop.callSoon { say("before") }
            try loop.callSoon { throw Oops("oops") }
            try loop.callSoon { say("after") }
            try await loop.nap()
            say("end")
        },
        scenario("012_call_soon_threadsafe_keeps_its_place") { loop, say in
            try loop.callSoon { say("a") }
            loop.callSoonThreadsafe { say("b") }
            try loop.callSoon { say("c") }
            try await loop.nap()
            say("end")
        },
        scenario("013_call_soon_threadsafe_from_a_thread") { loop, say in
            let result = await loop.runInExecutor {
                loop.callSoonThreadsafe { say("from the thread") }
                loop.callSoonThreadsafe { say("again") }
                return 7
            }
            say("result", result)
        },
        scenario("014_task_begins_in_the_next_turn") { loop, say in
            let task = loop.createTask { say("child") }
            say("made", task.isDone)
            try await loop.nap()
            say("done", task.isDone)
        },
        scenario("015_sleep_zero_takes_turns") { loop, say in
            let tasks = ["a", "b", "c"].map { name in
                loop.createTask {
                    for step in 0..<3 {
                        say(name, step)
                        try await loop.nap()
                    }
                    say(name, "end")
                }
            }
            for task in tasks { try await task.value }
            say("end")
        },
        scenario("016_tasks_and_callbacks_share_one_queue") { loop, say in
            @Sendable func child(_ name: String) async throws {
                say("task", name)
                try await loop.nap()
                say("task", name, "again")
            }
            try loop.callSoon { say("callback 1") }
            let first = loop.createTask { try await child("a") }
            try loop.callSoon { say("callback 2") }
            let second = loop.createTask { try await child("b") }
            try loop.callSoon { say("callback 3") }
            try await first.value
            say("first")
            try await second.value
            say("second")
        },
        scenario("017_await_of_a_done_task_takes_no_turn") { loop, say in
            let task = loop.createTask { 5 }
            try await loop.nap()
            try loop.callSoon { say("callback") }
            say("value", try await task.value)
            say("before the callback")
            try await loop.nap()
            say("end")
        },
        scenario("018_waiters_of_a_task_wake_in_order") { loop, say in
            let task = loop.createTask {
                say("child")
                try await loop.nap()
                say("child ends")
                return 1
            }
            let tasks = ["a", "b", "c"].map { name in
                loop.createTask {
                    say(name, "waits")
                    let value = try await task.value
                    say(name, "got", value)
                }
            }
            task.addDoneCallback { say("callback", try? $0.result()) }
            for each in tasks { try await each.value }
            say("end")
        },
        scenario("019_done_callbacks_in_order") { loop, say in
            let future = Future<Int>(on: loop)
            future.addDoneCallback { say("first", try? $0.result()) }
            future.addDoneCallback { say("second", try? $0.result()) }
            try loop.callSoon { say("scheduled before") }
            try future.setResult(3)
            try loop.callSoon { say("scheduled after") }
            say("set")
            try await loop.nap()
            future.addDoneCallback { say("late", try? $0.result()) }
            say("added late")
            try await loop.nap()
            say("end")
        },
        scenario("020_waiters_and_callbacks_of_a_future") { loop, say in
            let future = Future<String>(on: loop)
            let first = loop.createTask { say("a", "got", try await future.value) }
            try await loop.nap()
            future.addDoneCallback { _ in say("callback") }
            let second = loop.createTask { say("b", "got", try await future.value) }
            try await loop.nap()
            try future.setResult("x")
            say("set")
            try await first.value
            say("first")
            try await second.value
            say("second")
        },
        scenario("021_remove_done_callback") { loop, say in
            let future = Future<Void>(on: loop)
            let never = future.addDoneCallback { _ in say("never") }
            future.addDoneCallback { _ in say("kept") }
            say("removed", future.removeDoneCallback(never) ? 1 : 0)
            say("removed", future.removeDoneCallback(never) ? 1 : 0)
            try future.setResult(())
            try await loop.nap()
            say("end")
        },
        scenario("022_states_of_a_future") { loop, say in
            let future = Future<Int>(on: loop)
            do { _ = try future.result() } catch is LoopError { say("not yet") }
            do { _ = try future.exception() } catch is LoopError { say("not yet") }
            try future.setResult(1)
            do { try future.setResult(2) } catch { say("already") }
            say(try future.result(), try future.exception(), future.cancel(), future.isCancelled)
            let other = Future<Int>(on: loop)
            say(other.cancel(), other.cancel(), other.isDone, other.isCancelled)
            do { _ = try other.result() } catch is CancellationError { say("cancelled") }
        },
        scenario("023_coroutine_runs_in_the_callers_turn") { loop, say in
            func inner() -> Coroutine<Int> {
                Coroutine {
                    say("inner")
                    return 2
                }
            }
            func outer() -> Coroutine<Int> {
                let inner = inner()
                return Coroutine {
                    say("outer")
                    let value = try await inner.value
                    say("back")
                    return value + 1
                }
            }
            try loop.callSoon { say("callback") }
            say(try await outer().value)
            try await loop.nap()
            say("end")
        },
        scenario("024_current_and_all_tasks") { loop, say in
            say("all", loop.allTasks.count)
            let task = loop.createTask(name: "child") {
                say("in", loop.currentTask?.name)
                try await loop.nap()
                say("all", loop.allTasks.count)
            }
            say("all", loop.allTasks.count)
            try loop.callSoon { say("in a callback", loop.currentTask?.name) }
            try await task.value
            say("all", loop.allTasks.count, loop.currentTask?.name)
        },
        scenario("025_sleep_comes_back_in_order_of_time") { loop, say in
            let naps = [("late", 0.12), ("soon", 0.02), ("middle", 0.07), ("now", 0)]
            let tasks = naps.map { name, delay in
                loop.createTask {
                    try await loop.nap(delay)
                    say(name)
                }
            }
            for task in tasks { try await task.value }
            say("end")
        },
        scenario("026_future_fails_for_all_waiters") { loop, say in
            let future = Future<Void>(on: loop)
            let tasks = ["a", "b"].map { name in
                loop.createTask {
                    do { try await future.value } catch { say(name, error) }
                }
            }
            try await loop.nap()
            try future.setException(Oops("oops"))
            for task in tasks { try await task.value }
            say("end", try future.exception())
        },
        scenario("027_task_chain_takes_a_turn_each") { loop, say in
            let ticking = loop.createTask {
                for number in 0..<8 {
                    say("turn", number)
                    try await loop.nap()
                }
            }
            try await loop.createTask {
                try await loop.createTask {
                    try await loop.createTask { say("last") }.value
                    say("middle")
                }.value
                say("first")
            }.value
            say("main")
            try await ticking.value
        },
    ]
}
