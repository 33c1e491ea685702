// SPDX-License-Identifier: Apache-2.0

/// A request's first line and fields: facts and offsets, no text.
///
/// Offsets count from the first byte of the range that ``MessageEvent/head(_:)`` gave. Functions
/// that read text take those bytes, or a copy of them: a head may outlive the caller's buffer
/// as long as somebody keeps the bytes.
public struct RequestHead: Sendable {
    /// The four forms of a target (RFC 9112 §3.2).
    public enum TargetForm: Hashable, Sendable {
        /// `/path?query`
        case origin
        /// `http://host/path?query`, as a proxy gets it
        case absolute
        /// `host:port`, only with CONNECT
        case authority
        /// `*`, only with OPTIONS: the server as a whole
        case asterisk
    }

    /// The method; ``methodRange`` has its text.
    public internal(set) var method = RequestMethod.other
    /// Where the method is. It begins the head.
    public internal(set) var methodRange = 0..<0
    /// Where the whole target is.
    public internal(set) var targetRange = 0..<0
    /// Which form the target has.
    public internal(set) var targetForm = TargetForm.origin
    /// Where the path is, still percent-encoded. Empty for `http://host` (which means `/`), and
    /// for targets that have none.
    public internal(set) var pathRange = 0..<0
    /// Where the query is, without its `?`, still percent-encoded; nil when there is no `?`.
    public internal(set) var queryRange: Range<Int>?
    /// Where `host[:port]` is: in the target if it is there, else in Host (RFC 9112 §3.2.2).
    /// Nil only in HTTP/1.0.
    public internal(set) var authorityRange: Range<Int>?
    /// The version.
    public internal(set) var version = HTTPVersion.http11
    /// The fields.
    public internal(set) var fields = FieldTable()
    /// How the content's end is found.
    public internal(set) var framing = BodyFraming.none
    /// Whether the client waits for `100 Continue` before it sends the content. Answer it, or
    /// answer with a final status and close.
    public internal(set) var expectsContinue = false
    /// Whether the client means to send another request on this connection (RFC 9112 §9.3).
    public internal(set) var keepsAlive = true

    /// A head before anything was read.
    init() {}

    /// The method's text.
    public func methodText(in head: Span<UInt8>) -> String { head.text(methodRange) }

    /// The target as it was sent.
    public func target(in head: Span<UInt8>) -> String { head.text(targetRange) }

    /// The path as it was sent, still percent-encoded. ``RequestTarget`` decodes it.
    public func path(in head: Span<UInt8>) -> String { head.text(pathRange) }

    /// `host[:port]`, from the target or from Host; nil only in HTTP/1.0.
    public func authority(in head: Span<UInt8>) -> String? { authorityRange.map { head.text($0) } }

    /// The announced size of the content; 0 when there is none, nil when it comes in chunks.
    public var contentLength: Int? {
        switch framing {
        case .none: 0
        case .length(let length): length
        case .chunked, .untilClose: nil
        }
    }
}
