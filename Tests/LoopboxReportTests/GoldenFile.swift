// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The expected text of a case, kept in `Golden/<suite>/<case>` beside the tests.
///
/// A change of a renderer shows as a difference in these files, which is where it is reviewed. They
/// are written anew only where `LOOPBOX_REWRITE_GOLDEN` is 1.
struct GoldenFile {
    let url: URL

    static func folder(_ suite: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden").appendingPathComponent(suite)
    }

    init(suite: String, name: String, extension suffix: String = "txt") {
        url = Self.folder(suite).appendingPathComponent(name).appendingPathExtension(suffix)
    }

    /// Fails where `text` isn't what the file says, or rewrites the file where that is wanted.
    func expect(_ text: String) throws {
        if ProcessInfo.processInfo.environment["LOOPBOX_REWRITE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: url)
        }
        let expected = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        #expect(text == expected, "\(url.lastPathComponent)")
    }
}
