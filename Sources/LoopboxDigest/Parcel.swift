// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What goes to a digest process: a task, and byte strings that belong to it.
///
/// The number of byte strings, the length of each, and the bytes; the first string is the task's
/// JSON. Byte strings go as they are: most of a request is what programs wrote.
struct Parcel {
    private(set) var parts: [[UInt8]]

    /// `task` with `parts`.
    init(_ task: some Encodable, _ parts: [[UInt8]] = []) throws {
        self.parts = [try JSONText().encode(task)] + parts
    }

    /// The parcel that was written as `bytes`; nil if it was not.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func number() -> Int? {
            guard rest.count >= 8 else { return nil }
            let number = rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            rest = rest.dropFirst(8)
            return Int(exactly: number)
        }
        guard let count = number(), count > 0, count <= Self.partsMax else { return nil }
        let lengths = (0..<count).compactMap { _ in number() }
        guard lengths.count == count, lengths.reduce(0, &+) == rest.count else { return nil }
        parts = lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
    }

    /// Byte strings of one parcel: five for each run of a job that has the most, and the task.
    static let partsMax = 5 * Repetition.runsMax + 2

    /// The task.
    func task<Task: Decodable>(_ type: Task.Type) throws -> Task {
        try JSONDecoder().decode(type, from: Data(parts[0]))
    }

    /// The byte strings behind the task.
    var strings: ArraySlice<[UInt8]> { parts.dropFirst() }

    /// As it is written.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(8) { $0 + 8 + $1.count })
        func append(_ number: Int) {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        append(parts.count)
        for part in parts { append(part.count) }
        for part in parts { bytes += part }
        return bytes
    }
}
