// SPDX-License-Identifier: Apache-2.0

public import Loop

/// An HTTP client: libcurl with its transfers on an event loop. On the loop.
///
/// Connections are kept for a next request to the same host. What an operator trusts and what a
/// stranger named must not share a client, because they would share connections.
//
// Safety (@unchecked Sendable): tasks of one loop share it; each way in stops the process where the
// caller is on another thread.
public final class CurlClient: @unchecked Sendable {
    private let loop: EventLoop
    private let multi: MultiHandle

    /// A client on `loop` without connections.
    public init(on loop: EventLoop) {
        self.loop = loop
        multi = MultiHandle(loop: loop)
    }

    deinit {
        guard !loop.isOnLoop else { return multi.close() }
        // Safety: nobody else knows the handle any more.
        nonisolated(unsafe) let multi = multi
        loop.callSoonThreadsafe { unsafe multi.close() }
    }

    /// How many requests are under way.
    public var transferCount: Int { multi.count }

    /// Makes `request` and waits for the end of its answer.
    ///
    /// What the other side does is a result and not an error. Cancelling the awaiting task closes
    /// the connection at once; the result says ``CurlError/cancelled``.
    public func perform(_ request: CurlRequest) async -> CurlResult {
        loop.checkIsolated()
        let transfer: Transfer
        do throws(CurlError) {
            transfer = try Transfer(request, on: loop)
            try multi.add(transfer)
        } catch {
            return CurlResult(error: error)
        }
        do {
            return try await transfer.done.value
        } catch {
            _ = multi.remove(transfer)
            return transfer.result(endedBy: .cancelled)
        }
    }

    /// Ends all requests that are under way, with ``CurlError/closed``, and closes every
    /// connection. So does letting go of the client.
    public func close() {
        loop.checkIsolated()
        multi.close()
    }
}
