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
/// How many descriptors epoll watches, the kernel counts for all processes of a user together, and
/// any of them can use the number up. What epoll has no room for is watched by poll(2), which no
/// account bounds: slower, but no one else's doing keeps this process from its descriptors.
///
/// Source: epoll(7), `max_user_watches` there.
@safe public struct Poller: ~Copyable {
    private let epoll: FileDescriptor
    private let polled: PolledDescriptors
    private let events: UnsafeMutablePointer<cloop_event>

    /// How many events one wait brings; more stay for the next, so that no descriptor starves.
    public static let batch = 256

    /// A new instance.
    ///
    /// - Parameter epollMax: how many descriptors epoll is asked to watch; with more it is as if the
    ///   kernel had no room.
    public init(epollMax: Int = .max) throws(SystemError) {
        polled = PolledDescriptors(epollRoom: epollMax)
        let number = cloop_epoll_create()
        guard number >= 0 else { throw .last("epoll_create1") }
        epoll = FileDescriptor(owning: number)
        unsafe events = .allocate(capacity: Self.batch)
    }

    deinit { unsafe events.deallocate() }

    /// How many descriptors are watched by poll(2), as the user has no epoll watch left.
    public var polledCount: Int { polled.count }

    /// Watches `descriptor`; its events bring `token` along.
    public func add(
        _ descriptor: CInt,
        _ interest: Readiness,
        token: UInt64
    ) throws(SystemError) {
        guard polled.epollRoom > 0 else { return polled.add(descriptor, interest, token) }
        do {
            try control(CLOOP_ADD, descriptor, interest, token)
            polled.epollRoom -= 1
        } catch {
            guard error.code == ENOSPC else { throw error }
            polled.add(descriptor, interest, token)
        }
    }

    /// Watches `descriptor` for something else from now on.
    public func modify(
        _ descriptor: CInt,
        _ interest: Readiness,
        token: UInt64
    ) throws(SystemError) {
        if polled.modify(descriptor, interest, token) { return }
        try control(CLOOP_MODIFY, descriptor, interest, token)
    }

    /// Watches `descriptor` no more. One that is closed already is no error: closing ended it.
    public func remove(_ descriptor: CInt) {
        if polled.remove(descriptor) { return }
        guard cloop_epoll_control(epoll.number, CLOOP_REMOVE, descriptor, 0, 0) == 0 else { return }
        polled.epollRoom += 1
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
        let found = polled.count == 0 ? nil : polled.wait(with: epoll.number, timeout, body)
        let count = unsafe Int(
            cloop_epoll_wait(epoll.number, events, CInt(Self.batch), found == nil ? timeout : 0)
        )
        guard count > 0 else { return found ?? 0 }
        for place in 0..<count {
            let event = unsafe events[place]
            body(event.token, Readiness(rawValue: event.readiness))
        }
        return count + (found ?? 0)
    }
}

/// What a poller watches by poll(2).
///
/// Source: poll(2); its bits are those of epoll.
private final class PolledDescriptors {
    private var watched: [pollfd] = []
    private var tokens: [UInt64] = []
    /// How many more epoll may be asked to watch. One that is closed without being removed keeps its
    /// place, which matters only where there is a limit.
    var epollRoom: Int

    init(epollRoom: Int) { self.epollRoom = epollRoom }

    var count: Int { watched.count }

    func add(_ descriptor: CInt, _ interest: Readiness, _ token: UInt64) {
        watched.append(
            pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: interest.rawValue), revents: 0)
        )
        tokens.append(token)
    }

    /// Whether `descriptor` is among them.
    func modify(_ descriptor: CInt, _ interest: Readiness, _ token: UInt64) -> Bool {
        guard let place = watched.firstIndex(where: { $0.fd == descriptor }) else { return false }
        watched[place].events = Int16(truncatingIfNeeded: interest.rawValue)
        tokens[place] = token
        return true
    }

    /// Whether `descriptor` was among them.
    func remove(_ descriptor: CInt) -> Bool {
        guard let place = watched.firstIndex(where: { $0.fd == descriptor }) else { return false }
        watched.remove(at: place)
        tokens.remove(at: place)
        return true
    }

    /// Waits at most `timeout` nanoseconds until one of them is ready or `epoll` has something.
    ///
    /// - Returns: how many of them were ready.
    func wait(
        with epoll: CInt,
        _ timeout: Int64,
        _ body: (_ token: UInt64, _ ready: Readiness) -> Void
    ) -> Int {
        // Rounded up, so that no timer finds itself early.
        let milliseconds = timeout < 0 ? -1 : min((timeout + 999_999) / 1_000_000, 1_000_000)
        watched.append(pollfd(fd: epoll, events: Int16(POLLIN), revents: 0))
        let count = unsafe poll(&watched, nfds_t(watched.count), CInt(milliseconds))
        watched.removeLast()
        guard count > 0 else { return 0 }
        var ready = 0
        for (place, one) in watched.enumerated() where one.revents != 0 {
            // Closed without being removed: epoll forgets such a one by itself.
            if one.revents & Int16(POLLNVAL) != 0 { continue }
            ready += 1
            body(tokens[place], Readiness(rawValue: UInt32(UInt16(bitPattern: one.revents))))
        }
        return ready
    }
}
