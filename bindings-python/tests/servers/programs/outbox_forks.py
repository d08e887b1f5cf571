"""Forks at any moment while threads write and a worker delivers; each child writes, too."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import outbox_shop
import shop

FORKS = 40
THREADS = 3

stopped = threading.Event()
stored: list[str] = []


def enqueue(order_id: str) -> None:
    assert outbox_shop.outbox.enqueue(shop.purchase(order_id)).duplicate is False
    stored.append(order_id)


def load(thread: int) -> None:
    number = 0
    while not stopped.is_set():
        enqueue(f"load-{thread}-{number}")
        number += 1


async def async_load() -> None:
    number = 0
    while not stopped.is_set():
        orders = [f"load-async-{number}-{task}" for task in range(THREADS)]
        await asyncio.gather(*map(outbox_shop.in_asyncio, orders))
        stored.extend(orders)
        number += 1


def child(fork: int) -> None:
    enqueue(f"child-{fork}-blocking")
    asyncio.run(outbox_shop.in_asyncio(f"child-{fork}-async"))
    if fork % 4 == 0:
        grandchild = os.fork()
        if grandchild == 0:
            enqueue(f"child-{fork}-grandchild")
            os._exit(0)
        assert os.waitpid(grandchild, 0)[1] == 0
    if fork % 2:
        sys.exit(0)  # with the interpreter's whole exit
    os._exit(0)


def main() -> None:
    worker = outbox_shop.worker()
    worker.start()
    threads = [threading.Thread(target=load, args=(number,)) for number in range(THREADS)]
    threads.append(threading.Thread(target=lambda: asyncio.run(async_load())))
    for thread in threads:
        thread.start()
    children = []
    for fork in range(FORKS):
        pid = os.fork()
        if pid == 0:
            child(fork)
        children.append(pid)
        stored.extend([f"child-{fork}-blocking", f"child-{fork}-async"])
        if fork % 4 == 0:
            stored.append(f"child-{fork}-grandchild")
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
    stopped.set()
    for thread in threads:
        thread.join()
    worker.stop()
    print("stored", *stored)


if __name__ == "__main__":
    main()
