"""Remembers the visits that bring Connectly's params, in any WSGI app: Flask, Bottle.

::

    app.wsgi_app = ConnectlyMiddleware(app.wsgi_app)
    params = tracking_for(request)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from connectly_conversions._native import Landing, TrackingParams, Visit
from connectly_conversions._visits import (
    CACHE_CONTROL,
    Request,
    Site,
    headers_of,
    params_of,
    url_of,
    visits,
)

__all__ = ["ConnectlyMiddleware", "tracking_for", "visits"]

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
App: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

_KEY = "connectly_conversions.visit"


class ConnectlyMiddleware:
    """It never breaks a page, whatever a visitor sends.

    A request without params costs a few microseconds and touches no session. Bodies pass through
    as they are.

    Args:
        app: The app.
        landing: What a visit means; a ``Landing`` with its defaults unless given.
        cookie: Whether a first-party cookie keeps the params.
        session: Where the environment has a session, such as ``"beaker.session"``, which then
            keeps the params, too. None unless given: Flask's own session is a cookie as well.
        consent: Asked with the environment whether the visitor has agreed to be tracked. Anything
            but ``True`` is no. It is called only where something is known or asked.
        on_visit: Told of each visit that is Connectly's, with the environment and the ``Visit``,
            such as for a counter. What it raises is logged.
    """

    def __init__(
        self,
        app: App,
        *,
        landing: Landing | None = None,
        cookie: bool = True,
        session: str | None = None,
        consent: Callable[[Environ], object] | None = None,
        on_visit: Callable[[Environ, Visit], object] | None = None,
    ) -> None:
        self._app = app
        self._site = Site(landing or Landing(), cookie, consent, on_visit)
        self._session = session

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers as the app does."""
        request = environ[_KEY] = self._request(environ)
        if request.is_news():
            cookies = request.cookies(request.capture())
            if cookies:
                start_response = _setting(cookies, start_response)
        return self._app(environ, start_response)

    def _request(self, environ: Environ) -> Request:
        session = None if self._session is None else environ.get(self._session)
        method, headers = environ["REQUEST_METHOD"], headers_of(environ)
        return Request(self._site, environ, method, url_of(environ), headers, session)


def _setting(cookies: tuple[str, ...], start_response: StartResponse) -> StartResponse:
    ours = [("Cache-Control", CACHE_CONTROL), *(("Set-Cookie", cookie) for cookie in cookies)]

    def start(status: str, headers: list[tuple[str, str]], *exc_info: object) -> object:
        kept = [header for header in headers if header[0].lower() != "cache-control"]
        return start_response(status, [*kept, *ours], *exc_info)

    return start


def tracking_for(request: Any) -> TrackingParams | None:  # noqa: ANN401
    """The params of the visitor; ``None`` where nothing is known or may be used.

    It raises nothing. Without ``ConnectlyMiddleware`` around the app nothing is known, and that is
    logged.

    Args:
        request: The environment, or what has it as ``environ``, such as Flask's ``request``.
    """
    return params_of(getattr(request, "environ", request), _KEY)
