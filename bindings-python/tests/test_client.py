"""The blocking client."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from connectly_conversions import (
    AsyncClient,
    AuthenticationError,
    Client,
    ConfigurationError,
    ConnectlyError,
    ConversionEvent,
    NetworkError,
    NotFoundError,
    Outcome,
    RateLimitedError,
    Receipt,
    RejectedError,
    RequestTimeoutError,
    ResponseError,
    RetryPolicy,
    Sandbox,
    ServerError,
    TrackingParams,
    ValidationError,
)

from .conftest import BUSINESS, KEY, VISIT, purchase
from .support.raw import OK, read_request, serving

FAST = RetryPolicy(retries=2, base=0, cap=0)


@pytest.fixture
def client(connectly_sandbox: Sandbox) -> Client:
    return Client(KEY, BUSINESS, base_url=connectly_sandbox.url, retry=FAST)


def test_a_purchase_is_received(
    client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    receipt = client.send(event)
    assert (receipt.events_received, receipt.attempts, receipt.status) == (1, 1, 200)
    assert receipt.raw_body == '{"events_received":1}'
    assert pickle.loads(pickle.dumps(receipt)) == receipt
    (request,) = connectly_sandbox.requests
    assert request.body.encode() == event.to_wire()
    assert request.path == f"/external/v1/businesses/{BUSINESS}/conversion_events"
    assert request.headers["user-agent"].startswith("connectly-conversions/")


def test_a_shop_may_name_itself(connectly_sandbox: Sandbox, event: ConversionEvent) -> None:
    with Client(user_agent="shop/1.0") as client:
        client.send(event)
    (request,) = connectly_sandbox.requests
    assert request.headers["user-agent"].startswith("connectly-conversions/")
    assert request.headers["user-agent"].endswith(" shop/1.0")
    with pytest.raises(ConfigurationError, match="user_agent"):
        Client(user_agent="a\nb")


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_clients_rounding_reaches_its_events(
    kind: type[Client | AsyncClient], tracking: TrackingParams
) -> None:
    order: dict[str, Any] = {"order_id": "A-1", "currency": "USD", "value": 0.1 + 0.2}
    client = kind(KEY, BUSINESS, rounding="currency")
    assert client.purchase(tracking=tracking, **order).value == Decimal("0.3")
    assert client.view_content(tracking=tracking, **order).value == Decimal("0.3")
    with pytest.raises(ValidationError):
        client.purchase(tracking=tracking, **order, rounding="never")
    with pytest.raises(ValidationError):
        kind(KEY, BUSINESS).purchase(tracking=tracking, **order)


def test_the_environment_fills_the_gaps(connectly_sandbox: Sandbox, event: ConversionEvent) -> None:
    with Client() as client:
        client.send(event)
    connectly_sandbox.assert_reported("ORD-7821")


@pytest.mark.parametrize(
    ("status", "error", "attempts"),
    [
        (400, RejectedError, 1),
        (401, AuthenticationError, 1),
        (403, AuthenticationError, 1),
        (404, NotFoundError, 1),
        (429, RateLimitedError, 3),
        (500, ServerError, 3),
        (503, ServerError, 3),
        (302, ConfigurationError, 1),
        (408, RequestTimeoutError, 3),
    ],
)
def test_each_answer_is_its_own_error(
    client: Client,
    connectly_sandbox: Sandbox,
    event: ConversionEvent,
    status: int,
    error: type[ConnectlyError],
    attempts: int,
) -> None:
    connectly_sandbox.fail_next(status=status, body='{"message":"as it is"}', times=0)
    # A redirect's page has nothing to say that the base URL does not explain better.
    message = "check the base URL" if status == 302 else "as it is"
    with pytest.raises(error, match=message) as caught:
        client.send(event)
    assert (caught.value.status, caught.value.attempts) == (status, attempts)
    assert caught.value.raw_body == '{"message":"as it is"}'


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("reset", NetworkError),
        ("garbage", ResponseError),
        ("half_answer", ResponseError),
        ("oversized_body", ResponseError),
        ("not_received", ResponseError),
    ],
)
def test_a_broken_connection_is_an_error(
    client: Client,
    connectly_sandbox: Sandbox,
    event: ConversionEvent,
    kind: str,
    error: type[ConnectlyError],
) -> None:
    connectly_sandbox.fail_next(kind=kind, times=0)
    with pytest.raises(error):
        client.send(event)


def test_what_passes_is_tried_again(
    client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(status=503)
    connectly_sandbox.fail_next(kind="reset")
    assert client.send(event).attempts == 3
    connectly_sandbox.assert_reported("ORD-7821", value="99.97", currency="USD")


def test_retry_after_beyond_the_deadline_comes_at_once(
    client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(status=429, retry_after=3600)
    with pytest.raises(RateLimitedError) as caught:
        client.send(event)
    assert (caught.value.retry_after, caught.value.retryable) == (3600.0, True)


def test_a_deadline_ends_the_call(connectly_sandbox: Sandbox, event: ConversionEvent) -> None:
    connectly_sandbox.fail_next(kind="hang", times=0)
    with (
        Client(KEY, BUSINESS, base_url=connectly_sandbox.url, timeout=0.2) as client,
        pytest.raises(RequestTimeoutError),
    ):
        client.send(event)


def test_send_many_tells_of_each_in_order(
    client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    connectly_sandbox.fail_next(status=400, order_id="3", body="no such thing")
    events = [purchase(tracking, order) for order in range(6)]
    outcomes = client.send_many((event for event in events), concurrency=2)
    assert [outcome.event for outcome in outcomes] == events
    assert [outcome.ok for outcome in outcomes] == [True, True, True, False, True, True]
    assert isinstance(outcomes[3].error, RejectedError)
    assert outcomes[3].receipt is None
    assert isinstance(outcomes[0].receipt, Receipt)
    restored: Outcome = pickle.loads(pickle.dumps(outcomes[3]))
    assert str(restored.error) == str(outcomes[3].error)
    assert len(connectly_sandbox.received) == 5


def test_send_many_stops_where_the_key_is_wrong(
    client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    connectly_sandbox.fail_next(status=401)
    outcomes = client.send_many([purchase(tracking, order) for order in range(4)], concurrency=1)
    assert all(isinstance(outcome.error, AuthenticationError) for outcome in outcomes)
    assert [outcome.error.attempts for outcome in outcomes if outcome.error] == [1, 0, 0, 0]
    assert len(connectly_sandbox.requests) == 1


def test_bad_arguments_of_sending_are_named(client: Client, event: ConversionEvent) -> None:
    with pytest.raises(TypeError, match="event"):
        client.send({"order_id": 1})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"events\[1\]"):
        client.send_many([event, "x"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="events"):
        client.send_many(event)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="concurrency"):
        client.send_many([event], concurrency=0)


def test_a_closed_client_refuses(client: Client, event: ConversionEvent) -> None:
    with client as same:
        assert same is client
        client.send(event)
    assert client.closed
    with pytest.raises(ConfigurationError) as caught:
        client.send(event)
    assert caught.value.code == "client_closed"


def in_thread(call: Callable[[], object]) -> Callable[[], object]:
    """Starts a call; what is returned joins it and gives its result, or the error."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(call())
        except ConnectlyError as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def result() -> object:
        thread.join()
        return results[0]

    return result


def test_closing_waits_for_the_sends_under_way(
    client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(kind="delay", seconds=0.5)
    sending = in_thread(lambda: client.send(event))
    while not connectly_sandbox.requests:
        pass
    assert client.close() == 0
    connectly_sandbox.assert_reported("ORD-7821")  # no need to wait for it
    assert isinstance(sending(), Receipt)


def test_closing_cuts_off_what_takes_too_long(
    connectly_sandbox: Sandbox, event: ConversionEvent, tracking: TrackingParams
) -> None:
    connectly_sandbox.fail_next(kind="hang", times=0)
    client = Client(timeout=600, attempt_timeout=600)
    sending = in_thread(lambda: client.send(event))
    without = purchase(tracking, None)
    many = in_thread(lambda: client.send_many([without] * 2, concurrency=1))
    while len(connectly_sandbox.requests) < 2:
        pass
    assert client.close(timeout=0) == 2
    error = sending()
    assert isinstance(error, ConnectlyError)
    assert (error.code, error.retryable) == ("client_closed", True)
    outcomes = many()
    assert isinstance(outcomes, list)
    assert [outcome.error.code for outcome in outcomes] == ["unknown_outcome", "client_closed"]
    with pytest.raises(ConfigurationError, match="timeout"):
        client.close(timeout=-1)


def test_a_signal_handler_that_closes_does_not_wait_for_the_send_it_interrupts(
    connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(kind="hang", times=0)
    client = Client(timeout=600, attempt_timeout=600)

    def stop(_signal: int, _frame: object) -> None:
        assert client.close() == 0
        raise SystemExit(7)

    def interrupt() -> None:
        while not connectly_sandbox.requests:
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    previous = signal.signal(signal.SIGTERM, stop)
    try:
        threading.Thread(target=interrupt).start()
        with pytest.raises(SystemExit) as caught:
            client.send(event)
        assert caught.value.code == 7
    finally:
        signal.signal(signal.SIGTERM, previous)


def test_a_client_cannot_be_pickled_for_it_holds_the_key(client: Client) -> None:
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(client)


def test_many_threads_share_one_client(
    client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    with ThreadPoolExecutor(8) as threads:
        receipts = list(
            threads.map(lambda order: client.send(purchase(tracking, order)), range(400))
        )
    assert all(receipt.attempts == 1 for receipt in receipts)
    received = connectly_sandbox.received
    assert sorted(int(event.order_id or 0) for event in received) == list(range(400))


def test_connections_are_pooled(tracking: TrackingParams) -> None:
    def serve(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(OK)

    with serving(serve) as server, Client(KEY, BUSINESS, base_url=server.url) as client:
        for order in range(20):
            client.send(purchase(tracking, order))
        assert server.connections == 1


def test_an_idle_connection_that_the_server_closed_harms_nothing(
    event: ConversionEvent,
) -> None:
    closed = threading.Semaphore(0)

    def serve(connection: socket.socket) -> None:
        # Keep-alive by its headers, but closed after each answer.
        read_request(connection)
        connection.sendall(OK)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        closed.release()

    with (
        serving(serve) as server,
        Client(KEY, BUSINESS, base_url=server.url, retry=RetryPolicy(retries=0)) as client,
    ):
        for _ in range(20):
            assert client.send(event).attempts == 1
            closed.acquire()
        assert server.connections == 20


def test_waiting_releases_the_gil(connectly_sandbox: Sandbox, event: ConversionEvent) -> None:
    connectly_sandbox.fail_next(kind="hang")
    client = Client(KEY, BUSINESS, base_url=connectly_sandbox.url)

    def send() -> None:
        with pytest.raises(ConnectlyError):
            client.send(event)

    waiting = threading.Thread(target=send)
    waiting.start()
    # This thread runs on; were the GIL held, the request could not even be looked for.
    while not connectly_sandbox.requests:
        assert waiting.is_alive()
    connectly_sandbox.stop()
    waiting.join()


def test_ctrl_c_is_heard_while_waiting(connectly_sandbox: Sandbox, event: ConversionEvent) -> None:
    connectly_sandbox.fail_next(kind="hang")
    client = Client(KEY, BUSINESS, base_url=connectly_sandbox.url, timeout=60, attempt_timeout=60)
    sent_at = 0.0

    def interrupt() -> None:
        nonlocal sent_at
        while not connectly_sandbox.requests:
            pass
        sent_at = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        client.send(event)
    # A second where a tenth is promised: the machine may be busy. The call would last a minute.
    assert time.monotonic() - sent_at < 1
    client.send(event)
    connectly_sandbox.assert_reported("ORD-7821")


def test_logging_shows_no_secret(
    client: Client,
    connectly_sandbox: Sandbox,
    event: ConversionEvent,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    client.send(event)
    connectly_sandbox.fail_next(status=401)
    with pytest.raises(AuthenticationError):
        client.send(event)
    ours = [record for record in caplog.records if record.name == "connectly_conversions"]
    assert [record.levelname for record in ours] == ["DEBUG", "WARNING"]
    assert all("ORD-7821" in record.getMessage() for record in ours)
    for secret in (KEY, *VISIT.values()):
        assert secret not in caplog.text
    assert KEY not in repr(client)


def test_the_apis_words_forge_no_line_and_name_no_customer(
    client: Client,
    connectly_sandbox: Sandbox,
    event: ConversionEvent,
    caplog: pytest.LogCaptureFixture,
) -> None:
    words = f"no click {VISIT['ctwa_clid']}\nCRITICAL forged " + "x" * 60_000
    connectly_sandbox.fail_next(status=400, body=words)
    with pytest.raises(RejectedError) as caught:
        client.send(event)
    assert caught.value.message == words
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1_000
    (line,) = [record.getMessage() for record in caplog.records]
    assert "ORD-7821" in line
    assert "rejected" in line
    for forged in ("\n", "forged", VISIT["ctwa_clid"]):
        assert forged not in line


def test_the_policy() -> None:
    policy = RetryPolicy()
    assert (policy.retries, policy.base, policy.cap) == (2, 0.25, 4.0)
    assert repr(policy) == "RetryPolicy(retries=2, base=0.25, cap=4)"
    assert pickle.loads(pickle.dumps(policy)) == policy == RetryPolicy(2, 0.25, 4.0)
    assert hash(policy) == hash(RetryPolicy())
    wrong: Any
    for wrong in ({"base": -1}, {"retries": -1}, {"retries": 10**400}, {"cap": 10**400}):
        with pytest.raises(ConfigurationError, match="retry"):
            RetryPolicy(**wrong)
    with pytest.raises(TypeError, match="retries"):
        RetryPolicy("2")  # type: ignore[arg-type]
