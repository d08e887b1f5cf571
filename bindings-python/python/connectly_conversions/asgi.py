"""Remembers the visits that bring Connectly's params, in any ASGI app: Starlette, FastAPI.

::

    app.add_middleware(ConnectlyMiddleware)  # before the session's, which is then around it
    params = tracking_for(request)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from connectly_conversions._native import Landing, TrackingParams, Visit
from connectly_conversions._visits import CACHE_CONTROL, Request, Site, params_of, visits

__all__ = ["ConnectlyMiddleware", "tracking_for", "visits"]

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_KEY = "connectly_conversions"
_HEADERS = frozenset(
    (b"cookie", b"host", b"user-agent", b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
)


class ConnectlyMiddleware:
    """It never breaks a page, whatever a visitor sends.

    A request without params costs a few microseconds and touches no session. Bodies, websockets
    and the lifespan pass through as they are.

    Args:
        app: The app.
        landing: What a visit means; a ``Landing`` with its defaults unless given.
        cookie: Whether a first-party cookie keeps the params.
        session: Where the scope has the session, if there is one, which then keeps the params, too;
            ``None``: it does not.
        consent: Asked with the scope whether the visitor has agreed to be tracked. Anything but
            ``True`` is no. It is called on the event loop, only where something is known or asked.
        on_visit: Told of each visit that is Connectly's, with the scope and the ``Visit``, such as
            for a counter. What it raises is logged.
    """

    def __init__(
        self,
        app: App,
        *,
        landing: Landing | None = None,
        cookie: bool = True,
        session: str | None = "session",
        consent: Callable[[Scope], object] | None = None,
        on_visit: Callable[[Scope, Visit], object] | None = None,
    ) -> None:
        self._app = app
        self._site = Site(landing or Landing(), cookie, consent, on_visit)
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the app does."""
        kind = scope["type"]
        if kind in {"http", "websocket"}:
            # Not GET: a websocket is no visit, but its visitor may be known.
            request = self._request(scope, scope.get("method", "WEBSOCKET"))
            scope[_KEY] = request
            if kind == "http" and request.is_news():
                cookies = request.cookies(request.capture())
                if cookies:
                    send = _setting(cookies, send)
        await self._app(scope, receive, send)

    def _request(self, scope: Scope, method: str) -> Request:
        headers = [header for header in scope.get("headers", ()) if header[0] in _HEADERS]
        url = b"/?" + scope.get("query_string", b"")
        session = None if self._session is None else scope.get(self._session)
        return Request(self._site, scope, method, url, headers, session)


def _setting(cookies: tuple[str, ...], send: Send) -> Send:
    ours = [(b"cache-control", CACHE_CONTROL.encode())]
    ours += [(b"set-cookie", cookie.encode()) for cookie in cookies]

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = message.get("headers", ())
            kept = [header for header in given if header[0].lower() != b"cache-control"]
            message = {**message, "headers": [*kept, *ours]}
        await send(message)

    return answer


def tracking_for(request: Any) -> TrackingParams | None:  # noqa: ANN401
    """The params of the visitor; ``None`` where nothing is known or may be used.

    It raises nothing. Without ``ConnectlyMiddleware`` around the app nothing is known, and that is
    logged.

    Args:
        request: The scope, or what has it as ``scope``, such as Starlette's and FastAPI's
            ``Request`` and ``WebSocket``.
    """
    return params_of(getattr(request, "scope", request), _KEY)
