// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The expected text of a case, kept in `Golden/<suite>/<case>.txt` beside the tests.
///
/// A change of what a report says shows as a difference in these files, which is where it is reviewed. They
/// are written anew only where `LOOPBOX_REWRITE_GOLDEN` is 1.
struct GoldenFile {
    let url: URL

    static func folder(_ suite: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden").appendingPathComponent(suite)
    }

    init(suite: String, name: String) {
        url = Self.folder(suite).appendingPathComponent(name).appendingPathExtension("txt")
    }

    /// Whether files are written anew.
    var isRewritten: Bool { ProcessInfo.processInfo.environment["LOOPBOX_REWRITE_GOLDEN"] == "1" }

    /// The expected text; empty where there is no file.
    var text: String { contents(url.path) ?? "" }

    /// Fails where `found` isn't what the file says, or rewrites the file where that is wanted.
    func expect(_ found: String) throws {
        if isRewritten { try Data(found.utf8).write(to: url) }
        #expect(found == text, "\(url.lastPathComponent)")
    }
}
