// SPDX-License-Identifier: Apache-2.0

import CLoop

/// What another thread of this process is doing: the addresses on its stack, innermost first.
/// Empty where the thread is gone or does not come to it in time.
///
/// The thread is interrupted by SIGURG; what it sleeps in may end early with EINTR.
///
/// Source: signal(7), "Interruption of system calls"; unwind.h of libgcc.
public func stackAddresses(ofThread thread: Int32) -> [UInt] {
    unsafe [UInt](unsafeUninitializedCapacity: stackFramesMax) { buffer, count in
        // Safety: the call writes no more than it is told there is room for.
        count = Int(
            unsafe cloop_sample_stack(
                thread,
                buffer.baseAddress!,
                CInt(stackFramesMax),
                stackWait.nanoseconds
            )
        )
    }
}

/// Lets ``stackAddresses(ofThread:)`` interrupt the calling thread, where it was made with all
/// signals blocked.
public func admitStackSampling() { cloop_admit_sampling() }

/// As deep as a report is read.
private let stackFramesMax = 64
/// A thread that is not run by the kernel for so long tells nothing about what it does now.
private let stackWait: Duration = .milliseconds(200)
