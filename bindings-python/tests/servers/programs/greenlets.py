"""Greenlets, one of which waits for an API that hangs."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import gevent  # noqa: E402
import shop  # noqa: E402

from connectly_conversions import Client, ConnectlyError  # noqa: E402

patient = Client(timeout=600, attempt_timeout=600)


def hang() -> None:
    try:
        patient.send(shop.purchase("hangs"))
    except ConnectlyError as error:
        print("the hanging call ended:", error.code)


hanging = gevent.spawn(hang)
others = [gevent.spawn(shop.client.send, shop.purchase(f"other-{n}")) for n in range(20)]
for other in gevent.joinall(others, raise_error=True):
    assert other.value.attempts == 1
outcomes = shop.client.send_many([shop.purchase(f"many-{n}") for n in range(8)])
assert all(outcome.ok for outcome in outcomes)
assert not hanging.dead
print("the others went on")
hanging.join()
