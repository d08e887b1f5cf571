"""One way to put an order on the disk, in a process of its own.

    enqueue.py NAME FOLDER

Does as many as each line of its input says, and prints for each line the microseconds of CPU and of
the wall clock that one took. The others store the event's bytes, one transaction each.
"""

from __future__ import annotations

import itertools
import os
import resource
import sys
import time
from pathlib import Path

import example


def events():
    """The documentation's example, each with an order id of its own."""
    return (example.event(f"ORD-{number}") for number in itertools.count())


def outbox(folder: Path):
    from connectly_conversions import Outbox

    opened = Outbox.open(f"sqlite://{folder}/outbox.db", example.BUSINESS, enqueue_timeout=30)
    return opened.enqueue


def async_outbox(folder: Path):
    import asyncio

    from connectly_conversions import AsyncOutbox

    opened = AsyncOutbox.open(f"sqlite://{folder}/outbox.db", example.BUSINESS, enqueue_timeout=30)
    loop = asyncio.new_event_loop()
    return lambda event: loop.run_until_complete(opened.enqueue(event))


def sqlite(folder: Path):
    import sqlite3

    database = sqlite3.connect(folder / "stdlib.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(
        "CREATE TABLE outbox (id INTEGER PRIMARY KEY, order_id TEXT UNIQUE, wire BLOB)"
    )
    insert = "INSERT INTO outbox (order_id, wire) VALUES (?, ?)"
    return lambda event: database.execute(insert, (event.order_id, event.to_wire()))


def litequeue(folder: Path):
    from litequeue import LiteQueue

    queue = LiteQueue(str(folder / "litequeue.db"))
    queue.conn.execute("PRAGMA synchronous=FULL")  # without it nothing is promised
    return lambda event: queue.put(event.to_wire().decode())


def persist_queue(folder: Path):
    from persistqueue import SQLiteQueue

    queue = SQLiteQueue(str(folder / "persist"), auto_commit=True)
    return lambda event: queue.put(event.to_wire())


def fdatasync(folder: Path):
    """What the disk itself needs for a page."""
    file = os.open(folder / "raw", os.O_CREAT | os.O_WRONLY)
    page = bytes(4096)

    def write(_):
        os.pwrite(file, page, 0)
        os.fdatasync(file)

    return write


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(name: str, folder: str) -> None:
    enqueue, source = globals()[name](Path(folder)), events()
    enqueue(next(source))
    print("ready", flush=True)
    for line in sys.stdin:
        batch = [next(source) for _ in range(int(line))]
        cpu_before, began = cpu(), time.perf_counter()
        for event in batch:
            enqueue(event)
        wall = time.perf_counter() - began
        print((cpu() - cpu_before) * 1e6 / len(batch), wall * 1e6 / len(batch), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
