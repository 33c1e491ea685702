// SPDX-License-Identifier: Apache-2.0

import LoopSystem
import Testing

/// What the loop carries, in a process of its own.
@Suite(.serialized) struct LoadTests {
    @Test(arguments: [
        ("tasks", "flat after 1000000 tasks\n"),
        ("connections", "idle connections answered\n"),
        ("timers", "50000 timers fired in order\n"),
        ("descriptors", "recovered from no descriptors\n"),
        ("flood", "400000 calls from 8 threads, each in its order\n"),
    ])
    func `large numbers of one thing are carried and leave nothing`(
        _ load: String,
        _ expected: String
    ) throws {
        let (text, end) = try probe(load)
        #expect(text == expected)
        #expect(end == .exited(0))
    }
}
