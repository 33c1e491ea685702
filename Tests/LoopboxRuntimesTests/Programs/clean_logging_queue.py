import asyncio
import logging
import logging.handlers
import queue
import sys

waiting = queue.SimpleQueue()
listener = logging.handlers.QueueListener(waiting, logging.StreamHandler(sys.stdout))
logging.root.addHandler(logging.handlers.QueueHandler(waiting))


async def main():
    logging.warning("from the loop")
    await asyncio.to_thread(logging.warning, "from a thread")


listener.start()
asyncio.run(main())
listener.stop()
