import asyncio
import _interpreters as I
def work(n):
    i = I.create()
    try: I.run_string(i, "x = sum(range(1000))") if hasattr(I, "run_string") else I.exec(i, "x = 1")
    finally: I.destroy(i)
    return n
async def main():
    for _ in range(3):
        print(await asyncio.gather(*[asyncio.to_thread(work, n) for n in range(3)]))
asyncio.run(main())
# needs: _interpreters
