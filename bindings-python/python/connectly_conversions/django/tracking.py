"""What is known of a visitor, and how it stays with an order."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.wsgi import WSGIRequest
from django.db import router, transaction
from django.db.models import Model
from django.http import HttpRequest

from connectly_conversions import TrackingParams
from connectly_conversions._visits import Request, headers_of, url_of
from connectly_conversions.django import conf, waiting
from connectly_conversions.django.models import BoundTracking

_SEEN = "_connectly_seen"

_log = logging.getLogger("connectly_conversions")


def seen(request: HttpRequest, url: str | None = None) -> Request:
    """The request, as visits are read.

    Args:
        request: The request.
        url: The landing's URL where another host's page has sent it: that visit is a GET.
    """
    found: Request | None = getattr(request, _SEEN, None)
    if found is not None and url is None:
        return found
    settings, meta = conf.settings(), request.META
    found = Request(
        settings.site,
        request,
        str(request.method) if url is None else "GET",
        _url(request) if url is None else url,
        headers_of(meta),
        getattr(request, "session", None) if settings.session else None,
    )
    setattr(request, _SEEN, found)
    return found


def _url(request: HttpRequest) -> str | bytes:
    if isinstance(request, WSGIRequest):
        return url_of(request.META)
    return f"/?{request.META.get('QUERY_STRING', '')}"


def tracking_for(request: HttpRequest) -> TrackingParams | None:
    """The params of the request's visitor; ``None`` where nothing is known or may be used."""
    return seen(request).params()


atracking_for = sync_to_async(tracking_for, thread_sensitive=True)
"""As ``tracking_for``, in an async view: the session may be in a database."""


def key_of(owner: Model | str) -> str:
    """How a cart, customer or order is named in the table."""
    if isinstance(owner, Model):
        if owner.pk is None:
            raise ValueError("bind needs an object that is saved")
        return f"{owner._meta.label_lower}:{owner.pk}"  # noqa: SLF001
    return owner


def database_of(owner: object) -> str:
    """The database of an object, in which its transaction is."""
    if isinstance(owner, Model):
        return owner._state.db or router.db_for_write(type(owner), instance=owner)  # noqa: SLF001
    return conf.settings().databases[0]


def bound(owner: Model | str, using: str) -> TrackingParams | None:
    """What was bound to an object."""
    found = BoundTracking.objects.using(using).filter(key=key_of(owner)).values("params").first()
    return None if found is None else TrackingParams.from_json(found["params"])


def bind(
    owner: Model | str,
    source: HttpRequest | TrackingParams | Model | None,
    *,
    using: str | None = None,
    strict: bool = False,
) -> TrackingParams | None:
    """Keeps the params with a cart, a customer or an order, in its transaction.

    Do it early: a browser may forget its cookies within a week, and a payment's webhook has no
    session. A later call with params replaces them; one without leaves them.

    Args:
        owner: A saved model instance, or a name of your own.
        source: The request, the params, or another object that they were bound to, such as the
            cart that becomes an order.
        using: The database; that of the object unless given.
        strict: Raises what goes wrong instead of logging it.

    Returns:
        What is bound now.
    """
    using = using or database_of(owner)
    try:
        with transaction.atomic(using):
            params = _params(source, using)
            if params is None:
                return bound(owner, using)
            _keep(owner, params, using)
            return params
    except Exception:
        if strict:
            raise
        _log.exception("the params of a visit could not be bound")
        return None


abind = sync_to_async(bind, thread_sensitive=True)
"""As ``bind``, in an async view."""


def _params(source: object, using: str) -> TrackingParams | None:
    if source is None or isinstance(source, TrackingParams):
        return source
    if isinstance(source, Model):
        return bound(source, using)
    if isinstance(source, HttpRequest):
        return tracking_for(source)
    raise TypeError(f"source must be a request, params or an object, not {type(source).__name__}")


def _keep(owner: Model | str, params: TrackingParams, using: str) -> None:
    from django.db import connections  # noqa: PLC0415

    values: dict[str, Any] = {
        "tracking_hash": hashlib.sha256(params.cnct_tracking_id.encode()).digest(),
        "params": params.to_json(),
        "bound_at": waiting.now(connections[using]),
    }
    BoundTracking.objects.using(using).update_or_create(key=key_of(owner), defaults=values)
