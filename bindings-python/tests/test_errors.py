"""The exceptions."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest

import connectly_conversions
from connectly_conversions import (
    Client,
    ConfigurationError,
    ConnectlyError,
    Issue,
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


@pytest.mark.parametrize("error", KINDS.values(), ids=lambda error: error.__name__)
def test_it_survives_pickle_and_copy(error: type[ConnectlyError]) -> None:
    original = error(
        "no",
        code="c",
        status=429,
        retryable=True,
        retry_after=1.5,
        attempts=3,
        issues=(Issue("required", "error", "payload.value", "is missing", None),),
        raw_body="{}",
    )
    for restored in (pickle.loads(pickle.dumps(original)), copy.copy(original)):
        assert type(restored) is error
        assert vars(restored) == vars(original)
        assert str(restored) == str(original) == "c: no"
        assert restored.args == ("no",)


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
