// SPDX-License-Identifier: Apache-2.0

/// What became of a document when it was read, and what the reading cost.
package struct ReadDocument {
    /// The document's value; nil where the reading ended early.
    package var root: Node?
    /// All mistakes, in the order in which they were met.
    package var faults: [Fault]
    /// Keys, values, lists and maps that were seen.
    package var nodeCount: Int
    /// Steps of the parser.
    package var eventCount: Int

    /// Whether the document is not in the syntax in which it was read; another may fit.
    var isMalformed: Bool {
        faults.contains { fault in
            switch fault.error {
            case .json, .yaml: true
            default: false
            }
        }
    }
}
