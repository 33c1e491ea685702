// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Empties directories, whatever a program made of them. Calls block.
///
/// How this works. What is in a directory is removed by its name in the open directory, so no path
/// of a program's making is walked and no link is followed. A directory that is not empty is moved
/// up to the top, under a new name, and takes its turn there. So there is no recursion, one
/// directory is open besides the top however deep the tree is, and no list of names is kept.
///
/// Names are bytes: not every one is text. A directory can have any mode; its owner, who we are or
/// whose rights we have, can give it another one.
///
/// Source: unlinkat(2), renameat(2), fchmodat(3).
struct Removal {
    /// The open directory that is emptied.
    let top: CInt

    /// Removes everything in ``top``.
    ///
    /// - Returns: how many things could not be removed, with what is in them.
    func empty() -> Int {
        while true {
            var isAnyRemoved = false
            var left = 0
            Self.forEach(in: top) { name in
                if remove(name) { isAnyRemoved = true } else { left += 1 }
            }
            // What was moved up while the top was being read may not have been seen.
            if left == 0, !isAnyRemoved { return 0 }
            if !isAnyRemoved { return left }
        }
    }

    /// Removes `name` in the top; directories in it move up.
    private func remove(_ name: [CChar]) -> Bool {
        if Self.removeEmpty(name, in: top) { return true }
        guard let folder = Self.open(name, in: top) else { return false }
        defer { close(folder) }
        // Moving something out of it needs rights that it may not give.
        fchmod(folder, 0o700)
        var isEmpty = true
        Self.forEach(in: folder) { inner in
            if !Self.removeEmpty(inner, in: folder), !moveUp(inner, from: folder) {
                isEmpty = false
            }
        }
        guard isEmpty else { return false }
        return unsafe unlinkat(top, name, AT_REMOVEDIR) == 0
    }

    private func moveUp(_ name: [CChar], from folder: CInt) -> Bool {
        let new = Self.freshName()
        if unsafe renameat(folder, name, top, new) == 0 { return true }
        // A directory holds a link to its parent, so it has to be writable itself.
        guard errno == EACCES else { return false }
        Self.letIn(name, in: folder)
        return unsafe renameat(folder, name, top, new) == 0
    }

    /// Removes what is no directory, or an empty one.
    private static func removeEmpty(_ name: [CChar], in folder: CInt) -> Bool {
        if unsafe unlinkat(folder, name, 0) == 0 || errno == ENOENT { return true }
        return unsafe unlinkat(folder, name, AT_REMOVEDIR) == 0
    }

    private static func open(_ name: [CChar], in folder: CInt) -> CInt? {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        var number = unsafe openat(folder, name, flags)
        if number < 0, errno == EACCES {
            letIn(name, in: folder)
            number = unsafe openat(folder, name, flags)
        }
        return number < 0 ? nil : number
    }

    /// Gives the owner of `name` all rights; follows no link.
    static func letIn(_ name: [CChar], in folder: CInt) {
        unsafe _ = fchmodat(folder, name, 0o700, AT_SYMLINK_NOFOLLOW)
    }

    /// A name that nobody has, and that nobody guesses.
    static func freshName() -> String {
        var name = ""
        for _ in 0..<2 {
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            name += String(repeating: "0", count: 16 - digits.count) + digits
        }
        return name
    }

    /// Hands over each name in the open directory `folder`, which stays open.
    private static func forEach(in folder: CInt, _ body: ([CChar]) -> Void) {
        let copy = unsafe openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return }
        guard let directory = unsafe fdopendir(copy) else {
            close(copy)
            return
        }
        defer { unsafe closedir(directory) }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if name != [46, 0], name != [46, 46, 0] { body(name) }
        }
    }
}
