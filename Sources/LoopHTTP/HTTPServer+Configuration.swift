// SPDX-License-Identifier: Apache-2.0

public import HTTPWire

extension HTTPServer {
    /// Every limit of a server. The defaults suit a server that strangers can reach.
    ///
    /// Times are kept by one sweep over all connections, so they are never shorter than said, and
    /// longer by at most a second, or by a quarter of the shortest of them.
    public struct Configuration: Sendable {
        /// How much of each part of a request is taken.
        public var wire = WireLimits()
        /// Connections open at once. For one more, one without a request under way is closed, and
        /// where there is none, it waits in the kernel's queue. 10000: about 11 MiB while they are
        /// idle. The process needs as many descriptors.
        public var connectionsMax = 10_000
        /// How long a connection is kept without a request. 75 s: more than the 60 s after which
        /// most load balancers close, so that it is they who do, and no request gets lost.
        public var idleTimeout: Duration = .seconds(75)
        /// How long a head may take from its first byte on, and a new connection to send that;
        /// beyond it 408, or just the end where nothing came. 10 s: a head is one packet.
        public var headTimeout: Duration = .seconds(10)
        /// In each such span at least ``bodyProgressBytes`` of a body must come that is awaited;
        /// beyond it 408. 10 s: a phone that changes cells is silent for some seconds.
        public var bodyTimeout: Duration = .seconds(10)
        /// See ``bodyTimeout``. 1024: 100 bytes a second is slower than any line in use, and byte
        /// by byte would hold a connection for days.
        public var bodyProgressBytes = 1024
        /// How long a client may take nothing of an answer; beyond it the connection is closed.
        /// 30 s: a paused terminal is given that much.
        public var writeTimeout: Duration = .seconds(30)
        /// How long a connection that is to end is still read, so that the client can read the
        /// answer: bytes that come to a closed socket make the client's kernel throw the answer
        /// away (RFC 9112 §9.6). 2 s: some round trips to anywhere.
        public var lingerTimeout: Duration = .seconds(2)
        /// Bytes that are read meanwhile. 16 MiB: twice the largest body permitted, for clients
        /// that read the refusal only when they have sent everything.
        public var lingerBytesMax = 16 << 20
        /// How much of a body that the handler did not want is read to keep the connection; a
        /// larger one ends it. 64 KiB: cheaper than a new connection.
        public var skippedBodyBytesMax = 64 << 10
        /// Bytes kept of what a client sends while its request is being handled; more stay in the
        /// kernel. 64 KiB: one read.
        public var pipelinedBytesMax = 64 << 10
        /// Pipelined requests of a connection that are answered before the other connections get
        /// their turn. 64: some tens of microseconds.
        public var requestsPerTurn = 64
        /// Bytes of pipelined answers that are collected before they are written. 256 KiB: about
        /// what a socket takes at once.
        public var answersBytesMax = 256 << 10
        /// What the Server field says; nil: there is none, since it helps nobody but attackers.
        public var serverName: String?
        /// The content of answers that the server gives by itself. The default is a problem
        /// document (RFC 9457).
        public var errorBody: @Sendable (HTTPFailure) -> (contentType: String, bytes: [UInt8]) = {
            ("application/problem+json", $0.problem)
        }

        /// The defaults that each property's text explains.
        public init() {}
    }
}
