// SPDX-License-Identifier: Apache-2.0

/// How much a finding matters.
public enum Severity: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case note, warning, error

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .note: 0
        case .warning: 1
        case .error: 2
        }
    }
}

/// One typed diagnostic.
public struct Finding: Hashable, Sendable, Codable {
    /// `f1`, `f2`, … in the order of the places; unique within a job.
    public var id: String
    /// The rule's stable id.
    public var rule: String
    /// How much it matters.
    public var severity: Severity
    /// The run that gave it, counting from 1.
    public var run: Int
    /// How often the same thing happened at the same place.
    public var count: Int
    /// What happened, in one line.
    public var message: String
    /// What to do, in one line.
    public var fix: String
    /// The same as a change of the source, where it is no more than that.
    public var edit: SourceEdit?
    /// The line a person should change; nil where no line of the program is known.
    public var location: Location?
    /// The program's own frames that led there, outermost first.
    public var stack: [Frame]
    /// The program's own frames that made the object in question, outermost first.
    public var creation: [Frame]
    /// The exception, where there is one.
    public var exception: ExceptionReport?
    /// The task in question, where there is one.
    public var task: TaskReport?
    /// How long it took, where the rule is about time.
    public var seconds: Seconds?
    /// When it was seen, since the interpreter ran the harness's first line.
    public var at: Seconds
    /// The channel that it came through.
    public var source: Source
    /// Who vouches for it.
    public var trust: Trust
    /// As the interpreter has it.
    public var raw: String
    /// Where to read more.
    public var doc: String
    /// The same for the same finding in another run, also where its line has moved; nil in reports of
    /// versions that had none.
    public var fingerprint: String?

    /// The channel through which a finding came.
    public enum Source: String, Hashable, Sendable, Codable, CaseIterable {
        case warnings, log, excepthook, unraisable, thread, watchdog, exit, stderr, supervisor
        case exceptionHandler = "exception_handler"
    }

    /// Who vouches for a finding.
    public enum Trust: String, Hashable, Sendable, Codable, CaseIterable {
        /// The program said so of itself.
        case reported
        /// The supervisor saw it from outside.
        case observed
    }

    /// A finding with all its parts.
    public init(
        id: String,
        rule: String,
        severity: Severity,
        run: Int,
        count: Int,
        message: String,
        fix: String,
        edit: SourceEdit? = nil,
        location: Location?,
        stack: [Frame],
        creation: [Frame],
        exception: ExceptionReport?,
        task: TaskReport?,
        seconds: Seconds?,
        at: Seconds,
        source: Source,
        trust: Trust,
        raw: String,
        doc: String,
        fingerprint: String? = nil
    ) {
        self.id = id
        self.rule = rule
        self.severity = severity
        self.run = run
        self.count = count
        self.message = message
        self.fix = fix
        self.edit = edit
        self.location = location
        self.stack = stack
        self.creation = creation
        self.exception = exception
        self.task = task
        self.seconds = seconds
        self.at = at
        self.source = source
        self.trust = trust
        self.raw = raw
        self.doc = doc
        self.fingerprint = fingerprint
    }
}

/// A place in the program's source.
public struct Location: Hashable, Sendable, Codable {
    /// Relative to the work directory.
    public var path: String
    /// Counts from 1.
    public var line: Int
    /// Counts Unicode scalars, which are Python's characters, from 1; nil where the interpreter does
    /// not know it.
    public var column: Int?
    /// The first scalar after the place, on the same line.
    public var endColumn: Int?
    /// The function's name; `<module>` outside any.
    public var function: String
    /// The line as it is written, without its end.
    public var snippet: String

    /// A place.
    public init(
        path: String,
        line: Int,
        column: Int?,
        endColumn: Int?,
        function: String,
        snippet: String
    ) {
        self.path = path
        self.line = line
        self.column = column
        self.endColumn = endColumn
        self.function = function
        self.snippet = snippet
    }

    enum CodingKeys: String, CodingKey {
        case path, line, column
        case endColumn = "end_column"
        case function, snippet
    }
}

/// One frame of a stack; the same facts as a place.
public typealias Frame = Location

/// An exception as data.
public struct ExceptionReport: Hashable, Sendable, Codable {
    /// The class's qualified name, without `builtins.`.
    public var type: String
    /// What `str()` gives.
    public var message: String
    /// Where it was raised: every frame, the library's included, outermost first.
    public var frames: [Frame]
    /// The exception before it, and how the two hang together.
    public var previous: Previous?
    /// The members, where it is a group.
    public var group: [ExceptionReport]

    /// The exception before another one.
    public struct Previous: Hashable, Sendable, Codable {
        /// Whether the later one names it (`raise … from …`) or merely came while it was handled.
        public var relation: Relation
        /// The earlier exception, in a list of one: a value can't hold its own kind.
        public var exceptions: [ExceptionReport]

        /// `exception`, earlier.
        public init(relation: Relation, exception: ExceptionReport) {
            self.relation = relation
            exceptions = [exception]
        }
    }

    /// How an exception hangs together with the one before it.
    public enum Relation: String, Hashable, Sendable, Codable {
        case cause, context
    }

    /// An exception.
    public init(
        type: String,
        message: String,
        frames: [Frame],
        previous: Previous? = nil,
        group: [ExceptionReport] = []
    ) {
        self.type = type
        self.message = message
        self.frames = frames
        self.previous = previous
        self.group = group
    }
}

/// A task as data.
public struct TaskReport: Hashable, Sendable, Codable {
    /// What `get_name()` gives.
    public var name: String
    /// The coroutine's qualified name.
    public var coroutine: String

    /// A task.
    public init(name: String, coroutine: String) {
        self.name = name
        self.coroutine = coroutine
    }
}
