// SPDX-License-Identifier: Apache-2.0

public import Loop

/// Where all of the service lives: the one loop of the process that serves.
@globalActor
public actor ServiceActor {
    /// The instance that the language asks for; nothing is in it.
    public static let shared = ServiceActor()

    /// The loop. Run it on the main thread, which its signal handlers need.
    public static let loop: EventLoop = {
        do {
            return try EventLoop()
        } catch {
            fatalError("the event loop can't be made: \(error)")
        }
    }()

    /// The loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe Self.loop.asUnownedSerialExecutor()
    }
}
