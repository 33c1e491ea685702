// SPDX-License-Identifier: Apache-2.0

import HTTPWire
public import Logging
public import Loop
public import LoopSystem

// Safety (@unchecked Sendable): it is touched on its loop's thread only, which `requireLoop`
// checks where a caller comes in.
// Safety (@safe): `readBuffer` is allocated in init, freed in deinit, and lent only while bytes
// that were just read are processed.

/// An HTTP/1.1 server on an event loop (RFC 9110, RFC 9112).
///
/// How this works. A connection is read when the loop says so, into one buffer that all of them
/// share. The handler is called for each head in it, at once and without a task; what it answers
/// before it returns is collected and goes out in one write when the buffer has been worked
/// through. A connection holds memory of its own only for what is incomplete: the beginning of a
/// head, a body that is awaited, an answer that the client does not take.
///
/// A handler that can't answer at once keeps the exchange and returns. The connection then waits
/// until it is answered: requests behind it are neither handed over nor, beyond a limit, read.
///
/// The server lives as long as it listens or has connections; ``drain(within:)`` ends both.
@safe public final class HTTPServer: @unchecked Sendable {
    let loop: EventLoop
    let configuration: Configuration
    let logger: Logger
    let handler: (HTTPExchange) -> Void
    /// Written into every answer.
    let commonFields: FieldBlock
    let readBuffer: UnsafeMutableRawBufferPointer
    /// Where answers are put together. Whoever adds to its end also takes that off again.
    var output: [UInt8] = []
    /// Whether what stands in `readBuffer` is still being parsed.
    var isReadBufferInUse = false
    /// An exchange that nobody kept, for the next request.
    var spareExchange: HTTPExchange?
    private(set) var clock: SweepClock
    private var phase = Phase.serving
    private var listeners: [Listener] = []
    private var connections: [ServerConnection] = []
    private var connectionsMade: UInt64 = 0
    private var isSweepDue = false
    /// Where the search for a connection to close begins.
    private var nextQuiet = 0

    private enum Phase {
        case serving
        case draining(Future<Void>)
        case drained
    }

    /// Bytes of a read. 64 KiB: a socket's default buffer, and small enough for the cache.
    private static let readBytes = 64 << 10
    /// What `output` may hold on to between two answers: four full batches.
    private static let outputBytesKept = 1 << 20

    /// A server that does not listen yet. On the loop.
    ///
    /// - Parameters:
    ///   - logger: told of refusals at level debug, and of the handler's faults at level error.
    ///   - handler: called on the loop for each request. It may be isolated to an actor whose
    ///     executor is `loop`; one of another executor stops the process.
    public init(
        on loop: EventLoop,
        configuration: Configuration = Configuration(),
        logger: Logger,
        handler: @escaping @isolated(any) (HTTPExchange) -> Void
    ) {
        handler.isolation?.preconditionIsolated("the handler's actor does not live on the loop")
        self.loop = loop
        self.configuration = configuration
        self.logger = logger
        // Safety: the two types differ in nothing but the isolation that the line above checked.
        self.handler = unsafe unsafeBitCast(handler, to: ((HTTPExchange) -> Void).self)
        do {
            commonFields = try FieldBlock(configuration.serverName.map { ["Server": $0] } ?? [:])
        } catch {
            fatalError("serverName can't be sent: \(error)")
        }
        clock = SweepClock(configuration)
        unsafe readBuffer = .allocate(byteCount: Self.readBytes, alignment: 16)
        requireLoop("HTTPServer.init")
    }

    deinit { unsafe readBuffer.deallocate() }

    /// Takes connections at `address`, too. On the loop.
    ///
    /// - Returns: the address with the port that the kernel chose where none was named.
    /// - Throws: ``HTTPError/listen(_:_:)``.
    public func listen(at address: SocketAddress) throws(HTTPError) -> SocketAddress {
        requireLoop("HTTPServer.listen")
        guard case .serving = phase else { fatalError("a server that drains was told to listen") }
        do {
            let listener = try Listener(on: loop, at: address) { [self] descriptor, peer in
                accept(descriptor, peer)
            }
            listeners.append(listener)
            if connections.count >= configuration.connectionsMax { listener.pause() }
            return listener.address
        } catch {
            throw .listen(address, error)
        }
    }

    /// How many connections are open. On the loop.
    public var connectionsOpen: Int { connections.count }

    /// Whether ``drain(within:)`` was called: answers then end their connections.
    public var isDraining: Bool { if case .serving = phase { false } else { true } }

    /// Takes no connection any more, closes idle ones at once, and waits until the requests in
    /// flight are answered. What is left after `time`, or when the calling task is cancelled, is
    /// cut off. On the loop.
    public func drain(within time: Duration) async {
        requireLoop("HTTPServer.drain")
        let drained: Future<Void>
        switch phase {
        case .drained: return
        case .draining(let future): drained = future
        case .serving:
            drained = Future(on: loop)
            phase = .draining(drained)
            for listener in listeners { listener.close() }
            listeners = []
            for connection in connections { connection.closeIfIdle() }
        }
        if !connections.isEmpty {
            let timer = try? loop.callLater(time) {
                if !drained.isDone { try drained.setResult(()) }
            }
            _ = try? await drained.value
            timer?.cancel()
        }
        phase = .drained
        for connection in connections { connection.close() }
    }

    func requireLoop(_ call: StaticString) {
        guard loop.isOnLoop else {
            fatalError("\(call) was called off its event loop's thread; use callSoonThreadsafe")
        }
    }

    // MARK: Connections

    private func accept(_ descriptor: consuming FileDescriptor, _ peer: SocketAddress) {
        guard connections.count < configuration.connectionsMax || closeQuietOne() else {
            return pauseListeners()
        }
        if peer.port != nil { Socket.disableDelay(descriptor.number) }
        connectionsMade += 1
        if connections.isEmpty { clock.updateDate() }
        let connection = ServerConnection(self, descriptor, peer: peer, id: connectionsMade)
        do {
            try connection.open(at: connections.count)
        } catch {
            logger.debug("connection can't be watched", metadata: ["error": "\(error)"])
            return
        }
        connections.append(connection)
        if connections.count == configuration.connectionsMax, quietOne() == nil { pauseListeners() }
        scheduleSweep()
    }

    private func pauseListeners() { for listener in listeners { listener.pause() } }

    private func resumeListeners() { for listener in listeners { listener.resume() } }

    /// The connection to close for a new one: no request is under way on it, and it has been there
    /// for a while. First come those that never finished a request: whoever has something to ask asks
    /// at once, and opening connections costs nothing.
    private func quietOne() -> ServerConnection? {
        var second: ServerConnection?
        for step in connections.indices {
            let place = (nextQuiet + step) % connections.count
            let one = connections[place]
            guard one.isQuiet(in: clock.sweep) else { continue }
            if one.requestNumber == 0 {
                // Behind it are likely to be others like it.
                nextQuiet = place
                return one
            }
            second = second ?? one
        }
        return second
    }

    /// Makes room for a new connection, where that can be had.
    private func closeQuietOne() -> Bool {
        guard let one = quietOne() else { return false }
        one.log("connection closed for another one")
        one.close()
        return true
    }

    /// The connection at `place` is closed.
    func remove(at place: Int) {
        let last = connections.removeLast()
        if place < connections.count {
            connections[place] = last
            last.place = place
        }
        if connections.count == configuration.connectionsMax - 1 { resumeListeners() }
        if case .draining(let drained) = phase, connections.isEmpty, !drained.isDone {
            try? drained.setResult(())
        }
    }

    private func scheduleSweep() {
        guard !isSweepDue, !connections.isEmpty else { return }
        isSweepDue = (try? loop.callLater(clock.interval) { [self] in sweep() }) != nil
    }

    private func sweep() {
        isSweepDue = false
        clock.advance()
        // From the back, because one that closes puts the last one in its place.
        var place = connections.count
        while place > 0 {
            place -= 1
            if place < connections.count { connections[place].checkDeadlines(clock.sweep) }
        }
        if connections.count == configuration.connectionsMax, quietOne() != nil {
            resumeListeners()
        }
        scheduleSweep()
    }

    // MARK: Shared buffers

    /// Takes the end of `output` off again that begins at `start`.
    func truncateOutput(to start: Int) {
        output.removeLast(output.count - start)
        if start == 0, output.capacity > Self.outputBytesKept { output = [] }
    }
}
