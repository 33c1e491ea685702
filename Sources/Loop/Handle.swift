// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// A place in the source: who scheduled something.
public struct SourcePlace: Hashable, Sendable, CustomStringConvertible {
    /// `Module/File.swift`
    public let fileID: StaticStringID
    /// Counts from 1.
    public let line: UInt32

    /// The place `line` of `fileID`.
    public init(fileID: StaticString, line: UInt) {
        self.fileID = StaticStringID(fileID)
        self.line = UInt32(truncatingIfNeeded: line)
    }

    /// `Module/File.swift:12`
    public var description: String { "\(fileID.text):\(line)" }
}

/// A literal of the program, equal where its text is.
public struct StaticStringID: Hashable, Sendable {
    private let literal: StaticString

    init(_ literal: StaticString) { self.literal = literal }

    /// The literal's text.
    public var text: String { literal.description }

    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// A callback that was scheduled, and the way to call it off. On the loop.
///
/// Source: `asyncio.Handle`.
public class Handle {
    /// nil once it was cancelled or has run.
    final var callback: (() throws -> Void)?
    /// Who scheduled it.
    public final let place: SourcePlace
    /// The calls that scheduled it; in debug mode.
    public final let creationStack: CallStack?
    /// Whether it was cancelled before it ran.
    public final private(set) var isCancelled = false

    init(
        place: SourcePlace,
        creationStack: CallStack? = nil,
        callback: @escaping () throws -> Void
    ) {
        self.place = place
        self.creationStack = creationStack
        self.callback = callback
    }

    /// As it is shown in reports.
    var shown: String { "<Handle created at \(place)>" }

    /// Sees to it that the callback never runs; no effect once it has.
    public func cancel() {
        guard callback != nil else { return }
        callback = nil
        isCancelled = true
    }
}

/// A callback that is due at a moment, and the way to call it off. On the loop.
///
/// Source: `asyncio.TimerHandle`.
public final class TimerHandle: Handle {
    /// When it is due.
    public let when: MonotonicTime
    unowned let loop: EventLoop
    /// Whether it stands in the heap, and not in the queue already.
    var isInHeap = false

    init(
        loop: EventLoop,
        when: MonotonicTime,
        place: SourcePlace,
        callback: @escaping () throws -> Void
    ) {
        self.loop = loop
        self.when = when
        super.init(place: place, creationStack: loop.debug ? .here() : nil, callback: callback)
    }

    override var shown: String { "<TimerHandle created at \(place)>" }

    /// Sees to it that the callback never runs; no effect once it has.
    public override func cancel() {
        guard callback != nil else { return }
        super.cancel()
        if isInHeap { loop.timerWasCancelled() }
    }
}
