"""Ends in the very moment in which answers come."""

from __future__ import annotations

import asyncio
import sys
import threading

import shop

CALLS = 16


def threads() -> None:
    first = threading.Event()

    def report(number: int) -> None:
        shop.client.send(shop.purchase(f"order-{number}"))
        first.set()

    for number in range(CALLS):
        threading.Thread(target=report, args=(number,), daemon=True).start()
    first.wait()


def tasks() -> None:
    loop = asyncio.new_event_loop()
    calls = [
        loop.create_task(shop.async_client.send(shop.purchase(f"order-{number}")))
        for number in range(CALLS)
    ]
    loop.run_until_complete(asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED))


def joined() -> None:
    """Threads that the interpreter waits for: every order arrives."""
    for number in range(CALLS):
        order = shop.purchase(f"order-{number}")
        threading.Thread(target=shop.client.send, args=(order,)).start()


if __name__ == "__main__":
    {"threads": threads, "asyncio": tasks, "joined": joined}[sys.argv[1]]()
