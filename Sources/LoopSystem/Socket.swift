// SPDX-License-Identifier: Apache-2.0

import CLoop
import Glibc

/// Stream sockets: made, bound, connected, accepted. All of them non-blocking and close-on-exec.
public enum Socket {
    /// Connections that the kernel keeps for a listener that has not taken them yet; what the
    /// kernel allows by default (`net.core.somaxconn`).
    public static let backlog: CInt = 4096

    /// A socket that listens at `address`.
    ///
    /// A unix socket's file that nobody listens on any more is removed first.
    ///
    /// - Parameter isIPv6Only: whether an IPv6 socket leaves IPv4 to another one at the same port.
    ///
    /// Source: socket(2), bind(2), listen(2), unix(7), ipv6(7).
    public static func listen(
        at address: SocketAddress,
        isIPv6Only: Bool = false
    ) throws(SystemError) -> FileDescriptor {
        let socket = try make(for: address)
        if isIPv6Only, case .ipv6 = address {
            setOption(socket.number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1)
        }
        if case .unix(let path) = address {
            removeStale(path)
        } else {
            setOption(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
        }
        let number = socket.number
        guard unsafe address.withRaw({ unsafe Glibc.bind(number, $0, $1) }) == 0 else {
            throw .last("bind", address.description)
        }
        guard Glibc.listen(number, backlog) == 0 else {
            throw .last("listen", address.description)
        }
        return socket
    }

    /// A socket on its way to `address`: watch it until it is writable, then ask `connectResult`.
    ///
    /// Source: connect(2), EINPROGRESS.
    public static func connect(to address: SocketAddress) throws(SystemError) -> FileDescriptor {
        let socket = try make(for: address)
        let number = socket.number
        if unsafe address.withRaw({ unsafe Glibc.connect(number, $0, $1) }) != 0 {
            let error = SystemError.last("connect", address.description)
            guard error.code == EINPROGRESS else { throw error }
        }
        return socket
    }

    /// How the connecting of `descriptor` ended: 0 or the reason.
    public static func connectResult(_ descriptor: CInt) -> CInt {
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code
    }

    /// What an attempt to take a connection came to.
    public enum Accepted: ~Copyable {
        /// A connection and who is at its other end.
        case connection(FileDescriptor, SocketAddress)
        /// None is waiting.
        case wouldBlock
        /// The call failed for this reason; one that was aborted meanwhile counts as none.
        case failed(CInt)
    }

    /// Takes the next connection of the listener `descriptor`, if one is waiting.
    ///
    /// Source: accept4(2).
    public static func accept(_ descriptor: CInt) -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = unsafe cloop_accept(descriptor, &storage, &length)
        guard number >= 0 else {
            let code = errno
            switch code {
            case EAGAIN, EINTR, ECONNABORTED: return .wouldBlock
            default: return .failed(code)
            }
        }
        let peer = SocketAddress(raw: storage, length: length) ?? .unix(path: "")
        return .connection(FileDescriptor(owning: number), peer)
    }

    /// Where `descriptor` is bound.
    public static func localAddress(_ descriptor: CInt) -> SocketAddress? {
        unsafe address { unsafe getsockname(descriptor, $0, $1) }
    }

    /// Who is at the other end of `descriptor`; nil where nobody is.
    public static func peerAddress(_ descriptor: CInt) -> SocketAddress? {
        unsafe address { unsafe getpeername(descriptor, $0, $1) }
    }

    private static func address(
        _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe ask($0, &length)
            }
        }
        return result == 0 ? SocketAddress(raw: storage, length: length) : nil
    }

    /// Two stream sockets that are connected with each other.
    ///
    /// Source: socketpair(2).
    public static func pair() throws(SystemError) -> SocketPair {
        var ends: [CInt] = [-1, -1]
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue
        guard unsafe socketpair(AF_UNIX, CInt(kind), 0, &ends) == 0 else {
            throw .last("socketpair")
        }
        return SocketPair(
            near: FileDescriptor(owning: ends[0]),
            far: FileDescriptor(owning: ends[1])
        )
    }

    /// Sends each write at once: answers are small and whole.
    ///
    /// Source: TCP_NODELAY in tcp(7). No effect on a unix socket.
    public static func disableDelay(_ descriptor: CInt) {
        setOption(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Says that no more bytes will come.
    ///
    /// Source: SHUT_WR in shutdown(2).
    public static func shutdownWriting(_ descriptor: CInt) {
        _ = shutdown(descriptor, CInt(SHUT_WR))
    }

    static func make(
        for address: SocketAddress,
        type: __socket_type = SOCK_STREAM
    ) throws(SystemError) -> FileDescriptor {
        let family =
            switch address {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case .unix: AF_UNIX
            }
        let kind = type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let number = socket(family, CInt(kind), 0)
        guard number >= 0 else { throw .last("socket", address.description) }
        return FileDescriptor(owning: number)
    }

    static func setOption(
        _ descriptor: CInt,
        _ level: CInt,
        _ name: CInt,
        _ value: CInt
    ) {
        var value = value
        unsafe _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private static func removeStale(_ path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK,
            let probe = try? make(for: .unix(path: path))
        else { return }
        let number = probe.number
        let isListening =
            unsafe SocketAddress.unix(path: path).withRaw { unsafe Glibc.connect(number, $0, $1) }
            == 0
        if !isListening { unsafe unlink(path) }
    }
}

/// Two sockets that are connected with each other, close-on-exec and blocking.
public struct SocketPair: ~Copyable, Sendable {
    /// The end to keep.
    public let near: FileDescriptor
    /// The end to give away.
    public let far: FileDescriptor

    /// Hands each end to an owner of its own.
    public consuming func split<R>(
        _ body: (consuming FileDescriptor, consuming FileDescriptor) -> R
    ) -> R {
        body(near, far)
    }
}
