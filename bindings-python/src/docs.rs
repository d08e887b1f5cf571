//! The docstrings of the native classes. Generated from `_native.pyi` by `docs.py`.

macro_rules! docstring {
    ("TrackingParams") => {
        r#"The values captured at landing, to go back with the purchase exactly as they came.

Immutable; equal where every value is. Survives pickle, a session (``to_dict``), an order row
(``to_json``) and a cookie (``to_cookie``). The ``repr`` shows none of the values.

Raises:
    ValidationError: A value is empty, over 1,024 bytes, or holds a control character."#
    };
    ("TrackingParams.from_url") => {
        r#"The params of a landing URL, absolute or relative; ``None``: not Connectly's visit.

Args:
    url: A text, or a URL object.
    extra_params: Further parameters that must not be lost.
    now: The moment of landing; the current time unless given.

Raises:
    ValidationError: The visit is Connectly's, and a value is missing or malformed."#
    };
    ("TrackingParams.from_query") => {
        r#"The params of a query: its text, or the mapping that a framework has made of it.

Takes Django's ``request.GET``, Flask's ``request.args``, Starlette's
``request.query_params``, ``parse_qs`` and ``parse_qsl``. A mapping's values count as
decoded. Otherwise as :meth:`from_url`."#
    };
    ("TrackingParams.from_dict") => {
        r#"Restores what :meth:`to_dict` gave."#
    };
    ("TrackingParams.from_json") => {
        r#"Restores what :meth:`to_json` gave."#
    };
    ("TrackingParams.from_cookie") => {
        r#"Restores what :meth:`to_cookie` gave."#
    };
    ("TrackingParams.to_dict") => {
        r#"A dict of JSON types, for a session."#
    };
    ("TrackingParams.to_json") => {
        r#"Compact JSON, for an order row."#
    };
    ("TrackingParams.to_cookie") => {
        r#"The value of the cookie ``COOKIE_NAME``: letters, digits, ``-``, ``_`` and ``.``."#
    };
    ("TrackingParams.cnct_tracking_id") => {
        r#"The session of the customer."#
    };
    ("TrackingParams.sendout_id") => {
        r#"The Connectly campaign's sendout."#
    };
    ("TrackingParams.ctwa_clid") => {
        r#"Meta's click id."#
    };
    ("TrackingParams.ad_id") => {
        r#"The ad's id: digits, often past 2^53."#
    };
    ("TrackingParams.extra") => {
        r#"What else the link carried, in order of importance."#
    };
    ("TrackingParams.captured_at") => {
        r#"When the visitor landed, in Unix seconds."#
    };
    ("Landing") => {
        r#"What a visit means for a shop. Made once, asked for every request of a page.

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
    ConfigurationError: An option cannot be used."#
    };
    ("Landing.visit") => {
        r#"What this visit means.

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
    now: The moment of the visit; the current time unless given."#
    };
    ("Visit") => {
        r#"What a visit means. Immutable; the ``repr`` shows neither params nor cookies."#
    };
    ("Visit.params") => {
        r#"The visitor's params from now on, whether this visit brought them or they were known.

Keep them in the session, if there is one. Where they are ``None``, nothing is known of the
visitor or nothing may be kept: remove what the session holds."#
    };
    ("Visit.cookies") => {
        r#"The values of the ``Set-Cookie`` headers to add to the response, one a header."#
    };
    ("Visit.no_store") => {
        r#"Whether it sets a cookie and so must carry ``Cache-Control: private, no-store``."#
    };
    ("Visit.count") => {
        r#"What to count.

``"captured"``: the visit brought new params, and they are the visitor's params now.
``"kept"``: it brought params, and those that were known stay. ``"partial"``: it is
Connectly's, but values are missing. ``"invalid"``: it is Connectly's, but a value is
malformed. ``"skipped"``: it is not a visit to count. ``"none"``: it brought nothing."#
    };
    ("Visit.skipped") => {
        r#"Why the visit was skipped; ``None`` unless it was."#
    };
    ("Visit.issues") => {
        r#"What is wrong with a partial or invalid visit, without the values; otherwise empty."#
    };
    ("Item") => {
        r#"A product of the order: its id, how many, and the price of one.

Holds what it is given; the event that it becomes part of checks it."#
    };
    ("Item.id") => {
        r#"The product's id in the catalogue."#
    };
    ("Item.quantity") => {
        r#"How many pieces."#
    };
    ("Item.item_price") => {
        r#"The price of one piece, in the event's currency."#
    };
    ("Item.tuple") => {
        r#"Id, quantity and price."#
    };
    ("ConversionEvent") => {
        r#"A valid event: one that breaks a rule cannot be made.

Immutable, picklable, hashable; equal where the same bytes go out. The ``repr`` shows no
tracking value."#
    };
    ("ConversionEvent.purchase") => {
        r#"An order, whole: one event, however many items it has.

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
    ValidationError: With every problem of the event."#
    };
    ("ConversionEvent.view_content") => {
        r#"A product page was looked at. Arguments and errors as of :meth:`purchase`."#
    };
    ("ConversionEvent.from_dict") => {
        r#"Reads an input document: the wire's members, with Python's own types for values."#
    };
    ("ConversionEvent.from_json") => {
        r#"Reads an input document of JSON text, or what :meth:`to_json` wrote.

``javascript_numbers``: JavaScript printed it, so integers past 2^53 are refused."#
    };
    ("ConversionEvent.from_wire") => {
        r#"Reads what :meth:`to_wire` gave, strictly; every digit of an amount is meant."#
    };
    ("ConversionEvent.to_json") => {
        r#"The event as JSON for a job queue or a row; :meth:`from_json` reads it back.

Warnings are kept, and money is text, so that no queue changes a digit."#
    };
    ("ConversionEvent.warnings") => {
        r#"Problems that do not refuse the event."#
    };
    ("ConversionEvent.to_wire") => {
        r#"The exact bytes that go out."#
    };
    ("ConversionEvent.event_name") => {
        r#"The name of the event."#
    };
    ("ConversionEvent.order_id") => {
        r#"The order's id."#
    };
    ("ConversionEvent.currency") => {
        r#"The currency, in upper case."#
    };
    ("ConversionEvent.value") => {
        r#"The total, in the currency's major unit."#
    };
    ("ConversionEvent.content_type") => {
        r#"The kind of the contents: ``product`` where there are items and nothing else was said."#
    };
    ("ConversionEvent.content_ids") => {
        r#"The ids of the products; empty where there are none."#
    };
    ("ConversionEvent.num_items") => {
        r#"How many pieces."#
    };
    ("ConversionEvent.event_time") => {
        r#"When the order was placed, in Unix seconds."#
    };
    ("Receipt") => {
        r#"The API's word that it received an event. Meta decides later what it makes of it."#
    };
    ("Receipt.events_received") => {
        r#"How many events the API says it received; at least 1."#
    };
    ("Receipt.attempts") => {
        r#"How many requests were made; at least 1."#
    };
    ("Receipt.status") => {
        r#"The HTTP status, 200 to 299."#
    };
    ("Receipt.raw_body") => {
        r#"The answer's body as it came."#
    };
    ("Outcome") => {
        r#"What became of one event of ``send_many``: a receipt, or an error."#
    };
    ("Outcome.event") => {
        r#"The event."#
    };
    ("Outcome.receipt") => {
        r#"Its receipt."#
    };
    ("Outcome.error") => {
        r#"Why there is no receipt."#
    };
    ("Outcome.ok") => {
        r#"Whether there is a receipt."#
    };
    ("RetryPolicy") => {
        r#"How often and how patiently a call tries again.

Args:
    retries: How often a call tries again at most. Default: ``2``.
    base: The longest first wait; each further wait may be twice as long. Default: 0.25 seconds.
    cap: The longest wait. Default: 4 seconds.

Raises:
    ConfigurationError: The policy cannot be followed."#
    };
    ("RetryPolicy.retries") => {
        r#"How often at most, after the first attempt."#
    };
    ("RetryPolicy.base") => {
        r#"The longest first wait, in seconds."#
    };
    ("RetryPolicy.cap") => {
        r#"The longest wait, in seconds."#
    };
    ("NativeJob") => {
        r#"Something that the outbox does in one transaction of a store in Python."#
    };
    ("Reporting") => {
        r#"What a shop reports, and what the value of an order is.

Args:
    value: What the value of an order is: ``total`` as it was charged, ``without_tax``,
        ``without_shipping``, or ``net`` of both. Default: ``total``.
    report_unpaid: Whether orders that are not paid are reported. Default: ``False``.
    report_zero: Whether orders of the value 0 are reported. Default: ``False``.
    report_renewals: Whether each renewal of a subscription is reported as a purchase. Default:
        ``False``.

Raises:
    ConfigurationError: ``value`` is none of these."#
    };
}
