# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Notices when the modules that are to be hooked are imported.

# The modules that are not hooked yet.
hooks = {
    "asyncio.base_events": hook_asyncio,
    "asyncio.unix_events": hook_policy,
    "multiprocessing.resource_tracker": hook_tracker,
    "threading": hook_threading,
    "uvloop": hook_uvloop,
}


def hook_loaded(name, module):
    """Hooks a module that has been executed to its end."""
    hook = hooks.pop(name, None)
    if hook is not None:
        try:
            hook(module)
        except Exception:
            pass


def watch_imports(folder):
    """Has the finder of a folder tell when one of `hooks` is found there.

    The program's own modules of these names are found in other folders, before.
    """
    finder = sys.modules["_frozen_importlib_external"].PathFinder._path_importer_cache(folder)
    if finder is None:
        return
    find = type(finder).find_spec

    def find_spec(name, target=None):
        spec = find(finder, name, target)
        if spec is not None:
            if name in ("asyncio", "multiprocessing"):
                watch_imports(folder + os.sep + name)
            elif name in hooks:
                hook_after(spec)
        return spec

    finder.find_spec = find_spec


def hook_after(spec):
    loader = spec.loader
    execute = type(loader).exec_module

    def exec_module(module):
        del loader.exec_module
        execute(loader, module)
        hook_loaded(spec.name, module)

    # Frames of the import machinery are left out of tracebacks, this one among them.
    exec_module.__code__ = exec_module.__code__.replace(
        co_filename=execute.__code__.co_filename)
    loader.exec_module = exec_module
