// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem

/// A message was larger than what is read of one.
public struct DatagramTooLargeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The message's size.
    public let bytes: Int
    /// ``DatagramEndpoint/messageBytesMax``.
    public let bytesMax: Int

    /// `a message of 300000 bytes was dropped: at most 262144 are read`
    public var description: String {
        "a message of \(bytes) bytes was dropped: at most \(bytesMax) are read"
    }
}

// Safety (@unchecked Sendable): tasks of one loop share it; each way in stops the process where the
// caller is on another thread.

/// A socket that sends and receives messages. On the loop.
///
/// At most one task may wait to receive and one to send at a time.
///
/// Source: `asyncio.DatagramTransport`; `_SelectorDatagramTransport`,
/// Lib/asyncio/selector_events.py.
public final class DatagramEndpoint: ReadinessHandler, @unchecked Sendable {
    /// The largest message that is received whole: no UDP message is larger, and of a unix socket's
    /// none that is smaller shall be cut. asyncio's.
    public static let messageBytesMax = 256 * 1024

    private let loop: EventLoop
    private let origin: Origin
    private let number: CInt
    private var socket: FileDescriptor?
    private var interest: Readiness = []
    /// What messages are received into, made at the first.
    private lazy var scratch = [UInt8](repeating: 0, count: Self.messageBytesMax)
    private var receiver: Future<Void>?
    private var sender: Future<Void>?

    init(
        on loop: EventLoop,
        _ socket: consuming FileDescriptor,
        origin: Origin
    ) {
        self.loop = loop
        self.origin = origin
        number = socket.number
        self.socket = consume socket
    }

    deinit {
        guard !isClosing else { return }
        warnUnclosed("transport <DatagramEndpoint fd=\(number)>", origin, on: loop)
    }

    /// Where it is bound; nil once it is closed.
    public var localAddress: SocketAddress? { isClosing ? nil : Socket.localAddress(number) }

    /// Where it is connected; nil where it is not.
    public var remoteAddress: SocketAddress? { isClosing ? nil : Socket.peerAddress(number) }

    /// The descriptor's number, which stays the endpoint's; nil once it is closed.
    public var descriptorNumber: CInt? { isClosing ? nil : number }

    /// Whether it is closed.
    public var isClosing: Bool {
        switch socket {
        case nil: true
        case .some: false
        }
    }

    /// Sends `bytes` as one message; waits where the kernel has no room.
    ///
    /// - Parameter address: nil: to where the endpoint is connected.
    /// - Throws: ``LoopError/system(_:)``, also for what became of an earlier message, such as
    ///   ECONNREFUSED; ``StreamError/connectionLost`` once closed; `CancellationError`.
    public func send(_ bytes: [UInt8], to address: SocketAddress? = nil) async throws {
        loop.requireLoop("DatagramEndpoint.send")
        while true {
            guard !isClosing else { throw StreamError.connectionLost }
            switch Socket.sendNow(number, bytes, to: address) {
            case .count: return
            case .failed(let code):
                throw failure("sendto", address?.description, code)
            case .wouldBlock: try await wait(for: \.sender, "DatagramEndpoint.send")
            }
        }
    }

    /// The next message and whom it came from.
    ///
    /// - Throws: ``LoopError/system(_:)``, also for what became of a message that was sent;
    ///   ``DatagramTooLargeError``; ``StreamError/connectionLost`` once closed;
    ///   `CancellationError`.
    public func receive() async throws -> (bytes: [UInt8], sender: SocketAddress) {
        loop.requireLoop("DatagramEndpoint.receive")
        while true {
            guard !isClosing else { throw StreamError.connectionLost }
            var transfer = Transfer.wouldBlock
            var from = SocketAddress.unix(path: "")
            unsafe scratch.withUnsafeMutableBytes {
                transfer = unsafe Socket.receiveNow(number, into: $0, sender: &from)
            }
            switch transfer {
            case .count(let count):
                guard count <= Self.messageBytesMax else {
                    throw DatagramTooLargeError(bytes: count, bytesMax: Self.messageBytesMax)
                }
                return (Array(scratch[..<count]), from)
            case .failed(let code): throw failure("recvfrom", nil, code)
            case .wouldBlock: try await wait(for: \.receiver, "DatagramEndpoint.receive")
            }
        }
    }

    /// Closes the socket: whoever waits gets ``StreamError/connectionLost``.
    public func close() {
        loop.requireLoop("DatagramEndpoint.close")
        guard !isClosing else { return }
        if !interest.isEmpty { loop.unwatch(number) }
        interest = []
        socket = nil
        wake(\.receiver)
        wake(\.sender)
    }

    /// Whoever waits for what the socket is ready for goes on.
    public func ready(_ readiness: Readiness) {
        if readiness.concernsReader { wake(\.receiver) }
        if readiness.concernsWriter { wake(\.sender) }
        try? updateInterest()
    }

    private func wake(_ waiter: ReferenceWritableKeyPath<DatagramEndpoint, Future<Void>?>) {
        guard let future = self[keyPath: waiter] else { return }
        self[keyPath: waiter] = nil
        if !future.isDone { try? future.setResult(()) }
    }

    private func wait(
        for waiter: ReferenceWritableKeyPath<DatagramEndpoint, Future<Void>?>,
        _ call: String
    ) async throws {
        guard self[keyPath: waiter] == nil else { throw StreamError.alreadyReading(call: call) }
        let future = Future<Void>(on: loop)
        self[keyPath: waiter] = future
        // A wait that was cancelled leaves nothing watched; one that was woken is off already.
        defer {
            if self[keyPath: waiter] === future {
                self[keyPath: waiter] = nil
                try? updateInterest()
            }
        }
        try updateInterest()
        try await future.value
    }

    private func updateInterest() throws(LoopError) {
        guard !isClosing else { return }
        var wanted: Readiness = []
        if receiver != nil { wanted.insert(.readable) }
        if sender != nil { wanted.insert(.writable) }
        try loop.change(&interest, to: wanted, of: number, self)
    }

    private func failure(_ call: String, _ subject: String?, _ code: CInt) -> LoopError {
        let subject = subject ?? "descriptor \(number)"
        return .system(SystemError(call: call, subject: subject, code: code))
    }
}

extension EventLoop {
    /// A socket for messages, bound to `local` and connected to `remote`. At least one is given.
    ///
    /// - Throws: ``LoopError/system(_:)`` where an address can't be had.
    ///
    /// Source: `asyncio.loop.create_datagram_endpoint`.
    public func createDatagramEndpoint(
        local: SocketAddress? = nil,
        remote: SocketAddress? = nil,
        allowsBroadcast: Bool = false,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws(LoopError) -> DatagramEndpoint {
        do throws(SystemError) {
            return DatagramEndpoint(
                on: self,
                try Socket.datagram(
                    local: local,
                    remote: remote,
                    allowsBroadcast: allowsBroadcast
                ),
                origin: Origin(fileID, line)
            )
        } catch {
            throw .system(error)
        }
    }
}
