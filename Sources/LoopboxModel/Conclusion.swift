// SPDX-License-Identifier: Apache-2.0

/// What the runs of a job say together: why the gate failed, and how they differ.
public struct Conclusion: Hashable, Sendable, Codable {
    /// What was expected and did not hold, in the order of the spec; empty where all did, or nothing
    /// was expected.
    public var failures: [GateFailure]
    /// How the runs differ; nil where the spec asks for one.
    public var comparison: Comparison?

    /// Nothing.
    public init(failures: [GateFailure] = [], comparison: Comparison? = nil) {
        self.failures = failures
        self.comparison = comparison
    }
}

/// One thing that was expected and did not hold, in all runs in which it failed alike.
public struct GateFailure: Hashable, Sendable, Codable {
    /// The path of what was expected below `expect`, `findings.fail_on`; empty where the run itself
    /// did not take place.
    public var expect: String
    /// What came instead, in one line.
    public var detail: String
    /// Where the expectation stands in the spec, as a JSON Pointer.
    public var pointer: String
    /// The runs, in their order; empty where none was begun.
    public var runs: [Int]
    /// Of texts: lines that were expected and are missing (`-`), and those in their place (`+`).
    public var diff: String?

    /// Something that did not hold.
    public init(
        expect: String,
        detail: String,
        pointer: String,
        runs: [Int],
        diff: String? = nil
    ) {
        self.expect = expect
        self.detail = detail
        self.pointer = pointer
        self.runs = runs
        self.diff = diff
    }

    /// Of `item`, in `runs`.
    public init(_ item: Expectations.Item, _ detail: String, run: Int, diff: String? = nil) {
        self.init(
            expect: item.name,
            detail: detail,
            pointer: item.pointer,
            runs: [run],
            diff: diff
        )
    }

    /// Of a run, or of a whole job, that has no result by which it could be judged.
    public static func notRun(_ detail: String, runs: [Int] = []) -> GateFailure {
        GateFailure(expect: "", detail: detail, pointer: "/expect", runs: runs)
    }
}
