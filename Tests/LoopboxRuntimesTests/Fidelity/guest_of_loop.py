import asyncio, trio, sys
async def agen():
    try: yield 1; yield 2
    finally: print("closed")
async def tmain():
    await trio.sleep(0.01)
    async for x in agen(): break
    async with trio.open_nursery() as n: n.start_soon(trio.sleep, 0.01)
    return "trio done"
async def main():
    loop = asyncio.get_running_loop(); done = loop.create_future()
    trio.lowlevel.start_guest_run(tmain, run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=done.set_result)
    async for x in agen(): break
    print((await done).unwrap())
asyncio.run(main())
print(trio.run(tmain))
print(sys.get_asyncgen_hooks().finalizer)
# needs: trio
