// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Socket {
    /// A datagram socket, bound to `local` and connected to `remote`, each where it is given.
    ///
    /// Source: udp(7), unix(7).
    public static func datagram(
        local: SocketAddress?,
        remote: SocketAddress?,
        allowsBroadcast: Bool = false
    ) throws(SystemError) -> FileDescriptor {
        guard let any = local ?? remote else {
            throw SystemError(call: "socket", subject: "no address", code: EDESTADDRREQ)
        }
        let socket = try make(for: any, type: SOCK_DGRAM)
        let number = socket.number
        if allowsBroadcast { setOption(number, SOL_SOCKET, SO_BROADCAST, 1) }
        if let local {
            guard unsafe local.withRaw({ unsafe Glibc.bind(number, $0, $1) }) == 0 else {
                throw .last("bind", local.description)
            }
        }
        if let remote {
            guard unsafe remote.withRaw({ unsafe Glibc.connect(number, $0, $1) }) == 0 else {
                throw .last("connect", remote.description)
            }
        }
        return socket
    }

    /// Sends `bytes` as one message without waiting; to where the socket is connected where
    /// `address` is nil.
    ///
    /// Source: sendto(2).
    public static func sendNow(
        _ descriptor: CInt,
        _ bytes: [UInt8],
        to address: SocketAddress?
    ) -> Transfer {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let address else {
                return unsafe .from(send(descriptor, bytes.baseAddress, bytes.count, 0))
            }
            return unsafe address.withRaw { raw, length in
                unsafe .from(sendto(descriptor, bytes.baseAddress, bytes.count, 0, raw, length))
            }
        }
    }

    /// Takes the next message into `buffer` without waiting. `sender` is whom it came from; an
    /// unnamed socket has the empty path.
    ///
    /// - Returns: the message's own size, which may be larger than the buffer: the rest is lost.
    ///
    /// Source: recvfrom(2), MSG_TRUNC.
    public static func receiveNow(
        _ descriptor: CInt,
        into buffer: UnsafeMutableRawBufferPointer,
        sender: inout SocketAddress
    ) -> Transfer {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let transfer = unsafe withUnsafeMutablePointer(to: &storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe Transfer.from(
                    recvfrom(
                        descriptor,
                        buffer.baseAddress,
                        buffer.count,
                        CInt(MSG_TRUNC),
                        raw,
                        &length
                    )
                )
            }
        }
        if case .count = transfer {
            sender =
                length == 0
                ? .unix(path: "") : SocketAddress(raw: storage, length: length) ?? .unix(path: "")
        }
        return transfer
    }
}
