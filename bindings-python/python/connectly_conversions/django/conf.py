"""The setting ``CONNECTLY`` of a Django project."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from connectly_conversions import Client, Landing
from connectly_conversions._native import Reporting
from connectly_conversions._visits import Site
from connectly_conversions.django.signals import tell

NAME = "CONNECTLY"

Callback = Callable[[Any], Any]

_LANDING = {
    "TOUCH": "touch",
    "EXTRA_PARAMS": "extra_params",
    "COOKIE_MAX_AGE": "max_age",
    "COOKIE_DOMAIN": "domain",
}
_REPORTING = {
    "VALUE": "value",
    "REPORT_UNPAID": "report_unpaid",
    "REPORT_ZERO": "report_zero",
    "REPORT_RENEWALS": "report_renewals",
}
_CLIENT = {"API_KEY": "api_key", "BUSINESS_ID": "business_id", "BASE_URL": "base_url"}
_OUTBOX = {"GIVE_UP_AFTER": "give_up_after", "KEEP_PAYLOADS": "keep_payloads"}
_OTHERS = {"BUSINESSES", "CLIENT", "CONSENT", "COOKIE", "DATABASES", "SESSION", "SKIP_IF"}
KNOWN = {*_LANDING, *_REPORTING, *_CLIENT, *_OUTBOX, *_OTHERS}


def _named(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {option: given[name] for name, option in names.items() if given.get(name) is not None}


@dataclass(frozen=True)
class Settings:
    """What a project has set, read once."""

    site: Site
    """What a visit means, and what keeps it."""
    reporting: Reporting
    """What is reported."""
    business_id: str | None
    """The business of whoever names none; ``None``: the environment's."""
    session: bool
    """Whether the session keeps the params."""
    skip_if: Callback | None
    """Asked with an order whether it is left out, and why."""
    databases: tuple[str, ...]
    """Where the outbox's tables are."""
    outbox: Mapping[str, Any] = field(default_factory=dict)
    """Options of an outbox."""
    client: Mapping[str, Any] = field(default_factory=dict)
    """Options of the client of the worker."""
    businesses: Mapping[str, Any] = field(default_factory=dict)
    """The API key of each further business."""

    def client_of(self, business_id: str) -> Client:
        """The client that sends for a business."""
        options = dict(self.client)
        for other, key in self.businesses.items():
            if other.lower() == business_id:
                options["api_key"] = key
        return Client(**{**options, "business_id": business_id})


def given() -> Mapping[str, Any]:
    """The setting as it stands."""
    found = getattr(project, NAME, {})
    if not isinstance(found, Mapping):
        raise ImproperlyConfigured(f"{NAME} must be a mapping, not {type(found).__name__}")
    return found


def _callback(dotted: str | Callback | None) -> Callback | None:
    return import_string(dotted) if isinstance(dotted, str) else dotted


@functools.lru_cache(maxsize=1)
def settings() -> Settings:
    """The project's settings.

    Raises:
        ConfigurationError: One of them cannot be used.
    """
    found = given()
    client = {**found.get("CLIENT", {}), **_named(found, _CLIENT)}
    return Settings(
        site=Site(
            landing=Landing(**_named(found, _LANDING)),
            cookie=found.get("COOKIE", True),
            consent=_callback(found.get("CONSENT")),
            on_visit=tell,
        ),
        reporting=Reporting(**_named(found, _REPORTING)),
        business_id=client.pop("business_id", None),
        session=found.get("SESSION", True),
        skip_if=_callback(found.get("SKIP_IF")),
        databases=tuple(found.get("DATABASES", ["default"])),
        outbox=_named(found, _OUTBOX),
        client=client,
        businesses=found.get("BUSINESSES", {}),
    )


def _changed(*, setting: str, **_: Any) -> None:
    if setting == NAME:
        settings.cache_clear()


setting_changed.connect(_changed, dispatch_uid="connectly")
