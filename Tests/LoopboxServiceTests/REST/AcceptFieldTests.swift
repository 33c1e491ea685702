// SPDX-License-Identifier: Apache-2.0

import LoopboxReport
import Testing

@testable import LoopboxService

@Suite struct AcceptFieldTests {
    @Test(
        arguments: [
            ("*/*", .json), ("application/*", .json), ("text/*", .text), ("TEXT/Plain", .text),
            ("application/yaml", .yaml), ("text/x-yaml", .yaml), ("application/sarif+json", .sarif),
            ("application/junit+xml", .junit), ("application/x-ndjson", .jsonl),
            // The heavier one; of two alike, the first.
            ("application/json;q=0.5, text/plain", .text),
            ("application/yaml;q=0.2, text/plain;q=0.3", .text),
            ("text/plain, application/json", .text), ("application/json, text/plain", .json),
            ("application/yaml ; q=0.999 , application/json ; q=1.000", .json),
            // What is said of a type itself goes before what is said of all.
            ("*/*, application/json;q=0", .text), ("*/*;q=0.1, application/yaml;q=0", .json),
            ("text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5", .github),
            ("text/html, application/xml;q=0.9, */*;q=0.8", .json),
            ("application/problem+json", .json), ("image/png, */*;q=0.1", .json),
            // What can't be read does not count.
            ("nonsense, text/plain", .text), (";;,/,a/, application/jsonl;q=x", .jsonl),
            ("image/png", nil), ("*/*;q=0", nil), ("text/plain;q=0.000", nil), ("", nil),
            (", ,", nil),
        ] as [(String, ReportFormat?)]
    )
    func `the client gets what it likes best`(field: String, format: ReportFormat?) {
        #expect(AcceptField(field).format == format, "\(field)")
    }
}
