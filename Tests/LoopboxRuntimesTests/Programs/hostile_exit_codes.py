import asyncio
import sys


async def main():
    try:
        await asyncio.sleep(0)
    finally:
        raise SystemExit("a last word")


sys.stdout.write("no new line")
asyncio.run(main())
