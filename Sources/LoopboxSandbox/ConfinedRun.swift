// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import Loop
import LoopSystem
import LoopboxModel

/// What isolation needs and is the same for all runs of a server.
final class Facilities {
    let keeper: Keeper
    let landlock = Landlock()
    let namespaces = Namespaces(user: geteuid())
    let groups: ControlGroups?
    /// Whether a run at level standard can have shared memory.
    let hasSharedMemory: Bool
    private let standardFilter: Seccomp
    private let strictFilters: [JobSpec.Network: Seccomp]

    init() throws(SandboxError) {
        guard landlock.version > 0 else {
            throw .facility(
                "the kernel has no Landlock, or it is off (it needs Linux 5.13 or later, and "
                    + "landlock in the kernel's lsm= parameter)",
                code: ENOSYS
            )
        }
        let groups = ControlGroups()
        self.groups = groups
        hasSharedMemory = SharedMemory.isPossible()
        keeper = try Keeper()
        // A server that is root gives each run a user of its own.
        let ownsUser = geteuid() == 0
        func filter(
            _ level: JobSpec.Level,
            _ network: JobSpec.Network
        ) throws(SandboxError) -> Seccomp {
            try Seccomp(
                level: level,
                network: network,
                ownsUser: ownsUser,
                isCounted: groups != nil
            )
        }
        standardFilter = try filter(.standard, .none)
        strictFilters = [
            .none: try filter(.strict, .none), .loopback: try filter(.strict, .loopback),
        ]
        // What is read of this process would be read from all runs: tokens, other runs' files.
        csandbox_hide()
    }

    func filter(_ level: JobSpec.Level, _ network: JobSpec.Network) -> Seccomp {
        level == .standard ? standardFilter : strictFilters[network]!
    }
}

/// One isolated run: what its process is made of, and what its end means.
final class ConfinedRun {
    private let confinement: SandboxCommand.Confinement
    private let command: SandboxCommand
    private let facilities: Facilities
    private let isolation: Isolation
    private let owner: JobUser?
    private let group: ControlGroup?
    private let folder: WorkFolder?
    private let level: Attestation.Level
    private let required: UInt32
    /// Whether it has files in memory, which count as such.
    private let hasFiles: Bool

    /// A run of `command`; `workers` do what would make the loop wait.
    init(
        _ confinement: SandboxCommand.Confinement,
        _ command: SandboxCommand,
        _ facilities: Facilities,
        workers: ThreadPoolExecutor
    ) throws(SandboxError) {
        self.confinement = confinement
        self.command = command
        self.facilities = facilities
        let isStrict = confinement.level == .strict
        level = isStrict ? .strict : .standard
        owner = geteuid() == 0 ? try JobUser() : nil
        do {
            folder =
                command.artifacts.isEmpty
                ? nil
                : isStrict
                    ? try WorkFolder() : try WorkFolder(making: command.directory, for: owner?.id)
        } catch {
            throw .workDirectory(error)
        }
        if let owner, !isStrict, unsafe chown(confinement.runDirectory, owner.id, owner.id) != 0 {
            throw .workDirectory(.last("chown", confinement.runDirectory))
        }
        let hasSharedMemory = !isStrict && facilities.hasSharedMemory
        let rules: [Landlock.Rule]
        var mounts: [Mounts.Entry] = []
        if isStrict {
            let view = Mounts(
                directory: confinement.runDirectory,
                runtimes: confinement.runtimes,
                readable: confinement.readable,
                disk: command.limits.disk,
                owner: owner?.id
            )
            mounts = view.entries
            rules = view.rules
        } else {
            rules = Landlock.rules(
                directory: confinement.runDirectory,
                runtimes: confinement.runtimes,
                readable: confinement.readable,
                ownsSharedMemory: hasSharedMemory
            )
        }
        hasFiles = isStrict || hasSharedMemory
        group = try facilities.groups.map { groups throws(SandboxError) in
            try ControlGroup(in: groups, command.limits, removedBy: workers)
        }
        required = Keeper.required(
            level,
            scope: facilities.landlock.scoped != 0,
            network: confinement.network
        )
        isolation = Isolation(
            Isolation.Contents(
                directory: confinement.runDirectory,
                workDirectory: command.directory,
                hasGroup: facilities.groups != nil,
                namespaces: isStrict ? facilities.namespaces : nil,
                hasLoopback: confinement.network == .loopback,
                mounts: mounts,
                stored: isStrict ? Mounts.quota : nil,
                sharedMemory: hasSharedMemory
                    ? SharedMemory.options(memory: command.limits.memory) : nil,
                landlock: facilities.landlock,
                rules: rules,
                user: owner?.id,
                files: confinement.files,
                sendsDirectory: folder?.child != nil,
                filter: facilities.filter(confinement.level, confinement.network).program
            )
        )
    }

    /// Tells what the processes of the run with the keeper `keeper` use, if its files in memory take
    /// `files`.
    func usage(
        of keeper: pid_t
    ) -> (_ files: ByteCount) -> @Sendable () -> Sandbox.Run.Look {
        if let group {
            return { [folder = group.folder] _ in
                { Result { () throws(SystemError) in try ControlGroup.usage(folder) } }
            }
        }
        let watch = TreeWatch(of: keeper, user: owner?.id, limit: command.limits.memory)
        return { files in
            { Result { () throws(SystemError) in try watch.look(files: files) } }
        }
    }

    /// Makes `plan` one of the keeper.
    func apply(to plan: inout ProcessPlan) {
        plan.arguments = Keeper.arguments(
            required: required,
            hasFiles: hasFiles,
            path: command.path,
            arguments: command.arguments
        )
        plan.path = "loopbox-keeper"
        plan.executable = Keeper.ownDescriptor
        plan.descriptors[Keeper.ownDescriptor] = facilities.keeper.file.number
        if let group { plan.descriptors[ControlGroup.descriptor] = group.members.number }
        if let child = folder?.child { plan.descriptors[WorkFolder.descriptor] = child }
        plan.preparation = isolation.preparation
        if confinement.level == .strict {
            plan.cloneFlags = facilities.namespaces.flags
        } else if hasFiles {
            plan.cloneFlags = SharedMemory.namespaceFlag
        }
        // A user namespace counts its processes by itself, too.
        let ownsUser =
            owner != nil || (confinement.level == .strict && facilities.namespaces.hasUsers)
        plan.limits = Limits.perProcess(command.limits, ownsUser: ownsUser)
        if owner == nil { plan.limits = plan.limits.map(Self.sharingUser) }
    }

    /// `limit` of a run that shares its user with the server. The kernel lets a process put descriptors
    /// in flight until the user has as many as the process may have open; so runs may have at most half
    /// as many as the server, which then always can.
    private static func sharingUser(
        _ limit: (resource: CInt, value: UInt64)
    ) -> (resource: CInt, value: UInt64) {
        guard limit.resource == CInt(RLIMIT_NOFILE.rawValue) else { return limit }
        var own = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &own) == 0 else {
            return limit
        }
        return (limit.resource, min(limit.value, UInt64(own.rlim_cur) / 2))
    }

    /// The working directory, of a run that was started and leaves artifacts.
    func receiveFolder() -> FileDescriptor? {
        try? folder?.receive()
    }

    /// The error for step `step` of the preparation.
    func failure(step: CInt, code: CInt) -> SandboxError {
        isolation.failure(step: step, code: code)
    }

    /// Puts what the keeper told into `result`.
    ///
    /// - Parameter run: what was seen of it.
    /// - Throws: if the program was not run, or not within limits.
    func complete(
        _ result: inout SandboxResult,
        _ told: Keeper.Told,
        _ run: Sandbox.Run
    ) throws(SandboxError) {
        if let error = run.blindness { throw .unwatched(error) }
        if let failure = told.failure {
            guard failure.isExec else {
                throw .isolation(step: "keeper", subject: "", code: failure.code)
            }
            throw .isolation(step: "exec", subject: command.path, code: failure.code)
        }
        guard let found = told.layers else {
            // Ended before it came so far, by whoever wanted the run to end.
            guard result.intervention != nil else { throw .silent }
            result.attestation = Attestation(level: level, layers: [], network: confinement.network)
            return
        }
        guard found & required == required else {
            throw .missing(
                level: level.rawValue,
                layers: Keeper.layers(required & ~found)
            )
        }
        var layers = Keeper.layers(found)
        if confinement.level == .strict {
            // The child compares them with the server's, builds the view, and fails where either
            // does not work.
            layers += facilities.namespaces.layers.filter { !layers.contains($0) }
            layers += ["private_root", "disk_quota"]
        }
        if owner != nil { layers.append(Layer.ownUser.rawValue) }
        layers += ["session", "clean_environment", "closed_descriptors", "keeper"]
        layers.append(group == nil ? "sampled_limits" : "control_group")
        result.attestation = Attestation(
            level: level,
            layers: layers,
            network: confinement.network
        )
        result.endedProcesses = told.ended
        if let most = group?.memoryExceeded {
            result.intervention = .memoryExceeded(most)
            // Nobody was left to count.
            result.endedProcesses = max(0, run.tasksSeen - 1)
        }
        let ending: Exit.Ending =
            told.status.map(Self.ending) ?? .signaled(SIGKILL)
        // The kernel's own count, if it has one, has all of it.
        let time = group?.processorTime
        result.exit = Exit(
            ending: ending,
            userTime: time?.user ?? (result.exit.userTime + run.unseenTime),
            systemTime: time?.system ?? result.exit.systemTime,
            maxResidentBytes: told.maxResidentBytes,
            voluntarySwitches: result.exit.voluntarySwitches,
            involuntarySwitches: result.exit.involuntarySwitches
        )
    }

    /// What a wait status means.
    ///
    /// Source: wait(2); the low 7 bits are the signal, the next 8 above them the exit status.
    private static func ending(_ status: CInt) -> Exit.Ending {
        status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signaled(status & 0x7f)
    }
}
