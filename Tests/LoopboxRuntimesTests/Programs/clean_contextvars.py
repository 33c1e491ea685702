import asyncio
import contextvars

name = contextvars.ContextVar("name")


async def show(value):
    token = name.set(value)
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(lambda: print("later", name.get()))
    await asyncio.sleep(0)
    seen = name.get()
    name.reset(token)
    return seen


async def main():
    name.set("main")
    print(await asyncio.gather(show("a"), show("b")), name.get())
    print(await asyncio.to_thread(name.get))
    context = contextvars.copy_context()
    context.run(name.set, "copy")
    print(context[name], name.get())


asyncio.run(main())
