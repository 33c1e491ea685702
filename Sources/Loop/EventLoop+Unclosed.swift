// SPDX-License-Identifier: Apache-2.0

extension EventLoop {
    /// Lets go of everything that is still watched, so that what nobody else keeps goes, and says
    /// that it was not closed. A loop that closes calls it: until then loop and handlers keep each
    /// other.
    func releaseWatched() {
        for descriptor in unsafe core.pointee.watches.descriptors { unwatch(descriptor) }
    }
}
