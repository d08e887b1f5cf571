"""Events of Python's own objects."""

from __future__ import annotations

import collections
import enum
import json
import pickle
import time
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from connectly_conversions import (
    ConfigurationError,
    ConversionEvent,
    Item,
    TrackingParams,
    ValidationError,
)

from .conftest import VISIT, purchase
from .support.vectors import cases

NOW = 1_746_480_000


def payload(event: ConversionEvent) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(event.to_wire(), parse_float=Decimal)["payload"]
    return body


def make(tracking: TrackingParams, **members: Any) -> ConversionEvent:
    order = {"order_id": "A-1", "currency": "USD", "value": 20, "now": NOW, **members}
    return ConversionEvent.purchase(tracking=tracking, **order)


def issues(tracking: TrackingParams, **members: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        make(tracking, **members)
    return [(issue.code, issue.path) for issue in caught.value.issues]


def test_the_documentations_example(tracking: TrackingParams) -> None:
    event = ConversionEvent.purchase(
        tracking=tracking,
        order_id="ORD-7821",
        currency="USD",
        value=Decimal("99.97"),
        items=[
            Item("data-pass-30d", 1, Decimal("49.99")),
            Item("phone-case-blk", 1, Decimal("49.98")),
        ],
        event_time=NOW,
        now=NOW,
    )
    assert event.warnings == ()
    assert event.to_wire().decode() == (
        '{"cnct_tracking_id":"trk-canary-7f9c","event_name":"Purchase",'
        '"sendout_id":"so-canary-4815","attribution":{"meta_ctwa":{'
        '"ctwa_clid":"clid-canary-ARAk","ad_id":"120215559412340678"}},'
        '"payload":{"currency":"USD","value":99.97,"order_id":"ORD-7821",'
        '"content_type":"product","content_ids":["data-pass-30d","phone-case-blk"],'
        '"num_items":2,"contents":[{"id":"data-pass-30d","quantity":1,"item_price":49.99},'
        '{"id":"phone-case-blk","quantity":1,"item_price":49.98}],"event_time":1746480000}}'
    )
    assert event.event_name == "Purchase"
    assert event.order_id == "ORD-7821"
    assert event.currency == "USD"
    assert event.value == Decimal("99.97")
    assert event.event_time == NOW


class Currency(str, enum.Enum):
    """As a shop may have it."""

    BRL = "BRL"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (Decimal("99.90"), "99.9"),
        (Decimal("1E+2"), "100"),
        (Decimal("1.50E+1"), "15"),
        (Decimal("-0"), "0"),
        (Decimal("1234567890123456.78"), "1234567890123456.78"),
        (100, "100"),
        ("99.97", "99.97"),
        (99.97, "99.97"),
        (0.1, "0.1"),
        (0, "0"),
    ],
)
def test_money_keeps_every_digit(tracking: TrackingParams, value: Any, sent: str) -> None:
    assert f'"value":{sent},'.encode() in make(tracking, value=value).to_wire()


@pytest.mark.parametrize(
    "value",
    [
        0.1 + 0.2,
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("-Infinity"),
        Decimal("sNaN"),
        Decimal("1E+999999999"),
        pytest.param(10**5000, id="more digits than Python prints"),
        "9,99",
    ],
    ids=str,
)
def test_what_is_no_amount_is_refused(tracking: TrackingParams, value: Any) -> None:
    assert ("invalid_amount", "payload.value") in issues(tracking, value=value)


def test_a_residue_has_a_suggestion_that_rounding_applies(tracking: TrackingParams) -> None:
    with pytest.raises(ValidationError) as caught:
        make(tracking, value=0.1 + 0.2)
    assert caught.value.issues[0].suggestion == "0.3"
    event = make(tracking, value=0.1 + 0.2, rounding="currency")
    assert event.value == Decimal("0.3")
    assert [issue.code for issue in event.warnings] == ["amount_rounded"]


@pytest.mark.parametrize(
    "wrong",
    [True, [], {}, object(), b"20", Fraction(1, 3), 1j],
    ids=lambda wrong: type(wrong).__name__,
)
def test_another_type_is_refused_where_it_stands(tracking: TrackingParams, wrong: Any) -> None:
    assert issues(tracking, value=wrong) == [("wrong_type", "payload.value")]


def test_the_message_names_the_type(tracking: TrackingParams) -> None:
    with pytest.raises(ValidationError, match="not Fraction"):
        make(tracking, value=Fraction(1, 3))


def test_numbers_of_other_libraries(tracking: TrackingParams) -> None:
    class Int64:
        def __index__(self) -> int:
            return 7

    class Float64(float):
        pass

    class Money(Decimal):
        pass

    assert make(tracking, order_id=Int64(), value=Int64()).order_id == "7"
    assert make(tracking, value=Float64(7.5)).value == Decimal("7.5")
    assert make(tracking, value=Money("7.5")).value == Decimal("7.5")
    assert make(tracking, value=enum.IntEnum("Price", {"LOW": 5}).LOW).value == Decimal(5)


def test_ids_may_be_integers_and_uuids(tracking: TrackingParams) -> None:
    identity = uuid.UUID("4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e")
    assert make(tracking, order_id=identity).order_id == str(identity)
    assert make(tracking, order_id=2**70).order_id == str(2**70)
    assert make(tracking, order_id=-5).order_id == "-5"
    lines = [Item(7, 2), Item(identity)]
    assert payload(make(tracking, items=lines))["content_ids"] == ["7", str(identity)]
    assert issues(tracking, order_id=7.0) == [("wrong_type", "payload.order_id")]


def test_without_an_order_id_it_is_warned(tracking: TrackingParams) -> None:
    event = make(tracking, order_id=None)
    assert event.order_id is None
    assert [issue.code for issue in event.warnings] == ["missing_order_id"]
    with pytest.raises(TypeError, match="order_id"):
        ConversionEvent.purchase(  # type: ignore[call-arg]
            tracking=tracking, currency="USD", value=1
        )


def test_times(tracking: TrackingParams) -> None:
    moment = datetime(2025, 5, 5, 18, 20, 0, 999_999, timezone(timedelta(hours=-3)))
    assert make(tracking, event_time=moment).event_time == NOW
    assert make(tracking, event_time=NOW).event_time == NOW
    assert make(tracking, event_time=moment.isoformat()).event_time == NOW
    assert make(tracking).event_time == NOW
    naive = [("event_time_without_zone", "payload.event_time")]
    assert issues(tracking, event_time=moment.replace(tzinfo=None)) == naive
    assert issues(tracking, event_time=date(2025, 5, 5)) == [("wrong_type", "payload.event_time")]
    milliseconds = [("event_time_in_milliseconds", "payload.event_time")]
    assert issues(tracking, event_time=NOW * 1000) == milliseconds


@pytest.mark.parametrize(
    "items",
    [
        [Item("a", 2, "5"), Item("b")],
        (Item("a", 2, Decimal(5)), Item("b", item_price=None)),
        [{"id": "a", "quantity": 2, "item_price": 5}, MappingProxyType({"id": "b"})],
        (Item(*line) for line in [("a", 2, 5), ("b",)]),
        collections.deque([Item("a", 2, 5), Item("b")]),
    ],
    ids=lambda items: type(items).__name__,
)
def test_items_of_any_kind(tracking: TrackingParams, items: Any) -> None:
    body = payload(make(tracking, items=items))
    assert body["contents"] == [
        {"id": "a", "quantity": 2, "item_price": 5},
        {"id": "b", "quantity": 1},
    ]
    assert (body["num_items"], body["content_ids"]) == (3, ["a", "b"])


def test_every_problem_has_its_path(tracking: TrackingParams) -> None:
    found = issues(
        tracking,
        currency=5,
        value=-1,
        items=[Item("a", 1.5, "x"), Item("", 0), "b", {"id": "c", "qty": 1}],  # type: ignore[arg-type]
        extra_payload={"value": 1},
    )
    assert sorted(found) == [
        ("invalid_amount", "payload.contents[0].item_price"),
        ("invalid_quantity", "payload.contents[0].quantity"),
        ("invalid_quantity", "payload.contents[1].quantity"),
        ("negative_amount", "payload.value"),
        ("required", "payload.contents[1].id"),
        ("unknown_field", "extra_payload.value"),
        ("unknown_field", "payload.contents[3].qty"),
        ("wrong_type", "payload.contents[2]"),
        ("wrong_type", "payload.currency"),
    ]


@pytest.mark.parametrize("items", ["abc", 7, {"id": "a"}])
def test_items_that_are_no_list(tracking: TrackingParams, items: Any) -> None:
    assert issues(tracking, items=items) == [("wrong_type", "payload.contents")]


def test_members_of_tomorrow(tracking: TrackingParams) -> None:
    extra = {"tier": "gold", "points": {"n": [1, Decimal("2.50"), True]}, "gone": None}
    event = make(tracking, extra_payload=extra)
    assert event.to_wire().endswith(b'"tier":"gold","points":{"n":[1,2.5,true]}}}')
    assert [issue.code for issue in event.warnings] == ["undeclared_field"] * 2


def test_a_cycle_is_an_error_and_no_crash(tracking: TrackingParams) -> None:
    cycle: dict[str, Any] = {}
    cycle["again"] = cycle
    (code, path), *_ = issues(tracking, extra_payload=cycle)
    assert code == "wrong_type"
    assert path.startswith("extra_payload.again.again")


class Loud(Decimal):
    """A decimal that prints itself in its own words."""

    def __str__(self) -> str:
        return "10"

    def __repr__(self) -> str:
        return "10"


def test_money_is_what_the_decimal_holds_not_what_it_prints(tracking: TrackingParams) -> None:
    event = make(tracking, value=Loud("9.99"))
    assert event.value == Decimal("9.99")
    with localcontext() as context:
        context.prec = 2
        context.capitals = 0
        assert make(tracking, value=Decimal("99.97")).value == Decimal("99.97")
        assert make(tracking, value=Decimal("1E+3")).value == Decimal(1000)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError])
def test_an_interrupt_inside_a_shops_object_stays_one(
    tracking: TrackingParams, error: type[BaseException]
) -> None:
    class Rude:
        def __index__(self) -> int:
            raise error

    with pytest.raises(error):
        make(tracking, order_id=Rude())


def test_an_object_that_fails_is_a_problem_at_its_path(tracking: TrackingParams) -> None:
    class Broken:
        def __index__(self) -> int:
            raise ValueError("out of stock")

    with pytest.raises(ValidationError) as caught:
        make(tracking, order_id=Broken())
    (issue,) = caught.value.issues
    assert (issue.code, issue.path) == ("wrong_type", "payload.order_id")
    assert "out of stock" in issue.message


def test_half_a_character_is_refused_where_it_stands(tracking: TrackingParams) -> None:
    assert issues(tracking, order_id="A-\ud83d") == [("wrong_type", "payload.order_id")]


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        ConversionEvent.from_json(b'{"event_name": "\xff"}')
    assert [(issue.code, issue.path) for issue in caught.value.issues] == [("invalid_json", "")]


def test_the_stored_form_is_read_back_with_its_warnings(tracking: TrackingParams) -> None:
    event = make(tracking, order_id=None, value=Decimal("1234567890123456.78"))
    stored = json.loads(event.to_json())
    assert stored["stored_event"] == 1
    assert stored["payload"]["value"] == "1234567890123456.78"
    again = ConversionEvent.from_json(json.dumps(stored))
    assert again == event
    assert again.warnings == event.warnings != ()


def test_the_wire_is_read_back_with_all_its_digits(tracking: TrackingParams) -> None:
    event = make(tracking, value=Decimal("1234567890123456.78"))
    assert ConversionEvent.from_wire(event.to_wire(), now=NOW) == event


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        float(NOW),
        datetime.fromtimestamp(NOW, timezone.utc),
        datetime.fromtimestamp(NOW, timezone.utc).isoformat(),
    ],
)
def test_now_is_told_as_an_events_time_is(tracking: TrackingParams, now: Any) -> None:
    assert ConversionEvent.view_content(tracking=tracking, now=now).event_time == NOW


def test_an_event_without_a_time_goes_by_pythons_clock(
    tracking: TrackingParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: float(NOW))
    assert ConversionEvent.view_content(tracking=tracking).event_time == NOW


def test_view_content(tracking: TrackingParams) -> None:
    event = ConversionEvent.view_content(tracking=tracking, items=[Item("a")], now=NOW)
    assert event.event_name == "ViewContent"
    assert event.warnings == ()
    assert payload(event)["content_ids"] == ["a"]


def test_click_age_comes_from_the_landing() -> None:
    tracking = TrackingParams(**VISIT, captured_at=NOW - 8 * 86_400)
    codes = [issue.code for issue in make(tracking, event_time=NOW).warnings]
    assert codes == ["click_older_than_seven_days"]


def test_currencies(tracking: TrackingParams) -> None:
    assert make(tracking, currency="eur").currency == "EUR"
    assert make(tracking, currency=Currency.BRL).currency == "BRL"
    assert issues(tracking, currency="ZZX") == [("unknown_currency", "payload.currency")]
    event = make(tracking, currency="ZZX", extra_currencies=["ZZX"])
    assert [issue.code for issue in event.warnings] == ["extra_currency"]


def test_extra_currencies_of_the_environment(
    tracking: TrackingParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTLY_EXTRA_CURRENCIES", "ZZX, ZZY")
    assert make(tracking, currency="ZZY").currency == "ZZY"


def test_a_bad_option_is_named(tracking: TrackingParams) -> None:
    with pytest.raises(ConfigurationError, match="rounding"):
        make(tracking, rounding="up")
    with pytest.raises(TypeError, match="extra_currencies"):
        make(tracking, extra_currencies="EUR")
    for now in (NOW * 1000, 0, "now", datetime(2026, 1, 1)):  # noqa: DTZ001
        with pytest.raises(ConfigurationError, match="now"):
            make(tracking, now=now)
    with pytest.raises(TypeError, match="tracking"):
        make(VISIT)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="document"):
        ConversionEvent.from_dict([])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="text"):
        ConversionEvent.from_json({})  # type: ignore[arg-type]


OBJECTS = [
    case
    for case in cases("wire", "now", "input", "options", "wire", "warnings")
    if not case.values[0].get("options", {}).get("javascript_numbers")
]


@pytest.mark.parametrize("case", OBJECTS)
def test_the_contracts_documents_as_objects(case: dict[str, Any]) -> None:
    options = {"extra_currencies": [], **case.get("options", {})}
    options.pop("javascript_numbers", None)
    event = ConversionEvent.from_dict(json.loads(case["input"]), now=case["now"], **options)
    assert event.to_wire().decode() == case["wire"]


def test_values_are_values(tracking: TrackingParams) -> None:
    one, same, other = (purchase(tracking, order) for order in ("1", "1", "2"))
    one, same = make(tracking, order_id="1"), make(tracking, order_id="1")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != "1"
    with pytest.raises(AttributeError):
        one.order_id = "3"  # type: ignore[misc]
    line = Item("a", 1, Decimal("2.5"))
    assert line == Item("a", 1, Decimal("2.50"))
    assert line != Item("a", 2, Decimal("2.5"))
    assert hash(line) == hash(Item("a", 1, Decimal("2.50")))
    assert repr(line) == "Item(id='a', quantity=1, item_price=Decimal('2.5'))"
    assert pickle.loads(pickle.dumps(line)) == line


def test_a_pickle_is_the_same_event_wherever_it_is_read(
    tracking: TrackingParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTLY_EXTRA_CURRENCIES", "ZZX")
    event = make(
        tracking,
        currency="ZZX",
        value=Decimal("1234567890123456.78"),
        now=4_000_000_000,
        extra_payload={"tier": "gold"},
    )
    stored = pickle.dumps(event)
    monkeypatch.delenv("CONNECTLY_EXTRA_CURRENCIES")
    restored = pickle.loads(stored)
    assert restored.to_wire() == event.to_wire()
    assert restored.warnings == event.warnings


def test_the_repr_shows_no_tracking_value(event: ConversionEvent) -> None:
    assert "ORD-7821" in repr(event)
    assert not any(value in repr(event) for value in VISIT.values())
