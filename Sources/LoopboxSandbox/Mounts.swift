// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopboxModel

/// What a run at level strict sees in place of the machine's files.
///
/// The root is a small tmpfs that is read-only once it is built. In it are the machine's programs and
/// libraries, read-only; the interpreter; a few devices; a procfs of the run's own processes; and a
/// tmpfs with a quota for all that the program writes: its directories are `/tmp`, `/dev/shm`, and
/// the run's directory, which is at the path that it has on the machine.
struct Mounts {
    /// One thing in the new root.
    struct Entry {
        var kind: csandbox_mount_kind
        /// From the root on, with a slash.
        var target: String
        var source: String?
        var isOptional = false
    }

    let entries: [Entry]
    /// What Landlock allows in it.
    let rules: [Landlock.Rule]
    /// Of the root itself: directories, links and a few small files.
    static let rootOptions = "size=1m,nr_inodes=4096,mode=755"
    /// Where the tmpfs with the quota is; no rule leads there.
    static let quota = "/.run"
    /// Quota on files: one for each so many bytes of the quota, as a file has at least a page.
    private static let bytesPerFile = 4096
    private static let filesMin = 1024

    /// The options of a tmpfs with at most `bytes` in its files.
    static func bounded(_ bytes: ByteCount, mode: String) -> String {
        let files = max(filesMin, bytes.bytes / bytesPerFile)
        return "size=\(bytes.bytes),nr_inodes=\(files),mode=\(mode)"
    }

    /// The view of a run in `directory` by `owner`, with at most `disk` bytes that it can write.
    init(
        directory: String,
        runtimes: [String],
        readable: [String],
        disk: ByteCount,
        owner: uid_t?
    ) {
        var entries: [Entry] = []
        var rules: [Landlock.Rule] = []
        entries.append(
            Entry(
                kind: CSANDBOX_TMPFS,
                target: Self.quota,
                source: Self.bounded(disk, mode: "755")
            )
        )
        func own(_ target: String, _ name: String) {
            let source = "\(Self.quota)/\(name)"
            entries.append(Entry(kind: CSANDBOX_DIRECTORY, target: source))
            entries.append(Entry(kind: CSANDBOX_INNER, target: target, source: source))
            rules.append(Landlock.Rule(path: target, access: .own))
        }
        // First, as what is shown can be below `/tmp`, and so can the run's directory.
        own("/tmp", "tmp")
        own("/dev/shm", "shm")
        for path in Self.system { Self.show(path, .runtime, in: &entries, &rules) }
        for path in Self.configuration { Self.show(path, .readOnly, in: &entries, &rules) }
        for path in Self.topmost(runtimes) { Self.show(path, .runtime, in: &entries, &rules) }
        for path in Self.topmost(readable) { Self.show(path, .readOnly, in: &entries, &rules) }
        for (path, text) in Self.texts(owner ?? getuid(), owner ?? getgid()) {
            entries.append(Entry(kind: CSANDBOX_FILE, target: path, source: text))
            rules.append(Landlock.Rule(path: path, access: .readFile, isDirectory: false))
        }
        for path in Self.devices {
            entries.append(Entry(kind: CSANDBOX_DEVICE, target: path, source: path))
            rules.append(Landlock.Rule(path: path, access: .of(device: path), isDirectory: false))
        }
        entries.append(
            Entry(kind: CSANDBOX_SYMLINK, target: "/dev/fd", source: "/proc/self/fd")
        )
        // A kernel that hides parts of /proc from us lets nobody mount it anew; asyncio does
        // without.
        entries.append(
            Entry(kind: CSANDBOX_PROC, target: "/proc", source: "subset=pid", isOptional: true)
        )
        rules.append(Landlock.Rule(path: "/proc", access: .readOnly))
        own(directory, "run")
        self.entries = entries
        self.rules = rules
    }

    /// Programs and libraries of the machine.
    static let system = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]
    /// What programs and the C library read of the machine's settings: none of it is a secret.
    static let configuration = [
        "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/mime.types", "/etc/ssl",
    ]
    /// Devices that everybody may use and that hold nothing.
    static let devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]

    private static func texts(_ user: uid_t, _ group: gid_t) -> [(String, String)] {
        [
            ("/etc/hosts", "127.0.0.1 localhost job\n::1 localhost\n"),
            ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
            ("/etc/passwd", "job:x:\(user):\(group):job:/nonexistent:/bin/sh\n"),
            ("/etc/group", "job:x:\(group):\n"),
        ]
    }

    private static func show(
        _ path: String,
        _ access: Landlock.Access,
        in entries: inout [Entry],
        _ rules: inout [Landlock.Rule]
    ) {
        // `/bin` and the like are links into `/usr` on most machines. Another link, such as
        // `/etc/localtime`, is shown as what it leads to.
        if system.contains(path), let target = linkTarget(path) {
            entries.append(Entry(kind: CSANDBOX_SYMLINK, target: path, source: target))
            return
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        entries.append(Entry(kind: CSANDBOX_READ_ONLY, target: path, source: path))
        rules.append(Landlock.Rule(path: path, access: access, isDirectory: isDirectory))
    }

    private static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Those of `paths` that are below none of the others, nor of the machine's.
    private static func topmost(_ paths: [String]) -> [String] {
        var kept: [String] = []
        for path in Set(paths).sorted() {
            let above = kept + system
            if above.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) { continue }
            kept.append(path)
        }
        return kept
    }
}
