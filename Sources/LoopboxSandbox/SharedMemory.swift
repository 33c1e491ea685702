// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopSystem
import LoopboxModel

/// The files behind shared memory and named semaphores, which `multiprocessing` makes.
///
/// A run has a folder of its own for them, or none: in the machine's nobody could tell whose a file
/// is that has lost its name, nor bound how much there is. At level strict the folder is a part of
/// the run's view. At level standard it is a tmpfs over the machine's, in a mount namespace that
/// shows the same as the machine's otherwise; only root can make that, and not in every container.
///
/// Source: shm_overview(7), sem_overview(7), mount_namespaces(7).
enum SharedMemory {
    static let folder = "/dev/shm"
    /// The flag of clone(2) for the namespace.
    static let namespaceFlag = csandbox_mount_namespace

    /// Whether a run at level standard can have one, found by trying it.
    static func isPossible() -> Bool {
        guard geteuid() == 0, unsafe access(folder, F_OK) == 0 else { return false }
        var plan = ProcessPlan(path: "", arguments: [], environment: [])
        plan.cloneFlags = namespaceFlag
        plan.preparation = unsafe ProcessPlan.Preparation(
            { unsafe csandbox_try_shared_memory($0) },
            nil
        )
        do {
            _ = try plan.spawn()
            return false
        } catch {
            return error.preparationStep == 1
        }
    }

    /// The options of the tmpfs of a run with at most `memory`.
    static func options(memory: ByteCount) -> String { Mounts.bounded(memory, mode: "1777") }
}
