// SPDX-License-Identifier: Apache-2.0

import CLoop

/// The addresses on a thread's stack at one moment.
public struct ThreadStack: Sendable {
    /// Return addresses, innermost first.
    public let returns: [UInt]
    /// Where the async functions go on that wait for the outermost of ``returns``, innermost first.
    public let resumptions: [UInt]

    /// Nothing is known of the stack.
    public var isEmpty: Bool { returns.isEmpty }

    /// That of the calling thread, from the caller on, at most `depth` addresses. It takes less
    /// than a microsecond.
    @inline(never)
    public static func here(depth: Int) -> ThreadStack {
        unsafe ThreadStack(depth: depth) { stack in unsafe cloop_read_stack(&stack) }
    }

    /// That of another thread of this process; empty where the thread is gone or does not come to
    /// it in time. With frames of the interruption itself before it.
    ///
    /// The thread is interrupted by SIGURG; what it sleeps in may end early with EINTR.
    ///
    /// Source: signal(7), "Interruption of system calls by signal handlers"; unwind.h of libgcc.
    public static func of(thread: Int32, depth: Int) -> ThreadStack {
        unsafe ThreadStack(depth: depth) { stack in
            unsafe cloop_sample_stack(thread, &stack, waitMax.nanoseconds)
        }
    }

    /// A thread that is not run by the kernel for so long tells nothing about what it does now.
    private static let waitMax: Duration = .milliseconds(200)

    private init(depth: Int, _ fill: (inout cloop_stack) -> Void) {
        var asyncFrom = 0
        let addresses = unsafe [UInt](unsafeUninitializedCapacity: depth) { buffer, count in
            // Safety: no more is written than there is room for.
            var stack = unsafe cloop_stack(
                addresses: buffer.baseAddress!,
                capacity: CInt(depth),
                count: 0,
                async_from: 0
            )
            unsafe fill(&stack)
            count = unsafe Int(stack.count)
            asyncFrom = unsafe min(count, Int(stack.async_from))
        }
        returns = Array(addresses[..<asyncFrom])
        resumptions = Array(addresses[asyncFrom...])
    }
}

/// Lets ``ThreadStack/of(thread:depth:)`` interrupt the calling thread, where it was made with all
/// signals blocked.
public func admitStackSampling() { cloop_admit_sampling() }
