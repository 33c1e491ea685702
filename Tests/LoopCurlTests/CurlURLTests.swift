// SPDX-License-Identifier: Apache-2.0

import LoopCurl
import Testing

@Suite struct CurlURLTests {
    @Test(
        arguments: [
            ("https://Example.COM/a?b", "https", "example.com", 443),
            ("http://example.com:8080", "http", "example.com", 8080),
            ("https://[2001:DB8::1]:444/", "https", "[2001:db8::1]", 444),
            ("http://2130706433/", "http", "127.0.0.1", 80),
            ("http://0x7f.1/", "http", "127.0.0.1", 80),
            ("http://017700000001/", "http", "127.0.0.1", 80),
            ("ftp://example.com", "ftp", "example.com", 21),
        ] as [(String, String, String, UInt16)]
    )
    func `the parts are those that libcurl will use`(
        text: String,
        scheme: String,
        host: String,
        port: UInt16
    ) throws {
        let url = try CurlURL(text)
        #expect(url.scheme == scheme)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(!url.hasCredentials)
    }

    @Test(arguments: ["https://me@example.com", "https://me:secret@example.com", "https://:x@a.b"])
    func `credentials are seen`(text: String) throws {
        #expect(try CurlURL(text).hasCredentials)
    }

    @Test(arguments: [
        "", "example.com", "https://", "https://a b/", "https://a:99999/",
        "https://a\u{0}b/", "https://[::1/",
    ])
    func `what is no absolute URL is refused`(text: String) {
        #expect(throws: CurlURL.Failure.self) { try CurlURL(text) }
    }
}
