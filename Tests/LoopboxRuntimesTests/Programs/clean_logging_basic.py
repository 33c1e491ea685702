import asyncio
import logging

logging.basicConfig(level=logging.DEBUG, filename="log", format="%(name)s %(message)s")


async def main():
    logging.info("hello")
    await asyncio.sleep(0)
    try:
        raise ValueError("handled")
    except ValueError:
        logging.getLogger("mine").exception("caught")


asyncio.run(main())
logging.shutdown()
with open("log") as file:
    print([line for line in file.read().splitlines() if "asyncio" not in line][:3])
