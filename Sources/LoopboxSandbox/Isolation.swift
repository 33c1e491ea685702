// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopSystem
import LoopboxModel

// Safety (@safe): everything that `plan` points to is allocated here and lives until deinit; the
// child uses it only while `spawn()` keeps the calling thread waiting.

/// All that a child needs to isolate itself between clone and exec, in the form in which C takes it.
@safe final class Isolation {
    private let plan: UnsafeMutablePointer<csandbox_plan>
    private var allocations = unsafe [UnsafeMutableRawPointer]()

    /// What goes into it.
    struct Contents {
        var directory: String
        var workDirectory: String
        /// Whether it joins the control group of ``ControlGroup/descriptor``.
        var hasGroup = false
        var namespaces: Namespaces?
        var hasLoopback = false
        var mounts: [Mounts.Entry] = []
        /// Of the mounts, the file system whose use the keeper tells.
        var stored: String?
        /// Without mounts: the options of the tmpfs in place of the machine's `/dev/shm`.
        var sharedMemory: String?
        var landlock: Landlock
        var rules: [Landlock.Rule]
        /// nil: stays the server's.
        var user: uid_t?
        var files: [(path: String, bytes: [UInt8])] = []
        /// Whether the child sends the working directory over ``WorkFolder/descriptor``.
        var sendsDirectory = false
        /// In the kernel's form, one step a word.
        var filter: [UInt64]
    }

    init(_ contents: Contents) {
        unsafe plan = .allocate(capacity: 1)
        unsafe plan.initialize(to: csandbox_plan())
        fill(contents)
    }

    deinit {
        unsafe allocations.forEach { unsafe free($0) }
        unsafe plan.deallocate()
    }

    /// For the plan of the child. The object has to live until the child is made.
    var preparation: ProcessPlan.Preparation {
        unsafe ProcessPlan.Preparation({ unsafe csandbox_prepare($0!) }, plan)
    }

    /// The error for step `step` of the preparation.
    func failure(step: CInt, code: CInt) -> SandboxError {
        let subject = unsafe plan.pointee.subject.map { unsafe String(cString: $0) } ?? ""
        return .isolation(step: Self.name(ofStep: step), subject: subject, code: code)
    }

    private func fill(_ contents: Contents) {
        let user = contents.user ?? getuid()
        let group = contents.user ?? getgid()
        unsafe plan.pointee.has_group = contents.hasGroup ? 1 : 0
        unsafe plan.pointee.uid_map = text(Namespaces.map(user))
        unsafe plan.pointee.gid_map = text(Namespaces.map(group))
        if let namespaces = contents.namespaces {
            unsafe plan.pointee.has_namespaces = 1
            unsafe plan.pointee.has_user_namespace = namespaces.hasUsers ? 1 : 0
            unsafe withUnsafeMutableBytes(of: &plan.pointee.namespaces) { place in
                unsafe namespaces.own.withUnsafeBytes { unsafe place.copyMemory(from: $0) }
            }
            unsafe plan.pointee.staging = text(contents.directory)
            unsafe plan.pointee.root_options = text(Mounts.rootOptions)
            unsafe plan.pointee.host_name = text("job")
            unsafe plan.pointee.has_loopback = contents.hasLoopback ? 1 : 0
        }
        unsafe plan.pointee.mounts = array(
            contents.mounts.map { entry in
                unsafe csandbox_mount(
                    kind: entry.kind,
                    is_optional: entry.isOptional ? 1 : 0,
                    target: text(String(entry.target.drop { $0 == "/" })),
                    // Of the new root, whose directories are named from the staging place on.
                    source: entry.source.map { source in
                        unsafe text(
                            entry.kind == CSANDBOX_INNER
                                ? String(source.drop { $0 == "/" }) : source
                        )
                    },
                    tree: -1
                )
            }
        )
        unsafe plan.pointee.mount_count = CInt(contents.mounts.count)
        unsafe plan.pointee.stored = contents.stored.map {
            unsafe text(String($0.drop { $0 == "/" }))
        }
        unsafe plan.pointee.shared_memory_options = contents.sharedMemory.map {
            unsafe text($0)
        }
        let landlock = contents.landlock
        unsafe plan.pointee.handled_files = landlock.handled.rawValue
        unsafe plan.pointee.scoped = landlock.scoped
        unsafe plan.pointee.handled_network = contents.hasLoopback ? 0 : landlock.handledNetwork
        let rules = contents.rules.map(landlock.expressed).filter { !$0.access.isEmpty }
        unsafe plan.pointee.rules = UnsafePointer(
            array(
                rules.map { unsafe csandbox_rule(path: text($0.path), access: $0.access.rawValue) }
            )
        )
        unsafe plan.pointee.rule_count = CInt(rules.count)
        unsafe plan.pointee.changes_user = contents.user == nil ? 0 : 1
        unsafe plan.pointee.user = user
        unsafe plan.pointee.group = group
        let files = unsafe self.files(contents)
        unsafe plan.pointee.files = UnsafePointer(array(files))
        unsafe plan.pointee.file_count = CInt(files.count)
        unsafe plan.pointee.directory = UnsafePointer(text(contents.workDirectory))
        unsafe plan.pointee.sends_directory = contents.sendsDirectory ? 1 : 0
        unsafe plan.pointee.filter = UnsafePointer(array(contents.filter)!)
        unsafe plan.pointee.filter_count = UInt16(contents.filter.count)
    }

    /// The run's directories, those that files are in, and the files.
    private func files(_ contents: Contents) -> [csandbox_file] {
        var directories = [contents.workDirectory, "\(contents.directory)/tmp"]
        if contents.workDirectory == "/" { directories = [] }
        var files = unsafe [csandbox_file]()
        for file in contents.files.sorted(by: { $0.path < $1.path }) {
            var directory = contents.workDirectory
            for part in file.path.split(separator: "/").dropLast() {
                directory += "/\(part)"
                if !directories.contains(directory) { directories.append(directory) }
            }
            unsafe files.append(
                csandbox_file(
                    path: text("\(contents.workDirectory)/\(file.path)"),
                    bytes: UnsafePointer(array(file.bytes)),
                    count: UInt64(file.bytes.count),
                    is_directory: 0
                )
            )
        }
        return unsafe directories.map {
            unsafe csandbox_file(path: text($0), bytes: nil, count: 0, is_directory: 1)
        } + files
    }

    private func text(_ string: String) -> UnsafePointer<CChar> {
        let copy = unsafe strdup(string)!
        unsafe allocations.append(UnsafeMutableRawPointer(copy))
        return unsafe UnsafePointer(copy)
    }

    private func array<Element: BitwiseCopyable>(
        _ elements: [Element]
    ) -> UnsafeMutablePointer<Element>? {
        guard !elements.isEmpty else { return nil }
        let memory = unsafe malloc(elements.count * MemoryLayout<Element>.stride)!
        unsafe allocations.append(memory)
        let typed = unsafe memory.bindMemory(to: Element.self, capacity: elements.count)
        for (place, element) in elements.enumerated() {
            unsafe (typed + place).initialize(to: element)
        }
        return unsafe typed
    }

    private static func name(ofStep step: CInt) -> String {
        switch csandbox_step(UInt32(step)) {
        case CSANDBOX_STEP_GROUP: "control group"
        case CSANDBOX_STEP_NAMESPACES: "namespaces"
        case CSANDBOX_STEP_USER_MAP: "user namespace"
        case CSANDBOX_STEP_PROPAGATION: "mount propagation"
        case CSANDBOX_STEP_SOURCE: "mount source"
        case CSANDBOX_STEP_ROOT: "new root"
        case CSANDBOX_STEP_MOUNT: "mount"
        case CSANDBOX_STEP_PIVOT: "pivot_root"
        case CSANDBOX_STEP_LOOPBACK: "loopback interface"
        case CSANDBOX_STEP_HOST_NAME: "host name"
        case CSANDBOX_STEP_SHARED_MEMORY: "shared memory"
        case CSANDBOX_STEP_LANDLOCK: "landlock"
        case CSANDBOX_STEP_USER: "change of user"
        case CSANDBOX_STEP_FILES: "file"
        case CSANDBOX_STEP_DIRECTORY: "working directory"
        case CSANDBOX_STEP_FOLDER: "hand-over of the working directory"
        case CSANDBOX_STEP_CAPABILITIES: "capabilities"
        case CSANDBOX_STEP_DEATH_SIGNAL: "death signal"
        case CSANDBOX_STEP_NO_NEW_PRIVILEGES: "no new privileges"
        case CSANDBOX_STEP_FILTER: "seccomp filter"
        default: "step \(step)"
        }
    }
}
