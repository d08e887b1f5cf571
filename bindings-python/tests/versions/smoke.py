"""What the wheel must do where nothing else is installed; run with the interpreter to test."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import pickle
import shutil
import sys
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from connectly_conversions import (
    AsyncClient,
    AsyncOutbox,
    Client,
    ConnectlyError,
    ConversionEvent,
    Item,
    NetworkError,
    Outbox,
    RetryPolicy,
    Sandbox,
    TrackingParams,
    ValidationError,
    __version__,
)

KEY = "key-of-the-shop"
BUSINESS = "4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e"
URL = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=ARAk&ad_id=120215559412340678"


def purchase(order_id: str) -> ConversionEvent:
    tracking = TrackingParams.from_url(URL)
    assert tracking is not None
    return ConversionEvent.purchase(
        tracking=tracking,
        order_id=order_id,
        currency="USD",
        value=Decimal("99.97"),
        items=[
            Item("data-pass-30d", 1, Decimal("49.99")),
            Item("phone-case-blk", 1, Decimal("49.98")),
        ],
    )


async def send(url: str) -> None:
    async with AsyncClient(KEY, BUSINESS, base_url=url) as client:
        sends = [client.send(purchase(f"async-{number}")) for number in range(4)]
        assert [receipt.attempts for receipt in await asyncio.gather(*sends)] == [1] * 4


async def enqueue_and_deliver(url: str, client: Client) -> None:
    async with AsyncOutbox.open(url, BUSINESS, enqueue_timeout=30) as outbox:
        with Outbox.open(url, BUSINESS, enqueue_timeout=30) as other:
            other.enqueue(purchase("enqueued"))
        await outbox.enqueue(purchase("enqueued-async"))
        assert (await outbox.deliver(client)).accepted == 2


def main() -> None:
    if os.environ.get("SLIM"):
        assert shutil.which("cc") is None
        assert not list(Path("/etc/ssl").rglob("*.crt"))
    installed = {name.metadata["Name"] for name in importlib.metadata.distributions()}
    assert installed - {"pip"} == {"connectly-conversions"}, installed
    assert importlib.metadata.version("connectly-conversions") == __version__
    files = {file.name for file in importlib.metadata.files("connectly-conversions") or ()}
    assert {"LICENSE-MIT", "LICENSE-APACHE"} <= files

    with Sandbox() as sandbox, Client(KEY, BUSINESS, base_url=sandbox.url) as client:
        assert client.send(purchase("blocking")).events_received == 1
        many = client.send_many([purchase(f"many-{number}") for number in range(4)])
        assert all(outcome.ok for outcome in many)
        asyncio.run(send(sandbox.url))
        sandbox.assert_reported("blocking", value="99.97", currency="USD")
        assert len(sandbox.received) == 9
        with TemporaryDirectory() as folder:
            asyncio.run(enqueue_and_deliver(f"sqlite://{folder}/outbox.db", client))
        assert len(sandbox.received) == 11

    # TLS is set up, whether the machine has certificates or not; nobody listens on port 1.
    no_patience = RetryPolicy(retries=0)
    nowhere = Client(KEY, BUSINESS, base_url="https://127.0.0.1:1", retry=no_patience)
    try:
        nowhere.send(purchase("nowhere"))
    except NetworkError as error:
        assert error.code == "connect_failed", error
    else:
        raise AssertionError

    try:
        ConversionEvent.from_json("{}")
    except ConnectlyError as error:
        assert isinstance(error, ValidationError)
        assert error.issues
        assert pickle.loads(pickle.dumps(error)).issues == error.issues
    else:
        raise AssertionError
    event = purchase("pickled")
    assert pickle.loads(pickle.dumps(event)) == event
    sys.stdout.write(f"Python {sys.version.split()[0]}: {len(event.to_wire())} bytes an event\n")


main()
