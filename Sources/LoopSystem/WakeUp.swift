// SPDX-License-Identifier: Apache-2.0

import CLoop
import Glibc

/// A descriptor that becomes readable when any thread asks for it.
///
/// Source: eventfd(2).
public struct WakeUp: ~Copyable, Sendable {
    private let event: FileDescriptor

    /// One that has not been asked for.
    public init() throws(SystemError) {
        let number = cloop_eventfd()
        guard number >= 0 else { throw .last("eventfd") }
        event = FileDescriptor(owning: number)
    }

    /// What to watch for being readable.
    public var descriptor: CInt { event.number }

    /// Makes it readable. Any thread.
    public func wake() {
        var one: UInt64 = 1
        // A full counter is readable already.
        unsafe _ = Glibc.write(event.number, &one, 8)
    }

    /// Makes it unreadable again.
    public func clear() {
        var count: UInt64 = 0
        unsafe _ = Glibc.read(event.number, &count, 8)
    }
}
