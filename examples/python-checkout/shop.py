"""A small shop: a landing page, a checkout, and a report to Connectly for each order.

    uvicorn shop:app

The environment says where to report to: CONNECTLY_API_KEY, CONNECTLY_BUSINESS_ID and, for a
sandbox, CONNECTLY_BASE_URL; and CONNECTLY_OUTBOX_URL, where orders wait until they are reported.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import uuid4

from connectly_conversions import AsyncClient, AsyncOutbox, Item
from connectly_conversions.asgi import ConnectlyMiddleware, tracking_for
from fastapi import FastAPI, Request
from pydantic import BaseModel

connectly = AsyncClient()
outbox = AsyncOutbox.open(os.environ["CONNECTLY_OUTBOX_URL"])


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with connectly, outbox, outbox.worker(connectly):
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(ConnectlyMiddleware)  # any page may be the one that a shopper lands on


class Line(BaseModel):
    sku: str
    quantity: int
    price: Decimal


class Cart(BaseModel):
    currency: str
    lines: list[Line]


@app.get("/")
async def home() -> str:
    return "Welcome!"


@app.post("/checkout")
async def checkout(cart: Cart, request: Request) -> dict[str, str]:
    """The order counts, whatever becomes of its report."""
    order_id = f"ORD-{uuid4()}"
    await outbox.report_purchase(
        order_id=order_id,
        currency=cart.currency,
        value=sum((line.price * line.quantity for line in cart.lines), Decimal(0)),
        items=[Item(line.sku, line.quantity, line.price) for line in cart.lines],
        tracking=tracking_for(request),
    )
    return {"order_id": order_id}
