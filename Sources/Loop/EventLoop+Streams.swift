// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem

/// None of a host's addresses could be connected to.
///
/// Source: "Multiple exceptions" in `create_connection`, Lib/asyncio/base_events.py.
public struct ConnectError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason for each address, in the order in which they were tried.
    public let failures: [SystemError]

    /// `Multiple exceptions: connect [::1]:80: ..., connect 127.0.0.1:80: ...`
    public var description: String {
        "Multiple exceptions: " + failures.map(\.description).joined(separator: ", ")
    }
}

extension EventLoop {
    /// Connects to `host`, each of its addresses in turn until one answers.
    ///
    /// - Parameter limit: the reader's, see ``StreamReader/limit``.
    /// - Throws: `LookupError` where nobody knows the host; ``LoopError/system(_:)`` where its one
    ///   address does not answer, ``ConnectError`` where none of several does;
    ///   `CancellationError`.
    ///
    /// Source: `asyncio.open_connection`.
    public func openConnection(
        host: String,
        port: UInt16,
        limit: Int = StreamReader.limitDefault,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) async throws -> (reader: StreamReader, writer: StreamWriter) {
        let origin = Origin(fileID, line)
        var failures: [SystemError] = []
        for address in try await streamAddresses(host, port, isPassive: false) {
            do {
                return try await openStreams(to: address, limit: limit, origin: origin)
            } catch LoopError.system(let error) {
                failures.append(error)
            }
        }
        guard failures.count != 1 else { throw LoopError.system(failures[0]) }
        throw ConnectError(failures: failures)
    }

    /// Connects to the unix socket at `path`.
    ///
    /// - Throws: ``LoopError/system(_:)`` where nobody answers; `CancellationError`.
    ///
    /// Source: `asyncio.open_unix_connection`.
    public func openUnixConnection(
        path: String,
        limit: Int = StreamReader.limitDefault,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) async throws -> (reader: StreamReader, writer: StreamWriter) {
        try await openStreams(
            to: .unix(path: path),
            limit: limit,
            origin: Origin(fileID, line)
        )
    }

    private func openStreams(
        to address: SocketAddress,
        limit: Int,
        origin: Origin
    ) async throws -> (reader: StreamReader, writer: StreamWriter) {
        requireLoop("openConnection")
        let socket: FileDescriptor
        do throws(SystemError) {
            socket = try Socket.connect(to: address)
        } catch {
            throw LoopError.system(error)
        }
        let number = socket.number
        // The descriptor is closed when this leaves, so nothing may watch it any more by then.
        defer { removeWriter(number) }
        let connected = Future<Void>(on: self)
        try addWriter(number) {
            if !connected.isDone { try? connected.setResult(()) }
        }
        try await connected.value
        removeWriter(number)
        let code = Socket.connectResult(number)
        guard code == 0 else {
            throw LoopError.system(
                SystemError(call: "connect", subject: address.description, code: code)
            )
        }
        return try streams(socket, limit: limit, origin: origin)
    }

    /// The reader and the writer of a socket that is connected.
    func streams(
        _ socket: consuming FileDescriptor,
        limit: Int,
        origin: Origin
    ) throws(LoopError) -> (reader: StreamReader, writer: StreamWriter) {
        Socket.disableDelay(socket.number)
        let transport = try StreamTransport(on: self, socket, kind: .socket, origin: origin)
        return (StreamReader(transport, limit: limit), StreamWriter(transport))
    }

    /// Listens at every address of `host` and calls `onConnection` with each connection, in a task
    /// of its own.
    ///
    /// A connection whose task fails is closed and the error told to the loop's exception handler;
    /// else closing it is the task's business.
    ///
    /// - Parameters:
    ///   - host: nil: all addresses of this machine.
    ///   - port: 0: one that the kernel chooses, see ``StreamServer/addresses``.
    /// - Throws: `LookupError`; ``LoopError/system(_:)`` where an address can't be had.
    ///
    /// Source: `asyncio.start_server`.
    public func startServer(
        host: String?,
        port: UInt16,
        limit: Int = StreamReader.limitDefault,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ onConnection: @escaping StreamServer.ConnectionHandler
    ) async throws -> StreamServer {
        let addresses = try await streamAddresses(host, port, isPassive: true)
        return try StreamServer(
            on: self,
            at: addresses,
            limit: limit,
            origin: Origin(fileID, line),
            onConnection
        )
    }

    /// Listens at the unix socket `path`, which is removed again when the server closes.
    ///
    /// - Throws: ``LoopError/system(_:)`` where the path can't be had.
    ///
    /// Source: `asyncio.start_unix_server`.
    public func startUnixServer(
        path: String,
        limit: Int = StreamReader.limitDefault,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ onConnection: @escaping StreamServer.ConnectionHandler
    ) async throws -> StreamServer {
        try StreamServer(
            on: self,
            at: [.unix(path: path)],
            limit: limit,
            origin: Origin(fileID, line),
            onConnection
        )
    }
}
