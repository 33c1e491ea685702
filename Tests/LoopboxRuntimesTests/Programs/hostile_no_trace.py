import builtins
import gc
import os
import sys

# Before 3.10 exit functions live in the module, so it has to stay.
print(sorted(set(sys.modules) - {"atexit"}))
print(sys.path, sys.argv, sys.flags, sys._xoptions, sys.meta_path, sys.path_hooks)
print(sorted(sys.path_importer_cache))
print(sorted((k, v) for k, v in os.environ.items() if k != "_"))
print(getattr(sys, "orig_argv", None))
print(sys.excepthook, sys.unraisablehook, sys.displayhook, sys.warnoptions)
print(sys.unraisablehook is sys.__unraisablehook__)
print(os.dup(1), os.dup(1))
print(__name__, __spec__, __builtins__ is builtins, sorted(globals()))
import threading

print([t.name for t in threading.enumerate()], threading.active_count(), threading.excepthook)
import asyncio
import logging
import traceback
import warnings

print(sorted(set(sys.modules) - {"atexit"}))
print(logging.getLogger("asyncio").handlers, logging.getLogger("asyncio").filters)
print(warnings.showwarning.__module__, warnings._warn_unawaited_coroutine.__name__)
print(gc.get_threshold(), gc.callbacks, len(sys._current_frames()))
print(repr(asyncio.new_event_loop.__code__.co_name), asyncio.get_event_loop_policy.__name__)


async def main():
    traceback.print_stack()
    loop = asyncio.get_running_loop()
    print(loop.get_debug(), loop.get_exception_handler(), sorted(vars(loop)))
    print([thread.name for thread in threading.enumerate()])
    task = asyncio.current_task()
    print(task.get_stack(), [f.name for f in task._source_traceback])


asyncio.run(main())
