// SPDX-License-Identifier: Apache-2.0

import LoopSystem

// Safety (@unchecked Sendable): whichever thread makes it hands it over and keeps nothing; it is run
// once, by the loop.
// Safety (@safe): the loop resumes a continuation once, when its turn comes.

/// Something that the loop will run.
@safe enum Ready: @unchecked Sendable {
    /// A step of a task that is isolated to the loop.
    case serialJob(UnownedJob)
    /// A step of a task that merely prefers the loop. The two are told apart where they come in,
    /// because each has to be run in its own way (swiftlang/swift#85668).
    case taskJob(UnownedJob)
    /// A wait that has ended: whoever waited takes its next step now.
    case resume(UnsafeContinuation<Void, Never>)
    /// A callback that can be cancelled.
    case handle(Handle)
    /// A callback that nobody will cancel.
    case closure(() -> Void)
    /// A descriptor is ready. `generation` tells whether it is still the one that was meant.
    case event(descriptor: CInt, generation: UInt32, readiness: Readiness)
}

// Safety (@safe): allocated and freed here; the places from `head` on, `count` of them, are
// initialized, all others are not.

/// First in, first out: a ring whose size is a power of two and doubles when it is full.
@safe struct ReadyQueue: ~Copyable {
    private var places: UnsafeMutablePointer<Ready>
    private var mask: Int
    private var head = 0
    private(set) var count = 0

    /// Enough for an ordinary tick, so that a quiet loop never grows it.
    static let initialCapacity = 1024

    init() {
        unsafe places = .allocate(capacity: Self.initialCapacity)
        mask = Self.initialCapacity - 1
    }

    deinit {
        for place in 0..<count { unsafe (places + ((head &+ place) & mask)).deinitialize(count: 1) }
        unsafe places.deallocate()
    }

    mutating func append(_ item: consuming Ready) {
        if count > mask { grow() }
        unsafe (places + ((head &+ count) & mask)).initialize(to: item)
        count &+= 1
    }

    /// - Precondition: it is not empty.
    mutating func removeFirst() -> Ready {
        let item = unsafe (places + head).move()
        head = (head &+ 1) & mask
        count &-= 1
        return item
    }

    mutating func removeAll() {
        // One at a time: what goes may put something in.
        while count > 0 { _ = removeFirst() }
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Ready>.allocate(capacity: (mask + 1) * 2)
        for place in 0..<count {
            unsafe (larger + place).moveInitialize(
                from: places + ((head &+ place) & mask),
                count: 1
            )
        }
        unsafe places.deallocate()
        unsafe places = larger
        head = 0
        mask = mask * 2 + 1
    }
}
