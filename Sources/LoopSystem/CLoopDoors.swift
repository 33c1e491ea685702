// SPDX-License-Identifier: Apache-2.0

import CLoop

/// The kernel's id of the calling thread.
///
/// Source: gettid(2).
public func currentThreadID() -> Int32 { cloop_thread_id() }

/// Makes orphaned descendants children of this process, so that it can end and reap them.
///
/// Source: PR_SET_CHILD_SUBREAPER in prctl(2).
public func becomeSubreaper() throws(SystemError) {
    guard cloop_become_subreaper() == 0 else { throw .last("prctl PR_SET_CHILD_SUBREAPER") }
}

/// Has the number of each `signal` that arrives written to `descriptor` as one byte; -1 gives the
/// signal its default action back.
///
/// Source: sigaction(2).
public func forwardSignal(_ signal: CInt, to descriptor: CInt) throws(SystemError) {
    guard cloop_forward_signal(signal, descriptor) == 0 else {
        throw .last("sigaction", "signal \(signal)")
    }
}

/// What runs the calling thread, as it was last set there; nil: nothing.
public var threadOwner: UnsafeMutableRawPointer? {
    get { unsafe cloop_running_loop() }
    set { unsafe cloop_set_running_loop(newValue) }
}

/// The environment of this process as it is now, `NAME=value`.
///
/// Source: environ(7).
public func currentEnvironment() -> [String] {
    var entries: [String] = []
    guard var next = unsafe cloop_environment() else { return entries }
    while let entry = unsafe next.pointee {
        unsafe entries.append(String(cString: entry))
        unsafe next += 1
    }
    return entries
}
