// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
public import LoopboxModel

/// The files that a run left and that were asked for.
public struct CollectedArtifacts: Sendable {
    /// The files, in the order of their paths.
    public fileprivate(set) var files: [(path: String, bytes: [UInt8])] = []
    /// What was asked for and is not among them.
    public private(set) var skipped: [Artifacts.Skipped] = []

    /// How many are named: whoever makes a million links learns enough from these.
    public static let skippedMax = 20

    init() {}

    /// What a report says of them.
    public var summary: Artifacts {
        var summary = Artifacts()
        summary.kept = files.map {
            Artifacts.Kept(path: $0.path, size: ByteCount(bytes: $0.bytes.count))
        }
        summary.skipped = skipped
        return summary
    }

    mutating func skip(_ path: String, _ reason: String) {
        guard skipped.count < Self.skippedMax else { return }
        skipped.append(Artifacts.Skipped(path: path, reason: reason))
    }
}

/// Takes files out of a directory that a program has filled as it liked.
///
/// How this works. The program and all its processes have ended, but the paths are theirs: any of
/// them can be a link, a device, a pipe that nobody writes to. So nothing is opened by a path of
/// several parts; the tree is walked by descriptors, and the kernel is told to leave neither the
/// directory nor its file system, and to follow nothing. What is read is a regular file, or not read.
/// Calls block: a worker thread.
///
/// Source: openat2(2).
struct ArtifactCollector {
    private let patterns: [ArtifactPattern]
    /// All files together.
    private let bytesMax: ByteCount

    /// Files that are kept; a report that lists more is not read.
    static let filesMax = 1000
    /// Names that are looked at, matching or not: reading a directory of a million takes seconds.
    static let entriesMax = 100_000
    /// How deep folders are followed; each has a descriptor open meanwhile.
    static let depthMax = 32
    /// How long the whole takes at most: the slot is kept until then.
    static let timeMax = Duration.seconds(5)

    init(_ patterns: [String], bytesMax: ByteCount) {
        self.patterns = Array(Set(patterns.map(ArtifactPattern.init)))
        self.bytesMax = bytesMax
    }

    /// What of `directory`, a descriptor, the patterns name.
    func collect(from directory: CInt) -> CollectedArtifacts {
        var walk = Walk(bytesMax: bytesMax)
        let copy = csandboxOpen(directory, Array(".".utf8), O_RDONLY | O_DIRECTORY)
        if copy >= 0 { walk.folder(copy, path: [], patterns, depth: 1) }
        walk.collected.files.sort { $0.path < $1.path }
        return walk.collected
    }

    /// One walk, with what is left of its limits.
    private struct Walk {
        var collected = CollectedArtifacts()
        private let bytesMax: ByteCount
        private var bytesLeft: Int
        private var entriesLeft = entriesMax
        private var isOver = false
        private let deadline = ContinuousClock.now.advanced(by: timeMax)

        init(bytesMax: ByteCount) {
            self.bytesMax = bytesMax
            bytesLeft = bytesMax.bytes
        }

        /// Looks through the open folder `number`, and closes it.
        mutating func folder(
            _ number: CInt,
            path: [UInt8],
            _ patterns: [ArtifactPattern],
            depth: Int
        ) {
            guard let folder = unsafe fdopendir(number) else {
                close(number)
                return
            }
            defer { unsafe closedir(folder) }
            for name in unsafe names(in: folder, path) {
                if isOver { return }
                let entry = path.isEmpty ? name : path + [UInt8(ascii: "/")] + name
                // Each once: what is left of a pattern is one of its ends, of which there are few,
                // while the ways that lead to one multiply with each folder.
                let below = Array(Set(patterns.lazy.flatMap { $0.inside(name) }))
                let isWanted = patterns.contains { $0.matches(name) }
                guard isWanted || !below.isEmpty else { continue }
                guard ContinuousClock.now < deadline else {
                    return stop(entry, "collecting took longer than \(timeMax)")
                }
                look(at: name, in: number, entry, isWanted, below, depth)
            }
        }

        private mutating func look(
            at name: [UInt8],
            in folder: CInt,
            _ path: [UInt8],
            _ isWanted: Bool,
            _ below: [ArtifactPattern],
            _ depth: Int
        ) {
            var status = stat()
            guard
                unsafe fstatat(
                    folder,
                    name.map(CChar.init(bitPattern:)) + [0],
                    &status,
                    AT_SYMLINK_NOFOLLOW
                )
                    == 0
            else { return }
            if status.st_mode & S_IFMT == S_IFDIR {
                guard !below.isEmpty else {
                    return skip(
                        path,
                        "it is a folder: write \(String(decoding: path, as: UTF8.self))/**"
                    )
                }
                guard depth < depthMax else {
                    return skip(path, "it is more than \(depthMax) folders deep")
                }
                let inner = csandboxOpen(folder, name, O_RDONLY | O_DIRECTORY)
                guard inner >= 0 else { return skip(path, Self.reason(errno)) }
                return self.folder(inner, path: path, below, depth: depth + 1)
            }
            guard isWanted else { return }
            guard status.st_mode & S_IFMT == S_IFREG else {
                return skip(path, "it is \(Self.kind(status.st_mode)) and no regular file")
            }
            take(name, in: folder, path)
        }

        private mutating func take(_ name: [UInt8], in folder: CInt, _ path: [UInt8]) {
            guard let text = String(validating: path, as: UTF8.self) else {
                return skip(path, "its name is not UTF-8")
            }
            guard collected.files.count < filesMax else {
                return stop(path, "\(filesMax) files have been kept")
            }
            let file = csandboxOpen(folder, name, O_RDONLY)
            guard file >= 0 else { return skip(path, Self.reason(errno)) }
            defer { close(file) }
            var status = stat()
            guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                return skip(path, "it is no regular file")
            }
            let size = Int(status.st_size)
            guard size <= bytesLeft else {
                return skip(
                    path,
                    "its \(size) bytes are more than the \(bytesLeft) that are left of "
                        + "\(bytesMax) for all artifacts"
                )
            }
            var count = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
                while filled < size {
                    let got = unsafe read(file, buffer.baseAddress! + filled, size - filled)
                    guard got > 0 else { break }
                    filled += got
                }
                count = filled
            }
            bytesLeft -= count
            collected.files.append((text, bytes))
        }

        private mutating func names(in folder: OpaquePointer, _ path: [UInt8]) -> [[UInt8]] {
            var names: [[UInt8]] = []
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                    unsafe $0.withMemoryRebound(to: UInt8.self, capacity: 256) {
                        unsafe Array(UnsafeBufferPointer(start: $0, count: strnlen($0, 256)))
                    }
                }
                if name == Array(".".utf8) || name == Array("..".utf8) { continue }
                guard entriesLeft > 0 else {
                    stop(
                        path.isEmpty ? Array(".".utf8) : path,
                        "\(entriesMax) names have been looked at"
                    )
                    break
                }
                entriesLeft -= 1
                names.append(name)
            }
            return names.sorted { $0.lexicographicallyPrecedes($1) }
        }

        private mutating func skip(_ path: [UInt8], _ reason: String) {
            collected.skip(String(decoding: path, as: UTF8.self), reason)
        }

        private mutating func stop(_ path: [UInt8], _ reason: String) {
            skip(path, "\(reason), so this and what follows is left out")
            isOver = true
        }

        private static func reason(_ code: CInt) -> String {
            switch code {
            case ELOOP, EXDEV: "it leads elsewhere"
            default: unsafe "it can't be opened: \(String(cString: strerror(code)))"
            }
        }

        private static func kind(_ mode: mode_t) -> String {
            switch mode & S_IFMT {
            case S_IFLNK: "a symbolic link"
            case S_IFIFO: "a pipe"
            case S_IFSOCK: "a socket"
            default: "a device"
            }
        }
    }
}

private func csandboxOpen(_ folder: CInt, _ name: [UInt8], _ flags: CInt) -> CInt {
    unsafe csandbox_open_beneath(folder, name.map(CChar.init(bitPattern:)) + [0], flags)
}
