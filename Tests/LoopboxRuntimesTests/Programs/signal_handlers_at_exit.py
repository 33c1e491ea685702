import asyncio
import gc
import signal


class Service:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.loop.add_signal_handler(signal.SIGUSR1, print)
        self.me = self

    def __del__(self):
        self.loop.close()


gc.collect()
Service()
# finding: signal-handlers-at-finalization 8
