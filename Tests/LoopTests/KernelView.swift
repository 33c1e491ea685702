// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

/// Whether some epoll instance of this process watches `descriptor`, by the kernel's own account.
func isWatched(_ descriptor: CInt) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    // The number alone may be an earlier file's that a child still has open.
    let inode = "ino:" + String(status.st_ino, radix: 16)
    return (0..<1024).contains { number in
        guard let text = try? wholeFile("/proc/self/fdinfo/\(number)") else { return false }
        return text.split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            return words.first == "tfd:" && words.contains("\(descriptor)")
                && words.contains { $0 == inode }
        }
    }
}

func wholeFile(_ path: String) throws -> String {
    let file = try FileDescriptor.open(path, O_RDONLY)
    var text: [UInt8] = []
    while true {
        let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, read(file.number, buffer.baseAddress, buffer.count))
        }
        if piece.isEmpty { return String(decoding: text, as: UTF8.self) }
        text += piece
    }
}

/// Starts `operation`, cancels it once it waits, and expects it to end with `CancellationError`
/// and `descriptor` to be watched while it waits and no longer.
func expectCancellable<Value: Sendable>(
    on loop: EventLoop,
    watching descriptor: CInt? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws {
    let task = loop.createTask { try await operation() }
    for _ in 0..<3 { try await loop.sleep(for: .zero) }
    #expect(!task.isDone, "it does not wait", sourceLocation: sourceLocation)
    if let descriptor { #expect(isWatched(descriptor), sourceLocation: sourceLocation) }
    task.cancel()
    await #expect(throws: CancellationError.self, sourceLocation: sourceLocation) {
        _ = try await task.value
    }
    if let descriptor { #expect(!isWatched(descriptor), sourceLocation: sourceLocation) }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// A path for a unix socket that nobody else uses.
func socketPath(_ name: String) -> String { "/tmp/loop-\(name)-\(getpid()).sock" }

/// The ends of a new pipe, which the caller closes.
func pipeEnds() throws -> (reading: CInt, writing: CInt) {
    try FileDescriptor.pipe().split { ($0.release(), $1.release()) }
}
