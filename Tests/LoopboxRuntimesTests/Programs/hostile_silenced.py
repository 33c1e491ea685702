import asyncio
import warnings


async def fetch():
    pass


async def main():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fetch()
        open("/dev/null")
    print([str(warning.message).splitlines()[0] for warning in caught])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fetch()
    print(warnings.formatwarning("text", UserWarning, "file.py", 3, "line"))


asyncio.run(main())
