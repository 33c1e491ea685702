// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPWire
import Loop
import LoopHTTP
import LoopSystem
import Testing

/// The server as curl sees it.
@Suite struct CurlTests {
    /// Says what came: method, size and sum of the body.
    private static let summary: @Sendable (HTTPExchange) -> Void = { exchange in
        exchange.loop.createTask {
            let body = try await exchange.readBody(max: 4 << 20)
            let sum = body.reduce(0) { $0 &+ Int($1) }
            exchange.respond(.ok, [:], "\(exchange.methodText) \(body.count) \(sum)")
        }
    }

    private func withFile(
        _ bytes: [UInt8],
        _ body: (String) throws -> Void
    ) throws {
        let path = "/tmp/loop-http-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT)
        defer { unsafe _ = unlink(path) }
        var written = 0
        while written < bytes.count {
            let transfer = unsafe bytes.withUnsafeBytes {
                unsafe writeNow(file.number, UnsafeRawBufferPointer(rebasing: $0[written...]))
            }
            guard case .count(let count) = transfer else { break }
            written += count
        }
        try body(path)
    }

    @Test func `curl -d sends a form`() throws {
        try serve(handler: Self.summary) { fixture in
            let result = try await fixture.curl("-d", "hello", fixture.url)
            #expect(result.output == "POST 5 532")
            #expect(result.status == 0)
        }
    }

    @Test(arguments: ["--data-binary", "-T"])
    func `curl sends two mebibytes and does not wait to be told to go on`(option: String) throws {
        let bytes = (0..<2 << 20).map { UInt8(truncatingIfNeeded: $0) }
        try withFile(bytes) { path in
            try serve(handler: Self.summary) { fixture in
                // Without an answer curl would wait for longer than it may run.
                let result = try await fixture.curl(
                    "--expect100-timeout",
                    "60",
                    option,
                    option == "-T" ? path : "@\(path)",
                    "\(fixture.url)/x"
                )
                let method = option == "-T" ? "PUT" : "POST"
                #expect(result.output == "\(method) 2097152 267386880")
            }
        }
    }

    @Test func `curl is refused before it sends two mebibytes`() throws {
        try withFile([UInt8](repeating: 0, count: 2 << 20)) { path in
            try serve(handler: { exchange in
                exchange.loop.createTask { _ = try? await exchange.readBody(max: 1 << 20) }
            }) { fixture in
                let result = try await fixture.curl(
                    "-o/dev/null",
                    "-w%{http_code} %{size_upload}",
                    "--data-binary",
                    "@\(path)",
                    fixture.url
                )
                #expect(result.output == "413 0")
            }
        }
    }

    @Test func `curl without Expect reads the refusal of what it sends`() throws {
        try withFile([UInt8](repeating: 0, count: 12 << 20)) { path in
            try serve(handler: Self.summary) { fixture in
                let result = try await fixture.curl(
                    "-HExpect:",
                    "-o/dev/null",
                    "-w%{http_code}",
                    "--data-binary",
                    "@\(path)",
                    fixture.url
                )
                #expect(result.output.hasSuffix("413"))
            }
        }
    }

    @Test func `curl -T from a pipe sends chunks`() throws {
        try serve(handler: Self.summary) { fixture in
            let result = try await fixture.curl("-T", "-", fixture.url + "/x")
            #expect(result.output == "PUT 0 0")
        }
    }

    @Test func `curl -I sees the length and no body`() throws {
        try serve(handler: { $0.respond(.ok, [:], "hello") }) { fixture in
            let result = try await fixture.curl("-I", fixture.url)
            #expect(result.output.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(result.output.contains("Content-Length: 5\r\n"))
            #expect(result.output.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `curl reads a stream`() throws {
        try serve(handler: { exchange in
            let loop = exchange.loop
            loop.createTask {
                let writer = exchange.respondStreaming(.ok)
                for number in 0..<3 {
                    try await writer.write("line \(number)\n")
                    try await loop.sleep(for: .milliseconds(1))
                }
                writer.end()
            }
        }) { fixture in
            let result = try await fixture.curl("-N", fixture.url)
            #expect(result.output == "line 0\nline 1\nline 2\n")
            #expect(result.status == 0)
        }
    }

    @Test func `curl uses one connection for several requests`() throws {
        try serve(handler: { $0.respond(.ok, [:], "\($0.connectionID) ") }) { fixture in
            let result = try await fixture.curl(fixture.url, fixture.url, fixture.url)
            #expect(result.output == "1 1 1 ")
        }
    }

    @Test func `curl reaches a unix socket`() throws {
        let path = "/tmp/loop-http-test-\(getpid())-curl.sock"
        try serve(at: .unix(path: path), handler: { $0.respond(.ok, [:], "here") }) { fixture in
            let result = try await fixture.curl("--unix-socket", path, "http://localhost/")
            #expect(result.output == "here")
        }
    }
}
