// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// What there can be to say of a run beside its findings.
enum SARIFNotice: String {
    case noResult = "no-result"
    case runEnded = "run-ended"
    case gateFailed = "gate-failed"
    case reportIncomplete = "report-incomplete"
    case outputTruncated = "output-truncated"
    case resultsDropped = "results-dropped"

    var level: Severity {
        switch self {
        case .noResult, .runEnded, .gateFailed: .error
        case .reportIncomplete, .resultsDropped: .warning
        case .outputTruncated: .note
        }
    }

    var title: String {
        switch self {
        case .noResult: "There is no result."
        case .runEnded: "The program ended otherwise than by itself with status 0."
        case .gateFailed: "Something is not as the spec expects it."
        case .reportIncomplete: "The program's own report broke off."
        case .outputTruncated: "A part of what the program wrote was dropped."
        case .resultsDropped: "There are more findings than a file may have."
        }
    }
}
