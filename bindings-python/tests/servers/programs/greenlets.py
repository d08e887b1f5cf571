"""Greenlets of gevent or eventlet, some of which wait for an API that hangs."""

from __future__ import annotations

import atexit
import importlib
import sys
from typing import Any

library, hanging = sys.argv[1], int(sys.argv[2])

if library == "gevent":
    importlib.import_module("gevent.monkey").patch_all()
else:
    importlib.import_module("eventlet").monkey_patch()

import socket  # noqa: E402

import shop  # noqa: E402

from connectly_conversions import Client, ConnectlyError  # noqa: E402

green: Any = importlib.import_module(library)
patient = Client(timeout=600, attempt_timeout=600)


def at_exit() -> None:
    try:
        shop.client.send(shop.purchase("at exit"))
    except ConnectlyError:
        print("sent at exit")  # the sandbox is gone by then


atexit.register(at_exit)


def hang(number: int) -> None:
    try:
        patient.send(shop.purchase(f"hangs-{number}"))
    except ConnectlyError:
        print("a hanging call ended")


def join(greenlet: Any) -> Any:
    return greenlet.get() if library == "gevent" else greenlet.wait()


waiting = [green.spawn(hang, number) for number in range(hanging)]
try:
    with green.Timeout(0.05):
        patient.send(shop.purchase("hangs-0"))
except green.Timeout:
    print("a time-out of the library's own was heard")
socket.getaddrinfo("localhost", 80)
others = [green.spawn(shop.client.send, shop.purchase(f"other-{n}")) for n in range(20)]
for other in others:
    assert join(other).attempts == 1
outcomes = shop.client.send_many([shop.purchase(f"many-{n}") for n in range(8)])
assert all(outcome.ok for outcome in outcomes)
print("the others went on")
for greenlet in waiting:
    join(greenlet)
