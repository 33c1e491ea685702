import asyncio
import gc

# What goes first depends on when the collector ran.
gc.disable()


async def fetch():
    pass


async def main():
    loop = asyncio.get_running_loop()
    loop.create_task(fetch())
    # As a patch does that lets loops nest.
    loop._run_once()


loop = asyncio.new_event_loop()
loop.run_until_complete(main())
loop.close()
# finding: task-entered-twice 16 | Cannot enter into task Task-2 (fetch()) while another task Task-1 (main()) is being executed
