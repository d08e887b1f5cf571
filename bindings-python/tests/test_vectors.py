"""The contract, through the public interface."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from connectly_conversions import (
    Client,
    ConnectlyError,
    ConversionEvent,
    Landing,
    RetryPolicy,
    TrackingParams,
    ValidationError,
)

from .conftest import BUSINESS, KEY, purchase
from .support.raw import read_request, serving
from .support.vectors import cases, compare


def _compact(params: Any) -> str:
    return json.dumps(params, ensure_ascii=False, separators=(",", ":"))


def _check_params(expect: dict[str, Any], make: Any) -> None:
    assert expect.keys() <= {"params", "nothing", "errors"}
    if "errors" in expect:
        with pytest.raises(ValidationError) as caught:
            make()
        compare(expect["errors"], caught.value.issues)
    elif "nothing" in expect:
        assert make() is None
    else:
        params = make()
        assert params.to_json() == _compact(expect["params"])
        assert TrackingParams.from_dict(params.to_dict()) == params


@pytest.mark.parametrize(
    "case", cases("capture", "url", "query", "pairs", "extra_params", "now", "expect")
)
def test_capture(case: dict[str, Any]) -> None:
    options = {"extra_params": case.get("extra_params", ()), "now": case["now"]}

    def make() -> TrackingParams | None:
        if "url" in case:
            return TrackingParams.from_url(case["url"], **options)
        if "query" in case:
            return TrackingParams.from_query(case["query"], **options)
        return TrackingParams.from_query([tuple(pair) for pair in case["pairs"]], **options)

    _check_params(case["expect"], make)


@pytest.mark.parametrize("case", cases("cookie", "params", "cookie", "expect"))
def test_cookie(case: dict[str, Any]) -> None:
    def make() -> TrackingParams:
        return TrackingParams.from_cookie(case["cookie"])

    if "params" in case:
        assert TrackingParams.from_dict(case["params"]).to_cookie() == case["cookie"]
        assert TrackingParams.from_json(_compact(case["params"])).to_cookie() == case["cookie"]
        _check_params({"params": case["params"]}, make)
    else:
        _check_params(case["expect"], make)


_REQUEST = ("options", "method", "target", "cookies", "headers", "stored", "consent")


@pytest.mark.parametrize("case", cases("landing", *_REQUEST, "now", "expect"))
def test_landing(case: dict[str, Any]) -> None:
    expect = case["expect"]
    known = {"count", "skipped", "params", "cookies", "errors", "no_store"}
    assert expect.keys() <= known
    stored = case.get("stored")
    visit = Landing(**case.get("options", {})).visit(
        case.get("method", "GET"),
        case["target"],
        cookies=[tuple(pair) for pair in case.get("cookies", [])],
        headers=[tuple(pair) for pair in case.get("headers", [])],
        stored=stored and TrackingParams.from_dict(stored),
        consent=case.get("consent", True),
        now=case["now"],
    )
    assert (visit.count, visit.skipped) == (expect["count"], expect.get("skipped"))
    assert [*visit.cookies] == expect["cookies"]
    assert visit.no_store is expect["no_store"]
    params = expect["params"]
    assert (visit.params and visit.params.to_json()) == (params and _compact(params))
    compare(expect.get("errors", []), visit.issues)


def _event(case: dict[str, Any]) -> ConversionEvent:
    options = dict(case.get("options", {}))
    options.setdefault("extra_currencies", [])
    return ConversionEvent.from_json(case["input"], now=case["now"], **options)


@pytest.mark.parametrize("case", cases("wire", "now", "input", "options", "wire", "warnings"))
def test_wire(case: dict[str, Any]) -> None:
    event = _event(case)
    assert event.to_wire().decode() == case["wire"]
    compare(case["warnings"], event.warnings)


@pytest.mark.parametrize(
    "case", cases("validation", "now", "input", "options", "errors", "warnings")
)
def test_validation(case: dict[str, Any]) -> None:
    if case["errors"]:
        with pytest.raises(ValidationError) as caught:
            _event(case)
        refusing = [issue for issue in caught.value.issues if issue.severity == "error"]
        compare(case["errors"], refusing)
    else:
        compare(case["warnings"], _event(case).warnings)


def _needs_the_clock(case: dict[str, Any]) -> bool:
    """A date without the answer's own ``Date`` counts from the real clock here."""
    names = {name.lower(): value for name, value in case["headers"].items()}
    return "date" not in names and ":" in names.get("retry-after", "")


@pytest.mark.parametrize(
    "case", cases("response", "status", "headers", "body", "order_id", "now", "expect")
)
def test_response(case: dict[str, Any], tracking: TrackingParams) -> None:
    body = case["body"].encode()
    lines = [f"HTTP/1.1 {case['status']} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in case["headers"].items()]
    answer = "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def serve(connection: socket.socket) -> None:
        while read_request(connection) is not None:
            connection.sendall(answer)

    event = purchase(tracking, "ORD-1" if case["order_id"] else None)
    expect = case["expect"]
    # An emulated machine takes longer than a shop would wait.
    times = {"timeout": 60, "attempt_timeout": 60, "connect_timeout": 60}
    with (
        serving(serve) as server,
        Client(KEY, BUSINESS, base_url=server.url, retry=RetryPolicy(retries=0), **times) as client,
    ):
        if "receipt" in expect:
            receipt = client.send(event)
            assert receipt.events_received == expect["receipt"]["events_received"]
            assert receipt.raw_body == case["body"]
            assert (receipt.status, receipt.attempts) == (case["status"], 1)
            return
        with pytest.raises(ConnectlyError) as caught:
            client.send(event)
    error, expected = caught.value, expect["error"]
    unknown = expected["disposition"] == "ambiguous" and not case["order_id"]
    assert error.kind == expected["kind"]
    assert error.code == ("unknown_outcome" if unknown else expected["code"])
    assert error.status == case["status"]
    assert error.attempts == 1
    if "message" in expected:
        assert error.message == expected["message"] or unknown
        assert error.message.endswith(expected["message"])
    if not _needs_the_clock(case):
        assert error.retry_after == expected.get("retry_after")
    resend = {"not_recorded": True, "ambiguous": case["order_id"]}
    assert error.retryable == resend.get(expected["disposition"], False)
