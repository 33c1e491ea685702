// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem

// Safety (@unchecked Sendable): tasks of one loop share it; each way in stops the process where the
// caller is on another thread.

/// A socket that takes connections. On the loop.
public final class Listener: ReadinessHandler, @unchecked Sendable {
    /// Where it listens, with the port that the kernel chose where none was named.
    public let address: SocketAddress
    private let loop: EventLoop
    private let origin: Origin
    private let socket: FileDescriptor
    private let onConnection: (consuming FileDescriptor, SocketAddress) -> Void
    private var phase = Phase.accepting

    private enum Phase { case accepting, paused, closed }

    /// Connections taken at one go, so that a rush of them does not hold the rest up.
    public static let acceptBatch = 64
    /// How long no connection is taken after the kernel ran out of descriptors or memory;
    /// asyncio's figure.
    public static let retryDelay: Duration = .seconds(1)

    /// Listens at `address` and hands each connection over, non-blocking, with its peer.
    ///
    /// - Throws: ``LoopError/system(_:)`` where the address can't be had.
    public convenience init(
        on loop: EventLoop,
        at address: SocketAddress,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ onConnection: @escaping (consuming FileDescriptor, SocketAddress) -> Void
    ) throws(LoopError) {
        try self.init(
            on: loop,
            at: address,
            isIPv6Only: false,
            origin: Origin(fileID, line),
            onConnection
        )
    }

    init(
        on loop: EventLoop,
        at address: SocketAddress,
        isIPv6Only: Bool,
        origin: Origin,
        _ onConnection: @escaping (consuming FileDescriptor, SocketAddress) -> Void
    ) throws(LoopError) {
        self.loop = loop
        self.origin = origin
        self.onConnection = onConnection
        do {
            socket = try Socket.listen(at: address, isIPv6Only: isIPv6Only)
        } catch {
            throw .system(error)
        }
        self.address = Socket.localAddress(socket.number) ?? address
        try loop.watch(socket.number, for: .readable, self)
    }

    deinit {
        guard phase != .closed else { return }
        warnUnclosed("server <Listener at \(address)>", origin, on: loop)
    }

    /// Leaves new connections to the kernel's queue.
    public func pause() {
        loop.requireLoop("Listener.pause")
        guard phase == .accepting else { return }
        phase = .paused
        try? loop.rewatch(socket.number, for: [])
    }

    /// Takes connections again.
    public func resume() {
        loop.requireLoop("Listener.resume")
        guard phase == .paused else { return }
        phase = .accepting
        try? loop.rewatch(socket.number, for: .readable)
    }

    /// Takes no connection any more. The socket is closed when the object goes; a unix socket's
    /// file is removed.
    public func close() {
        loop.requireLoop("Listener.close")
        guard phase != .closed else { return }
        phase = .closed
        loop.unwatch(socket.number)
        if case .unix(let path) = address { unsafe unlink(path) }
    }

    /// Takes the connections that wait.
    public func ready(_ readiness: Readiness) {
        for _ in 0..<Self.acceptBatch {
            guard phase == .accepting else { return }
            switch Socket.accept(socket.number) {
            case .connection(let descriptor, let peer): onConnection(descriptor, peer)
            case .wouldBlock: return
            case .failed(let code):
                waitForResources(SystemError(call: "accept", subject: "\(address)", code: code))
                return
            }
        }
    }

    private func waitForResources(_ error: SystemError) {
        loop.callExceptionHandler(
            ExceptionContext(message: "socket.accept() out of system resource", error: error)
        )
        pause()
        _ = try? loop.callLater(Self.retryDelay) { [weak self] in self?.resume() }
    }
}
