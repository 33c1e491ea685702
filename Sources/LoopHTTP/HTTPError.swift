// SPDX-License-Identifier: Apache-2.0

public import Loop
public import LoopSystem

/// What can go wrong with a server and its exchanges.
public enum HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address can't be had.
    case listen(SocketAddress, LoopError)
    /// The server refused the request and has answered it: there is nothing left to do.
    case refused(HTTPFailure)
    /// The connection is gone: the client closed it, or took or gave nothing for too long.
    case clientGone
    /// The task that waited was cancelled. The request can still be answered.
    case cancelled

    /// What happened and, where there is one, the cure.
    public var description: String {
        switch self {
        case .listen(let address, let error): "can't listen at \(address): \(error)"
        case .refused(let failure): "the request was refused: \(failure)"
        case .clientGone: "the client is gone"
        case .cancelled: "the wait for the client was cancelled"
        }
    }
}
