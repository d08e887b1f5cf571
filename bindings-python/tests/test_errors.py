"""The exceptions."""

from __future__ import annotations

import copy
import json
import pickle
import socket
import traceback
from pathlib import Path

import pytest

import connectly_conversions
from connectly_conversions import (
    AsyncClient,
    Client,
    ConfigurationError,
    ConnectlyError,
    ConversionEvent,
    Issue,
    NetworkError,
    RetryPolicy,
    ValidationError,
    _native,
    errors,
)

from .conftest import BUSINESS, KEY
from .support.vectors import CONTRACT

KINDS = {name: getattr(errors, name) for name in errors.__all__ if name.endswith("Error")}


def test_each_kind_of_the_table_has_its_class() -> None:
    table = json.loads((CONTRACT.parent / "core/schema/surface.json").read_text(encoding="utf-8"))
    kinds = {kind["kind"]: kind["class"] for kind in table["kinds"]}
    assert {error.kind: name for name, error in KINDS.items()} == kinds


@pytest.mark.parametrize("error", KINDS.values(), ids=lambda error: error.__name__)
def test_one_base_catches_all_and_each_is_public(error: type[ConnectlyError]) -> None:
    assert issubclass(error, ConnectlyError)
    assert getattr(connectly_conversions, error.__name__) is error


def example(error: type[ConnectlyError]) -> ConnectlyError:
    return error(
        "no",
        code="rate_limited",
        status=429,
        retryable=True,
        retry_after=1.5,
        attempts=3,
        issues=(Issue("required", "error", "payload.value", "is missing", None),),
        raw_body="{}",
    )


@pytest.mark.parametrize("error", KINDS.values(), ids=lambda error: error.__name__)
def test_it_survives_pickle_and_copy(error: type[ConnectlyError]) -> None:
    original = example(error)
    original.outcomes = []  # type: ignore[attr-defined] # as an interrupted batch has it
    for restored in (pickle.loads(pickle.dumps(original)), copy.copy(original)):
        assert type(restored) is error
        assert vars(restored) == vars(original)
        assert str(restored) == str(original) == "rate_limited: no"


@pytest.mark.parametrize("error", KINDS.values(), ids=lambda error: error.__name__)
def test_it_survives_json(error: type[ConnectlyError]) -> None:
    original = example(error)
    stored = json.loads(json.dumps(original.to_dict()))
    restored = ConnectlyError.from_dict(stored)
    assert type(restored) is error
    assert vars(restored) == vars(original)


def test_what_a_newer_release_has_written_is_read() -> None:
    stored = {**example(ConnectlyError).to_dict(), "kind": "of tomorrow", "more": 1}
    restored = ConnectlyError.from_dict(stored)
    assert (type(restored), restored.code) == (ConnectlyError, "rate_limited")


def test_the_cause_is_kept(event: ConversionEvent) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(NetworkError) as caught:  # nobody listens there any more
        Client(KEY, BUSINESS, base_url=url, retry=RetryPolicy(retries=0)).send(event)
    causes, cause = [], caught.value.__cause__
    while cause is not None:
        causes.append(str(cause))
        cause = cause.__cause__
    assert any("refused" in cause.lower() for cause in causes), causes


def test_our_frames_show_no_key() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Client(KEY, "me", base_url="http://user:password-canary@shop.example")
    # Of this frame the locals are the test's own.
    frames = traceback.walk_tb(caught.tb.tb_next)
    ours = traceback.StackSummary.extract(frames, capture_locals=True)
    assert ours
    for frame in ours:
        shown = " ".join((frame.locals or {}).values())
        assert KEY not in shown
        assert "password-canary" not in shown


def test_a_half_made_client_can_be_shown() -> None:
    for client in (Client, AsyncClient):
        made = client.__new__(client)
        assert repr(made) == f"<{client.__name__}>"


def test_an_issue_reads_like_a_sentence() -> None:
    issue = Issue("invalid_amount", "error", "payload.value", "is no amount", "9.99")
    assert str(issue) == "payload.value: is no amount (suggestion: 9.99)"
    assert issue == ("invalid_amount", "error", "payload.value", "is no amount", "9.99")


def test_a_defect_arrives_as_an_exception_of_ours(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConnectlyError, match="asked for by a test") as caught:
        _native.panic()
    assert (type(caught.value), caught.value.kind) == (ConnectlyError, "internal")
    capfd.readouterr()


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"api_key": None}, "missing_api_key"),
        ({"business_id": None}, "missing_business_id"),
        ({"api_key": "a\nb"}, "invalid_api_key"),
        ({"business_id": "me"}, "invalid_business_id"),
        ({"base_url": "ftp://x"}, "invalid_base_url"),
        ({"base_url": "http://shop.example"}, "insecure_base_url"),
        ({"timeout": 0}, "invalid_timeout"),
        ({"attempt_timeout": -1.0}, "invalid_timeout"),
        ({"connect_timeout": float("nan")}, "invalid_timeout"),
        ({"proxy": "::"}, "invalid_proxy"),
        ({"ca_bundle": Path("/nonexistent.pem")}, "invalid_ca_bundle"),
        ({"rounding": "up"}, "invalid_option"),
        *(({name: "\udce9"}, "invalid_option") for name in ("api_key", "base_url", "proxy")),
    ],
)
def test_a_setting_that_cannot_be_used(
    settings: dict[str, object], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "BUSINESS_ID", "BASE_URL"):
        monkeypatch.delenv(f"CONNECTLY_{name}", raising=False)
    with pytest.raises(ConfigurationError) as caught:
        Client(**{"api_key": KEY, "business_id": BUSINESS, **settings})  # type: ignore[arg-type]
    assert caught.value.code == code
    assert KEY not in str(caught.value)


def test_a_validation_error_says_the_first_problem_and_how_many_more() -> None:
    with pytest.raises(ValidationError) as caught:
        connectly_conversions.TrackingParams("", "", "c", "a")
    assert str(caught.value) == f"invalid_tracking: {caught.value.issues[0]} (and 1 more)"
