// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel

/// A directory that goes with its object. The users of runs can walk through it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = "/tmp/loopbox-e2e-\(UUIDv7().text)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o711]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in here.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes `text` into the file `name` and returns its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
        return self(name)
    }

    /// Whether there is something called `name` in here.
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self(name)) }
}

/// The names in the directory at `path`; none where it isn't there.
func entries(_ path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
}

/// What is in the file at `path`; nil where it can't be read.
func contents(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
}
