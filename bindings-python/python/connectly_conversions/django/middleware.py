"""Remembers the visits that bring Connectly's params."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from connectly_conversions._visits import CACHE_CONTROL, Request, visits
from connectly_conversions.django import tracking

__all__ = ["ConnectlyMiddleware", "visits"]

_log = logging.getLogger("connectly_conversions")


class ConnectlyMiddleware:
    """Put it after ``SessionMiddleware``. It never breaks a page, whatever a visitor sends.

    A request without params costs a few microseconds and touches no session.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answers as the view does."""
        if self._is_async:
            return self._answer(request)
        news = _news(request)
        cookies = () if news is None else news.cookies(news.capture())
        return set_cookies(self._get_response(request), cookies)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        news = _news(request)
        cookies: tuple[str, ...] = ()
        if news is not None:
            # The session may be in a database, and the visitor's choice too.
            visit = await sync_to_async(news.capture, thread_sensitive=True)()
            cookies = news.cookies(visit)
        response = await cast("Awaitable[HttpResponseBase]", self._get_response(request))
        return set_cookies(response, cookies)


def _news(request: HttpRequest) -> Request | None:
    """The request, where its URL or its cookies have anything of ours."""
    try:
        seen = tracking.seen(request)
    except Exception:  # noqa: BLE001 - settings that cannot be used break no page either
        _log.exception("a visit could not be read")
        return None
    return seen if seen.is_news() else None


def set_cookies(response: HttpResponseBase, cookies: tuple[str, ...]) -> HttpResponseBase:
    """Sets what a visit says, and forbids caches to hand it to others."""
    for text in cookies:
        for name, morsel in SimpleCookie(text).items():
            # Under a key of its own: one may be deleted for the host and for its domain.
            dict.__setitem__(response.cookies, f"{name} {morsel['domain']}".strip(), morsel)
    if cookies:
        response["Cache-Control"] = CACHE_CONTROL
    return response
