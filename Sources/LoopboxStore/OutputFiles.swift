// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import LoopboxModel

/// The outputs that are too large for the database, each a file in one directory.
///
/// A file is on the disk before a row names it, and goes after the row has gone: a crash can leave
/// a file without a row, which ``sweep(isKept:)`` removes, but never a row without its file.
///
/// Names are random. Names made of the content would store equal outputs once, but then the last of
/// several rows had to be found before a file may go; equal outputs of this size are too rare.
struct OutputFiles: Sendable {
    /// Where the files are.
    let directory: String

    /// Makes the directory where it is missing, readable for the owner only.
    init(directory: String) throws(StoreError) {
        self.directory = directory
        try makeDirectory(directory)
    }

    /// Writes `bytes` to a new file. It survives power loss once ``synchronize()`` has returned.
    ///
    /// - Returns: the file's name.
    func write(_ bytes: [UInt8]) throws(StoreError) -> String {
        let name = UUIDv7().text
        let path = path(name)
        // Safety: the string is lent for the length of the call.
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StoreError(call: "open", path: path, errno: errno) }
        defer { close(file) }
        do throws(StoreError) {
            try write(bytes[...], to: file, path: path)
            guard fsync(file) == 0 else {
                throw StoreError(call: "fsync", path: path, errno: errno)
            }
        } catch {
            remove(name)
            throw error
        }
        return name
    }

    /// Makes the names of the files written so far survive power loss.
    func synchronize() throws(StoreError) { try synchronizeDirectory(directory) }

    /// What is in the file called `name`; nil where there is none.
    func read(_ name: String) throws(StoreError) -> [UInt8]? {
        let path = path(name)
        // Safety: the string is lent for the length of the call.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreError(call: "open", path: path, errno: errno)
        }
        defer { close(file) }
        let end = lseek(file, 0, SEEK_END)
        guard end >= 0 else { throw StoreError(call: "lseek", path: path, errno: errno) }
        var fault: CInt = 0
        // Safety: `count` is how many bytes of the buffer have been written.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: end) { buffer, count in
            while count < end {
                // Safety: `count` stays below `end`, the buffer's size.
                let got = unsafe pread(
                    file,
                    buffer.baseAddress! + count,
                    end - count,
                    off_t(count)
                )
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    // The file is never changed, so its end can't come early: EIO then.
                    fault = got < 0 ? errno : EIO
                    return
                }
                count += got
            }
        }
        guard fault == 0 else { throw StoreError(call: "pread", path: path, errno: fault) }
        return bytes
    }

    /// Removes the file called `name`. Where that fails the next sweep tries again.
    func remove(_ name: String) {
        // Safety: the string is lent for the length of the call.
        unsafe _ = unlink(path(name))
    }

    /// Removes each file whose name `isKept` does not know.
    func sweep(isKept: (String) throws -> Bool) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory)
        where try !isKept(name) {
            remove(name)
        }
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func write(
        _ bytes: ArraySlice<UInt8>,
        to file: CInt,
        path: String
    ) throws(StoreError) {
        var rest = bytes
        while !rest.isEmpty {
            // Safety: the bytes are lent for the length of the call.
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StoreError(call: "write", path: path, errno: errno) }
            rest = rest.dropFirst(count)
        }
    }
}

/// Makes the directory `path` and those above it where they are missing, for the owner only: specs
/// hold secrets. They survive power loss.
func makeDirectory(_ path: String) throws(StoreError) {
    // Safety: the strings are lent for the length of the calls.
    if unsafe mkdir(path, 0o700) != 0 {
        switch errno {
        case EEXIST: return
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
                throw StoreError(call: "mkdir", path: path, errno: ENOENT)
            }
            try makeDirectory(String(path[..<slash]))
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw StoreError(call: "mkdir", path: path, errno: errno)
            }
        default: throw StoreError(call: "mkdir", path: path, errno: errno)
        }
    }
    try synchronizeDirectory(path + "/..")
}

/// Makes the names in the directory `path` survive power loss.
///
/// Source: fsync(2): syncing a file does not sync the entry in its directory.
private func synchronizeDirectory(_ path: String) throws(StoreError) {
    // Safety: the string is lent for the length of the call.
    let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw StoreError(call: "open", path: path, errno: errno) }
    defer { close(directory) }
    guard fsync(directory) == 0 else {
        throw StoreError(call: "fsync", path: path, errno: errno)
    }
}
