# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). The beginning: says hello and hangs in the hooks.

config = {}


async def _coroutine():
    pass


_sample = _coroutine()
COROUTINE = type(_sample)
_sample.close()
del _sample


def begin(born, descriptor, settings):
    """Says hello on `descriptor` and hangs in the hooks.

    `born` is when the interpreter came to us; `settings` is what LOOPBOX_CONFIG had.
    """
    global report, watcher, main_thread
    config.update(settings)
    # On a busy machine it takes a while from the making of the process to here.
    begun = config.get("begun") or born
    watcher = Watcher(begun)
    report = Report(descriptor)
    version = sys.version_info
    release = "%d.%d.%d" % version[:3]
    if version.releaselevel != "final":
        release += {"alpha": "a", "beta": "b"}.get(version.releaselevel, "rc") + str(version.serial)
    report.send("hello", {
        "version": release,
        "implementation": sys.implementation.name,
        "pid": process_id(),
        "born": born,
        "cwd": os.getcwd(),
        "library": LIBRARY,
    })
    import atexit
    import warnings

    hook_warnings(warnings)
    for name in list(hooks):
        module = sys.modules.get(name)
        if module is not None and is_library(getattr(module, "__file__", None) or ""):
            hook_loaded(name, module)
    watch_imports()
    atexit.register(ending)
    os.register_at_fork(after_in_child=after_fork_in_child)
    sys.addaudithook(audit)
    sys.set_coroutine_origin_tracking_depth(DEPTH_OUTSIDE)
    notice_generators()
    main_thread = get_ident()
    hook_signals()
    write_stacks_later()


def after_fork_in_child():
    report.close_in_child()
    # It has inherited no timer.
    watcher.looks_for_deadlock, watcher.tells_at = False, 0
    watched_loops.clear()
