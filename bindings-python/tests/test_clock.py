"""A machine whose clock differs from the API's: said once, in a process of its own."""

from __future__ import annotations

from pathlib import Path

from .test_exit import run

# An hour behind the sandbox; an hour is a second less where the answer takes part of one.
PRELUDE = """
import logging, sys, time
from connectly_conversions import *
logging.basicConfig(stream=sys.stdout, format="%(name)s %(levelname)s %(message)s")
tracking = TrackingParams("t", "s", "c", "1")
def event(order): return ConversionEvent.purchase(
    tracking=tracking, order_id=order, currency="USD", value=1)
sandbox = Sandbox()
BUSINESS = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a"
"""
SAID = "connectly_conversions WARNING this machine's clock is 3"


def lines(program: str) -> list[str]:
    done = run(program, prelude=PRELUDE)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_clock_that_is_behind_is_said_once() -> None:
    (said,) = lines("""
        client = Client("key", BUSINESS, base_url=sandbox.url)
        client.send(event("ORD-1"))
        sandbox.set_now(int(time.time()) + 3_600)
        client.send(event("ORD-2"))
        client.send(event("ORD-3"))
    """)
    assert said.startswith(SAID)
    assert " s behind the API's: set it." in said


def test_a_worker_says_it_too(tmp_path: Path) -> None:
    (said,) = lines(f"""
        sandbox.set_now(int(time.time()) + 3_600)
        client = Client("key", BUSINESS, base_url=sandbox.url)
        url = "sqlite://{tmp_path}/connectly.db"
        with Outbox.open(url, BUSINESS, enqueue_timeout=60) as outbox:
            outbox.enqueue(event("ORD-1"))
            outbox.enqueue(event("ORD-2"))
            outbox.deliver(client)
    """)
    assert said.startswith(SAID)


def test_a_clock_that_is_right_is_not_spoken_of() -> None:
    assert lines('Client("key", BUSINESS, base_url=sandbox.url).send(event("1"))') == []
