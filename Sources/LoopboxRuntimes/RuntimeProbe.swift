// SPDX-License-Identifier: Apache-2.0

/// Finds the interpreters of a machine: which files to ask, what to ask them, what the answers mean.
///
/// Reading folders and starting processes is the caller's.
public enum RuntimeProbe {
    /// The oldest version that the harness runs under.
    public static let oldest = PythonRuntime.Version(3, 9, 0)
    /// The newest minor version that it is known to run under.
    public static let newestMinor = 14

    /// How an interpreter answered.
    public struct Answer: Hashable, Sendable {
        /// Its exit status; another value than 0 where it died of a signal or was not started.
        public var status: Int32
        /// What it wrote to its standard output.
        public var output: String

        /// An answer.
        public init(status: Int32, output: String) {
            self.status = status
            self.output = output
        }
    }

    /// An executable that is not used.
    public struct Skipped: Hashable, Sendable {
        /// Its path.
        public var executable: String
        /// Why not, as the end of a sentence.
        public var reason: String

        /// `executable` is not used, for `reason`.
        public init(executable: String, reason: String) {
            self.executable = executable
            self.reason = reason
        }
    }

    /// What was found.
    public struct Result: Hashable, Sendable {
        /// One interpreter per minor version, newest first.
        public var runtimes: [PythonRuntime]
        /// What was looked at and left out, in the order of the search.
        public var skipped: [Skipped]

        /// The interpreter that a spec calls `name`; `python` and `python3` are the newest.
        public func runtime(named name: String) -> PythonRuntime? {
            if name == "python" || name == "python3" { return runtimes.first }
            return runtimes.first { $0.name == name }
        }
    }

    /// The executables to ask, given the folders in the order of the search and the names in each.
    ///
    /// Those are `python3` and `python3.N` with an N that is supported.
    public static func candidates(in folders: [(path: String, names: [String])]) -> [String] {
        var seen: Set<String> = []
        var found: [String] = []
        for (folder, names) in folders {
            for name in names.sorted() where isInterpreter(name) {
                let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
                if seen.insert(path).inserted { found.append(path) }
            }
        }
        return found
    }

    private static func isInterpreter(_ name: String) -> Bool {
        if name == "python3" { return true }
        guard name.hasPrefix("python3."), let minor = Int(name.dropFirst(8)) else { return false }
        return minor >= oldest.minor && minor <= newestMinor
    }

    /// What to run to ask `executable`. A few milliseconds, or a tenth of a second where there is
    /// uvloop, which is tried; a shim adds its own.
    public static func command(for executable: String) -> [String] {
        let script = """
            import os, sys
            own = sys.executable
            parts = [own, os.path.realpath(own), sys.base_prefix, sys.base_exec_prefix]
            venv = os.path.dirname(os.path.dirname(own))
            if os.path.exists(os.path.join(venv, "pyvenv.cfg")):
                parts.append(venv)
            uvloop = ""
            try:
                import importlib.util, site
                site.main()
                if importlib.util.find_spec("uvloop"):
                    import uvloop as module
                    uvloop = module.__version__
            except Exception:
                pass
            print(own, os.path.realpath(own), sys.implementation.name,
                  "%d.%d.%d" % sys.version_info[:3], uvloop or "-", *parts, sep="\\n")
            """
        return [executable, "-I", "-S", "-c", script]
    }

    /// Asks every one of `candidates` through `ask` and keeps the newest of each minor version.
    ///
    /// - Parameters:
    ///   - ask: Runs a command to its end, at most a few seconds.
    ///   - refuse: Why an interpreter can't be used although it answered well, as the end of a
    ///     sentence; nil where it can.
    public static func runtimes(
        among candidates: [String],
        ask: (_ command: [String]) async -> Answer,
        refuse: (PythonRuntime) async -> String? = { _ in nil }
    ) async -> Result {
        var result = Result(runtimes: [], skipped: [])
        var seen: Set<String> = []
        for candidate in candidates {
            switch understand(await ask(command(for: candidate))) {
            case .failure(let refusal):
                result.skipped.append(Skipped(executable: candidate, reason: refusal.reason))
            case .success(let found):
                guard seen.insert(found.file).inserted else { continue }
                let runtime = found.runtime
                if let reason = await refuse(runtime) {
                    result.skipped.append(Skipped(executable: candidate, reason: reason))
                    continue
                }
                let place = result.runtimes.firstIndex { $0.name == runtime.name }
                guard let place else {
                    result.runtimes.append(runtime)
                    continue
                }
                let other = result.runtimes[place]
                let loser = runtime.version > other.version ? other : runtime
                if runtime.version > other.version { result.runtimes[place] = runtime }
                result.skipped.append(
                    Skipped(
                        executable: loser.executable,
                        reason: "\(loser.version) is older than another \(loser.name)"
                    )
                )
            }
        }
        result.runtimes.sort { $0.version > $1.version }
        return result
    }

    private struct Refusal: Error { let reason: String }
    private struct Found {
        let runtime: PythonRuntime
        /// Without symbolic links: two names of one file are one interpreter.
        let file: String
    }

    private static func understand(_ answer: Answer) -> Swift.Result<Found, Refusal> {
        guard answer.status == 0 else {
            return .failure(Refusal(reason: "it ended with status \(answer.status)"))
        }
        let lines = answer.output.split(separator: "\n").map(String.init)
        guard lines.count >= 5, lines[0].hasPrefix("/") else {
            return .failure(Refusal(reason: "it did not answer like an interpreter"))
        }
        guard lines[2] == "cpython" else {
            return .failure(Refusal(reason: "it is \(lines[2]), not CPython"))
        }
        let numbers = lines[3].split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 3 else {
            return .failure(Refusal(reason: "its version \(lines[3]) has no three numbers"))
        }
        let version = PythonRuntime.Version(numbers[0], numbers[1], numbers[2])
        guard version >= oldest, version.major == oldest.major, version.minor <= newestMinor else {
            return .failure(Refusal(reason: "version \(version) is not supported"))
        }
        return .success(
            Found(
                runtime: PythonRuntime(
                    executable: lines[0],
                    version: version,
                    parts: Array(lines.dropFirst(5)),
                    uvloop: lines[4] == "-" ? nil : lines[4]
                ),
                file: lines[1]
            )
        )
    }
}
