"""Report Click-to-WhatsApp purchases to Connectly.

At landing keep the parameters, at checkout send the purchase::

    tracking = TrackingParams.from_url(request.url)   # None: not a Connectly visit

    event = ConversionEvent.purchase(
        tracking=tracking, order_id=order.id, currency="USD", value=order.total,
        items=[Item(line.sku, line.quantity, line.price) for line in order.lines])
    with Client() as client:                          # CONNECTLY_API_KEY, CONNECTLY_BUSINESS_ID
        client.send(event)

Nothing happens at import or construction: no thread, no network, no file.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from connectly_conversions import (
    _interpreter,  # noqa: F401 # pyright: ignore[reportUnusedImport] - before what is native
)
from connectly_conversions._client import Client
from connectly_conversions._codes import SkipReason, VisitCount
from connectly_conversions._native import (
    COOKIE_NAME,
    SCRIPT_COOKIE_NAME,
    SNIPPET,
    ConversionEvent,
    Item,
    Landing,
    Outcome,
    Receipt,
    RetryPolicy,
    TrackingParams,
    Visit,
    __version__,
)
from connectly_conversions._types import Amount, EventTime, Id
from connectly_conversions.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectlyError,
    Issue,
    NetworkError,
    NotFoundError,
    OutboxError,
    RateLimitedError,
    RejectedError,
    RequestTimeoutError,
    ResponseError,
    ServerError,
    ValidationError,
)

if _TYPE_CHECKING:
    from connectly_conversions._aio import AsyncClient
    from connectly_conversions._aio_outbox import AsyncOutbox
    from connectly_conversions._outbox import Outbox
    from connectly_conversions.testing import Sandbox

__all__ = [
    "COOKIE_NAME",
    "SCRIPT_COOKIE_NAME",
    "SNIPPET",
    "Amount",
    "AsyncClient",
    "AsyncOutbox",
    "AuthenticationError",
    "Client",
    "ConfigurationError",
    "ConnectlyError",
    "ConversionEvent",
    "EventTime",
    "Id",
    "Issue",
    "Item",
    "Landing",
    "NetworkError",
    "NotFoundError",
    "Outbox",
    "OutboxError",
    "Outcome",
    "RateLimitedError",
    "Receipt",
    "RejectedError",
    "RequestTimeoutError",
    "ResponseError",
    "RetryPolicy",
    "Sandbox",
    "ServerError",
    "SkipReason",
    "TrackingParams",
    "ValidationError",
    "Visit",
    "VisitCount",
    "__version__",
]


_LAZY = {
    "AsyncClient": "connectly_conversions._aio",
    "AsyncOutbox": "connectly_conversions._aio_outbox",
    "Outbox": "connectly_conversions._outbox",
    "Sandbox": "connectly_conversions.testing",
}


def __getattr__(name: str) -> object:
    """Loads what many shops never need, asyncio above all, when it is asked for."""
    if name in _LAZY:
        from importlib import import_module  # noqa: PLC0415

        return getattr(import_module(_LAZY[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
