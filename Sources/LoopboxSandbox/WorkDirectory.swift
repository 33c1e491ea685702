// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem
import LoopboxModel

/// The private directory of one run: `work`, where the program finds its files and starts, and
/// `tmp`. All calls block: use a worker thread.
public struct WorkDirectory: Sendable {
    /// The directory of the run.
    public let path: String
    /// Where the program starts.
    public var work: String { "\(path)/work" }
    /// For temporary files.
    public var temporary: String { "\(path)/tmp" }

    /// The directory `name` below `base`.
    public init(base: String, name: String) { path = "\(base)/\(name)" }

    /// Makes the directory and the files in it. Paths in `files` are relative, normalised and free
    /// of `..`, which the spec's decoder has seen to.
    public func make(files: [(path: String, bytes: [UInt8])]) throws(SystemError) {
        for directory in [path, work, temporary] { try makeDirectory(directory) }
        for file in files.sorted(by: { $0.path < $1.path }) {
            let parts = file.path.split(separator: "/")
            var directory = work
            for part in parts.dropLast() {
                directory += "/\(part)"
                try makeDirectory(directory, mayExist: true)
            }
            try write(file.bytes, to: "\(work)/\(file.path)")
        }
    }

    /// Makes the directory, with nothing in it: an isolated run fills it itself.
    public func makeEmpty() throws(SystemError) { try makeDirectory(path) }

    /// Removes the directory and all that is in it, whatever the program made of it. Symbolic
    /// links are removed, not followed; what can't be removed stays.
    public func remove() {
        // What lies too deep is moved up and removed in the next round, a level of it each.
        for _ in 0..<Self.roundsMax {
            let top = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            Self.removeTree(at: AT_FDCWD, Array(path.utf8CString), depth: 0, top: top)
            if top >= 0 { close(top) }
            if unsafe access(path, F_OK) != 0 { return }
        }
    }

    /// How deep one round goes: each level has a descriptor open meanwhile.
    private static let depthMax = 64
    /// Enough for the deepest tree that a program can make with the files that it may have.
    private static let roundsMax = 4096

    private func makeDirectory(_ path: String, mayExist: Bool = false) throws(SystemError) {
        guard unsafe mkdir(path, 0o700) != 0 else { return }
        let error = SystemError.last("mkdir", path)
        if mayExist, error.code == EEXIST { return }
        throw error
    }

    private func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(file.number, $0.baseAddress! + written, $0.count - written)
            }
            guard count > 0 else { throw .last("write", path) }
            written += count
        }
    }

    /// Names are bytes: not every one is text.
    ///
    /// Descends by descriptors, so that a directory that is exchanged for a link meanwhile leads
    /// nowhere else.
    private static func removeTree(at parent: CInt, _ name: [CChar], depth: Int, top: CInt) {
        if unsafe unlinkat(parent, name, 0) == 0 || errno == ENOENT { return }
        guard depth < depthMax else {
            // Names that are taken stay for another round.
            unsafe _ = renameat(parent, name, top, "deep-\(UUIDv7().text)")
            return
        }
        let number = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return }
        fchmod(number, 0o700)
        guard let directory = unsafe fdopendir(number) else {
            close(number)
            return
        }
        while let entry = unsafe readdir(directory) {
            let child = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if child != [46, 0], child != [46, 46, 0] {
                removeTree(
                    at: number,
                    child,
                    depth: depth + 1,
                    top: top
                )
            }
        }
        unsafe closedir(directory)
        unsafe _ = unlinkat(parent, name, AT_REMOVEDIR)
    }
}
