// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The line `number` of a source file, without the space around it; nil where the file can't be
/// read, has fewer lines, or is no source file by its size.
///
/// Source: `linecache.getline` in Python.
func sourceLine(_ path: String, _ number: Int) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var line: [UInt8] = []
    var current = 1
    var read = 0
    while read < sourceFileMax {
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
        if chunk.isEmpty { break }
        read += chunk.count
        for byte in chunk {
            if byte == UInt8(ascii: "\n") {
                if current == number { return trimmed(line) }
                current += 1
            } else if current == number {
                line.append(byte)
            }
        }
    }
    return current == number && !line.isEmpty ? trimmed(line) : nil
}

/// No source file is larger; what is, would only keep a report waiting.
private let sourceFileMax = 16 << 20

private func trimmed(_ line: [UInt8]) -> String {
    let text = String(decoding: line, as: UTF8.self)
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
        let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(text[first...last])
}
