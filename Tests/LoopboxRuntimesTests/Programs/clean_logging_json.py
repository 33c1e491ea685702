import asyncio
import json
import logging
import sys


class JSONFormatter(logging.Formatter):
    def format(self, record):
        return json.dumps({"name": record.name, "level": record.levelname,
                           "text": record.getMessage(), "where": record.funcName})


handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(JSONFormatter())
logging.root.handlers[:] = [handler]
logging.root.setLevel(logging.INFO)


async def main():
    logging.getLogger("shop").info("sold %d", 3)
    await asyncio.sleep(0)


asyncio.run(main())
