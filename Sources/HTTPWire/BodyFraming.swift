// SPDX-License-Identifier: Apache-2.0

/// How the end of a message's content is found (RFC 9112 §6.3).
public enum BodyFraming: Hashable, Sendable {
    /// There is no content, and no field that announced any.
    case none
    /// Content-Length says how many bytes there are; it may be 0.
    case length(Int)
    /// The content comes in chunks and ends with the empty one.
    case chunked
    /// The content ends when the connection does. Only in responses.
    case untilClose
}
