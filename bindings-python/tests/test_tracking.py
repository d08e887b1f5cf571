"""Landing parameters in the forms that Python people have them."""

from __future__ import annotations

import pickle
from datetime import datetime, timezone
from functools import partial
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import addict
import bottle
import box
import pytest

from connectly_conversions import (
    COOKIE_NAME,
    ConfigurationError,
    TrackingParams,
    ValidationError,
)

from .conftest import VISIT

NOW = 1_746_480_000
QUERY = urlencode({**VISIT, "cnct_fifth": "five"})
URL = f"https://shop.example/p/1?{QUERY}#top"


class QueryDict(dict[str, list[str]]):
    """As Django has it: an item is the last value, and ``lists`` has them all."""

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)[-1]

    def items(self) -> Any:
        return [(name, self[name]) for name in self]

    def lists(self) -> Any:
        return super().items()


class MultiParams:
    """As Starlette has it."""

    def multi_items(self) -> list[tuple[str, str]]:
        return parse_qsl(QUERY)


@pytest.mark.parametrize(
    "query",
    [
        QUERY,
        f"?{QUERY}",
        QUERY.encode(),
        dict(parse_qsl(QUERY)),
        parse_qs(QUERY),
        parse_qsl(QUERY),
        QueryDict(parse_qs(QUERY)),
        MultiParams(),
        {name.encode(): [value.encode()] for name, value in parse_qsl(QUERY)},
    ],
    ids=lambda query: type(query).__name__,
)
def test_a_query_in_every_form_gives_the_same(query: Any) -> None:
    params = TrackingParams.from_query(query, now=1_746_480_000)
    assert params == TrackingParams.from_url(URL, now=1_746_480_000)
    assert params is not None
    assert {name: getattr(params, name) for name in VISIT} == VISIT
    assert params.extra == {"cnct_fifth": "five"}
    assert params.captured_at == 1_746_480_000


def test_the_first_value_of_a_querydict_wins() -> None:
    query = QueryDict({name: ["", value, "second"] for name, value in VISIT.items()})
    params = TrackingParams.from_query(query)
    assert params is not None
    assert params.sendout_id == VISIT["sendout_id"]


class Storage(dict[str, Any]):
    """As web2py has it: what is not there is None."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


class AttrDict(dict[str, Any]):
    """As many shops have written it."""

    __getattr__ = dict.__getitem__


@pytest.mark.parametrize(
    "mapping",
    [bottle.FormsDict, addict.Dict, box.Box, partial(box.Box, default_box=True), Storage, AttrDict],
    ids=["bottle", "addict", "Box", "default Box", "web2py", "AttrDict"],
)
def test_a_mapping_that_has_every_attribute(mapping: Any) -> None:
    # A visitor may bring parameters of any name.
    params = TrackingParams.from_query(
        mapping({**VISIT, "lists": "1", "items": "2"}), now=1_746_480_000
    )
    assert params == TrackingParams.from_query(
        {**VISIT, "lists": "1", "items": "2"}, now=1_746_480_000
    )
    assert TrackingParams.from_query(mapping({"page": "2"})) is None


def test_the_first_value_of_bottles_query_wins() -> None:
    query = bottle.FormsDict(VISIT)
    query.append("sendout_id", "second")
    params = TrackingParams.from_query(query)
    assert params is not None
    assert params.sendout_id == VISIT["sendout_id"]


class Url:
    """As yarl and Starlette have it."""

    scheme = "https"
    query = QUERY

    def __str__(self) -> str:
        return URL


@pytest.mark.parametrize("url", [URL, URL.encode(), urlsplit(URL), Url()])
def test_a_url_may_be_an_object(url: Any) -> None:
    assert TrackingParams.from_url(url, now=NOW) == TrackingParams.from_url(URL, now=NOW)


def test_nobodys_visit_is_none() -> None:
    assert TrackingParams.from_url("https://shop.example/?ad_id=1") is None
    assert TrackingParams.from_query({}) is None


def test_lone_surrogates_cost_no_visit() -> None:
    params = TrackingParams.from_query({**VISIT, "note": "caf\udce9"})
    assert params is not None


@pytest.mark.parametrize("broken", ["v1.\udce9", "\udce9", b"\xff", "", "{}"])
def test_what_a_visitor_sends_is_at_worst_invalid(broken: Any) -> None:
    for read in (TrackingParams.from_cookie, TrackingParams.from_json):
        with pytest.raises(ValidationError):
            read(broken)
    with pytest.raises(ValidationError):
        TrackingParams("\udce9", "s", "c", "a")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: TrackingParams.from_url(None), "url"),
        (lambda: TrackingParams.from_query(7), "query"),
        (lambda: TrackingParams.from_query({"ad_id": 7}), "ad_id"),
        (lambda: TrackingParams.from_url(URL, "cnct_fifth"), "extra_params"),
        (lambda: TrackingParams(1, "s", "c", "a"), "cnct_tracking_id"),  # type: ignore[arg-type]
    ],
)
def test_a_bad_argument_is_named(call: Any, named: str) -> None:
    with pytest.raises(TypeError, match=named):
        call()


@pytest.mark.parametrize("now", ["now", 0, datetime(2026, 1, 1)])  # noqa: DTZ001
def test_a_moment_that_is_none_is_refused(now: Any) -> None:
    with pytest.raises(ConfigurationError, match="now"):
        TrackingParams.from_url(URL, now=now)


def test_an_unusable_visit_lists_every_problem() -> None:
    with pytest.raises(ValidationError) as caught:
        TrackingParams.from_query({"sendout_id": "so"})
    assert {issue.path for issue in caught.value.issues} == VISIT.keys() - {"sendout_id"}
    assert caught.value.code == "invalid_tracking"


def test_what_is_kept_comes_back() -> None:
    params = TrackingParams.from_url(URL)
    assert params is not None
    assert TrackingParams.from_dict(params.to_dict()) == params
    assert TrackingParams.from_json(params.to_json()) == params
    assert TrackingParams.from_cookie(params.to_cookie()) == params
    assert pickle.loads(pickle.dumps(params)) == params
    assert hash(TrackingParams.from_json(params.to_json())) == hash(params)
    assert COOKIE_NAME == "cnct_tracking"


def test_members_of_a_newer_version_are_kept() -> None:
    stored = {"v": 2, **VISIT, "captured_at": 1, "later": {"a": [1, 2.5, None, True]}}
    assert TrackingParams.from_dict(stored).to_dict() == stored


def test_captured_at_may_be_a_datetime() -> None:
    moment = datetime(2025, 5, 5, 21, 20, tzinfo=timezone.utc)
    assert TrackingParams(**VISIT, captured_at=moment).captured_at == 1_746_480_000


def test_it_is_immutable_and_shows_no_value(tracking: TrackingParams) -> None:
    with pytest.raises(AttributeError):
        tracking.ad_id = "1"  # type: ignore[misc]
    assert not any(value in repr(tracking) for value in VISIT.values())
