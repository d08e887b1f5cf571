"""Ends while a worker has an attempt under way. The argument says how."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import NoReturn

import outbox_shop
import shop
from exits import end


def blocking(how: str) -> None:
    outbox_shop.worker().start()
    end(how)


def stuck(how: str) -> None:
    """What it does with each attempt never ends."""
    worker = outbox_shop.outbox.worker(
        shop.client, on_attempt=lambda _: print("stuck", flush=True) or threading.Event().wait()
    )
    worker.start()
    end(how)


async def in_asyncio(how: str) -> None:
    worker = outbox_shop.async_outbox.worker(shop.async_client)
    worker.start()
    await asyncio.to_thread(end, how)


def child(how: str) -> NoReturn:
    """A forked child has inherited the worker, and stops nothing."""
    worker = outbox_shop.worker()
    worker.start()
    pid = os.fork()
    if pid == 0:
        worker.stop()
        print("the child stopped nothing", flush=True)
        sys.exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    end(how)
    sys.exit(0)


if __name__ == "__main__":
    outbox_shop.outbox.enqueue(shop.purchase("under-way"))
    if sys.argv[1] == "asyncio":
        asyncio.run(in_asyncio(sys.argv[2]))
    else:
        {"blocking": blocking, "child": child, "stuck": stuck}[sys.argv[1]](sys.argv[2])
