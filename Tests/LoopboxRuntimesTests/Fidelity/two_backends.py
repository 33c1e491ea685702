import anyio, sys
async def main():
    async with anyio.create_task_group() as tg:
        tg.start_soon(anyio.sleep, 0.01)
        print(await anyio.to_thread.run_sync(lambda: 5))
    with anyio.move_on_after(0.01) as s: await anyio.sleep(1)
    print(s.cancelled_caught)
    r = await anyio.run_process([sys.executable, "-c", "print(1)"]); print(r.stdout)
for b in ("asyncio", "trio"): anyio.run(main, backend=b)
# needs: anyio, trio
