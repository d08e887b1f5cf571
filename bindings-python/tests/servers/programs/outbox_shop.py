"""A shop that enqueues its orders, as WSGI and as ASGI. A preloading server forks after this."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import shop

from connectly_conversions import AsyncOutbox, Outbox
from connectly_conversions.outbox import Worker

URL = os.environ["OUTBOX_URL"]

outbox = Outbox.open(URL, enqueue_timeout=30)
async_outbox = AsyncOutbox.open(URL, enqueue_timeout=30)


def worker() -> Worker:
    return outbox.worker(shop.client)


def use() -> None:
    """Both outboxes have their file open afterwards."""
    outbox.enqueue(shop.purchase("master-blocking"))
    asyncio.run(in_asyncio("master-async"))


async def in_asyncio(order_id: str) -> None:
    await async_outbox.enqueue(shop.purchase(order_id))


if os.environ.get("ENQUEUED_BEFORE_THE_FORK"):
    use()


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    order_id = environ["PATH_INFO"].removeprefix("/orders/")
    outbox.enqueue(shop.purchase(order_id))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


async def asgi(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    if scope["type"] == "lifespan":
        await receive()
        # uvicorn ends its process by a signal, so that no `atexit` runs.
        async with async_outbox.worker(shop.async_client):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await in_asyncio(scope["path"].removeprefix("/orders/"))
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
