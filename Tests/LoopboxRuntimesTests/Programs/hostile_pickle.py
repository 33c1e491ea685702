import asyncio
import copy
import pickle
import threading


class Order:
    def __init__(self, number):
        self.number = number


async def main():
    order = pickle.loads(pickle.dumps(Order(3)))
    print(order.number, pickle.loads(pickle.dumps(asyncio.sleep)) is asyncio.sleep)
    for value in (asyncio.get_running_loop(), asyncio.current_task(), threading.Lock()):
        try:
            pickle.dumps(value)
        except (TypeError, pickle.PicklingError) as error:
            print(type(error))
    print(copy.deepcopy(order).number)


asyncio.run(main())
