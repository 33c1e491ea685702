import asyncio

import uvloop


async def save(order):
    print(order)


async def main():
    save("tea")
    await asyncio.sleep(0)


loop = uvloop.new_event_loop()
try:
    loop.run_until_complete(main())
finally:
    loop.close()
kept = save("late")
# needs: uvloop
# finding: coroutine-never-awaited 11:5-16 | 'save' was never awaited | Write `await save("tea")`
# creation: 17 11
# finding: coroutine-never-awaited 20:8-20 | 'save' was never awaited | asyncio.run(save("late"))
