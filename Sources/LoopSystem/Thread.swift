// SPDX-License-Identifier: Apache-2.0

import CLoop
import Glibc

/// Starts a detached thread that runs `body` and ends.
///
/// - Parameter name: what `ps -T` shows; the kernel keeps 15 bytes of it.
public func startThread(
    name: String,
    _ body: @escaping @Sendable () -> Void
) throws(SystemError) {
    let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let code = unsafe pthread_create(&thread, &attributes, runThread, start.toOpaque())
    guard code == 0 else {
        unsafe start.release()
        throw SystemError(call: "pthread_create", subject: name, code: code)
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Top level, so that it has no isolation that the new thread could violate.
private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // Safety: `startThread` retained it for this one call.
    let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument!).takeRetainedValue()
    unsafe cloop_name_thread(String(start.name.prefix(15)))
    start.body()
    return nil
}
