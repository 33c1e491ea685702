// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem

extension EventLoop {
    /// Reads from `descriptor`, a pipe, a socket or a character device, which it takes over.
    ///
    /// - Throws: ``StreamError/notAPipe(descriptor:)`` for a file; ``LoopError/system(_:)``.
    ///
    /// Source: `asyncio.loop.connect_read_pipe`.
    public func connectReadPipe(
        _ descriptor: consuming FileDescriptor,
        limit: Int = StreamReader.limitDefault,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws -> StreamReader {
        try Self.requirePipe(descriptor.number)
        return StreamReader(
            try StreamTransport(
                on: self,
                descriptor,
                kind: .pipe,
                origin: Origin(fileID, line)
            ),
            limit: limit
        )
    }

    /// Writes to `descriptor`, a pipe, a socket or a character device, which it takes over.
    ///
    /// - Throws: ``StreamError/notAPipe(descriptor:)`` for a file; ``LoopError/system(_:)``.
    ///
    /// Source: `asyncio.loop.connect_write_pipe`.
    public func connectWritePipe(
        _ descriptor: consuming FileDescriptor,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws -> StreamWriter {
        try Self.requirePipe(descriptor.number)
        return StreamWriter(
            try StreamTransport(
                on: self,
                descriptor,
                kind: .pipe,
                origin: Origin(fileID, line)
            )
        )
    }

    private static func requirePipe(_ descriptor: CInt) throws(StreamError) {
        var status = stat()
        let kinds = [S_IFIFO, S_IFSOCK, S_IFCHR]
        guard unsafe fstat(descriptor, &status) == 0, kinds.contains(status.st_mode & S_IFMT) else {
            throw .notAPipe(descriptor: descriptor)
        }
    }
}
