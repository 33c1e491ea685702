// SPDX-License-Identifier: Apache-2.0

/// One frame of the report: what the harness saw.
///
/// The program can write frames too. Nothing in a fact is more than a claim, and no value in it may
/// be used without a look at its range.
public struct Fact: Sendable, Decodable {
    /// What is told.
    public enum Kind: String, Sendable, Decodable {
        case hello, warning, context, log, slow, blocking, uncaught, thread, unraisable, timeline
        /// Where all tasks and threads stand.
        case standing
        /// The program runs uvloop's loop.
        case uvloop
        /// A selector still waits although a timer is long due.
        case overslept
        case leakedTask = "leaked_task"
        case leakedThread = "leaked_thread"
        case leakedObject = "leaked_object"
        /// A function of the harness failed.
        case harnessError = "harness_error"
        /// The interpreter's own text of an earlier fact.
        case raw
        /// How often something happened that is not told in full any more.
        case count
        case bye
    }

    /// What is told.
    public let kind: Kind
    /// Nanoseconds of CLOCK_MONOTONIC.
    public let at: Int
    let sequence: Int

    /// In `hello`: the interpreter's version, `3.13.0`.
    public let version: String?
    /// In `hello`: when the interpreter came to the harness, on the clock of `at`.
    public let born: Int?

    let workDirectory: String?
    let library: String?

    let key: Int?
    let total: Int?
    let rawOf: Int?
    let raw: String?

    let message: String?
    let category: String?
    let bases: [String]?
    let file: String?
    let line: Int?
    let coroutine: WireCoroutine?
    let generator: WireCoroutine?
    let source: WireObject?
    let object: WireObject?
    let allocated: [WireFrame]?
    /// Who made an asynchronous generator take its first step outside of a loop.
    let begun: [WireFrame]?
    let stack: [WireFrame]?
    let created: [WireFrame]?
    let exception: WireException?
    let task: WireTask?
    let future: WireTask?
    let handle: WireObject?
    let handleID: Int?
    let seconds: Double?
    let thread: String?
    let said: String?
    /// In `standing`: `deadlock` or `time`.
    public let reason: String?
    let tasks: [WireStandingTask]?
    let tasksTotal: Int?
    let threads: [WireThread]?
    let timeline: WireTimeline?

    enum CodingKeys: String, CodingKey {
        case kind = "k"
        case sequence = "seq"
        case at, version, born
        case workDirectory = "cwd"
        case library, key
        case total = "n"
        case rawOf = "of"
        case raw, message, category, bases, file, line, coroutine, generator, source, object
        case allocated, begun, stack, created, exception, task, future, handle
        case handleID = "handle_id"
        case seconds, thread, said, reason, tasks
        case tasksTotal = "total"
        case threads, timeline
    }
}

/// A place on the wire: `[file, line, function]`, then the first and the last column in bytes of
/// UTF-8, counting from 0, where they are known.
struct WireFrame: Sendable, Decodable, Hashable {
    let file: String
    let line: Int
    let function: String
    let column: Int?
    let endColumn: Int?

    init(file: String, line: Int, function: String) {
        self.file = file
        self.line = line
        self.function = function
        column = nil
        endColumn = nil
    }

    init(from decoder: any Decoder) throws {
        var members = try decoder.unkeyedContainer()
        file = try members.decode(String.self)
        line = try members.decode(Int.self)
        function = try members.decode(String.self)
        column = members.isAtEnd ? nil : try members.decodeIfPresent(Int.self)
        endColumn = members.isAtEnd ? nil : try members.decodeIfPresent(Int.self)
    }
}

/// A coroutine or an asynchronous generator on the wire.
struct WireCoroutine: Sendable, Decodable {
    let name: String
    let id: Int
    /// Where it is defined.
    let definition: WireFrame?
    /// Where it was made, outermost first.
    let origin: [WireFrame]?
    /// Where it stands, and what it awaits, outermost first.
    let stands: [WireFrame]?

    enum CodingKeys: String, CodingKey {
        case name, id
        case definition = "def"
        case origin, stands
    }
}

/// A task, or a future that is none, on the wire.
struct WireTask: Sendable, Decodable {
    let id: Int
    let name: String?
    let coroutine: WireCoroutine?
    let created: [WireFrame]?
}

/// A task that is not done, with what it waits for, on the wire.
struct WireStandingTask: Sendable, Decodable {
    let id: Int
    let name: String
    let coroutine: WireCoroutine?
    let created: [WireFrame]?
    /// The library's coroutine that the program's own awaits.
    let call: String?
    /// Whether it waits for anything: else it runs, or is next in turn.
    let waits: Bool
    /// Tasks that have to be done first, by identity.
    let waitedFor: [Int]?
    /// How many calls in an executor have to be done first.
    let executor: Int?

    enum CodingKeys: String, CodingKey {
        case id, name, coroutine, created, call, waits, executor
        case waitedFor = "for"
    }
}

/// A thread on the wire.
struct WireThread: Sendable, Decodable {
    let name: String
    let stack: [WireFrame]
}

/// Any other object on the wire.
struct WireObject: Sendable, Decodable {
    let shown: String?
    let name: String?
    let definition: WireFrame?

    enum CodingKeys: String, CodingKey {
        case shown = "repr"
        case name
        case definition = "def"
    }
}

/// An exception on the wire. A class, for a value can't hold its own kind.
final class WireException: Sendable, Decodable {
    let type: String
    let id: Int
    let message: String
    let frames: [WireFrame]
    let cause: WireException?
    let context: WireException?
    let group: [WireException]?
    let syntax: WireSyntax?
}

/// Where a text does not compile: `[file, line, column, end line, end column, text]`.
struct WireSyntax: Sendable, Decodable {
    let file: String
    let line: Int
    let column: Int?
    let endLine: Int?
    let endColumn: Int?
    let text: String

    init(from decoder: any Decoder) throws {
        var members = try decoder.unkeyedContainer()
        file = try members.decode(String.self)
        line = try members.decode(Int.self)
        column = try members.decodeIfPresent(Int.self)
        endLine = try members.decodeIfPresent(Int.self)
        endColumn = try members.decodeIfPresent(Int.self)
        text = try members.decode(String.self)
    }
}
