import asyncio
import importlib
import pkgutil
import sys

print(sys.meta_path, sys.path_hooks)
print([name for name in sys.modules if "box" in name or "custom" in name])
print(sys.path_importer_cache.keys() == dict.fromkeys(sys.path_importer_cache).keys())
print([name for _, name, _ in pkgutil.iter_modules() if "box" in name or "custom" in name])
try:
    importlib.import_module("loopbox_inside")
except ImportError as error:
    print(error)
print(importlib.reload(asyncio.events).__name__, asyncio.base_events.__spec__.name)
print(type(asyncio.base_events.__spec__.loader).__name__, vars(asyncio.__spec__.loader))
print(sorted(vars(sys.modules["asyncio.base_events"].__spec__.loader)))
