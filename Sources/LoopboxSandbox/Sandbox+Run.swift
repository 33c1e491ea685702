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
        /// Processor time that the kernel does not tell, as it was estimated at the last look.
        var unseenTime: Duration = .zero
        /// Why what the run uses could not be told, if it was ended for that.
        var blindness: SystemError?
        private var nextLook: TimerHandle?
        private var lookUnderWay: Future<Look>?
        private var looksOver = 0
        private var looksFailed = 0

        /// How long a keeper may take to kill everything before it is killed itself.
        private static let keeperLimit: Duration = .seconds(2)
        /// How many looks in a row have to find too much memory, if it is not more than twice as
        /// much as there may be: what several processes have in common can be told wrongly while they
        /// come and go.
        private static let looksOverMax = 3
        /// How long until the next one of these.
        private static let looksOverInterval: Duration = .milliseconds(10)
        /// How many looks in a row may fail: about a second. The server can lack a descriptor.
        private static let looksFailedMax = 20

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

        /// How a look ended.
        typealias Look = Result<TreeUsage, SystemError>

        /// Compares what all processes use with the limits, until the run ends.
        ///
        /// - Parameter prepare: on the loop, gives what looks on a thread of `watcher`.
        func watch(
            _ limits: JobSpec.Limits,
            by watcher: ThreadPoolExecutor,
            _ prepare: @escaping () -> @Sendable () -> Look
        ) {
            let used = Future<Look>(on: loop)
            lookUnderWay = used
            used.addDoneCallback { [weak self] used in
                guard let self, self.process != nil, let found = try? used.result() else { return }
                self.compare(found, with: limits)
                self.watch(limits, by: watcher, prepare)
            }
            // Not at equal distances: nobody is to know when.
            let interval =
                looksOver > 0
                ? Self.looksOverInterval : Sandbox.watchInterval * Double.random(in: 0.5...1.5)
            nextLook = try? loop.callLater(interval) { [loop] in
                let look = prepare()
                do throws(LoopError) {
                    // A look can end after the run and the loop: it must not keep them.
                    try watcher.submit { [weak used] in
                        let found = look()
                        loop.callSoonThreadsafe { [weak used] in try? used?.setResult(found) }
                    }
                } catch {
                    // No thread can be made just now.
                    let found = SystemError(call: "pthread_create", code: EAGAIN)
                    try? used.setResult(.failure(found))
                }
            }
        }

        private func compare(_ look: Look, with limits: JobSpec.Limits) {
            guard let process, !process.exited.isDone else { return }
            let usage: TreeUsage
            switch look {
            case .success(let found): usage = found
            case .failure(let error):
                looksFailed += 1
                if looksFailed == Self.looksFailedMax {
                    // Limits that nobody keeps are none.
                    blindness = error
                    kill(intervention)
                }
                return
            }
            looksFailed = 0
            tasksSeen = usage.tasks
            unseenTime = usage.unseen
            looksOver = usage.memory > limits.memory ? looksOver + 1 : 0
            if looksOver == Self.looksOverMax
                || usage.memory.bytes > 2 * limits.memory.bytes
            {
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

        private func kill(_ reason: SandboxResult.Intervention?) {
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
