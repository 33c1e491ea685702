// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The same value as JSON, as YAML.
///
/// Source: RFC 9512.
enum YAMLReport: ReportRenderer {
    static let mediaTypes = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"]

    static func render(_ report: Report) -> [UInt8] {
        JSONReport.written { try YAMLText().encode(report.value) }
    }
}
