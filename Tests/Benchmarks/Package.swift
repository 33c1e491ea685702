// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// A package of its own, so that nobody who uses `Loop` builds it. `make bench` runs it.
let package = Package(
    name: "benchmarks",
    dependencies: [.package(name: "loopbox", path: "../..")],
    targets: [
        .executableTarget(
            name: "LoopBench",
            dependencies: [.product(name: "Loop", package: "loopbox")],
            swiftSettings: [
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
                .treatAllWarnings(as: .error),
            ]
        )
    ]
)
