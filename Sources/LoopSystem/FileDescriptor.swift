// SPDX-License-Identifier: Apache-2.0

import CLoop
import Glibc

/// An open descriptor with one owner; closed when it goes out of scope.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number, for calls that borrow it. It is the owner's to close.
    public let number: CInt

    /// Takes over the descriptor `number`.
    public init(owning number: CInt) { self.number = number }

    /// The two ends of a new pipe, close-on-exec and blocking.
    ///
    /// Source: pipe2(2).
    public static func pipe() throws(SystemError) -> Pipe {
        var ends: [CInt] = [-1, -1]
        guard unsafe cloop_pipe(&ends) == 0 else { throw .last("pipe2") }
        return Pipe(
            reading: FileDescriptor(owning: ends[0]),
            writing: FileDescriptor(owning: ends[1])
        )
    }

    /// Opens the null device for reading and writing.
    public static func null() throws(SystemError) -> FileDescriptor {
        try open("/dev/null", O_RDWR)
    }

    /// Opens `path`, close-on-exec.
    ///
    /// Source: open(2).
    public static func open(
        _ path: String,
        _ flags: CInt,
        mode: mode_t = 0o600
    ) throws(SystemError) -> FileDescriptor {
        let number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw .last("open", path) }
        return FileDescriptor(owning: number)
    }

    /// A second descriptor for the same open file, close-on-exec.
    public borrowing func duplicate() throws(SystemError) -> FileDescriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .last("fcntl F_DUPFD_CLOEXEC", "descriptor \(number)") }
        return FileDescriptor(owning: copy)
    }

    /// Makes reads and writes fail with EAGAIN instead of waiting.
    public borrowing func makeNonBlocking() throws(SystemError) {
        let flags = fcntl(number, F_GETFL)
        guard flags >= 0, fcntl(number, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw .last("fcntl O_NONBLOCK", "descriptor \(number)")
        }
    }

    /// Gives the number away: the caller closes it.
    public consuming func release() -> CInt {
        let released = number
        discard self
        return released
    }

    deinit { Glibc.close(number) }
}

/// The two ends of a pipe.
public struct Pipe: ~Copyable, Sendable {
    /// Where the bytes come out.
    public let reading: FileDescriptor
    /// Where they go in.
    public let writing: FileDescriptor

    /// Hands each end to an owner of its own.
    public consuming func split<R>(
        _ body: (consuming FileDescriptor, consuming FileDescriptor) -> R
    ) -> R {
        body(reading, writing)
    }
}

/// What a read or a write that does not wait came to.
public enum Transfer: Equatable, Sendable {
    /// So many bytes went over; 0 on a read: the end.
    case count(Int)
    /// Nothing now: wait until the descriptor is ready.
    case wouldBlock
    /// The call failed for this reason.
    case failed(CInt)

    /// What `result` of a system call means. Reads `errno`, so nothing may come between.
    static func from(_ result: Int) -> Transfer {
        guard result < 0 else { return .count(result) }
        let code = errno
        return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(code)
    }
}

/// Reads into `buffer` without waiting, from a descriptor that is non-blocking.
///
/// Source: read(2).
public func readNow(_ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    .from(unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count))
}

/// Writes `buffer` without waiting, to a descriptor that is non-blocking.
///
/// A connection that is gone gives EPIPE and no signal where the process ignores SIGPIPE, which
/// an `EventLoop` sees to.
///
/// Source: write(2).
public func writeNow(_ descriptor: CInt, _ buffer: UnsafeRawBufferPointer) -> Transfer {
    .from(unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count))
}
