// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// One HTTP request and the bounds within which it is made.
///
/// The defaults are for an address that a stranger chose: HTTPS alone, no proxy, no redirect
/// followed, nothing read from the user's files, little time, little room for the answer.
public struct CurlRequest: Sendable {
    /// Where it goes. Credentials in it are refused.
    public var url: String
    /// What is asked for.
    public var method: Method
    /// Sent as they are, in this order. A name or a value that holds CR, LF or NUL is refused.
    public var headers: [(name: String, value: String)]
    /// What is sent; nil: no body.
    public var body: [UInt8]?
    /// For the look-up, the connection and TLS together.
    public var connectTimeout: Duration = .seconds(5)
    /// For everything.
    public var totalTimeout: Duration = .seconds(15)
    /// How long not one byte a second may go over in either direction, to the second; it matters
    /// where ``totalTimeout`` is longer.
    public var stallTimeout: Duration = .seconds(15)
    /// How much of the answer's body is taken. At the first byte beyond it the connection is
    /// closed; what arrived counts.
    public var bodyMax = 65_536
    /// The schemes that are allowed.
    public var schemes: Set<Scheme> = [.https]
    /// Asked before each connection and again before each request (which may go over an earlier
    /// connection), with the address that the name was resolved to. A text refuses it and is the
    /// reason. Called within libcurl: it must not call the client.
    public var addressCheck: @Sendable (SocketAddress) -> String? = { _ in nil }
    /// A file of certificates to trust instead of the system's.
    public var certificateAuthorities: String?

    /// A method of HTTP.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// A scheme that a request can have.
    public enum Scheme: String, Hashable, Sendable, CaseIterable {
        case http, https
    }

    /// How large the head of an answer may be; more is an error. Servers allow 8 to 64 KiB for
    /// that of a request.
    public static let headMax = 65_536

    /// A request with the default bounds.
    public init(
        _ method: Method,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}
