// SPDX-License-Identifier: Apache-2.0

import Loop

/// Queues.
var queueScenarios: [Scenario] {
    [
        scenario("130_queue_with_room_for_one") { loop, say in
            let queue = LoopQueue<Int>(on: loop, maxSize: 1)
            let produce = Coroutine {
                for number in 0..<3 {
                    try await queue.put(number)
                    say("put", number)
                }
            }
            let consume = Coroutine {
                for _ in 0..<3 { say("got", try await queue.get()) }
            }
            _ = try await loop.gather(produce, consume).value
            say(queue.isEmpty, queue.isFull)
        },
        scenario("131_queue_getters_in_order") { loop, say in
            let queue = LoopQueue<Int>(on: loop)
            let tasks = ["a", "b", "c"].map { name in
                loop.createTask {
                    say(name, "waits")
                    say(name, "got", try await queue.get())
                }
            }
            try await loop.nap()
            for number in 0..<3 { try queue.putNowait(number) }
            say("put", queue.count)
            for task in tasks { try await task.value }
        },
        scenario("132_queue_getter_cancelled_after_it_was_woken") { loop, say in
            let queue = LoopQueue<String>(on: loop)
            @Sendable func consume(_ name: String) async throws {
                do { say(name, "got", try await queue.get()) } catch { say(name, "cancelled") }
            }
            let first = loop.createTask { try await consume("a") }
            let second = loop.createTask { try await consume("b") }
            try await loop.nap()
            try queue.putNowait("x")
            first.cancel()
            try await second.value
            try await first.value
            say(queue.count)
        },
        scenario("133_queue_putter_cancelled") { loop, say in
            let queue = LoopQueue<String>(on: loop, maxSize: 1)
            try queue.putNowait("first")
            let tasks = ["a", "b", "c"].map { name in
                loop.createTask {
                    do {
                        try await queue.put(name)
                        say(name, "put")
                    } catch {
                        say(name, "cancelled")
                    }
                }
            }
            try await loop.nap()
            tasks[1].cancel()
            say("got", try queue.getNowait())
            tasks[0].cancel()
            for task in tasks { try await task.value }
            say("got", try await queue.get(), queue.count)
        },
        scenario("134_queue_join") { loop, say in
            let queue = LoopQueue<Int>(on: loop)
            try await queue.join()
            for number in 0..<4 { try queue.putNowait(number) }
            let workers = ["a", "b"].map { name in
                loop.createTask {
                    while true {
                        let item = try await queue.get()
                        say(name, "takes", item)
                        try await loop.nap()
                        say(name, "done", item)
                        try queue.taskDone()
                    }
                }
            }
            try await queue.join()
            say("joined")
            for worker in workers { worker.cancel() }
            do { try queue.taskDone() } catch { say("once too often") }
        },
        scenario("135_queue_nowait") { loop, say in
            let queue = LoopQueue<Int>(on: loop, maxSize: 2)
            do { _ = try queue.getNowait() } catch LoopError.queueEmpty { say("empty") }
            try queue.putNowait(1)
            try queue.putNowait(2)
            do { try queue.putNowait(3) } catch LoopError.queueFull { say("full") }
            say(try queue.getNowait(), try queue.getNowait(), queue.count)
        },
        scenario("136_queue_lifo_and_priority") { loop, say in
            let lifo = LoopLifoQueue<Int>(on: loop)
            let priority = LoopPriorityQueue<Int>(on: loop)
            for number in [3, 1, 5, 2, 4] {
                try await lifo.put(number)
                try await priority.put(number)
            }
            for _ in 0..<5 { say(try await lifo.get(), try await priority.get()) }
        },
        scenario("137_queue_shut_down") { loop, say in
            let queue = LoopQueue<String>(on: loop, maxSize: 2)
            try queue.putNowait("1")
            try queue.putNowait("2")
            let producer = loop.createTask {
                do {
                    try await queue.put("late")
                    try await queue.put("later")
                } catch LoopError.queueShutDown {
                    say("producer ends")
                }
            }
            try await loop.nap()
            queue.shutDown()
            let consumer = loop.createTask {
                do { while true { say("got", try await queue.get()) } } catch LoopError
                    .queueShutDown
                {
                    say("consumer ends")
                }
            }
            try await consumer.value
            try await producer.value
            do { try queue.putNowait("3") } catch LoopError.queueShutDown { say("refused") }
        },
        scenario("138_queue_shut_down_at_once") { loop, say in
            let queue = LoopQueue<Int>(on: loop)
            try queue.putNowait(1)
            try queue.putNowait(2)
            let joining = loop.createTask {
                try await queue.join()
                say("joined")
            }
            try await loop.nap()
            queue.shutDown(immediate: true)
            say("shut down", queue.count)
            try await joining.value
            do { _ = try await queue.get() } catch LoopError.queueShutDown { say("refused") }
        },
    ]
}
