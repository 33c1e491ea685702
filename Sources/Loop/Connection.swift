// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem

// Safety (@unchecked Sendable): tasks of one loop share it; each way in stops the process where the
// caller is on another thread.

/// A stream of bytes in both directions: a connection or a pipe. On the loop.
///
/// Reads and writes are tried at once and wait only where the kernel has nothing or takes nothing.
/// At most one read and one write may wait at a time. Back-pressure: a write returns when the
/// kernel has taken everything.
public final class Connection: ReadinessHandler, @unchecked Sendable {
    private let loop: EventLoop
    private let origin: Origin
    private let descriptor: FileDescriptor
    private var reader: Future<Void>?
    private var writer: Future<Void>?
    private var interest: Readiness = []
    private var isClosed = false

    /// Takes over `descriptor` and makes it non-blocking.
    public init(
        on loop: EventLoop,
        _ descriptor: consuming FileDescriptor,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws(LoopError) {
        self.loop = loop
        origin = Origin(fileID, line)
        self.descriptor = descriptor
        do {
            try self.descriptor.makeNonBlocking()
        } catch {
            throw .system(error)
        }
    }

    deinit {
        guard !isClosed else { return }
        warnUnclosed("connection <Connection fd=\(descriptor.number)>", origin, on: loop)
    }

    /// Connects to `address`.
    ///
    /// - Throws: ``LoopError/system(_:)`` where nobody answers there; `CancellationError`.
    public static func open(
        on loop: EventLoop,
        to address: SocketAddress,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) async throws -> Connection {
        let socket: FileDescriptor
        do throws(SystemError) {
            socket = try Socket.connect(to: address)
        } catch {
            throw LoopError.system(error)
        }
        let connection = try Connection(on: loop, socket, fileID: fileID, line: line)
        do {
            try await connection.waitUntilWritable()
        } catch {
            connection.close()
            throw error
        }
        let code = Socket.connectResult(connection.descriptor.number)
        guard code == 0 else {
            connection.close()
            throw LoopError.system(
                SystemError(call: "connect", subject: address.description, code: code)
            )
        }
        Socket.disableDelay(connection.descriptor.number)
        return connection
    }

    /// The descriptor's number; it stays the connection's.
    public var descriptorNumber: CInt { descriptor.number }

    /// The next bytes, at most `count`; empty at the end.
    public func read(atMost count: Int = 65_536) async throws -> [UInt8] {
        loop.requireLoop("Connection.read")
        while true {
            guard !isClosed else { throw LoopError.connectionClosed }
            var transfer = Transfer.wouldBlock
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                transfer = unsafe readNow(
                    descriptor.number,
                    into: UnsafeMutableRawBufferPointer(buffer)
                )
                if case .count(let read) = transfer { filled = read }
            }
            switch transfer {
            case .count: return bytes
            case .failed(let code): throw failure("read", code)
            case .wouldBlock: try await waitUntilReadable()
            }
        }
    }

    /// Writes all of `bytes`.
    public func write(_ bytes: [UInt8]) async throws {
        loop.requireLoop("Connection.write")
        var written = 0
        while written < bytes.count {
            guard !isClosed else { throw LoopError.connectionClosed }
            let transfer = unsafe bytes.withUnsafeBytes {
                unsafe writeNow(descriptor.number, UnsafeRawBufferPointer(rebasing: $0[written...]))
            }
            switch transfer {
            case .count(let count): written += count
            case .failed(let code): throw failure("write", code)
            case .wouldBlock: try await waitUntilWritable()
            }
        }
    }

    /// Says that no more bytes will be written.
    public func finishWriting() { Socket.shutdownWriting(descriptor.number) }

    /// Ends it: whoever waits gets ``LoopError/connectionClosed``. The descriptor is closed when
    /// the object goes.
    public func close() {
        loop.requireLoop("Connection.close")
        guard !isClosed else { return }
        isClosed = true
        if !interest.isEmpty { loop.unwatch(descriptor.number) }
        interest = []
        Socket.shutdownWriting(descriptor.number)
        for waiter in [reader, writer] {
            if let waiter, !waiter.isDone { try? waiter.setException(LoopError.connectionClosed) }
        }
        reader = nil
        writer = nil
    }

    /// The descriptor is ready; whoever waits for that goes on.
    public func ready(_ readiness: Readiness) {
        if readiness.concernsReader, let waiter = reader {
            reader = nil
            if !waiter.isDone { try? waiter.setResult(()) }
        }
        if readiness.concernsWriter, let waiter = writer {
            writer = nil
            if !waiter.isDone { try? waiter.setResult(()) }
        }
        // Without interest a descriptor that is ready would come up in every iteration.
        try? updateInterest()
    }

    private func waitUntilReadable() async throws {
        precondition(reader.map(\.isDone) ?? true, "two tasks read one connection")
        let waiter = Future<Void>(on: loop)
        reader = waiter
        // A wait that was cancelled leaves nothing watched; one that was woken is off already.
        defer {
            if reader === waiter {
                reader = nil
                try? updateInterest()
            }
        }
        try updateInterest()
        try await waiter.value
    }

    private func waitUntilWritable() async throws {
        precondition(writer.map(\.isDone) ?? true, "two tasks write one connection")
        let waiter = Future<Void>(on: loop)
        writer = waiter
        defer {
            if writer === waiter {
                writer = nil
                try? updateInterest()
            }
        }
        try updateInterest()
        try await waiter.value
    }

    private func updateInterest() throws(LoopError) {
        guard !isClosed else { return }
        var wanted: Readiness = []
        if reader != nil { wanted.insert(.readable) }
        if writer != nil { wanted.insert(.writable) }
        try loop.change(&interest, to: wanted, of: descriptor.number, self)
    }

    private func failure(_ call: String, _ code: CInt) -> LoopError {
        .system(SystemError(call: call, subject: "descriptor \(descriptor.number)", code: code))
    }
}
