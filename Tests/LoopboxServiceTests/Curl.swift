// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What the `curl` command got.
struct Answer: CustomStringConvertible {
    /// Of the last answer; 0 where there was none.
    let status: Int
    /// Those of the answers before, such as 100.
    let earlier: [Int]
    /// The header fields of the last answer.
    let fields: [(name: String, value: String)]
    /// As UTF-8, with what is none replaced.
    let text: String
    /// How many bytes the body has.
    let size: Int
    /// How many bytes of content curl has sent.
    let uploaded: Int
    /// curl's own exit status.
    let exit: Int
    /// curl's own complaint.
    let complaint: String

    /// The value of the field `name`.
    subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body.
    var json: JSON { JSON(text) }
    /// The job that the body tells of.
    var job: String { json.id.string ?? "none" }
    var description: String { "\(status) \(complaint)\n\(text.prefix(2000))" }

    /// Runs `curl` with `arguments`.
    init(_ arguments: [String], input: String = "", environment: [String: String]) throws {
        let files = try TemporaryDirectory()
        let curl = try Finished(
            "/usr/bin/curl",
            [
                "-q", "-sS", "--max-time", "80", "-D", files("head"), "-o", files("body"),
                "-w", "%{json}",
            ] + arguments,
            environment: environment,
            input: input
        )
        var heads: [(status: Int, fields: [(name: String, value: String)])] = []
        for line in (contents(files("head")) ?? "").split(separator: "\r\n") {
            if line.hasPrefix("HTTP/1") {
                heads.append((Int(line.split(separator: " ")[1]) ?? 0, []))
            } else if let colon = line.firstIndex(of: ":"), !heads.isEmpty {
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                heads[heads.count - 1].fields.append((String(line[..<colon]), String(value)))
            }
        }
        let told = JSON(curl.stdout)
        let body = FileManager.default.contents(atPath: files("body")) ?? Data()
        status = heads.last?.status ?? 0
        earlier = heads.dropLast().map(\.status)
        fields = heads.last?.fields ?? []
        text = String(decoding: body, as: UTF8.self)
        size = told.size_download.int ?? 0
        uploaded = told.size_upload.int ?? 0
        exit = told.exitcode.int ?? -1
        complaint = curl.stderr
    }
}
