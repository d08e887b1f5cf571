"""The outbox's decisions, for a store in another language: the same as the outbox's own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectly_conversions import ConfigurationError
from connectly_conversions._native import outbox_transition

NOW = 1_750_000_000_000
MINUTE = 60_000
CONTEXT = {
    "now": NOW,
    "random": 0.5,
    "paused": 0,
    "last_accepted_at": None,
    "give_up_after": 7 * 24 * 60 * MINUTE,
}
ENQUEUE = {
    "command": "enqueue",
    "content_hash": "11" * 32,
    "has_order_id": True,
    "hold": None,
}


def decide(row: Any, command: Any, **context: Any) -> Any:
    decided = outbox_transition(
        json.dumps(row), json.dumps(command), json.dumps({**CONTEXT, **context})
    )
    return json.loads(decided)


def test_an_event_lives_from_enqueue_to_its_receipt() -> None:
    enqueued = decide(None, ENQUEUE)
    assert (enqueued["effect"], enqueued["state"], enqueued["payload"]) == (
        "inserted",
        "pending",
        "take",
    )
    claimed = decide(enqueued["row"], {"command": "claim"}, now=NOW + 1)
    assert (claimed["effect"], claimed["state"]) == ("claimed", "leased")
    assert claimed["row"]["attempts"] == 1
    assert claimed["row"]["lease_until"] == NOW + 1 + MINUTE
    finish = {
        "command": "finish",
        "lease_no": claimed["row"]["lease_no"],
        "outcome": {"accepted": {"status": 200}},
    }
    finished = decide(claimed["row"], finish, now=NOW + 2)
    assert (finished["effect"], finished["state"]) == ("moved", "accepted")
    assert finished["row"]["finished_at"] == NOW + 2
    assert decide(finished["row"], ENQUEUE)["effect"] == "duplicate"
    another = decide(finished["row"], {**ENQUEUE, "content_hash": "22" * 32})
    assert (another["effect"], another["row"]) == ("conflict", None)


def test_a_lease_that_is_another_workers_changes_nothing() -> None:
    claimed = decide(decide(None, ENQUEUE)["row"], {"command": "claim"})
    finish = {"command": "finish", "lease_no": 7, "outcome": {"accepted": {"status": 200}}}
    lost = decide(claimed["row"], finish)
    assert (lost["effect"], lost["row"]) == ("lease_lost", None)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("row", ("{}", json.dumps(ENQUEUE), json.dumps(CONTEXT))),
        ("command", ("null", '{"command":"send"}', json.dumps(CONTEXT))),
        ("context", ("null", json.dumps(ENQUEUE), "no JSON")),
    ],
)
def test_what_cannot_be_read_is_named(name: str, arguments: tuple[str, str, str]) -> None:
    with pytest.raises(ConfigurationError, match=f"^invalid_option: {name}: "):
        outbox_transition(*arguments)
