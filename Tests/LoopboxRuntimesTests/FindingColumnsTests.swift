// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxRuntimes

@Suite struct FindingColumnsTests {
    @Test func `columns count scalars, as Python and SARIF do, and not what looks like a letter`() {
        // An e with its accent behind it, and a family of five scalars.
        let snippet = "e\u{301} = \u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}(); call()"
        let place = Location(
            path: "main.py",
            line: 1,
            column: 10,
            endColumn: 16,
            function: "main",
            snippet: snippet
        )
        let cause = ExceptionReport(type: "KeyError", message: "", frames: [place])
        var finding = Finding(
            id: "f1",
            rule: "other-warning",
            severity: .note,
            run: 1,
            count: 1,
            message: "",
            fix: "",
            location: place,
            stack: [place],
            creation: [place],
            exception: ExceptionReport(
                type: "ValueError",
                message: "",
                frames: [place],
                previous: .init(relation: .cause, exception: cause),
                group: [cause]
            ),
            task: nil,
            seconds: nil,
            at: Seconds(.zero),
            source: .warnings,
            trust: .reported,
            raw: "",
            doc: ""
        )
        finding.countScalars()
        let exception = finding.exception
        let places = [
            finding.location, finding.stack.first, finding.creation.first, exception?.frames.first,
            exception?.group.first?.frames.first,
            exception?.previous?.exceptions.first?.frames.first,
        ]
        for place in places {
            #expect(place?.column == 15)
            #expect(place?.endColumn == 21)
            let scalars = Array(snippet.unicodeScalars)[14..<20].map(Character.init)
            #expect(String(scalars) == "call()")
        }
    }
}
