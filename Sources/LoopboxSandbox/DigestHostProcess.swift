// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc

/// The inside of the process that forks digest processes: ``DigestHost`` is its outside.
///
/// How this works. A program that reads what hostile programs wrote can be led astray by it: into
/// endless work, into gigabytes of memory, into a trap. So that is done in a process of its own for
/// each piece of work, which can compute and nothing else (`digest.c`). Starting one from its file
/// takes ten milliseconds; forking one from a process in which all libraries are loaded takes less
/// than one. This is that process. It has a single thread, reads nothing but requests of the server,
/// and goes when the server goes.
public enum DigestHostProcess {
    /// What the process is called, by which the executable knows what it has been started for.
    public static let name = "loopbox-digest"

    /// The descriptor of the channel to the server.
    static let channel: CInt = 3
    /// The exit status of a host that could not give up what it does not need.
    private static let failed: CInt = 70

    /// Serves until the server has gone. Call it from `main`, before anything makes a thread.
    ///
    /// - Parameters:
    ///   - prepare: does what every digest process would do for itself otherwise.
    ///   - compute: what a digest process does; it has the descriptors that were sent for it, from
    ///     0 on, and the two numbers of its request.
    public static func serve(
        prepare: () -> Void,
        compute: (_ kind: UInt64, _ argument: UInt64) -> Void
    ) -> Never {
        prepare()
        guard csandbox_become_digest_host(DigestHost.user) == 0 else { exit(failed) }
        var children: [CInt: UInt64] = [:]
        while true {
            reap(&children)
            guard csandbox_wait_for_request(channel) != 0 else { continue }
            guard let request = receive() else { exit(0) }
            switch request.words[0] {
            case DigestHost.Order.begin.rawValue:
                let child = begin(request)
                if child == 0 {
                    compute(request.words[2], request.words[3])
                    exit(0)
                }
                request.files.forEach { _ = close($0) }
                if child > 0 {
                    children[child] = request.words[1]
                } else {
                    answer(request.words[1], status: -1)
                }
            case DigestHost.Order.end.rawValue:
                for (child, token) in children where token == request.words[1] {
                    _ = csandbox_end_digest(child)
                }
            default: exit(failed)
            }
        }
    }

    private struct Request {
        var words: [UInt64]
        var files: [CInt]
    }

    /// The next request; nil once the server has gone.
    private static func receive() -> Request? {
        var words = [UInt64](repeating: 0, count: DigestHost.requestWords)
        var files = [CInt](repeating: -1, count: Int(CSANDBOX_DIGEST_FILES))
        var count: CInt = 0
        let size = UInt64(DigestHost.requestWords * 8)
        let received = unsafe csandbox_receive_files(channel, &words, size, &files, &count)
        guard received == Int64(size) else { return nil }
        return Request(words: words, files: Array(files.prefix(Int(count))))
    }

    /// - Returns: 0 in the child.
    private static func begin(_ request: Request) -> CInt {
        unsafe csandbox_fork_digest(
            request.files,
            CInt(request.files.count),
            request.words[4],
            request.words[5],
            request.words[6]
        )
    }

    private static func reap(_ children: inout [CInt: UInt64]) {
        while true {
            var status: CInt = 0
            let child = unsafe csandbox_reap_digest(&status)
            guard child > 0 else { return }
            if let token = children.removeValue(forKey: child) { answer(token, status: status) }
        }
    }

    private static func answer(_ token: UInt64, status: CInt) {
        let words = [token, UInt64(bitPattern: Int64(status))]
        unsafe _ = csandbox_send_files(channel, words, UInt64(words.count * 8), nil, 0)
    }
}
