// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop

enum Square: ProcessPoolTask {
    static func run(_ number: Int) -> Int { number * number }
}

enum Count: ProcessPoolTask {
    static func run(_ bytes: [UInt8]) -> Int { bytes.count }
}

enum Bytes: ProcessPoolTask {
    static func run(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }
}

enum Fail: ProcessPoolTask {
    struct Oops: Error { let number: Int }
    static func run(_ number: Int) throws -> Int { throw Oops(number: number) }
}

/// Ends its own process.
enum Die: ProcessPoolTask {
    static func run(_ signal: Int32) -> Int {
        raise(signal)
        return 0
    }
}

enum Leave: ProcessPoolTask {
    static func run(_ status: Int32) -> Int { exit(status) }
}

enum Where: ProcessPoolTask {
    static func run(_: Int) -> Int32 { getpid() }
}

/// Never answers.
enum Hang: ProcessPoolTask {
    static func run(_: Int) -> Int { while true { pause() } }
}

/// Sees what a worker's own child would inherit.
enum Inherits: ProcessPoolTask {
    static func run(_: Int) -> [String] {
        let isMarked = unsafe getenv("LOOP_PROCESS_POOL_WORKER") != nil
        return ["marked \(isMarked)", "leader \(getsid(0) == getpid())"]
    }
}

/// Known to nobody.
enum Forgotten: ProcessPoolTask {
    static func run(_ number: Int) -> Int { number }
}
