// SPDX-License-Identifier: Apache-2.0

import CLoop
import Glibc

/// What a descriptor is ready for, or is watched for.
public struct Readiness: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, a connection or the end can be read.
    public static let readable = Readiness(rawValue: UInt32(CLOOP_READABLE))
    /// Bytes can be written.
    public static let writable = Readiness(rawValue: UInt32(CLOOP_WRITABLE))
    /// The other side is gone. Always watched.
    public static let hangup = Readiness(rawValue: UInt32(CLOOP_HANGUP))
    /// Something is wrong with it; the next call says what. Always watched.
    public static let error = Readiness(rawValue: UInt32(CLOOP_ERROR))

    /// Whether a reader should look: there is something, or there never will be.
    public var concernsReader: Bool { !isDisjoint(with: [.readable, .hangup, .error]) }
    /// Whether a writer should look.
    public var concernsWriter: Bool { !isDisjoint(with: [.writable, .hangup, .error]) }
}

// Safety (@safe): the buffer is allocated in init, freed in deinit, and lent to nobody.

/// An epoll instance, level-triggered, with a token of the caller's for each descriptor.
///
/// Source: epoll(7).
@safe public struct Poller: ~Copyable {
    private let epoll: FileDescriptor
    private let events: UnsafeMutablePointer<cloop_event>

    /// How many events one wait brings; more stay for the next, so that no descriptor starves.
    public static let batch = 256

    /// A new instance.
    public init() throws(SystemError) {
        let number = cloop_epoll_create()
        guard number >= 0 else { throw .last("epoll_create1") }
        epoll = FileDescriptor(owning: number)
        unsafe events = .allocate(capacity: Self.batch)
    }

    deinit { unsafe events.deallocate() }

    /// Watches `descriptor`; its events bring `token` along.
    public func add(
        _ descriptor: CInt,
        _ interest: Readiness,
        token: UInt64
    ) throws(SystemError) {
        try control(CLOOP_ADD, descriptor, interest, token)
    }

    /// Watches `descriptor` for something else from now on.
    public func modify(
        _ descriptor: CInt,
        _ interest: Readiness,
        token: UInt64
    ) throws(SystemError) {
        try control(CLOOP_MODIFY, descriptor, interest, token)
    }

    /// Watches `descriptor` no more. One that is closed already is no error: closing ended it.
    public func remove(_ descriptor: CInt) {
        _ = cloop_epoll_control(epoll.number, CLOOP_REMOVE, descriptor, 0, 0)
    }

    private func control(
        _ watch: cloop_watch,
        _ descriptor: CInt,
        _ interest: Readiness,
        _ token: UInt64
    ) throws(SystemError) {
        guard cloop_epoll_control(epoll.number, watch, descriptor, interest.rawValue, token) == 0
        else { throw .last("epoll_ctl", "descriptor \(descriptor)") }
    }

    /// Waits at most `timeout` nanoseconds (negative: without end) and hands each event over.
    ///
    /// - Returns: how many there were; 0 also where a signal cut the wait short.
    public func wait(timeout: Int64, _ body: (_ token: UInt64, _ ready: Readiness) -> Void) -> Int {
        let count = unsafe Int(
            cloop_epoll_wait(epoll.number, events, CInt(Self.batch), timeout)
        )
        guard count > 0 else { return 0 }
        for place in 0..<count {
            let event = unsafe events[place]
            body(event.token, Readiness(rawValue: event.readiness))
        }
        return count
    }
}
