// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where a socket is bound or connected.
public enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// Four bytes and a port.
    case ipv4(address: [UInt8], port: UInt16)
    /// Sixteen bytes, a port, and the interface that a link-local address belongs to (0: none).
    case ipv6(address: [UInt8], port: UInt16, scope: UInt32)
    /// A path in the file system, at most 107 bytes; empty: unnamed.
    case unix(path: String)

    /// 127.0.0.1.
    public static func loopback(port: UInt16) -> SocketAddress {
        .ipv4(address: [127, 0, 0, 1], port: port)
    }

    /// Reads `127.0.0.1:80`, `[::1]:80` or `unix:/path`; nil where it is none of them. Names are
    /// not looked up.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count <= Self.unixPathMax else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard let bytes = Self.parse(AF_INET6, String(host.dropFirst().dropLast()), count: 16)
            else { return nil }
            self = .ipv6(address: bytes, port: port, scope: 0)
        } else {
            let name = host == "localhost" ? "127.0.0.1" : String(host)
            guard let bytes = Self.parse(AF_INET, name, count: 4) else { return nil }
            self = .ipv4(address: bytes, port: port)
        }
    }

    /// What fits in `sun_path` beside the closing NUL.
    public static let unixPathMax = 107

    /// The port; nil for a unix socket.
    public var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port, _): port
        case .unix: nil
        }
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool {
        switch self {
        case .ipv4(let address, _): address[0] == 127
        case .ipv6(let address, _, _): address == [UInt8](repeating: 0, count: 15) + [1]
        case .unix: true
        }
    }

    /// The host alone, without port and brackets.
    public var host: String {
        switch self {
        case .ipv4(let address, _): address.map(String.init).joined(separator: ".")
        case .ipv6(let address, _, _): Self.format(address)
        case .unix(let path): path
        }
    }

    /// `127.0.0.1:80`, `[::1]:80`, `unix:/path`
    public var description: String {
        switch self {
        case .ipv4(_, let port): "\(host):\(port)"
        case .ipv6(_, let port, _): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    private static func parse(_ family: CInt, _ text: String, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return unsafe inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    private static func format(_ address: [UInt8]) -> String {
        let text = unsafe [CChar](unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) {
            buffer,
            count in
            unsafe inet_ntop(AF_INET6, address, buffer.baseAddress!, socklen_t(buffer.count))
            unsafe count = strlen(buffer.baseAddress!)
        }
        return String(decoding: text.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension SocketAddress {
    /// The kernel's form, lent to `body`.
    func withRaw<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var storage = sockaddr_storage()
        var length = socklen_t(0)
        unsafe withUnsafeMutableBytes(of: &storage) { raw in
            switch self {
            case .ipv4(let address, let port):
                var inet = sockaddr_in()
                inet.sin_family = sa_family_t(AF_INET)
                inet.sin_port = port.bigEndian
                unsafe withUnsafeMutableBytes(of: &inet.sin_addr) {
                    unsafe $0.copyBytes(from: address)
                }
                unsafe raw.storeBytes(of: inet, as: sockaddr_in.self)
                length = socklen_t(MemoryLayout<sockaddr_in>.size)
            case .ipv6(let address, let port, let scope):
                var inet = sockaddr_in6()
                inet.sin6_family = sa_family_t(AF_INET6)
                inet.sin6_port = port.bigEndian
                inet.sin6_scope_id = scope
                unsafe withUnsafeMutableBytes(of: &inet.sin6_addr) {
                    unsafe $0.copyBytes(from: address)
                }
                unsafe raw.storeBytes(of: inet, as: sockaddr_in6.self)
                length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            case .unix(let path):
                unsafe raw.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
                let bytes = Array(path.utf8.prefix(Self.unixPathMax))
                unsafe UnsafeMutableRawBufferPointer(rebasing: raw[2...]).copyBytes(from: bytes)
                length = socklen_t(2 + bytes.count + 1)
            }
        }
        return unsafe withUnsafePointer(to: &storage) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// Reads the kernel's form; nil for a family that is none of the three.
    public init?(raw storage: sockaddr_storage, length: socklen_t) {
        var storage = storage
        let family = CInt(storage.ss_family)
        let found: SocketAddress? = unsafe withUnsafeBytes(of: &storage) { raw in
            switch family {
            case AF_INET:
                let port = unsafe UInt16(bigEndian: raw.load(fromByteOffset: 2, as: UInt16.self))
                return unsafe .ipv4(address: Array(raw[4..<8]), port: port)
            case AF_INET6:
                let port = unsafe UInt16(bigEndian: raw.load(fromByteOffset: 2, as: UInt16.self))
                let scope = unsafe raw.load(fromByteOffset: 24, as: UInt32.self)
                return unsafe .ipv6(address: Array(raw[8..<24]), port: port, scope: scope)
            case AF_UNIX:
                let path = unsafe raw[2..<max(2, Int(length))].prefix { $0 != 0 }
                return unsafe .unix(path: String(decoding: path, as: UTF8.self))
            default: return nil
            }
        }
        guard let found else { return nil }
        self = found
    }
}
