# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Notices when the modules that are to be hooked are imported.

# The modules that are not hooked yet.
hooks = {
    "asyncio.base_events": hook_asyncio,
    "asyncio.unix_events": hook_policy,
    "multiprocessing.resource_tracker": hook_tracker,
    "subprocess": hook_subprocess,
    "threading": hook_threading,
    "uvloop": hook_uvloop,
}


def hook_loaded(name, module):
    """Hooks a module that has been executed to its end."""
    hook = hooks.pop(name, None)
    if hook is not None:
        observer(hook)(module)
        texts_of_library.clear()


class Imports:
    """What the loader of modules calls."""

    @staticmethod
    def loaded(module):
        name = module.__name__
        if name in hooks and (name == "uvloop" or is_library(module.__file__ or "")):
            hook_loaded(name, module)


def watch_imports():
    """Has the loader of source files tell when it has executed one to its end.

    The program's own modules of these names are in other folders.
    """
    external = sys.modules["_frozen_importlib_external"]
    rewrite(
        [external._LoaderBasics.exec_module], Imports,
        ("after", "_call_with_frames_removed", "OURS.loaded(module)"),
    )
