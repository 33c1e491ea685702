// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxSpec

/// The documents beside the tests, and what is expected of each.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    /// Whether expected texts are written anew instead of compared.
    static let isRewritten =
        ProcessInfo.processInfo.environment["LOOPBOX_REWRITE_GOLDEN"] == "1"

    /// The names of the documents in a folder, without the expected texts.
    static func documents(in suite: String) -> [String] {
        let path = folder.appendingPathComponent(suite).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { !$0.hasSuffix(".txt") }.sorted()
    }

    static func document(_ name: String, in suite: String) throws -> [UInt8] {
        try Array(
            Data(contentsOf: folder.appendingPathComponent(suite).appendingPathComponent(name))
        )
    }

    /// What is expected in `file`; `found` where expectations are written anew.
    static func expected(_ file: URL, found: String) throws -> String {
        if isRewritten { try found.write(to: file, atomically: true, encoding: .utf8) }
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// By the end of the name; `.form` is what `curl -d` sends.
    static func contentType(of name: String) -> SpecContentType {
        switch name.split(separator: ".").last {
        case "yaml": .yaml
        case "json": .json
        case "form": .form
        default: .sniffed
        }
    }

    /// A server at level standard with three runtimes.
    static let context = {
        var context = SpecContext(
            runtimes: ["python3.11", "python3.13", "swift6.3"],
            defaultRuntime: "python3.13"
        )
        context.uvloopRuntimes = ["python3.11"]
        context.level = .standard
        return context
    }()
}
