// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopSystem

/// Task groups and time-outs.
var groupScenarios: [Scenario] {
    [
        scenario("100_group_waits_for_its_tasks") { loop, say in
            @Sendable func child(_ name: String, _ turns: Int) async throws -> String {
                for _ in 0..<turns { try await loop.nap() }
                say(name)
                return name
            }
            let (first, second) = try await loop.withTaskGroup { group in
                let first = try group.createTask { try await child("a", 2) }
                let second = try group.createTask { try await child("b", 1) }
                say("body ends")
                return (first, second)
            }
            say(try first.result(), try second.result())
        },
        scenario("101_group_with_an_error") { loop, say in
            let task = Box<LoopTask<Void>?>(nil)
            do {
                try await loop.withTaskGroup { group in
                    task.value = try group.createTask {
                        do { try await loop.hang() } catch {
                            say("good cancelled")
                            throw error
                        }
                    }
                    try group.createTask {
                        try await loop.nap()
                        say("bad fails")
                        throw Oops("bad")
                    }
                    do { try await loop.hang() } catch {
                        say("body cancelled")
                        throw error
                    }
                }
            } catch let errors as LoopErrorGroup {
                say(errors.errors.map { "\($0)" } == ["bad"], task.value?.isCancelled)
            }
            say("cancelling", loop.currentTask?.cancelling)
            try await loop.nap()
            say("end")
        },
        scenario("102_group_with_two_errors") { loop, say in
            do {
                try await loop.withTaskGroup { group in
                    try group.createTask {
                        do { try await loop.hang() } catch { throw Oops("second") }
                    }
                    try group.createTask {
                        try await loop.nap()
                        throw Oops("first")
                    }
                }
            } catch let errors as LoopErrorGroup {
                for error in errors.errors { say(error) }
            }
        },
        scenario("103_group_whose_body_fails") { loop, say in
            do {
                try await loop.withTaskGroup { group in
                    try group.createTask {
                        do { try await loop.hang() } catch {
                            say("child cancelled")
                            throw error
                        }
                    }
                    try await loop.nap()
                    throw Oops("body")
                }
            } catch let errors as LoopErrorGroup {
                for error in errors.errors { say(error) }
            }
        },
        scenario("104_groups_nested") { loop, say in
            @Sendable func good(_ name: String) async throws {
                do { try await loop.hang() } catch {
                    say(name, "cancelled")
                    throw error
                }
            }
            do {
                try await loop.withTaskGroup { outer in
                    try outer.createTask { try await good("outer") }
                    try await loop.withTaskGroup { inner in
                        try inner.createTask { try await good("inner") }
                        try inner.createTask {
                            try await loop.nap()
                            throw Oops("bad")
                        }
                    }
                }
            } catch let errors as LoopErrorGroup {
                let nested = errors.errors[0] as? LoopErrorGroup
                say(errors.errors.count, nested != nil)
                say(nested?.errors[0])
            }
        },
        scenario("105_group_is_cancelled_from_outside") { loop, say in
            let task = loop.createTask {
                do {
                    try await loop.withTaskGroup { group in
                        try group.createTask {
                            do { try await loop.hang() } catch {
                                say("child cancelled")
                                throw error
                            }
                        }
                    }
                } catch is CancellationError {
                    say("group cancelled", loop.currentTask?.cancelling)
                    throw CancellationError()
                }
            }
            try await loop.nap()
            try await loop.nap()
            task.cancel()
            _ = try await loop.wait([task])
            say("end", task.isCancelled)
        },
        scenario("106_group_that_is_shutting_down") { loop, say in
            let group = Box<LoopTaskGroup?>(nil)
            do {
                try await loop.withTaskGroup { open in
                    group.value = open
                    let _: LoopTask<Void> = try open.createTask { throw Oops("bad") }
                    do { try await loop.hang() } catch {
                        do { try open.createTask(Coroutine { say("never") }) } catch is LoopError {
                            say("refused")
                        }
                        throw error
                    }
                }
            } catch is LoopErrorGroup {
                say("group failed")
            }
            do { try group.value?.createTask { say("never") } } catch is LoopError {
                say("refused")
            }
        },
        scenario("107_group_with_a_cancelled_task") { loop, say in
            @Sendable func child(_ name: String) async throws {
                try await loop.nap(0.01)
                say(name, "ends")
            }
            let task = try await loop.withTaskGroup { group in
                let task = try group.createTask { try await child("a") }
                try group.createTask { try await child("b") }
                try await loop.nap()
                task.cancel()
                return task
            }
            say("end", task.isCancelled)
        },
        scenario("108_group_with_error_and_cancellation_from_outside") { loop, say in
            let task = loop.createTask {
                do {
                    try await loop.withTaskGroup { group in
                        try group.createTask {
                            do { try await loop.hang() } catch { throw Oops("bad") }
                        }
                    }
                } catch let errors as LoopErrorGroup {
                    say(errors.errors[0], loop.currentTask?.cancelling)
                }
                do {
                    try await loop.nap()
                    say("went on")
                } catch is CancellationError {
                    say("cancelled at the next wait")
                    throw CancellationError()
                }
            }
            try await loop.nap()
            try await loop.nap()
            task.cancel()
            _ = try await loop.wait([task])
            say("end", task.isCancelled)
        },
        scenario("109_group_task_makes_tasks") { loop, say in
            try await loop.withTaskGroup { group in
                let group = Box(group)
                try group.value.createTask {
                    say("child")
                    try await loop.nap()
                    try group.value.createTask { say("grandchild") }
                }
            }
            say("end")
        },
        scenario("110_timeout_is_over") { loop, say in
            let expired = Box<Timeout?>(nil)
            do {
                try await loop.timeout(after: .milliseconds(20)) { timeout in
                    expired.value = timeout
                    do { try await loop.hang() } catch {
                        say("interrupted", timeout.isExpired)
                        throw error
                    }
                }
            } catch {
                say(error, expired.value?.isExpired, loop.currentTask?.cancelling)
            }
            try await loop.nap()
            say("goes on")
        },
        scenario("111_timeout_not_needed") { loop, say in
            let first = try await loop.timeout(after: .seconds(3600)) { timeout in
                try await loop.nap()
                return timeout
            }
            say("in time", first.isExpired)
            let second = try await loop.timeout(after: nil) { timeout in
                try await loop.nap()
                return timeout
            }
            say("no limit", second.isExpired, second.when)
        },
        scenario("112_inner_timeout_first") { loop, say in
            let outer = try await loop.timeout(after: .seconds(3600)) { outer in
                let expired = Box<Timeout?>(nil)
                do {
                    try await loop.timeout(after: .milliseconds(20)) { inner in
                        expired.value = inner
                        try await loop.hang()
                    }
                } catch LoopError.timedOut {
                    say("inner", expired.value?.isExpired, outer.isExpired)
                }
                try await loop.nap()
                say("still in the outer")
                return outer
            }
            say("end", outer.isExpired)
        },
        scenario("113_outer_timeout_first") { loop, say in
            let outer = Box<Timeout?>(nil)
            do {
                try await loop.timeout(after: .milliseconds(20)) { timeout in
                    outer.value = timeout
                    let inner = Box<Timeout?>(nil)
                    do {
                        try await loop.timeout(after: .seconds(3600)) { timeout in
                            inner.value = timeout
                            try await loop.hang()
                        }
                    } catch LoopError.timedOut {
                        say("never")
                    } catch is CancellationError {
                        say("inner cancelled", inner.value?.isExpired)
                        throw CancellationError()
                    }
                }
            } catch LoopError.timedOut {
                say("outer", outer.value?.isExpired)
            }
        },
        scenario("114_both_timeouts_at_once") { loop, say in
            let when = loop.time().advanced(by: .milliseconds(20))
            do {
                try await loop.timeout(at: when) { _ in
                    do {
                        try await loop.timeout(at: when) { _ in try await loop.hang() }
                    } catch LoopError.timedOut {
                        say("inner")
                    } catch is CancellationError {
                        say("inner cancelled")
                        throw CancellationError()
                    }
                }
            } catch LoopError.timedOut {
                say("outer", loop.currentTask?.cancelling)
            }
        },
        scenario("115_timeout_rescheduled") { loop, say in
            let first = try await loop.timeout(after: .milliseconds(20)) { timeout in
                try timeout.reschedule(at: loop.time().advanced(by: .seconds(3600)))
                try await loop.nap(0.06)
                say("later", timeout.isExpired)
                try timeout.reschedule(at: nil)
                return timeout
            }
            say("never", first.isExpired)
            let second = Box<Timeout?>(nil)
            do {
                try await loop.timeout(after: nil) { timeout in
                    second.value = timeout
                    try timeout.reschedule(at: loop.time().advanced(by: .seconds(-1)))
                    say("still here")
                    try await loop.hang()
                }
            } catch LoopError.timedOut {
                say("at once")
            }
            do { try second.value?.reschedule(at: nil) } catch { say("too late") }
        },
        scenario("116_timeout_swallowed") { loop, say in
            let timeout = try await loop.timeout(after: .milliseconds(20)) { timeout in
                do { try await loop.hang() } catch is CancellationError { say("swallowed") }
                return timeout
            }
            say("no error", timeout.isExpired, loop.currentTask?.cancelling)
        },
        scenario("117_cancelled_within_a_timeout") { loop, say in
            let task = loop.createTask {
                let expired = Box<Timeout?>(nil)
                do {
                    try await loop.timeout(after: .seconds(3600)) { timeout in
                        expired.value = timeout
                        try await loop.hang()
                    }
                } catch is CancellationError {
                    say("cancelled", expired.value?.isExpired)
                    throw CancellationError()
                }
            }
            try await loop.nap()
            task.cancel()
            _ = try await loop.wait([task])
            say("end", task.isCancelled)
        },
        scenario("118_timeout_and_cancellation") { loop, say in
            let task = loop.createTask {
                let task = loop.currentTask!
                let expired = Box<Timeout?>(nil)
                do {
                    try await loop.timeout(after: nil) { timeout in
                        expired.value = timeout
                        try timeout.reschedule(at: loop.time())
                        try loop.callSoon { task.cancel() }
                        try await loop.hang()
                    }
                } catch is CancellationError {
                    say("cancelled", expired.value?.isExpired, task.cancelling)
                    throw CancellationError()
                }
            }
            _ = try await loop.wait([task])
            say("end", task.isCancelled)
        },
        scenario("119_timeout_over_other_error") { loop, say in
            do {
                try await loop.timeout(after: .milliseconds(20)) { _ in
                    do { try await loop.hang() } catch is CancellationError { throw Oops("other") }
                }
            } catch let error as Oops {
                say(error, loop.currentTask?.cancelling)
            }
        },
        scenario("120_timeout_around_a_group") { loop, say in
            do {
                try await loop.timeout(after: .milliseconds(20)) { _ in
                    try await loop.withTaskGroup { group in
                        try group.createTask {
                            do { try await loop.hang() } catch {
                                say("child cancelled")
                                throw error
                            }
                        }
                    }
                }
            } catch {
                say(error)
            }
        },
        scenario("121_timeout_in_a_group") { loop, say in
            do {
                try await loop.withTaskGroup { group in
                    try group.createTask {
                        try await loop.timeout(after: .milliseconds(20)) { _ in
                            try await loop.hang()
                        }
                    }
                    try await loop.hang()
                }
            } catch let errors as LoopErrorGroup {
                say(errors.errors[0])
            }
        },
    ]
}
