// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import LoopSystem
import Testing

/// Whether a job could be run is what `/readyz` says, and what was damaged is repaired at the start.
@Suite(.enabled(if: geteuid() == 0, "as root everything can be read, whatever its mode is"))
struct UpkeepTests {
    private static let flags = [
        "--sandbox", "standard", "--slots", "1", "--runtime", "python=\(ServerProcess.reference)",
    ]

    private func server(_ home: TemporaryDirectory? = nil) throws -> ServerProcess {
        try ServerProcess(Self.flags, home: home, as: .nobody)
    }

    private func harness(_ server: ServerProcess) -> String {
        let base = server.home("data/harness")
        return "\(base)/\(entries(base)[0])"
    }

    /// Each with what `/readyz` says of it.
    private func damages(_ server: ServerProcess) -> [(path: String, subject: String)] {
        [
            (server.home("data/work"), "the work directory"), (server.home("data"), "the data"),
            (harness(server), "the harness"),
            ("\(harness(server))/sitecustomize.py", "the harness"),
        ]
    }

    @Test func `a server is not ready where a job would fail`() throws {
        let server = try server()
        #expect(try server.curl("/readyz").text == "ok\n")
        let verbose = try server.curl("/readyz?verbose")
        #expect(verbose.status == 200)
        for subject in ["the store", "the harness", "free disk", "an interpreter", "a user"] {
            #expect(verbose.text.contains("\(subject)"), "\(verbose.text)")
        }
        for (path, subject) in damages(server) {
            var status = stat()
            stat(path, &status)
            chmod(path, 0)
            let answer: Answer = try eventually("not ready, as \(path) is closed") {
                let answer = try server.curl("/readyz")
                return answer.status == 503 ? answer : nil
            }
            #expect(answer.text.hasPrefix(subject), "\(path): \(answer.text)")
            let health = try Finished(ServerProcess.loopbox, ["health", server.address])
            #expect(health.status == .exited(1))
            #expect(health.stderr.contains(subject), "\(health.stderr)")
            chmod(path, status.st_mode & 0o7777)
            try eventually("ready again") { try server.curl("/readyz").status == 200 }
            // Whoever only asks whether it lives is not concerned.
            #expect(try server.curl("/livez").status == 200)
        }
        #expect(server.process.stderr.contains("\"not ready\""), "\(server.process.stderr)")
        server.terminate()
    }

    @Test func `what was closed while the server was down is open when it is up`() throws {
        let first = try server()
        let home = first.home
        let paths =
            damages(first).map(\.path) + [
                home("data/work/gone"), home("data/outputs"), home("data/loopbox.sqlite"),
                home("data/loopbox.lock"),
            ]
        first.terminate()
        for path in paths { chmod(path, 0) }
        let second = try server(home)
        #expect(second.process.stderr.contains("repaired"), "\(second.process.stderr)")
        let job = try second.submit(spec("print(1)"), "wait=60s").json
        #expect(job.runs[0].report.string == "complete", "\(job)")
        #expect(try second.curl("/readyz").status == 200)
        second.terminate()
    }

    @Test func `a directory of somebody else's is named with what to do`() throws {
        let first = try server()
        let home = first.home
        first.terminate()
        chown(home("data/work"), 0, 0)
        chmod(home("data/work"), 0o700)
        let error = #expect(throws: ServerProcess.DidNotStart.self) { _ = try server(home) }
        #expect(
            error?.complaint.contains("data/work belongs to user 0, and the server runs as user")
                == true,
            "\(String(describing: error))"
        )
        #expect(error?.complaint.contains("chown -R \(Identity.nobodysID) ") == true)
    }
}
