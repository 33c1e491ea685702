// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
public import Loop
public import LoopSystem
import Synchronization

/// Removes what runs leave, on a thread of its own that gives way to all others.
///
/// How this works. A run's directory is moved into the directory `gone` beside it, which takes as
/// long as any rename, whatever is in it: the slot is free then, and the run's name with it. The
/// thread empties `gone`, at the lowest priority for processor and disk. What it does not come to
/// before the server ends is still there when the next one starts, and is removed by that one.
public final class Remover: Sendable {
    private let base: String
    private let folder: FileDescriptor
    private let worker = ThreadPoolExecutor(name: "remove", threads: 1)
    private let hasBegun = Atomic(false)
    /// Whether what an earlier server left was looked for.
    private let hasLooked = Atomic(false)
    /// Directories that were moved aside and not looked at yet.
    private let waiting = Atomic(0)
    /// What could not be removed at the last attempt.
    private let stuck = Atomic(0)

    /// The directory, below that of the runs, for what is to be removed.
    public static let name = "gone"

    /// A remover of directories in `base`, on the same file system. It removes nothing before
    /// ``begin()``.
    public init(base: String) throws(SystemError) {
        self.base = base
        let path = "\(base)/\(Self.name)"
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw .last("mkdir", path) }
        // It is ours, whatever was made of it.
        Removal.letIn(Array(path.utf8CString), in: AT_FDCWD)
        folder = try .open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }

    deinit { worker.shutDown() }

    /// Begins to remove: what was moved aside already, and from now on whatever is.
    public func begin() {
        hasBegun.store(true, ordering: .sequentiallyConsistent)
        wake()
    }

    /// Moves the directory `name` of the base aside, or removes it where it is empty. Returns at
    /// once, whatever is in it. Any thread.
    func take(_ name: String) throws(SystemError) {
        let path = Array("\(base)/\(name)".utf8CString)
        if unsafe rmdir(path) == 0 || errno == ENOENT { return }
        let new = Removal.freshName()
        if unsafe renameat(AT_FDCWD, path, folder.number, new) != 0 {
            Removal.letIn(path, in: AT_FDCWD)
            guard unsafe renameat(AT_FDCWD, path, folder.number, new) == 0 else {
                throw .last("rename", "\(base)/\(name)")
            }
        }
        waiting.add(1, ordering: .sequentiallyConsistent)
        if hasBegun.load(ordering: .sequentiallyConsistent) { wake() }
    }

    /// How many directories wait to be removed, and how many things could not be.
    public var backlog: (waiting: Int, stuck: Int) {
        (waiting.load(ordering: .relaxed), stuck.load(ordering: .relaxed))
    }

    /// Returns once all that was moved aside has been looked at, or `limit` is over; nil: without
    /// end. On the loop.
    public func finish(on loop: EventLoop, within limit: Duration?) async {
        let done = worker.future(on: loop) {}
        let timer = limit.flatMap { try? loop.callLater($0) { done.cancel() } }
        _ = try? await done.value
        timer?.cancel()
    }

    private func wake() {
        try? worker.submit { [self] in
            csandbox_give_way()
            let before = waiting.load(ordering: .sequentiallyConsistent)
            let isFirst = !hasLooked.exchange(true, ordering: .relaxed)
            guard before > 0 || isFirst else { return }
            stuck.store(Removal(top: folder.number).empty(), ordering: .relaxed)
            waiting.subtract(before, ordering: .sequentiallyConsistent)
        }
    }
}
