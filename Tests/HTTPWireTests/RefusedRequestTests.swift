// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

/// A message that two programs could understand differently, or nobody at all.
struct Refused: Sendable, CustomTestStringConvertible {
    let request: String
    let error: WireError
    let status: Int

    init(_ request: String, _ error: WireError, _ status: Int = 400) {
        self.request = request
        self.error = error
        self.status = status
    }

    /// A request with these field lines beside a good Host.
    init(fields: String, _ error: WireError, _ status: Int = 400) {
        self.init("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n", error, status)
    }

    /// A request with this chunked content.
    init(chunks: String, _ error: WireError, _ status: Int = 400) {
        self.init(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)",
            error,
            status
        )
    }

    /// A request with this first line.
    init(line: String, _ error: WireError, _ status: Int = 400) {
        self.init("\(line)\r\nHost: a\r\n\r\n", error, status)
    }

    /// A GET with this Host.
    init(host: String) {
        self.init("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", .invalidHost(host))
    }

    var testDescription: String { request.debugDescription }

    static let all: [Refused] =
        lines + requestLines + targets + fields + hosts + framing + chunks + trailers

    static let lines: [Refused] = [
        Refused("GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed(.requestLine)),
        Refused("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn(.requestLine)),
        Refused("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .bareCarriageReturn(.requestLine)),
        Refused("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", .controlByte(0, .requestLine)),
        Refused("\u{16}\u{3}\u{1}\u{2}", .controlByte(0x16, .requestLine)),
        Refused(fields: "A: b\nContent-Length: 5", .bareLineFeed(.field(2))),
        Refused(fields: "A: b\rContent-Length: 5", .bareCarriageReturn(.field(2))),
        Refused(fields: "A: b\r\r\nB: c", .bareCarriageReturn(.field(2))),
        Refused(fields: "A: b\0c", .controlByte(0, .field(2))),
        Refused(fields: "A: b\u{1B}[31m", .controlByte(0x1B, .field(2))),
        Refused(fields: "A: b\u{7F}", .controlByte(0x7F, .field(2))),
        Refused(fields: "A: 12345678\u{B}", .controlByte(0xB, .field(2))),
        Refused("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed(.field(2))),
        Refused("GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n", .bareCarriageReturn(.field(2))),
    ]

    static let requestLines: [Refused] = [
        Refused("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine(.empty)),
        Refused(line: " GET / HTTP/1.1", .malformedRequestLine(.missingMethod)),
        Refused(line: "GET  / HTTP/1.1", .malformedRequestLine(.doubleSpace)),
        Refused(line: "GET /  HTTP/1.1", .malformedRequestLine(.doubleSpace)),
        Refused(line: "GET\t/ HTTP/1.1", .malformedRequestLine(.methodByte(9))),
        Refused(line: "GET /\tHTTP/1.1", .invalidTarget(.byte(9, offset: 1))),
        Refused(line: "G(T / HTTP/1.1", .malformedRequestLine(.methodByte(0x28))),
        Refused(line: "G\u{C9}T / HTTP/1.1", .malformedRequestLine(.methodByte(0xC3))),
        Refused(line: "GET", .malformedRequestLine(.missingTarget)),
        Refused(line: "GET ", .malformedRequestLine(.missingTarget)),
        Refused(line: "GET /a b HTTP/1.1", .malformedRequestLine(.extraPart)),
        Refused(line: "GET / HTTP/1.1 ", .malformedRequestLine(.extraPart)),
        Refused(line: "GET / ", .malformedVersion("")),
        Refused(line: "GET / http/1.1", .malformedVersion("http/1.1")),
        Refused(line: "GET / HTTP/1", .malformedVersion("HTTP/1")),
        Refused(line: "GET / HTTP/1.10", .malformedVersion("HTTP/1.10")),
        Refused(line: "GET / HTTP/+.1", .malformedVersion("HTTP/+.1")),
        Refused(line: "GET / HTTP/1,1", .malformedVersion("HTTP/1,1")),
        Refused(line: "GET /", .unsupportedVersion("HTTP/0.9"), 505),
        Refused(line: "GET / HTTP/0.9", .unsupportedVersion("HTTP/0.9"), 505),
        Refused(line: "GET / HTTP/2.0", .unsupportedVersion("HTTP/2.0"), 505),
        Refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion("HTTP/2.0"), 505),
    ]

    static let targets: [Refused] = [
        Refused(line: "GET /a#b HTTP/1.1", .invalidTarget(.byte(0x23, offset: 2))),
        Refused(line: "GET /\u{E9} HTTP/1.1", .invalidTarget(.byte(0xC3, offset: 1))),
        Refused(line: "GET path HTTP/1.1", .invalidTarget(.form)),
        Refused(line: "GET ?q HTTP/1.1", .invalidTarget(.form)),
        Refused(line: "GET ftp://a/ HTTP/1.1", .invalidTarget(.form)),
        Refused(line: "GET ** HTTP/1.1", .invalidTarget(.form)),
        Refused(line: "GET * HTTP/1.1", .invalidTarget(.asterisk)),
        Refused(line: "GET a:80 HTTP/1.1", .invalidTarget(.form)),
        Refused(line: "CONNECT / HTTP/1.1", .invalidTarget(.authority)),
        Refused(line: "CONNECT a HTTP/1.1", .invalidTarget(.authority)),
        Refused(line: "CONNECT a: HTTP/1.1", .invalidTarget(.authority)),
        Refused(line: "CONNECT http://a:80/ HTTP/1.1", .invalidTarget(.authority)),
        Refused(line: "GET http://u:p@a/ HTTP/1.1", .invalidTarget(.userInformation)),
        Refused(line: "GET http:///x HTTP/1.1", .invalidHost("")),
        Refused(line: "GET http://a:x/ HTTP/1.1", .invalidHost("a:x")),
    ]

    static let fields: [Refused] = [
        Refused(fields: " A: b", .foldedLine(.field(2))),
        Refused(fields: "A: b\r\n c", .foldedLine(.field(3))),
        Refused(fields: "A: b\r\n\tc: d", .foldedLine(.field(3))),
        Refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedLine(.field(1))),
        Refused(fields: "A : b", .spaceBeforeColon(.field(2))),
        Refused(fields: "Content-Length\t: 5", .spaceBeforeColon(.field(2))),
        Refused(fields: "A B: c", .invalidFieldName(0x20, .field(2))),
        Refused(fields: ": b", .emptyFieldName(.field(2))),
        Refused(fields: "A", .missingColon(.field(2))),
        Refused(fields: "A(b): c", .invalidFieldName(0x28, .field(2))),
        Refused(fields: "A\"b: c", .invalidFieldName(0x22, .field(2))),
        Refused(fields: "\u{E9}: c", .invalidFieldName(0xC3, .field(2))),
        Refused(fields: "A[]: c", .invalidFieldName(0x5B, .field(2))),
    ]

    static let hosts: [Refused] = [
        Refused("GET / HTTP/1.1\r\n\r\n", .missingHost),
        Refused("GET http://a/ HTTP/1.1\r\nAccept: x\r\n\r\n", .missingHost),
        Refused(fields: "Host: a", .repeatedHost(.field(2))),
        Refused(fields: "X: y\r\nHOST: b", .repeatedHost(.field(3))),
        Refused(host: ""), Refused(host: "a b"), Refused(host: "a,b"), Refused(host: "a/b"),
        Refused(host: "a@b"), Refused(host: "a:b"), Refused(host: "a:65536"), Refused(host: ":80"),
        Refused(host: "a:80:80"), Refused(host: "a%2"), Refused(host: "a%zz"),
        Refused(host: "[::1"),
        Refused(host: "[]"), Refused(host: "[g]"), Refused(host: "[::1]x"), Refused(host: "a?b"),
        Refused(host: "a\u{E9}"),
    ]

    static let framing: [Refused] = [
        Refused(
            fields: "Content-Length: 5\r\nContent-Length: 5",
            .repeatedContentLength(.field(3))
        ),
        Refused(
            fields: "Content-Length: 5\r\nX: y\r\ncontent-length: 6",
            .repeatedContentLength(.field(4))
        ),
        Refused(fields: "Content-Length: 5, 5", .invalidContentLength("5, 5", .field(2))),
        Refused(fields: "Content-Length: 5,6", .invalidContentLength("5,6", .field(2))),
        Refused(fields: "Content-Length: +5", .invalidContentLength("+5", .field(2))),
        Refused(fields: "Content-Length: -5", .invalidContentLength("-5", .field(2))),
        Refused(fields: "Content-Length: 0x5", .invalidContentLength("0x5", .field(2))),
        Refused(fields: "Content-Length: 5 5", .invalidContentLength("5 5", .field(2))),
        Refused(fields: "Content-Length: 5.0", .invalidContentLength("5.0", .field(2))),
        Refused(fields: "Content-Length:", .invalidContentLength("", .field(2))),
        Refused(
            fields: "Content-Length: 9223372036854775808",
            .invalidContentLength("9223372036854775808", .field(2))
        ),
        Refused(
            fields: "Content-Length: 18446744073709551621",
            .invalidContentLength("18446744073709551621", .field(2))
        ),
        Refused(
            fields: "Content-Length: \u{FF15}",
            .invalidContentLength("\u{FF15}", .field(2))
        ),
        Refused(
            fields: "Content-Length: 5\r\nTransfer-Encoding: chunked",
            .lengthAndTransferEncoding
        ),
        Refused(
            fields: "Transfer-Encoding: chunked\r\nContent-Length: 5",
            .lengthAndTransferEncoding
        ),
        Refused(
            fields: "Transfer-Encoding: gzip, chunked",
            .unsupportedTransferCoding("gzip, chunked"),
            501
        ),
        Refused(fields: "Transfer-Encoding: chunked, gzip", .chunkedNotLast("chunked, gzip")),
        Refused(fields: "Transfer-Encoding: chunked, chunked", .chunkedNotLast("chunked, chunked")),
        Refused(
            fields: "Transfer-Encoding: chunked, identity, chunked",
            .chunkedNotLast("chunked, identity, chunked")
        ),
        Refused(fields: "Transfer-Encoding: gzip", .chunkedNotLast("gzip")),
        Refused(fields: "Transfer-Encoding: identity", .chunkedNotLast("identity")),
        Refused(fields: "Transfer-Encoding: xchunked", .chunkedNotLast("xchunked")),
        Refused(fields: "Transfer-Encoding: chunked;q=1", .chunkedNotLast("chunked;q=1")),
        Refused(fields: "Transfer-Encoding: \"chunked\"", .chunkedNotLast("\"chunked\"")),
        Refused(fields: "Transfer-Encoding: , chunked", .chunkedNotLast(", chunked")),
        Refused(fields: "Transfer-Encoding:", .chunkedNotLast("")),
        Refused(
            fields: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            .repeatedTransferEncoding(.field(3))
        ),
        Refused(
            fields: "Transfer-Encoding: chunked\r\nTransfer-encoding: x",
            .repeatedTransferEncoding(.field(3))
        ),
        Refused(
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncodingInHTTP10
        ),
        Refused(fields: "Expect: 200-ok", .unsupportedExpectation("200-ok"), 417),
        Refused(fields: "Expect:", .unsupportedExpectation(""), 417),
        Refused(
            fields: "Expect: 100-continue\r\nExpect: x",
            .unsupportedExpectation("x"),
            417
        ),
        Refused(
            fields: "Content-Length: 8388609",
            .bodyTooLarge(limit: 8 << 20, announced: 8_388_609),
            413
        ),
    ]

    static let chunks: [Refused] = [
        Refused(chunks: "\r\n", .invalidChunkSize("", chunk: 1)),
        Refused(chunks: "0x5\r\nhello\r\n", .invalidChunkSize("0x5", chunk: 1)),
        Refused(chunks: "+5\r\nhello\r\n", .invalidChunkSize("+5", chunk: 1)),
        Refused(chunks: "-5\r\nhello\r\n", .invalidChunkSize("-5", chunk: 1)),
        Refused(chunks: " 5\r\nhello\r\n", .invalidChunkSize(" 5", chunk: 1)),
        Refused(chunks: "5 \r\nhello\r\n", .invalidChunkSize("5 ", chunk: 1)),
        Refused(chunks: "5\t;a\r\nhello\r\n", .invalidChunkSize("5\t;a", chunk: 1)),
        Refused(chunks: "5_0\r\nhello\r\n", .invalidChunkSize("5_0", chunk: 1)),
        Refused(chunks: "g\r\n", .invalidChunkSize("g", chunk: 1)),
        Refused(chunks: "5\nhello\r\n", .bareLineFeed(.chunk(1))),
        Refused(chunks: "5\rX", .bareCarriageReturn(.chunk(1))),
        Refused(chunks: "5;a\nhello", .bareLineFeed(.chunk(1))),
        Refused(chunks: "5;a=\"\n\"\r\nhello", .bareLineFeed(.chunk(1))),
        Refused(chunks: "8000000000000000\r\n", .chunkSizeOverflow(chunk: 1)),
        Refused(chunks: "ffffffffffffffff\r\n", .chunkSizeOverflow(chunk: 1)),
        Refused(chunks: "10000000000000005\r\n", .chunkSizeOverflow(chunk: 1)),
        Refused(chunks: "00000000000000005\r\n", .chunkSizeOverflow(chunk: 1)),
        Refused(
            chunks: "7fffffffffffffff\r\n",
            .bodyTooLarge(limit: 8 << 20, announced: nil),
            413
        ),
        Refused(
            chunks: "1\r\nx\r\n7fffffffffffffff\r\n",
            .bodyTooLarge(limit: 8 << 20, announced: nil),
            413
        ),
        Refused(chunks: "5;\r\nhello\r\n", .invalidChunkExtension(chunk: 1)),
        Refused(chunks: "5; a\r\nhello\r\n", .invalidChunkExtension(chunk: 1)),
        Refused(chunks: "5;a =b\r\nhello\r\n", .invalidChunkExtension(chunk: 1)),
        Refused(chunks: "5;a=\r\nhello\r\n", .invalidChunkExtension(chunk: 1)),
        Refused(chunks: "5;a=\"b\r\nhello\r\n", .invalidChunkExtension(chunk: 1)),
        Refused(chunks: "5;a=\"b\\\"\r\nhello\r\n", .invalidChunkExtension(chunk: 1)),
        Refused(chunks: "5;a=\"b\"c\r\nhello\r\n", .invalidChunkExtension(chunk: 1)),
        Refused(chunks: "5\r\nhello6\r\n world\r\n", .chunkEndMissing(chunk: 1)),
        Refused(chunks: "5\r\nhello\n0\r\n\r\n", .chunkEndMissing(chunk: 1)),
        Refused(chunks: "5\r\nhello\rX", .chunkEndMissing(chunk: 1)),
        Refused(chunks: "1\r\na\r\n1\r\nbc", .chunkEndMissing(chunk: 2)),
        Refused(chunks: "1\r\na\r\nz\r\n", .invalidChunkSize("z", chunk: 2)),
    ]

    static let trailers: [Refused] = [
        Refused(chunks: "0\r\nA b\r\n\r\n", .invalidFieldName(0x20, .trailer(1))),
        Refused(chunks: "0\r\nA: b\r\n c\r\n\r\n", .foldedLine(.trailer(2))),
        Refused(chunks: "0\r\nA: b\n\r\n", .bareLineFeed(.trailer(1))),
        Refused(chunks: "0\r\nContent-Length: 5\r\n\r\n", .forbiddenTrailer("Content-Length")),
        Refused(
            chunks: "0\r\ntransfer-encoding: x\r\n\r\n",
            .forbiddenTrailer("transfer-encoding")
        ),
        Refused(chunks: "0\r\nHost: x\r\n\r\n", .forbiddenTrailer("Host")),
        Refused(chunks: "0\r\n\n", .bareLineFeed(.trailer(1))),
    ]
}

@Suite struct RefusedRequestTests {
    @Test(arguments: Refused.all)
    func `a bad request is refused alike however its bytes are cut`(refused: Refused) {
        let bytes = Array(refused.request.utf8)
        let whole = Transcript.requests(bytes)
        #expect(whole.error == refused.error)
        #expect(whole.error?.status.code == refused.status)
        #expect(whole.error?.description.isEmpty == false)
        for cut in 1..<bytes.count {
            let parted = Transcript.requests(bytes, cuts: [cut])
            #expect(parted.error == whole.error, "cut at \(cut)")
            #expect(parted.messages == whole.messages, "cut at \(cut)")
        }
        let bytewise = Transcript.requests(bytes, cuts: Array(1..<bytes.count))
        #expect(bytewise.error == whole.error)
        #expect(bytewise.messages == whole.messages)
    }

    @Test func `a bad request behind a good one is refused and the good one is kept`() {
        let good = Corpus.requests[2]
        for refused in Refused.framing {
            let transcript = Transcript.requests(Array((good + refused.request).utf8))
            #expect(transcript.messages.first?.isEnded == true)
            #expect(transcript.error == refused.error)
        }
    }

    @Test func `an error quotes at most 64 bytes of what was sent`() {
        let long = String(repeating: "9", count: 1000)
        let transcript = Transcript.requests(
            Array("POST / HTTP/1.1\r\nContent-Length: \(long)\r\n".utf8)
        )
        #expect(
            transcript.error
                == .invalidContentLength(String(repeating: "9", count: 64), .field(1))
        )
    }

    @Test func `a refusal says what, where and how to mend it`() {
        let sentences: [(WireError, String)] = [
            (
                .bareLineFeed(.field(3)),
                "field line 3 ends in LF alone: end each line with CR LF"
            ),
            (
                .controlByte(0, .requestLine),
                "the request line has the control character 0x00: take it out; "
                    + "a TLS client must use a port that speaks TLS"
            ),
            (
                .invalidTarget(.byte(0xC3, offset: 4)),
                "the request's target has the byte 0xC3 at offset 4: percent-encode it"
            ),
            (
                .malformedRequestLine(.extraPart),
                "the request line has more than three parts: "
                    + "percent-encode spaces in the target as %20"
            ),
            (
                .bodyTooLarge(limit: 10, announced: 11),
                "the body of 11 bytes is above the limit of 10: send a smaller one"
            ),
            (
                .invalidChunkSize("0x5", chunk: 2),
                "chunk 2 has the size '0x5': write hexadecimal digits alone"
            ),
        ]
        for (error, sentence) in sentences { #expect(error.description == sentence) }
    }
}
