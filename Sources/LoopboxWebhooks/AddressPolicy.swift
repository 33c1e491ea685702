// SPDX-License-Identifier: Apache-2.0

public import LoopCurl
public import LoopSystem

/// Where a webhook may go.
///
/// Whoever submits a job names the URL, so it is hostile: it must not lead into the network that
/// the server stands in. What counts is the address that the name was resolved to, looked at
/// before each connection; names and spellings are no defence.
///
/// Source: IANA's registries of special-purpose addresses (RFC 6890) for IPv4 and IPv6 as of
/// 2024-10-22, with RFC 9780 of 2025; the IPv6 address space (RFC 4291), of which 2000::/3 alone is
/// given out.
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
        case provider = "a cloud provider's own"
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

    /// Why no webhook to `url` would leave, as far as that can be seen now; nil: it may. What libcurl
    /// takes for a number, however it is spelled, is an address.
    public func refusal(ofURL text: String) -> WebhookError? {
        do throws(WebhookError) {
            try checkURL(text)
            return nil
        } catch {
            return error
        }
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
            // What stands for an IPv4 address is as good as that. The rest of the ways to wrap one are
            // given up, and nobody answers there.
            if Self.translated.contains(where: { $0.contains(bytes) }) { return nil }
            let isGlobal =
                Self.global.contains(bytes) && !Self.assigned.contains { $0.contains(bytes) }
            return isGlobal ? nil : .addressDenied(address)
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
        // With those of DS-Lite, PCP, TURN, NAT64 discovery, and the dummy address.
        ("192.0.0.0/24", .reserved), ("192.0.2.0/24", .documentation),
        // AS112, AMT, the relays of 6to4, and AS112 again.
        ("192.31.196.0/24", .reserved), ("192.52.193.0/24", .reserved),
        ("192.88.99.0/24", .reserved), ("192.168.0.0/16", .private),
        ("192.175.48.0/24", .reserved), ("198.18.0.0/15", .benchmarks),
        ("198.51.100.0/24", .documentation), ("203.0.113.0/24", .documentation),
        ("224.0.0.0/4", .multicast), ("240.0.0.0/4", .reserved),
        // In no registry: Azure's wire server, which tells a machine its secrets.
        ("168.63.129.16/32", .provider),
        ("::/128", .unspecified), ("::1/128", .loopback), ("fc00::/7", .private),
        ("fe80::/10", .linkLocal), ("fec0::/10", .private), ("ff00::/8", .multicast),
        // Discarded, and the dummy prefix of RFC 9780.
        ("100::/64", .reserved), ("100:0:0:1::/64", .reserved),
        ("2001:2::/48", .benchmarks), ("2001:db8::/32", .documentation),
        ("3fff::/20", .documentation),
        // Segment routing.
        ("5f00::/16", .reserved), ("64:ff9b:1::/48", .reserved),
    ].map { (AddressRange.fixed($0.0), $0.1) }

    /// All that is given out, and what of it is given to protocols: Teredo, PCP, TURN, DNS-SD, AMT,
    /// AS112, ORCHID, ORCHIDv2 and drones; 6to4; AS112.
    private static let global = AddressRange.fixed("2000::/3")
    private static let assigned = [
        AddressRange.fixed("2001::/23"), .fixed("2002::/16"), .fixed("2620:4f:8000::/48"),
    ]
    /// Ways to write an IPv4 address that are in use: by sockets, and by NAT64.
    private static let translated = [AddressRange.fixed("::ffff:0:0/96"), .fixed("64:ff9b::/96")]

    /// The address is in the last four bytes: mapped, compatible, translated by RFC 2765, NAT64.
    private static let atEnd = [
        AddressRange.fixed("::ffff:0:0/96"), .fixed("::/96"), .fixed("::ffff:0:0:0/96"),
        .fixed("64:ff9b::/96"),
    ]
    private static let sixToFour = AddressRange.fixed("2002::/16")
    private static let teredo = AddressRange.fixed("2001::/32")

    /// The IPv4 addresses that some router on the way may make of an IPv6 address.
    private static func unwrap(_ address: [UInt8]) -> [[UInt8]] {
        if atEnd.contains(where: { $0.contains(address) }) { return [Array(address[12...])] }
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
