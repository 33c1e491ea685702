// SPDX-License-Identifier: Apache-2.0

/// One of the two streams that a program writes to.
public enum OutputStream: String, Hashable, Sendable, CaseIterable {
    case stdout, stderr
}
