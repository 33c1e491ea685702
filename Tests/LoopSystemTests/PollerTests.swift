// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import Testing

@Suite struct PollerTests {
    private func wait(_ poller: borrowing Poller, _ timeout: Int64 = 0) -> [UInt64: Readiness] {
        var events: [UInt64: Readiness] = [:]
        let count = poller.wait(timeout: timeout) { events[$0] = $1 }
        #expect(count == events.count)
        return events
    }

    /// What the kernel says when the user's watches are used up. To use up the real ones would
    /// disturb whatever else this user runs.
    @Test func `what epoll has no room for is watched all the same`() throws {
        let poller = try Poller(epollMax: 1)
        let first = try FileDescriptor.pipe()
        let second = try FileDescriptor.pipe()
        try poller.add(first.reading.number, .readable, token: 1)
        #expect(poller.polledCount == 0)
        try poller.add(second.reading.number, .readable, token: 2)
        try poller.add(second.writing.number, [], token: 3)
        #expect(poller.polledCount == 2)
        #expect(wait(poller).isEmpty)
        _ = unsafe write(second.writing.number, "x", 1)
        #expect(wait(poller) == [2: .readable])
        // Level-triggered, like epoll; and one that has both does not hide the other.
        _ = unsafe write(first.writing.number, "x", 1)
        #expect(wait(poller, -1) == [1: .readable, 2: .readable])
        try poller.modify(second.writing.number, .writable, token: 4)
        try poller.modify(second.reading.number, [], token: 2)
        #expect(wait(poller) == [1: .readable, 4: .writable])
        poller.remove(second.writing.number)
        poller.remove(second.reading.number)
        #expect(poller.polledCount == 0)
        #expect(wait(poller) == [1: .readable])
        // A place in epoll is free again.
        poller.remove(first.reading.number)
        try poller.add(second.writing.number, .writable, token: 5)
        #expect(poller.polledCount == 0)
        #expect(wait(poller) == [5: .writable])
    }

    @Test func `a wait for what is polled ends at its time`() throws {
        let poller = try Poller(epollMax: 0)
        let pipe = try FileDescriptor.pipe()
        try poller.add(pipe.reading.number, .readable, token: 1)
        let begun = MonotonicTime.now
        #expect(wait(poller, 20_000_000).isEmpty)
        #expect(begun.duration(to: .now) >= .milliseconds(20))
        // One that was closed and not removed is passed over, as epoll does.
        let other = dup(pipe.reading.number)
        try poller.add(other, .readable, token: 2)
        close(other)
        _ = unsafe write(pipe.writing.number, "x", 1)
        #expect(wait(poller, -1) == [1: .readable])
    }
}
