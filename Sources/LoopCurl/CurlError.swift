// SPDX-License-Identifier: Apache-2.0

/// Why a transfer gave no whole answer.
public enum CurlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A header's name or value holds CR, LF or NUL, or a name is empty or holds a colon.
    case headerNotAllowed(name: String)
    /// The URL holds NUL.
    case urlNotAllowed
    /// The request's check refused the address, for this reason.
    case refused(reason: String)
    /// The answer's head is larger than ``CurlRequest/headMax``.
    case headTooLarge
    /// The awaiting task was cancelled.
    case cancelled
    /// The client was closed.
    case closed
    /// libcurl's reason: the part of the transfer, its code, and its words.
    case failed(Phase, code: Int, words: String)

    /// The part of a transfer in which it failed.
    public enum Phase: String, Hashable, Sendable, CaseIterable {
        /// The request can't be made: a malformed URL, a scheme that is not allowed.
        case request
        /// The name has no address.
        case lookup
        /// Nobody takes the connection.
        case connect
        /// The certificate is not good, or the two sides don't agree.
        case tls
        /// It took too long.
        case timeout
        /// The connection broke, or what came is not HTTP.
        case answer
    }

    /// What happened, beginning with its kind: `connect: Failed to connect to … (curl 7)`
    public var description: String {
        switch self {
        case .headerNotAllowed(let name):
            "request: the header \(name.debugDescription) can't be sent"
        case .urlNotAllowed: "request: the URL holds a NUL character"
        case .refused(let reason): "refused: \(reason)"
        case .headTooLarge: "answer: the head is larger than \(CurlRequest.headMax) bytes"
        case .cancelled: "cancelled"
        case .closed: "the client is closed"
        case .failed(let phase, let code, let words): "\(phase.rawValue): \(words) (curl \(code))"
        }
    }
}
