"""A shop that servers of every kind load: it reports an order for each request.

Its clients are made, and have sent, where the module is imported: in the master of a server that
forks its workers afterwards.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from connectly_conversions import AsyncClient, Client, ConversionEvent, TrackingParams

client = Client()
async_client = AsyncClient()


def event(order_id: str) -> ConversionEvent:
    tracking = TrackingParams("trk", "so", "clid", "120215559412340678")
    return ConversionEvent.purchase(tracking=tracking, order_id=order_id, currency="USD", value=20)


def wsgi(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    receipt = client.send(event(environ["PATH_INFO"].strip("/")))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {receipt.attempts}".encode()]


async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    receipt = await async_client.send(event(scope["path"].strip("/")))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    body = f"{os.getpid()} {receipt.attempts}".encode()
    await send({"type": "http.response.body", "body": body})


client.send(event(f"boot-{os.getpid()}"))
if os.environ.get("SHOP_USES_ASYNCIO"):
    asyncio.run(async_client.send(event(f"async-boot-{os.getpid()}")))
