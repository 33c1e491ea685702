// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport
import Testing

@testable import LoopboxGate

@Suite struct GateTests {
    /// The reasons of the verdict on one run, each as `pointer: detail`; nil: it passed.
    private func reasons(
        _ run: RunReport,
        _ output: Report.Output = Crafted.output(),
        _ change: (inout Expectations) -> Void = { _ in }
    ) -> [String]? {
        var expect = Expectations()
        change(&expect)
        let judgement = Gate.judge([run], outputs: [1: output], of: Crafted.spec(expect))
        let failures = judgement.conclusion.failures
        #expect((judgement.verdict == .passed) == failures.isEmpty)
        #expect(failures.allSatisfy { $0.runs == [1] })
        return failures.isEmpty ? nil : failures.map { "\($0.pointer): \($0.detail)" }
    }

    @Test func `without expect there is no verdict`() {
        let judgement = Gate.judge([Crafted.run()], outputs: [:], of: Crafted.spec(nil))
        #expect(judgement.verdict == nil)
        #expect(judgement.conclusion == Conclusion())
    }

    @Test func `an empty expect is a program that ends well, in time, and without a warning`() {
        #expect(reasons(Crafted.run()) == nil)
        #expect(
            reasons(Crafted.run(exit: 3, ending: "exited with status 3"))
                == ["/expect/exit: expected status 0, but the program exited with status 3"]
        )
        #expect(
            reasons(Crafted.run(1, [Crafted.finding("slow-callback")])) == [
                "/expect/findings/fail_on: 1 finding at or above warning: slow-callback at main.py:3"
            ]
        )
        #expect(reasons(Crafted.run(1, [Crafted.finding("deprecation-warning")])) == nil)
    }

    @Test func `an end is a status, one of several, a signal, or any`() {
        let killed = Crafted.run(
            outcome: .signaled,
            exit: nil,
            signal: "SIGSEGV",
            ending: "was killed by SIGSEGV"
        )
        #expect(reasons(killed) { $0.exit = .any } == nil)
        #expect(reasons(killed) { $0.exit = .signal("SIGSEGV") } == nil)
        #expect(
            reasons(killed) { $0.exit = .signal("SIGKILL") }
                == ["/expect/exit: expected SIGKILL, but the program was killed by SIGSEGV"]
        )
        #expect(reasons(killed) { $0.exit = .statuses([0, 139]) }?.count == 1)
        #expect(reasons(Crafted.run(exit: 3)) { $0.exit = .statuses([0, 3]) } == nil)
    }

    @Test func `a time that runs out is expected or not`() {
        let late = Crafted.run(
            outcome: .timedOut,
            exit: nil,
            signal: "SIGTERM",
            ending: "reached its time limit of 1 s and was ended by SIGTERM"
        )
        #expect(
            reasons(late) { $0.exit = .any } == [
                "/expect/timeout: the program reached its time limit of 1 s and was ended by SIGTERM"
            ]
        )
        let expected: (inout Expectations) -> Void = {
            $0.exit = .any
            $0.timeout = true
        }
        #expect(reasons(late, change: expected) == nil)
        #expect(
            reasons(Crafted.run(), change: expected) == [
                "/expect/timeout: expected that its time runs out, but the program exited with "
                    + "status 0"
            ]
        )
    }

    private func reasons(_ run: RunReport, change: (inout Expectations) -> Void) -> [String]? {
        reasons(run, Crafted.output(), change)
    }

    @Test func `what is allowed fails nothing until there is too much of it`() {
        let run = Crafted.run(1, [Crafted.finding("slow-callback", count: 3)])
        #expect(reasons(run) { $0.findings.allow = [.init(rule: "slow-callback")] } == nil)
        // A category stands for its rules, and a path for one file.
        #expect(reasons(run) { $0.findings.allow = [.init(rule: "loop")] } == nil)
        var elsewhere = Expectations.Allowed(rule: "slow-callback")
        elsewhere.path = "other.py"
        #expect(reasons(run) { $0.findings.allow = [elsewhere] }?.count == 1)
        var few = Expectations.Allowed(rule: "slow-callback")
        few.max = 2
        #expect(
            reasons(run) { $0.findings.allow = [few] }
                == ["/expect/findings/allow/0: 3 of slow-callback, expected 2 at most"]
        )
        few.max = 3
        #expect(reasons(run) { $0.findings.allow = [few] } == nil)
    }

    @Test func `what is required must be there, and fails nothing by that`() {
        var entry = Expectations.Required(rule: "slow-callback")
        entry.path = "main.py"
        entry.line = 3
        let there = Crafted.run(1, [Crafted.finding("slow-callback", count: 2)])
        #expect(reasons(there) { $0.findings.require = [entry] } == nil)
        #expect(
            reasons(Crafted.run()) { $0.findings.require = [entry] } == [
                "/expect/findings/require/0: no slow-callback at main.py:3, expected 1 at least"
            ]
        )
        entry.min = 3
        #expect(
            reasons(there) { $0.findings.require = [entry] } == [
                "/expect/findings/require/0: 2 of slow-callback at main.py:3, expected 3 at least"
            ]
        )
        entry.min = 1
        entry.max = 1
        #expect(
            reasons(there) { $0.findings.require = [entry] } == [
                "/expect/findings/require/0: 2 of slow-callback at main.py:3, expected 1 at most"
            ]
        )
        entry.max = nil
        entry.line = 4
        #expect(reasons(there) { $0.findings.require = [entry] }?.count == 2)
    }

    @Test func `a report that broke off passes no gate that looks for findings`() {
        let run = Crafted.run(1, [Crafted.finding("report-incomplete", nil)])
        let reason = reasons(run)?.first ?? ""
        #expect(reason.contains("allow report-incomplete"), "\(reason)")
        #expect(reasons(run) { $0.findings.failOn = .error }?.count == 1)
        #expect(reasons(run) { $0.findings.failOn = .none } == nil)
        #expect(reasons(run) { $0.findings.allow = [.init(rule: "report-incomplete")] } == nil)
    }

    @Test func `what a run used is bounded`() {
        let run = Crafted.run(
            wall: .milliseconds(5210),
            cpu: .milliseconds(2000),
            memory: .mebibytes(80)
        )
        let reasons = reasons(run) {
            $0.duration = Seconds(.seconds(5))
            $0.cpu = Seconds(.seconds(1))
            $0.memory = .mebibytes(64)
        }
        #expect(
            reasons == [
                "/expect/duration: 5.21s by the clock, more than 5.00s",
                "/expect/cpu: 2.00s of processor time, more than 1.00s",
                "/expect/memory: 81920KiB of memory in one process, more than 64MiB",
            ]
        )
        #expect(
            self.reasons(run) {
                $0.duration = Seconds(.milliseconds(5210))
                $0.cpu = Seconds(.seconds(2))
                $0.memory = .mebibytes(80)
            } == nil
        )
    }

    @Test func `a run that did not take place can't pass`() {
        let cancelled = Crafted.run(
            outcome: .cancelled,
            exit: nil,
            signal: "SIGTERM",
            ending: "was cancelled and ended by SIGTERM"
        )
        #expect(
            reasons(cancelled) { $0.exit = .any } == [
                "/expect: there is nothing to judge: was cancelled and ended by SIGTERM"
            ]
        )
    }

    // MARK: Texts

    private func mismatch(
        _ output: CapturedOutput,
        _ expected: Expectations.Text
    ) -> TextMismatch? {
        TextMismatch(of: output, with: expected, name: "stdout")
    }

    private func written(_ text: String) -> CapturedOutput {
        CapturedOutput(head: Array(text.utf8))
    }

    @Test func `a line feed at the end of either text does not matter, and no other`() {
        for text in ["a\nb", "a\nb\n"] {
            #expect(mismatch(written("a\nb"), .equals(text)) == nil)
            #expect(mismatch(written("a\nb\n"), .equals(text)) == nil)
            #expect(mismatch(written("a\nb\n\n"), .equals(text)) != nil)
        }
        #expect(mismatch(written(""), .equals("")) == nil)
        #expect(mismatch(written("\n"), .equals("")) == nil)
    }

    @Test func `the difference is shown between what both have, and is bounded`() throws {
        let middle = (1...40).map { "line \($0)" }
        let wanted = (["same", "before", "here"] + ["x"] + ["after"]).joined(separator: "\n")
        let found = (["same", "before", "here"] + middle + ["after"]).joined(separator: "\n")
        let diff = try #require(mismatch(written(found), .equals(wanted))?.diff)
        let lines = diff.split(separator: "\n").map(String.init)
        #expect(Array(lines.prefix(4)) == [" before", " here", "-x", "+line 1"])
        #expect(Array(lines.suffix(2)) == ["+… 30 more lines", " after"])
        let long = String(repeating: "y", count: 100_000)
        let cut = try #require(mismatch(written(long), .equals("x"))?.diff)
        #expect(cut.utf8.count < 300)
        #expect(
            mismatch(written(found), .equals(wanted))?.detail
                == "stdout differs from what is expected in line 4"
        )
    }

    @Test func `a text is contained, a pattern matches`() {
        let output = written("ready\ndone in 12 ms\n")
        #expect(mismatch(output, .contains("done in")) == nil)
        #expect(mismatch(output, .matches("(?m)^done in [0-9]+ ms$")) == nil)
        #expect(
            mismatch(output, .contains("failed"))?.detail
                == "stdout does not contain \"failed\"; its first line is \"ready\""
        )
        #expect(
            mismatch(written(""), .matches("x+"))?.detail
                == "nothing in stdout matches \"x+\"; it is empty"
        )
        #expect(mismatch(written("aab"), .contains("ab")) == nil)
    }

    @Test func `of an output that was cut only what is certain holds`() {
        let cut = CapturedOutput(
            head: Array("first\nlast of head".utf8),
            tail: Array("rest of tail\nend\n".utf8),
            dropped: 1000
        )
        #expect(
            mismatch(cut, .equals("first"))?.detail
                == "stdout can't be compared as a whole; 1000 bytes in the middle of stdout were "
                + "dropped (limits.output)"
        )
        #expect(mismatch(cut, .contains("end")) == nil)
        #expect(mismatch(cut, .contains("first")) == nil)
        #expect(
            mismatch(cut, .contains("headrest"))?.detail.contains("not in what was kept") == true
        )
        #expect(mismatch(cut, .matches("(?m)^end$")) == nil)
        #expect(mismatch(cut, .matches("(?m)^first$")) == nil)
        // The end of the head is not the end of a line, and the start of the tail no start of one.
        #expect(mismatch(cut, .matches("(?m)head$")) != nil)
        #expect(mismatch(cut, .matches("(?m)^rest")) != nil)
    }

    // MARK: Several runs

    @Test func `runs that fail alike are told together, in the order of the spec`() {
        let expect = Expectations()
        let runs = (1...12).map { number in
            number.isMultiple(of: 2)
                ? Crafted.run(number, exit: 3, ending: "exited with status 3")
                : Crafted.run(number, [Crafted.finding("slow-callback")])
        }
        let spec = Crafted.spec(expect, values: (1...12).map { .integer($0) })
        let judgement = Gate.judge(runs, outputs: [:], of: spec)
        #expect(judgement.conclusion.failures.map(\.expect) == ["exit", "findings.fail_on"])
        #expect(judgement.conclusion.failures[0].runs == [2, 4, 6, 8, 10, 12])
    }

    @Test func `of many ways to fail ten are told, and every run that fails is named`() {
        var expect = Expectations()
        expect.stdout = .equals("x")
        let runs = (1...100).map { Crafted.run($0) }
        let outputs = Dictionary(
            uniqueKeysWithValues: (1...100).map { ($0, Crafted.output("run \($0)")) }
        )
        let failures = Gate.judge(runs, outputs: outputs, of: Crafted.spec(expect, count: 100))
            .conclusion.failures
        #expect(failures.count == Gate.waysMax + 1)
        #expect(failures.last?.detail == "likewise, each in another way")
        #expect(failures.flatMap(\.runs).sorted() == Array(1...100))
    }

    @Test func `a job ends as its run that ended worst`() {
        func outcome(_ outcomes: Outcome...) -> Outcome {
            let runs = zip(1..., outcomes).map { Crafted.run($0, outcome: $1) }
            return Gate.judge(runs, outputs: [:], of: Crafted.spec(nil, count: runs.count)).outcome
        }
        #expect(outcome(.exited, .exited) == .exited)
        #expect(outcome(.exited, .signaled, .exited) == .signaled)
        #expect(outcome(.timedOut, .deadlocked) == .timedOut)
        #expect(outcome(.memoryExceeded, .cancelled, .exited) == .cancelled)
        #expect(outcome(.sandboxFailed, .cancelled) == .sandboxFailed)
    }

    @Test func `a job that was cancelled between two runs did not pass`() {
        let spec = Crafted.spec(count: 3)
        let cut = Gate.judge([Crafted.run()], outputs: [:], of: spec, wasCancelled: true)
        #expect(cut.outcome == .cancelled)
        #expect(cut.verdict == .failed)
        #expect(cut.conclusion.failures[0].detail == "the job was cancelled after 1 of 3 runs")
        let whole = (1...3).map { Crafted.run($0) }
        #expect(Gate.judge(whole, outputs: [:], of: spec, wasCancelled: true).verdict == .passed)
    }

    @Test func `findings of several runs have numbers of their own`() {
        let runs = (1...3).map { Crafted.run($0, [Crafted.finding("slow-callback")]) }
        let judged = Gate.judge(runs, outputs: [:], of: Crafted.spec(count: 3)).runs
        #expect(judged.flatMap(\.findings).map(\.id) == ["f1", "f2", "f3"])
    }
}
