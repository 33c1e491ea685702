// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

// Exceptions that the sandbox brings about, and that the program has no part in.

extension FixSentence {
    /// What to do about `exception`, which the sandbox brought about; nil: it did not.
    static func confined(_ exception: WireException, at location: Location) -> String? {
        if isForWantOfNetwork(exception) { return noNetwork }
        if exception.type == "IndexError", location.snippet.contains(".sockets[") {
            return "The server listens at no address, as no socket could be made. \(noNetwork)"
        }
        if exception.type == "PermissionError", exception.message.contains("[Errno 1] "),
            isOnFiles(exception, at: location)
        {
            return
                "At level standard of a server that is not root, a run can't change a file's mode, times or"
                + " owner: use `shutil.copyfile()` for contents, or level strict."
        }
        return nil
    }

    /// Whether a socket was refused, which the sandbox does by its kind and not by its address.
    static func isForWantOfNetwork(_ exception: WireException) -> Bool {
        guard exception.type == "PermissionError", exception.message.contains("[Errno 13] "),
            let last = exception.frames.last
        else { return false }
        return last.file.hasSuffix("/socket.py") && last.function.hasSuffix("__init__")
    }

    static let noNetwork =
        "Level standard has no network: `sandbox.network: loopback` needs level strict, and leads no"
        + " further than the run itself."

    /// Calls of Python's library that change what a file's owner may change.
    private static let onFiles = [
        "chmod", "chown", "utime", "touch", "setxattr", "removexattr", "copymode", "copystat",
        "copy",
        "copy2", "copytree", "move", "extract", "extractall",
    ]

    private static func isOnFiles(_ exception: WireException, at location: Location) -> Bool {
        if let last = exception.frames.last, onFiles.contains(last.function) { return true }
        return onFiles.contains { CallExpression(of: $0, in: location.snippet) != nil }
    }
}
