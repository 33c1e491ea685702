// SPDX-License-Identifier: Apache-2.0

/// The files that a run left and that were kept, and those that were not.
public struct Artifacts: Hashable, Sendable, Codable {
    /// Kept, in the order of their paths.
    public var kept: [Kept] = []
    /// Asked for and not kept, in the order in which they were met.
    public var skipped: [Skipped] = []

    /// None.
    public init() {}

    /// One file.
    public struct Kept: Hashable, Sendable, Codable {
        /// Relative to the working directory.
        public var path: String
        /// Its size.
        public var size: ByteCount

        /// The file `path` with `size` bytes.
        public init(path: String, size: ByteCount) {
            self.path = path
            self.size = size
        }
    }

    /// One thing that was asked for.
    public struct Skipped: Hashable, Sendable, Codable {
        /// Relative to the working directory; what is no text is replaced.
        public var path: String
        /// Why it was not kept, in a sentence.
        public var reason: String

        /// `path`, which was not kept because of `reason`.
        public init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }
    }
}
