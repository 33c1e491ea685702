// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension TextReport {
    /// Earlier exceptions shown of a chain; a loop that retries makes one of any length.
    static let chainMax = 8
    /// Members shown of a group; a group of a thousand tasks mostly fails for one reason.
    static let membersMax = 10
    /// Groups inside groups; each moves the text to the right.
    static let depthMax = 4

    /// Adds the exception of a finding with all that belongs to it.
    func write(_ exception: ExceptionReport, of finding: Finding, to page: inout ReportPage) {
        if !finding.message.hasSuffix(exception.headline) {
            page.line("  exception: \(exception.headline)")
            write(framesOf: exception, besides: finding.location, "    ", to: &page)
            write(membersOf: exception, "    ", depth: 1, to: &page)
        } else {
            write(framesOf: exception, besides: finding.location, "  ", to: &page)
            write(membersOf: exception, "  ", depth: 1, to: &page)
        }
        write(chainOf: exception, "  ", depth: 1, to: &page)
    }

    /// Where it was raised and by which way; without `shown`, which the reader has seen.
    private func write(
        framesOf exception: ExceptionReport,
        besides shown: Location?,
        _ indent: String,
        to page: inout ReportPage
    ) {
        var own = exception.ownFrames[...]
        if let raised = exception.frames.last, !raised.isPlace(of: shown) {
            page.line(["\(indent)raised"] + Self.place(raised))
            if raised.isOwn { own.removeLast() }
        }
        if let innermost = own.last, innermost.isPlace(of: shown) { own.removeLast() }
        Self.write(callers: own, indent, to: &page)
    }

    private func write(
        membersOf exception: ExceptionReport,
        _ indent: String,
        depth: Int,
        to page: inout ReportPage
    ) {
        let count = exception.group.count
        guard count > 0 else { return }
        guard depth <= Self.depthMax else {
            page.line("\(indent)… \(count) more inside")
            return
        }
        for (place, member) in exception.group.prefix(Self.membersMax).enumerated() {
            page.line("\(indent)\(place + 1) of \(count): \(member.headline)")
            write(framesOf: member, besides: nil, "\(indent)  ", to: &page)
            write(membersOf: member, "\(indent)  ", depth: depth + 1, to: &page)
            write(chainOf: member, "\(indent)  ", depth: depth + 1, to: &page)
        }
        if count > Self.membersMax {
            page.line("\(indent)… \(count - Self.membersMax) more")
        }
    }

    private func write(
        chainOf exception: ExceptionReport,
        _ indent: String,
        depth: Int,
        to page: inout ReportPage
    ) {
        var previous = exception.previous
        for _ in 0..<Self.chainMax {
            guard let link = previous, let earlier = link.exceptions.first else { return }
            let relation =
                switch link.relation {
                case .cause: "caused by"
                case .context: "while handling"
                }
            page.line("\(indent)\(relation): \(earlier.headline)")
            write(framesOf: earlier, besides: nil, "\(indent)  ", to: &page)
            write(membersOf: earlier, "\(indent)  ", depth: depth + 1, to: &page)
            previous = earlier.previous
        }
        if previous != nil { page.line("\(indent)… and earlier ones") }
    }
}

extension ExceptionReport {
    /// `ValueError: no such price`, as Python ends a traceback.
    var headline: String { message.isEmpty ? type : "\(type): \(message)" }

    /// The frames that lie in the program, outermost first.
    var ownFrames: [Frame] { frames.filter(\.isOwn) }
}
