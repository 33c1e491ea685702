import asyncio

asyncio.get_child_watcher()
# versions: 3.12-3.13
# finding: deprecated-asyncio-api 3 | 'get_child_watcher' is deprecated
