// SPDX-License-Identifier: Apache-2.0

import LoopSystem
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: ["127.0.0.1:80", "[::1]:8080", "[2001:db8::5]:1", "unix:/tmp/a.sock"])
    func `an address is written as it is read`(text: String) {
        #expect(SocketAddress(text)?.description == text)
    }

    @Test(arguments: ["", "80", "1.2.3:80", "a.example:80", "[::1:80", "127.0.0.1:99999", "unix:"])
    func `what is no address is refused`(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test func `a path longer than the kernel takes is refused`() {
        let longest = String(repeating: "p", count: SocketAddress.unixPathMax)
        #expect(SocketAddress("unix:\(longest)") != nil)
        #expect(SocketAddress("unix:\(longest)p") == nil)
    }

    @Test func `localhost is the loopback address`() {
        #expect(SocketAddress("localhost:7") == .loopback(port: 7))
    }

    @Test func `only the loopback addresses count as loopback`() {
        #expect(SocketAddress("127.9.9.9:1")?.isLoopback == true)
        #expect(SocketAddress("[::1]:1")?.isLoopback == true)
        #expect(SocketAddress("0.0.0.0:1")?.isLoopback == false)
        #expect(SocketAddress("[::]:1")?.isLoopback == false)
    }

    @Test func `a listener on port 0 tells the port that it got`() throws {
        let listener = try Socket.listen(at: .loopback(port: 0))
        let address = try #require(Socket.localAddress(listener.number))
        #expect(address.host == "127.0.0.1")
        #expect(address.port != 0)
    }
}
