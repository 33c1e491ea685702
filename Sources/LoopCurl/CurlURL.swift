// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The parts of a URL as libcurl reads them: what is checked is what is used.
///
/// Source: libcurl-url(3).
public struct CurlURL: Hashable, Sendable {
    /// In lower case.
    public let scheme: String
    /// In lower case, a numeric IPv4 address in its usual form, an IPv6 address in brackets.
    public let host: String
    /// The scheme's own where the URL names none; nil where the scheme has none.
    public let port: UInt16?
    /// Whether it names a user or a password.
    public let hasCredentials: Bool

    /// Why a text is no URL.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// libcurl's words.
        public let words: String

        /// libcurl's words.
        public var description: String { words }
    }

    /// Reads an absolute URL.
    ///
    /// - Throws: ``Failure`` where it is none.
    public init(_ text: String) throws(Failure) {
        guard !text.utf8.contains(0) else { throw Failure(words: "it holds a NUL character") }
        guard let handle = unsafe curl_url() else { throw Failure(words: "out of memory") }
        defer { unsafe curl_url_cleanup(handle) }
        // A scheme that libcurl can't speak is named by whoever refuses it.
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
        let code = unsafe curl_url_set(handle, CURLUPART_URL, text, flags)
        guard code == CURLUE_OK else {
            throw Failure(words: unsafe String(cString: curl_url_strerror(code)))
        }
        func part(_ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
            var raw: UnsafeMutablePointer<CChar>?
            guard unsafe curl_url_get(handle, part, &raw, flags) == CURLUE_OK, let raw = unsafe raw
            else { return nil }
            defer { unsafe curl_free(raw) }
            return unsafe String(cString: raw)
        }
        guard let scheme = part(CURLUPART_SCHEME), let host = part(CURLUPART_HOST), !host.isEmpty
        else { throw Failure(words: "it has no host") }
        self.scheme = scheme.lowercased()
        self.host = host.lowercased()
        port = part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap { UInt16($0) }
        hasCredentials = part(CURLUPART_USER) != nil || part(CURLUPART_PASSWORD) != nil
    }
}
