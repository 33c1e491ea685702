// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

// Safety (@unchecked Sendable): tasks of one loop share it; each way in stops the process where the
// caller is on another thread.

/// Listeners whose connections each get a reader, a writer and a task. On the loop.
///
/// It serves until it is closed, whether or not anybody keeps it.
///
/// Source: `asyncio.Server`, Lib/asyncio/base_events.py.
public final class StreamServer: @unchecked Sendable {
    /// What is called with each connection.
    public typealias ConnectionHandler =
        @Sendable (_ reader: StreamReader, _ writer: StreamWriter) async throws -> Void

    private let loop: EventLoop
    private let limit: Int
    private let origin: Origin
    private let onConnection: ConnectionHandler
    /// Where it listens, with the ports that the kernel chose; empty once it is closed.
    public private(set) var addresses: [SocketAddress] = []
    private var listeners: [Kept] = []
    private var isClosed = false
    /// The writers of connections whose tasks have not ended, by the number of the connection.
    private var clients: [UInt64: (writer: StreamWriter, task: LoopTask<Void>)] = [:]
    private var clientsMade: UInt64 = 0
    private var closeWaiters: [Future<Void>] = []

    init(
        on loop: EventLoop,
        at addresses: [SocketAddress],
        limit: Int,
        origin: Origin,
        _ onConnection: @escaping ConnectionHandler
    ) throws(LoopError) {
        self.loop = loop
        self.limit = limit
        self.origin = origin
        self.onConnection = onConnection
        do {
            for address in addresses {
                let listener = try Listener(
                    on: loop,
                    at: address,
                    // The same port of IPv4 is in the list for itself.
                    isIPv6Only: addresses.count > 1,
                    origin: origin
                ) { socket, _ in self.begin(socket) }
                listeners.append(Kept(listener: listener))
                self.addresses.append(listener.address)
            }
        } catch {
            for kept in listeners { kept.listener?.close() }
            throw error
        }
    }

    /// The loop keeps a listener, and that its server: so it serves for as long as it listens, and
    /// goes with its loop.
    private struct Kept {
        weak let listener: Listener?
    }

    /// Whether it takes connections.
    public var isServing: Bool { !isClosed }

    /// Takes no connection any more. Those that there are go on.
    public func close() {
        loop.requireLoop("StreamServer.close")
        guard !isClosed else { return }
        isClosed = true
        for kept in listeners { kept.listener?.close() }
        listeners = []
        addresses = []
        wakeIfEnded()
    }

    /// Closes every connection whose task has not ended, once what was written has gone out.
    public func closeClients() {
        loop.requireLoop("StreamServer.closeClients")
        for client in clients.values { client.writer.close() }
    }

    /// Closes every connection whose task has not ended at once and cancels the tasks.
    public func abortClients() {
        loop.requireLoop("StreamServer.abortClients")
        for client in clients.values {
            client.writer.abort()
            client.task.cancel()
        }
    }

    /// Waits until it is closed and the task of every connection has ended.
    ///
    /// - Throws: `CancellationError`; the server is left as it is then.
    public func waitClosed() async throws {
        loop.requireLoop("StreamServer.waitClosed")
        guard !hasEnded else { return }
        let waiter = Future<Void>(on: loop)
        closeWaiters.append(waiter)
        defer { closeWaiters.removeAll { $0 === waiter } }
        try await waiter.value
    }

    /// Serves until the calling task is cancelled, then closes the server and its connections and
    /// waits for them; returns where somebody else closes the server and the last connection's task
    /// has ended.
    ///
    /// - Throws: `CancellationError`.
    public func serveForever() async throws {
        do {
            try await waitClosed()
        } catch {
            close()
            closeClients()
            try await waitClosed()
            throw error
        }
    }

    private var hasEnded: Bool { isClosed && clients.isEmpty }

    private func wakeIfEnded() {
        guard hasEnded else { return }
        for waiter in closeWaiters where !waiter.isDone { try? waiter.setResult(()) }
    }

    private func begin(_ socket: consuming FileDescriptor) {
        guard let (reader, writer) = try? loop.streams(socket, limit: limit, origin: origin) else {
            return
        }
        clientsMade += 1
        let number = clientsMade
        let task = loop.createTask(name: "connection-\(number)") { [self] in
            do {
                try await onConnection(reader, writer)
            } catch is CancellationError {
                writer.close()
            } catch {
                loop.callExceptionHandler(
                    ExceptionContext(
                        message: "Unhandled exception in client_connected_cb",
                        error: error,
                        createdAt: origin.place
                    )
                )
                writer.close()
            }
            clients[number] = nil
            wakeIfEnded()
        }
        clients[number] = (writer, task)
    }
}
