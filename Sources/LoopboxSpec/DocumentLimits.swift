// SPDX-License-Identifier: Apache-2.0

/// How much a document may hold before it is read any further.
///
/// They are looked at while the events come in, so that a document made to hurt costs no more than
/// an honest one of the same size.
public enum DocumentLimits {
    /// Bytes of a document. A program is at most 256 KiB of it; a person never writes this much.
    public static let bytes = 1 << 20
    /// Keys, values, lists and maps. The largest spec that keeps all other bounds has under 1000.
    public static let nodes = 20_000
    /// Maps and lists around a value. No key of a spec is deeper than 5; own notes under `x-…` may
    /// be.
    public static let depth = 24
    /// Mistakes that are told in one answer; more than these nobody reads.
    public static let faultsShown = 20
    /// Mistakes after which a document is read no further, so that a document that is nothing but
    /// mistakes costs no more than a good one.
    public static let faultsKept = 100
}
