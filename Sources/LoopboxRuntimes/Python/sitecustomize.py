# SPDX-License-Identifier: Apache-2.0
"""The door through which Loopbox gets into the interpreter that runs a program.

The interpreter imports `sitecustomize` before the program's first line. This one is found first
because its folder leads PYTHONPATH. It lets `loopbox_inside` hang its hooks in, puts everything
back as the program would have found it, and hands on to the real `sitecustomize`.
"""

import sys

folder = __spec__.origin[: -len("/sitecustomize.py")]


def begin():
    """In the interpreter that runs the program; others in its process, and children, have no report."""
    import time

    born = time.monotonic_ns()

    import os

    descriptor = os.environ.pop("LOOPBOX_REPORT_FD", None)
    settings = os.environ.pop("LOOPBOX_CONFIG", None)
    if descriptor is None or settings is None:
        return
    import _tracemalloc
    import gc

    counts, is_collecting = gc.get_count(), gc.isenabled()
    gc.disable()
    # Tracing the objects of ours would take longer than making them: it begins anew when we are
    # done. What was traced so far belongs to the interpreter.
    frames = _tracemalloc.is_tracing() and _tracemalloc.get_traceback_limit()
    _tracemalloc.stop()
    try:
        # Our own encoder writes them, so they are Python too but for three words.
        settings = eval(settings, {"true": True, "false": False, "null": None})
        if settings.get("pythonpath") is None:
            os.environ.pop("PYTHONPATH", None)
        else:
            os.environ["PYTHONPATH"] = settings["pythonpath"]
        if settings.get("hides_malloc"):
            os.environ.pop("PYTHONMALLOC", None)
        import loopbox_inside

        loopbox_inside.begin(born, int(descriptor), settings)
        loopbox_inside.take_ballast(counts)
    except Exception:
        # The program runs unwatched then, and its report ends without a farewell.
        pass
    if is_collecting:
        gc.enable()
    if frames:
        _tracemalloc.start(frames)


modules = set(sys.modules)
begin()
sys.path[:] = [entry for entry in sys.path if entry != folder]
sys.path_importer_cache.pop(folder, None)
for name in set(sys.modules) - modules:
    # Before Python 3.10 the exit functions live in the module object.
    if name != "atexit" or sys.version_info >= (3, 10):
        del sys.modules[name]

# This fails where there is no such module, and the import of this file fails likewise: that is
# what the interpreter finds without us.
del sys.modules["sitecustomize"]
import sitecustomize
