// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import LoopboxModel

extension Sandbox {
    /// A run that is under way, for whoever may want to end it.
    public final class Run {
        private var process: Subprocess?
        private var grace: Duration = .zero
        var intervention: SandboxResult.Intervention?
        private let loop: EventLoop
        private var isCancelled = false
        private var hasKeeper = false
        var tasksSeen = 0
        private var nextLook: TimerHandle?

        /// How long a keeper may take to kill everything before it is killed itself.
        private static let keeperLimit: Duration = .seconds(2)

        init(loop: EventLoop) { self.loop = loop }

        /// Asks the program to end, and kills it when its grace is over. Before the process is
        /// there, it is ended as soon as it is.
        public func cancel() {
            isCancelled = true
            guard process != nil, intervention == nil else { return }
            intervene(.cancelled(killed: false))
        }

        /// Ends the program as ``cancel()`` does, for it said that nothing can ever wake it.
        public func endDeadlocked() {
            guard process != nil, intervention == nil else { return }
            intervene(.deadlocked(killed: false))
        }

        func begin(
            _ process: Subprocess,
            hasKeeper: Bool,
            limits: JobSpec.Limits
        ) -> TimerHandle? {
            self.process = process
            self.hasKeeper = hasKeeper
            grace = limits.grace.duration
            if isCancelled { cancel() }
            return try? loop.callLater(limits.time.duration) { [weak self] in
                guard let self, self.intervention == nil else { return }
                self.intervene(.timedOut(killed: false))
            }
        }

        func end() {
            process = nil
            nextLook?.cancel()
        }

        /// Compares what all processes use with the limits, until the run ends.
        func watch(
            _ limits: JobSpec.Limits,
            by watcher: ThreadPoolExecutor,
            _ usage: @escaping @Sendable () -> TreeUsage
        ) {
            let used = Future<TreeUsage>(on: loop)
            used.addDoneCallback { [weak self] used in
                guard let self, self.process != nil, let found = try? used.result() else { return }
                self.compare(found, with: limits)
                self.watch(limits, by: watcher, usage)
            }
            nextLook = try? loop.callLater(Sandbox.watchInterval) { [loop] in
                try? watcher.submit {
                    let found = usage()
                    loop.callSoonThreadsafe { try? used.setResult(found) }
                }
            }
        }

        private func compare(_ usage: TreeUsage, with limits: JobSpec.Limits) {
            guard let process, !process.exited.isDone else { return }
            tasksSeen = usage.tasks
            if usage.memory > limits.memory {
                kill(.memoryExceeded(usage.memory))
            } else if usage.tasks > limits.processes {
                kill(.processesExceeded(usage.tasks))
            } else if usage.cpu > (limits.cpu ?? limits.time).duration, intervention == nil {
                intervene(.cpuExceeded(killed: false))
            }
        }

        private func intervene(_ reason: SandboxResult.Intervention) {
            intervention = reason
            if hasKeeper {
                process?.sendSignal(SIGTERM)
            } else {
                process?.sendToGroup(SIGTERM)
                // A stopped process takes the signal only when it goes on.
                process?.sendToGroup(SIGCONT)
            }
            _ = try? loop.callLater(grace) { [weak self] in
                guard let self, let process = self.process, !process.exited.isDone else { return }
                switch reason {
                case .cancelled: self.kill(.cancelled(killed: true))
                case .deadlocked: self.kill(.deadlocked(killed: true))
                case .cpuExceeded: self.kill(.cpuExceeded(killed: true))
                default: self.kill(.timedOut(killed: true))
                }
            }
        }

        private func kill(_ reason: SandboxResult.Intervention) {
            guard let process else { return }
            intervention = reason
            guard hasKeeper else { return process.sendToGroup(SIGKILL) }
            process.sendSignal(Keeper.endAll)
            _ = try? loop.callLater(Self.keeperLimit) { [weak self] in
                guard let process = self?.process, !process.exited.isDone else { return }
                process.kill()
            }
        }
    }
}
