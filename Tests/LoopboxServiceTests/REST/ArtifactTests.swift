// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// Files that jobs leave, as clients get them.
@Suite struct ArtifactTests {
    private static let program = """
        import os, pathlib
        pathlib.Path("out").mkdir()
        pathlib.Path("out/a b#ä.txt").write_text("small")
        pathlib.Path("out/large.bin").write_bytes(b"x" * 100_000)
        os.symlink("/etc/passwd", "out/link.txt")
        """

    @Test(arguments: ["none-i-know", "standard", "strict"])
    func `what was kept is listed, fetched, survives a restart, and goes with the job`(
        isolation: String
    ) throws {
        let flags = ["--sandbox", isolation, "--runtime", "python=\(ServerProcess.reference)"]
        var server = try ServerProcess(flags)
        let job = try server.submit(spec(Self.program, "artifacts: [\"out/*\"]\n"), "wait=60s")
        #expect(job.json.runs[0].artifacts.kept.array.count == 2, "\(job)")
        server.terminate()
        server = try ServerProcess(flags, home: server.home)
        let list = try server.curl("/v1/jobs/\(job.job)/artifacts").json
        #expect(list.items.array.compactMap(\.path.string) == ["out/a b#ä.txt", "out/large.bin"])
        #expect(list.items.array.compactMap(\.size.int) == [5, 100_000])
        #expect(list.skipped[0].path.string == "out/link.txt")
        #expect(list.skipped[0].reason.string == "it is a symbolic link and no regular file")
        let small = try server.curl(list.items[0].href.string ?? "")
        #expect(small.status == 200)
        #expect(small.text == "small")
        #expect(small["content-type"] == "application/octet-stream")
        #expect(
            small["content-disposition"] == "attachment; filename*=UTF-8''a%20b%23%C3%A4.txt"
        )
        #expect(small["x-content-type-options"] == "nosniff")
        #expect(small["content-security-policy"] == "sandbox")
        #expect(try server.curl(list.items[1].href.string ?? "").size == 100_000)
        #expect(entries(server.home("data/outputs")).count == 1)
        for path in ["nothing", "out/link.txt", "out", "../loopbox.sqlite", "..%2Floopbox.sqlite"] {
            let answer = try server.curl(
                "/v1/jobs/\(job.job)/artifacts/\(path)",
                "--path-as-is"
            )
            #expect(answer.status == 404 || answer.status == 400, "\(path): \(answer)")
        }
        let text = try server.curl("/v1/jobs/\(job.job)?format=text").text
        #expect(text.contains("artifact out/large.bin (100000 bytes)\n"))
        #expect(try server.curl("/v1/jobs/\(job.job)", "-X", "DELETE").status == 204)
        #expect(try server.curl(list.items[0].href.string ?? "").status == 410)
        #expect(entries(server.home("data/outputs")) == [])
        server.terminate()
    }

    @Test func `on the command line they are written where one says`() throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write(spec(Self.program, "artifacts: [\"out/*\"]\n"), to: "job.yaml")
        let ended = try Finished(
            ServerProcess.loopbox,
            [
                "run", "--sandbox", "none-i-know", "--data", folder("data"), "--artifacts",
                folder("kept"), file,
            ],
            environment: ServerProcess.environment(folder)
        )
        #expect(ended.status == .exited(0), "\(ended)")
        #expect(contents(folder("kept/out/a b#ä.txt")) == "small")
        #expect(entries(folder("kept/out")) == ["a b#ä.txt", "large.bin"])
    }
}
