"""Puts so many events into an outbox; prints what the process has grown by, and how fast it was.

queued.py FOLDER EVENTS
"""

from __future__ import annotations

import itertools
import sys
import time

import example
from backfill import events, peak

from connectly_conversions import Outbox

BATCH = 1_000


def main(folder: str, count: int) -> None:
    url = f"sqlite://{folder}/outbox.db"
    source = events(count)
    with Outbox.open(url, example.BUSINESS, max_events=2 * count) as outbox:
        outbox.enqueue_many(list(itertools.islice(source, BATCH)))
        before, began = peak(), time.monotonic()
        while batch := list(itertools.islice(source, BATCH)):
            outbox.enqueue_many(batch)
        took = time.monotonic() - began
        if outbox.counts().pending != count:
            raise SystemExit(repr(outbox.counts()))
    print(f"{peak() - before:.2f} {(count - BATCH) / took:.0f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
