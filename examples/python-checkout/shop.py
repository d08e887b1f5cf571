"""A small shop: a landing page, a checkout, and a report to Connectly for each order.

    uvicorn shop:app

The environment says where to report to: CONNECTLY_API_KEY, CONNECTLY_BUSINESS_ID and, for a
sandbox, CONNECTLY_BASE_URL.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import count

from connectly_conversions import (
    COOKIE_NAME,
    AsyncClient,
    ConnectlyError,
    ConversionEvent,
    Item,
    Landing,
    TrackingParams,
)
from fastapi import BackgroundTasks, FastAPI, Request, Response
from pydantic import BaseModel
from starlette.middleware.base import RequestResponseEndpoint

log = logging.getLogger("shop")
connectly = AsyncClient()
landing = Landing()
order_numbers = count(1)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with connectly:
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
async def checkout(cart: Cart, request: Request, after: BackgroundTasks) -> dict[str, str]:
    """The order counts, whatever becomes of its report: that is sent after the answer."""
    order_id = f"ORD-{next(order_numbers)}"
    if cookie := request.cookies.get(COOKIE_NAME):
        after.add_task(report, order_id, cart, cookie)
    return {"order_id": order_id}


async def report(order_id: str, cart: Cart, cookie: str) -> None:
    """Reports an order of a shopper who came by a Connectly link."""
    try:
        event = ConversionEvent.purchase(
            tracking=TrackingParams.from_cookie(cookie),
            order_id=order_id,
            currency=cart.currency,
            value=sum((line.price * line.quantity for line in cart.lines), Decimal(0)),
            items=[Item(line.sku, line.quantity, line.price) for line in cart.lines],
        )
        await connectly.send(event)
    except ConnectlyError as error:
        log.error("order %s was not reported: %s", order_id, error)  # noqa: TRY400 - it says all
