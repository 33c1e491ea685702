// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

@Suite struct AddressTests {
    @Test func `a name is looked up and gives addresses with the port`() throws {
        try EventLoop.run { loop in
            let found = try await loop.getAddressInfo(host: "localhost", port: 80)
            #expect(found.contains { $0.address == .loopback(port: 80) && $0.kind == .stream })
            let six = try await loop.getAddressInfo(host: "::1", port: 1, family: .ipv6, kind: nil)
            #expect(Set(six.map(\.kind)) == [.stream, .datagram])
            #expect(six.allSatisfy { $0.address.isLoopback })
        }
    }

    @Test func `a name that nobody knows is told with the resolver's reason`() throws {
        try EventLoop.run { loop in
            let error = await #expect(throws: LookupError.self) {
                _ = try await loop.getAddressInfo(host: "::1", port: 1, family: .ipv4)
            }
            #expect(error?.subject == "::1")
            #expect(error?.description.isEmpty == false)
        }
    }

    @Test func `an address has a name`() throws {
        try EventLoop.run { loop in
            let (host, service) = try await loop.getNameInfo(.loopback(port: 80), isNumeric: true)
            #expect(host == "127.0.0.1" && service == "80")
        }
    }
}
