"""One test for both outboxes: the one of asyncio, driven step by step, looks like the other."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connectly_conversions import AsyncOutbox, Outbox

KINDS = ("blocking", "asyncio")


class Driven:
    """An ``AsyncOutbox`` whose methods block."""

    def __init__(self, outbox: AsyncOutbox) -> None:
        self._outbox = outbox
        self._loop = asyncio.new_event_loop()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._outbox, name)
        if inspect.isasyncgenfunction(method):
            return lambda *args, **kwargs: self._run(_listed(method(*args, **kwargs)))
        if inspect.iscoroutinefunction(method):
            return lambda *args, **kwargs: self._run(method(*args, **kwargs))
        return method

    def _run(self, coroutine: Any) -> Any:
        return self._loop.run_until_complete(coroutine)

    @contextmanager
    def worker(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        async def made() -> Any:
            return self._outbox.worker(*args, **kwargs)

        worker = self._run(made())
        self._run(worker.__aenter__())
        try:
            yield worker
        finally:
            self._run(worker.__aexit__(None, None, None))

    def stop(self) -> None:
        self.close()
        self._loop.close()


async def _listed(records: Any) -> list[Any]:
    return [record async for record in records]


def url_of(folder: Path) -> str:
    return f"sqlite://{folder}/outbox.db"


@contextmanager
def opened(kind: str, url: str, business_id: str, **options: Any) -> Iterator[Any]:
    """An outbox of this kind; closed at the end."""
    if kind == "blocking":
        with Outbox.open(url, business_id, **options) as outbox:
            yield outbox
        return
    driven = Driven(AsyncOutbox.open(url, business_id, **options))
    try:
        yield driven
    finally:
        driven.stop()
