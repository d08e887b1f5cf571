"""System checks: what a project has set wrong is said when it starts, not at its first order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings as project
from django.core import checks
from django.db import connections, router

from connectly_conversions import Client
from connectly_conversions.django import conf
from connectly_conversions.errors import ConnectlyError

_MIDDLEWARE = "connectly_conversions.django.middleware.ConnectlyMiddleware"
_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"


def _error(number: int, message: str, hint: str) -> checks.CheckMessage:
    return checks.Error(message, hint=hint, id=f"connectly.E{number:03d}")


def _warning(number: int, message: str, hint: str) -> checks.CheckMessage:
    return checks.Warning(message, hint=hint, id=f"connectly.W{number:03d}")


def _unknown() -> list[checks.CheckMessage]:
    unknown = sorted({*conf.given()} - conf.KNOWN)
    hint = f"There are {', '.join(sorted(conf.KNOWN))}."
    return [_error(1, f"{conf.NAME} has no setting {name}.", hint) for name in unknown]


def _usable() -> list[checks.CheckMessage]:
    try:
        settings = conf.settings()
    except (ConnectlyError, ImportError, TypeError, ValueError) as error:
        return [_error(2, f"{conf.NAME} cannot be used: {error}", "Correct the setting.")]
    businesses: list[str | None] = [settings.business_id, *settings.businesses]
    found = []
    for business_id in businesses:
        options = {**settings.client, "business_id": business_id}
        # A process that only takes orders needs no key.
        options["api_key"] = "of-the-worker"
        try:
            Client(**options)
        except (ConnectlyError, TypeError) as error:
            hint = f'Set {conf.NAME}["BUSINESS_ID"] or the environment\'s variable.'
            found.append(_error(3, f"The business cannot be used: {error}", hint))
    return found


def _databases() -> list[checks.CheckMessage]:
    from connectly_conversions.django.models import (  # noqa: PLC0415
        BoundTracking,
        OutboxControl,
        OutboxEvent,
    )

    databases = conf.settings().databases
    found = []
    for name in databases:
        if name not in connections.databases:
            message = f'{conf.NAME}["DATABASES"] names {name}, which is no database.'
            found.append(_error(4, message, "Name aliases of DATABASES."))
            continue
        for model in (OutboxEvent, OutboxControl, BoundTracking):
            if not router.allow_migrate_model(name, model):
                message = f"A router keeps the table {model._meta.db_table} out of {name}."  # noqa: SLF001
                hint = "The outbox is written in the order's own transaction: allow it there."
                found.append(_error(5, message, hint))
    elsewhere = router.db_for_write(OutboxEvent)
    if elsewhere not in databases:
        message = f"A router would write the outbox to {elsewhere}, not to {', '.join(databases)}."
        hint = f'Name the databases of the orders in {conf.NAME}["DATABASES"].'
        found.append(_error(5, message, hint))
    return found


def _middleware() -> list[checks.CheckMessage]:
    middleware: list[Any] = [*(project.MIDDLEWARE or [])]
    if _MIDDLEWARE not in middleware:
        return [_warning(1, "No middleware remembers visits.", f"Add {_MIDDLEWARE!r}.")]
    if _SESSIONS in middleware and middleware.index(_SESSIONS) > middleware.index(_MIDDLEWARE):
        hint = "Put ConnectlyMiddleware after SessionMiddleware."
        return [_warning(2, "The middleware does not see the session.", hint)]
    return []


@checks.register("connectly")
def check_connectly(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """Everything that can be told without a database."""
    found: list[checks.CheckMessage] = [*_unknown(), *_usable()]
    if any(message.id == "connectly.E002" for message in found):
        return found
    rest: tuple[Callable[[], list[checks.CheckMessage]], ...] = (_databases, _middleware)
    return [*found, *(message for check in rest for message in check())]
