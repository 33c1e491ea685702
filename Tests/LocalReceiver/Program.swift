// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
public import Loop
import LoopSystem

/// A program that a test runs, with its standard output. On the loop.
//
// Safety (@unchecked Sendable): tasks of one loop share it.
public final class Program: @unchecked Sendable {
    private let process: Subprocess
    private let output: Connection
    private var unread: [UInt8] = []

    /// Starts `path` with `arguments`; what it says on standard error is dropped.
    public init(on loop: EventLoop, _ path: String, _ arguments: [String]) throws {
        var plan = ProcessPlan(
            path: path,
            arguments: [path] + arguments,
            environment: ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        )
        let null = try FileDescriptor.null()
        let pipe = try FileDescriptor.pipe()
        let reading = try pipe.reading.duplicate()
        plan.descriptors = [0: null.number, 1: pipe.writing.number, 2: null.number]
        process = try Subprocess(plan, on: loop)
        output = try Connection(on: loop, reading)
    }

    /// The next line of its output.
    public func readLine() async throws -> String {
        while !unread.contains(10) {
            let bytes = try await output.read()
            if bytes.isEmpty { break }
            unread += bytes
        }
        let line = unread.prefix { $0 != 10 }
        unread.removeFirst(min(unread.count, line.count + 1))
        return String(decoding: line, as: UTF8.self)
    }

    /// Reads what is left of its output and waits for its end.
    public func finish() async throws -> (status: CInt, output: String) {
        while true {
            let bytes = try await output.read()
            if bytes.isEmpty { break }
            unread += bytes
        }
        output.close()
        let text = String(decoding: unread, as: UTF8.self)
        guard case .exited(let status) = try await process.wait().ending else { return (-1, text) }
        return (status, text)
    }

    public func kill() { process.kill() }
}

/// A new directory of the test's own.
public func temporaryDirectory() throws -> String {
    var template = Array("/tmp/loopbox-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp") }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// How many sockets this process has open. Sockets alone, because the runtime's threads open
/// descriptors of other kinds whenever they like.
public func openSocketCount() -> Int {
    (0..<4096).count { number in
        var status = stat()
        return unsafe fstat(CInt(number), &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}

/// Writes `text` to a new file at `path`.
public func write(_ text: String, to path: String) throws {
    let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC)
    let bytes = Array(text.utf8)
    let result = unsafe bytes.withUnsafeBytes { unsafe writeNow(file.number, $0) }
    guard result == .count(bytes.count) else {
        throw SystemError(call: "write", subject: path, code: EIO)
    }
}
