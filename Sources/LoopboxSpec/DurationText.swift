// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// Durations as specs have them: numbers with units, `250ms`, `1m30s`.
package enum DurationText {
    /// A regular expression of ECMA 262 for every text that is taken.
    static let pattern = #"^\d+(\.\d+)?(ms|s|m|h|d)( ?\d+(\.\d+)?(ms|s|m|h|d))*$"#

    static let unitNames = "ms, s, m, h, d"

    /// From the largest on, as they must come in a text.
    private static let units: [(name: String, microseconds: Int)] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
        ("ms", 1000),
    ]

    /// What people write for the units.
    private static let aliases = [
        "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m",
        "minute": "m", "minutes": "m", "msec": "ms", "msecs": "ms", "millisecond": "ms",
        "milliseconds": "ms", "millis": "ms", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
        "day": "d", "days": "d",
    ]

    /// Digits of one number; with two more, the sum of microseconds could overflow.
    private static let digitsMax = 7

    /// The duration that `text` names.
    package static func parse(_ text: String, key: String) throws(SpecError) -> Duration {
        var rest = Substring(text)
        var total = 0
        var smallest = -1
        repeat {
            if smallest >= 0, rest.first == " " { rest.removeFirst() }
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest.removeFirst(number.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != " " && $0 != "." }
            guard let (value, scale) = decimal(number) else {
                throw SpecError.notADuration(key: key, found: text)
            }
            if unit.isEmpty, smallest < 0 {
                throw unitless(text, rest: rest, number: number, key: key)
            }
            guard let place = units.firstIndex(where: { $0.name == unit }), place > smallest else {
                throw badUnit(text, number: number, unit: unit, key: key)
            }
            rest.removeFirst(unit.count)
            smallest = place
            let (microseconds, overflow) = value.multipliedReportingOverflow(
                by: units[place].microseconds
            )
            guard !overflow, microseconds.isMultiple(of: scale) else {
                throw SpecError.notADuration(key: key, found: text)
            }
            total += microseconds / scale
        } while !rest.isEmpty
        return .microseconds(total)
    }

    /// As it would be written, exact to the microsecond: `100ms`, `1m30.5s`.
    package static func text(of duration: Duration) -> String {
        let parts = duration.components
        var rest = Int(parts.seconds) * 1_000_000 + Int(parts.attoseconds / 1_000_000_000_000)
        guard rest > 0 else { return "0s" }
        guard rest >= 1_000_000 else { return fraction(rest, of: 1000) + "ms" }
        var text = ""
        for unit in units.prefix(3) where rest >= unit.microseconds {
            text += "\(rest / unit.microseconds)\(unit.name)"
            rest %= unit.microseconds
        }
        return rest == 0 ? text : text + fraction(rest, of: 1_000_000) + "s"
    }

    private static func fraction(_ count: Int, of whole: Int) -> String {
        let rest = count % whole
        guard rest > 0 else { return "\(count / whole)" }
        var digits = "\(whole + rest)".dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(count / whole).\(digits)"
    }

    /// A number and the power of ten that it is to be divided by.
    private static func decimal(_ text: Substring) -> (value: Int, scale: Int)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts.joined()
        guard parts.count <= 2, !parts.contains(where: \.isEmpty), digits.count <= digitsMax,
            let value = Int(digits)
        else { return nil }
        let scale = (0..<(parts.count == 2 ? parts[1].count : 0)).reduce(1) { scale, _ in scale * 10
        }
        return (value, scale)
    }

    private static func unitless(
        _ text: String,
        rest: Substring,
        number: Substring,
        key: String
    ) -> SpecError {
        if rest.isEmpty {
            return .unitMissing(
                key: key,
                found: text,
                choices: ["\(number)s", "\(number)ms", "\(number)m"]
            )
        }
        let unit = rest.drop { $0 == " " }
        guard unit.allSatisfy(\.isLetter) else { return .notADuration(key: key, found: text) }
        return badUnit(text, number: number, unit: unit, key: key)
    }

    private static func badUnit(
        _ text: String,
        number: Substring,
        unit: Substring,
        key: String
    ) -> SpecError {
        // A known unit again or out of order, and what has no letters, is no unit at all.
        let word = unit.lowercased()
        guard !unit.isEmpty, unit.allSatisfy(\.isLetter) else {
            return .notADuration(key: key, found: text)
        }
        if units.contains(where: { $0.name == unit }) {
            return .notADuration(key: key, found: text)
        }
        if let known = units.first(where: { $0.name == word })?.name ?? aliases[word] {
            let isWhole = text.hasPrefix(number)
            return .unitUnknown(
                key: key,
                found: text,
                unit: String(unit),
                units: unitNames,
                suggestions: isWhole ? ["\(number)\(known)"] : []
            )
        }
        return .unitUnknown(
            key: key,
            found: text,
            unit: String(unit),
            units: unitNames,
            suggestions: []
        )
    }
}

extension Codec<Seconds> {
    /// A duration in `range`, and where `ceiling` is given, no more than the server's own maximum.
    static func duration(
        _ range: ClosedRange<Duration>,
        example: String,
        ceiling: (flag: String, of: @Sendable (SpecContext) -> Duration)? = nil
    ) -> Codec {
        Codec(
            shape: .duration(range, isServerMaximum: ceiling != nil),
            example: example,
            read: { node, reading in
                guard
                    let (text, _) = reading.scalar(
                        node,
                        expected: "a duration",
                        example: example
                    )
                else { return nil }
                let key = reading.key
                let duration: Duration
                do throws(SpecError) {
                    duration = try DurationText.parse(text, key: key)
                } catch {
                    reading.fault(error, at: node.span)
                    return nil
                }
                if let ceiling, duration > ceiling.of(reading.context) {
                    let maximum = DurationText.text(of: ceiling.of(reading.context))
                    reading.fault(
                        .aboveServerMaximum(
                            key: key,
                            found: text,
                            maximum: maximum,
                            flag: ceiling.flag
                        ),
                        at: node.span
                    )
                    return nil
                }
                // Above the default maximum an operator may allow more.
                guard duration >= range.lowerBound, ceiling != nil || duration <= range.upperBound
                else {
                    reading.fault(
                        .outOfRange(
                            key: key,
                            found: text,
                            lowest: DurationText.text(of: range.lowerBound),
                            highest: DurationText.text(
                                of: ceiling?.of(reading.context) ?? range.upperBound
                            ),
                            isAbove: duration > range.upperBound
                        ),
                        at: node.span
                    )
                    return nil
                }
                return Seconds(duration)
            },
            write: { .word(DurationText.text(of: $0.duration)) }
        )
    }
}
