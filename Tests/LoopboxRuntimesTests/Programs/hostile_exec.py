import asyncio
import runpy

SOURCE = """
import asyncio


async def fetch():
    raise LookupError("inside")


async def main():
    try:
        await fetch()
    except LookupError as error:
        print(error, error.__traceback__.tb_next.tb_frame.f_code.co_filename)


asyncio.run(main())
"""

exec(compile(SOURCE, "<made up>", "exec"), {"__name__": "made"})
with open("other.py", "w") as file:
    file.write(SOURCE)
print(sorted(name for name in runpy.run_path("other.py") if not name.startswith("_")))
