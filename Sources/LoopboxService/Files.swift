// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// Makes `path`, and what is above it, for its owner only, where it is missing.
public func ensureDirectory(_ path: String) throws(SystemError) {
    guard unsafe mkdir(path, 0o700) != 0 else { return }
    let error = SystemError.last("mkdir", path)
    switch error.code {
    case EEXIST: return
    case ENOENT:
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw error }
        try ensureDirectory(String(path[..<slash]))
        try ensureDirectory(path)
    default: throw error
    }
}

/// Makes `path`, and what is above it, where it is missing. If we are root, every user can walk through
/// what is made above it, and list nothing there: runs have users of their own.
func makeWalkable(_ path: String) throws(SystemError) {
    var missing: [String] = []
    var above = path[...]
    while let slash = above.lastIndex(of: "/"), slash != above.startIndex {
        above = above[..<slash]
        if unsafe access(String(above), F_OK) == 0 { break }
        missing.append(String(above))
    }
    try ensureDirectory(path)
    guard geteuid() == 0 else { return }
    for directory in missing { unsafe _ = chmod(directory, 0o711) }
}

/// `path` from the root on: what works in another directory has to find it, too.
public func absolutePath(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard unsafe getcwd(&buffer, buffer.count) != nil else { return path }
    let current = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return "\(String(decoding: current, as: UTF8.self))/\(path)"
}

/// Puts `bytes` into the file at `path`, all of them or none: others see the old file or the new.
public func writeWhole(_ bytes: [UInt8], to path: String) throws(SystemError) {
    let temporary = "\(path).\(getpid())"
    let file = try FileDescriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
    try writeAll(bytes, to: file.number, temporary)
    guard unsafe rename(temporary, path) == 0 else { throw .last("rename", path) }
}

/// The bytes of the file at `path`.
public func readWhole(_ path: String) throws(SystemError) -> [UInt8] {
    let file = try FileDescriptor.open(path, O_RDONLY)
    return try readToEnd(file.number, path)
}

/// The names in the directory at `path`, sorted; none where it can't be read.
func directoryEntries(_ path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
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
    return names.sorted()
}

/// A variable of the process's environment; nil where it is not set or empty.
public func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
}
