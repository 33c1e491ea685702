// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopSystem
import Testing

/// Each scenario is written twice, in Python and in Swift, and has to say the same in the same
/// order. No scenario depends on how fast anything is: either it takes turns without a delay, or
/// its delays are far apart.
@Suite struct ConformanceTests {
    @Test(
        .enabled(if: !PythonOutput.all.isEmpty, "there is no Python"),
        arguments: scenarios
    )
    func `the loop does everything in asyncio's order`(_ scenario: Scenario) throws {
        let lines = try scenario.lines()
        for python in PythonOutput.all {
            guard let expected = python.programs[scenario.name] else { continue }
            #expect(lines == expected, "against Python \(python.version)")
        }
    }

    @Test func `every scenario has a program and every program a scenario`() {
        #expect(scenarios.map(\.name) == PythonOutput.names)
    }
}

/// All of them, in the order of their names.
let scenarios =
    callbackScenarios + cancellationScenarios + waitingScenarios + groupScenarios + queueScenarios
    + lockScenarios + runScenarios
