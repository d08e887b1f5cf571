"""A backfill from a generator, in a process of its own: what it holds, and how fast it is.

    backfill.py KIND URL EVENTS

KIND is ``blocking`` or ``asyncio``. Prints the megabytes that the process has grown by since its
first thousand events, at its peak, and the events a second.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from decimal import Decimal

import example

from connectly_conversions import AsyncClient, Client, ConversionEvent, Item, TrackingParams

CONCURRENCY = 16
WARM = 1_000


def events(count: int):
    for order in range(count):
        yield ConversionEvent.purchase(
            tracking=TrackingParams(
                f"trk-{order}", "so-4815", f"ARAk{order}", "120215559412340678"
            ),
            order_id=order,
            currency="USD",
            value=Decimal("49.99"),
            items=[Item("data-pass-30d", 1, Decimal("49.99"))],
        )


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Meter:
    def __init__(self) -> None:
        self.done = 0

    def count(self, outcome) -> None:
        if not outcome.ok:
            raise SystemExit(repr(outcome.error))
        self.done += 1
        if self.done == WARM:
            self.before, self.began = peak(), time.monotonic()

    def tell(self) -> None:
        took = time.monotonic() - self.began
        print(f"{peak() - self.before:.2f} {(self.done - WARM) / took:.0f}")


def blocking(url: str, count: int, meter: Meter) -> None:
    with Client(example.KEY, example.BUSINESS, base_url=url) as client:
        for outcome in client.outcomes(events(count), concurrency=CONCURRENCY):
            meter.count(outcome)


async def with_asyncio(url: str, count: int, meter: Meter) -> None:
    async with AsyncClient(example.KEY, example.BUSINESS, base_url=url) as client:
        async for outcome in client.outcomes(events(count), concurrency=CONCURRENCY):
            meter.count(outcome)


def main() -> None:
    kind, url, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    meter = Meter()
    if kind == "blocking":
        blocking(url, count, meter)
    else:
        asyncio.run(with_asyncio(url, count, meter))
    meter.tell()


if __name__ == "__main__":
    main()
