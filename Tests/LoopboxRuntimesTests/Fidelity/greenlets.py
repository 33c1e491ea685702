import asyncio, greenlet
# the way of SQLAlchemy: sync code in a greenlet that switches to await
async def spawn(fn):
    cur = greenlet.getcurrent(); g = greenlet.greenlet(fn, cur); r = g.switch()
    while not g.dead: r = g.switch(await r)
    return r
def await_(c): return greenlet.getcurrent().parent.switch(c)
def sync(): return await_(asyncio.sleep(0.01, 7)) + await_(asyncio.sleep(0, 1))
async def main():
    print(await spawn(sync), await asyncio.gather(spawn(sync), spawn(sync)))
asyncio.run(main())
# needs: greenlet
