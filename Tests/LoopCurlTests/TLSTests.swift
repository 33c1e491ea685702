// SPDX-License-Identifier: Apache-2.0

import LocalReceiver
import Loop
import LoopCurl
import LoopSystem
import Testing

@Suite struct TLSTests {
    @Test func `a certificate counts for its name, its authority, and no other`() throws {
        try EventLoop.run { loop in
            let directory = try temporaryDirectory()
            try await Self.makeCertificates(in: directory, on: loop)
            let server = try Program(
                on: loop,
                "/usr/bin/python3",
                ["-c", Self.server, "\(directory)/leaf.pem", "\(directory)/leaf.key"]
            )
            let port = try await server.readLine()
            let client = CurlClient(on: loop)
            func error(_ host: String, _ authorities: String?) async -> CurlError? {
                var request = CurlRequest(.post, "https://\(host):\(port)/", body: [1])
                request.certificateAuthorities = authorities
                let result = await client.perform(request)
                if result.error == nil {
                    #expect(result.status == 200)
                    #expect(result.times.tls > result.times.connect)
                }
                return result.error
            }
            #expect(await error("localhost", "\(directory)/ca.pem") == nil)
            for (host, file) in [("127.0.0.1", "\(directory)/ca.pem"), ("localhost", nil)] {
                guard case .failed(.tls, code: 60, _) = await error(host, file) else {
                    Issue.record("\(host) was accepted")
                    continue
                }
            }
            server.kill()
            _ = try await server.finish()
            _ = try await Program(on: loop, "/bin/rm", ["-r", directory]).finish()
        }
    }

    private static func makeCertificates(in directory: String, on loop: EventLoop) async throws {
        func openssl(_ arguments: String) async throws {
            let program = try Program(
                on: loop,
                "/usr/bin/openssl",
                arguments.split(separator: " ").map(String.init)
            )
            #expect(try await program.finish().status == 0)
        }
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout"
        try write("subjectAltName=DNS:localhost\n", to: "\(directory)/names")
        try await openssl(
            "req -x509 -days 1 -subj /CN=authority \(key) \(directory)/ca.key -out \(directory)/ca.pem"
        )
        try await openssl(
            "req -subj /CN=leaf \(key) \(directory)/leaf.key -out \(directory)/leaf.csr"
        )
        try await openssl(
            "x509 -req -days 1 -in \(directory)/leaf.csr -CA \(directory)/ca.pem "
                + "-CAkey \(directory)/ca.key -CAcreateserial -extfile \(directory)/names "
                + "-out \(directory)/leaf.pem"
        )
    }

    private static let server = """
        import http.server, ssl, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            def log_message(self, *arguments):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *arguments: None
        print(server.server_port, flush=True)
        server.serve_forever()
        """
}
