// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport
import Testing

@testable import LoopboxGate

@Suite struct ComparisonTests {
    private func comparison(
        _ runs: [RunReport],
        _ outputs: [Int: Report.Output] = [:],
        folders: [Int: String] = [:]
    ) -> Comparison {
        Comparison(of: runs, outputs: outputs, folders: folders, planned: runs.count)
    }

    @Test func `times are ones that a run had, by nearest rank`() {
        let runs = [30, 10, 20, 40].enumerated().map { place, milliseconds in
            Crafted.run(place + 1, wall: .milliseconds(milliseconds))
        }
        let wall = comparison(runs).wall
        #expect(
            wall
                == Comparison.Spread(
                    min: Seconds(.milliseconds(10)),
                    median: Seconds(.milliseconds(20)),
                    p95: Seconds(.milliseconds(40)),
                    max: Seconds(.milliseconds(40)),
                    fastest: 2,
                    slowest: 4
                )
        )
        let hundred = (1...100).map { Crafted.run($0, wall: .milliseconds($0)) }
        #expect(comparison(hundred).wall?.p95 == Seconds(.milliseconds(95)))
        #expect(comparison(hundred).wall?.median == Seconds(.milliseconds(50)))
    }

    @Test func `ends and findings that not all runs have are told with their runs`() {
        let slow = Crafted.finding("slow-callback")
        let other = Crafted.finding("unclosed-file", "main.py", 9)
        let runs = [
            Crafted.run(1, [slow, other]), Crafted.run(2, [slow], exit: 1), Crafted.run(3, [slow]),
        ]
        let found = comparison(runs)
        #expect(found.ends.map(\.runs) == [[1, 3], [2]])
        #expect(found.ends.map(\.exit) == [0, 1])
        #expect(found.findings.map(\.rule) == ["unclosed-file"])
        #expect(found.findings[0].runs == [1])
        #expect(found.findings[0].missing == [2, 3])
        #expect(found.findings[0].line == 9)
    }

    @Test func `outputs are compared with the first run's, equal ones together`() {
        let outputs = [
            1: Crafted.output("a\nb\n"), 2: Crafted.output("a\nc\n"), 3: Crafted.output("a\n"),
            4: Crafted.output("a\nc\n"), 5: Crafted.output("a\nb\n"),
        ]
        let found = comparison((1...5).map { Crafted.run($0) }, outputs).outputs
        #expect(found.map(\.runs) == [[2, 4], [3]])
        #expect(found.map(\.line) == [2, 2])
        #expect(found.map(\.text) == ["c", nil])
        #expect(found.map(\.other) == ["b", "b"])
        #expect(found.allSatisfy { $0.stream == "stdout" && $0.against == 1 && !$0.isCut })
    }

    @Test func `that each run has a folder of its own is no difference`() {
        let outputs = [
            1: Crafted.output("", "/work/run-1/work/main.py:3: Warning\n"),
            2: Crafted.output("", "/work/run-2/work/main.py:3: Warning\n"),
        ]
        let runs = [Crafted.run(1), Crafted.run(2)]
        let folders = [1: "/work/run-1", 2: "/work/run-2"]
        #expect(comparison(runs, outputs, folders: folders).outputs == [])
        #expect(comparison(runs, outputs).outputs.count == 1)
    }

    @Test func `an output that was cut is compared as far as it was kept, and that is said`() {
        var cut = Crafted.output("a")
        cut.stdout.tail = Array("z".utf8)
        cut.stdout.dropped = 5
        let found = comparison([Crafted.run(1), Crafted.run(2)], [1: Crafted.output("a"), 2: cut])
        #expect(found.outputs.map(\.isCut) == [true])
    }

    @Test func `runs that were not carried out are not compared`() {
        let runs = [Crafted.run(1), Crafted.run(2, outcome: .cancelled, exit: nil)]
        let found = comparison(runs)
        #expect(found.ends.count == 1)
        #expect(found.wall?.slowest == 1)
        #expect(comparison([runs[1]]).wall == nil)
    }

    @Test func `as many differences as the limit are kept, and the rest is counted`() {
        let most = Comparison.differencesMax
        let findings = (1...most + 7).map { Crafted.finding("slow-callback", "main.py", $0) }
        let found = comparison([Crafted.run(1, findings), Crafted.run(2)])
        #expect(found.findings.count == most)
        #expect(found.omitted == 7)
        let long = String(repeating: "x", count: 5000)
        let outputs = [1: Crafted.output(long), 2: Crafted.output(long + "y")]
        let text = comparison([Crafted.run(1), Crafted.run(2)], outputs).outputs[0].text
        #expect(text?.count == Comparison.lineMax + 1)
    }

    // MARK: Flakiness

    private func flaky(_ runs: [RunReport], _ spec: JobSpec) -> [Finding] {
        Gate.judge(runs, outputs: [:], of: spec).runs.flatMap(\.findings)
            .filter { $0.rule == "flaky" }
    }

    @Test func `repetitions that disagree are flaky, at the first that is not as the one before`() {
        let runs = (1...5).map { number in
            number >= 4
                ? Crafted.run(number, exit: 1) : Crafted.run(number)
        }
        let found = flaky(runs, Crafted.spec(count: 5))
        #expect(found.map(\.run) == [4])
        #expect(
            found.first?.message
                == "runs 1-5 of the same program with the same settings disagree: "
                + "exit 0 in runs 1-3; exit 1 in runs 4 and 5"
        )
        #expect(found.first?.severity == .warning)
        let slow = Crafted.finding("slow-callback")
        let other = flaky([Crafted.run(1), Crafted.run(2, [slow])], Crafted.spec(count: 2))
        #expect(other.first?.message.hasSuffix("slow-callback at main.py:3 only in run 2") == true)
        #expect(flaky((1...5).map { Crafted.run($0) }, Crafted.spec(count: 5)) == [])
    }

    @Test func `runs with other settings may differ`() {
        // Two values, twice each: the first ends with 0, the second with 1.
        let spec = Crafted.spec(count: 2, values: [.text("a"), .text("b")])
        let alike = [0, 0, 1, 1].enumerated().map { Crafted.run($0 + 1, exit: $1) }
        #expect(flaky(alike, spec) == [])
        let odd = [0, 0, 1, 0].enumerated().map { Crafted.run($0 + 1, exit: $1) }
        #expect(flaky(odd, spec).map(\.run) == [4])
    }

    @Test func `flakiness fails a gate, unless it is allowed or asked for`() {
        let runs = [Crafted.run(1), Crafted.run(2, exit: 1)]
        func verdict(_ change: (inout Expectations) -> Void) -> Verdict? {
            var expect = Expectations()
            expect.exit = .any
            change(&expect)
            return Gate.judge(runs, outputs: [:], of: Crafted.spec(expect, count: 2)).verdict
        }
        #expect(verdict { _ in } == .failed)
        #expect(verdict { $0.findings.allow = [.init(rule: "flaky")] } == .passed)
        #expect(verdict { $0.findings.require = [.init(rule: "comparison")] } == .passed)
        let steady = (1...2).map { Crafted.run($0) }
        var expect = Expectations()
        expect.findings.require = [.init(rule: "flaky")]
        let judged = Gate.judge(steady, outputs: [:], of: Crafted.spec(expect, count: 2))
        #expect(judged.conclusion.failures.map(\.runs) == [[1, 2]])
    }
}
