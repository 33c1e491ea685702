// SPDX-License-Identifier: Apache-2.0

import Glibc
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

    @Test func `a deep tree is removed`() throws {
        let base = try temporary()
        let directory = WorkDirectory(base: base, name: "run")
        try directory.make(files: [])
        var parent = unsafe open(directory.work, O_RDONLY | O_DIRECTORY)
        for _ in 0..<1000 {
            unsafe mkdirat(parent, "d", 0o700)
            let child = unsafe openat(parent, "d", O_RDONLY | O_DIRECTORY)
            close(parent)
            parent = child
        }
        close(parent)
        directory.remove()
        #expect(!exists(directory.path))
        unsafe rmdir(base)
    }
}
