// SPDX-License-Identifier: Apache-2.0

/// Runs on the loop whatever prefers the loop without being isolated to it.
///
/// A separate object from the loop, which is the serial executor: were both one, a step could not
/// be told by where it came in, and one run in the wrong way loses wake-ups
/// (swiftlang/swift#85668).
final class LoopTaskExecutor: TaskExecutor {
    unowned let loop: EventLoop

    init(loop: EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) { loop.enqueue(.taskJob(UnownedJob(job))) }

    func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        unsafe UnownedTaskExecutor(ordinary: self)
    }
}
