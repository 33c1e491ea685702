// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// What is told when a descriptor is ready.
public protocol ReadinessHandler: AnyObject {
    /// The descriptor is ready for `readiness`. On the loop, again in each iteration for as long
    /// as it is.
    func ready(_ readiness: Readiness)
}

/// Who watches which descriptor. Indexed by the number, since the kernel gives the lowest free.
struct WatchTable {
    private struct Watch {
        var handler: (any ReadinessHandler)?
        /// The kernel hands out a closed number again at once, and the queue may still hold an
        /// event for the old owner. It bears the old generation and is dropped.
        var generation: UInt32 = 0
    }

    private var watches: [Watch] = []
    /// How many descriptors are watched.
    private(set) var count = 0

    func handler(_ descriptor: CInt, _ generation: UInt32) -> (any ReadinessHandler)? {
        let watch = watches[Int(descriptor)]
        return watch.generation == generation ? watch.handler : nil
    }

    func handler(_ descriptor: CInt) -> (any ReadinessHandler)? {
        Int(descriptor) < watches.count ? watches[Int(descriptor)].handler : nil
    }

    /// Those that somebody watches.
    var descriptors: [CInt] {
        watches.indices.filter { watches[$0].handler != nil }.map { CInt($0) }
    }

    /// - Returns: the token that the poller brings along.
    mutating func set(_ descriptor: CInt, _ handler: any ReadinessHandler) -> UInt64 {
        while watches.count <= Int(descriptor) { watches.append(Watch()) }
        if watches[Int(descriptor)].handler == nil { count += 1 }
        watches[Int(descriptor)].handler = handler
        return token(descriptor)
    }

    mutating func remove(_ descriptor: CInt) {
        guard Int(descriptor) < watches.count else { return }
        if watches[Int(descriptor)].handler != nil { count -= 1 }
        watches[Int(descriptor)].handler = nil
        watches[Int(descriptor)].generation &+= 1
    }

    func token(_ descriptor: CInt) -> UInt64 {
        UInt64(watches[Int(descriptor)].generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }
}

extension EventLoop {
    /// Tells `handler` whenever `descriptor` is ready for `interest`, until ``unwatch(_:)``.
    ///
    /// The loop keeps the handler, not the descriptor: unwatch it before it is closed. One handler
    /// a descriptor.
    ///
    /// - Throws: ``LoopError/system(_:)`` where the kernel can't watch it: EPERM for a file.
    public func watch(
        _ descriptor: CInt,
        for interest: Readiness,
        _ handler: any ReadinessHandler
    ) throws(LoopError) {
        try checkThread("watch")
        let previous = unsafe core.pointee.watches.handler(descriptor)
        let token = unsafe core.pointee.watches.set(descriptor, handler)
        do {
            let before = unsafe core.pointee.poller.polledCount
            try unsafe core.pointee.poller.add(descriptor, interest, token: token)
            if before == 0, unsafe core.pointee.poller.polledCount > 0 { tellOfPolling() }
        } catch {
            if let previous {
                // EEXIST: it is watched already, and stays so.
                _ = unsafe core.pointee.watches.set(descriptor, previous)
            } else {
                unsafe core.pointee.watches.remove(descriptor)
            }
            throw .system(error)
        }
    }

    /// Says, once each time that it comes to this, that epoll has no room any more.
    private func tellOfPolling() {
        callExceptionHandler(
            ExceptionContext(
                message:
                    "the user has no epoll watch left, so descriptors are polled, which is slower",
                error: SystemError(call: "epoll_ctl", code: 28 /* ENOSPC */)
            )
        )
    }

    /// Watches `descriptor` for `interest` instead of what it was watched for. An empty interest
    /// keeps the handler and tells it of hang-ups and errors only.
    public func rewatch(_ descriptor: CInt, for interest: Readiness) throws(LoopError) {
        do {
            try unsafe core.pointee.poller.modify(
                descriptor,
                interest,
                token: core.pointee.watches.token(descriptor)
            )
        } catch {
            throw .system(error)
        }
    }

    /// Tells nobody any more when `descriptor` is ready; what was noticed already is dropped.
    public func unwatch(_ descriptor: CInt) {
        unsafe core.pointee.poller.remove(descriptor)
        unsafe core.pointee.watches.remove(descriptor)
    }

    /// Watches `descriptor` for `wanted` instead of `interest`, either of which may be nothing; then
    /// the loop does not keep the handler.
    ///
    /// - Throws: as ``watch(_:for:_:)``; `interest` is what it was then.
    func change(
        _ interest: inout Readiness,
        to wanted: Readiness,
        of descriptor: CInt,
        _ handler: any ReadinessHandler
    ) throws(LoopError) {
        guard wanted != interest else { return }
        if wanted.isEmpty {
            unwatch(descriptor)
        } else if interest.isEmpty {
            try watch(descriptor, for: wanted, handler)
        } else {
            try rewatch(descriptor, for: wanted)
        }
        interest = wanted
    }

    /// Calls `callback` in each iteration in which `descriptor` can be read. It replaces the
    /// reader before it.
    ///
    /// Source: `asyncio.loop.add_reader`.
    public func addReader(
        _ descriptor: CInt,
        _ callback: @escaping () -> Void
    ) throws(LoopError) {
        try checkThread("addReader")
        try changeCallbacks(descriptor) { $0.reader = callback }
    }

    /// Calls `callback` in each iteration in which `descriptor` can be written. It replaces the
    /// writer before it.
    ///
    /// Source: `asyncio.loop.add_writer`.
    public func addWriter(
        _ descriptor: CInt,
        _ callback: @escaping () -> Void
    ) throws(LoopError) {
        try checkThread("addWriter")
        try changeCallbacks(descriptor) { $0.writer = callback }
    }

    /// Takes the reader of `descriptor` away.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func removeReader(_ descriptor: CInt) -> Bool {
        guard let callbacks = callbacks(descriptor), callbacks.reader != nil else { return false }
        try? changeCallbacks(descriptor) { $0.reader = nil }
        return true
    }

    /// Takes the writer of `descriptor` away.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func removeWriter(_ descriptor: CInt) -> Bool {
        guard let callbacks = callbacks(descriptor), callbacks.writer != nil else { return false }
        try? changeCallbacks(descriptor) { $0.writer = nil }
        return true
    }

    private func callbacks(_ descriptor: CInt) -> ReaderAndWriter? {
        unsafe core.pointee.watches.handler(descriptor) as? ReaderAndWriter
    }

    private func changeCallbacks(
        _ descriptor: CInt,
        _ change: (ReaderAndWriter) -> Void
    ) throws(LoopError) {
        if let callbacks = callbacks(descriptor) {
            change(callbacks)
            if callbacks.interest.isEmpty {
                unwatch(descriptor)
            } else {
                try rewatch(descriptor, for: callbacks.interest)
            }
        } else {
            let callbacks = ReaderAndWriter()
            change(callbacks)
            try watch(descriptor, for: callbacks.interest, callbacks)
        }
    }
}

/// The callbacks of `addReader` and `addWriter`.
private final class ReaderAndWriter: ReadinessHandler {
    var reader: (() -> Void)?
    var writer: (() -> Void)?

    var interest: Readiness {
        var interest: Readiness = []
        if reader != nil { interest.insert(.readable) }
        if writer != nil { interest.insert(.writable) }
        return interest
    }

    func ready(_ readiness: Readiness) {
        if readiness.concernsReader { reader?() }
        if readiness.concernsWriter { writer?() }
    }
}
