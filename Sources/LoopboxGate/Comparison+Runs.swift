// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

extension Comparison {
    /// Stands for the folder of each run.
    private static let folder = "."
    /// Characters kept of a line that differs.
    static let lineMax = 200

    /// How `runs` differ, as far as they were carried out: one that was cancelled differs from all
    /// others, and says nothing by it.
    init(
        of runs: [RunReport],
        outputs: [Int: Report.Output],
        folders: [Int: String],
        planned: Int
    ) {
        self.init(planned: planned)
        let runs = runs.filter(Report.wasCarriedOut)
        wall = Self.spread(runs.map { ($0.run, $0.times.wall) })
        cpu = Self.spread(runs.map { ($0.run, $0.usage.cpu) })
        ends = Self.ends(of: runs)
        findings = kept(Self.findingDifferences(of: runs))
        var different: [OutputDifference] = []
        for (name, stream) in [("stdout", \Report.Output.stdout), ("stderr", \.stderr)] {
            different += Self.outputDifferences(
                name,
                runs.compactMap { run in
                    outputs[run.run].map { output in
                        let written = output[keyPath: stream]
                        return (run.run, written.replacing(folders[run.run], by: Self.folder))
                    }
                }
            )
        }
        self.outputs = kept(different)
    }

    private mutating func kept<Item>(_ items: [Item]) -> [Item] {
        omitted += max(items.count - Self.differencesMax, 0)
        return Array(items.prefix(Self.differencesMax))
    }

    /// Source: the nearest-rank method.
    private static func spread(_ times: [(run: Int, time: Seconds)]) -> Spread? {
        let ordered = times.sorted { $0.time < $1.time }
        guard let first = ordered.first, let last = ordered.last else { return nil }
        func rank(_ percent: Int) -> Seconds {
            ordered[(ordered.count * percent + 99) / 100 - 1].time
        }
        return Spread(
            min: first.time,
            median: rank(50),
            p95: rank(95),
            max: last.time,
            fastest: first.run,
            slowest: last.run
        )
    }

    static func ends(of runs: [RunReport]) -> [End] {
        var ends: [End] = []
        for run in runs {
            let place = ends.firstIndex {
                $0.outcome == run.outcome && $0.exit == run.exit && $0.signal == run.signal
            }
            if let place {
                ends[place].runs.append(run.run)
            } else {
                ends.append(
                    End(outcome: run.outcome, exit: run.exit, signal: run.signal, runs: [run.run])
                )
            }
        }
        return ends
    }

    static func findingDifferences(of runs: [RunReport]) -> [FindingDifference] {
        var order: [Finding] = []
        var having: [String: [Int]] = [:]
        for run in runs {
            for finding in run.findings {
                let identity = finding.identity
                if having[identity] == nil { order.append(finding) }
                // The same thing twice in a run is still one run.
                if having[identity]?.last != run.run {
                    having[identity, default: []].append(run.run)
                }
            }
        }
        return order.compactMap { finding in
            let with = having[finding.identity] ?? []
            guard with.count < runs.count else { return nil }
            let without = runs.map(\.run).filter { !with.contains($0) }
            return FindingDifference(finding, runs: with, missing: without)
        }
    }

    private static func outputDifferences(
        _ name: String,
        _ outputs: [(run: Int, output: CapturedOutput)]
    ) -> [OutputDifference] {
        guard let first = outputs.first else { return [] }
        let reference = first.output.bytes
        var groups: [(output: CapturedOutput, runs: [Int])] = []
        var places: [CapturedOutput: Int] = [:]
        for (run, output) in outputs where output != first.output {
            if let place = places[output] {
                groups[place].runs.append(run)
            } else {
                places[output] = groups.count
                groups.append((output, [run]))
            }
        }
        return groups.map { group in
            let bytes = group.output.bytes
            let place =
                zip(reference, bytes).enumerated().first { $1.0 != $1.1 }?.offset
                ?? min(reference.count, bytes.count)
            let feeds = bytes[..<place].count { $0 == UInt8(ascii: "\n") }
            return OutputDifference(
                stream: name,
                runs: group.runs,
                against: first.run,
                line: feeds + 1,
                text: line(at: place, in: bytes),
                other: line(at: place, in: reference),
                isCut: group.output.dropped > 0 || first.output.dropped > 0
            )
        }
    }

    /// The line of `bytes` in which `place` is; nil behind the last one.
    private static func line(at place: Int, in bytes: [UInt8]) -> String? {
        let feed = UInt8(ascii: "\n")
        let start = bytes[..<place].lastIndex(of: feed).map { $0 + 1 } ?? 0
        guard start < bytes.count else { return nil }
        let line = bytes[start...].prefix { $0 != feed }
        let text = String(decoding: line.prefix(lineMax * 4), as: UTF8.self)
        return text.count > lineMax ? "\(text.prefix(lineMax))…" : text
    }
}

extension CapturedOutput {
    /// With `other` wherever `text` stands.
    fileprivate func replacing(_ text: String?, by other: String) -> CapturedOutput {
        guard let text, !text.isEmpty else { return self }
        func replaced(_ bytes: [UInt8]) -> [UInt8] {
            let wanted = Array(text.utf8)
            var result: [UInt8] = []
            var rest = bytes[...]
            while let place = rest.firstRange(of: wanted) {
                result += rest[..<place.lowerBound] + Array(other.utf8)
                rest = rest[place.upperBound...]
            }
            return result + rest
        }
        return CapturedOutput(head: replaced(head), tail: replaced(tail), dropped: dropped)
    }
}
