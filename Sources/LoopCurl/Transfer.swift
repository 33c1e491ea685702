// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc
import Loop
import LoopSystem

/// A request on its way, and what came back so far. On the loop.
final class Transfer {
    let easy: EasyHandle
    /// Set once: when libcurl is done with it or the client is closed.
    let done: Future<CurlResult>
    private let request: CurlRequest
    private var body: [UInt8] = []
    private var isBodyCut = false
    private var headCount = 0
    private var refusal: String?
    private var socketCount = 0

    init(_ request: CurlRequest, on loop: EventLoop) throws(CurlError) {
        self.request = request
        done = Future(on: loop)
        var easy = try EasyHandle()
        try Self.bound(easy, request)
        try easy.setHeaders(Self.lines(request.headers))
        self.easy = easy
        // Safety: this object owns the handle, so it outlives the transfer.
        try unsafe self.easy.setCallbacks(
            body: bodyArrived,
            head: headArrived,
            openSocket: openSocket,
            request: checkConnection,
            context: Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private static func bound(
        _ easy: borrowing EasyHandle,
        _ request: CurlRequest
    ) throws(CurlError) {
        guard !request.url.utf8.contains(0) else { throw .urlNotAllowed }
        try easy.set(CURLOPT_URL, request.url)
        try easy.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try easy.set(
            CURLOPT_PROTOCOLS_STR,
            request.schemes.map(\.rawValue).sorted().joined(separator: ",")
        )
        try easy.set(CURLOPT_PROXY, "")
        try easy.set(CURLOPT_NOPROXY, "*")
        try easy.set(CURLOPT_FOLLOWLOCATION, 0)
        try easy.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        // HTTP/2 would put several requests on one connection and gains nothing for small ones.
        try easy.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try easy.set(CURLOPT_NOSIGNAL, 1)
        // Otherwise the end of a transfer waits, on the loop's thread, for a look-up under way.
        try easy.set(CURLOPT_QUICK_EXIT, 1)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, milliseconds(request.connectTimeout)))
        try easy.set(CURLOPT_TIMEOUT_MS, max(1, milliseconds(request.totalTimeout)))
        try easy.set(CURLOPT_LOW_SPEED_LIMIT, 1)
        try easy.set(CURLOPT_LOW_SPEED_TIME, max(1, milliseconds(request.stallTimeout) / 1000))
        try easy.set(CURLOPT_SSL_VERIFYPEER, 1)
        try easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        try easy.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = request.certificateAuthorities {
            try easy.set(CURLOPT_CAINFO, file)
            try easy.set(CURLOPT_CAPATH, nil)
        }
        if let body = request.body { try easy.setBody(body) }
        try easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    private static func lines(
        _ headers: [(name: String, value: String)]
    ) throws(CurlError) -> [String] {
        // libcurl would ask for leave before it sends a large body, and wait a second for it.
        var lines = ["Expect:"]
        for (name, value) in headers {
            let isForbidden: (UInt8) -> Bool = { $0 == 0 || $0 == 10 || $0 == 13 }
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: ":")),
                !name.utf8.contains(where: isForbidden), !value.utf8.contains(where: isForbidden)
            else { throw .headerNotAllowed(name: name) }
            // With a colon an empty value would remove the header.
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        return lines
    }

    private static func milliseconds(_ time: Duration) -> Int {
        Int(time.nanoseconds / 1_000_000)
    }

    /// What there is to tell once libcurl ended it with `code`.
    func result(_ code: CURLcode) -> CurlResult {
        var result = CurlResult()
        result.error = error(code)
        let status = easy.long(CURLINFO_RESPONSE_CODE)
        if status > 0 {
            result.status = status
            let delay = easy.offset(CURLINFO_RETRY_AFTER)
            // libcurl has 0 for "not said" and for "now", and less for a date that has passed.
            if delay > 0 { result.retryAfter = .seconds(delay) }
        }
        result.body = body
        result.isBodyCut = isBodyCut
        result.remoteAddress = remoteAddress
        result.times = CurlTimes(
            lookup: easy.microseconds(CURLINFO_NAMELOOKUP_TIME_T),
            connect: easy.microseconds(CURLINFO_CONNECT_TIME_T),
            tls: easy.microseconds(CURLINFO_APPCONNECT_TIME_T),
            firstByte: easy.microseconds(CURLINFO_STARTTRANSFER_TIME_T),
            total: easy.microseconds(CURLINFO_TOTAL_TIME_T)
        )
        return result
    }

    /// What there is to tell of a transfer that was ended from outside.
    func result(endedBy error: CurlError) -> CurlResult {
        var result = result(CURLE_OK)
        result.error = error
        return result
    }

    private func error(_ code: CURLcode) -> CurlError? {
        if code == CURLE_OK || isBodyCut { return nil }
        if headCount > CurlRequest.headMax { return .headTooLarge }
        // Of a name's several addresses one may be refused and another tried: then what became of
        // the other is the reason.
        if let refusal, code == CURLE_ABORTED_BY_CALLBACK || socketCount == 0 {
            return .refused(reason: refusal)
        }
        return easy.failure(code)
    }

    private var remoteAddress: SocketAddress? {
        guard let host = easy.string(CURLINFO_PRIMARY_IP), !host.isEmpty else { return nil }
        return SocketAddress(host: host, port: easy.long(CURLINFO_PRIMARY_PORT))
    }

    // MARK: what libcurl calls

    fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        let room = request.bodyMax - body.count
        if bytes.count <= room {
            unsafe body.append(contentsOf: bytes)
            return bytes.count
        }
        unsafe body.append(contentsOf: bytes.prefix(room))
        isBodyCut = true
        return 0
    }

    fileprivate func takeHead(_ count: Int) -> Int {
        headCount += count
        return headCount > CurlRequest.headMax ? 0 : count
    }

    fileprivate func open(_ address: SocketAddress?, _ kind: CInt, _ transport: CInt) -> CInt {
        guard let address else {
            refusal = "it is no internet address"
            return -1
        }
        if let reason = request.addressCheck(address) {
            refusal = reason
            return -1
        }
        let family =
            switch address {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case .unix: AF_UNIX
            }
        socketCount += 1
        return socket(family, kind | CInt(SOCK_CLOEXEC.rawValue), transport)
    }

    fileprivate func check(_ host: String, _ port: Int) -> Bool {
        guard let address = SocketAddress(host: host, port: port) else {
            refusal = "it is no internet address"
            return false
        }
        guard let reason = request.addressCheck(address) else { return true }
        refusal = reason
        return false
    }
}

extension SocketAddress {
    /// Reads an address as libcurl tells it, without brackets.
    fileprivate init?(host: String, port: Int) {
        self.init(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)")
    }
}

// Safety (all four): the context is the transfer, which owns the handle and with it the callbacks.

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer {
    unsafe Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
}

/// CURLOPT_WRITEFUNCTION
private func bodyArrived(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    unsafe transfer(context).take(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

/// CURLOPT_HEADERFUNCTION
private func headArrived(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    unsafe transfer(context).takeHead(size * count)
}

/// CURLOPT_OPENSOCKETFUNCTION
private func openSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ target: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let target = unsafe target, purpose == CURLSOCKTYPE_IPCXN else { return -1 }
    var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
    let length = min(Int(unsafe target.pointee.addrlen), bytes.count)
    let start = unsafe UnsafeRawPointer(target) + MemoryLayout<curl_sockaddr>.offset(of: \.addr)!
    // Safety: the address is longer than `struct sockaddr`; libcurl keeps room for `addrlen` bytes.
    let storage = unsafe bytes.withUnsafeMutableBytes { room in
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(start: start, count: length))
        return unsafe room.loadUnaligned(as: sockaddr_storage.self)
    }
    let address = SocketAddress(raw: storage, length: socklen_t(length))
    return unsafe transfer(context).open(
        address,
        target.pointee.socktype,
        target.pointee.protocol
    )
}

/// CURLOPT_PREREQFUNCTION
private func checkConnection(
    _ context: UnsafeMutableRawPointer?,
    _ remoteHost: UnsafeMutablePointer<CChar>?,
    _ localHost: UnsafeMutablePointer<CChar>?,
    _ remotePort: CInt,
    _ localPort: CInt
) -> CInt {
    guard let remoteHost = unsafe remoteHost else { return CURL_PREREQFUNC_ABORT }
    let isAllowed = unsafe transfer(context).check(String(cString: remoteHost), Int(remotePort))
    return isAllowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
