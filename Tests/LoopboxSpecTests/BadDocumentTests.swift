// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxSpec
import Testing

/// Each document of `Golden/bad` has the text beside it that its writer is told.
@Suite struct BadDocumentTests {
    @Test(arguments: Golden.documents(in: "bad"))
    func `a bad document is told what is wrong with it and how it is cured`(name: String) throws {
        let document = try Golden.document(name, in: "bad")
        let failure = try #require(throws: SpecFailure.self) {
            try SpecDecoder.decode(
                document,
                contentType: Golden.contentType(of: name),
                context: Golden.context
            )
        }
        let status = failure.kind == .syntax ? "400" : "422"
        let codes = failure.diagnostics.map { "\($0.code) \($0.pointer)" }
        let found =
            failure.render(file: name, source: document, color: false)
            + "-- \(status) \(codes.joined(separator: ", "))\n"
        let file = Golden.folder.appendingPathComponent("bad/\(name).txt")
        #expect(try Golden.expected(file, found: found) == found)
    }

    @Test func `there are at least a hundred and forty bad documents`() {
        #expect(Golden.documents(in: "bad").count >= 140)
    }
}
