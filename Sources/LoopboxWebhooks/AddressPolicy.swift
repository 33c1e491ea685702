// SPDX-License-Identifier: Apache-2.0

public import LoopCurl
public import LoopSystem

/// Where a webhook may go.
///
/// Whoever submits a job names the URL, so it is hostile: it must not lead into the network that
/// the server stands in. What counts is the address that the name was resolved to, looked at
/// before each connection; names and spellings are no defence.
///
/// Source: the IANA registries of special-purpose addresses (RFC 6890).
public struct AddressPolicy: Sendable {
    /// What an operator lets through although it is denied.
    public var allowed: [AddressRange]
    /// Whether `http` is allowed beside `https`.
    public var allowsHTTP: Bool

    /// What a denied range is for.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case unspecified, loopback, `private`, multicast, reserved
        case shared = "shared by a provider's customers"
        case linkLocal = "link-local"
        case documentation = "for documentation"
        case benchmarks = "for benchmarks"
    }

    /// A policy with these exceptions.
    public init(allowed: [AddressRange] = [], allowsHTTP: Bool = false) {
        self.allowed = allowed
        self.allowsHTTP = allowsHTTP
    }

    /// Looks at what can be seen before the name is resolved.
    ///
    /// A URL that passes can still lead to an address that ``check(_:)`` refuses.
    ///
    /// - Returns: the URL's parts.
    /// - Throws: ``WebhookError`` with what is wrong.
    @discardableResult
    public func checkURL(_ text: String) throws(WebhookError) -> CurlURL {
        let url = try checkSpelling(text)
        if let port = url.port, let address = SocketAddress("\(url.host):\(port)"),
            let refusal = check(address)
        {
            throw refusal
        }
        return url
    }

    /// Looks at the URL's words alone: what fails here fails in every attempt.
    func checkSpelling(_ text: String) throws(WebhookError) -> CurlURL {
        let url: CurlURL
        do throws(CurlURL.Failure) {
            url = try CurlURL(text)
        } catch {
            throw .urlMalformed(words: error.words)
        }
        guard url.scheme == "https" || url.scheme == "http" && allowsHTTP else {
            throw .schemeNotAllowed(url.scheme)
        }
        guard !url.hasCredentials else { throw .credentialsInURL }
        guard let port = url.port else { throw .urlMalformed(words: "it has no port") }
        guard Self.allows(port: port) else { throw .portNotAllowed(port) }
        return url
    }

    /// Looks at an address that is about to be connected to.
    ///
    /// - Returns: why it is refused; nil where it is allowed.
    public func check(_ address: SocketAddress) -> WebhookError? {
        guard let port = address.port else { return .addressDenied(address) }
        guard Self.allows(port: port) else { return .portNotAllowed(port) }
        switch address {
        case .ipv4(let bytes, _):
            return denial(bytes).map { .addressDenied(address, kind: $0) }
        case .ipv6(let bytes, _, _):
            if isAllowed(bytes) { return nil }
            if let kind = denial(bytes) { return .addressDenied(address, kind: kind) }
            for inner in Self.unwrap(bytes) {
                guard let kind = denial(inner) else { continue }
                return .addressDenied(address, holds: inner, kind: kind)
            }
            return nil
        case .unix:
            return .addressDenied(address)
        }
    }

    /// Below 1024 there are mail, databases and others that can be made to take a request for
    /// something else.
    private static func allows(port: UInt16) -> Bool { port == 443 || port == 80 || port >= 1024 }

    private func isAllowed(_ address: [UInt8]) -> Bool { allowed.contains { $0.contains(address) } }

    private func denial(_ address: [UInt8]) -> Kind? {
        guard !isAllowed(address) else { return nil }
        return Self.denied.first { $0.range.contains(address) }?.kind
    }

    private static let denied: [(range: AddressRange, kind: Kind)] = [
        ("0.0.0.0/8", Kind.unspecified), ("10.0.0.0/8", .private), ("100.64.0.0/10", .shared),
        ("127.0.0.0/8", .loopback), ("169.254.0.0/16", .linkLocal), ("172.16.0.0/12", .private),
        ("192.0.0.0/24", .reserved), ("192.0.2.0/24", .documentation),
        ("192.168.0.0/16", .private), ("198.18.0.0/15", .benchmarks),
        ("198.51.100.0/24", .documentation), ("203.0.113.0/24", .documentation),
        ("224.0.0.0/4", .multicast), ("240.0.0.0/4", .reserved),
        ("::/128", .unspecified), ("::1/128", .loopback), ("fc00::/7", .private),
        ("fe80::/10", .linkLocal), ("ff00::/8", .multicast), ("2001:db8::/32", .documentation),
        ("100::/64", .reserved),
    ].map { (AddressRange.fixed($0.0), $0.1) }

    private static let mapped = [AddressRange.fixed("::ffff:0:0/96"), .fixed("::/96")]
    private static let wellKnownNAT64 = AddressRange.fixed("64:ff9b::/96")
    private static let localNAT64 = AddressRange.fixed("64:ff9b:1::/48")
    private static let sixToFour = AddressRange.fixed("2002::/16")
    private static let teredo = AddressRange.fixed("2001::/32")

    /// The IPv4 addresses that some router on the way may make of an IPv6 address.
    private static func unwrap(_ address: [UInt8]) -> [[UInt8]] {
        if wellKnownNAT64.contains(address) || mapped.contains(where: { $0.contains(address) }) {
            return [Array(address[12...])]
        }
        if localNAT64.contains(address) {
            // RFC 6052 §2.2 lets the network choose how long its prefix is; byte 8 is skipped. All
            // readings must be good, since we can't know which one is meant.
            return [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], [12, 13, 14, 15]].map {
                $0.map { address[$0] }
            }
        }
        // RFC 3056 §2
        if sixToFour.contains(address) { return [Array(address[2..<6])] }
        // RFC 4380 §4: the server, and the client with its bits turned over.
        if teredo.contains(address) { return [Array(address[4..<8]), address[12...].map { ~$0 }] }
        return []
    }
}

extension WebhookError {
    fileprivate static func addressDenied(
        _ address: SocketAddress,
        holds inner: [UInt8]? = nil,
        kind: AddressPolicy.Kind = .reserved
    ) -> WebhookError {
        let bits = if case .ipv4 = address { 32 } else { 128 }
        return .addressDenied(
            address: address.host,
            holds: inner.map { SocketAddress.ipv4(address: $0, port: 0).host },
            kind: kind,
            range: "\(address.host)/\(bits)"
        )
    }
}
