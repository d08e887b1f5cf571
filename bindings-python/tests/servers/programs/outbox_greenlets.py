"""Greenlets that enqueue into a file which another process has locked."""

from __future__ import annotations

import importlib
import sys
from typing import Any

library = sys.argv[1]

if library == "gevent":
    importlib.import_module("gevent.monkey").patch_all()
else:
    importlib.import_module("eventlet").monkey_patch()

import outbox_shop  # noqa: E402
import shop  # noqa: E402

green: Any = importlib.import_module(library)


def enqueue(number: int) -> None:
    outbox_shop.outbox.enqueue(shop.purchase(f"order-{number}"))


def join(greenlet: Any) -> Any:
    return greenlet.get() if library == "gevent" else greenlet.wait()


told: list[str | None] = []
outbox_shop.outbox.counts()  # the file is there
print("may be locked")
input()
waiting = [green.spawn(enqueue, number) for number in range(20)]
green.sleep(0)
print("the others go on")
for greenlet in waiting:
    join(greenlet)
with outbox_shop.outbox.worker(
    shop.client, on_attempt=lambda attempt: told.append(attempt.order_id)
):
    while outbox_shop.outbox.counts().accepted < len(waiting):
        green.sleep(0)
assert sorted(map(str, told)) == sorted(f"order-{number}" for number in range(20))
print("delivered")
