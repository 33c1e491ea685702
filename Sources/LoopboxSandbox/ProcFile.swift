// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// Reading of /proc, whose files and directories can go at any moment.
enum ProcFile {
    /// What is in the file at `path`; nil: what it told about is gone.
    ///
    /// - Throws: ``SystemError`` if the kernel does not show it. That is not the same as nothing.
    static func content(_ path: String) throws(SystemError) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return try gone(.last("open", path)) }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            var result = 0
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                result = unsafe read(file, buffer.baseAddress, buffer.count)
                count = max(0, result)
            }
            guard result >= 0 else { return try gone(.last("read", path)) }
            if piece.isEmpty { return bytes }
            bytes += piece
        }
    }

    /// nil if `error` says that a process is gone.
    private static func gone<Content>(_ error: SystemError) throws(SystemError) -> Content? {
        guard error.code == ENOENT || error.code == ESRCH else { throw error }
        return nil
    }

    /// What is in the file at `path`; empty if it can't be read.
    static func bytes(_ path: String) -> [UInt8] { (try? content(path)) ?? [] }

    /// The same as text.
    static func text(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }

    /// The names in the directory at `path`; empty if it can't be read.
    static func names(_ path: String) -> [String] { (try? entries(path)) ?? [] }

    /// The names in the directory at `path`; nil: what it told about is gone.
    ///
    /// - Throws: ``SystemError`` if the kernel does not show them.
    static func entries(_ path: String) throws(SystemError) -> [String]? {
        guard let directory = unsafe opendir(path) else { return try gone(.last("opendir", path)) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
