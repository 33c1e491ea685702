// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopSystem
import Testing

/// The Swift side of one of the programs in the folder `Python`: it has to say the same in the same
/// order.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// The program's name, without `.py`.
    let name: String
    let body: @Sendable (Say) throws -> Void

    /// What it says.
    func lines() throws -> [String] {
        let say = Say()
        try body(say)
        return say.lines
    }

    var testDescription: String { name }
}

/// Python's `print`, into a list. Any thread.
final class Say: Sendable {
    private let said = Locked<[String]>([])
    var lines: [String] { said.withLock { $0 } }

    func callAsFunction(_ items: Any?...) {
        let line = items.map(Self.shown).joined(separator: " ")
        said.withLock { $0.append(line) }
    }

    private static func shown(_ item: Any?) -> String {
        switch item {
        case nil: "None"
        case let truth as Bool: truth ? "True" : "False"
        case is CancellationError: "CancelledError"
        case LoopError.timedOut as any Error: "TimeoutError"
        case let item?: "\(item)"
        }
    }
}

/// A scenario that is one run of a loop.
func scenario(
    _ name: String,
    _ main: @escaping @Sendable (EventLoop, Say) async throws -> Void
) -> Scenario {
    Scenario(name: name) { say in
        try EventLoop.run { loop in try await main(loop, say) }
    }
}

/// Python's `ValueError("...")`.
struct Oops: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A variable that the tasks of a loop share.
final class Box<Value>: @unchecked Sendable {
    // Safety (@unchecked Sendable): touched on the loop's thread only.
    var value: Value
    init(_ value: Value) { self.value = value }
}

extension EventLoop {
    /// Python's `asyncio.sleep`.
    func nap(_ seconds: Double = 0) async throws { try await sleep(for: .seconds(seconds)) }

    /// A wait that only a cancellation ends.
    func hang() async throws { try await nap(3600) }
}
