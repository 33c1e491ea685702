import asyncio


class Loop(asyncio.SelectorEventLoop):
    __slots__ = ("steps",)

    def _run_once(self):
        self.steps = getattr(self, "steps", 0) + 1
        super()._run_once()

    def call_exception_handler(self, context):
        print("mine", context["message"])
        super().call_exception_handler(context)

    def __getattribute__(self, name):
        return super().__getattribute__(name)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: [][1])
    await asyncio.sleep(0.001)
    return loop.steps


loop = Loop()
print(loop.run_until_complete(main()) > 1)
loop.close()
# finding: callback-exception 21 | IndexError: list index out of range
