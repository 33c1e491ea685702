// SPDX-License-Identifier: Apache-2.0

import Loop

/// Waiting for several things at once: gather, wait, as_completed.
var waitingScenarios: [Scenario] {
    [
        scenario("080_gather_keeps_the_order") { loop, say in
            func child(_ name: String, _ turns: Int) -> Coroutine<String> {
                Coroutine {
                    for _ in 0..<turns { try await loop.nap() }
                    say(name)
                    return name
                }
            }
            let names = try await loop.gather([child("a", 3), child("b", 1), child("c", 2)]).value
            say(names == ["a", "b", "c"])
        },
        scenario("081_gather_first_error") { loop, say in
            func child(_ name: String, _ turns: Int, _ fails: Bool) -> Coroutine<Void> {
                Coroutine {
                    for _ in 0..<turns { try await loop.nap() }
                    say(name, "ends")
                    if fails { throw Oops(name) }
                }
            }
            let slow = loop.createTask(child("slow", 4, false))
            do {
                _ = try await loop.gather(slow, child("bad", 1, true), child("worse", 2, true))
                    .value
            } catch {
                say("failed", error, slow.isDone)
            }
            try await slow.value
            say("end")
        },
        scenario("082_gather_return_exceptions") { loop, say in
            func child(_ name: String, _ fails: Bool) -> Coroutine<String> {
                Coroutine {
                    try await loop.nap()
                    if fails { throw Oops(name) }
                    return name
                }
            }
            let cancelled = loop.createTask(child("c", false))
            try loop.callSoon { cancelled.cancel() }
            let (a, b, c) = try await loop.gatherResults(
                child("a", false),
                child("b", true),
                cancelled
            ).value
            for result in [a, b, c] {
                do { say(try result.get()) } catch { say(error is Oops ? "ValueError" : error) }
            }
        },
        scenario("083_gather_is_cancelled") { loop, say in
            @Sendable func child(_ name: String) async throws {
                do { try await loop.hang() } catch {
                    say(name, "cancelled")
                    throw error
                }
            }
            let children = ["a", "b", "c"].map { name in loop.createTask { try await child(name) } }
            let task = loop.createTask {
                do { _ = try await loop.gather(children).value } catch is CancellationError {
                    say("outer cancelled")
                    throw CancellationError()
                }
            }
            try await loop.nap()
            try await loop.nap()
            task.cancel()
            for turn in 0..<4 {
                say("turn", turn, task.isCancelled)
                try await loop.nap()
            }
        },
        scenario("084_gather_with_a_cancelled_child") { loop, say in
            @Sendable func child(_ name: String) async throws {
                try await loop.nap(0.02)
                say(name, "ends")
            }
            let first = loop.createTask { try await child("a") }
            let second = loop.createTask { try await child("b") }
            try await loop.nap()
            first.cancel()
            let gathered = loop.gather(first, second)
            do { _ = try await gathered.value } catch is CancellationError {
                say("cancelled", gathered.isCancelled, second.isDone)
            }
            try await second.value
        },
        scenario("085_gather_of_nothing") { loop, say in
            try loop.callSoon { say("callback") }
            say(try await loop.gather([LoopTask<Int>]()).value)
            say("before the callback")
            try await loop.nap()
        },
        scenario("086_gather_of_the_same_task_twice") { loop, say in
            let task = loop.createTask {
                say("runs once")
                return 3
            }
            let (first, second) = try await loop.gather(task, task).value
            say([first, second])
        },
        scenario("087_gather_collects_and_is_cancelled") { loop, say in
            func child(_ name: String) -> Coroutine<String> {
                Coroutine {
                    do { try await loop.hang() } catch { say(name, "swallows") }
                    return name
                }
            }
            let gathered = loop.gatherResults([child("a"), child("b")])
            try await loop.nap()
            say(gathered.cancel(), gathered.isDone)
            do { _ = try await gathered.value } catch is CancellationError {
                say("cancelled", gathered.isCancelled, gathered.cancel())
            }
        },
        scenario("088_gather_turns") { loop, say in
            let ticking = loop.createTask {
                for turn in 0..<5 {
                    say("turn", turn)
                    try await loop.nap()
                }
            }
            _ = try await loop.gather(Coroutine { say("a") }, Coroutine { say("b") }).value
            say("gathered")
            try await ticking.value
        },
        scenario("089_gather_of_gathers") { loop, say in
            func child(_ value: Int) -> Coroutine<Int> {
                Coroutine {
                    try await loop.nap()
                    say("child", value)
                    return value
                }
            }
            let first = loop.gather([child(1), child(2)])
            let second = loop.gather([child(3)])
            say(try await loop.gather([first, second]).value)
        },
        scenario("090_wait_for_all") { loop, say in
            let tasks = [("a", 2), ("b", 1)].map { name, turns in
                loop.createTask {
                    for _ in 0..<turns { try await loop.nap() }
                    say(name)
                    return name
                }
            }
            let (done, pending) = try await loop.wait(tasks)
            say(try done.map { try $0.result() }.sorted() == ["a", "b"], pending.count)
        },
        scenario("091_wait_for_the_first") { loop, say in
            let tasks = [("slow", 0.1), ("quick", 0.01)].map { name, delay in
                loop.createTask {
                    try await loop.nap(delay)
                    say(name)
                    return name
                }
            }
            let (done, pending) = try await loop.wait(tasks, returnWhen: .firstCompleted)
            say(done.count, pending.count, try done[0].result())
            _ = try await pending[0].value
        },
        scenario("092_wait_for_the_first_error") { loop, say in
            let plan = [("good", 1, false), ("bad", 3, true), ("long", 9, false)]
            let tasks = plan.map { name, turns, fails in
                loop.createTask {
                    for _ in 0..<turns { try await loop.nap() }
                    say(name)
                    if fails { throw Oops(name) }
                }
            }
            let (done, pending) = try await loop.wait(tasks, returnWhen: .firstException)
            say(done.count, pending.count)
            say(try tasks[1].exception())
            try await tasks[2].value
        },
        scenario("093_wait_until_the_time_is_over") { loop, say in
            let tasks = [("slow", 0.15), ("quick", 0.01)].map { name, delay in
                loop.createTask {
                    try await loop.nap(delay)
                    say(name)
                }
            }
            let (done, pending) = try await loop.wait(tasks, timeout: .milliseconds(70))
            say(done.count, pending.count, tasks[0].isCancelled)
            try await tasks[0].value
        },
        scenario("094_wait_is_cancelled") { loop, say in
            let first = loop.createTask {
                try await loop.nap(0.03)
                say("child ends")
            }
            let second = loop.createTask {
                do { _ = try await loop.wait([first]) } catch is CancellationError {
                    say("wait cancelled")
                }
            }
            try await loop.nap()
            second.cancel()
            try await second.value
            say(first.isDone)
            try await first.value
        },
        scenario("095_wait_for_what_is_done") { loop, say in
            let task = loop.createTask { 1 }
            _ = try await task.value
            try loop.callSoon { say("callback") }
            let (done, pending) = try await loop.wait([task as any AnyLoopTask])
            say("waited", done.count, pending.count)
            do { _ = try await loop.wait([LoopTask<Int>]()) } catch is LoopError {
                say("nothing to wait for")
            }
        },
        scenario("096_as_completed") { loop, say in
            let children = [("c", 5), ("a", 1), ("b", 3)].map { name, turns in
                Coroutine {
                    for _ in 0..<turns { try await loop.nap() }
                    return name
                }
            }
            for try await each in try loop.asCompleted(children) { say(try await each.value) }
        },
        scenario("097_as_completed_with_errors") { loop, say in
            let children = [("good", 3), ("bad", 1)].map { name, turns in
                Coroutine {
                    for _ in 0..<turns { try await loop.nap() }
                    if name == "bad" { throw Oops(name) }
                    return name
                }
            }
            for try await each in try loop.asCompleted(children) {
                do { say(try await each.value) } catch { say("failed", error) }
            }
        },
        scenario("098_as_completed_until_the_time_is_over") { loop, say in
            let tasks = [("quick", 0.01), ("slow", 0.15)].map { name, delay in
                loop.createTask {
                    try await loop.nap(delay)
                    say(name, "ends")
                    return name
                }
            }
            do {
                for try await each in try loop.asCompleted(tasks, timeout: .milliseconds(70)) {
                    say(try await each.value)
                }
            } catch {
                say(error, tasks[1].isDone)
            }
            _ = try await tasks[1].value
        },
    ]
}
