import asyncio
import threading


def call_off(order):
    order.cancel()


def fill(order):
    order.set_result("tea, milk")  # as the shop says


def blame(order):
    order.cancel(msg="late")


async def main():
    loop = asyncio.get_running_loop()
    for target in (call_off, fill, blame):
        order = loop.create_future()
        order.add_done_callback(print)
        thread = threading.Thread(target=target, args=(order,))
        thread.start()
        while thread.is_alive():
            await asyncio.sleep(0.01)


asyncio.run(main())
# finding: wrong-thread-call 6 | Non-thread-safe operation | Write `loop.call_soon_threadsafe(order.cancel)` in place of `order.cancel()`; `loop` is
# finding: wrong-thread-call 10 | Non-thread-safe operation | Write `loop.call_soon_threadsafe(order.set_result, "tea, milk")` in place of
# finding: wrong-thread-call 14 | Non-thread-safe operation | Write `loop.call_soon_threadsafe(lambda: order.cancel(msg="late"))` in place of
