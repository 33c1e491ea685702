import asyncio
import sys

seen = set()


def started(code, offset):
    seen.add(code.co_name)


monitoring = sys.monitoring
print(monitoring.get_tool(0), monitoring.get_tool(monitoring.PROFILER_ID))
monitoring.use_tool_id(monitoring.PROFILER_ID, "mine")
monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.PY_START, started)
monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.PY_START)


async def main():
    await asyncio.sleep(0)


asyncio.run(main())
monitoring.set_events(monitoring.PROFILER_ID, 0)
monitoring.free_tool_id(monitoring.PROFILER_ID)
print("main" in seen, "sleep" in seen)
# versions: 3.12-
