import asyncio
async def query():
    for _ in range(20):
        await asyncio.sleep(0.001)
def sync():
    asyncio.run(query())
async def main():
    await asyncio.gather(*(asyncio.to_thread(sync) for _ in range(12)))
    print('done')
asyncio.run(main())
