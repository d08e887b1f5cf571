"""Forks while threads send, and has each child send through the client of its parent."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import shop

FORKS = 40
THREADS = 4

stopped = threading.Event()
sent: list[str] = []


def load(thread: int) -> None:
    number = 0
    while not stopped.is_set():
        order_id = f"load-{thread}-{number}"
        shop.client.send(shop.purchase(order_id))
        sent.append(order_id)
        number += 1


async def async_load() -> None:
    number = 0
    while not stopped.is_set():
        order_ids = [f"load-async-{number}-{task}" for task in range(THREADS)]
        await asyncio.gather(
            *(shop.async_client.send(shop.purchase(order_id)) for order_id in order_ids)
        )
        sent.extend(order_ids)
        number += 1


def child(fork: int) -> None:
    shop.client.send(shop.purchase(f"child-{fork}-blocking"))
    asyncio.run(shop.async_client.send(shop.purchase(f"child-{fork}-async")))
    if fork % 4 == 0:
        grandchild = os.fork()
        if grandchild == 0:
            shop.client.send(shop.purchase(f"child-{fork}-grandchild"))
            os._exit(0)
        assert os.waitpid(grandchild, 0)[1] == 0
    if fork % 2:
        sys.exit(0)  # with the interpreter's whole exit
    os._exit(0)


def main() -> None:
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
        sent.extend([f"child-{fork}-blocking", f"child-{fork}-async"])
        if fork % 4 == 0:
            sent.append(f"child-{fork}-grandchild")
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
    stopped.set()
    for thread in threads:
        thread.join()
    print("sent", *sent)


if __name__ == "__main__":
    main()
