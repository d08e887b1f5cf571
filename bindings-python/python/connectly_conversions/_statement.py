"""The outbox's statements, for a transaction of the shop's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeAlias, TypeVar, cast

from connectly_conversions import _answers, _log
from connectly_conversions._native import ConversionEvent, NativeStatement
from connectly_conversions._records import Enqueued

SqlValue: TypeAlias = str | int | bytes | None
"""The value of a parameter."""

Parameters = TypeVar("Parameters", dict[str, SqlValue], list[SqlValue])


class Statement(Generic[Parameters]):
    """One SQL statement that enqueues an event in the transaction that runs it.

    It answers with one row, which :meth:`enqueued` reads.
    """

    sql: str
    """The same text for every event."""
    parameters: Parameters
    """By name, or a list where they are numbered."""

    def __init__(
        self, native: NativeStatement, parameters: Parameters, event: ConversionEvent
    ) -> None:
        """See :meth:`Outbox.insert_statement`."""
        self.sql = native.sql
        self.parameters = parameters
        self._native = native
        self._event = event

    def enqueued(self, row: Mapping[str, Any] | Iterable[Any] | None) -> Enqueued:
        """What the row says that it answered with.

        Args:
            row: As the driver gives it: its columns in their order, or by name.

        Raises:
            ConfigurationError: It is another statement's.
        """
        if row is None:
            message = "the statement answered with a row, which is to be fetched"
            raise TypeError(message)
        columns: Iterable[Any]
        if isinstance(row, Mapping):
            named = cast("Mapping[str, Any]", row)
            columns = [named["id"], named["state"], named["effect"]]
        else:
            columns = row
        done = _answers.enqueued(self._native.enqueued(*columns))
        _log.enqueued(self._event, done)
        return done

    def __repr__(self) -> str:
        # The parameters tell who the customer is.
        return f"<{type(self).__name__}>"
