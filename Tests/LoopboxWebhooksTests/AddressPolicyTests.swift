// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopCurl
import LoopSystem
import LoopboxWebhooks
import Testing

@Suite struct AddressPolicyTests {
    static func address(_ host: String, port: UInt16 = 443) throws -> SocketAddress {
        try #require(SocketAddress(host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"))
    }

    func kind(_ host: String, _ policy: AddressPolicy = AddressPolicy()) throws -> AddressPolicy
        .Kind?
    {
        switch policy.check(try Self.address(host)) {
        case nil: return nil
        case .addressDenied(_, _, let kind, _): return kind
        case .some(let other): throw other
        }
    }

    @Test(arguments: [
        ("0.0.0.0", "0.255.255.255", AddressPolicy.Kind.unspecified),
        ("10.0.0.0", "10.255.255.255", .private),
        ("100.64.0.0", "100.127.255.255", .shared),
        ("127.0.0.0", "127.255.255.255", .loopback),
        ("169.254.0.0", "169.254.255.255", .linkLocal),
        ("172.16.0.0", "172.31.255.255", .private),
        ("192.0.0.0", "192.0.0.255", .reserved),
        ("192.0.2.0", "192.0.2.255", .documentation),
        ("192.168.0.0", "192.168.255.255", .private),
        ("198.18.0.0", "198.19.255.255", .benchmarks),
        ("198.51.100.0", "198.51.100.255", .documentation),
        ("203.0.113.0", "203.0.113.255", .documentation),
        ("224.0.0.0", "239.255.255.255", .multicast),
        ("240.0.0.0", "255.255.255.255", .reserved),
        ("::", "::", .unspecified),
        ("::1", "::1", .loopback),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .private),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .linkLocal),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .multicast),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", .documentation),
        ("100::", "100::ffff:ffff:ffff:ffff", .reserved),
        ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", .reserved),
        ("192.31.196.0", "192.31.196.255", .reserved),
        ("192.52.193.0", "192.52.193.255", .reserved),
        ("192.88.99.0", "192.88.99.255", .reserved),
        ("192.175.48.0", "192.175.48.255", .reserved),
        ("168.63.129.16", "168.63.129.16", .provider),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .private),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", .reserved),
        ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", .benchmarks),
        ("2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved),
        ("2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", .reserved),
        ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", .reserved),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", .documentation),
        ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved),
        // 6to4, Teredo and the addresses of RFC 2765, whatever they hold.
        ("2002:808:808::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved),
        ("2001:0:808:808:0:0:f7f7:f7f7", "2001:0:808:808:0:0:f7f7:f7f7", .reserved),
        ("::ffff:0:8.8.8.8", "::ffff:0:8.8.4.4", .reserved),
        // All but 2000::/3.
        ("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", .reserved),
        ("100:0:0:2::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved),
        ("fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved),
        ("::8.8.8.8", "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved),
    ])
    func `the first and the last address of a range are denied`(
        first: String,
        last: String,
        expected: AddressPolicy.Kind
    ) throws {
        #expect(try kind(first) == expected)
        #expect(try kind(last) == expected)
    }

    @Test(arguments: [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0", "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255",
        "203.0.114.0", "223.255.255.255", "8.8.8.8",
        "168.63.129.15", "168.63.129.17", "192.31.195.255", "192.88.98.255", "192.88.100.0",
        "2000::", "2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::",
        "2003::", "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::",
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2606:4700:4700::1111",
    ])
    func `an address beside a range is allowed`(host: String) throws {
        #expect(try kind(host) == nil)
    }

    @Test(arguments: [
        // The four bytes of 10.0.0.5 and of 8.8.8.8 in each wrapping.
        ("::ffff:10.0.0.5", "::ffff:8.8.8.8"),
        ("64:ff9b::10.0.0.5", "64:ff9b::8.8.8.8"),
    ])
    func `a wrapped address is as good as what it holds`(denied: String, allowed: String) throws {
        #expect(try kind(denied) == .private)
        #expect(try kind(allowed) == nil)
    }

    @Test(arguments: [
        "::10.0.0.5", "::ffff:0:10.0.0.5", "2002:a00:5::",
        "2002:a00:5:ffff:ffff:ffff:ffff:ffff",
        // Teredo: the server, then the client with its bits turned over.
        "2001:0:a00:5:0:0:f7f7:f7f7", "2001:0:808:808:0:0:f5ff:fffa",
    ])
    func `a wrapping that is given up says what it holds`(host: String) throws {
        #expect(try kind(host) == .private)
    }

    @Test(arguments: [
        ("127.0.0.1/32", "127.0.0.1", "127.0.0.2"),
        ("10.0.0.0/30", "10.0.0.3", "10.0.0.4"),
        ("10.0.0.0/30", "::ffff:10.0.0.3", "::ffff:10.0.0.4"),
        ("::1/128", "::1", "::"),
        ("fd00:1::/32", "fd00:1::5", "fd00:2::5"),
        ("64:ff9b:1::/96", "64:ff9b:1::8.8.8.8", "64:ff9b:1:1::8.8.8.8"),
        ("0.0.0.0/0", "192.168.1.1", "::1"),
    ])
    func `an operator's exception lets its range through and no more`(
        range: String,
        allowed: String,
        denied: String
    ) throws {
        let policy = AddressPolicy(allowed: [try AddressRange(range)])
        #expect(try kind(allowed, policy) == nil)
        #expect(try kind(denied, policy) != nil)
    }

    @Test func `the refusal says what and how to allow it`() throws {
        let policy = AddressPolicy()
        #expect(
            policy.check(try Self.address("10.0.0.5"))?.description
                == "address 10.0.0.5 is private; an operator can allow it with --webhook-allow-cidr 10.0.0.5/32"
        )
        #expect(
            policy.check(try Self.address("::ffff:10.0.0.5"))?.description
                == "address ::ffff:10.0.0.5 holds 10.0.0.5, which is private; an operator can allow it with --webhook-allow-cidr ::ffff:10.0.0.5/128"
        )
        let advice = try AddressPolicy(allowed: [AddressRange("::ffff:10.0.0.5/128")])
        #expect(advice.check(try Self.address("::ffff:10.0.0.5")) == nil)
        #expect(policy.check(.unix(path: "/run/docker.sock")) != nil)
    }

    @Test(
        arguments: [
            (0, false), (22, false), (25, false), (79, false), (80, true), (81, false),
            (442, false),
            (443, true), (444, false), (1023, false), (1024, true), (65535, true),
        ] as [(UInt16, Bool)]
    )
    func `ports 443, 80 and 1024 up are allowed`(port: UInt16, isAllowed: Bool) throws {
        let refusal = AddressPolicy().check(try Self.address("8.8.8.8", port: port))
        #expect(refusal == (isAllowed ? nil : .portNotAllowed(port)))
    }

    @Test(arguments: [
        ("ftp://example.com/", WebhookError.schemeNotAllowed("ftp")),
        ("http://example.com/", .schemeNotAllowed("http")),
        ("file:///etc/passwd", .urlMalformed(words: "it has no host")),
        ("https://me:secret@example.com/", .credentialsInURL),
        ("https://example.com:22/", .portNotAllowed(22)),
        (
            "https://10.0.0.5/",
            .addressDenied(
                address: "10.0.0.5",
                holds: nil,
                kind: .private,
                range: "10.0.0.5/32"
            )
        ),
        (
            "https://2130706433/",
            .addressDenied(
                address: "127.0.0.1",
                holds: nil,
                kind: .loopback,
                range: "127.0.0.1/32"
            )
        ),
        (
            "https://localhost/",
            .addressDenied(
                address: "127.0.0.1",
                holds: nil,
                kind: .loopback,
                range: "127.0.0.1/32"
            )
        ),
        (
            "https://[::1]:8443/",
            .addressDenied(
                address: "::1",
                holds: nil,
                kind: .loopback,
                range: "::1/128"
            )
        ),
    ])
    func `a URL is refused where its words show it`(url: String, error: WebhookError) {
        #expect(throws: error) { try AddressPolicy().checkURL(url) }
    }

    @Test func `what is no URL is refused in libcurl's words`() {
        for text in ["", "example.com", "https://a b/", "https://"] {
            let error = #expect(throws: WebhookError.self) { try AddressPolicy().checkURL(text) }
            guard case .urlMalformed(let words) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(!words.isEmpty)
        }
    }

    @Test func `a good URL passes, with http where an operator allows it`() throws {
        let url = try AddressPolicy().checkURL("https://Hooks.Example.com/a?b=c")
        #expect(url.host == "hooks.example.com")
        #expect(
            try AddressPolicy(allowsHTTP: true).checkURL("http://example.com:8080/").port == 8080
        )
    }

    /// Spellings of this machine that libcurl's own resolver understands.
    @Test(arguments: [
        "127.0.0.1", "2130706433", "0x7f.1", "0x7f000001", "017700000001", "127.1", "127.0.1",
        "0177.0.0.1", "0", "0.0.0.0", "localhost", "LOCALHOST", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]",
        "[::ffff:0:0]", "%31%32%37.0.0.1", "169.254.169.254", "0xa9fea9fe",
    ])
    func `no spelling of a denied address reaches a socket`(host: String) throws {
        try EventLoop.run { loop in
            let policy = AddressPolicy(allowsHTTP: true)
            var request = CurlRequest(.post, "http://\(host):9999/", body: [])
            request.schemes = [.http]
            request.addressCheck = { policy.check($0)?.description }
            let result = await CurlClient(on: loop).perform(request)
            guard case .refused(let reason) = result.error else {
                Issue.record("\(result)")
                return
            }
            #expect(reason.hasPrefix("address "))
            #expect(reason.contains("--webhook-allow-cidr"))
        }
    }
}
