"""The sandbox and the pytest plugin, as a shop's tests use them."""

from __future__ import annotations

import errno
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

from connectly_conversions import (
    AuthenticationError,
    Client,
    ConfigurationError,
    ConversionEvent,
    Item,
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
    with pytest.raises(AssertionError, match="once and did not come; received: nothing"):
        connectly_sandbox.assert_reported("ORD-7821")
    connectly_sandbox.assert_not_reported("ORD-7821")
    connectly_client.send(event)
    assert connectly_sandbox.assert_reported("ORD-7821", value="99.970", currency="usd").times == 1
    with pytest.raises(AssertionError, match=r"value 1 and came as Purchase ORD-7821 99\.97 USD"):
        connectly_sandbox.assert_reported("ORD-7821", value=1)
    with pytest.raises(AssertionError, match="expected in EUR and came as"):
        connectly_sandbox.assert_reported("ORD-7821", currency="EUR")
    with pytest.raises(AssertionError, match="received: Purchase ORD-7821"):
        connectly_sandbox.assert_reported("other")
    with pytest.raises(AssertionError, match="expected twice and came once"):
        connectly_sandbox.assert_reported("ORD-7821", times=2)
    with pytest.raises(AssertionError, match="assert that it was not reported"):
        connectly_sandbox.assert_reported("ORD-7821", times=0)
    with pytest.raises(AssertionError, match="was not expected and came"):
        connectly_sandbox.assert_not_reported("ORD-7821")


def test_an_event_without_an_order_is_found_by_its_name(
    connectly_sandbox: Sandbox, connectly_client: Client, tracking: TrackingParams
) -> None:
    connectly_client.send(ConversionEvent.view_content(tracking=tracking, items=[Item("a")]))
    assert connectly_sandbox.assert_reported(event_name="ViewContent").order_id is None


def test_an_expectation_that_means_nothing(connectly_sandbox: Sandbox) -> None:
    with pytest.raises(ConfigurationError, match="is not an amount"):
        connectly_sandbox.assert_reported("A", value="much")


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
    with pytest.raises(AssertionError, match=r"1 was expected within 0\.01 s, 0 came"):
        connectly_sandbox.wait_for(1, 0.01)
    with pytest.raises(ConfigurationError, match="timeout"):
        connectly_sandbox.wait_for(1, -1)


@pytest.mark.parametrize("port", [-1, 70_000, 10**400, 1.5])
def test_a_port_that_is_none(port: Any) -> None:
    with pytest.raises(ConfigurationError, match="port"):
        Sandbox(port=port)


def test_it_shows_what_it_received(connectly_sandbox: Sandbox) -> None:
    directly = build_opener(ProxyHandler({})).open  # whatever proxy the shell has
    with directly(connectly_sandbox.url + "/sandbox/received") as answer:
        assert json.load(answer) == {"received": []}


def test_a_stop_ends_the_wait_and_closes_the_port() -> None:
    sandbox = Sandbox()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sandbox.wait_for, 1, 600)
        sandbox.stop()
        with socket.socket() as connection:
            address = ("127.0.0.1", int(sandbox.url.rpartition(":")[2]))
            assert connection.connect_ex(address) == errno.ECONNREFUSED
        with pytest.raises(AssertionError, match="before the sandbox was stopped"):
            waiting.result()


def test_what_arrived_can_be_asked_for_after_the_end(
    connectly_sandbox: Sandbox, connectly_client: Client, event: ConversionEvent
) -> None:
    connectly_client.send(event)
    connectly_sandbox.stop()
    connectly_sandbox.stop()
    connectly_sandbox.assert_reported("ORD-7821")
    assert len(connectly_sandbox.requests) == 1


def test_a_client_made_before_with_real_settings_never_sends(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(
        shop="""
        from connectly_conversions import Client, ConversionEvent, TrackingParams

        client = Client()  # made when the module is imported: with the settings of production

        def report(order_id):
            tracking = TrackingParams("t", "s", "c", "1")
            client.send(ConversionEvent.purchase(
                tracking=tracking, order_id=order_id, currency="USD", value=1))
        """,
        test_shop="""
        import pytest
        import shop
        from connectly_conversions import ConfigurationError

        def test_it_refuses(connectly_sandbox):
            with pytest.raises(ConfigurationError) as caught:
                shop.report("A-1")
            assert caught.value.code == "sandbox_active"
            assert connectly_sandbox.requests == []

        def test_it_is_pointed_to_the_sandbox(connectly_sandbox, connectly_client, monkeypatch):
            monkeypatch.setattr(shop, "client", connectly_client)
            shop.report("A-2")
            connectly_sandbox.assert_reported("A-2")
        """,
    )
    monkeypatch.setenv("CONNECTLY_API_KEY", KEY)
    monkeypatch.setenv("CONNECTLY_BUSINESS_ID", BUSINESS)
    monkeypatch.delenv("CONNECTLY_BASE_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as way_out:
        way_out.setblocking(False)
        # Whatever left the machine would come by here.
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{way_out.getsockname()[1]}")
        pytester.runpytest_subprocess("-q").assert_outcomes(passed=2)
        with pytest.raises(BlockingIOError):
            way_out.accept()


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
