// SPDX-License-Identifier: Apache-2.0

/// The files that watch a program from inside its interpreter.
///
/// They belong into a folder of their own, which leads PYTHONPATH. The program must not be able to
/// write there: what is in it runs in every later job.
public enum PythonHarness {
    /// The files by name.
    public static let files: [(name: String, bytes: [UInt8])] = [
        ("sitecustomize.py", PackageResources.sitecustomize_py),
        ("loopbox_inside.py", Array(parts.joined(separator: Array("\n\n".utf8)))),
    ]

    /// What `loopbox_inside.py` consists of. One module: an import more is 0.2 ms of each start.
    private static let parts: [[UInt8]] = [
        PackageResources.overview_py,
        PackageResources.rewriting_py,
        PackageResources.report_py,
        PackageResources.facts_py,
        PackageResources.warning_hooks_py,
        PackageResources.exception_hooks_py,
        PackageResources.loop_hooks_py,
        PackageResources.alarms_py,
        PackageResources.slow_callbacks_py,
        PackageResources.last_stacks_py,
        PackageResources.hanging_py,
        PackageResources.leaks_py,
        PackageResources.timeline_py,
        PackageResources.steps_py,
        PackageResources.running_loops_py,
        PackageResources.uvloop_hooks_py,
        PackageResources.imports_py,
        PackageResources.ending_py,
        PackageResources.beginning_py,
    ]

    /// The command that compiles the files in `folder` for the interpreter `executable`.
    ///
    /// Without it every start of that interpreter compiles them anew, which takes longer than all
    /// the rest of the start. The compiled files are valid whatever the times of the sources are.
    public static func compileCommand(executable: String, folder: String) -> [String] {
        let script = """
            import py_compile, sys
            for path in sys.argv[1:]:
                py_compile.compile(path, doraise=True,
                    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
            """
        return [executable, "-I", "-S", "-c", script] + files.map { folder + "/" + $0.name }
    }
}
