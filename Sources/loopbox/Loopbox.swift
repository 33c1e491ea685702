// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import LoopboxDigest
import LoopboxSandbox

/// The program: arguments in, exit code out.
@main
struct Loopbox: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "loopbox",
        abstract: "Runs asyncio programs in debug mode and reports what it finds.",
        discussion: """
            Try it on a program of yours:

              loopbox run program.py

            Or start a server and send it jobs with curl:

              loopbox serve
              curl -sS --data-binary @job.yaml 'localhost:8080/v1/jobs?wait=20s&format=text'
            """,
        version: version,
        subcommands: [Serve.self, Run.self, Check.self, Rules.self, Doctor.self, Health.self]
    )

    /// Not the library's own: variables of the environment are taken as flags first.
    static func main() {
        if CommandLine.arguments.first == DigestHostProcess.name { DigestProgram.host() }
        do {
            var command = try parseAsRoot(
                try EnvironmentFlags.arguments(Array(CommandLine.arguments.dropFirst()))
            )
            try command.run()
        } catch {
            exit(withError: error)
        }
    }
}

/// How the program ends.
enum ExitStatus {
    /// The program that was run failed the gate.
    static let gateFailed = ExitCode(1)
    /// The spec is not valid.
    static let invalidSpec = ExitCode(2)
    /// The failure is ours or the machine's.
    static let failure = ExitCode(3)
    /// Ctrl-C: 128 and the signal's number, as shells have it.
    static let interrupted = ExitCode(130)
    /// SIGTERM, in the same way.
    static let terminated = ExitCode(143)
}

/// Writes `text` to the descriptor `file`, whole.
func write(_ text: String, to file: CInt = STDOUT_FILENO) { write(Array(text.utf8), to: file) }

/// Writes `bytes` to the descriptor `file`, whole.
func write(_ bytes: [UInt8], to file: CInt = STDOUT_FILENO) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
            unsafe Glibc.write(file, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

/// Says what went wrong.
func complain(_ text: String, _ kind: String = "error") {
    write("loopbox: \(kind): \(text)\n", to: STDERR_FILENO)
}
