// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop

/// What debug mode has to say, one after the other. The expected texts name these lines.
enum Pitfalls {
    struct Oops: Error {}

    static func forgotten() -> Coroutine<Void> { Coroutine {} }

    static func run() throws {
        try EventLoop.run { loop in
            _ = forgotten()
            loop.createTask(name: "bug") { throw Oops() }
            loop.slowCallbackDuration = .milliseconds(300)
            try loop.callSoon { for _ in 0..<4 { usleep(200_000) } }
            try loop.callSoon { throw Oops() }
            try await loop.sleep(for: .milliseconds(1))
        }
    }
}
