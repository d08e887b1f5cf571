"""How long a checkout waits for a lock at most, and what time it is: by the database's clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_TIMEOUT = 250
"""Milliseconds: a second click on "pay" finds the order's row locked by the first."""

_POSTGRES = (
    "SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true),"
    " (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
)
_MYSQL = {
    # MariaDB counts in fractions of a second here, MySQL in whole ones.
    True: ("max_statement_time", LOCK_TIMEOUT / 1000),
    False: ("innodb_lock_wait_timeout", 1),
}
_POSTGRES_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_MYSQL_NOW = "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"


_MYSQL_BUSY = (1205, 1213, 1969, 3024)
"""A lock was waited for, a deadlock, and the end of a statement's time (MariaDB's and MySQL's)."""

_MYSQL_FULL = 1114


def now(connection: BaseDatabaseWrapper) -> int:
    """The database's clock, in Unix milliseconds."""
    if connection.vendor == "postgresql":
        return _one(connection, _POSTGRES_NOW)
    if connection.vendor == "mysql":
        return _one(connection, _MYSQL_NOW)
    return time.time_ns() // 1_000_000


def begin_to_write(connection: BaseDatabaseWrapper) -> None:
    """Has SQLite wait for its one writer now: it refuses whoever has read before it writes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE connectly_outbox_control SET version = version WHERE 0")


def _one(connection: BaseDatabaseWrapper, question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


@contextlib.contextmanager
def brief(connection: BaseDatabaseWrapper) -> Generator[int, None, None]:
    """A savepoint, or a transaction where none is open, in which nobody waits long for a lock.

    Gives the database's clock. Afterwards the connection waits as it did before.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(connection.alias):
            # Local to the savepoint: rolled back with it.
            with connection.cursor() as cursor:
                cursor.execute(_POSTGRES, [f"{LOCK_TIMEOUT}ms"])
                before, _, at = cursor.fetchone()
            yield at
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
        return
    connection.ensure_connection()
    if connection.vendor == "mysql":
        name, limit = _MYSQL[bool(getattr(connection, "mysql_is_mariadb", False))]
        _raw(connection, f"SET @connectly = @@SESSION.{name}, SESSION {name} = {limit}")
        set_back = f"SET SESSION {name} = @connectly"
    else:
        (before,) = _raw(connection, "PRAGMA busy_timeout")
        _raw(connection, f"PRAGMA busy_timeout = {LOCK_TIMEOUT:d}")
        set_back = f"PRAGMA busy_timeout = {before:d}"
    try:
        with transaction.atomic(connection.alias):
            yield now(connection)
    finally:
        if connection.connection is not None:
            _raw(connection, set_back)


def _raw(connection: BaseDatabaseWrapper, statement: str) -> Any:
    # Past Django, which refuses everything once a transaction is lost.
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
        return cursor.fetchone()
    finally:
        cursor.close()


def code_of(error: BaseException) -> str:
    """What a failure of the database means, as one of the library's codes."""
    cause: Any = error.__cause__
    if getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None):
        state = getattr(cause, "sqlstate", None) or cause.pgcode
        return {"55P03": "outbox_busy", "53100": "outbox_disk_full"}.get(state, "outbox_failed")
    number = error.args[0] if error.args else None
    if number in _MYSQL_BUSY:
        return "outbox_busy"
    if number == _MYSQL_FULL or "disk is full" in str(error):
        return "outbox_disk_full"
    if "database is locked" in str(error) or "database table is locked" in str(error):
        return "outbox_busy"
    return "outbox_failed"
