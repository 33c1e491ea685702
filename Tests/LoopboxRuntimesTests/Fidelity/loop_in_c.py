import asyncio, uvloop, sys
async def nothing(): await asyncio.sleep(0.01)
async def main():
    print(type(asyncio.get_running_loop()))
    nothing()
    t = asyncio.create_task(nothing()); await t
    r, w = await asyncio.open_connection(*srv.sockets[0].getsockname()); w.write(b"x"); print(await r.read(1)); w.close()
async def outer():
    global srv
    async def h(r, w): w.write(await r.read(1)); w.close()
    srv = await asyncio.start_server(h, "127.0.0.1", 0)
    await main(); srv.close()
uvloop.install()
asyncio.run(outer())
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as r: print(r.run(asyncio.sleep(0, 5)))
# needs: uvloop
