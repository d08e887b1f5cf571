"""How an outbox is opened."""

from __future__ import annotations

import uuid
from typing import Any, Literal, overload

from connectly_conversions import _log
from connectly_conversions._client import BaseClient
from connectly_conversions._native import (
    ConversionEvent,
    NativeClient,
    NativeOutbox,
    NativeStatement,
)
from connectly_conversions._statement import SqlValue, Statement
from connectly_conversions._types import EventTime, Self


class BaseOutbox:
    """What :class:`Outbox` and ``AsyncOutbox`` share: the settings."""

    def __init__(self, native: NativeOutbox) -> None:
        """See :meth:`open`."""
        self._native = native
        self._warned = False

    def _warn(self) -> None:
        """Logs, once it is open, why the outbox may be lost although it works."""
        if not self._warned:
            self._warned = True
            _log.warned(self._native.known_warnings())

    @classmethod
    def open(
        cls,
        url: str,
        business_id: str | uuid.UUID | None = None,
        *,
        enqueue_timeout: float | None = None,
        max_events: int | None = None,
        max_bytes: int | None = None,
        give_up_after: float | None = None,
        keep_payloads: float | None = None,
    ) -> Self:
        """The outbox at this URL. Opens nothing and starts no thread before its first use.

        Args:
            url: ``postgresql://user:password@host/database``, which many machines share; or
                ``sqlite:///`` and the absolute path of a file on a disk of this machine. The file
                is made where there is none; its folder is not.
            business_id: The UUID of the business at Connectly. Default: ``CONNECTLY_BUSINESS_ID``
                of the environment.
            enqueue_timeout: How long ``enqueue`` waits at most until the event is on the disk.
                Default: 0.25 seconds.
            max_events: How many events may wait at most in a file; PostgreSQL has no such limit.
                Default: ``1000000``.
            max_bytes: How many bytes the payloads of waiting events may have at most in a file.
                Default: ``1073741824``.
            give_up_after: How long an event is tried that was surely not recorded; time in which
                the queue is paused does not count. Default: 7 days.
            keep_payloads: How long the payloads of accepted and cancelled events are kept. What
                became of them is kept for ever. Default: 30 days.

        Raises:
            ConfigurationError: A setting is missing or cannot be used.
        """
        try:
            native = NativeOutbox(
                url,
                business_id,
                enqueue_timeout=enqueue_timeout,
                max_events=max_events,
                max_bytes=max_bytes,
                give_up_after=give_up_after,
                keep_payloads=keep_payloads,
            )
        finally:
            # A traceback with locals, as error trackers take it, shows this frame.
            del url
        return cls(native)

    @property
    def business_id(self) -> str:
        """The business whose events these are."""
        return self._native.business_id

    @overload
    def insert_statement(
        self,
        event: ConversionEvent,
        style: Literal["pyformat", "named"] = "pyformat",
        *,
        hold_until: EventTime | Literal["release"] | None = None,
        traceparent: str | None = None,
    ) -> Statement[dict[str, SqlValue]]: ...
    @overload
    def insert_statement(
        self,
        event: ConversionEvent,
        style: Literal["numeric"],
        *,
        hold_until: EventTime | Literal["release"] | None = None,
        traceparent: str | None = None,
    ) -> Statement[list[SqlValue]]: ...
    def insert_statement(
        self,
        event: ConversionEvent,
        style: Literal["pyformat", "named", "numeric"] = "pyformat",
        *,
        hold_until: EventTime | Literal["release"] | None = None,
        traceparent: str | None = None,
    ) -> Statement[Any]:
        """The statement that enqueues an event on PostgreSQL in the shop's own transaction.

        The shop's own driver runs it: rolled back means never sent, committed means sent. It does
        what ``enqueue`` does, but that it asks for no cap. Whoever reports the same order at once
        waits until the first has committed; a shop that would rather not wait sets
        ``lock_timeout`` in a savepoint.

        Args:
            event: The event.
            style: How the driver writes parameters: ``"pyformat"`` is ``%(name)s`` (psycopg),
                ``"named"`` is ``:name`` (SQLAlchemy), ``"numeric"`` is ``$1`` (asyncpg).
            hold_until: As for ``enqueue``.
            traceparent: As for ``enqueue``.

        Raises:
            ConfigurationError: An option cannot be used.
        """
        made = NativeStatement(self._native, event, style, hold_until, traceparent)
        named = made.parameters
        values: Any = [value for _, value in named] if style == "numeric" else dict(named)
        return Statement[Any](made, values, event)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def native(client: object) -> NativeClient:
    """What sends; says which argument has the wrong type."""
    if not isinstance(client, BaseClient):
        found = type(client).__name__
        raise TypeError(f"client must be a Client or an AsyncClient, not {found}")
    return client._native  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
