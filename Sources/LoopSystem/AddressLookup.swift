// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One way to reach a host, as the resolver names it.
public struct AddressInfo: Hashable, Sendable {
    /// Where to connect or bind.
    public let address: SocketAddress
    /// What for.
    public let kind: SocketKind
    /// The host's own name, where it was asked for; else empty.
    public let canonicalName: String
}

/// How bytes travel through a socket.
public enum SocketKind: Hashable, Sendable {
    /// In one stream.
    case stream
    /// In messages.
    case datagram

    var raw: __socket_type { self == .stream ? SOCK_STREAM : SOCK_DGRAM }
}

/// Which addresses are asked for.
public enum AddressFamily: Hashable, Sendable {
    /// Whatever there is.
    case any
    case ipv4, ipv6

    var raw: CInt {
        switch self {
        case .any: AF_UNSPEC
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        }
    }
}

/// The resolver found nothing.
///
/// Source: the codes of getaddrinfo(3); Python's `socket.gaierror`.
public struct LookupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was looked up.
    public let subject: String
    /// `EAI_NONAME` and its like.
    public let code: CInt

    /// `nowhere.invalid: Name or service not known`
    public var description: String {
        "\(subject): \(unsafe String(cString: gai_strerror(code)))"
    }
}

/// Names into addresses and back. Blocking: for a thread of a pool.
public enum AddressLookup {
    /// The addresses of `host`, best first.
    ///
    /// - Parameters:
    ///   - host: a name or an address; nil: this machine, or with `isPassive` all its addresses.
    ///   - kind: nil: one entry for each.
    ///   - isPassive: whether the addresses are for listening.
    ///
    /// Source: getaddrinfo(3).
    public static func addresses(
        of host: String?,
        port: UInt16,
        family: AddressFamily = .any,
        kind: SocketKind? = .stream,
        isPassive: Bool = false,
        wantsCanonicalName: Bool = false
    ) throws(LookupError) -> [AddressInfo] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = family.raw
        unsafe hints.ai_socktype = kind.map { CInt($0.raw.rawValue) } ?? 0
        unsafe hints.ai_flags = isPassive ? AI_PASSIVE : 0
        if wantsCanonicalName, host != nil { unsafe hints.ai_flags |= AI_CANONNAME }
        var list: UnsafeMutablePointer<addrinfo>?
        let service = "\(port)"
        let code =
            if let host { unsafe getaddrinfo(host, service, &hints, &list) } else {
                unsafe getaddrinfo(nil, service, &hints, &list)
            }
        guard code == 0 else { throw LookupError(subject: host ?? "", code: code) }
        defer { unsafe freeaddrinfo(list) }
        var found: [AddressInfo] = []
        var name = ""
        var next = unsafe list
        while let entry = unsafe next {
            unsafe next = entry.pointee.ai_next
            if let text = unsafe entry.pointee.ai_canonname { name = unsafe String(cString: text) }
            let kind: SocketKind
            switch unsafe entry.pointee.ai_socktype {
            case CInt(SOCK_STREAM.rawValue): kind = .stream
            case CInt(SOCK_DGRAM.rawValue): kind = .datagram
            default: continue  // raw sockets, which nobody here can use
            }
            var storage = sockaddr_storage()
            let length = unsafe entry.pointee.ai_addrlen
            unsafe withUnsafeMutableBytes(of: &storage) {
                unsafe $0.copyMemory(
                    from: UnsafeRawBufferPointer(
                        start: entry.pointee.ai_addr,
                        count: min(Int(length), $0.count)
                    )
                )
            }
            guard let address = SocketAddress(raw: storage, length: length) else { continue }
            found.append(AddressInfo(address: address, kind: kind, canonicalName: name))
        }
        return found
    }

    /// The name of the host at `address` and of the service at its port; numbers where there is no
    /// name.
    ///
    /// - Parameter isNumeric: whether to give numbers at once.
    ///
    /// Source: getnameinfo(3).
    public static func name(
        of address: SocketAddress,
        isNumeric: Bool = false
    ) throws(LookupError) -> (host: String, service: String) {
        var host = [CChar](repeating: 0, count: 1025)  // NI_MAXHOST
        var service = [CChar](repeating: 0, count: 32)  // NI_MAXSERV
        let flags = isNumeric ? NI_NUMERICHOST | NI_NUMERICSERV : 0
        let code = unsafe address.withRaw { raw, length in
            unsafe getnameinfo(
                raw,
                length,
                &host,
                socklen_t(host.count),
                &service,
                socklen_t(service.count),
                flags
            )
        }
        guard code == 0 else { throw LookupError(subject: address.description, code: code) }
        return (Self.text(host), Self.text(service))
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension SocketAddress {
    /// The address `host`, written in numbers, with `port`; nil where it is a name.
    public init?(numericHost host: String, port: UInt16) {
        guard host != "localhost",
            let address = SocketAddress(
                host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            )
        else { return nil }
        if case .unix = address { return nil }
        self = address
    }
}
