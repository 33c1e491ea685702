// SPDX-License-Identifier: Apache-2.0

/// What one event loop of a program did in all, and how late it was.
///
/// The program said so of itself. Times count from the first line of the harness.
public struct LoopTimings: Hashable, Sendable, Codable {
    /// Counts from 1, in the order in which loops began to run; the last of very many has the sum of
    /// those that came after it.
    public var loop: Int
    /// The name of the thread that it ran in last; empty where the thread has none.
    public var thread: String
    /// When it began to run.
    public var started: Seconds
    /// When it stopped the last time; nil: it was running when this was told.
    public var stopped: Seconds?
    /// How long it ran, waits included.
    public var running: Seconds
    /// How often it looked at what there is to do.
    public var iterations: Int
    /// How many callbacks and steps of tasks it ran.
    public var callbacks: Int
    /// How long these took together.
    public var busy: Seconds
    /// How late it got to them.
    public var lag: Lag
    /// The longest ones, the longest first.
    public var longest: [Callback]

    /// The share of the time in which it ran callbacks, 0 to 1.
    public var busyShare: Double {
        running.duration > .zero ? min(1, busy.value / running.value) : 0
    }

    /// How late a loop got to its callbacks.
    ///
    /// The lag of a timer is the time from the moment for which it was set until it began; that of any
    /// other callback is the time that callbacks before it took in the same iteration. All but the
    /// longest are the upper ends of classes between two powers of two of a second, the first of which
    /// ends at 0.12 ms.
    public struct Lag: Hashable, Sendable, Codable {
        /// Half of the callbacks were not later.
        public var p50: Seconds
        /// 95 of 100 were not later.
        public var p95: Seconds
        /// 99 of 100 were not later.
        public var p99: Seconds
        /// The longest.
        public var max: Seconds

        /// Lags.
        public init(p50: Seconds, p95: Seconds, p99: Seconds, max: Seconds) {
            self.p50 = p50
            self.p95 = p95
            self.p99 = p99
            self.max = max
        }
    }

    /// One callback or step.
    public struct Callback: Hashable, Sendable, Codable {
        /// How long it took.
        public var seconds: Seconds
        /// When it began.
        public var at: Seconds
        /// The qualified name of the function or of the task's coroutine.
        public var name: String
        /// The number of the task whose step it was; nil: it was none.
        public var task: Int?
        /// Where the function is defined; nil: it is none of Python's.
        public var definition: Timeline.Place?

        /// A callback.
        public init(
            seconds: Seconds,
            at: Seconds,
            name: String,
            task: Int?,
            definition: Timeline.Place?
        ) {
            self.seconds = seconds
            self.at = at
            self.name = name
            self.task = task
            self.definition = definition
        }
    }

    /// What a loop did.
    public init(
        loop: Int,
        thread: String,
        started: Seconds,
        stopped: Seconds?,
        running: Seconds,
        iterations: Int,
        callbacks: Int,
        busy: Seconds,
        lag: Lag,
        longest: [Callback]
    ) {
        self.loop = loop
        self.thread = thread
        self.started = started
        self.stopped = stopped
        self.running = running
        self.iterations = iterations
        self.callbacks = callbacks
        self.busy = busy
        self.lag = lag
        self.longest = longest
    }
}
