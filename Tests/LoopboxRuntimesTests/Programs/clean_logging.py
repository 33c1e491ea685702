import asyncio
import logging.config

logging.config.dictConfig({
    "version": 1, "disable_existing_loggers": False,
    "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}},
    "root": {"handlers": ["out"], "level": "DEBUG"},
})


async def main():
    logging.getLogger("mine").warning("hello %s", "you")
    logging.getLogger("asyncio").warning("from the program itself")
    await asyncio.sleep(0)


asyncio.run(main())
