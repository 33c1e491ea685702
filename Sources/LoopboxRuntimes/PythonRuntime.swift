// SPDX-License-Identifier: Apache-2.0

/// A Python interpreter that programs can be run with.
public struct PythonRuntime: Hashable, Sendable {
    /// The file that is executed, with its full path and without a version manager's shim.
    public var executable: String
    /// Major, minor, micro.
    public var version: Version
    /// The files and folders, beside the system's own, that it is made of.
    public var parts: [String]
    /// The version of uvloop that it has; nil: none.
    public var uvloop: String?

    /// As a spec names it: `python3.13`.
    public var name: String { "python\(version.major).\(version.minor)" }

    /// An interpreter's version.
    public struct Version: Hashable, Sendable, Comparable, CustomStringConvertible {
        /// 3.
        public var major: Int
        /// As in 3.13.
        public var minor: Int
        /// The last of three numbers.
        public var micro: Int

        /// `major.minor.micro`.
        public init(_ major: Int, _ minor: Int, _ micro: Int) {
            self.major = major
            self.minor = minor
            self.micro = micro
        }

        public static func < (left: Version, right: Version) -> Bool {
            (left.major, left.minor, left.micro) < (right.major, right.minor, right.micro)
        }

        /// `3.13.0`.
        public var description: String { "\(major).\(minor).\(micro)" }
    }

    /// The interpreter `executable`, made of `parts`, with this `uvloop`.
    public init(
        executable: String,
        version: Version,
        parts: [String] = [],
        uvloop: String? = nil
    ) {
        self.executable = executable
        self.version = version
        self.parts = parts
        self.uvloop = uvloop
    }
}
