// SPDX-License-Identifier: Apache-2.0

/// What the sender said a document is.
public enum SpecContentType: Hashable, Sendable, CaseIterable {
    /// Nothing was said: JSON where the first character is `{` and it reads as JSON, else YAML.
    case sniffed
    /// YAML.
    case yaml
    /// JSON; nothing else is taken.
    case json
    /// `application/x-www-form-urlencoded`, which curl says of any file that it is given with `-d`
    /// or `--data-binary`. Read as ``sniffed``, but a file that has lost its line breaks on the
    /// way is told apart from one that was written badly.
    case form
}
