"""A server that closes idle connections, as load balancers do, breaks no send.

A connection that the server has closed cannot be told from a lost answer once it is written to,
and an event without an order id may not be sent again then. So the client must notice before.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest

from connectly_conversions import AsyncClient, Client, ConversionEvent, TrackingParams
from tests.support.raw import OK, Server, read_request

from .running import PATIENCE

SENDS = 25
KEY = "key-of-the-shop"
BUSINESS = "4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e"


class Closing(Server):
    """Answers as if the connection stayed open, and closes it."""

    def __init__(self) -> None:
        self._closed = threading.Semaphore(0)
        super().__init__(self._answer)

    def _answer(self, connection: socket.socket) -> None:
        assert read_request(connection) is not None
        connection.sendall(OK)
        connection.close()
        self._closed.release()

    def wait_until_closed(self) -> None:
        assert self._closed.acquire(timeout=PATIENCE)


@pytest.fixture
def closing() -> Iterator[Closing]:
    server = Closing()
    yield server
    server.close()


def anonymous() -> ConversionEvent:
    """Without an order id, so that nothing may be sent twice."""
    return ConversionEvent.purchase(
        tracking=TrackingParams("session-1", "sendout-1", "ARAkclick", "120215559412340678"),
        order_id=None,
        currency="USD",
        value=Decimal("99.97"),
    )


def test_send(closing: Closing) -> None:
    with Client(KEY, BUSINESS, base_url=closing.url) as client:
        for _ in range(SENDS):
            assert client.send(anonymous()).attempts == 1
            closing.wait_until_closed()
    assert closing.connections == SENDS


def test_send_many(closing: Closing) -> None:
    with Client(KEY, BUSINESS, base_url=closing.url) as client:
        for _ in range(SENDS):
            outcomes = client.send_many([anonymous() for _ in range(4)])
            assert [outcome.error for outcome in outcomes] == [None] * 4
            for _ in outcomes:
                closing.wait_until_closed()


def test_send_from_another_thread_each_time(closing: Closing) -> None:
    """Whoever calls drives the I/O; here it is never who drove it last."""
    attempts = []

    def report() -> None:
        attempts.append(client.send(anonymous()).attempts)

    with Client(KEY, BUSINESS, base_url=closing.url) as client:
        for _ in range(SENDS):
            send = threading.Thread(target=report)
            send.start()
            send.join(PATIENCE)
            closing.wait_until_closed()
    assert attempts == [1] * SENDS


def test_async_send(closing: Closing) -> None:
    async def main() -> None:
        async with AsyncClient(KEY, BUSINESS, base_url=closing.url) as client:
            for _ in range(SENDS):
                receipt = await client.send(anonymous())
                assert receipt.attempts == 1
                await asyncio.to_thread(closing.wait_until_closed)

    asyncio.run(main())
    assert closing.connections == SENDS
