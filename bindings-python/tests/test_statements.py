"""The README's transactions, by each driver and on a real server.

What is rolled back is never sent, what is committed is.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import asyncpg
import psycopg
import pytest
import sqlalchemy
from psycopg.rows import dict_row
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from connectly_conversions import Client, ConfigurationError, ConversionEvent, Outbox

from .conftest import BUSINESS, purchase
from .support import servers
from .support.outboxes import url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectly_conversions import Sandbox, TrackingParams
    from connectly_conversions.outbox import Enqueued

README = Path(__file__).parents[1] / "README.md"
_, CHAPTER = README.read_text(encoding="utf-8").split("\n## In your own transaction\n")
SNIPPETS = re.findall(r"```python\n(.*?)```", CHAPTER.split("\n## ")[0], re.DOTALL)

# A card that is refused when everything is done takes everything back.
SHOP = """
    CREATE TABLE orders (id text PRIMARY KEY, paid boolean NOT NULL DEFAULT false);
    CREATE FUNCTION charge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.id LIKE '%-refused' THEN RAISE 'the card was refused'; END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER charge AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION charge();
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    with servers.postgresql() as folder:
        with psycopg.connect(**_place(folder)) as shop:
            shop.execute(SHOP)
        with _outbox(folder) as outbox:
            outbox.counts()  # its first use makes its tables
        yield folder


def _place(server: Path) -> dict[str, Any]:
    return {"host": str(server), "user": servers.USER, "dbname": "postgres"}


@pytest.fixture
def shop(server: Path) -> Iterator[Any]:
    """What stays in the database; empty before."""
    with psycopg.connect(**_place(server), autocommit=True) as shop:
        shop.execute("TRUNCATE orders, connectly_outbox")
        yield shop


def _engine_url(server: Path, driver: str) -> sqlalchemy.URL:
    query = {"host": str(server)}
    return sqlalchemy.URL.create(
        f"postgresql+{driver}", username=servers.USER, database="postgres", query=query
    )


def with_psycopg(names: dict[str, Any], server: Path, *order: Any) -> Enqueued:
    with psycopg.connect(**_place(server)) as connection:
        return names["pay"](connection, *order)


def with_named_rows(names: dict[str, Any], server: Path, *order: Any) -> Enqueued:
    with psycopg.connect(**_place(server), row_factory=dict_row) as connection:
        return names["pay"](connection, *order)


def with_asyncpg(names: dict[str, Any], server: Path, *order: Any) -> Enqueued:
    async def pay() -> Enqueued:
        connection = await asyncpg.connect(
            host=str(server), user=servers.USER, database="postgres", ssl=False
        )
        try:
            return await names["pay_async"](connection, *order)
        finally:
            await connection.close()

    return asyncio.run(pay())


def with_sqlalchemy(names: dict[str, Any], server: Path, *order: Any) -> Enqueued:
    engine = sqlalchemy.create_engine(_engine_url(server, "psycopg"))
    try:
        with Session(engine) as session:
            return names["pay_session"](session, *order)
    finally:
        engine.dispose()


def _with_async_sqlalchemy(driver: str) -> Callable[..., Enqueued]:
    def with_it(names: dict[str, Any], server: Path, *order: Any) -> Enqueued:
        async def pay() -> Enqueued:
            engine = create_async_engine(_engine_url(server, driver))
            try:
                async with AsyncSession(engine) as session:
                    return await names["pay_async_session"](session, *order)
            finally:
                await engine.dispose()

        return asyncio.run(pay())

    return with_it


DRIVERS: dict[str, Callable[..., Enqueued]] = {
    "psycopg": with_psycopg,
    "psycopg with rows by name": with_named_rows,
    "asyncpg": with_asyncpg,
    "SQLAlchemy": with_sqlalchemy,
    "SQLAlchemy, async, on asyncpg": _with_async_sqlalchemy("asyncpg"),
    "SQLAlchemy, async, on psycopg": _with_async_sqlalchemy("psycopg_async"),
}


@contextmanager
def _outbox(server: Path) -> Iterator[Outbox]:
    """The one in the shop's database."""
    url = f"postgresql://{servers.USER}@{quote(str(server), safe='')}/postgres"
    with Outbox.open(url, BUSINESS, enqueue_timeout=60) as outbox:
        yield outbox


class _Asked:
    """The README's outbox, with options that its snippets leave out."""

    def __init__(self, outbox: Outbox, options: dict[str, Any]) -> None:
        self._outbox, self._options = outbox, options

    def insert_statement(self, event: ConversionEvent, *style: Any) -> Any:
        return self._outbox.insert_statement(event, *style, **self._options)


def _names(outbox: Any) -> dict[str, Any]:
    """What the README's snippets define."""
    names = {"outbox": outbox, "__name__": "snippet"}
    for snippet in SNIPPETS:
        exec(compile(snippet, str(README), "exec"), names)
    return names


Pay = Any
"""Pays an order as the README does, with these options of ``insert_statement``."""


@pytest.fixture(params=DRIVERS)
def pay(request: pytest.FixtureRequest, server: Path, shop: Any) -> Pay:
    def pay(event: ConversionEvent, **options: Any) -> Enqueued:
        order_id = event.order_id or "none"
        shop.execute("INSERT INTO orders VALUES (%s) ON CONFLICT DO NOTHING", [order_id])
        with _outbox(server) as outbox:
            names = _names(_Asked(outbox, options))
            return DRIVERS[request.param](names, server, order_id, event)

    return pay


@pytest.fixture
def deliver(server: Path, connectly_sandbox: Sandbox) -> Callable[[], Sandbox]:
    """A worker's turn; gives what received it."""

    def deliver() -> Sandbox:
        with _outbox(server) as outbox, Client(business_id=BUSINESS) as client:
            outbox.deliver(client)
        return connectly_sandbox

    return deliver


def test_the_event_is_committed_with_the_order(
    pay: Pay, shop: Any, event: ConversionEvent, deliver: Callable[[], Sandbox]
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    enqueued = pay(event, traceparent=trace)
    assert (enqueued.state, enqueued.duplicate, enqueued.conflict) == ("pending", False, False)
    assert shop.execute("SELECT * FROM orders").fetchall() == [("ORD-7821", True)]
    found = shop.execute(
        "SELECT id, state, order_id, wire, business_id, currency, value, traceparent"
        " FROM connectly_outbox"
    ).fetchall()
    of_it = ("ORD-7821", event.to_wire(), BUSINESS, "USD", "99.97", trace)
    assert found == [(enqueued.id, "pending", *of_it)]
    deliver().assert_reported("ORD-7821", value="99.97", times=1)


def test_the_event_is_taken_back_with_the_order(
    pay: Pay, shop: Any, tracking: TrackingParams, deliver: Callable[[], Sandbox]
) -> None:
    with pytest.raises(Exception, match="the card was refused"):
        pay(purchase(tracking, "ORD-refused"))
    assert shop.execute("SELECT * FROM orders").fetchall() == [("ORD-refused", False)]
    assert shop.execute("SELECT id FROM connectly_outbox").fetchall() == []
    deliver().assert_not_reported("ORD-refused")


def test_an_order_is_taken_once(
    pay: Pay, shop: Any, event: ConversionEvent, tracking: TrackingParams
) -> None:
    held = pay(event, hold_until="release")
    assert (held.state, held.duplicate) == ("held", False)
    released = pay(event, hold_until=1_767_225_600)
    assert (released.state, released.replaced, released.id) == ("pending", True, held.id)
    again = pay(event)
    assert (again.duplicate, again.conflict, again.id) == (True, False, held.id)
    dearer = ConversionEvent.purchase(
        tracking=tracking, order_id="ORD-7821", currency="USD", value="120"
    )
    other = pay(dearer)
    assert (other.duplicate, other.conflict, other.state) == (True, True, "pending")
    assert shop.execute("SELECT value FROM connectly_outbox").fetchall() == [("99.97",)]


def test_what_has_no_order_id_is_taken_each_time(
    pay: Pay, shop: Any, tracking: TrackingParams
) -> None:
    event = purchase(tracking, None)
    assert pay(event).id != pay(event).id
    keys = shop.execute("SELECT conversion_key, has_order_id FROM connectly_outbox").fetchall()
    assert keys == [(None, False)] * 2


def test_a_double_click_does_not_wait_where_the_shop_would_rather_not(
    server: Path, shop: Any, event: ConversionEvent
) -> None:
    shop.execute("INSERT INTO orders VALUES ('ORD-7821')")
    with _outbox(server) as outbox, psycopg.connect(**_place(server)) as other:
        names = _names(outbox)
        statement = outbox.insert_statement(event)
        other.execute(statement.sql, statement.parameters)
        with psycopg.connect(**_place(server)) as connection:
            assert names["pay_at_once"](connection, "ORD-7821", event) is False
    assert shop.execute("SELECT paid FROM orders").fetchall() == [(True,)]
    assert len(shop.execute("SELECT id FROM connectly_outbox").fetchall()) == 1


def test_an_outbox_in_a_file_has_no_statement(tmp_path: Path, event: ConversionEvent) -> None:
    with (
        Outbox.open(url_of(tmp_path), BUSINESS) as outbox,
        pytest.raises(ConfigurationError, match="PostgreSQL"),
    ):
        outbox.insert_statement(event)


def test_what_cannot_be_used_is_named(server: Path, event: ConversionEvent) -> None:
    with _outbox(server) as outbox:
        unknown: Any = "qmark"
        with pytest.raises(ConfigurationError, match="style"):
            outbox.insert_statement(event, unknown)
        no_event: Any = "ORD-1"
        with pytest.raises(TypeError, match="ConversionEvent"):
            outbox.insert_statement(no_event)
        statement = outbox.insert_statement(event)
        with pytest.raises(TypeError, match="fetched"):
            statement.enqueued(None)
        with pytest.raises(ConfigurationError, match="row"):
            statement.enqueued((1, "pending", "paid"))
        assert "trk-canary" not in repr(statement)
