// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import LoopboxSandbox
import Testing

@Suite struct WorkDirectoryTests {
    private func temporary() throws -> String {
        var template = Array("/tmp/loopbox-work-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp") }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    @Test func `the files stand where the spec says`() throws {
        let base = try temporary()
        let directory = WorkDirectory(base: base, name: "run")
        try directory.make(files: [("a/b/c.py", [1, 2]), ("a/d.py", []), ("main.py", [3])])
        for file in ["a/b/c.py", "a/d.py", "main.py"] {
            #expect(exists("\(directory.work)/\(file)"))
        }
        #expect(exists(directory.temporary))
        directory.remove()
        #expect(!exists(directory.path))
        unsafe rmdir(base)
    }

    @Test func `a directory that exists is not used`() throws {
        let base = try temporary()
        let directory = WorkDirectory(base: base, name: "run")
        try directory.make(files: [])
        let error = #expect(throws: SystemError.self) { try directory.make(files: []) }
        #expect(error?.code == EEXIST)
        directory.remove()
        unsafe rmdir(base)
    }

    @Test func `removing follows no link and minds no permissions`() throws {
        let base = try temporary()
        let outside = "\(base)/outside"
        unsafe mkdir(outside, 0o700)
        close(unsafe creat("\(outside)/kept", 0o600))
        let directory = WorkDirectory(base: base, name: "run")
        try directory.make(files: [("closed/file", [])])
        unsafe symlink(outside, "\(directory.work)/link")
        unsafe chmod("\(directory.work)/closed", 0)
        directory.remove()
        #expect(!exists(directory.path))
        #expect(exists("\(outside)/kept"))
        unsafe unlink("\(outside)/kept")
        unsafe rmdir(outside)
        unsafe rmdir(base)
    }

    /// Makes what is hard to remove in `directory`, with `names` files and a tree `depth` deep.
    private func fill(_ directory: WorkDirectory, names: Int, depth: Int) throws {
        try directory.make(files: [("closed/inner/file", []), (".hidden/.file", [])])
        let work = unsafe open(directory.work, O_RDONLY | O_DIRECTORY)
        defer { close(work) }
        for number in 0..<names { close(openat(work, "\(number)", O_CREAT | O_WRONLY, 0o600)) }
        // No UTF-8.
        let odd: [CChar] = [-1, -2, 46, 0]
        close(unsafe openat(work, odd, O_CREAT | O_WRONLY, 0))
        unsafe mkdirat(work, [46, -61, 0] as [CChar], 0)
        mkdirat(work, "never opened", 0)
        mkfifoat(work, "pipe", 0)
        var parent = dup(work)
        for _ in 0..<depth {
            mkdirat(parent, "d", 0o700)
            let child = openat(parent, "d", O_RDONLY | O_DIRECTORY)
            close(openat(child, "file", O_CREAT | O_WRONLY, 0))
            fchmod(parent == work ? child : parent, 0)
            close(parent)
            parent = child
        }
        fchmod(parent, 0)
        close(parent)
        unsafe chmod("\(directory.work)/closed/inner", 0)
        unsafe chmod("\(directory.work)/closed", 0)
        fchmod(work, 0)
    }

    @Test func `whatever a program leaves is removed`() throws {
        let base = try temporary()
        let directory = WorkDirectory(base: base, name: "run")
        try fill(directory, names: 5000, depth: 5000)
        directory.remove()
        #expect(!exists(directory.path))
        #expect(unsafe rmdir(base) == 0)
    }

    @Test func `discarding takes no longer for many files, and what was there goes later`() throws {
        let base = try temporary()
        let remover = try Remover(base: base)
        let directory = WorkDirectory(below: base)
        try fill(directory, names: 20_000, depth: 100)
        let begun = MonotonicTime.now
        try directory.discard(by: remover)
        // Removing it takes hundreds of milliseconds.
        #expect(begun.duration(to: .now) < .milliseconds(50))
        #expect(!exists(directory.path))
        #expect(remover.backlog.waiting == 1)
        // Not before it was told to.
        #expect(try FolderContents.names("\(base)/gone").count == 1)
        remover.begin()
        try EventLoop.run { loop in await remover.finish(on: loop, within: .seconds(60)) }
        #expect(try FolderContents.names("\(base)/gone").isEmpty)
        #expect(remover.backlog == (0, 0))
        unsafe rmdir("\(base)/gone")
        #expect(unsafe rmdir(base) == 0)
    }

    @Test func `what an earlier remover was given and did not come to is removed by the next`()
        throws
    {
        let base = try temporary()
        do {
            let earlier = try Remover(base: base)
            let directory = WorkDirectory(below: base)
            try fill(directory, names: 10, depth: 3)
            try directory.discard(by: earlier)
        }
        unsafe chmod("\(base)/gone", 0)
        let next = try Remover(base: base)
        next.begin()
        try EventLoop.run { loop in await next.finish(on: loop, within: .seconds(60)) }
        #expect(try FolderContents.names("\(base)/gone").isEmpty)
        unsafe rmdir("\(base)/gone")
        #expect(unsafe rmdir(base) == 0)
    }

    @Test func `no two directories have the same name, and none can be guessed`() {
        let names = Set((0..<1000).map { _ in WorkDirectory(below: "/b").path.dropFirst(3) })
        #expect(names.count == 1000)
        #expect(names.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }
}
