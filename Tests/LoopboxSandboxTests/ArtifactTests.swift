// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import LoopboxModel
import Testing

@testable import LoopboxSandbox

/// Files that a program leaves, and what it may leave in their place.
@Suite struct ArtifactTests {
    /// What is collected after the shell's `script` at `level`.
    private func collected(
        _ script: String,
        _ patterns: [String],
        at level: JobSpec.Level
    ) throws -> CollectedArtifacts {
        var limits = JobSpec.Limits()
        limits.time = Seconds(.seconds(120))
        let observed = try Confined.run(script, level: level, limits: limits, artifacts: patterns)
        #expect(observed.result.exit.ending == .exited(0), "\(observed)")
        return try #require(observed.result.artifacts)
    }

    private func kept(_ artifacts: CollectedArtifacts) -> [String] {
        artifacts.files.map { "\($0.path)=\(String(decoding: $0.bytes, as: UTF8.self))" }
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `files are kept by their patterns, with what is in them`(level: JobSpec.Level) throws {
        let found = try collected(
            """
            mkdir -p out/deep/er logs; printf 1 > out/a.json; printf 2 > out/b.txt
            printf 3 > out/deep/er/c.json; printf 4 > logs/x; printf 5 > .hidden; printf 6 > z1
            """,
            ["out/**/*.json", "logs/**", ".hid*", "z[0-9]", "nothing"],
            at: level
        )
        #expect(
            kept(found) == [
                ".hidden=5", "logs/x=4", "out/a.json=1", "out/deep/er/c.json=3", "z1=6",
            ]
        )
        #expect(found.skipped.isEmpty)
    }

    /// Each with what a file in its place would give: without that, nothing would be shown.
    @Test(arguments: JobSpec.Level.allCases)
    func `what leads elsewhere, blocks or is no file is not read`(level: JobSpec.Level) throws {
        let found = try collected(
            """
            ln -s /etc/hostname link; ln -s /etc folder; ln -s link chain; ln -s "$PWD/a" own
            mkfifo pipe; mkdir directory; printf fine > a
            mkdir kept; printf moved > kept/b; mv kept away; ln -s away kept
            python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
            """,
            [
                "link", "folder/hostname", "chain", "own", "pipe", "directory", "kept/b", "socket",
                "a", "away/b",
            ],
            at: level
        )
        #expect(kept(found) == ["a=fine", "away/b=moved"])
        let reasons = Dictionary(uniqueKeysWithValues: found.skipped.map { ($0.path, $0.reason) })
        for link in ["link", "chain", "own"] {
            #expect(reasons[link] == "it is a symbolic link and no regular file")
        }
        #expect(reasons["pipe"] == "it is a pipe and no regular file")
        #expect(reasons["socket"] == "it is a socket and no regular file")
        #expect(reasons["directory"] == "it is a folder: write directory/**")
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a hard link to a file outside can't be made, one to an own file is a file`(
        level: JobSpec.Level
    ) throws {
        let found = try collected(
            "printf x > a; ln a b; ln /etc/passwd c 2>/dev/null || true",
            ["a", "b", "c"],
            at: level
        )
        #expect(kept(found) == ["a=x", "b=x"])
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `what is too large is not read, and does not keep others out`(level: JobSpec.Level) throws
    {
        let found = try collected(
            "truncate -s 60M sparse; head -c 9M /dev/zero > b; head -c 9M /dev/zero > c; printf 1 > d",
            ["*"],
            at: level
        )
        #expect(found.files.map(\.path) == ["b", "d"])
        #expect(found.files.first?.bytes.count == 9 << 20)
        #expect(found.skipped.map(\.path) == ["c", "sparse"])
        #expect(found.skipped[0].reason.contains("left of 16MiB for all artifacts"))
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `files, names and depth have their limits`(level: JobSpec.Level) throws {
        let files = try collected("seq 1 1200 | xargs touch", ["*"], at: level)
        #expect(files.files.count == ArtifactCollector.filesMax)
        #expect(files.skipped.map(\.reason).count == 1)
        #expect(files.skipped.first?.reason.hasPrefix("1000 files have been kept") == true)
        let deep = try collected(
            "for n in $(seq 1 40); do mkdir d; cd d; done; touch x",
            ["**/x"],
            at: level
        )
        #expect(deep.files.isEmpty)
        #expect(deep.skipped.first?.reason == "it is more than 32 folders deep")
    }

    /// At level strict the disk quota ends a program before that many.
    @Test func `a folder with too many names is given up`() throws {
        let found = try collected(
            "seq 1 100100 | xargs touch; touch a",
            ["a"],
            at: .standard
        )
        #expect(found.skipped.first?.reason.hasPrefix("100000 names have been looked at") == true)
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `names that are no text are told, and odd ones are kept`(level: JobSpec.Level) throws {
        let found = try collected(
            """
            python3 -c 'for n in (b"\\xff", b"a b", "\\u00e4".encode(), b"new\\nline", b"-rf", b"*"):
                open(n, "w").close()'
            """,
            ["*"],
            at: level
        )
        #expect(found.files.map(\.path) == ["*", "-rf", "a b", "new\nline", "\u{e4}"])
        #expect(found.skipped.map(\.reason) == ["its name is not UTF-8"])
    }

    /// Each way to share the folders among the stars was looked at by itself: 31 folders took seconds
    /// and half a gigabyte.
    @Test func `patterns with many stars cost no more for it`() throws {
        let folders = Array(repeating: "d", count: 31).joined(separator: "/")
        let stars = Array(repeating: "**/a?/**/d", count: 12).joined(separator: "/")
        let begun = MonotonicTime.now
        let found = try collected(
            "mkdir -p \(folders); touch \(folders)/x",
            Array(repeating: "**/**/**/**/**/**/**/**/**/**/x", count: 16)
                + ["\(stars)/x", "**/d/**/d/**/d/**/d/**/d/**/d/**/d/**/x"],
            at: .standard
        )
        #expect(found.files.map(\.path) == ["\(folders)/x"])
        #expect(begun.duration(to: .now) < .seconds(3))
    }

    @Test func `depth twice is depth once`() {
        #expect(ArtifactPattern("**/**/a/**/**").parts == ArtifactPattern("**/a/**").parts)
        let pattern = ArtifactPattern("**/a/**/b")
        #expect(Set(pattern.inside(Array("a".utf8))).count <= 2)
    }

    @Test(arguments: [
        ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "abd", false), ("*", "", true),
        ("?", "a", true), ("?", "", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
        ("[!a-c]x", "dx", true), ("[]]", "]", true), ("[", "[", true), ("[a", "[a", true),
        ("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ("a-[0-9-]", "a--", true), ("*.py", ".py", true),
    ])
    func `a name fits a pattern or not`(pattern: String, name: String, fits: Bool) {
        #expect(ArtifactPattern.matches(Array(name.utf8)[...], Array(pattern.utf8)[...]) == fits)
    }
}
