// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import Glibc

/// Why the store could not do what it was asked for.
///
/// After each of them nothing of the request was written. That a lease was lost, a queue is full or
/// a job does not exist are answers, not errors.
public enum StoreError: Error, Hashable, Sendable {
    /// No space is left for `path`. Free some and try again; the store goes on by itself.
    case diskFull(path: String)
    /// `path` is on a file system, or is a file, that can't be written.
    case readOnly(path: String)
    /// The database file at `path` is damaged or no database at all; `detail` is SQLite's.
    case corrupt(path: String, detail: String)
    /// Another process works on the data in `path`.
    case inUse(path: String)
    /// A later version of the program has changed the schema of the database at `path`.
    case newerSchema(path: String)
    /// What is stored of `subject`, a job or a delivery, can't be read back.
    case unreadable(subject: String, detail: String)
    /// A value of `subject` can't be written as JSON.
    case unwritable(subject: String, detail: String)
    /// The system call `call` failed on `path`.
    case system(call: String, path: String, errno: CInt)
    /// SQLite failed in another way; `code` is its extended result code.
    ///
    /// Source: https://www.sqlite.org/rescode.html
    case sqlite(code: CInt, message: String, path: String)
}

extension StoreError: CustomStringConvertible {
    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .diskFull(let path):
            "no space is left on the disk of \(path); free some, the store then goes on by itself"
        case .readOnly(let path):
            "\(path) can't be written: it, or its file system, is read-only"
        case .corrupt(let path, let detail):
            "the database \(path) is damaged (\(detail)); move it away or restore a copy of it"
        case .inUse(let path):
            "another process uses the data directory \(path); stop it or choose another directory"
        case .newerSchema(let path):
            "the database \(path) was written by a later version; run that version or a newer one"
        case .unreadable(let subject, let detail):
            "what is stored of \(subject) can't be read: \(detail)"
        case .unwritable(let subject, let detail):
            "\(subject) can't be stored: \(detail)"
        case .system(let call, let path, let errno):
            "\(call) \(path): \(Self.message(of: errno))"
        case .sqlite(let code, let message, let path):
            "SQLite error \(code) on \(path): \(message)"
        }
    }

    private static func message(of errno: CInt) -> String {
        // Safety: strerror gives a C string that stays valid until this thread calls it again.
        unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "errno \(errno)"
    }
}

extension StoreError {
    /// The system call `call` failed on `path` with `errno`.
    init(call: String, path: String, errno: CInt) {
        switch errno {
        case ENOSPC, EDQUOT: self = .diskFull(path: path)
        case EROFS: self = .readOnly(path: path)
        default: self = .system(call: call, path: path, errno: errno)
        }
    }

    /// What `error`, thrown in a transaction on the database at `path`, means.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error, path: path)
        default: self = .sqlite(code: -1, message: "\(error)", path: path)
        }
    }

    private init(_ error: DatabaseError, path: String) {
        let message = error.message ?? "no message"
        switch error.extendedResultCode {
        // The index of the write-ahead log could not grow: a full disk, too.
        case .SQLITE_FULL, .SQLITE_IOERR_SHMSIZE: self = .diskFull(path: path)
        // The file was deleted or replaced under our feet; the disk is not read-only.
        case .SQLITE_READONLY_DBMOVED:
            self = .corrupt(path: path, detail: "the file was moved or deleted while in use")
        case .SQLITE_READONLY: self = .readOnly(path: path)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(path: path, detail: message)
        default:
            self = .sqlite(
                code: error.extendedResultCode.rawValue,
                message: message,
                path: path
            )
        }
    }
}
