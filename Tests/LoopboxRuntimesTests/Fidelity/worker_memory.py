import asyncio, time
def work(n):
    chunk = bytearray(5_000_000)      # 50 MB at a time
    time.sleep(0.15)
    return n
async def main():
    for n in range(4): print(await asyncio.to_thread(work, n), flush=True)
asyncio.run(main())
