// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct RequestTargetTests {
    private func decode(_ target: String, method: String = "GET") throws -> RequestTarget {
        let bytes = Array("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var parser = RequestParser()
        _ = try parser.next(in: bytes.span)
        return try RequestTarget(parser.head, in: bytes.span)
    }

    @Test(
        arguments: [
            ("/", []), ("/v1/jobs", ["v1", "jobs"]), ("/a/", ["a", ""]), ("//", ["", ""]),
            ("/a%2Fb/c", ["a/b", "c"]), ("/%e2%82%AC", ["\u{20AC}"]), ("/a+b", ["a+b"]),
            ("/...", ["..."]), ("/a%25b", ["a%b"]), ("http://h/x/y?z", ["x", "y"]),
            ("http://h", []), ("http://h?q", []), ("/a;b=c:d@e", ["a;b=c:d@e"]),
        ] as [(String, [String])]
    )
    func `a path is split, then decoded`(target: String, segments: [String]) throws {
        #expect(try decode(target).segments == segments)
    }

    @Test func `targets without a path have no segments`() throws {
        #expect(try decode("*", method: "OPTIONS").segments == [])
        #expect(try decode("h:1", method: "CONNECT").segments == [])
    }

    @Test func `a query is split, then decoded, and plus is a space`() throws {
        let target = try decode("/?a=1&b=x+y%2Bz&&c&d=&=e&a=2&f=g=h?i&%26=%3D")
        let items = target.query.map { $0.name + (($0.value).map { "=" + $0 } ?? "") }
        #expect(items == ["a=1", "b=x y+z", "c", "d=", "=e", "a=2", "f=g=h?i", "&=="])
        #expect(target.first("a") == "1")
        #expect(target.first("c") == "")
        #expect(target.first("z") == nil)
        #expect(try decode("/").query.isEmpty)
        #expect(try decode("/?").query.isEmpty)
    }

    @Test(
        arguments: [
            ("/a%", WireError.TargetFault.percent(offset: 2)),
            ("/a%2", .percent(offset: 2)),
            ("/a%2/b", .percent(offset: 2)),
            ("/%zz", .percent(offset: 1)),
            ("/%+1", .percent(offset: 1)),
            ("/a?b=%4", .percent(offset: 5)),
            ("/a?b=%4&c", .percent(offset: 5)),
            ("/a?%u0041=b", .percent(offset: 3)),
            ("/x/%ff", .notUTF8(offset: 3)),
            ("/x/%c0%ae", .notUTF8(offset: 3)),
            ("/x/%ed%a0%80", .notUTF8(offset: 3)),
            ("/a?b=%80", .notUTF8(offset: 5)),
            ("/a%00", .nul(offset: 1)),
            ("/a?b%00", .nul(offset: 3)),
            ("/.", .dotSegment(offset: 1)),
            ("/a/../b", .dotSegment(offset: 3)),
            ("/a/%2e%2E", .dotSegment(offset: 3)),
            ("/a/.%2e/", .dotSegment(offset: 3)),
            ("http://h/..", .dotSegment(offset: 9)),
        ])
    func `a part that can't be decoded is refused with its place`(
        target: String,
        fault: WireError.TargetFault
    ) {
        let error = #expect(throws: WireError.self) { try decode(target) }
        #expect(error == .invalidTarget(fault))
        #expect(error?.status.code == 400)
    }
}
