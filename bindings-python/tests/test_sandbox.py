"""The sandbox and the pytest plugin, as a shop's tests use them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

from connectly_conversions import (
    AuthenticationError,
    Client,
    ConfigurationError,
    ConversionEvent,
    NotFoundError,
    Sandbox,
    TrackingParams,
)
from connectly_conversions.testing import Received, Recorded

from .conftest import BUSINESS, KEY, purchase

pytest_plugins = ["pytester"]


def test_it_tells_what_it_received(
    connectly_sandbox: Sandbox, connectly_client: Client, event: ConversionEvent
) -> None:
    connectly_client.send(event)
    connectly_client.send(event)
    first, second = connectly_sandbox.received
    assert isinstance(first, Received)
    assert (first.event_name, first.order_id, first.currency) == ("Purchase", "ORD-7821", "USD")
    assert first.value == Decimal("99.97")
    assert first.body["payload"]["contents"][0]["item_price"] == Decimal("49.99")
    assert (second.times, second.duplicate) == (2, True)
    (request, _) = connectly_sandbox.requests
    assert isinstance(request, Recorded)
    assert (request.method, request.status, request.recorded) == ("POST", 200, True)
    assert request.headers["x-api-key"] == "***"


def test_assert_reported_says_what_came_instead(
    connectly_sandbox: Sandbox, connectly_client: Client, event: ConversionEvent
) -> None:
    with pytest.raises(AssertionError, match="received: nothing"):
        connectly_sandbox.assert_reported("ORD-7821")
    connectly_client.send(event)
    assert connectly_sandbox.assert_reported("ORD-7821", value="99.970").times == 1
    with pytest.raises(AssertionError, match=r"99\.97, not 1"):
        connectly_sandbox.assert_reported("ORD-7821", value=1)
    with pytest.raises(AssertionError, match="USD, not EUR"):
        connectly_sandbox.assert_reported("ORD-7821", currency="EUR")
    with pytest.raises(AssertionError, match="Purchase ORD-7821"):
        connectly_sandbox.assert_reported("other")
    with pytest.raises(AssertionError, match="1 times, not 2"):
        connectly_sandbox.assert_reported("ORD-7821", times=2)


def test_it_can_be_choosy(event: ConversionEvent) -> None:
    with Sandbox(api_key=KEY, business_id=BUSINESS) as sandbox:
        Client(KEY, BUSINESS, base_url=sandbox.url).send(event)
        with pytest.raises(AuthenticationError):
            Client("other", BUSINESS, base_url=sandbox.url).send(event)
        other = "00000000-0000-4000-8000-000000000000"
        with pytest.raises(NotFoundError):
            Client(KEY, other, base_url=sandbox.url).send(event)


def test_faults_are_forgotten_and_everything_with_them(
    connectly_sandbox: Sandbox, connectly_client: Client, tracking: TrackingParams
) -> None:
    connectly_sandbox.fail_next(status=400, times=0)
    connectly_sandbox.clear_faults()
    connectly_client.send(purchase(tracking))
    connectly_sandbox.set_now(4_000_000_000)
    connectly_sandbox.reset()
    assert (connectly_sandbox.received, connectly_sandbox.requests) == ([], [])
    connectly_client.send(purchase(tracking))
    with pytest.raises(ConfigurationError, match="explode"):
        connectly_sandbox.fail_next(kind="explode")


def test_waiting_for_what_never_comes(connectly_sandbox: Sandbox) -> None:
    with pytest.raises(AssertionError, match="0 of 1"):
        connectly_sandbox.wait_for(1, 0.01)


@pytest.mark.parametrize("port", [-1, 70_000, 10**400, 1.5])
def test_a_port_that_is_none(port: Any) -> None:
    with pytest.raises(ConfigurationError, match="port"):
        Sandbox(port=port)


def test_it_shows_a_page_and_stops(connectly_sandbox: Sandbox) -> None:
    directly = build_opener(ProxyHandler({})).open  # whatever proxy the shell has
    with directly(connectly_sandbox.url + "/sandbox/received") as answer:
        assert json.load(answer) == {"received": []}
    connectly_sandbox.stop()
    with pytest.raises(RuntimeError, match="stopped"):
        _ = connectly_sandbox.received
    connectly_sandbox.stop()


def test_the_plugin_gives_each_test_its_own(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(
        """
        import os
        from connectly_conversions import Client, ConversionEvent, TrackingParams

        def report(client):
            tracking = TrackingParams("t", "s", "c", "1")
            client.send(ConversionEvent.purchase(
                tracking=tracking, order_id="A-1", currency="USD", value=1))

        def test_one(connectly_sandbox, connectly_client):
            report(connectly_client)
            connectly_sandbox.assert_reported("A-1")

        def test_two(connectly_sandbox):
            assert connectly_sandbox.received == []
            report(Client())
            connectly_sandbox.assert_reported("A-1", value=1)

        def test_three():
            assert "CONNECTLY_BASE_URL" not in os.environ
        """
    )
    monkeypatch.delenv("CONNECTLY_BASE_URL", raising=False)  # whatever the shell has
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=3)
