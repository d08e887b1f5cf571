"""The native module; what is public of it is exported by the package."""

import datetime
import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, final

from typing_extensions import Self

from connectly_conversions._codes import SkipReason, VisitCount
from connectly_conversions._types import Amount, EventTime, Id
from connectly_conversions.errors import ConnectlyError, Issue

__all__ = [
    "COOKIE_NAME",
    "OUTBOX_POSTGRES_SQL",
    "SCRIPT_COOKIE_NAME",
    "SNIPPET",
    "ConversionEvent",
    "InFlight",
    "Item",
    "Landing",
    "NativeClient",
    "NativeJob",
    "NativeOutbox",
    "NativeSandbox",
    "NativeStatement",
    "NativeWorker",
    "Operation",
    "Outcome",
    "Receipt",
    "Reporting",
    "RetryPolicy",
    "TrackingParams",
    "Visit",
    "__version__",
    "clock_warning",
    "close_exit_guard",
    "exit_guard_is_closed",
    "one_line",
    "outbox_transition",
    "panic",
    "run_command",
]

__version__: Final[str]
COOKIE_NAME: Final[str]
OUTBOX_POSTGRES_SQL: Final[str]
SCRIPT_COOKIE_NAME: Final[str]
SNIPPET: Final[str]

@final
class TrackingParams:
    """The values captured at landing, to go back with the purchase exactly as they came.

    Immutable; equal where every value is. Survives pickle, a session (``to_dict``), an order row
    (``to_json``) and a cookie (``to_cookie``). The ``repr`` shows none of the values.

    Raises:
        ValidationError: A value is empty, over 1,024 bytes, or holds a control character.
    """

    def __new__(
        cls,
        cnct_tracking_id: str,
        sendout_id: str,
        ctwa_clid: str,
        ad_id: str,
        *,
        captured_at: EventTime | None = None,
    ) -> Self: ...
    @classmethod
    def from_url(
        cls,
        url: str | bytes | Any,  # or a URL object of yarl, starlette, httpx, urllib
        extra_params: Iterable[str] = (),
        *,
        now: EventTime | None = None,
    ) -> TrackingParams | None:
        """The params of a landing URL, absolute or relative; ``None``: not Connectly's visit.

        Args:
            url: A text, or a URL object.
            extra_params: Further parameters that must not be lost.
            now: The moment of landing; the current time unless given.

        Raises:
            ValidationError: The visit is Connectly's, and a value is missing or malformed.
        """
    @classmethod
    def from_query(
        cls,
        query: str
        | bytes
        | Mapping[str, str]
        | Mapping[str, list[str]]
        | Iterable[tuple[str, str]]
        | Any,
        extra_params: Iterable[str] = (),
        *,
        now: EventTime | None = None,
    ) -> TrackingParams | None:
        """The params of a query: its text, or the mapping that a framework has made of it.

        Takes Django's ``request.GET``, Flask's ``request.args``, Starlette's
        ``request.query_params``, ``parse_qs`` and ``parse_qsl``. A mapping's values count as
        decoded. Otherwise as :meth:`from_url`.
        """
    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TrackingParams:
        """Restores what :meth:`to_dict` gave."""
    @classmethod
    def from_json(cls, text: str | bytes) -> TrackingParams:
        """Restores what :meth:`to_json` gave."""
    @classmethod
    def from_cookie(cls, cookie: str | bytes) -> TrackingParams:
        """Restores what :meth:`to_cookie` gave."""
    def to_dict(self) -> dict[str, Any]:
        """A dict of JSON types, for a session."""
    def to_json(self) -> str:
        """Compact JSON, for an order row."""
    def to_cookie(self) -> str:
        """The value of the cookie ``COOKIE_NAME``: letters, digits, ``-``, ``_`` and ``.``."""
    @property
    def cnct_tracking_id(self) -> str:
        """The session of the customer."""
    @property
    def sendout_id(self) -> str:
        """The Connectly campaign's sendout."""
    @property
    def ctwa_clid(self) -> str:
        """Meta's click id."""
    @property
    def ad_id(self) -> str:
        """The ad's id: digits, often past 2^53."""
    @property
    def extra(self) -> dict[str, str]:
        """What else the link carried, in order of importance."""
    @property
    def captured_at(self) -> int | None:
        """When the visitor landed, in Unix seconds."""
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class Landing:
    """What a visit means for a shop. Made once, asked for every request of a page.

    It decides and does nothing: the shop sets the cookies, keeps the params and counts. It never
    raises for what a visitor sends: a visit that cannot be used is counted as that.

    Args:
        touch: Which visit an order is credited to where a visitor came by several links: the
            ``last`` or the ``first``. Default: ``last``.
        extra_params: Further parameters of the link that must not be lost.
        max_age: How long the cookie lives. Browsers may keep it for less: Chrome for 400 days at
            most, Safari in some cases for 7. Default: 90 days.
        domain: The domain whose hosts all get the cookie, such as ``shop.example`` for a shop at
            ``www.shop.example`` with its checkout at ``pay.shop.example``; only the page's own host
            unless given. Left out on a loopback host.

    Raises:
        ConfigurationError: An option cannot be used.
    """

    def __new__(
        cls,
        touch: Literal["last", "first"] = "last",
        extra_params: Iterable[str] = (),
        max_age: float | datetime.timedelta = 7776000,
        domain: str | None = None,
    ) -> Self: ...
    def visit(
        self,
        method: str,
        url: str | bytes | Any,  # or a URL object of yarl, starlette, httpx, urllib
        cookies: str | bytes | Mapping[str, str] | Iterable[tuple[str, str]] | Any | None = None,
        headers: Mapping[str, str]
        | Iterable[tuple[str, str]]
        | Iterable[tuple[bytes, bytes]]
        | Any
        | None = None,
        stored: TrackingParams | None = None,
        consent: bool = True,
        *,
        now: EventTime | None = None,
    ) -> Visit:
        """What this visit means.

        Only GET counts. Nothing is captured of pages that a browser loads ahead, nor of previews
        of a link. Bad or partial params never displace good ones. What is brought again, equal but
        for ``captured_at``, is not set again. The cookie of a page's own script
        (``SCRIPT_COOKIE_NAME``) counts as a visit at its ``captured_at``, and is deleted.

        Args:
            method: The request's method.
            url: The URL, absolute or relative, or the query alone.
            cookies: The cookies of the request: a mapping, or the text of the header. Not needed
                where ``headers`` has ``Cookie``.
            headers: The headers: a mapping or pairs. ``Cookie``, ``Host``, ``User-Agent``,
                ``Sec-Purpose``, ``Purpose``, ``X-Purpose`` and ``X-Moz`` matter.
            stored: The params that the visitor's session holds already.
            consent: Whether the visitor has agreed to be tracked; anything but ``True`` is no
                consent. Without it nothing is read and nothing kept: there are no params, and
                cookies that came are deleted.
            now: The moment of the visit; the current time unless given.
        """

@final
class Visit:
    """What a visit means. Immutable; the ``repr`` shows neither params nor cookies."""

    @property
    def params(self) -> TrackingParams | None:
        """The visitor's params from now on, whether this visit brought them or they were known.

        Keep them in the session, if there is one. Where they are ``None``, nothing is known of the
        visitor or nothing may be kept: remove what the session holds.
        """
    @property
    def cookies(self) -> tuple[str, ...]:
        """The values of the ``Set-Cookie`` headers to add to the response, one a header."""
    @property
    def no_store(self) -> bool:
        """Whether it sets a cookie and so must carry ``Cache-Control: private, no-store``."""
    @property
    def count(self) -> VisitCount:
        """What to count.

        ``"captured"``: the visit brought new params, and they are the visitor's params now.
        ``"kept"``: it brought params, and those that were known stay. ``"partial"``: it is
        Connectly's, but values are missing. ``"invalid"``: it is Connectly's, but a value is
        malformed. ``"skipped"``: it is not a visit to count. ``"none"``: it brought nothing.
        """
    @property
    def skipped(self) -> SkipReason | None:
        """Why the visit was skipped; ``None`` unless it was."""
    @property
    def issues(self) -> tuple[Issue, ...]:
        """What is wrong with a partial or invalid visit, without the values; otherwise empty."""

@final
class Item:
    """A product of the order: its id, how many, and the price of one.

    Holds what it is given; the event that it becomes part of checks it.
    """

    def __new__(cls, id: Id, quantity: int = 1, item_price: Amount | None = None) -> Self: ...
    @property
    def id(self) -> Id:
        """The product's id in the catalogue."""
    @property
    def quantity(self) -> int:
        """How many pieces."""
    @property
    def item_price(self) -> Amount | None:
        """The price of one piece, in the event's currency."""
    def tuple(self) -> tuple[Id, int, Amount | None]:
        """Id, quantity and price."""
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any: ...
    def __reduce__(self) -> Any: ...

@final
class ConversionEvent:
    """A valid event: one that breaks a rule cannot be made.

    Immutable, picklable, hashable; equal where the same bytes go out. The ``repr`` shows no
    tracking value.
    """

    @classmethod
    def purchase(
        cls,
        *,
        tracking: TrackingParams,
        order_id: Id | None,
        currency: str,
        value: Amount,
        items: Iterable[Item | Mapping[str, Any]] = (),
        event_time: EventTime | None = None,
        content_type: str | None = None,
        content_ids: Iterable[Id] | None = None,
        num_items: int | None = None,
        extra_payload: Mapping[str, Any] | None = None,
        rounding: Literal["never", "currency"] | str | None = None,  # noqa: PYI051
        extra_currencies: Iterable[str] | None = None,
        now: EventTime | None = None,
    ) -> ConversionEvent:
        """An order, whole: one event, however many items it has.

        Args:
            tracking: What :class:`TrackingParams` captured at landing.
            order_id: The shop's immutable id of the order, the key that keeps it from being
                counted twice. ``None`` passes with a warning.
            currency: An ISO 4217 code, in any case.
            value: The order's total in the currency's major unit.
            items: The lines of the order.
            event_time: When the order was placed; the moment of this call unless given.
            content_type: ``product`` (with items) unless given.
            content_ids: The items' ids unless given.
            num_items: The sum of the quantities unless given.
            extra_payload: Members that the API has gained since this release.
            rounding: ``"currency"`` rounds amounts to the currency's minor unit.
            extra_currencies: Codes newer than this release; else the environment's
                ``CONNECTLY_EXTRA_CURRENCIES``.
            now: The moment that times are judged by; the current time unless given.

        Raises:
            ValidationError: With every problem of the event.
        """
    @classmethod
    def view_content(
        cls,
        *,
        tracking: TrackingParams,
        items: Iterable[Item | Mapping[str, Any]] = (),
        currency: str | None = None,
        value: Amount | None = None,
        order_id: Id | None = None,
        event_time: EventTime | None = None,
        content_type: str | None = None,
        content_ids: Iterable[Id] | None = None,
        num_items: int | None = None,
        extra_payload: Mapping[str, Any] | None = None,
        rounding: Literal["never", "currency"] | str | None = None,  # noqa: PYI051
        extra_currencies: Iterable[str] | None = None,
        now: EventTime | None = None,
    ) -> ConversionEvent:
        """A product page was looked at. Arguments and errors as of :meth:`purchase`."""
    @classmethod
    def from_dict(
        cls,
        document: Mapping[str, Any],
        *,
        rounding: Literal["never", "currency"] | str | None = None,  # noqa: PYI051
        extra_currencies: Iterable[str] | None = None,
        now: EventTime | None = None,
    ) -> ConversionEvent:
        """Reads an input document: the wire's members, with Python's own types for values."""
    @classmethod
    def from_json(
        cls,
        text: str | bytes,
        *,
        rounding: Literal["never", "currency"] | str | None = None,  # noqa: PYI051
        extra_currencies: Iterable[str] | None = None,
        now: EventTime | None = None,
        javascript_numbers: bool = False,
    ) -> ConversionEvent:
        """Reads an input document of JSON text, or what :meth:`to_json` wrote.

        ``javascript_numbers``: JavaScript printed it, so integers past 2^53 are refused.
        """
    @classmethod
    def from_wire(cls, wire: str | bytes, *, now: EventTime | None = None) -> ConversionEvent:
        """Reads what :meth:`to_wire` gave, strictly; every digit of an amount is meant."""
    def to_json(self) -> str:
        """The event as JSON for a job queue or a row; :meth:`from_json` reads it back.

        Warnings are kept, and money is text, so that no queue changes a digit.
        """
    @property
    def warnings(self) -> tuple[Issue, ...]:
        """Problems that do not refuse the event."""
    def to_wire(self) -> bytes:
        """The exact bytes that go out."""
    @property
    def event_name(self) -> Literal["Purchase", "ViewContent"]:
        """The name of the event."""
    @property
    def order_id(self) -> str | None:
        """The order's id."""
    @property
    def currency(self) -> str | None:
        """The currency, in upper case."""
    @property
    def value(self) -> Decimal | None:
        """The total, in the currency's major unit."""
    @property
    def content_type(self) -> str | None:
        """The kind of the contents: ``product`` where there are items and nothing else was said."""
    @property
    def content_ids(self) -> tuple[str, ...]:
        """The ids of the products; empty where there are none."""
    @property
    def num_items(self) -> int | None:
        """How many pieces."""
    @property
    def event_time(self) -> int:
        """When the order was placed, in Unix seconds."""
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class Receipt:
    """The API's word that it received an event. Meta decides later what it makes of it."""

    def __new__(cls, events_received: int, attempts: int, status: int, raw_body: str) -> Self: ...
    @property
    def events_received(self) -> int:
        """How many events the API says it received; at least 1."""
    @property
    def attempts(self) -> int:
        """How many requests were made; at least 1."""
    @property
    def status(self) -> int:
        """The HTTP status, 200 to 299."""
    @property
    def raw_body(self) -> str:
        """The answer's body as it came."""
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any: ...
    def __reduce__(self) -> Any: ...

@final
class Outcome:
    """What became of one event of ``send_many``: a receipt, or an error."""

    def __new__(
        cls,
        event: ConversionEvent,
        receipt: Receipt | None = None,
        error: ConnectlyError | None = None,
    ) -> Self: ...
    @property
    def event(self) -> ConversionEvent:
        """The event."""
    @property
    def receipt(self) -> Receipt | None:
        """Its receipt."""
    @property
    def error(self) -> ConnectlyError | None:
        """Why there is no receipt."""
    @property
    def ok(self) -> bool:
        """Whether there is a receipt."""
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any: ...
    def __reduce__(self) -> Any: ...

@final
class RetryPolicy:
    """How often and how patiently a call tries again.

    Args:
        retries: How often a call tries again at most. Default: ``2``.
        base: The longest first wait; each further wait may be twice as long. Default: 0.25 seconds.
        cap: The longest wait. Default: 4 seconds.

    Raises:
        ConfigurationError: The policy cannot be followed.
    """

    def __new__(cls, retries: int = 2, base: float = 0.25, cap: float = 4.0) -> Self: ...
    @property
    def retries(self) -> int:
        """How often at most, after the first attempt."""
    @property
    def base(self) -> float:
        """The longest first wait, in seconds."""
    @property
    def cap(self) -> float:
        """The longest wait, in seconds."""
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> Any: ...

@final
class InFlight:
    """Events of one batch that were started and whose outcomes were not taken yet."""

    @property
    def concurrency(self) -> int: ...
    @property
    def pending(self) -> int: ...
    def push(self, event: ConversionEvent) -> None: ...
    def take(self) -> Outcome | None: ...
    def wait(self) -> None: ...
    def stop(self) -> list[Outcome]: ...

@final
class NativeClient:
    """What ``Client`` and ``AsyncClient`` are made of."""

    def __new__(
        cls,
        api_key: str | None = None,
        business_id: str | uuid.UUID | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        attempt_timeout: float | None = None,
        retry: RetryPolicy | None = None,
        max_connections: int | None = None,
        proxy: str | None = None,
        ca_bundle: str | os.PathLike[str] | None = None,
        user_agent: str | None = None,
        rounding: str | None = None,
        allow_insecure_http_for_tests: bool = False,
    ) -> Self: ...
    def send(self, event: ConversionEvent) -> Receipt: ...
    def start(
        self, concurrency: int | None = None, wake: Callable[[], object] | None = None
    ) -> InFlight: ...
    def close(self, timeout: float | None = None) -> int: ...
    def start_close(self, timeout: float | None) -> Operation | None: ...
    @property
    def closed(self) -> bool: ...

@final
class Operation:
    """Something that is asked; its answer is JSON."""

    def run(self) -> str: ...
    def start(self, wake: Callable[[], object]) -> None: ...
    def take(self) -> str | None: ...
    def wait(self) -> None: ...
    def stop(self) -> None: ...

_Event: TypeAlias = tuple[Id | None, int | None, str | None, str]

@final
class NativeStatement:
    """What ``Statement`` is made of."""

    def __new__(
        cls,
        outbox: NativeOutbox,
        event: ConversionEvent,
        style: str,
        hold_until: EventTime | None = None,
        traceparent: str | None = None,
    ) -> Self: ...
    @property
    def sql(self) -> str: ...
    @property
    def parameters(self) -> list[tuple[str, str | int | bytes | None]]: ...
    def enqueued(self, id: int, state: str, effect: str) -> str: ...

@final
class NativeOutbox:
    """What ``Outbox`` and ``AsyncOutbox`` are made of."""

    def __new__(
        cls,
        url: str,
        business_id: str | uuid.UUID | None = None,
        *,
        enqueue_timeout: float | None = None,
        max_events: int | None = None,
        max_bytes: int | None = None,
        give_up_after: float | None = None,
        keep_payloads: float | None = None,
    ) -> Self: ...
    @staticmethod
    def on_store(
        store: Any,
        business_id: str | uuid.UUID | None = None,
        *,
        give_up_after: float | None = None,
        keep_payloads: float | None = None,
    ) -> NativeOutbox: ...
    def report(
        self,
        order: dict[str, Any],
        policy: Reporting,
        hold_until: EventTime | None = None,
        traceparent: str | None = None,
    ) -> Operation: ...
    @property
    def business_id(self) -> str: ...
    def enqueue(
        self,
        event: ConversionEvent,
        hold_until: EventTime | None = None,
        traceparent: str | None = None,
    ) -> Operation: ...
    def enqueue_many(self, events: list[ConversionEvent]) -> Operation: ...
    def skip(self, order: Id, reason: str, name: str) -> Operation: ...
    def release(self, event: _Event) -> Operation: ...
    def cancel(self, event: _Event, reason: str | None) -> Operation: ...
    def forget(self, event: _Event) -> Operation: ...
    def status(self, event: _Event) -> Operation: ...
    def dead_letters(self, after: int, limit: int) -> Operation: ...
    def replay(
        self, event: _Event, code: str | None, all: bool, force: bool, plan: bool
    ) -> Operation: ...
    def counts(self) -> Operation: ...
    def warnings(self) -> Operation: ...
    def known_warnings(self) -> list[str]: ...
    def metrics(self) -> Operation: ...
    def pause(self, until: EventTime | None) -> Operation: ...
    def resume(self) -> Operation: ...
    def deliver(
        self, client: NativeClient, until_empty: bool, deadline: float | None
    ) -> Operation: ...
    def worker(
        self,
        client: NativeClient,
        concurrency: int | None,
        rate: float | None,
        told: tuple[Callable[[str], object], Callable[[str, str], object]],
    ) -> NativeWorker: ...
    def close(self) -> Operation: ...

@final
class NativeWorker:
    """What ``Worker`` and ``AsyncWorker`` are made of."""

    def start(self) -> None: ...
    def run(self, until_empty: bool, deadline: float | None = None) -> str: ...
    def stop(self, timeout: float | None = None) -> Operation | None: ...

@final
class NativeJob:
    """Something that the outbox does in one transaction of a store in Python."""

    def run(self, tables: Any) -> None: ...

@final
class Reporting:
    """What a shop reports, and what the value of an order is.

    Args:
        value: What the value of an order is: ``total`` as it was charged, ``without_tax``,
            ``without_shipping``, or ``net`` of both. Default: ``total``.
        report_unpaid: Whether orders that are not paid are reported. Default: ``False``.
        report_zero: Whether orders of the value 0 are reported. Default: ``False``.
        report_renewals: Whether each renewal of a subscription is reported as a purchase. Default:
            ``False``.

    Raises:
        ConfigurationError: ``value`` is none of these.
    """

    def __new__(
        cls,
        *,
        value: str | None = None,
        report_unpaid: bool = False,
        report_zero: bool = False,
        report_renewals: bool = False,
    ) -> Self: ...

@final
class NativeSandbox:
    """What ``Sandbox`` is made of."""

    def __new__(
        cls,
        *,
        port: int | None = None,
        api_key: str | None = None,
        business_id: str | uuid.UUID | None = None,
    ) -> Self: ...
    @property
    def url(self) -> str: ...
    def received_json(self) -> str: ...
    def requests_json(self) -> str: ...
    def wait_for(self, count: int, timeout: float | None) -> None: ...
    def assert_reported(self, expected: str) -> str: ...
    def assert_not_reported(self, order_id: str) -> None: ...
    def script_json(self, text: str) -> None: ...
    def clear_faults(self) -> None: ...
    def reset(self) -> None: ...
    def set_now(self, moment: EventTime | None) -> None: ...
    def stop(self) -> None: ...

def close_exit_guard() -> None: ...
def exit_guard_is_closed() -> bool: ...
def clock_warning() -> str | None: ...
def one_line(text: str) -> str: ...
def run_command(arguments: list[str]) -> int: ...
def outbox_transition(row: str, command: str, context: str) -> str: ...
def panic() -> None: ...
