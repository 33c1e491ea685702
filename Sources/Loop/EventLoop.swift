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
    /// Run on the loop whatever prefers to, and hand it to `Task(executorPreference:)`.
    public var taskExecutor: any TaskExecutor { unsafe core.pointee.taskExecutor! }

    /// A loop that does not run yet.
    ///
    /// - Parameters:
    ///   - debug: nil: what `LOOP_DEBUG` in the environment says.
    ///   - logger: for debug mode's reports and for errors that nobody could be told.
    public init(debug: Bool? = nil, logger: Logger? = nil) throws(LoopError) {
        do {
            inbox = try Inbox()
            unsafe core = .allocate(capacity: 1)
            unsafe core.initialize(
                to: LoopCore(poller: try Poller(), logger: logger ?? Logger(label: "asyncio"))
            )
        } catch {
            throw .system(error)
        }
        owner = Atomic(currentThreadID())
        unsafe core.pointee.taskExecutor = LoopTaskExecutor(loop: self)
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
        self.debug = debug ?? (environmentValue("LOOP_DEBUG") == "1")
    }

    deinit {
        unsafe core.deinitialize(count: 1)
        unsafe core.deallocate()
    }

    /// Whether debug mode is on. It can be switched at any time.
    public var debug: Bool {
        get { unsafe core.pointee.monitor != nil }
        set {
            guard newValue != debug else { return }
            unsafe core.pointee.monitor =
                newValue ? DebugMonitor(logger: core.pointee.logger) : nil
            if newValue {
                unsafe core.pointee.monitor?.slowCallbackDuration =
                    core.pointee.slowCallbackDuration
            }
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
    public func time() -> MonotonicTime { .now }

    // MARK: threads

    /// Whether the caller is on the loop's thread. Any thread.
    public var isOnLoop: Bool { owner.load(ordering: .relaxed) == currentThreadID() }

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
        throw .wrongThread(
            call: call.description,
            loopThread: owner.load(ordering: .relaxed),
            callingThread: currentThreadID()
        )
    }

    // MARK: executor

    /// Runs `job`, a step of something isolated to the loop, in a later iteration. Any thread.
    public func enqueue(_ job: consuming ExecutorJob) { enqueue(.serialJob(UnownedJob(job))) }

    func enqueue(_ item: Ready) {
        if isOnLoop {
            unsafe core.pointee.ready.append(item)
        } else {
            inbox.post(item)
        }
    }

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

/// What only the loop's thread touches.
struct LoopCore: ~Copyable {
    var ready = ReadyQueue()
    var timers = TimerHeap()
    let poller: Poller
    var watches = WatchTable()
    var taskExecutor: LoopTaskExecutor?
    var monitor: DebugMonitor?
    var slowCallbackDuration: Duration = .milliseconds(100)
    var isRunning = false
    var isStopping = false
    var isClosed = false
    var ticksSincePoll = 0
    var spareInbox: [Ready] = []
    var signals: SignalForwarding?
    var exceptionHandler: ((ExceptionContext) -> Void)?
    var defaultExecutor: ThreadPoolExecutor?
    var tasks = TaskList()
    let logger: Logger

    /// Marks the events of the inbox; a descriptor's token is never this.
    static let inboxToken = UInt64.max
    /// How many iterations may pass without looking at the descriptors while there is work: a
    /// look costs more than most callbacks. asyncio looks every time.
    static let ticksWithoutPollMax = 64

    init(poller: consuming Poller, logger: Logger) {
        self.poller = poller
        self.logger = logger
    }
}
