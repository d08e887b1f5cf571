"""What becomes of a shop's orders, as the contract says."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, get_args

import pytest

from connectly_conversions import ConfigurationError, Outbox, TrackingParams
from connectly_conversions import reporting as names
from connectly_conversions._codes import ReportResult
from connectly_conversions._reporting import read
from connectly_conversions._waiting import answer
from connectly_conversions.reporting import Report, Reporting

from .conftest import BUSINESS, VISIT
from .support.vectors import cases, compare

if TYPE_CHECKING:
    from pathlib import Path


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


def _check(expect: dict[str, Any], found: Report) -> None:
    assert _snake(type(found).__name__) == expect["result"]
    members = dataclasses.asdict(found)
    for name in ("reason", "conflict"):
        if name in expect:
            assert members[name] == expect[name]
    assert {"reason", "conflict"} & members.keys() <= {"reason", "conflict"} & expect.keys()
    compare(expect.get("issues", []), getattr(found, "issues", ()))


@pytest.mark.parametrize("case", cases("reporting", "settings", "reports", "ledger"))
def test_reporting(case: dict[str, Any], tmp_path: Path) -> None:
    policy = Reporting(**case.get("settings", {}))
    url = f"sqlite://{tmp_path}/outbox.db"
    # No case is about a slow disk.
    with Outbox.open(url, BUSINESS, enqueue_timeout=60) as outbox:
        for one in case["reports"]:
            tracking = TrackingParams(**VISIT) if one.get("tracking", True) else None
            order = {**one["order"], "tracking": tracking, "now": None}
            asked = outbox._native.report(order, policy, one.get("hold"))
            _check(one["expect"], read(answer(asked)))
        record = outbox.status("ORD-7821")
    expected = case["ledger"]
    if expected is None:
        assert record is None
        return
    assert record is not None
    found = (record.state, str(record.value) if record.value is not None else None)
    assert found == (expected["state"], expected.get("value"))
    assert (record.reason, record.code) == (expected.get("reason"), expected.get("code"))


def test_every_result_has_a_class_of_its_own() -> None:
    classes = {_snake(kind.__name__) for kind in get_args(Report)}
    assert classes == {*get_args(ReportResult)}
    assert all(hasattr(names, kind.__name__) for kind in get_args(Report))


def test_a_setting_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="value: use"):
        Reporting(value="gross")


def test_a_member_that_is_unknown_is_refused_by_name(tmp_path: Path) -> None:
    outbox = Outbox.open(f"sqlite://{tmp_path}/outbox.db", BUSINESS)
    with pytest.raises(ConfigurationError, match="is currency meant"):
        outbox._native.report({"curency": "USD"}, Reporting())
