// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopSystem
import LoopboxModel
import Testing

@testable import LoopboxSandbox

/// Isolation that fails on its way: whatever the step, the program is not run with less.
///
/// Two steps are left out. Making mounts private and bringing up the loopback interface fail only in
/// the namespaces of somebody else, and where they don't, they would change the machine.
@Suite struct SetUpFailureTests {
    /// What is wrong, and the step at which that has to come out.
    enum Defect: String, CaseIterable {
        case noNewNamespaces = "namespaces"
        case noSuchSource = "mount source"
        case noStaging = "new root"
        case oddMount = "mount"
        case oddRule = "landlock"
        case fileInTheWay = "file"
        case noFilter = "seccomp filter"
    }

    @Test(arguments: Defect.allCases)
    func `a step that fails ends it, and says which it was`(defect: Defect) throws {
        try Confined.inDirectory { directory in
            let facilities = try Facilities()
            let isStrict = [
                .noNewNamespaces, .noSuchSource, .noStaging, .oddMount,
            ].contains(defect)
            var contents = try contents(in: directory, facilities, isStrict: isStrict)
            var flags = isStrict ? facilities.namespaces.flags : 0
            switch defect {
            case .noNewNamespaces: flags = 0
            case .noSuchSource:
                contents.mounts.insert(
                    Mounts.Entry(kind: CSANDBOX_READ_ONLY, target: "/none", source: "/no/such"),
                    at: 0
                )
            case .noStaging: contents.directory = "/no/such"
            case .oddMount:
                contents.mounts.append(
                    Mounts.Entry(kind: CSANDBOX_TMPFS, target: "/odd", source: "size=nonsense")
                )
            case .oddRule:
                contents.rules.append(
                    Landlock.Rule(path: "/dev/null/below", access: .runtime)
                )
            case .fileInTheWay:
                contents.files = [("a", []), ("a/b", [])]
            case .noFilter: contents.filter = [.max]
            }
            let isolation = Isolation(contents)
            let null = try FileDescriptor.null()
            let plan = plan(isolation, facilities, flags: flags, null: null.number)
            let failure = #expect(throws: ProcessPlan.Failure.self) { _ = try plan.spawn() }
            let error = isolation.failure(
                step: failure?.preparationStep ?? 0,
                code: failure?.code ?? 0
            )
            guard case .isolation(let step, _, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(step == defect.rawValue, "\(error)")
        }
    }

    @Test func `a layer that is not in force is missed by the process itself, which runs nothing`()
        throws
    {
        try Confined.inDirectory { directory in
            let facilities = try Facilities()
            let isolation = Isolation(try contents(in: directory, facilities, isStrict: false))
            // At level standard there is no pid namespace.
            let hasScope = facilities.landlock.scoped != 0
            let required = Keeper.required(.strict, scope: hasScope, network: .none)
            #expect(try ending(required, isolation, facilities) == .exited(0))
            #expect(unsafe access("\(directory)/work/ran", F_OK) != 0)
            // The same, with all that is required in force.
            let whole = Keeper.required(.standard, scope: hasScope, network: .none)
            #expect(try ending(whole, isolation, facilities) == .exited(0))
            #expect(unsafe access("\(directory)/work/ran", F_OK) == 0)
        }
    }

    private func ending(
        _ required: UInt32,
        _ isolation: Isolation,
        _ facilities: Facilities
    ) throws -> Exit.Ending? {
        let null = try FileDescriptor.null()
        let plan = plan(isolation, facilities, flags: 0, null: null.number, required: required)
        let process = try plan.spawn()
        var watched = pollfd(fd: process.descriptor.number, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&watched, 1, -1) < 0, errno == EINTR {}
        return process.reap()?.ending
    }

    /// What would leave a file behind if it ran.
    private func plan(
        _ isolation: Isolation,
        _ facilities: Facilities,
        flags: UInt64,
        null: CInt,
        required: UInt32 = 0
    ) -> ProcessPlan {
        var plan = ProcessPlan(
            path: "loopbox-keeper",
            arguments: Keeper.arguments(
                required: required,
                hasFiles: false,
                path: "/bin/sh",
                arguments: ["sh", "-c", "touch ran"]
            ),
            environment: ["PATH=/usr/bin:/bin"]
        )
        plan.hasNewSession = true
        plan.executable = Keeper.ownDescriptor
        plan.descriptors = [
            0: null, 1: null, 2: null, 3: null, Keeper.statusDescriptor: null,
            Keeper.ownDescriptor: facilities.keeper.file.number,
        ]
        plan.preparation = isolation.preparation
        plan.cloneFlags = flags
        plan.limits = Limits.perProcess(JobSpec.Limits(), ownsUser: false)
        return plan
    }

    private func contents(
        in directory: String,
        _ facilities: Facilities,
        isStrict: Bool
    ) throws -> Isolation.Contents {
        let view = Mounts(
            directory: directory,
            runtimes: [],
            readable: [],
            disk: .mebibytes(1),
            owner: nil
        )
        let user = geteuid() == 0 ? JobUser.range.lowerBound : nil
        if let user, !isStrict { #expect(unsafe chown(directory, user, user) == 0) }
        return Isolation.Contents(
            directory: directory,
            workDirectory: "\(directory)/work",
            namespaces: isStrict ? facilities.namespaces : nil,
            mounts: isStrict ? view.entries : [],
            landlock: facilities.landlock,
            rules: isStrict
                ? view.rules
                : Landlock.rules(
                    directory: directory,
                    runtimes: [],
                    readable: [],
                    ownsSharedMemory: false
                ),
            user: user,
            filter: facilities.filter(isStrict ? .strict : .standard, .none).program
        )
    }
}
