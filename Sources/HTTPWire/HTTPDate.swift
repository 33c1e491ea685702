// SPDX-License-Identifier: Apache-2.0

/// The 29 bytes of a Date field: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
///
/// It is a value to keep: a server makes one a second and gives it to each response.
public struct HTTPDate: Sendable, CustomStringConvertible {
    /// The text, in ASCII.
    public let bytes: InlineArray<29, UInt8>

    /// The date `unixSeconds` after the beginning of 1970, from 1970 to the end of 9999.
    public init(unixSeconds: Int) {
        precondition(0..<253_402_300_800 ~= unixSeconds, "a date is outside 1970 to 9999")
        let days = unixSeconds / 86400
        let second = unixSeconds % 86400
        let (year, month, day) = Self.civil(days)
        // 1970 began on a Thursday.
        let weekday = Self.word("SunMonTueWedThuFriSat", (days + 4) % 7)
        let monthName = Self.word("JanFebMarAprMayJunJulAugSepOctNovDec", month)
        let digits = { (number: Int) -> UInt8 in ASCII.zero + UInt8(number % 10) }
        let blank = ASCII.space
        bytes = [
            weekday.0, weekday.1, weekday.2, ASCII.comma, blank,
            digits(day / 10), digits(day), blank,
            monthName.0, monthName.1, monthName.2, blank,
            digits(year / 1000), digits(year / 100), digits(year / 10), digits(year), blank,
            digits(second / 36000), digits(second / 3600), ASCII.colon,
            digits(second / 600 % 6), digits(second / 60), ASCII.colon,
            digits(second % 60 / 10), digits(second), blank,
            UInt8(ascii: "G"), UInt8(ascii: "M"), UInt8(ascii: "T"),
        ]
    }

    /// The text.
    public var description: String { bytes.span.text(0..<29) }

    private static func word(_ words: StaticString, _ index: Int) -> (UInt8, UInt8, UInt8) {
        precondition((index + 1) * 3 <= words.utf8CodeUnitCount)
        // Safety: a string literal lives for ever, and the line above checked the bounds.
        let start = unsafe words.utf8Start + index * 3
        return unsafe (start[0], start[1], start[2])
    }

    /// The year, the month from 0 and the day from 1, `days` after the beginning of 1970.
    ///
    /// Years are counted from 1 March, so that the leap day is a year's last and each month's
    /// beginning is a straight line through the months; 400 years have 146097 days.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let sinceMarchOf0 = days + 719_468
        let era = sinceMarchOf0 / 146_097
        let dayOfEra = sinceMarchOf0 % 146_097
        let leapDays = dayOfEra / 1460 - dayOfEra / 36524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = (monthFromMarch + 2) % 12
        return (era * 400 + yearOfEra + (month < 2 ? 1 : 0), month, day)
    }
}
