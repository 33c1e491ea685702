// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct WireLimitsTests {
    /// Reads `request` in one piece and byte by byte; both must end in the same way.
    private func outcome(_ request: String, _ limits: WireLimits) -> WireError? {
        let bytes = Array(request.utf8)
        let whole = Transcript.requests(bytes, limits: limits)
        let bytewise = Transcript.requests(bytes, cuts: Array(1..<bytes.count), limits: limits)
        #expect(whole.error == bytewise.error)
        #expect(whole.messages == bytewise.messages)
        return whole.error
    }

    @Test func `a request line of exactly the limit is read and one byte more is 414`() {
        var limits = WireLimits()
        limits.requestLineBytes = 40
        let line = { (size: Int) in "GET /" + String(repeating: "x", count: size - 14) + " HTTP/1.1"
        }
        #expect(outcome(line(40) + "\r\nHost: a\r\n\r\n", limits) == nil)
        let error = outcome(line(41) + "\r\nHost: a\r\n\r\n", limits)
        #expect(error == .firstLineTooLong(limit: 40))
        #expect(error?.status.code == 414)
        #expect(outcome(String(repeating: "x", count: 41), limits) == error)
        #expect(outcome(String(repeating: "x", count: 40), limits) == nil)
    }

    @Test func `field lines of exactly the limit are read and one byte more is 431`() {
        var limits = WireLimits()
        limits.headerBytes = 20
        let head = "GET / HTTP/1.1\r\nHost: a\r\nB: "
        #expect(outcome(head + String(repeating: "c", count: 10) + "\r\n\r\n", limits) == nil)
        let error = outcome(head + String(repeating: "c", count: 11) + "\r\n\r\n", limits)
        #expect(error == .headTooLarge(limit: 20))
        #expect(error?.status.code == 431)
        #expect(outcome(head + String(repeating: "c", count: 11), limits) == error)
    }

    @Test func `as many fields as the limit are read and one more is 431`() {
        var limits = WireLimits()
        limits.fieldCount = 20
        let head = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "B: c\r\n", count: 19)
        #expect(outcome(head + "\r\n", limits) == nil)
        let error = outcome(head + "D: e\r\n\r\n", limits)
        #expect(error == .tooManyFields(limit: 20))
        #expect(error?.status.code == 431)
    }

    private let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func `chunk extensions of exactly the limit are read and one byte more is 413`() {
        var limits = WireLimits()
        limits.chunkExtensionBytes = 10
        #expect(outcome(chunked + "1;abcd\r\nx\r\n0;efgh\r\n\r\n", limits) == nil)
        let error = outcome(chunked + "1;abcd\r\nx\r\n0;efghi\r\n\r\n", limits)
        #expect(error == .chunkExtensionsTooLong(limit: 10))
        #expect(error?.status.code == 413)
        let endless = chunked + "1;" + String(repeating: "a", count: 1000)
        #expect(outcome(endless, limits) == error)
        // A size that is wrong is named before the length of its line.
        let wrong = chunked + "1x" + String(repeating: "a", count: 1000)
        #expect(
            outcome(wrong, limits)
                == .invalidChunkSize("1x" + String(repeating: "a", count: 25), chunk: 1)
        )
    }

    @Test func `trailers of exactly the limit are read and one byte more is 431`() {
        var limits = WireLimits()
        limits.trailerBytes = 10
        #expect(outcome(chunked + "0\r\nA: bc\r\nD: ef\r\n\r\n", limits) == nil)
        let error = outcome(chunked + "0\r\nA: bc\r\nD: efg\r\n\r\n", limits)
        #expect(error == .trailersTooLarge(limit: 10))
        #expect(error?.status.code == 431)
        limits.trailerBytes = 4096
        limits.fieldCount = 2
        #expect(outcome(chunked + "0\r\nA: b\r\nC: d\r\n\r\n", limits) == nil)
        #expect(
            outcome(chunked + "0\r\nA: b\r\nC: d\r\nE: f\r\n\r\n", limits)
                == .tooManyFields(limit: 2)
        )
    }

    @Test func `content of exactly the limit is read and one byte more is 413 before it comes`() {
        var limits = WireLimits()
        limits.bodyBytes = 5
        let post = { (size: Int) in "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n"
        }
        #expect(outcome(post(5) + "hello", limits) == nil)
        let announced = outcome(post(6), limits)
        #expect(announced == .bodyTooLarge(limit: 5, announced: 6))
        #expect(announced?.status.code == 413)
        #expect(outcome(chunked + "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", limits) == nil)
        #expect(
            outcome(chunked + "2\r\nab\r\n4\r\n", limits)
                == .bodyTooLarge(limit: 5, announced: nil)
        )
    }

    @Test func `content up to the end of the connection has the same limit`() {
        var limits = WireLimits()
        limits.bodyBytes = 5
        let head = "HTTP/1.1 200 OK\r\n\r\n"
        #expect(Transcript.responses(Array((head + "hello").utf8), limits: limits).error == nil)
        let bytes = Array((head + "hello!").utf8)
        let whole = Transcript.responses(bytes, limits: limits)
        #expect(whole.error == .bodyTooLarge(limit: 5, announced: nil))
        let bytewise = Transcript.responses(bytes, cuts: Array(1..<bytes.count), limits: limits)
        #expect(bytewise.error == whole.error)
        #expect(bytewise.messages == whole.messages)
    }

    @Test func `the defaults are what the documents say`() {
        let limits = WireLimits()
        #expect(limits.requestLineBytes == 8192)
        #expect(limits.headerBytes == 32768)
        #expect(limits.fieldCount == 100)
        #expect(limits.chunkExtensionBytes == 4096)
        #expect(limits.trailerBytes == 4096)
        #expect(limits.bodyBytes == 8_388_608)
    }
}
