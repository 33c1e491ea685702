// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// A job to be accepted.
public struct NewJob: Sendable {
    /// Its name for ever.
    public var id: JobID
    /// What is asked for.
    public var spec: JobSpec
    /// When the request came, by the wall clock of the machine that has the database.
    public var createdAt: Timestamp
    /// What makes a repeated request give the same job; nil: each request gives a new one.
    public var idempotency: IdempotencyKey?

    /// A job that runs `spec`.
    public init(
        id: JobID,
        spec: JobSpec,
        createdAt: Timestamp,
        idempotency: IdempotencyKey? = nil
    ) {
        self.id = id
        self.spec = spec
        self.createdAt = createdAt
        self.idempotency = idempotency
    }
}

/// What a repeated request is known by.
///
/// Source: draft-ietf-httpapi-idempotency-key-header.
public struct IdempotencyKey: Hashable, Sendable {
    /// The key within its scope (token, method, path), which the caller puts in front of it.
    public var key: String
    /// A digest of the request; the same key with another one is a conflict.
    public var fingerprint: [UInt8]

    /// The key of a request.
    public init(key: String, fingerprint: [UInt8]) {
        self.key = key
        self.fingerprint = fingerprint
    }
}
