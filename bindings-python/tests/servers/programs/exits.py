"""Ends with requests in flight that no server will ever answer.

Arguments: how the requests are made (threads or asyncio) and how the program ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

import shop

from connectly_conversions import AsyncClient, Client, ConnectlyError

REQUESTS = 8

patient = Client(timeout=600, attempt_timeout=600)
patient_async = AsyncClient(timeout=600, attempt_timeout=600)


def end(how: str) -> None:
    input()  # the test has seen every request at its server
    if how == "sys.exit":
        sys.exit(3)
    if how == "os._exit":
        os._exit(4)
    if how == "exception":
        raise RuntimeError("the end")
    if how == "interrupt":
        signal.raise_signal(signal.SIGINT)
    assert how == "return"


def report(number: int) -> None:
    try:
        patient.send(shop.purchase(f"hangs-{number}"))
    except ConnectlyError:
        print("a call ended before the process did")


def threads(how: str) -> None:
    for number in range(REQUESTS):
        threading.Thread(target=report, args=(number,), daemon=True).start()
    end(how)


async def tasks(how: str) -> None:
    kept = [
        asyncio.ensure_future(patient_async.send(shop.purchase(f"hangs-{number}")))
        for number in range(REQUESTS)
    ]
    await asyncio.to_thread(input)
    del kept[::2]  # some are nobody's by now
    if how == "os._exit":
        os._exit(4)
    if how == "exception":
        raise RuntimeError("the end")
    if how == "sys.exit":
        sys.exit(3)
    if how == "interrupt":
        signal.raise_signal(signal.SIGINT)
        await asyncio.gather(*kept)  # asyncio cancels what waits
    assert how == "return"


def abandoned(how: str) -> None:
    """The event loop is never closed, and its requests are in flight to the very end."""
    loop = asyncio.new_event_loop()
    kept = [
        loop.create_task(patient_async.send(shop.purchase(f"hangs-{number}")))
        for number in range(REQUESTS)
    ]
    loop.run_until_complete(asyncio.wait(kept, timeout=0))
    end(how)


if __name__ == "__main__":
    if sys.argv[1] == "threads":
        threads(sys.argv[2])
    elif sys.argv[1] == "asyncio":
        asyncio.run(tasks(sys.argv[2]))
    else:
        abandoned(sys.argv[2])
