// SPDX-License-Identifier: Apache-2.0

import CCurl
import Loop
import LoopSystem

/// libcurl's multi handle and its place on the loop. On the loop.
///
/// How this works. libcurl says which descriptor it wants watched for what, and when it wants to
/// be called at the latest; both within its own functions, where it must not be called in turn. So
/// the two callbacks only tell the loop. The loop calls back in a later iteration: for a descriptor
/// that is ready or a time that has come, always through `curl_multi_socket_action`; then all that
/// ended is taken out.
///
/// Watchers are found by their descriptor and not through `curl_multi_assign`: so the handle can
/// take all of them away when it is closed, and none is reached through a pointer.
///
/// Source: libcurl-multi(3), "MULTI_SOCKET".
//
// Safety (@safe): `raw` is made in init and freed in `close`, after which nothing uses it.
@safe final class MultiHandle {
    private let loop: EventLoop
    private let raw: UnsafeMutableRawPointer
    private var watchers: [CInt: Watcher] = [:]
    private var timer: Handle?
    private var transfers: [UInt: Transfer] = [:]
    private var isClosed = false

    /// Connections kept open for a next request; an idle one costs a descriptor on both sides.
    static let idleConnectionsMax = 32

    init(loop: EventLoop) {
        // Once a process; safe for threads since libcurl 7.84.
        _ = Self.isLibraryReady
        guard let made = unsafe curl_multi_init() else { fatalError("no memory for libcurl") }
        self.loop = loop
        unsafe raw = made
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = ccurl_multi_on_socket(raw, socketInterestChanged, context)
        unsafe _ = ccurl_multi_on_timer(raw, timerChanged, context)
        unsafe _ = ccurl_multi_set_long(raw, CURLMOPT_MAXCONNECTS, Self.idleConnectionsMax)
    }

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// How many transfers are under way.
    var count: Int { transfers.count }

    /// Begins `transfer`.
    func add(_ transfer: Transfer) throws(CurlError) {
        guard !isClosed else { throw .closed }
        let code = unsafe transfer.easy.add(to: raw)
        guard code == CURLM_OK else {
            throw .failed(
                .request,
                code: Int(code.rawValue),
                words: unsafe String(cString: curl_multi_strerror(code))
            )
        }
        transfers[transfer.easy.id] = transfer
    }

    /// Ends `transfer` where it stands, and closes its connection.
    ///
    /// - Returns: false where it had ended already.
    func remove(_ transfer: Transfer) -> Bool {
        guard transfers.removeValue(forKey: transfer.easy.id) != nil else { return false }
        unsafe transfer.easy.remove(from: raw)
        return true
    }

    /// Ends everything.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        for transfer in transfers.values {
            unsafe transfer.easy.remove(from: raw)
            if !transfer.done.isDone {
                try? transfer.done.setResult(transfer.result(endedBy: .closed))
            }
        }
        transfers.removeAll()
        timer?.cancel()
        timer = nil
        unsafe _ = ccurl_multi_on_timer(raw, nil, nil)
        unsafe _ = ccurl_multi_on_socket(raw, nil, nil)
        for descriptor in watchers.keys { loop.unwatch(descriptor) }
        watchers.removeAll()
        unsafe _ = curl_multi_cleanup(raw)
    }

    fileprivate func act(_ descriptor: CInt, _ events: CInt) {
        guard !isClosed else { return }
        var running: CInt = 0
        let code = unsafe curl_multi_socket_action(raw, descriptor, events, &running)
        // A descriptor that libcurl has let go meanwhile is no error.
        if code != CURLM_OK, code != CURLM_BAD_SOCKET {
            report(
                CurlError.failed(
                    .answer,
                    code: Int(code.rawValue),
                    words: unsafe String(cString: curl_multi_strerror(code))
                )
            )
        }
        takeEnded()
    }

    private func takeEnded() {
        var left: CInt = 0
        while let message = unsafe curl_multi_info_read(raw, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            // Removing the handle frees the message.
            let code = unsafe message.pointee.data.result
            let id = unsafe UInt(bitPattern: message.pointee.easy_handle)
            guard let transfer = transfers.removeValue(forKey: id) else { continue }
            unsafe transfer.easy.remove(from: raw)
            // A cancelled wait leaves a future that is done.
            if !transfer.done.isDone { try? transfer.done.setResult(transfer.result(code)) }
        }
    }

    // MARK: what libcurl calls

    fileprivate func watch(_ descriptor: CInt, _ what: CInt) {
        guard what != CURL_POLL_REMOVE else {
            if watchers.removeValue(forKey: descriptor) != nil { loop.unwatch(descriptor) }
            return
        }
        var interest: Readiness = []
        if what != CURL_POLL_OUT { interest.insert(.readable) }
        if what != CURL_POLL_IN { interest.insert(.writable) }
        do throws(LoopError) {
            if watchers[descriptor] != nil {
                do throws(LoopError) {
                    try loop.rewatch(descriptor, for: interest)
                    return
                } catch {
                    // The number was closed and given out again without a word: it is a new one.
                    loop.unwatch(descriptor)
                }
            }
            let watcher = Watcher(multi: self, descriptor: descriptor)
            watchers[descriptor] = watcher
            try loop.watch(descriptor, for: interest, watcher)
        } catch {
            // The one transfer will end by its time-out; telling libcurl would end all of them.
            watchers[descriptor] = nil
            report(error)
        }
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0, !isClosed else { return }
        let fire = { [weak self] in
            guard let self else { return }
            timer = nil
            act(CURL_SOCKET_TIMEOUT, 0)
        }
        do throws(LoopError) {
            timer =
                milliseconds == 0
                ? try loop.callSoon(fire) : try loop.callLater(.milliseconds(milliseconds), fire)
        } catch {
            report(error)
        }
    }

    private func report(_ error: any Error) {
        loop.callExceptionHandler(ExceptionContext(message: "libcurl on the loop", error: error))
    }
}

/// What the loop tells of one of libcurl's descriptors.
private final class Watcher: ReadinessHandler {
    private weak var multi: MultiHandle?
    private let descriptor: CInt

    init(multi: MultiHandle, descriptor: CInt) {
        self.multi = multi
        self.descriptor = descriptor
    }

    func ready(_ readiness: Readiness) {
        var events: CInt = 0
        if !readiness.isDisjoint(with: [.readable, .hangup]) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if readiness.contains(.error) { events |= CURL_CSELECT_ERR }
        multi?.act(descriptor, events)
    }
}

// Safety (both): the context is the handle's owner, which takes the callbacks away before it goes.

/// CURLMOPT_SOCKETFUNCTION
private func socketInterestChanged(
    _ easy: UnsafeMutableRawPointer?,
    _ descriptor: curl_socket_t,
    _ what: CInt,
    _ context: UnsafeMutableRawPointer?,
    _ assigned: UnsafeMutableRawPointer?
) -> CInt {
    unsafe Unmanaged<MultiHandle>.fromOpaque(context!).takeUnretainedValue().watch(descriptor, what)
    return 0
}

/// CURLMOPT_TIMERFUNCTION
private func timerChanged(
    _ multi: UnsafeMutableRawPointer?,
    _ milliseconds: Int,
    _ context: UnsafeMutableRawPointer?
) -> CInt {
    unsafe Unmanaged<MultiHandle>.fromOpaque(context!).takeUnretainedValue().setTimer(milliseconds)
    return 0
}
