"""The tables that the migration makes."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.db import connection

from connectly_conversions._native import OUTBOX_POSTGRES_SQL
from connectly_conversions.django.models import OutboxControl, OutboxEvent

from .conftest import CORE_SCHEMA


def _columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {
            column.name for column in connection.introspection.get_table_description(cursor, table)
        }


def _of_sqlite(table: str) -> set[str]:
    text = (CORE_SCHEMA / "outbox.sqlite.sql").read_text(encoding="utf-8")
    body = text.split(f"CREATE TABLE {table} (")[1].split("\n)")[0]
    return {*re.findall(r"^    ([a-z_]+) +[A-Z]", body, re.MULTILINE)}


def test_the_columns_are_those_of_the_core() -> None:
    assert _columns("connectly_outbox") == _of_sqlite("connectly_outbox")
    # Counters are of SQLite only, where one writer at a time is the rule anyway.
    counters = {"live_rows", "live_bytes", "held", "pending", "leased", "accepted", "rejected"}
    counters |= {"dead", "cancelled", "skipped"}
    assert _columns("connectly_outbox_control") == _of_sqlite("connectly_outbox_control") - counters


def test_postgres_has_exactly_what_the_cores_file_says() -> None:
    text = (CORE_SCHEMA / "outbox.postgres.sql").read_text(encoding="utf-8")
    assert text == OUTBOX_POSTGRES_SQL
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'connectly_outbox'")
        indexes = {name for (name,) in cursor.fetchall()}
    named = {*re.findall(r"CREATE INDEX (\w+)", text)}
    assert indexes == named | {"connectly_outbox_key", "connectly_outbox_pkey"}


def test_the_tables_tell_their_version_and_owner() -> None:
    control = OutboxControl.objects.get(business_id="")
    assert (control.version, control.readable_by, control.owner) == (1, 1, "django")


def test_the_migration_goes_back_and_forth() -> None:
    call_command("migrate", "connectly", "zero", verbosity=0)
    with pytest.raises(Exception, match="connectly_outbox"):
        OutboxEvent.objects.count()
    call_command("migrate", "connectly", verbosity=0)
    assert OutboxEvent.objects.count() == 0
