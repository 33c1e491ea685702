// SPDX-License-Identifier: Apache-2.0

import LoopboxRuntimes
import Testing

@Suite struct `Runtime probe` {
    @Test func `candidates are interpreters of supported versions, each path once`() {
        let found = RuntimeProbe.candidates(in: [
            (
                "/a/",
                ["python3.13", "python3.8", "python3", "python3.15", "python", "python3.13-config"]
            ),
            ("/b", ["python3.9", "pip"]), ("/a", ["python3"]),
        ])
        #expect(found == ["/a/python3", "/a/python3.13", "/b/python3.9"])
    }

    private func answer(
        _ path: String,
        _ version: String,
        file: String? = nil,
        uvloop: String = "-"
    ) -> RuntimeProbe.Answer {
        .init(
            status: 0,
            output: "\(path)\n\(file ?? path)\ncpython\n\(version)\n\(uvloop)\n/part\n"
        )
    }

    @Test func `an interpreter is known with its parts, and with uvloop where it has that`() async {
        let answers = [
            "/a/python3": answer("/a/python3", "3.13.0", uvloop: "0.21.0"),
            "/b/python3": answer("/b/python3", "3.11.2"),
        ]
        let result = await RuntimeProbe.runtimes(among: answers.keys.sorted()) { answers[$0[0]]! }
        #expect(result.runtimes.map(\.uvloop) == ["0.21.0", nil])
        #expect(result.runtimes.map(\.parts) == [["/part"], ["/part"]])
    }

    @Test func `the newest of each minor version stays, newest first`() async {
        let answers = [
            "/s/python3": answer("/v/11/python3", "3.11.7"),
            "/s/python3.11": answer("/v/11/python3", "3.11.7"),
            "/usr/python3.11": answer("/usr/python3.11", "3.11.2"),
            "/usr/python3": answer("/usr/python3", "3.11.2", file: "/usr/python3.11"),
            "/usr/python3.9": answer("/usr/python3.9", "3.9.18"),
            "/usr/python3.13": answer("/usr/python3.13", "3.13.0"),
        ]
        let order = [
            "/usr/python3.11", "/s/python3", "/s/python3.11", "/usr/python3", "/usr/python3.9",
            "/usr/python3.13",
        ]
        let result = await RuntimeProbe.runtimes(among: order) { command in
            answers[command[0]] ?? .init(status: 1, output: "")
        }
        #expect(result.runtimes.map(\.name) == ["python3.13", "python3.11", "python3.9"])
        #expect(
            result.runtimes.map(\.executable) == [
                "/usr/python3.13", "/v/11/python3", "/usr/python3.9",
            ]
        )
        #expect(result.runtimes.map(\.version.description) == ["3.13.0", "3.11.7", "3.9.18"])
        #expect(
            result.skipped == [
                .init(
                    executable: "/usr/python3.11",
                    reason: "3.11.2 is older than another python3.11"
                )
            ]
        )
        #expect(result.runtime(named: "python")?.name == "python3.13")
        #expect(result.runtime(named: "python3.9")?.name == "python3.9")
        #expect(result.runtime(named: "python3.12") == nil)
    }

    @Test func `what does not answer like an interpreter is skipped with its reason`() async {
        let answers: [String: RuntimeProbe.Answer] = [
            "a": .init(status: 127, output: ""), "b": .init(status: 0, output: "hello\n"),
            "c": .init(status: 0, output: "/c\n/c\npypy\n3.10.1\n-\n"),
            "d": .init(status: 0, output: "/d\n/d\ncpython\n3.10\n-\n"),
            "e": .init(status: 0, output: "/e\n/e\ncpython\n3.8.1\n-\n"),
            "f": .init(status: 0, output: "/f\n/f\ncpython\n3.15.0\n-\n"),
        ]
        let result = await RuntimeProbe.runtimes(among: answers.keys.sorted()) { answers[$0[0]]! }
        #expect(result.runtimes.isEmpty)
        #expect(
            result.skipped.map(\.reason) == [
                "it ended with status 127", "it did not answer like an interpreter",
                "it is pypy, not CPython", "its version 3.10 has no three numbers",
                "version 3.8.1 is not supported", "version 3.15.0 is not supported",
            ]
        )
    }
}
