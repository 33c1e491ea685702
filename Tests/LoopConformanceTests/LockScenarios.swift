// SPDX-License-Identifier: Apache-2.0

import Loop

/// Locks, conditions, semaphores, events and barriers.
var lockScenarios: [Scenario] {
    [
        scenario("140_lock_is_fair") { loop, say in
            let lock = Lock(on: loop)
            let work = ["a", "b", "c"].map { name in
                Coroutine {
                    for round in 0..<2 {
                        try await lock.withLock {
                            say(name, round)
                            try await loop.nap()
                        }
                    }
                }
            }
            _ = try await loop.gather(work).value
            say("end", lock.isLocked)
        },
        scenario("141_lock_waiter_cancelled") { loop, say in
            let lock = Lock(on: loop)
            try await lock.acquire()
            let tasks = ["a", "b", "c"].map { name in
                loop.createTask {
                    do {
                        try await lock.withLock {
                            say(name, "has it")
                            try await loop.nap()
                        }
                    } catch is CancellationError {
                        say(name, "cancelled")
                    }
                }
            }
            try await loop.nap()
            tasks[0].cancel()
            try lock.release()
            for task in tasks { try await task.value }
            say("end", lock.isLocked)
        },
        scenario("142_lock_waiter_cancelled_after_it_was_woken") { loop, say in
            let lock = Lock(on: loop)
            try await lock.acquire()
            let tasks = ["a", "b"].map { name in
                loop.createTask {
                    do {
                        try await lock.withLock { say(name, "has it") }
                    } catch is CancellationError {
                        say(name, "cancelled")
                    }
                }
            }
            try await loop.nap()
            try lock.release()
            tasks[0].cancel()
            for task in tasks { try await task.value }
            say("end", lock.isLocked)
        },
        scenario("143_lock_released_twice") { loop, say in
            let lock = Lock(on: loop)
            try await lock.acquire()
            try lock.release()
            do { try lock.release() } catch { say("not acquired") }
        },
        scenario("144_lock_cannot_be_snatched") { loop, say in
            let lock = Lock(on: loop)
            try await lock.acquire()
            let first = loop.createTask { try await lock.withLock { say("first") } }
            try await loop.nap()
            try lock.release()
            say("released", lock.isLocked)
            let second = loop.createTask { try await lock.withLock { say("second") } }
            try await lock.withLock { say("main") }
            try await first.value
            try await second.value
        },
        scenario("150_condition_notify") { loop, say in
            let condition = Condition(on: loop)
            let tasks = ["a", "b", "c"].map { name in
                loop.createTask {
                    try await condition.withLock {
                        say(name, "waits")
                        try await condition.wait()
                        say(name, "goes on")
                    }
                }
            }
            try await loop.nap(0.01)
            try await condition.withLock {
                try condition.notify(2)
                say("notified two")
            }
            try await loop.nap(0.01)
            try await condition.withLock {
                try condition.notifyAll()
                say("notified all")
            }
            for task in tasks { try await task.value }
        },
        scenario("151_condition_waiter_cancelled") { loop, say in
            let condition = Condition(on: loop)
            let tasks = ["a", "b"].map { name in
                loop.createTask {
                    try await condition.withLock {
                        do {
                            try await condition.wait()
                            say(name, "goes on")
                        } catch is CancellationError {
                            say(name, "cancelled", condition.isLocked)
                        }
                    }
                }
            }
            try await loop.nap()
            try await loop.nap()
            tasks[0].cancel()
            try await tasks[0].value
            try await condition.withLock { try condition.notify() }
            try await tasks[1].value
            say("end", condition.isLocked)
        },
        scenario("152_condition_cancelled_while_it_takes_the_lock_again") { loop, say in
            let condition = Condition(on: loop)
            let task = loop.createTask {
                try await condition.withLock {
                    do {
                        try await condition.wait()
                        say("never")
                    } catch is CancellationError {
                        say("cancelled", condition.isLocked)
                    }
                }
            }
            try await loop.nap(0.01)
            try await condition.withLock {
                try condition.notify()
                try await loop.nap()
                try await loop.nap()
                task.cancel()
                try await loop.nap()
                say("still mine")
            }
            try await task.value
            say("end", condition.isLocked)
        },
        scenario("153_condition_wait_for") { loop, say in
            let condition = Condition(on: loop)
            let box = Box<[Int]>([])
            let task = loop.createTask {
                try await condition.withLock {
                    try await condition.wait { box.value.count >= 2 }
                    say("two", box.value.count)
                }
            }
            for number in 0..<2 {
                try await loop.nap(0.01)
                try await condition.withLock {
                    box.value.append(number)
                    try condition.notifyAll()
                    say("put", number)
                }
            }
            try await task.value
        },
        scenario("154_condition_without_the_lock") { loop, say in
            let condition = Condition(on: loop)
            do { try await condition.wait() } catch is LoopError { say("can't wait") }
            do { try condition.notify() } catch { say("can't notify") }
        },
        scenario("160_semaphore_is_fair") { loop, say in
            let semaphore = Semaphore(2, on: loop)
            let work = ["a", "b", "c", "d", "e"].map { name in
                Coroutine {
                    try await semaphore.withPermit {
                        say(name, "in")
                        try await loop.nap()
                        say(name, "out")
                    }
                }
            }
            _ = try await loop.gather(work).value
            say("end", semaphore.isLocked)
        },
        scenario("161_semaphore_waiter_cancelled_after_it_was_woken") { loop, say in
            let semaphore = Semaphore(0, on: loop)
            let tasks = ["a", "b"].map { name in
                loop.createTask {
                    do { try await semaphore.withPermit { say(name, "in") } } catch {
                        say(name, "cancelled")
                    }
                }
            }
            try await loop.nap()
            try semaphore.release()
            tasks[0].cancel()
            for task in tasks { try await task.value }
            say("end", semaphore.isLocked)
        },
        scenario("162_semaphore_bounded") { loop, say in
            let semaphore = BoundedSemaphore(1, on: loop)
            try await semaphore.acquire()
            say(semaphore.isLocked)
            try semaphore.release()
            do { try semaphore.release() } catch { say("too many times") }
        },
        scenario("163_semaphore_cannot_be_snatched") { loop, say in
            let semaphore = Semaphore(1, on: loop)
            try await semaphore.acquire()
            let first = loop.createTask { try await semaphore.withPermit { say("first") } }
            try await loop.nap()
            try semaphore.release()
            say("released", semaphore.isLocked)
            try await semaphore.acquire()
            say("main")
            try semaphore.release()
            try await first.value
        },
        scenario("170_event_wakes_all") { loop, say in
            let event = Event(on: loop)
            @Sendable func wait(_ name: String) async throws {
                try await event.wait()
                say(name)
            }
            let tasks = ["a", "b", "c"].map { name in loop.createTask { try await wait(name) } }
            try await loop.nap()
            event.set()
            say("set", event.isSet)
            event.clear()
            say("cleared", event.isSet)
            let late = loop.createTask { try await wait("late") }
            for task in tasks { try await task.value }
            say("late", late.isDone)
            event.set()
            try await late.value
            try await event.wait()
            say("end")
        },
        scenario("171_event_waiter_cancelled") { loop, say in
            let event = Event(on: loop)
            let tasks = ["a", "b", "c"].map { name in
                loop.createTask {
                    do {
                        try await event.wait()
                        say(name)
                    } catch is CancellationError {
                        say(name, "cancelled")
                    }
                }
            }
            try await loop.nap()
            tasks[0].cancel()
            event.set()
            tasks[1].cancel()
            for task in tasks { try await task.value }
        },
        scenario("175_barrier") { loop, say in
            let barrier = Barrier(parties: 3, on: loop)
            @Sendable func work(_ name: String) async throws {
                say(name, "comes")
                let index = try await barrier.wait()
                say(name, "goes", index)
            }
            let tasks = ["a", "b"].map { name in loop.createTask { try await work(name) } }
            try await loop.nap(0.01)
            say("waiting", barrier.waitingCount)
            try await work("c")
            for task in tasks { try await task.value }
            say("waiting", barrier.waitingCount)
        },
        scenario("176_barrier_aborted") { loop, say in
            let barrier = Barrier(parties: 3, on: loop)
            @Sendable func work(_ name: String) async throws {
                do { try await barrier.wait() } catch LoopError.brokenBarrier {
                    say(name, "broken", barrier.isBroken)
                }
            }
            let tasks = ["a", "b"].map { name in loop.createTask { try await work(name) } }
            try await loop.nap(0.01)
            try await barrier.abort()
            for task in tasks { try await task.value }
            try await work("late")
            try await barrier.reset()
            say("reset", barrier.isBroken)
        },
        scenario("177_barrier_reset_and_cancelled") { loop, say in
            let barrier = Barrier(parties: 2, on: loop)
            @Sendable func work(_ name: String) async throws {
                do { say(name, "goes", try await barrier.wait()) } catch LoopError.brokenBarrier {
                    say(name, "broken")
                } catch is CancellationError {
                    say(name, "cancelled")
                }
            }
            let first = loop.createTask { try await work("a") }
            try await loop.nap(0.01)
            try await barrier.reset()
            try await first.value
            let second = loop.createTask { try await work("b") }
            try await loop.nap(0.01)
            second.cancel()
            try await second.value
            say("waiting", barrier.waitingCount)
            let third = loop.createTask { try await work("c") }
            try await loop.nap(0.01)
            try await work("d")
            try await third.value
        },
    ]
}
