// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import LoopboxModel
import Synchronization
import Testing

/// A program that runs beside the tests, with its output in files: nothing has to be read for it
/// to go on. One that still runs when the object goes is killed.
final class ChildProcess: Sendable {
    let id: pid_t
    private let process: SpawnedProcess
    private let ended = Mutex<Exit.Ending?>(nil)
    private let files: TemporaryDirectory

    /// Starts the file at `path`. PATH is not searched; `environment` is complete.
    init(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String] = cleanEnvironment,
        directory: String? = nil,
        input: String = ""
    ) throws {
        files = try TemporaryDirectory()
        let stdin = try FileDescriptor.open(try files.write(input, to: "stdin"), O_RDONLY)
        let stdout = try FileDescriptor.open(files("stdout"), O_WRONLY | O_CREAT | O_APPEND)
        let stderr = try FileDescriptor.open(files("stderr"), O_WRONLY | O_CREAT | O_APPEND)
        var plan = ProcessPlan(
            path: path,
            arguments: [path] + arguments,
            environment: environment.map { "\($0.key)=\($0.value)" }
        )
        plan.directory = directory
        plan.descriptors = [0: stdin.number, 1: stdout.number, 2: stderr.number]
        process = try plan.spawn()
        id = process.id
    }

    deinit {
        kill(SIGKILL)
        _ = wait(within: .seconds(10))
    }

    /// What it has written so far.
    var stdout: String { contents(files("stdout")) ?? "" }
    /// What it has complained about so far.
    var stderr: String { contents(files("stderr")) ?? "" }
    /// How it ended; nil while it runs.
    var ending: Exit.Ending? { wait(within: .zero) }

    /// Sends it a signal; no effect once it has ended.
    func kill(_ signal: CInt) { process.send(signal) }

    /// How it ended; nil where it has not within `limit`.
    func wait(within limit: Duration) -> Exit.Ending? {
        ended.withLock { ended in
            if let ended { return ended }
            var watched = pollfd(fd: process.descriptor.number, events: Int16(POLLIN), revents: 0)
            let deadline = MonotonicTime.now.advanced(by: limit)
            while true {
                let rest = max(.zero, MonotonicTime.now.duration(to: deadline))
                let count = poll(&watched, 1, CInt(rest.milliseconds))
                if count < 0, errno == EINTR { continue }
                if count > 0 { ended = process.reap()?.ending }
                return ended
            }
        }
    }
}

/// A program that ran to its end.
struct Finished {
    var status: Exit.Ending?
    var stdout: String
    var stderr: String

    /// Runs the file at `path` to its end, or fails the test when that doesn't come.
    init(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String] = cleanEnvironment,
        directory: String? = nil,
        input: String = "",
        within limit: Duration = .seconds(90),
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let child = try ChildProcess(
            path,
            arguments,
            environment: environment,
            directory: directory,
            input: input
        )
        status = child.wait(within: limit)
        stdout = child.stdout
        stderr = child.stderr
        if status == nil {
            Issue.record("\(path) did not end within \(limit)", sourceLocation: location)
        }
    }
}

/// What programs find around them: only Debian's own.
let cleanEnvironment = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]

/// Looks until `body` gives something, or fails the test when `limit` is over.
func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(30),
    at location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Value?
) throws -> Value {
    let deadline = MonotonicTime.now.advanced(by: limit)
    while true {
        if let value = try body() { return value }
        guard MonotonicTime.now < deadline else {
            throw Late(what: what, limit: limit, location: location)
        }
        usleep(5_000)
    }
}

/// Something that did not happen in time.
struct Late: Error, CustomStringConvertible {
    let what: String
    let limit: Duration
    let location: SourceLocation
    var description: String { "\(location): not within \(limit): \(what)" }
}

/// Looks until `condition` holds, or fails the test when `limit` is over.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(30),
    at location: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) throws {
    let _: Bool = try eventually(what, within: limit, at: location) {
        try condition() ? true : nil
    }
}
