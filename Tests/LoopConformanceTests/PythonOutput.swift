// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the programs in the folder `Python` print, run by one interpreter.
struct PythonOutput: Sendable {
    /// Such as `3.13.0`.
    let version: String
    /// The lines of each program that runs with this version, by its name.
    let programs: [String: [String]]

    /// Of all the interpreters that there are; each run once, all at the same time.
    static let all: [PythonOutput] = {
        let interpreters = findInterpreters()
        let outputs = output(of: interpreters.map { [$0.path, "-B", folder + "/run_programs.py"] })
        return zip(interpreters, outputs).map { PythonOutput($0.version, $1) }
    }()

    /// The names of all programs.
    static let names: [String] = output(of: [["/bin/ls", folder]])[0]
        .filter { $0.hasSuffix(".py") && $0.first?.isNumber == true }
        .map { String($0.dropLast(3)) }

    private static let folder =
        #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/Python"

    /// The oldest version whose asyncio has most of what the programs use.
    private static let oldest = "import sys; sys.version_info < (3, 9) and sys.exit(1);"

    private init(_ version: String, _ lines: [String]) {
        self.version = version
        var programs: [String: [String]] = [:]
        var name = ""
        for line in lines {
            if line.hasPrefix("===== ") {
                name = String(line.dropFirst(6))
                programs[name] = []
            } else {
                programs[name, default: []].append(line)
            }
        }
        self.programs = programs
    }

    /// `python3` and `python3.x` of the search path, those that pyenv made, and whatever
    /// `LOOP_TEST_PYTHONS` names (paths, with colons between).
    private static func findInterpreters() -> [(path: String, version: String)] {
        let script = """
            IFS=:
            for directory in $PATH; do
                for name in python3 python3.9 python3.10 python3.11 python3.12 python3.13 python3.14
                do
                    if [ -x "$directory/$name" ]; then echo "$directory/$name"; fi
                done
            done
            ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3 2>/dev/null
            for path in $LOOP_TEST_PYTHONS; do echo "$path"; done
            """
        let paths = output(of: [["/bin/sh", "-c", script]])[0]
        let ask =
            "\(oldest) import os; print('%d.%d.%d' % sys.version_info[:3])"
            + " or print(os.path.realpath(sys.executable))"
        // A shim, or a link, is another name for an interpreter that is in the list already.
        var known: Set<[String]> = []
        return zip(paths, output(of: paths.map { [$0, "-c", ask] })).compactMap { path, identity in
            guard identity.count == 2, known.insert(identity).inserted else { return nil }
            return (path, identity[0])
        }
    }

    /// The lines that each of `commands` prints; they run at the same time.
    private static func output(of commands: [[String]]) -> [[String]] {
        let pipes = commands.map { arguments in
            let words = arguments.map { "'\($0.replacing("'", with: "'\\''"))'" }
            return popen("exec \(words.joined(separator: " ")) 2>/dev/null", "r")
        }
        return pipes.map { pipe in
            guard let pipe else { return [] }
            defer { pclose(pipe) }
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
                bytes += buffer[..<count]
            }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }
}
