// SPDX-License-Identifier: Apache-2.0

/// What a program's event loops ran, event by event, as far as there was room for it.
///
/// The program said so of itself. Times count from the first line of the harness.
public struct Timeline: Hashable, Sendable, Codable {
    /// Steps, and two for each task. What is more is left out: first the shortest of those that come
    /// late.
    public static let eventsMax = 50_000

    /// The number of the run.
    public var run: Int
    /// How much was asked for.
    public var mode: JobSpec.TimelineMode
    /// Whether something was left out for want of room.
    public var isTruncated: Bool
    /// When the run ended.
    public var ended: Seconds
    /// The loops.
    public var loops: [LoopTimings]
    /// How many tasks there were, those that were left out among them.
    public var tasksTotal: Int
    /// The tasks, by their numbers.
    public var tasks: [Task]
    /// The callbacks and steps, by the time; none unless asked for.
    public var steps: [Step]
    /// The longest lag of all loops since the sample before, some four times a second.
    public var lag: [LagSample]

    /// A place in a source file.
    public struct Place: Hashable, Sendable, Codable {
        /// Relative to the work directory, where the file is the program's.
        public var path: String
        /// Counts from 1.
        public var line: Int
        /// The function's name; `<module>` outside any.
        public var function: String

        /// A place.
        public init(path: String, line: Int, function: String) {
            self.path = path
            self.line = line
            self.function = function
        }
    }

    /// The life of a task.
    public struct Task: Hashable, Sendable, Codable {
        /// Counts from 1, in the order in which the tasks were made.
        public var id: Int
        /// What `get_name()` gave when it was made.
        public var name: String
        /// The qualified name of its coroutine.
        public var coroutine: String
        /// The number of its loop.
        public var loop: Int
        /// The number of the task that made it; nil: a callback did, or code outside of the loop.
        public var parent: Int?
        /// Where it was made, in the program's own code.
        public var creation: Place?
        /// When the step ended in which it was made: before that it could not begin.
        public var created: Seconds
        /// When its first step began; nil: it had none.
        public var firstStep: Seconds?
        /// When it was done; nil: it was not.
        public var ended: Seconds?
        /// How many steps it had.
        public var steps: Int
        /// How long these took together.
        public var busy: Seconds
        /// What became of it.
        public var state: State
        /// What it waited for when its loop stopped or the time was over: the library's coroutine
        /// that the program's own awaits; nil: nothing, or it was done by then.
        public var waitsFor: String?

        enum CodingKeys: String, CodingKey {
            case id, name, coroutine, loop, parent, creation, created
            case firstStep = "first_step"
            case ended, steps, busy, state
            case waitsFor = "waits_for"
        }

        /// A task.
        public init(
            id: Int,
            name: String,
            coroutine: String,
            loop: Int,
            parent: Int?,
            creation: Place?,
            created: Seconds,
            firstStep: Seconds?,
            ended: Seconds?,
            steps: Int,
            busy: Seconds,
            state: State,
            waitsFor: String?
        ) {
            self.id = id
            self.name = name
            self.coroutine = coroutine
            self.loop = loop
            self.parent = parent
            self.creation = creation
            self.created = created
            self.firstStep = firstStep
            self.ended = ended
            self.steps = steps
            self.busy = busy
            self.state = state
            self.waitsFor = waitsFor
        }
    }

    /// What became of a task.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// It was not done when this was told last.
        case pending
        /// Its coroutine returned.
        case finished
        /// It ended with an exception.
        case failed
        case cancelled
        /// Nobody had it any more, and it was not done.
        case destroyed
    }

    /// A callback, or a step of a task.
    public struct Step: Hashable, Sendable, Codable {
        /// The number of the loop.
        public var loop: Int
        /// The number of the task; nil: it was a callback.
        public var task: Int?
        /// The qualified name of the callback; nil for a task's step.
        public var name: String?
        /// When it began.
        public var at: Seconds
        /// How long it took.
        public var seconds: Seconds
        /// How late the loop got to it: see ``LoopTimings/Lag``.
        public var lag: Seconds

        /// A step.
        public init(
            loop: Int,
            task: Int?,
            name: String?,
            at: Seconds,
            seconds: Seconds,
            lag: Seconds
        ) {
            self.loop = loop
            self.task = task
            self.name = name
            self.at = at
            self.seconds = seconds
            self.lag = lag
        }
    }

    /// How late the loops were at some time.
    public struct LagSample: Hashable, Sendable, Codable {
        /// When.
        public var at: Seconds
        /// How late, at the most.
        public var seconds: Seconds

        /// A sample.
        public init(at: Seconds, seconds: Seconds) {
            self.at = at
            self.seconds = seconds
        }
    }

    enum CodingKeys: String, CodingKey {
        case run, mode
        case isTruncated = "truncated"
        case ended, loops
        case tasksTotal = "tasks_total"
        case tasks, steps, lag
    }

    /// A timeline.
    public init(
        run: Int,
        mode: JobSpec.TimelineMode,
        isTruncated: Bool,
        ended: Seconds,
        loops: [LoopTimings],
        tasksTotal: Int,
        tasks: [Task],
        steps: [Step],
        lag: [LagSample]
    ) {
        self.run = run
        self.mode = mode
        self.isTruncated = isTruncated
        self.ended = ended
        self.loops = loops
        self.tasksTotal = tasksTotal
        self.tasks = tasks
        self.steps = steps
        self.lag = lag
    }
}
