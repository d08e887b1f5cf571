"""Visits, whatever the framework: what they mean, counted, logged and kept.

An adapter only translates: it hands a request over, and adds what the visit says to its response.
"""

from __future__ import annotations

import collections
import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from connectly_conversions._native import Landing, TrackingParams, Visit
from connectly_conversions.errors import ValidationError

SESSION_KEY = "connectly_tracking"
"""Where a session keeps the params."""

CACHE_CONTROL = "private, no-store"
"""Of a response that sets a cookie: no cache may hand it to others."""

Headers: TypeAlias = Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
Session: TypeAlias = MutableMapping[str, Any]

_ENVIRON = (
    ("Cookie", "HTTP_COOKIE"),
    ("Host", "HTTP_HOST"),
    ("User-Agent", "HTTP_USER_AGENT"),
    ("Sec-Purpose", "HTTP_SEC_PURPOSE"),
    ("Purpose", "HTTP_PURPOSE"),
    ("X-Purpose", "HTTP_X_PURPOSE"),
    ("X-Moz", "HTTP_X_MOZ"),
)

_log = logging.getLogger("connectly_conversions")

visits: collections.Counter[str] = collections.Counter()
"""What this process has seen, by ``Visit.count``."""

_counting = threading.Lock()


def _count_anew() -> None:
    """In a forked child: another thread of its parent may have held the lock."""
    global _counting  # noqa: PLW0603
    _counting = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count_anew)


@dataclass(frozen=True)
class Site:
    """What a shop has set."""

    landing: Landing = field(default_factory=Landing)
    """What a visit means."""
    cookie: bool = True
    """Whether a first-party cookie keeps the params."""
    consent: Callable[[Any], Any] | None = None
    """Asked with a request whether its visitor has agreed to be tracked."""
    on_visit: Callable[[Any, Visit], Any] | None = None
    """Told of each visit that is Connectly's, with its request."""


class Request:
    """A request, as an adapter hands it over. One for each request: it remembers its visit."""

    __slots__ = ("_headers", "_method", "_session", "_site", "_source", "_url", "_visit")

    def __init__(
        self,
        site: Site,
        source: object,
        method: str,
        url: str | bytes,
        headers: Headers,
        session: Session | None,
    ) -> None:
        """``source`` is the framework's own request, for the shop's callbacks."""
        self._site = site
        self._source = source
        self._method = method
        self._url = url
        self._headers = headers
        self._session = session
        self._visit: Visit | None = None

    def is_news(self) -> bool:
        """Whether URL or cookies have anything of ours; a glance, which reads no session."""
        try:
            visit = self._site.landing.visit(self._method, self._url, headers=self._headers)
        except Exception:  # noqa: BLE001 - never breaks a page
            _log.exception("a visit could not be read")
            return False
        return visit.params is not None or visit.count not in {"none", "skipped"}

    def capture(self) -> Visit | None:
        """Counts the visit and keeps it; ``None`` where that fails, which is logged."""
        try:
            visit = self.look()
            self._count(visit)
            self._keep_in_session(visit)
        except Exception:  # noqa: BLE001 - never breaks a page
            _log.exception("a visit could not be kept")
            return None
        return visit

    def params(self) -> TrackingParams | None:
        """The visitor's params; ``None`` where nothing is known or may be used."""
        try:
            return (self.look() if self._visit is None else self._visit).params
        except Exception:  # noqa: BLE001 - never breaks a checkout
            _log.exception("a visit could not be read")
            return None

    def cookies(self, visit: Visit | None) -> tuple[str, ...]:
        """What the response sets, one text a header, with ``CACHE_CONTROL`` if there is any."""
        return visit.cookies if visit is not None and self._site.cookie else ()

    def look(self) -> Visit:
        """What the request means, with its session and its visitor's choice."""
        site = self._site
        self._visit = site.landing.visit(
            self._method,
            self._url,
            headers=self._headers,
            stored=self._stored(),
            consent=site.consent is None or site.consent(self._source) is True,
        )
        return self._visit

    def _stored(self) -> TrackingParams | None:
        stored = None if self._session is None else self._session.get(SESSION_KEY)
        try:
            return None if stored is None else TrackingParams.from_dict(stored)
        except ValidationError:  # of another release, or of another program
            return None

    def _keep_in_session(self, visit: Visit) -> None:
        """Writes it only where that is news."""
        if self._session is None:
            return
        if visit.skipped == "consent":
            if SESSION_KEY in self._session:
                del self._session[SESSION_KEY]
        elif visit.count == "captured" and visit.params is not None:
            self._session[SESSION_KEY] = visit.params.to_dict()

    def _count(self, visit: Visit) -> None:
        """Logs one that cannot be used, without its values."""
        if visit.count in {"none", "skipped"}:
            return
        with _counting:
            visits[visit.count] += 1
        if visit.issues:
            problems = ", ".join(f"{issue.path}: {issue.code}" for issue in visit.issues)
            _log.warning("a visit of Connectly's is %s: %s", visit.count, problems)
        if self._site.on_visit is not None:
            try:
                self._site.on_visit(self._source, visit)
            except Exception:  # noqa: BLE001 - whatever it raises
                _log.exception("on_visit failed")


def headers_of(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Those that matter of a WSGI environment, or of what Django has made of one."""
    return [(name, environ[key]) for name, key in _ENVIRON if key in environ]


def url_of(environ: Mapping[str, Any]) -> bytes:
    """The query of a WSGI environment, which has each byte as one character (PEP 3333)."""
    query: str = environ.get("QUERY_STRING", "")
    return b"/?" + query.encode("latin-1", "replace")


def params_of(source: Mapping[str, Any], key: str) -> TrackingParams | None:
    """The visitor's, of what a middleware has left in a scope or an environment."""
    found = source.get(key)
    if isinstance(found, Request):
        return found.params()
    _log.error("tracking_for: ConnectlyMiddleware has not seen this request: put it around the app")
    return None
