import asyncio

asyncio.set_event_loop_policy(None)
# finding[3.14-]: deprecated-asyncio-api 3 | 'asyncio.set_event_loop_policy' is deprecated
