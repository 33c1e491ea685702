// SPDX-License-Identifier: Apache-2.0

import Crypto
import HTTPWire

/// Who may ask at all.
///
/// Bodies of any type are taken for specs, so a page in somebody's browser could POST code to a
/// server on the same machine. Three checks close that: what the browser says of the request's
/// origin, the origin itself, and the name by which the server was called, which a page can't
/// choose even where it can make a name lead here (DNS rebinding).
///
/// Source: Fetch Metadata; RFC 6454; RFC 9110 §11.
struct RequestGate {
    private let digests: [SHA256.Digest]
    private let hosts: Set<String>

    /// - Parameters:
    ///   - tokens: one of which a request must bear; none: everybody may ask.
    ///   - hosts: names by which the server is called, without ports, in lower case; empty: any.
    init(tokens: [String], hosts: Set<String>) {
        digests = tokens.map { SHA256.hash(data: Array($0.utf8)) }
        self.hosts = hosts
    }

    /// Why `request` is refused; nil: it is not.
    func check(_ request: APIRequest) -> Problem? {
        let isOperation = ["livez", "readyz", "healthz"].contains(request.segments.first ?? "")
        if let problem = checkHost(request) { return problem }
        if let problem = checkOrigin(request) { return problem }
        guard !isOperation, !digests.isEmpty else { return nil }
        guard let field = request.field("authorization"),
            field.lowercased().hasPrefix("bearer ")
        else { return .unauthorized }
        // Digests are compared, so the time tells nothing of the token.
        let digest = SHA256.hash(data: Array(field.dropFirst(7).utf8))
        return digests.contains(digest) ? nil : .unauthorized
    }

    private func checkHost(_ request: APIRequest) -> Problem? {
        guard !hosts.isEmpty, let host = request.field("host") else { return nil }
        let name = Self.name(ofHost: host)
        guard !hosts.contains(name) else { return nil }
        return Problem(
            slug: "unknown-host",
            title: "The server is not called so",
            status: 421,
            detail: "the server is not called \(name)",
            hint: "use localhost, or tell the server its name with --public-url"
        )
    }

    private func checkOrigin(_ request: APIRequest) -> Problem? {
        let site = request.field("sec-fetch-site") ?? "none"
        let isForeignSite = site == "cross-site" || site == "same-site"
        let origin = request.field("origin")
        let isForeignOrigin =
            origin.map { origin in
                let host = request.field("host") ?? ""
                return origin != "http://\(host)" && origin != "https://\(host)"
            } ?? false
        guard isForeignSite || isForeignOrigin else { return nil }
        return Problem(
            slug: "foreign-origin",
            title: "The request comes from another site's page",
            status: 403,
            detail: "a page of \(origin ?? "another site") may not use this server"
        )
    }

    private static func name(ofHost host: String) -> String {
        var name = host.lowercased()
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
            name = String(name[..<colon])
        }
        return name
    }
}
