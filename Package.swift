// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// What every target of ours is compiled with.
///
/// Nonisolated async functions run where their caller runs: a hop costs more than most of what the
/// functions do, and the loop's objects are not `Sendable`.
let careful: [SwiftSetting] = [
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]
let strict: [SwiftSetting] = careful + [.strictMemorySafety()]

/// A target in a layer of `ARCHITECTURE.md`: what it may import is exactly what is listed here.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of a layer; the folders among `exclude` are read by path. Tests call C freely, and the
/// marks for that would hide what they show.
func tests(
    of name: String,
    _ dependencies: [Target.Dependency] = [],
    exclude: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name)] + dependencies,
        exclude: exclude,
        swiftSettings: careful
    )
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "loopbox",
    products: [
        .executable(name: "loopbox", targets: ["loopbox"]),
        .library(name: "Loop", targets: ["Loop"]),
        .library(name: "LoopHTTP", targets: ["LoopHTTP"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // C, each imported by exactly one module above it.
        .target(name: "CLoop"),
        .target(name: "CSandbox", linkerSettings: [.linkedLibrary("seccomp")]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(
            name: "CYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])]
        ),

        // The general library: it has never heard of jobs.
        layer("LoopSystem", ["CLoop"]),
        layer("Loop", ["LoopSystem", logging]),
        layer("HTTPWire"),
        layer("LoopHTTP", ["Loop", "LoopSystem", "HTTPWire", logging]),
        layer("LoopCurl", ["Loop", "LoopSystem", "CCurl"]),

        // The product.
        layer("LoopboxModel"),
        .target(
            name: "LoopboxReport",
            dependencies: ["LoopboxModel"],
            resources: [.embedInCode("rules.json")],
            swiftSettings: strict
        ),
        layer("LoopboxGate", ["LoopboxModel", "LoopboxReport", "CRE2"]),
        layer("LoopboxSpec", ["LoopboxModel", "LoopboxReport", "LoopboxGate", "CYAML"]),
        layer("LoopboxStore", ["LoopboxModel", "Loop", grdb, logging]),
        .target(
            name: "LoopboxSandbox",
            dependencies: ["LoopboxModel", "Loop", "LoopSystem", "CSandbox"],
            resources: [
                .embedInCode("Attacks/attacks.py"), .embedInCode("Attacks/victim.py"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "LoopboxRuntimes",
            dependencies: ["LoopboxModel", "LoopboxReport", "Loop", "LoopSystem"],
            resources: [
                .embedInCode("Python/sitecustomize.py"),
                .embedInCode("Python/inside/overview.py"),
                .embedInCode("Python/inside/rewriting.py"),
                .embedInCode("Python/inside/report.py"),
                .embedInCode("Python/inside/facts.py"),
                .embedInCode("Python/inside/warning_hooks.py"),
                .embedInCode("Python/inside/exception_hooks.py"),
                .embedInCode("Python/inside/loop_hooks.py"),
                .embedInCode("Python/inside/alarms.py"),
                .embedInCode("Python/inside/slow_callbacks.py"),
                .embedInCode("Python/inside/last_stacks.py"),
                .embedInCode("Python/inside/hanging.py"),
                .embedInCode("Python/inside/leaks.py"),
                .embedInCode("Python/inside/timeline.py"),
                .embedInCode("Python/inside/steps.py"),
                .embedInCode("Python/inside/running_loops.py"),
                .embedInCode("Python/inside/uvloop_hooks.py"),
                .embedInCode("Python/inside/imports.py"),
                .embedInCode("Python/inside/ending.py"),
                .embedInCode("Python/inside/beginning.py"),
            ],
            swiftSettings: strict
        ),
        layer(
            "LoopboxWebhooks",
            ["LoopboxModel", "Loop", "LoopSystem", "LoopCurl", crypto, logging]
        ),
        layer(
            "LoopboxDigest",
            [
                "LoopboxModel", "LoopboxReport", "LoopboxGate", "LoopboxSandbox", "LoopboxRuntimes",
                "LoopboxWebhooks", "Loop", "LoopSystem",
            ]
        ),
        layer(
            "LoopboxService",
            [
                "LoopboxModel", "LoopboxReport", "LoopboxGate", "LoopboxDigest", "LoopboxSpec",
                "LoopboxStore",
                "LoopboxSandbox", "LoopboxRuntimes", "LoopboxWebhooks", "Loop", "LoopSystem",
                "LoopHTTP", "HTTPWire",
                "LoopCurl", crypto, logging,
            ]
        ),
        .executableTarget(
            name: "loopbox",
            dependencies: [
                "LoopboxService", "LoopboxModel", "LoopboxReport", "LoopboxGate", "LoopboxDigest",
                "LoopboxSpec",
                "LoopboxStore", "LoopboxSandbox", "LoopboxWebhooks", "Loop", "LoopSystem",
                arguments, logging,
            ],
            swiftSettings: strict
        ),

        tests(of: "LoopSystem"),
        // A program for tests of what belongs to a process's main thread.
        .executableTarget(
            name: "LoopProbe",
            dependencies: ["Loop", "LoopSystem"],
            path: "Tests/LoopProbe",
            swiftSettings: careful
        ),
        // A program with a process pool, for the tests to run.
        .executableTarget(
            name: "ProcessPoolProgram",
            dependencies: ["Loop", "LoopSystem"],
            path: "Tests/ProcessPoolProgram",
            swiftSettings: careful
        ),
        tests(
            of: "Loop",
            [
                "LoopSystem", .target(name: "LoopProbe"), .target(name: "ProcessPoolProgram"),
                logging,
            ]
        ),
        // The same in Python and in Swift.
        .testTarget(
            name: "LoopConformanceTests",
            dependencies: ["Loop", "LoopSystem"],
            exclude: ["Python"],
            swiftSettings: careful
        ),
        tests(of: "HTTPWire"),
        tests(of: "LoopHTTP", ["Loop", "LoopSystem", "HTTPWire", logging]),
        // A web server for tests, as the other side of a webhook.
        .target(
            name: "LocalReceiver",
            dependencies: ["Loop", "LoopSystem"],
            path: "Tests/LocalReceiver",
            swiftSettings: strict
        ),
        tests(of: "LoopCurl", ["Loop", "LoopSystem", "LocalReceiver"]),
        tests(of: "LoopboxModel"),
        tests(of: "LoopboxSpec", ["LoopboxModel"], exclude: ["Golden"]),
        tests(of: "LoopboxReport", ["LoopboxModel"], exclude: ["Golden", "Python"]),
        tests(of: "LoopboxDigest", ["LoopboxModel", "LoopboxReport"]),
        tests(of: "LoopboxGate", ["LoopboxModel", "LoopboxReport"]),
        tests(of: "LoopboxStore", ["LoopboxModel", "Loop", grdb, logging]),
        tests(
            of: "LoopboxRuntimes",
            ["LoopboxReport", "LoopboxModel"],
            exclude: ["Programs", "Fidelity"]
        ),
        tests(
            of: "LoopboxWebhooks",
            ["LoopboxModel", "Loop", "LoopSystem", "LoopCurl", "LocalReceiver", logging]
        ),
        tests(of: "LoopboxSandbox", ["LoopboxModel", "Loop", "LoopSystem", "CSandbox"]),
        tests(
            of: "LoopboxService",
            [.target(name: "loopbox"), "LoopSystem", "LoopboxModel", "LoopboxSandbox"],
            exclude: ["Golden", "Python"]
        ),
    ]
)
