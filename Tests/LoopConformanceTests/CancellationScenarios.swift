// SPDX-License-Identifier: Apache-2.0

import Loop

/// Cancelling a task in each of its states.
var cancellationScenarios: [Scenario] {
    [
        scenario("030_cancel_before_it_began") { loop, say in
            let task = loop.createTask { say("never") }
            say(task.cancel(), task.isCancelled, task.isDone)
            do { try await task.value } catch is CancellationError {
                say("cancelled", task.isCancelled)
            }
        },
        scenario("031_cancel_a_sleep") { loop, say in
            let task = loop.createTask {
                do { try await loop.hang() } catch is CancellationError {
                    say("child cancelled")
                    throw CancellationError()
                }
            }
            try await loop.nap()
            task.cancel()
            say("asked", task.isCancelled)
            try await loop.nap()
            say("turn", task.isCancelled)
            try await loop.nap()
            say("end", task.isCancelled)
        },
        scenario("032_cancel_a_wait_for_a_future") { loop, say in
            let future = Future<Void>(on: loop)
            let task = loop.createTask {
                do { try await future.value } catch is CancellationError {
                    say("child cancelled")
                    throw CancellationError()
                }
            }
            try await loop.nap()
            task.cancel()
            say("future", future.isCancelled)
            do { try await task.value } catch is CancellationError { say("task", task.isCancelled) }
        },
        scenario("033_cancel_a_wait_for_a_task") { loop, say in
            let first = loop.createTask {
                do { try await loop.hang() } catch is CancellationError {
                    say("inner cancelled")
                    throw CancellationError()
                }
            }
            let second = loop.createTask {
                do { try await first.value } catch is CancellationError {
                    say("outer cancelled")
                    throw CancellationError()
                }
            }
            try await loop.nap()
            second.cancel()
            for turn in 0..<5 {
                say("turn", turn, first.isCancelled, second.isCancelled)
                try await loop.nap()
            }
        },
        scenario("034_cancel_one_that_was_woken") { loop, say in
            let future = Future<Int>(on: loop)
            let task = loop.createTask {
                do { say("got", try await future.value) } catch is CancellationError {
                    say("cancelled though the result was there")
                }
            }
            try await loop.nap()
            try future.setResult(1)
            say(task.cancel())
            try await task.value
            say("end", task.isCancelled, future.isCancelled)
        },
        scenario("035_cancel_itself") { loop, say in
            let task = loop.createTask {
                say(loop.currentTask?.cancel())
                say("goes on")
                do { try await loop.hang() } catch is CancellationError {
                    say("cancelled at the wait")
                    throw CancellationError()
                }
            }
            do { try await task.value } catch is CancellationError { say("end", task.isCancelled) }
        },
        scenario("036_cancel_itself_and_end") { loop, say in
            let task = loop.createTask {
                loop.currentTask?.cancel()
                return 1
            }
            do { say(try await task.value) } catch is CancellationError {
                say("cancelled", task.isCancelled)
            }
        },
        scenario("037_cancel_itself_and_fail") { loop, say in
            let task = loop.createTask {
                loop.currentTask?.cancel()
                throw Oops("oops")
            }
            do { try await task.value } catch let error as Oops {
                say("failed", error, task.isCancelled)
            }
        },
        scenario("038_cancel_twice_is_one_error") { loop, say in
            let task = loop.createTask {
                for _ in 0..<2 {
                    do {
                        try await loop.nap(0.01)
                        say("slept")
                    } catch is CancellationError {
                        say("cancelled")
                    }
                }
            }
            try await loop.nap()
            say(task.cancel(), task.cancel())
            try await task.value
            say("end", task.isCancelled)
        },
        scenario("039_cancel_twice_with_a_turn_between") { loop, say in
            let task = loop.createTask {
                do { try await loop.hang() } catch is CancellationError {
                    say("first")
                    do { try await loop.hang() } catch is CancellationError { say("second") }
                }
                try await loop.nap()
                say("ends")
            }
            for turn in 0..<3 {
                try await loop.nap()
                say("turn", turn, task.cancel())
            }
            try await loop.nap()
            try await loop.nap()
            say("end", task.isDone, task.isCancelled)
        },
        scenario("040_cancel_swallowed") { loop, say in
            let task = loop.createTask {
                do { try await loop.hang() } catch is CancellationError { say("swallowed") }
                try await loop.nap(0.01)
                say("slept")
                return "result"
            }
            try await loop.nap()
            task.cancel()
            say(try await task.value, task.isCancelled)
        },
        scenario("041_wait_in_finally") { loop, say in
            let task = loop.createTask {
                do { try await loop.hang() } catch {
                    say("cleaning")
                    try await loop.nap()
                    say("cleaned")
                    throw error
                }
            }
            try await loop.nap()
            task.cancel()
            do { try await task.value } catch is CancellationError { say("end", task.isCancelled) }
        },
        scenario("042_uncancel_counts") { loop, say in
            let task = loop.createTask {
                let task = loop.currentTask!
                for _ in 0..<2 {
                    do { try await loop.hang() } catch is CancellationError {
                        say("cancelling", task.cancelling)
                    }
                }
                say("uncancel", task.uncancel(), task.uncancel(), task.uncancel())
            }
            try await loop.nap()
            say("cancelling", task.cancelling)
            task.cancel()
            try await loop.nap()
            task.cancel()
            try await task.value
            say("end", task.cancelling, task.isCancelled)
        },
        scenario("043_inner_task_swallows_for_the_outer") { loop, say in
            let first = loop.createTask {
                do { try await loop.hang() } catch is CancellationError { say("inner swallows") }
                return 5
            }
            let second = loop.createTask { say("outer got", try await first.value) }
            try await loop.nap()
            second.cancel()
            try await second.value
            say("end", first.isCancelled, second.isCancelled)
        },
        scenario("044_cancel_after_the_end") { loop, say in
            let task = loop.createTask { 1 }
            _ = try await task.value
            say(task.cancel(), task.isCancelled, try task.result())
        },
        scenario("045_cancel_at_sleep_zero") { loop, say in
            let task = loop.createTask {
                for step in 0..<3 {
                    say("step", step)
                    do { try await loop.nap() } catch is CancellationError { say("cancelled") }
                }
            }
            try await loop.nap()
            task.cancel()
            try await task.value
            say("end", task.isCancelled)
        },
        scenario("046_other_error_instead_of_the_cancellation") { loop, say in
            let task = loop.createTask {
                do { try await loop.hang() } catch is CancellationError { throw Oops("instead") }
            }
            try await loop.nap()
            task.cancel()
            do { try await task.value } catch let error as Oops { say(error, task.isCancelled) }
        },
        scenario("047_raise_cancelled_without_a_request") { loop, say in
            let task: LoopTask<Void> = loop.createTask { throw CancellationError() }
            do { try await task.value } catch is CancellationError {
                say("cancelled", task.isCancelled)
            }
        },
        scenario("048_future_cancelled_under_a_task") { loop, say in
            let future = Future<Void>(on: loop)
            let task = loop.createTask { try await future.value }
            try await loop.nap()
            future.cancel()
            say(task.isDone)
            try await loop.nap()
            say(task.isDone, task.isCancelled)
        },
        scenario("049_result_after_the_cancellation") { loop, say in
            let future = Future<Int>(on: loop)
            let task = loop.createTask {
                do { _ = try await future.value } catch is CancellationError { say("cancelled") }
            }
            try await loop.nap()
            task.cancel()
            do { try future.setResult(1) } catch { say("too late") }
            try await task.value
        },
        scenario("050_uncancel_before_it_is_delivered") { loop, say in
            try await loop.createTask {
                let task = loop.currentTask!
                task.cancel()
                say("uncancel", task.uncancel())
                try await loop.nap()
                say("not cancelled")
            }.value
            say("end")
        },
        scenario("051_order_of_two_cancelled_tasks") { loop, say in
            @Sendable func child(_ name: String) async throws {
                defer { say(name, "ends") }
                try await loop.hang()
            }
            let first = loop.createTask { try await child("a") }
            let second = loop.createTask { try await child("b") }
            try await loop.nap()
            second.cancel()
            try loop.callSoon { say("callback") }
            first.cancel()
            try await loop.nap()
            say("turn", first.isCancelled, second.isCancelled)
            try await loop.nap()
            say("end", first.isCancelled, second.isCancelled)
        },
        scenario("052_cancel_a_chain_of_three") { loop, say in
            @Sendable func work(_ name: String, _ next: LoopTask<Void>?) async throws {
                do {
                    guard let next else { return try await loop.hang() }
                    try await next.value
                } catch is CancellationError {
                    say(name, "cancelled")
                    throw CancellationError()
                }
            }
            let last = loop.createTask { try await work("last", nil) }
            let middle = loop.createTask { try await work("middle", last) }
            let first = loop.createTask { try await work("first", middle) }
            try await loop.nap()
            first.cancel()
            for turn in 0..<5 {
                say("turn", turn)
                try await loop.nap()
            }
            say(first.isCancelled, middle.isCancelled, last.isCancelled)
        },
        scenario("060_shield_protects_the_inner_task") { loop, say in
            let first = loop.createTask {
                try await loop.nap(0.03)
                say("inner ends")
                return 4
            }
            let second = loop.createTask {
                do { _ = try await loop.shield(first).value } catch is CancellationError {
                    say("outer cancelled")
                    throw CancellationError()
                }
            }
            try await loop.nap()
            second.cancel()
            try await loop.nap()
            say("inner done", first.isDone)
            say("value", try await first.value, second.isCancelled)
        },
        scenario("061_shield_of_a_cancelled_task") { loop, say in
            let first = loop.createTask { try await loop.hang() }
            let second = loop.createTask {
                do { try await loop.shield(first).value } catch is CancellationError {
                    say("outer sees it")
                }
            }
            try await loop.nap()
            first.cancel()
            try await second.value
            say("end", first.isCancelled, second.isCancelled)
        },
        scenario("062_shield_takes_one_more_turn") { loop, say in
            let ticking = loop.createTask {
                for turn in 0..<5 {
                    say("turn", turn)
                    try await loop.nap()
                }
            }
            let inner = loop.createTask {
                say("inner")
                return 1
            }
            say("value", try await loop.shield(inner).value)
            try await ticking.value
        },
        scenario("063_shield_of_a_failing_task") { loop, say in
            let shielded: Future<Void> = loop.shield(
                loop.createTask {
                    try await loop.nap()
                    throw Oops("oops")
                }
            )
            do { try await shielded.value } catch let error as Oops {
                say("failed", error, shielded.isCancelled)
            }
        },
        scenario("064_wait_for_in_time") { loop, say in
            @Sendable func child() async throws -> Int {
                try await loop.nap()
                say("child ends")
                return 8
            }
            say(try await loop.wait(for: Coroutine { try await child() }, timeout: .seconds(10)))
            say(try await loop.wait(for: loop.createTask { try await child() }, timeout: nil))
        },
        scenario("065_wait_for_too_late") { loop, say in
            let task = loop.createTask {
                do { try await loop.hang() } catch is CancellationError {
                    say("child cancelled")
                    throw CancellationError()
                }
            }
            do { try await loop.wait(for: task, timeout: .milliseconds(20)) } catch {
                say(error, task.isCancelled)
            }
            try await loop.nap()
            say("goes on")
        },
        scenario("066_wait_for_nothing") { loop, say in
            do { try await loop.wait(for: Coroutine { say("never") }, timeout: .zero) } catch {
                say(error)
            }
            let future = Future<Int>(on: loop)
            do { _ = try await loop.wait(for: future, timeout: .zero) } catch {
                say(error, future.isCancelled)
            }
            let done = Future<Int>(on: loop)
            try done.setResult(3)
            say(try await loop.wait(for: done, timeout: .zero))
        },
        scenario("067_wait_for_one_that_swallows") { loop, say in
            let task = loop.createTask {
                do { try await loop.hang() } catch is CancellationError { say("swallowed") }
                return "result"
            }
            say(try await loop.wait(for: task, timeout: .milliseconds(20)))
        },
        scenario("068_wait_for_is_cancelled") { loop, say in
            let first = loop.createTask {
                do { try await loop.hang() } catch is CancellationError {
                    say("inner cancelled")
                    throw CancellationError()
                }
            }
            let second = loop.createTask {
                do { try await loop.wait(for: first, timeout: .seconds(3600)) } catch {
                    say("outer cancelled")
                    throw error
                }
            }
            try await loop.nap(0.01)
            second.cancel()
            _ = try await loop.wait([second])
            say("end", first.isCancelled, second.isCancelled)
        },
        scenario("069_wait_for_one_that_fails") { loop, say in
            let child = Coroutine<Void> {
                try await loop.nap()
                throw Oops("oops")
            }
            do { try await loop.wait(for: child, timeout: .seconds(3600)) } catch let error as Oops
            {
                say("failed", error)
            }
        },
        scenario("070_wait_for_a_shielded_task") { loop, say in
            let task = loop.createTask {
                try await loop.nap(0.1)
                say("child ends")
                return 6
            }
            do {
                _ = try await loop.wait(for: loop.shield(task), timeout: .milliseconds(20))
            } catch {
                say(error, task.isDone)
            }
            say(try await task.value)
        },
    ]
}
