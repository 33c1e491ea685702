// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import LoopSystem
import LoopboxService
import LoopboxSpec

/// `loopbox check`: the errors of specs, as a compiler has them.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks job specs and prints their errors.",
        discussion: """
            loopbox check job.yaml
            loopbox check Specs/*.yaml

            Exit status: 0 all are valid, 2 one is not, 3 a file can't be read.
            """,
        aliases: ["validate"]
    )

    @Argument(help: "Specs in YAML or JSON; - is standard input.")
    var files: [String]

    func run() throws {
        var isInvalid = false
        for file in files {
            let bytes: [UInt8]
            do throws(SystemError) {
                bytes = try SpecFile.read(file)
            } catch {
                complain("\(error)")
                throw ExitStatus.failure
            }
            do throws(SpecFailure) {
                _ = try SpecDecoder.decode(
                    bytes,
                    contentType: SpecFile.contentType(file),
                    context: SpecContext()
                )
                write("\(file): ok\n")
            } catch {
                let color = isatty(STDERR_FILENO) != 0 && environment("NO_COLOR") == nil
                write(error.render(file: file, source: bytes, color: color), to: STDERR_FILENO)
                isInvalid = true
            }
        }
        if isInvalid { throw ExitStatus.invalidSpec }
    }
}

/// A file that holds a spec or a program.
enum SpecFile {
    /// The bytes of `path`; `-` is standard input.
    static func read(_ path: String) throws(SystemError) -> [UInt8] {
        path == "-"
            ? try readToEnd(STDIN_FILENO, "standard input") : try readWhole(path)
    }

    /// What the name says of the contents.
    static func contentType(_ path: String) -> SpecContentType {
        if path.hasSuffix(".json") { return .json }
        if path.hasSuffix(".yaml") || path.hasSuffix(".yml") { return .yaml }
        return .sniffed
    }
}
