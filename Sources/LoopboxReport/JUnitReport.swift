// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The report as the XML that CI servers read test results from.
///
/// A job is a test suite. In each run there is a test that the program ends by itself with status
/// 0, and a test for each rule: it fails where the rule was broken with an error, as the exit status
/// of `loopbox run` does. Rules that nothing broke are there as well, because a CI server says "fixed"
/// only of a test that is there before and after. Their names hold no lines, which would make
/// another test of the same mistake after each edit. Where a report broke off, a rule that nothing
/// broke so far is skipped: it was not seen to hold.
///
/// Where the spec says what it expects, the tests are that and nothing else: each expectation in each
/// run is one, and fails as the verdict does.
///
/// There is no place for warnings in this format, so a rule broken with less than an error passes,
/// and its findings are its output.
///
/// Source: the schema that Jenkins publishes as `junit-10.xsd`; there is no standard.
enum JUnitReport: ReportRenderer {
    static let mediaTypes = ["application/junit+xml"]

    /// Bytes shown of each output stream, the last ones: CI servers hold results in memory.
    static let outputMax = 32 << 10

    static func render(_ report: Report) -> [UInt8] {
        let cases = self.cases(of: report)
        let failures = String(cases.count { $0.result.isFailure })
        let errors = String(cases.count { $0.result.isError })
        let skipped = String(cases.count { $0.result.isSkipped })
        let tests = String(cases.count)
        let time = self.time(Seconds(report.runs.reduce(.zero) { $0 + $1.times.total.duration }))
        var job: Job?
        if case .job(let subject) = report.subject { job = subject.job }
        var xml = XMLText()
        xml.element(
            "testsuites",
            [
                "name": "loopbox", "tests": tests, "failures": failures, "errors": errors,
                "time": time,
            ]
        ) { xml in
            xml.element(
                "testsuite",
                [
                    "name": report.name, "tests": tests, "failures": failures, "errors": errors,
                    "skipped": skipped, "time": time,
                    "timestamp": job.map { ($0.startedAt ?? $0.createdAt).description },
                ]
            ) { xml in
                xml.element("properties", [:]) { xml in
                    if let job { xml.empty("property", ["name": "job", "value": "\(job.id)"]) }
                    xml.empty("property", ["name": "loopbox", "value": report.version])
                    for run in report.runs {
                        let name = report.runs.count == 1 ? "runtime" : "runtime.\(run.run)"
                        xml.empty("property", ["name": name, "value": run.runtime])
                    }
                }
                for test in cases { test.write(to: &xml) }
            }
        }
        return Array(xml.text.utf8)
    }

    // MARK: Tests

    private static func cases(of report: Report) -> [JUnitCase] {
        // Servers take what follows a dot for a class in a package.
        let name = report.name.hasSuffix(".py") ? String(report.name.dropLast(3)) : report.name
        let className = name.map { $0 == "." ? "_" : String($0) }.joined()
        if let reason = report.whyThereIsNone {
            let result = JUnitCase.Result.error(type: "no-result", message: reason, text: reason)
            return [JUnitCase(className: className, name: endName, result: result)]
        }
        let runs = report.runs
        return runs.flatMap { run in
            let ofRun = runs.count == 1 ? className : "\(className).run-\(run.run)"
            if let expect = report.spec.expect, report.selection?.isAll ?? true {
                return cases(of: run, expect, report, className: ofRun)
            }
            return cases(of: run, report, className: ofRun)
        }
    }

    private static let endName = "the program ends with status 0"

    private static func cases(
        of run: RunReport,
        _ report: Report,
        className: String
    ) -> [JUnitCase] {
        let isWhole = report.selection?.isAll ?? true
        var cases: [JUnitCase] = []
        if isWhole {
            var end = JUnitCase(className: className, name: endName, result: end(of: run))
            end.time = time(run.times.total)
            if let output = report.outputs[run.run] {
                end.stdout = tail(of: output.stdout)
                end.stderr = tail(of: output.stderr)
            }
            cases.append(end)
        }
        let found = Dictionary(grouping: run.findings.map(report.placed), by: \.rule)
        var rules = isWhole ? Rule.all.map(\.id) : []
        // A report of another version may name a rule that this one does not know.
        for finding in run.findings where !rules.contains(finding.rule) {
            rules.append(finding.rule)
        }
        for rule in rules {
            var test = JUnitCase(className: className, name: rule, result: .passed)
            if let findings = found[rule] {
                let text = TextReport.text(of: findings, in: run)
                if findings.contains(where: { $0.severity == .error }) {
                    test.result = .failure(type: rule, message: headline(findings), text: text)
                } else {
                    test.stdout = text
                }
            } else if run.reportState == .incomplete || !Report.wasCarriedOut(run) {
                test.result = .skipped(message: "not seen to hold: the report broke off")
            }
            cases.append(test)
        }
        return cases
    }

    /// A test for each thing that is expected of a run.
    private static func cases(
        of run: RunReport,
        _ expect: Expectations,
        _ report: Report,
        className: String
    ) -> [JUnitCase] {
        var cases: [JUnitCase] = []
        for item in expect.items {
            // The same rule may be required twice, in two numbers.
            let isNamed = cases.contains { $0.name == item.title }
            let name = isNamed ? "\(item.title) (\(item.name))" : item.title
            var test = JUnitCase(className: className, name: name, result: .passed)
            let failure = report.conclusion.failures.first {
                $0.pointer == item.pointer && $0.runs.contains(run.run)
            }
            if let failure {
                var text = [failure.detail]
                if let diff = failure.diff { text.append(diff) }
                if item == expect.failOnItem {
                    let findings = run.findings.map(report.placed)
                    text.append(TextReport.text(of: findings, in: run))
                }
                test.result = .failure(
                    type: item.name,
                    message: failure.detail,
                    text: text.joined(separator: "\n")
                )
            } else if !Report.wasCarriedOut(run) {
                test.result = .skipped(message: "the run was not carried out")
            }
            cases.append(test)
        }
        if !Report.wasCarriedOut(run) { cases[0].result = end(of: run) }
        cases[0].time = time(run.times.total)
        if let output = report.outputs[run.run] {
            cases[0].stdout = tail(of: output.stdout)
            cases[0].stderr = tail(of: output.stderr)
        }
        return cases
    }

    private static func end(of run: RunReport) -> JUnitCase.Result {
        let reason = Report.reason(for: run)
        let type = run.outcome.rawValue
        if Report.isPlain(run) { return .passed }
        return Report.wasCarriedOut(run)
            ? .failure(type: type, message: reason, text: reason)
            : .error(type: type, message: reason, text: reason)
    }

    /// `main.py:4: coroutine 'sleep' was never awaited (and 2 more)`
    private static func headline(_ findings: [Finding]) -> String {
        // A text that is not empty: the findings of a rule that was found.
        guard let first = findings.max(by: { $0.severity < $1.severity }) else { return "" }
        let place = first.location.map { "\($0.path):\($0.line): " } ?? ""
        let more = findings.count > 1 ? " (and \(findings.count - 1) more)" : ""
        return "\(place)\(first.message)\(more)"
    }

    // MARK: Texts

    /// `0.087`: the schema has three digits at most behind the point.
    private static func time(_ seconds: Seconds) -> String {
        let milliseconds = max(seconds.duration.milliseconds, 0)
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }

    private static func tail(of output: CapturedOutput) -> String {
        let bytes = output.bytes
        guard bytes.count > outputMax else { return String(decoding: bytes, as: UTF8.self) }
        let left = "[... \(bytes.count - outputMax) bytes before this are left out ...]\n"
        return left + String(decoding: bytes.suffix(outputMax), as: UTF8.self)
    }
}

/// One test of a suite.
private struct JUnitCase {
    /// What became of it.
    enum Result {
        case passed
        case failure(type: String, message: String, text: String)
        case error(type: String, message: String, text: String)
        case skipped(message: String)

        var isFailure: Bool { if case .failure = self { true } else { false } }
        var isError: Bool { if case .error = self { true } else { false } }
        var isSkipped: Bool { if case .skipped = self { true } else { false } }
    }

    var className: String
    var name: String
    var result: Result
    var time = "0.000"
    var stdout = ""
    var stderr = ""

    func write(to xml: inout XMLText) {
        let attributes: KeyValuePairs<String, String?> = [
            "classname": className, "name": name, "time": time,
        ]
        if case .passed = result, stdout.isEmpty, stderr.isEmpty {
            xml.empty("testcase", attributes)
            return
        }
        xml.element("testcase", attributes) { xml in
            switch result {
            case .passed: break
            case .failure(let type, let message, let text):
                xml.leaf("failure", ["message": message, "type": type], text)
            case .error(let type, let message, let text):
                xml.leaf("error", ["message": message, "type": type], text)
            case .skipped(let message): xml.empty("skipped", ["message": message])
            }
            if !stdout.isEmpty { xml.leaf("system-out", [:], stdout) }
            if !stderr.isEmpty { xml.leaf("system-err", [:], stderr) }
        }
    }
}
