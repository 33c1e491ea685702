// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem

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
    public func remove() { Self.removeTree(at: AT_FDCWD, path, depth: 0) }

    /// How deep a tree may be to be removed here: the kernel's limit on a path, a name a level.
    private static let depthMax = 2048

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

    /// Descends by descriptors, so that a directory that is exchanged for a link meanwhile leads
    /// nowhere else.
    private static func removeTree(at parent: CInt, _ name: String, depth: Int) {
        if unsafe unlinkat(parent, name, 0) == 0 || errno == ENOENT { return }
        guard depth < depthMax else { return }
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
                    unsafe String(cString: $0)
                }
            }
            if child != ".", child != ".." { removeTree(at: number, child, depth: depth + 1) }
        }
        unsafe closedir(directory)
        unsafe _ = unlinkat(parent, name, AT_REMOVEDIR)
    }
}
