// SPDX-License-Identifier: Apache-2.0

import Glibc

// Whole reads and writes of blocking descriptors, for threads that may wait.

/// What comes out of `descriptor` until its end.
///
/// Source: read(2).
public func readToEnd(_ descriptor: CInt, _ subject: String = "") throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
        var failure: SystemError?
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            var result = unsafe read(descriptor, buffer.baseAddress, buffer.count)
            while result < 0, errno == EINTR {
                result = unsafe read(descriptor, buffer.baseAddress, buffer.count)
            }
            if result < 0 { failure = .last("read", subject) }
            count = max(0, result)
        }
        if let failure { throw failure }
        if piece.isEmpty { return bytes }
        bytes += piece
    }
}

/// Writes all of `bytes` to `descriptor`.
///
/// Source: write(2).
public func writeAll(
    _ bytes: [UInt8],
    to descriptor: CInt,
    _ subject: String = ""
) throws(SystemError) {
    var written = 0
    while written < bytes.count {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress! + written, $0.count - written)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw .last("write", subject) }
        written += count
    }
}

/// `count` bytes of the file behind `descriptor`, from `offset` on; fewer at its end.
///
/// Source: pread(2).
public func readBytes(
    _ descriptor: CInt,
    from offset: Int,
    count: Int
) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count {
            let result = unsafe pread(
                descriptor,
                buffer.baseAddress! + filled,
                count - filled,
                off_t(offset + filled)
            )
            if result < 0, errno == EINTR { continue }
            if result < 0 { failure = .last("pread") }
            guard result > 0 else { return }
            filled += result
        }
    }
    if let failure { throw failure }
    return bytes
}

extension FileDescriptor {
    /// A new file in `directory` that has no name, and so is gone once it is closed.
    ///
    /// Source: O_TMPFILE in open(2); a file system without it gives the name away first.
    public static func unnamed(in directory: String) throws(SystemError) -> FileDescriptor {
        let unnamed: CInt = 0o20000000 | O_DIRECTORY
        let number = unsafe Glibc.open(directory, unnamed | O_RDWR | O_CLOEXEC, 0o600)
        if number >= 0 { return FileDescriptor(owning: number) }
        guard errno == EOPNOTSUPP || errno == EISDIR else {
            throw .last("open O_TMPFILE", directory)
        }
        var template = Array("\(directory)/unnamed-XXXXXX".utf8CString)
        let named = unsafe mkstemp(&template)
        guard named >= 0 else { throw .last("mkstemp", directory) }
        _ = fcntl(named, F_SETFD, FD_CLOEXEC)
        unsafe _ = unlink(template)
        return FileDescriptor(owning: named)
    }
}
