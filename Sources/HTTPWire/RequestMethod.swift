// SPDX-License-Identifier: Apache-2.0

/// A request's method, told apart without making a string. Methods are case-sensitive
/// (RFC 9110 §9.1): `get` is `other`.
public enum RequestMethod: Hashable, Sendable {
    /// `GET`
    case get
    /// `HEAD`
    case head
    /// `POST`
    case post
    /// `PUT`
    case put
    /// `PATCH`
    case patch
    /// `DELETE`
    case delete
    /// `OPTIONS`
    case options
    /// `CONNECT`
    case connect
    /// `TRACE`
    case trace
    /// Any other token; ``RequestHead/methodRange`` has it. Whether to answer 501 or 405 is
    /// the router's decision.
    case other

    @inline(__always)
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> RequestMethod {
        switch range.count {
        case 3: bytes.matches(range, "GET") ? .get : bytes.matches(range, "PUT") ? .put : .other
        case 4: bytes.matches(range, "POST") ? .post : bytes.matches(range, "HEAD") ? .head : .other
        case 5:
            bytes.matches(range, "PATCH") ? .patch : bytes.matches(range, "TRACE") ? .trace : .other
        case 6: bytes.matches(range, "DELETE") ? .delete : .other
        case 7:
            bytes.matches(range, "OPTIONS")
                ? .options : bytes.matches(range, "CONNECT") ? .connect : .other
        default: .other
        }
    }
}
