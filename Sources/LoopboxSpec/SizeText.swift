// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// Sizes as specs have them: a whole number with a unit, `512KiB`, `1MB`.
package enum SizeText {
    /// A regular expression of ECMA 262 for every text that is taken.
    static let pattern = #"^\d+(B|KB|MB|GB|KiB|MiB|GiB)$"#

    static let unitNames = "B, KB, MB, GB, KiB, MiB, GiB"

    private static let units: [(name: String, bytes: Int)] = [
        ("B", 1), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000),
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30),
    ]

    /// Digits that are still a size: with more, the count of bytes could overflow.
    private static let digitsMax = 9

    /// The size that `text` names.
    package static func parse(_ text: String, key: String) throws(SpecError) -> ByteCount {
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let rest = text.dropFirst(number.count)
        let unit = rest.drop { $0 == " " }
        let isWhole = !number.isEmpty && !number.contains(".") && number.count <= digitsMax
        if isWhole, rest == unit, let bytes = units.first(where: { $0.name == unit })?.bytes,
            let count = Int(number)
        {
            return ByteCount(bytes: count * bytes)
        }
        guard !number.isEmpty, unit.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            throw SpecError.notASize(key: key, found: text, suggestion: nil)
        }
        guard isWhole else {
            throw SpecError.notASize(key: key, found: text, suggestion: whole(number, unit))
        }
        if unit.isEmpty {
            throw SpecError.unitMissing(key: key, found: text, choices: choices(number))
        }
        if units.contains(where: { $0.name == unit }) {
            throw SpecError.notASize(key: key, found: text, suggestion: "\(number)\(unit)")
        }
        if unit.count == 1, "kmg".contains(unit.lowercased()) {
            let letter = unit.uppercased()
            throw SpecError.ambiguousSize(
                key: key,
                found: text,
                binary: "\(number)\(letter)iB",
                decimal: "\(number)\(letter)B"
            )
        }
        throw SpecError.unitUnknown(
            key: key,
            found: text,
            unit: String(unit),
            units: unitNames,
            suggestions: meant(unit).map { "\(number)\($0)" }
        )
    }

    /// A number without a unit: a large one is most likely of bytes.
    private static func choices(_ number: Substring) -> [String] {
        guard let count = Int(number), count >= 1024 else {
            return ["\(number)KiB", "\(number)MiB", "\(number)B"]
        }
        let short = "\(ByteCount(bytes: count))"
        return short == "\(number)B" ? [short] : [short, "\(number)B"]
    }

    /// The same size in the next smaller unit.
    private static func whole(_ number: Substring, _ unit: Substring) -> String? {
        guard let value = Double(number), value.isFinite, value < 1e6,
            let place = units.firstIndex(where: { $0.name == unit }), unit != "B"
        else { return nil }
        let smaller = unit == "KB" || unit == "KiB" ? units[0] : units[place - 1]
        let count = value * Double(units[place].bytes / smaller.bytes)
        return count == count.rounded() ? "\(Int(count))\(smaller.name)" : nil
    }

    /// Units that `unit` may stand for, in the wrong case or cut short.
    private static func meant(_ unit: Substring) -> [String] {
        let word = unit.lowercased()
        if let exact = units.first(where: { $0.name.lowercased() == word })?.name {
            return word.count == 2 ? [exact, exact.prefix(1) + "iB"] : [exact]
        }
        switch word {
        case "byte", "bytes": return ["B"]
        case "ki", "mi", "gi": return [word.prefix(1).uppercased() + "iB"]
        default: return []
        }
    }
}

extension Codec<ByteCount> {
    /// A size in `range`, and where `ceiling` is given, no more than the server's own maximum.
    static func size(
        _ range: ClosedRange<ByteCount>,
        example: String,
        ceiling: (flag: String, of: @Sendable (SpecContext) -> ByteCount)? = nil
    ) -> Codec {
        Codec(
            shape: .size(range, isServerMaximum: ceiling != nil),
            example: example,
            read: { node, reading in
                guard
                    let (text, _) = reading.scalar(
                        node,
                        expected: "a size",
                        example: example
                    )
                else { return nil }
                let key = reading.key
                let size: ByteCount
                do throws(SpecError) {
                    size = try SizeText.parse(text, key: key)
                } catch {
                    reading.fault(error, at: node.span)
                    return nil
                }
                let maximum = ceiling?.of(reading.context) ?? range.upperBound
                if let ceiling, size > maximum {
                    reading.fault(
                        .aboveServerMaximum(
                            key: key,
                            found: text,
                            maximum: "\(maximum)",
                            flag: ceiling.flag
                        ),
                        at: node.span
                    )
                    return nil
                }
                guard size >= range.lowerBound, size <= maximum else {
                    reading.fault(
                        .outOfRange(
                            key: key,
                            found: text,
                            lowest: "\(range.lowerBound)",
                            highest: "\(maximum)",
                            isAbove: size > maximum
                        ),
                        at: node.span
                    )
                    return nil
                }
                return size
            },
            write: { .word("\($0)") }
        )
    }
}
