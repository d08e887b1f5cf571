"""Remembers the visits that bring Connectly's params."""

from __future__ import annotations

import collections
import logging
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from connectly_conversions import Visit
from connectly_conversions.django import conf, tracking
from connectly_conversions.django.signals import visited

_log = logging.getLogger("connectly_conversions")

visits: collections.Counter[str] = collections.Counter()
"""What this process has seen, by ``Visit.count``."""


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
        visit = _capture(request) if _is_news(request) else None
        return _with_cookies(self._get_response(request), visit)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        visit = None
        if _is_news(request):
            # The session may be in a database, and the visitor's choice too.
            visit = await sync_to_async(_capture, thread_sensitive=True)(request)
        response = await cast("Awaitable[HttpResponseBase]", self._get_response(request))
        return _with_cookies(response, visit)


def _is_news(request: HttpRequest) -> bool:
    """Whether URL or cookies have anything of ours."""
    try:
        visit = tracking.glance(request)
    except Exception:  # noqa: BLE001 - never breaks a page
        _log.exception("a visit could not be read")
        return False
    return visit.params is not None or visit.count not in ("none", "skipped")


def _capture(request: HttpRequest) -> Visit | None:
    try:
        visit = tracking.look(request)
        count(request, visit)
        tracking.keep_in_session(request, visit)
    except Exception:  # noqa: BLE001 - never breaks a page
        _log.exception("a visit could not be kept")
        return None
    return visit


def count(request: HttpRequest, visit: Visit) -> None:
    """Counts a visit, and logs one that cannot be used, without its values."""
    if visit.count in ("none", "skipped"):
        return
    visits[visit.count] += 1
    if visit.issues:
        problems = ", ".join(f"{issue.path}: {issue.code}" for issue in visit.issues)
        _log.warning("a visit of Connectly's is %s: %s", visit.count, problems)
    for receiver, failure in visited.send_robust(type(request), request=request, visit=visit):
        if isinstance(failure, Exception):
            _log.error("a receiver of visited failed: %r", receiver, exc_info=failure)


def _with_cookies(response: HttpResponseBase, visit: Visit | None) -> HttpResponseBase:
    if visit is not None and visit.no_store and conf.settings().cookie:
        set_cookies(response, visit)
    return response


def set_cookies(response: HttpResponseBase, visit: Visit) -> None:
    """Sets what the visit says, and forbids caches to hand it to others."""
    for text in visit.cookies:
        for name, morsel in SimpleCookie(text).items():
            # Under a key of its own: one may be deleted for the host and for its domain.
            dict.__setitem__(response.cookies, f"{name} {morsel['domain']}".strip(), morsel)
    response["Cache-Control"] = "private, no-store"
