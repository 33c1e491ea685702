// SPDX-License-Identifier: Apache-2.0

/// A part of a timeline on the wire.
///
/// Rows of numbers come as one text, `1, 2, 0.5`, for there can be very many: so they take no more
/// room than they had on the wire, and are read on a worker thread, never on the loop.
struct WireTimeline: Sendable, Decodable {
    /// Rows of 6: see ``TimelineBuilder``.
    let steps: String?
    /// Rows of 15.
    let tasks: String?
    /// Rows of 41; each replaces those that came before.
    let loops: String?
    /// Rows of 8; likewise.
    let longest: String?
    /// The next texts; the first of all has the number 1.
    let texts: [String]?
    /// When, and the longest lag since the one before.
    let lag: [Double]?
    /// Tasks so far.
    let total: Int?
    /// Whether something was left out for want of room.
    let isCut: Bool?

    enum CodingKeys: String, CodingKey {
        case steps, tasks, loops, longest, texts, lag, total
        case isCut = "cut"
    }

    /// The whole rows of `length` numbers in `text`, at most `max`; what is no number is 0.
    static func rows(_ text: String?, of length: Int, max: Int) -> [[Double]] {
        guard let text else { return [] }
        var rows: [[Double]] = []
        var row: [Double] = []
        for part in text.utf8.split(separator: UInt8(ascii: ",")) {
            let digits = Substring(part.drop { $0 == UInt8(ascii: " ") })
            let number = Double(digits) ?? 0
            row.append(number.isFinite ? number : 0)
            guard row.count == length else { continue }
            rows.append(row)
            row.removeAll(keepingCapacity: true)
            if rows.count == max { break }
        }
        return rows
    }
}
