// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import Testing

@testable import LoopboxReport

/// Every format, read by programs whose authors know nothing of us.
@Suite struct ForeignReaderTests {
    /// Reports that were thrown together; each seed is one.
    private static let seeds: ClosedRange<UInt64> = 1...120

    @Test func `other people's programs read what every format says`() throws {
        guard case .found(let python, let sarifSchema, let junitSchema) = ForeignReaders.place
        else {
            if case .unreachable(let reason) = ForeignReaders.place {
                print("skipped: pip can't install the readers here: \(reason)")
            }
            return
        }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("loopbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var reports = FormatCase.all.map { ($0.name, $0.report) }
        reports += Self.seeds.map { ("random-\($0)", RandomReport.report(seed: $0)) }
        for (name, report) in reports {
            for format in ReportFormat.allCases {
                let file = folder.appendingPathComponent("\(name).\(format.rawValue)")
                try Data(report.bytes(as: format)).write(to: file)
            }
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Python/read_reports.py").path
        let (status, output) = try ForeignReaders.run(
            python,
            [script, folder.path, sarifSchema, junitSchema]
        )
        #expect(status == 0)
        #expect(output == "\(reports.count) reports, 0 faults\n", "\(output.suffix(3000))")
    }
}
