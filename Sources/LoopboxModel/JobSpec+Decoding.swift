// SPDX-License-Identifier: Apache-2.0

// A spec is stored as it was understood, with every default filled in. One that an older version
// stored lacks the keys that were added since: they take their defaults. What has no default is
// demanded. Keys that this version does not know are passed over.

extension JobSpec {
    /// Reads a stored spec; keys that are not there take their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(program: try container.decode(Program.self, forKey: .program))
        try container.read(.version, into: &version)
        try container.read(.name, into: &name)
        try container.read(.labels, into: &labels)
        try container.read(.debug, into: &debug)
        try container.read(.limits, into: &limits)
        try container.read(.sandbox, into: &sandbox)
        expect = try container.decodeIfPresent(Expectations.self, forKey: .expect)
        try container.read(.matrix, into: &matrix)
        try container.read(.repetition, into: &repetition)
        try container.read(.artifacts, into: &artifacts)
        try container.read(.webhooks, into: &webhooks)
    }

    enum CodingKeys: String, CodingKey {
        case version, name, labels, program, debug, limits, sandbox, expect, matrix
        case repetition = "repeat"
        case artifacts, webhooks
    }
}

extension JobSpec.Program {
    /// Reads a stored program; keys that are not there take their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            files: try container.decode([String: JobSpec.FileContent].self, forKey: .files),
            start: try container.decode(JobSpec.Start.self, forKey: .start)
        )
        try container.read(.runtime, into: &runtime)
        try container.read(.args, into: &args)
        stdin = try container.decodeIfPresent(JobSpec.FileContent.self, forKey: .stdin)
        try container.read(.env, into: &env)
    }

    enum CodingKeys: String, CodingKey {
        case runtime, files, start, args, stdin, env
    }
}

extension JobSpec.DebugOptions {
    /// Reads stored options; keys that are not there take their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        try container.read(.asyncio, into: &asyncio)
        try container.read(.slowCallbackDuration, into: &slowCallbackDuration)
        try container.read(.devMode, into: &devMode)
        try container.read(.warnings, into: &warnings)
        try container.read(.tracemalloc, into: &tracemalloc)
        try container.read(.malloc, into: &malloc)
        try container.read(.faulthandler, into: &faulthandler)
        try container.read(.logLevel, into: &logLevel)
        try container.read(.loop, into: &loop)
        try container.read(.blockingStack, into: &blockingStack)
        try container.read(.deadlock, into: &deadlock)
        try container.read(.dumpTasksOnTimeout, into: &dumpTasksOnTimeout)
        try container.read(.timeline, into: &timeline)
        hashSeed = try container.decodeIfPresent(UInt32.self, forKey: .hashSeed)
    }
}

extension JobSpec.Limits {
    /// Reads stored limits; keys that are not there take their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        try container.read(.time, into: &time)
        cpu = try container.decodeIfPresent(Seconds.self, forKey: .cpu)
        try container.read(.memory, into: &memory)
        try container.read(.processes, into: &processes)
        try container.read(.openFiles, into: &openFiles)
        try container.read(.disk, into: &disk)
        try container.read(.output, into: &output)
        try container.read(.grace, into: &grace)
    }

    enum CodingKeys: String, CodingKey {
        case time, cpu, memory, processes
        case openFiles = "open_files"
        case disk, output, grace
    }
}

extension JobSpec.WebhookTarget {
    /// Reads a stored target; keys that are not there take their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(url: try container.decode(String.self, forKey: .url))
        try container.read(.events, into: &events)
        secret = try container.decodeIfPresent(String.self, forKey: .secret)
        try container.read(.payload, into: &payload)
    }

    enum CodingKeys: String, CodingKey {
        case url, events, secret, payload
    }
}

extension KeyedDecodingContainer {
    /// Puts the value of `key` into `place`, which keeps what it has where there is no such key.
    fileprivate func read<Value: Decodable>(_ key: Key, into place: inout Value) throws {
        if let value = try decodeIfPresent(Value.self, forKey: key) { place = value }
    }
}
