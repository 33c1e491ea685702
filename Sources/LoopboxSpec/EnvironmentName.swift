// SPDX-License-Identifier: Apache-2.0

/// The names that `program.env` may set.
enum EnvironmentName {
    /// Bytes of a value; a quarter of what the kernel takes for one string (execve(2),
    /// MAX_ARG_STRLEN), as all strings together share a limit too.
    static let valueBytesMax = 32 << 10
    /// Bytes of a name.
    static let bytesMax = 255
    static let pattern = "^[A-Za-z_][A-Za-z0-9_]*$"

    /// Variables of the interpreter that a key of `debug` sets.
    static let owners = [
        "PYTHONASYNCIODEBUG": "debug.asyncio",
        "PYTHONDEVMODE": "debug.dev_mode",
        "PYTHONFAULTHANDLER": "debug.faulthandler",
        "PYTHONHASHSEED": "debug.hash_seed",
        "PYTHONTRACEMALLOC": "debug.tracemalloc",
        "PYTHONWARNINGS": "debug.warnings",
    ]

    /// What is wrong with `name`; nil for one that can be set.
    static func error(in name: String) -> SpecError? {
        guard name.utf8.count <= bytesMax, isName(name) else {
            let meant = String(
                name.prefix(bytesMax).map { character in
                    character.isASCII && (character.isLetter || character.isNumber)
                        ? character : "_"
                }
            )
            return .environmentName(name, suggestion: isName(meant) ? meant : nil)
        }
        if let owner = owners[name] { return .environmentReserved(name, owner: owner) }
        guard !name.hasPrefix("LOOPBOX_"), !name.hasPrefix("LD_") else {
            return .environmentReserved(name, owner: nil)
        }
        return nil
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !first.isDigitOfASCII else { return false }
        return name.utf8.allSatisfy { byte in
            byte.isLetterOfASCII || byte.isDigitOfASCII || byte == UInt8(ascii: "_")
        } && name.utf8.contains { $0 != UInt8(ascii: "_") }
    }
}
