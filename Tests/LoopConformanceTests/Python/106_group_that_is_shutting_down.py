# SPDX-License-Identifier: Apache-2.0
# since: 3.11

import asyncio


async def bad():
    raise ValueError("bad")


async def child():
    print("never")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            try:
                await asyncio.sleep(3600)
            finally:
                coroutine = child()
                try:
                    group.create_task(coroutine)
                except RuntimeError:
                    print("refused")
                coroutine.close()
    except ExceptionGroup:
        print("group failed")
    coroutine = child()
    try:
        group.create_task(coroutine)
    except RuntimeError:
        print("refused")
    coroutine.close()


asyncio.run(main())
