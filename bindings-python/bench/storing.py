"""What it costs to put an order on the disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.racing import HERE, race


def enqueue(folder: str, events: int) -> None:
    """Wall clock: it is the disk that is waited for. The ratio is to one insert of stdlib's."""
    names = {
        "Outbox.enqueue": "outbox",
        "AsyncOutbox.enqueue": "async_outbox",
        "sqlite3 of the standard library": "sqlite",
        "litequeue": "litequeue",
        "persist-queue": "persist_queue",
        "fdatasync of a page": "fdatasync",
    }
    commands = {}
    for shown, name in names.items():
        own = Path(folder, name)
        own.mkdir()
        commands[shown] = [sys.executable, "enqueue.py", name, str(own)]
    found = race(commands, events)
    baseline = 1e6 / found["sqlite3 of the standard library"].rate
    print("\n### One durable event at a time, from one thread (ratio to sqlite3, WAL and FULL)\n")
    print("| what | µs an event | CPU µs an event | ratio | budget | |")
    print("|---|--:|--:|--:|--:|---|")
    for shown, contender in found.items():
        took = 1e6 / contender.rate
        limit = verdict = ""
        if shown == "Outbox.enqueue":
            limit, verdict = "≤ 1.30", "met" if took <= 1.3 * baseline else "**missed**"
        ratio = took / baseline
        print(f"| {shown} | {took:.0f} | {contender.cpu:.0f} | {ratio:.2f} | {limit} | {verdict} |")


def queued(folder: str, events: int) -> None:
    command = [sys.executable, "queued.py", folder, str(events)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE)
    megabytes, rate = map(float, ran.stdout.split())
    print(f"\n### {events:,} events in an outbox, 1,000 a transaction\n")
    print(f"{megabytes:.1f} MB more than with the first 1,000; {rate:,.0f} events/s.")
