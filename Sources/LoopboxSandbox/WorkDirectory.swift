// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem
import LoopboxModel

/// The private directory of one run: `work`, where the program finds its files and starts, and
/// `tmp`. All calls block: use a worker thread.
public struct WorkDirectory: Sendable {
    /// The directory of the run.
    public let path: String
    private let name: String
    /// Where the program starts.
    public var work: String { "\(path)/work" }
    /// For temporary files.
    public var temporary: String { "\(path)/tmp" }

    /// The directory `name` below `base`.
    public init(base: String, name: String) {
        path = "\(base)/\(name)"
        self.name = name
    }

    /// A directory below `base` with a name that no other run can guess. Where runs share a user, to
    /// know the name is to reach what the kernel guards by nothing else, such as a socket in it.
    public init(below base: String) { self.init(base: base, name: Removal.freshName()) }

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
    ///
    /// Takes as long as there is something in it: ``discard(by:)`` does not.
    public func remove() {
        Removal.letIn(Array(path.utf8CString), in: AT_FDCWD)
        guard let top = try? FileDescriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else {
            unsafe _ = unlink(path)
            return
        }
        _ = Removal(top: top.number).empty()
        unsafe _ = rmdir(path)
    }

    /// Takes the directory out of the way at once, and leaves its removal to `remover`, which is for
    /// the same base.
    ///
    /// - Throws: where it can't be moved; it stays then.
    public func discard(by remover: Remover) throws(SystemError) { try remover.take(name) }

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
}
