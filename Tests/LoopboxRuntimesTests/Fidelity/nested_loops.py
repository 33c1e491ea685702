import asyncio, nest_asyncio
nest_asyncio.apply()
async def inner(n): await asyncio.sleep(0.01); return n
async def main():
    loop = asyncio.get_event_loop()
    print(loop.run_until_complete(inner(1)))
    print(asyncio.run(inner(2)))
    async def deeper(): return asyncio.run(inner(3))
    print(await asyncio.gather(deeper(), deeper()))
    inner(9)
asyncio.run(main())
# needs: nest_asyncio
