// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// A webhook receiver in a process of its own.
final class Receiver: Sendable {
    /// Where it takes messages.
    let url: String
    let log: String
    private let process: ChildProcess
    private let directory: TemporaryDirectory

    /// Answers the attempts at each message with `statuses` in turn, the last one from then on.
    init(answering statuses: Int...) throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        log = directory("log")
        let process = try ChildProcess(
            ServerProcess.reference,
            [pythonFile("receiver.py"), log] + statuses.map(String.init)
        )
        self.process = process
        let port = try eventually("the receiver's port") {
            process.stdout.hasSuffix("\n") ? process.stdout.dropLast() : nil
        }
        url = "http://127.0.0.1:\(port)/hook"
    }

    /// What has come so far, each with its `path`, `headers`, `json` and our `answer`.
    var requests: [JSON] {
        (contents(log) ?? "").split(separator: "\n").map { JSON(String($0)) }
    }

    /// What `serve` needs so that messages can come here, four attempts at once.
    static let flags = [
        "--webhook-allow-http", "--webhook-allow-cidr", "127.0.0.1/32", "--webhook-schedule",
        "0s,0s,0s,0s",
    ]
}

/// A Python program that belongs to the tests.
func pythonFile(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Python")
        .appendingPathComponent(name).path
}

/// An interpreter that has the package `standardwebhooks`, whose authors know nothing of us.
///
/// It is made once a machine: a virtual environment with the package takes half a minute.
func interpreterWithStandardWebhooks() throws -> String {
    let place = "/tmp/loopbox-tests-standardwebhooks-\(getuid())"
    let python = "\(place)/bin/python"
    let complete = "\(place)/complete"
    if contents(complete) != nil { return python }
    let lock = open("\(place).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(lock) }
    // Another run of the tests may be at it.
    flock(lock, LOCK_EX)
    if contents(complete) != nil { return python }
    try? FileManager.default.removeItem(atPath: place)
    let own = ProcessInfo.processInfo.environment
    let make = try Finished(
        ServerProcess.reference,
        ["-m", "venv", place],
        environment: own,
        within: .seconds(120)
    )
    #expect(make.status == .exited(0), "\(make.stderr)")
    let install = try Finished(
        python,
        ["-m", "pip", "install", "--quiet", "standardwebhooks"],
        environment: own,
        within: .seconds(120)
    )
    #expect(install.status == .exited(0), "\(install.stderr)")
    if install.status == .exited(0) {
        try Data().write(to: URL(fileURLWithPath: complete))
    }
    return python
}
