// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The keys of `program` as they are written, before the rules that look at several of them.
struct ProgramDraft: Sendable {
    /// Bytes of `source`; longer programs are parted into files.
    static let sourceBytesMax = 256 << 10
    /// Bytes of all files together; a document of 1 MiB can't hold more anyway.
    static let filesBytesMax = 1 << 20
    static let filesMax = 64
    static let stdinBytesMax = 1 << 20
    static let argsMax = 64
    static let argBytesMax = 4 << 10
    static let envMax = 64
    /// The name under which `source` is a file.
    static let sourcePath = "main.py"

    var runtime = RuntimeName.newest
    var source = ""
    var files: [String: JobSpec.FileContent] = [:]
    var entry = ""
    var module = ""
    var args: [String] = []
    var stdin: JobSpec.FileContent?
    var env: [String: String] = [:]

    init() {}

    /// As `program` would be written: one file `main.py` that is run is `source`.
    init(_ program: JobSpec.Program) {
        runtime = program.runtime
        args = program.args
        stdin = program.stdin
        env = program.env
        switch program.start {
        case .entry(let path): entry = path
        case .module(let name): module = name
        }
        if program.files.count == 1, case .text(let text) = program.files[Self.sourcePath],
            text.utf8.count <= Self.sourceBytesMax, !text.isEmpty
        {
            source = text
            if entry == Self.sourcePath { entry = "" }
        } else {
            files = program.files
        }
    }

    /// The program, after all rules that look at several keys; nil after a fault.
    func finished(_ seen: KeysSeen, _ reading: inout Reading) -> JobSpec.Program? {
        let mapPath = reading.key
        if let one = seen["source"], let other = seen["files"] {
            let later = one.keySpan.lowerBound < other.keySpan.lowerBound ? other : one
            reading.fault(
                .bothKeys(
                    "source",
                    "files",
                    in: mapPath,
                    cure: "keep one; a single file is simplest as \"source\""
                ),
                at: later.keySpan,
                in: .key(later.key)
            )
            return nil
        }
        if seen["source"] == nil, seen["files"] == nil {
            guard seen.meant.isDisjoint(with: ["source", "files"]) else { return nil }
            reading.fault(
                .neitherKey(
                    "source",
                    "files",
                    in: mapPath,
                    cure: "a single file is simplest as \"source\""
                ),
                at: seen.place
            )
            return nil
        }
        if let one = seen["entry"], let other = seen["module"] {
            let later = one.keySpan.lowerBound < other.keySpan.lowerBound ? other : one
            reading.fault(
                .bothKeys(
                    "entry",
                    "module",
                    in: mapPath,
                    cure: "keep one; \"entry\" runs a file, \"module\" is python -m"
                ),
                at: later.keySpan,
                in: .key(later.key)
            )
            return nil
        }
        let kept: [String: JobSpec.FileContent]
        if let node = seen["files"] {
            guard checkFiles(node, &reading) else { return nil }
            kept = files
        } else {
            kept = [Self.sourcePath: .text(source)]
        }
        guard let start = start(seen, &reading) else { return nil }
        var program = JobSpec.Program(files: kept, start: start)
        program.runtime = runtime
        program.args = args
        program.stdin = stdin
        program.env = env
        return program
    }

    /// Whether the files can stand beside each other.
    private func checkFiles(_ entry: Node.Entry, _ reading: inout Reading) -> Bool {
        guard case .map(let entries) = entry.value.content else { return false }
        var earlier: [String] = []
        var isGood = true
        for file in entries.prefix(Self.filesMax) where PathRules.error(in: file.key) == nil {
            if let error = PathRules.conflict(of: file.key, with: earlier) {
                isGood = false
                reading.inside(.key("files")) { reading in
                    reading.fault(error, at: file.keySpan, in: .key(file.key))
                }
            }
            earlier.append(file.key)
        }
        let bytes = files.values.reduce(0) { $0 + $1.byteCount }
        if bytes > Self.filesBytesMax {
            isGood = false
            reading.fault(
                .filesTooLarge(bytes: bytes, limit: ByteCount(bytes: Self.filesBytesMax)),
                at: entry.keySpan,
                in: .key("files")
            )
        }
        return isGood
    }

    /// Where the program begins; nil after a fault.
    private func start(_ seen: KeysSeen, _ reading: inout Reading) -> JobSpec.Start? {
        if seen["module"] != nil { return .module(module) }
        // All paths that were written, so that a bad file isn't told twice.
        var paths = [Self.sourcePath]
        if let node = seen["files"], case .map(let entries) = node.value.content {
            paths = entries.map(\.key)
        }
        if let node = seen["entry"] {
            // A bad entry is told already.
            guard !entry.isEmpty, !paths.contains(entry) else { return .entry(entry) }
            reading.fault(
                .entryMissing(
                    entry,
                    files: paths,
                    isSource: seen["source"] != nil,
                    suggestion: suggestion(among: paths)
                ),
                at: node.value.span,
                in: .key("entry")
            )
            return nil
        }
        if paths.contains(Self.sourcePath) { return .entry(Self.sourcePath) }
        let candidates = paths.filter { $0.hasSuffix(".py") }
        if candidates.count == 1 { return .entry(candidates[0]) }
        guard let node = seen["files"], !paths.isEmpty else { return nil }
        reading.fault(
            candidates.isEmpty ? .entryAbsent : .entryUnclear(candidates: candidates),
            at: node.keySpan,
            in: .key("files")
        )
        return nil
    }

    /// The file that `entry` was meant to be: a slip, or a file of that name elsewhere.
    private func suggestion(among paths: [String]) -> String? {
        if let near = NearestWord.suggestion(for: entry, among: paths) { return near }
        let name = entry.split(separator: "/").last ?? ""
        return paths.first { $0 == name + ".py" || $0.hasSuffix("/" + name) || $0 == name }
    }
}
