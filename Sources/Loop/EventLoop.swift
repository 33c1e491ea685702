// SPDX-License-Identifier: Apache-2.0

public import Logging
public import LoopSystem
import Synchronization

// Safety (@unchecked Sendable): `core` is touched by the loop's thread alone, which every method
// checks or is promised; `inbox` and `owner` are safe for all.
// Safety (@safe): `core` is allocated in init and freed in deinit. It is behind a pointer because a
// class's property is checked for exclusive access each time.

/// asyncio's event loop for Swift: one thread that runs callbacks and tasks, one at a time.
///
/// How this works. Everything that shall run stands in one queue. An iteration waits for
/// descriptors and timers (not at all where the queue has something), puts behind the rest what
/// became ready, and then runs exactly what stood in the queue at that moment: what a callback
/// schedules runs in the next iteration. While there is always something to run, descriptors are
/// looked at only every 64 iterations; in debug mode every time.
///
/// The loop is the serial executor of whatever is isolated to it; tasks that merely shall run on
/// it come in through a second object, ``taskExecutor``.
///
/// Threads: an object of its own for each thread that runs a loop. Unless it says otherwise, a
/// method belongs on the loop's thread. From another thread the one door is
/// ``callSoonThreadsafe(fileID:line:_:)``. Breaking that rule corrupts nothing: what comes from
/// another thread is led to that door, and in debug mode it is refused with
/// ``LoopError/wrongThread(call:loopThread:callingThread:)``.
///
/// Source: `asyncio.BaseEventLoop`, Lib/asyncio/base_events.py.
@safe public final class EventLoop: SerialExecutor, @unchecked Sendable {
    let core: UnsafeMutablePointer<LoopCore>
    let inbox: Inbox
    /// The thread that the loop belongs to: the one that made it, then the one that runs it.
    private let owner: Atomic<Int32>
    private let origin: Origin
    let sink: Locked<any DiagnosticSink>
    /// Run on the loop whatever prefers to, and hand it to `Task(executorPreference:)`.
    public var taskExecutor: any TaskExecutor { unsafe core.pointee.taskExecutor! }

    /// A loop that does not run yet.
    ///
    /// - Parameters:
    ///   - debug: nil: what `LOOP_DEBUG` in the environment says.
    ///   - logger: for debug mode's reports and for errors that nobody could be told.
    ///   - clock: nil: the machine's monotonic clock.
    public init(
        debug: Bool? = nil,
        logger: Logger? = nil,
        clock: TestClock? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws(LoopError) {
        origin = Origin(fileID, line)
        var logger = logger ?? Logger(label: "asyncio")
        if Self.isDevModeOn { logger.logLevel = .debug }
        sink = Locked(DefaultDiagnosticSink(logger: logger))
        do {
            inbox = try Inbox()
            unsafe core = .allocate(capacity: 1)
            unsafe core.initialize(to: LoopCore(poller: try Poller()))
        } catch {
            throw .system(error)
        }
        owner = Atomic(currentThreadID())
        unsafe core.pointee.taskExecutor = LoopTaskExecutor(loop: self)
        unsafe core.pointee.clock = clock
        clock?.attach(to: self)
        ignoreBrokenPipes()
        do {
            try unsafe core.pointee.poller.add(
                inbox.wakeUp.descriptor,
                .readable,
                token: LoopCore.inboxToken
            )
        } catch {
            throw .system(error)
        }
        self.debug = debug ?? Self.isDebugWanted
    }

    /// Whether the environment asks for debug mode.
    static var isDebugWanted: Bool { environmentValue("LOOP_DEBUG") == "1" || isDevModeOn }

    /// Whether `LOOP_DEV_MODE=1` is in the environment: debug mode, the logger at level debug, and
    /// a look at the end for what was left open.
    ///
    /// Source: "Python Development Mode", Doc/library/devmode.rst.
    static let isDevModeOn = environmentValue("LOOP_DEV_MODE") == "1"

    deinit {
        if unsafe !core.pointee.isClosed, unsafe core.pointee.monitor != nil {
            let shown = "event loop <EventLoop running=false closed=false debug=true>"
            report(.unclosed(shown, origin), to: diagnosticSink)
        }
        unsafe core.deinitialize(count: 1)
        unsafe core.deallocate()
    }

    /// Whether debug mode is on. It can be switched at any time.
    public var debug: Bool {
        get { unsafe core.pointee.monitor != nil }
        set {
            guard newValue != debug else { return }
            unsafe core.pointee.monitor?.end()
            guard newValue else {
                unsafe core.pointee.monitor = nil
                return
            }
            let monitor = DebugMonitor(
                sink: diagnosticSink,
                slowCallbackDuration: slowCallbackDuration
            )
            unsafe core.pointee.monitor = monitor
            if unsafe core.pointee.isRunning { monitor.begin() }
        }
    }

    /// From when on debug mode reports a callback; asyncio's default of 100 ms.
    public var slowCallbackDuration: Duration {
        get { unsafe core.pointee.slowCallbackDuration }
        set {
            unsafe core.pointee.slowCallbackDuration = newValue
            unsafe core.pointee.monitor?.slowCallbackDuration = newValue
        }
    }

    /// What the loop's clock shows now.
    ///
    /// Source: `asyncio.loop.time`.
    public func time() -> MonotonicTime { unsafe core.pointee.clock?.now ?? .now }

    // MARK: threads

    /// The loop that runs on the calling thread; nil where none does.
    ///
    /// Source: `asyncio.get_running_loop`.
    public static var running: EventLoop? {
        guard let owner = unsafe threadOwner else { return nil }
        // Safety: `runForever` sets it for as long as it holds the loop.
        return unsafe Unmanaged<EventLoop>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Whether the caller is on the loop's thread. Any thread.
    public var isOnLoop: Bool { threadOfLoop == currentThreadID() }

    var threadOfLoop: Int32 { owner.load(ordering: .relaxed) }

    /// Whether the calling thread is running the loop.
    var isRunningHere: Bool {
        unsafe threadOwner == Unmanaged.passUnretained(self).toOpaque()
    }

    func adoptThread() { owner.store(currentThreadID(), ordering: .relaxed) }

    /// Stops the process where the caller is not on the loop's thread: what follows would corrupt
    /// the loop's state.
    func requireLoop(_ call: StaticString) {
        guard isOnLoop else {
            fatalError("\(call) was called off its event loop's thread; use callSoonThreadsafe")
        }
    }

    /// Refuses a call from another thread, in debug mode and while the loop runs.
    func checkThread(_ call: StaticString) throws(LoopError) {
        guard debug, unsafe core.pointee.isRunning, !isOnLoop else { return }
        throw wrongThread(call)
    }

    /// What is wrong with `call` from the calling thread.
    func wrongThread(_ call: StaticString) -> LoopError {
        .wrongThread(
            call: call.description,
            loopThread: threadOfLoop,
            callingThread: currentThreadID()
        )
    }

    // MARK: executor

    /// Runs `job`, a step of something isolated to the loop, in a later iteration. Any thread.
    public func enqueue(_ job: consuming ExecutorJob) { enqueue(.serialJob(UnownedJob(job))) }

    /// Any thread. Before the loop runs no thread can know that it will be the loop's, so everything
    /// goes through the inbox then.
    func enqueue(_ item: Ready) {
        guard isRunningHere else { return inbox.post(item) }
        if unsafe core.pointee.isResuming {
            unsafe core.pointee.resumed = item
        } else {
            unsafe core.pointee.ready.append(item)
        }
    }

    /// The loop as the executor of what is isolated to it. Any thread.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// Stops the process where the caller claims to be isolated to the loop and is not.
    public func checkIsolated() {
        guard isOnLoop else { fatalError("not on the event loop's thread") }
    }

    /// Whether the caller may count as isolated to the loop.
    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }
}

// Safety (@safe): a continuation in it is resumed once, where it is taken out.

/// What only the loop's thread touches.
@safe struct LoopCore: ~Copyable {
    var ready = ReadyQueue()
    var timers = TimerHeap()
    let poller: Poller
    var watches = WatchTable()
    var taskExecutor: LoopTaskExecutor?
    var monitor: DebugMonitor?
    var slowCallbackDuration: Duration = .milliseconds(100)
    /// Whether a continuation is being resumed. What comes in then is the next step of who waited,
    /// and goes to `resumed` instead of the queue, to be run at once: a wait takes one turn then,
    /// as in asyncio, and not one for the continuation and one for the step.
    var isResuming = false
    var resumed: Ready?
    /// Who goes on next, before anything else: the other side of a generator.
    var handOff: Ready?
    var clock: TestClock?
    var statistics = LoopStatistics()
    /// Since when the loop has been running; nil while it does not.
    var runningSince: MonotonicTime?
    /// How many descriptors the loop watches for itself alone.
    var ownWatchCount = 0
    /// The tree of tasks, where nothing can wake them any more.
    var deadlock: String?
    var isRunning = false
    var isStopping = false
    var isClosed = false
    var ticksSincePoll = 0
    var spareInbox: [Ready] = []
    var signals: SignalForwarding?
    var exceptionHandler: ((ExceptionContext) -> Void)?
    var defaultExecutor: ThreadPoolExecutor?
    var tasks = TaskList()
    var generators = GeneratorList()
    /// Marks the events of the inbox; a descriptor's token is never this.
    static let inboxToken = UInt64.max
    /// How many iterations may pass without looking at the descriptors while there is work: a
    /// look costs more than most callbacks. asyncio looks every time.
    static let ticksWithoutPollMax = 64

    init(poller: consuming Poller) { self.poller = poller }
}
