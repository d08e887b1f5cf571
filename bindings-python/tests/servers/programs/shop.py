"""A shop, as WSGI and as ASGI. Under a preloading server it is imported before the fork."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import Any

from connectly_conversions import AsyncClient, Client, ConversionEvent, Item, TrackingParams

TRACKING = TrackingParams("session-1", "sendout-1", "ARAkclick", "120215559412340678")

client = Client()
async_client = AsyncClient()


def purchase(order_id: str) -> ConversionEvent:
    return ConversionEvent.purchase(
        tracking=TRACKING,
        order_id=order_id,
        currency="USD",
        value=Decimal("99.97"),
        items=[Item("data-pass-30d", 1, Decimal("99.97"))],
    )


def use() -> None:
    """Both clients have runtimes, connections and a thread afterwards."""
    client.send(purchase("master-blocking"))
    asyncio.run(async_client.send(purchase("master-async")))


if os.environ.get("USED_BEFORE_THE_FORK"):
    use()


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    order_id = environ["PATH_INFO"].removeprefix("/orders/")
    client.send(purchase(order_id))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


async def asgi(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
        return
    order_id = scope["path"].removeprefix("/orders/")
    await async_client.send(purchase(order_id))
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
