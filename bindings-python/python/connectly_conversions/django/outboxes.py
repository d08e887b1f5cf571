"""The outbox of a business in one of the project's databases."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.core.signals import setting_changed

from connectly_conversions._native import NativeOutbox
from connectly_conversions.django import conf
from connectly_conversions.django.store import Store
from connectly_conversions.outbox import Outbox


@dataclass(frozen=True)
class Ledger:
    """An outbox and the store that it is on."""

    outbox: Outbox
    native: NativeOutbox
    store: Store


def ledger(
    using: str,
    business_id: str | uuid.UUID | None,
    *,
    worked: Callable[[], object] | None = None,
) -> Ledger:
    """A new one."""
    settings = conf.settings()
    store = Store(using, worked=worked)
    native = NativeOutbox.on_store(store, business_id or settings.business_id, **settings.outbox)
    return Ledger(Outbox(native), native, store)


@functools.lru_cache(maxsize=64)
def kept(using: str, business_id: str | uuid.UUID | None) -> Ledger:
    """One that serves the whole process."""
    return ledger(using, business_id)


def first_database() -> str:
    """Where an outbox is unless told otherwise."""
    return conf.settings().databases[0]


def outbox(*, using: str | None = None, business_id: str | uuid.UUID | None = None) -> Outbox:
    """The outbox of a business: its ``status``, ``counts``, ``pause``, ``replay`` and so on.

    Each call runs on the calling thread, in its transaction if one is open.

    Args:
        using: The database; the first of ``CONNECTLY["DATABASES"]`` unless given.
        business_id: The business; ``CONNECTLY["BUSINESS_ID"]``, else the environment's, unless
            given.
    """
    return kept(using or first_database(), business_id).outbox


def _changed(*, setting: str, **_: object) -> None:
    if setting == conf.NAME:
        kept.cache_clear()


setting_changed.connect(_changed, dispatch_uid="connectly.outboxes")
