"""A shop's file, as type checkers see it; it is not run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from connectly_conversions import (
    AsyncClient,
    AsyncOutbox,
    Client,
    ConnectlyError,
    ConversionEvent,
    Item,
    Outbox,
    Outcome,
    RateLimitedError,
    Receipt,
    RetryPolicy,
    Sandbox,
    TrackingParams,
    ValidationError,
)
from connectly_conversions.outbox import Attempted


@dataclass
class Line:
    sku: str
    quantity: int
    price: Decimal


@dataclass
class Order:
    id: UUID
    total: Decimal
    paid_at: datetime
    lines: list[Line]
    tracking: str


def landing(url: str) -> dict[str, object]:
    tracking = TrackingParams.from_url(url, ["cnct_fifth"])
    return tracking.to_dict() if tracking is not None else {}


def event_of(order: Order) -> ConversionEvent:
    return ConversionEvent.purchase(
        tracking=TrackingParams.from_json(order.tracking),
        order_id=order.id,
        currency="USD",
        value=order.total,
        items=[Item(line.sku, line.quantity, line.price) for line in order.lines],
        event_time=order.paid_at,
    )


def report(order: Order) -> float | None:
    with Client(timeout=5, retry=RetryPolicy(retries=1)) as client:
        try:
            receipt: Receipt = client.send(event_of(order))
        except ValidationError as error:
            for issue in error.issues:
                print(issue.path, issue.message)
        except RateLimitedError as error:
            return error.retry_after
        except ConnectlyError as error:
            print(error.code, error.retryable)
        else:
            print(receipt.events_received)
    return None


def backfill(orders: list[Order]) -> list[Outcome]:
    with Client() as client:
        return client.send_many((event_of(order) for order in orders), concurrency=8)


async def report_async(order: Order) -> None:
    async with AsyncClient() as client:
        await client.send(event_of(order))


def enqueue(order: Order, outbox: Outbox) -> int:
    enqueued = outbox.enqueue(event_of(order), hold_until=order.paid_at)
    if enqueued.conflict or enqueued.state == "cancelled":
        print(outbox.release(order.id).changed, outbox.cancel(id=enqueued.id, reason="x").state)
    record = outbox.status(order.id)
    money: Decimal | None = record.value if record is not None else None
    for letter in outbox.dead_letters(limit=10):
        print(letter.enqueued_at.tzinfo, letter.issues, money)
    return outbox.counts().held + outbox.metrics().counts.held


def on_attempt(attempt: Attempted) -> None:
    print(attempt.took, attempt.state)


async def serve(outbox: AsyncOutbox, client: AsyncClient, order: Order) -> Decimal:
    async with outbox, outbox.worker(client, concurrency=8, on_attempt=on_attempt):
        await outbox.enqueue(event_of(order), hold_until="release")
        async for letter in outbox.dead_letters():
            print(letter.order_id)
    plan = await outbox.replay(all=True, plan=True)
    return plan.money["USD"]


def test_checkout(connectly_sandbox: Sandbox, order: Order) -> None:
    connectly_sandbox.fail_next(status=503, retry_after=1)
    asyncio.run(report_async(order))
    assert connectly_sandbox.assert_reported(order.id, value="99.97").currency == "USD"
