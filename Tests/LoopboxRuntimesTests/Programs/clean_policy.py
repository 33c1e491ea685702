import asyncio
import warnings


class Loop(asyncio.SelectorEventLoop):
    def call_later(self, delay, callback, *arguments, context=None):
        return super().call_later(delay / 2, callback, *arguments, context=context)


class Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        print("made")
        return Loop()


async def main():
    await asyncio.sleep(0.01)
    print(type(asyncio.get_running_loop()).__name__)


warnings.filterwarnings("ignore", category=DeprecationWarning)
asyncio.set_event_loop_policy(Policy())
asyncio.run(main())
asyncio.set_event_loop_policy(None)
