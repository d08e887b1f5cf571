"""What can go wrong: one base class, a subclass for each thing that a caller can do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from connectly_conversions._codes import ErrorCode, ErrorKind, IssueCode, Severity
from connectly_conversions._native import one_line

__all__ = [
    "AuthenticationError",
    "ConfigurationError",
    "ConnectlyError",
    "ErrorCode",
    "ErrorKind",
    "Issue",
    "IssueCode",
    "NetworkError",
    "NotFoundError",
    "OutboxError",
    "RateLimitedError",
    "RejectedError",
    "RequestTimeoutError",
    "ResponseError",
    "ServerError",
    "Severity",
    "ValidationError",
]


class Issue(NamedTuple):
    """One problem of an event or a landing."""

    code: IssueCode
    """Stable, in ``snake_case``: ``required``, ``negative_amount``, …"""
    severity: Severity
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
    """Anything that this library raises, but for a ``TypeError`` of a wrong call.

    Survives pickle, ``copy``, Celery's JSON, and with :meth:`to_dict` any other. ``__cause__`` is
    what the system or a library said, where there is such a thing.
    """

    kind: ErrorKind = "internal"
    """The kind, one per subclass."""
    code: ErrorCode
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
        code: ErrorCode = "internal",
        status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        attempts: int = 0,
        issues: Iterable[Issue] = (),
        raw_body: str | None = None,
    ) -> None:
        issues = tuple(Issue._make(issue) for issue in issues)
        # Whatever carries an exception somewhere else (pickle, Celery's JSON) makes it of `args`.
        super().__init__(message, code, status, retryable, retry_after, attempts, issues, raw_body)
        self.code = code
        self.message = message
        self.status = status
        self.retryable = retryable
        self.retry_after = retry_after
        self.attempts = attempts
        self.issues = issues
        self.raw_body = raw_body

    def __str__(self) -> str:
        return f"{self.code}: {one_line(self.message)}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, message={self.message!r})"

    def to_dict(self) -> dict[str, Any]:
        """A dict of JSON types, for an order row or a queue; ``retry_after`` in seconds."""
        return {
            "kind": self.kind,
            "code": self.code,
            "message": self.message,
            "status": self.status,
            "retryable": self.retryable,
            "retry_after": self.retry_after,
            "attempts": self.attempts,
            "issues": [issue._asdict() for issue in self.issues],
            "raw_body": self.raw_body,
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> ConnectlyError:
        """Restores what :meth:`to_dict` gave, as an exception of its own class."""
        names = Issue._fields
        return _BY_KIND.get(data["kind"], ConnectlyError)(
            data["message"],
            data["code"],
            data["status"],
            data["retryable"],
            data["retry_after"],
            data["attempts"],
            [Issue(**{name: issue.get(name) for name in names}) for issue in data["issues"]],
            data["raw_body"],
        )


# generated: kinds (core/schema/surface.json; make generate)
class ConfigurationError(ConnectlyError):
    """A setting or an argument cannot be used, the client is closed, or the API redirects.

    Correct the setting. Sending again changes nothing.
    """

    kind: ErrorKind = "configuration"


class ValidationError(ConnectlyError):
    """The event or the landing breaks a rule. Nothing was sent; ``issues`` lists every problem.

    Correct what ``issues`` names.
    """

    kind: ErrorKind = "validation"


class AuthenticationError(ConnectlyError):
    """The API refused the key (401, 403).

    Correct the key, then send again.
    """

    kind: ErrorKind = "authentication"


class NotFoundError(ConnectlyError):
    """The API does not know the business, or it has no WhatsApp Cloud channel (404).

    Check the business id and the base URL, then send again.
    """

    kind: ErrorKind = "not_found"


class RejectedError(ConnectlyError):
    """The API or Meta refused this event (400 and every 4xx without a kind of its own).

    The message is their own words. Read the message. The same event would be refused again.
    """

    kind: ErrorKind = "rejected"


class RateLimitedError(ConnectlyError):
    """The API asks to come later (425, 429).

    Send the same event again, after ``retry_after`` where it is given.
    """

    kind: ErrorKind = "rate_limited"


class ServerError(ConnectlyError):
    """The API failed (5xx).

    Send the same event again later if ``retryable`` says so.
    """

    kind: ErrorKind = "server"


class NetworkError(ConnectlyError):
    """There was no connection, or it broke.

    Send the same event again later if ``retryable`` says so.
    """

    kind: ErrorKind = "network"


class RequestTimeoutError(ConnectlyError):
    """No answer came in time.

    Send the same event again later if ``retryable`` says so.
    """

    kind: ErrorKind = "timeout"


class ResponseError(ConnectlyError):
    """The API answered 2xx, but the answer does not say that the event was received.

    Look at ``raw_body``. Send the same event again only if ``retryable`` says so.
    """

    kind: ErrorKind = "response"


class OutboxError(ConnectlyError):
    """The durable queue failed.

    Look at the message and at the database.
    """

    kind: ErrorKind = "outbox"


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
# generated: end; by hand from here


def from_record(
    kind: ErrorKind,
    code: ErrorCode,
    message: str,
    status: int | None,
    retryable: bool,
    retry_after: float | None,
    attempts: int,
    issues: tuple[Issue, ...],
    raw_body: str | None,
    causes: Iterable[str],
) -> ConnectlyError:
    """The exception of one of the core's errors; the native module calls it."""
    error = _BY_KIND.get(kind, ConnectlyError)(
        message, code, status, retryable, retry_after, attempts, issues, raw_body
    )
    outer: BaseException = error
    for cause in causes:
        outer.__cause__ = Exception(cause)
        outer = outer.__cause__
    return error
