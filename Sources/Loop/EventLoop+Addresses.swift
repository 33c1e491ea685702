// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

extension EventLoop {
    /// The addresses of `host`, best first. The resolver blocks, so it is asked on a thread of the
    /// loop's own pool.
    ///
    /// - Parameters:
    ///   - host: a name or an address; nil: this machine, or with `isPassive` all its addresses.
    ///   - kind: nil: one entry for each.
    ///   - isPassive: whether the addresses are for listening.
    /// - Throws: `LookupError`; `CancellationError`, and the resolver then goes on unheard.
    ///
    /// Source: `asyncio.loop.getaddrinfo`.
    public func getAddressInfo(
        host: String?,
        port: UInt16,
        family: AddressFamily = .any,
        kind: SocketKind? = .stream,
        isPassive: Bool = false,
        wantsCanonicalName: Bool = false
    ) async throws -> [AddressInfo] {
        try await defaultExecutor.future(on: self) {
            try AddressLookup.addresses(
                of: host,
                port: port,
                family: family,
                kind: kind,
                isPassive: isPassive,
                wantsCanonicalName: wantsCanonicalName
            )
        }.value
    }

    /// The name of the host at `address` and of the service at its port; numbers where there is no
    /// name. Asked on a thread of the loop's own pool.
    ///
    /// - Throws: `LookupError`; `CancellationError`, and the resolver then goes on unheard.
    ///
    /// Source: `asyncio.loop.getnameinfo`.
    public func getNameInfo(
        _ address: SocketAddress,
        isNumeric: Bool = false
    ) async throws -> (host: String, service: String) {
        try await defaultExecutor.future(on: self) {
            try AddressLookup.name(of: address, isNumeric: isNumeric)
        }.value
    }

    /// Where to connect to or to listen: an address as it stands, a name looked up.
    func streamAddresses(
        _ host: String?,
        _ port: UInt16,
        isPassive: Bool
    ) async throws -> [SocketAddress] {
        // As asyncio does: what is written in numbers needs no resolver and no thread.
        if let host, let address = SocketAddress(numericHost: host, port: port) { return [address] }
        var addresses: [SocketAddress] = []
        for info in try await getAddressInfo(host: host, port: port, isPassive: isPassive)
        where !addresses.contains(info.address) {
            addresses.append(info.address)
        }
        return addresses
    }
}
