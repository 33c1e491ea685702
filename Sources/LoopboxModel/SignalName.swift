// SPDX-License-Identifier: Apache-2.0

/// The names of signals, as reports and specs have them.
public enum SignalName {
    /// By number, those that a program can die of. The numbers are the same on every machine that a
    /// Python of ours runs on.
    ///
    /// Source: signal(7), x86, ARM and most others.
    public static let all: [Int: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT",
        7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2",
        13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 16: "SIGSTKFLT", 24: "SIGXCPU",
        25: "SIGXFSZ", 26: "SIGVTALRM", 27: "SIGPROF", 29: "SIGIO", 30: "SIGPWR", 31: "SIGSYS",
    ]
}
