"""A small shop: a landing page, a checkout, and a report to Connectly for each order.

    uvicorn shop:app

The environment says where to report to: CONNECTLY_API_KEY, CONNECTLY_BUSINESS_ID and, for a
sandbox, CONNECTLY_BASE_URL; and CONNECTLY_OUTBOX_URL, where orders wait until they are reported.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import uuid4

from connectly_conversions import (
    COOKIE_NAME,
    AsyncClient,
    AsyncOutbox,
    ConnectlyError,
    ConversionEvent,
    Item,
    Landing,
    TrackingParams,
)
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.middleware.base import RequestResponseEndpoint

log = logging.getLogger("shop")
connectly = AsyncClient()
outbox = AsyncOutbox.open(os.environ["CONNECTLY_OUTBOX_URL"])
landing = Landing()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with connectly, outbox, outbox.worker(connectly):
        yield


app = FastAPI(lifespan=lifespan)


class Line(BaseModel):
    sku: str
    quantity: int
    price: Decimal


class Cart(BaseModel):
    currency: str
    lines: list[Line]


@app.middleware("http")
async def remember_the_visit(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Any page may be the one that a shopper lands on, and no visitor may break it."""
    response = await call_next(request)
    visit = landing.visit(request.method, request.url, headers=request.headers)
    for cookie in visit.cookies:
        response.headers.append("Set-Cookie", cookie)
    if visit.no_store:
        response.headers["Cache-Control"] = "private, no-store"
    return response


@app.get("/")
async def home() -> str:
    return "Welcome!"


@app.post("/checkout")
async def checkout(cart: Cart, request: Request) -> dict[str, str]:
    """The order counts, whatever becomes of its report."""
    order_id = f"ORD-{uuid4()}"
    if cookie := request.cookies.get(COOKIE_NAME):
        await report(order_id, cart, cookie)
    return {"order_id": order_id}


async def report(order_id: str, cart: Cart, cookie: str) -> None:
    """Reports an order of a shopper who came by a Connectly link: it is on the disk afterwards."""
    try:
        event = ConversionEvent.purchase(
            tracking=TrackingParams.from_cookie(cookie),
            order_id=order_id,
            currency=cart.currency,
            value=sum((line.price * line.quantity for line in cart.lines), Decimal(0)),
            items=[Item(line.sku, line.quantity, line.price) for line in cart.lines],
        )
        await outbox.enqueue(event)
    except ConnectlyError as error:
        log.error("order %s was not reported: %s", order_id, error)  # noqa: TRY400 - it says all
