// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// Requests that are refused, and in which words.
@Suite struct RefusalTests {
    @Test func `each refusal has its status, and its type can be looked up`() throws {
        let server = try ServerProcess()
        let unknown = "/v1/jobs/job_01jd3k0000000000000000000a"
        let cases: [(path: String, arguments: [String], status: Int, code: String)] = [
            ("/nowhere", [], 404, "not-found"),
            ("/v1", [], 404, "not-found"),
            ("/v1/jobs/x/y", [], 404, "not-found"),
            ("/v1/problems/nothing", [], 404, "not-found"),
            (unknown, [], 404, "not-found"),
            ("/v1/jobs/no-id", [], 404, "not-found"),
            ("\(unknown)/output", [], 404, "not-found"),
            ("\(unknown)/cancel", ["-X", "POST"], 404, "not-found"),
            (unknown, ["-X", "DELETE"], 404, "not-found"),
            ("/v1/jobs?wait=soon", ["-d", "x"], 400, "bad-request"),
            ("/v1/jobs?limit=0", [], 400, "bad-request"),
            ("/v1/jobs?limit=201", [], 400, "bad-request"),
            ("/v1/jobs?cursor=nonsense", [], 400, "bad-request"),
            ("/v1/jobs?state=sleeping", [], 400, "bad-request"),
            ("/v1/jobs?label=nocolon", [], 400, "bad-request"),
            ("/v1/jobs?format=xml", ["-d", "x"], 406, "not-acceptable"),
            ("/v1/jobs", ["-d", "x", "-H", "Accept: image/png"], 406, "not-acceptable"),
            (
                "/v1/jobs", ["-d", "x", "-H", "Content-Type: text/html"], 415,
                "unsupported-media-type"
            ),
            ("/v1/jobs", ["-F", "spec=x"], 415, "unsupported-media-type"),
            (
                "/v1/jobs", ["-d", "x", "-H", "Content-Encoding: gzip"], 415,
                "unsupported-media-type"
            ),
            ("/v1/jobs", ["-d", "program: ["], 400, "malformed-spec"),
            ("/v1/jobs", ["-d", ""], 400, "malformed-spec"),
            ("/v1/jobs", ["-d", "name: x"], 422, "invalid-spec"),
            ("/v1/jobs", ["--json", "{"], 400, "malformed-spec"),
            ("/", ["-H", "Host: evil.example"], 421, "unknown-host"),
            ("/livez", ["-H", "Host: evil.example"], 421, "unknown-host"),
            ("/v1/jobs", ["-H", "Origin: https://evil.example"], 403, "foreign-origin"),
            ("/v1/jobs", ["-H", "Origin: null"], 403, "foreign-origin"),
            ("/v1/jobs", ["-d", "x", "-H", "Sec-Fetch-Site: cross-site"], 403, "foreign-origin"),
        ]
        for (path, arguments, status, code) in cases {
            let name = Comment(rawValue: "\(path) \(arguments)")
            let answer = try server.curl(path, arguments)
            #expect(answer.status == status, name)
            #expect(answer["content-type"] == "application/problem+json", name)
            #expect(answer.json.code.string == code, "\(path) \(arguments): \(answer)")
            #expect(answer.json.status.int == status, name)
            #expect(answer.json.title.string?.isEmpty == false, name)
            #expect(answer.json.detail.string?.isEmpty == false, name)
            if status == 406 {
                for format in ["json", "text", "yaml", "sarif", "junit", "github", "jsonl"] {
                    #expect(answer.json.detail.string?.contains(format) == true, name)
                }
            }
            let type = try #require(answer.json.type.string)
            let explained = try server.curl(type)
            #expect(explained.status == 200, name)
            #expect(explained.text.hasPrefix("\(code): "), name)
            // The same in text, for people, unless it is the format that was refused.
            if status == 406 { continue }
            let text = try server.curl(path, arguments + ["-H", "Accept: text/plain"])
            #expect(text.status == status, name)
            #expect(text["content-type"] == "text/plain; charset=utf-8", name)
            #expect(text.text.contains("error: "), "\(path) \(arguments): \(text)")
            #expect(text.text.hasSuffix("\n"), name)
        }
        server.terminate()
    }

    @Test func `a method that isn't there is refused with those that are`() throws {
        let server = try ServerProcess()
        let cases = [
            ("/", "POST", "GET, HEAD"), ("/livez", "DELETE", "GET, HEAD"),
            ("/readyz", "POST", "GET, HEAD"), ("/v1/jobs", "DELETE", "GET, HEAD, POST, PUT"),
            ("/v1/jobs", "PATCH", "GET, HEAD, POST, PUT"), ("/v1/info", "POST", "GET, HEAD"),
            ("/v1/runtimes", "PUT", "GET, HEAD"),
            ("/v1/jobs/x", "POST", "GET, HEAD, DELETE"), ("/v1/jobs/x/cancel", "GET", "POST"),
            ("/v1/jobs/x/output", "POST", "GET, HEAD"),
        ]
        for (path, method, allowed) in cases {
            let answer = try server.curl(path, "-X", method)
            #expect(answer.status == 405, "\(method) \(path)")
            #expect(answer["allow"] == allowed, "\(method) \(path)")
            #expect(answer.json.code.string == "method-not-allowed", "\(method) \(path)")
        }
        server.terminate()
    }

    @Test func `what is wrong in a spec is pointed at, as text and as JSON`() throws {
        let server = try ServerProcess()
        let wrong = spec("print(1)", "limits:\n  timeout: 5s\n  grace: 1y\n")
        let json = try server.submit(wrong)
        #expect(json.status == 422)
        #expect(json.json.errors.array.map(\.line.int) == [5, 6])
        #expect(json.json.errors.array.map(\.column.int) == [3, 10])
        #expect(json.json.errors[0].pointer.string == "/limits/timeout")
        #expect(json.json.errors[0].code.string == "unknown-key")
        #expect(json.json.errors[0].suggestion.string == "time")
        let text = try server.submit(wrong, "format=text")
        #expect(text.status == 422)
        let expected = """
            job.yaml:5:3: error: unknown key "timeout" in "limits"
               5 |   timeout: 5s
                     ^~~~~~~
              hint: did you mean "time"? Keys here: time, cpu, memory, processes, open_files, disk, output, grace
            job.yaml:6:10: error: limits.grace "1y" has the unknown unit "y"
               6 |   grace: 1y
                            ^~
              hint: units: ms, s, m, h, d

            """
        #expect(text.text == expected)
        server.terminate()
    }

    @Test func `curl -d is told that it loses line breaks`() throws {
        let server = try ServerProcess()
        let files = try TemporaryDirectory()
        let file = try files.write(spec("import asyncio\nprint(1)"), to: "job.yaml")
        for query in ["", "?format=text"] {
            let answer = try server.curl("/v1/jobs\(query)", "-d", "@\(file)")
            #expect(answer.status == 400, "\(answer)")
            #expect(answer.text.contains("--data-binary @job.yaml"), "\(answer)")
            #expect(answer.text.contains("-T job.yaml"), "\(answer)")
        }
        server.terminate()
    }

    @Test func `a body that is too large is refused before it is sent`() throws {
        let server = try ServerProcess()
        let files = try TemporaryDirectory()
        let file = try files.write(String(repeating: "#", count: 2 << 20), to: "large")
        let answer = try server.curl("/v1/jobs", "--data-binary", "@\(file)")
        #expect(answer.status == 413)
        #expect(answer.earlier == [])
        #expect(answer.uploaded == 0)
        #expect(answer.json.code.string == "content-too-large")
        // Without a length it is found out only on the way.
        let chunked = try server.curl(
            "/v1/jobs",
            "--data-binary",
            "@\(file)",
            "-H",
            "Transfer-Encoding: chunked"
        )
        #expect(chunked.status == 413)
        // One that is no larger than may be is asked for.
        let fits = try files.write(
            spec("print(1)") + String(repeating: "#", count: 900_000) + "\n",
            to: "fits"
        )
        let accepted = try server.curl("/v1/jobs?wait=30s", "-T", fits)
        #expect(accepted.earlier == [100])
        #expect(accepted.status == 201, "\(accepted)")
        server.terminate()
    }

    @Test func `pages of the server itself may use it`() throws {
        let server = try ServerProcess()
        let own = ["-H", "Origin: http://\(server.address)", "-H", "Sec-Fetch-Site: same-origin"]
        #expect(try server.curl("/v1/jobs", own).status == 200)
        let port = server.address.drop { $0 != ":" }
        #expect(try server.curl("/v1/jobs", "-H", "Host: localhost\(port)").status == 200)
        #expect(try server.curl("/v1/jobs", "-H", "Host: LOCALHOST").status == 200)
        server.terminate()
    }

    @Test func `an empty name in a path is a name that nothing has`() throws {
        let server = try ServerProcess()
        for path in ["//", "//x", "//livez", "//v1/jobs", "/v1//jobs", "/v1/jobs//"] {
            #expect(try server.curl(path, "--path-as-is").status == 404, "\(path)")
        }
        #expect(try server.curl("/").status == 200)
        server.terminate()
    }

    @Test func `where there is a token file a request needs one of its tokens`() throws {
        let files = try TemporaryDirectory()
        let file = try files.write("# ours\nlbx_first\n\nlbx_second\n", to: "tokens")
        let server = try ServerProcess(["--token-file", file])
        #expect(!server.process.stdout.contains("lbx_"))
        for path in ["/livez", "/readyz", "/healthz"] {
            #expect(try server.curl(path).status == 200)
        }
        for path in ["/", "/v1/jobs", "/v1/info", "/v1/nothing"] {
            let answer = try server.curl(path)
            #expect(answer.status == 401, "\(path)")
            #expect(answer["www-authenticate"] == "Bearer realm=\"loopbox\"")
            #expect(answer.json.code.string == "unauthorized")
        }
        for wrong in [
            "Bearer lbx_third", "Bearer ", "Basic bGJ4X2ZpcnN0", "lbx_first", "Bearer # ours",
        ] {
            let answer = try server.curl("/v1/jobs", "-H", "Authorization: \(wrong)")
            #expect(answer.status == 401, "\(wrong)")
        }
        for right in ["Bearer lbx_first", "bearer lbx_second"] {
            let answer = try server.curl("/v1/jobs", "-H", "Authorization: \(right)")
            #expect(answer.status == 200, "\(right)")
        }
        // Nothing of a body is taken from who may not send it.
        let large = try files.write(String(repeating: "#", count: 2 << 20), to: "large")
        let refused = try server.curl("/v1/jobs", "--data-binary", "@\(large)")
        #expect(refused.status == 401)
        #expect(refused.uploaded == 0)
        server.terminate()
    }
}
