"""What can go wrong: one base class, a subclass for each thing that a caller can do about it."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = [
    "AuthenticationError",
    "ConfigurationError",
    "ConnectlyError",
    "Issue",
    "NetworkError",
    "NotFoundError",
    "OutboxError",
    "RateLimitedError",
    "RejectedError",
    "RequestTimeoutError",
    "ResponseError",
    "ServerError",
    "ValidationError",
]


class Issue(NamedTuple):
    """One problem of an event or a landing."""

    code: str
    """Stable, in ``snake_case``: ``required``, ``negative_amount``, …"""
    severity: str
    """``error`` refuses the event, ``warning`` does not."""
    path: str
    """Where: ``payload.contents[1].quantity``; empty for the document as a whole."""
    message: str
    """What is wrong, what was given, what to do."""
    suggestion: str | None = None
    """The value that was surely meant."""

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        hint = "" if self.suggestion is None else f" (suggestion: {self.suggestion})"
        return f"{where}{self.message}{hint}"


class ConnectlyError(Exception):
    """Anything that this library raises, but for a ``TypeError`` of a wrong call."""

    kind: str = "internal"
    """The kind, one per subclass."""
    code: str
    """Stable, in ``snake_case``, narrower than the class."""
    message: str
    """What happened, in one line."""
    status: int | None
    """The HTTP status, if an answer came."""
    retryable: bool
    """Whether the same event may be sent again later without being counted twice."""
    retry_after: float | None
    """How many seconds the API asked to wait."""
    attempts: int
    """How many requests were made."""
    issues: tuple[Issue, ...]
    """Every problem of an invalid event or landing."""
    raw_body: str | None
    """The answer's body, if an answer came."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "internal",
        status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        attempts: int = 0,
        issues: tuple[Issue, ...] = (),
        raw_body: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retryable = retryable
        self.retry_after = retry_after
        self.attempts = attempts
        self.issues = issues
        self.raw_body = raw_body

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, message={self.message!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # The attributes travel as state, notes and whatever a caller attached among them.
        return type(self), (self.message,), self.__dict__


class ConfigurationError(ConnectlyError):
    """The client is set up wrongly: key, business id, URL, an option, or an API that redirects."""

    kind = "configuration"


class ValidationError(ConnectlyError):
    """The event or the landing is invalid; nothing was sent. ``issues`` lists every problem."""

    kind = "validation"


class AuthenticationError(ConnectlyError):
    """The API refused the key (401, 403)."""

    kind = "authentication"


class NotFoundError(ConnectlyError):
    """The business is unknown or has no WhatsApp Cloud channel (404)."""

    kind = "not_found"


class RejectedError(ConnectlyError):
    """The API or Meta refused this event (400); ``message`` is their own words."""

    kind = "rejected"


class RateLimitedError(ConnectlyError):
    """The API asks to come later (425, 429); ``retry_after`` says when."""

    kind = "rate_limited"


class ServerError(ConnectlyError):
    """The API failed (5xx)."""

    kind = "server"


class NetworkError(ConnectlyError):
    """There was no connection, or it broke."""

    kind = "network"


class RequestTimeoutError(ConnectlyError):
    """No answer in time."""

    kind = "timeout"


class ResponseError(ConnectlyError):
    """The API answered 2xx, but not that it received the event."""

    kind = "response"


class OutboxError(ConnectlyError):
    """The durable queue failed."""

    kind = "outbox"


_BY_KIND: dict[str, type[ConnectlyError]] = {
    subclass.kind: subclass
    for subclass in (
        ConfigurationError,
        ValidationError,
        AuthenticationError,
        NotFoundError,
        RejectedError,
        RateLimitedError,
        ServerError,
        NetworkError,
        RequestTimeoutError,
        ResponseError,
        OutboxError,
    )
}


def from_record(
    kind: str,
    code: str,
    message: str,
    status: int | None,
    retryable: bool,
    retry_after: float | None,
    attempts: int,
    issues: tuple[Issue, ...],
    raw_body: str | None,
) -> ConnectlyError:
    """The exception of one of the core's errors; the native module calls it."""
    return _BY_KIND.get(kind, ConnectlyError)(
        message,
        code=code,
        status=status,
        retryable=retryable,
        retry_after=retry_after,
        attempts=attempts,
        issues=issues,
        raw_body=raw_body,
    )
