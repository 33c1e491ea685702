// SPDX-License-Identifier: Apache-2.0

import LoopboxReport

/// Which formats a client takes, and how gladly.
///
/// Source: RFC 9110 §12.4.2 (weights), §12.5.1 (`Accept`).
struct AcceptField {
    private struct Range {
        var type: Substring
        var subtype: Substring
        /// In thousandths.
        var weight: Int
    }

    private let ranges: [Range]

    /// Reads the field's value; a range that can't be read does not count.
    init(_ text: String) {
        ranges = text.lowercased().split(separator: ",").compactMap { item in
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let type = (parts.first ?? "").split(
                separator: "/",
                omittingEmptySubsequences: false
            )
            guard type.count == 2, !type[0].isEmpty, !type[1].isEmpty else { return nil }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            return Range(
                type: type[0],
                subtype: type[1],
                weight: weight.flatMap { Self.weight($0.dropFirst(2)) } ?? 1000
            )
        }
    }

    /// What the client likes best; of several, what it names first. nil: it takes none.
    var format: ReportFormat? {
        var best: (format: ReportFormat, weight: Int, place: Int)?
        for format in ReportFormat.allCases {
            for (alias, type) in format.mediaTypes.enumerated() {
                // Only the type that an answer has is meant by a range of types.
                guard let (weight, place) = preference(for: type, byName: alias > 0), weight > 0
                else { continue }
                if let best, (best.weight, -best.place) >= (weight, -place) { continue }
                best = (format, weight, place)
            }
        }
        return best?.format
    }

    /// What the most specific range says of `type`, and where that stands; with `byName`, only where
    /// the range is the type itself.
    private func preference(
        for type: String,
        byName: Bool
    ) -> (weight: Int, place: Int)? {
        let parts = type.split(separator: "/")
        var found: (weight: Int, place: Int)?
        var rankOfFound = -1
        for (place, range) in ranges.enumerated() {
            let rank: Int
            if range.type == parts[0], range.subtype == parts[1] {
                rank = 2
            } else if byName {
                continue
            } else if range.type == parts[0], range.subtype == "*" {
                rank = 1
            } else if range.type == "*", range.subtype == "*" {
                rank = 0
            } else {
                continue
            }
            if rank > rankOfFound {
                found = (range.weight, place)
                rankOfFound = rank
            }
        }
        return found
    }

    /// `0.85` in thousandths; nil where it is no weight.
    private static func weight(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Int(parts[0]), (0...1).contains(whole) else {
            return nil
        }
        let digits = parts.count == 2 ? parts[1] : ""
        guard digits.count <= 3, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            return nil
        }
        let rest = Int(digits + String(repeating: "0", count: 3 - digits.count)) ?? 0
        return min(whole * 1000 + rest, 1000)
    }
}
