"""Opens its outbox, becomes a daemon by forking twice, and writes on as one."""

from __future__ import annotations

import os
import sys

import outbox_shop
import shop


def main(orders: list[str]) -> None:
    outbox_shop.use()
    if os.fork():
        os._exit(0)  # SQLite's locks go with this process
    os.setsid()
    if os.fork():
        os._exit(0)
    for order in orders:
        outbox_shop.outbox.enqueue(shop.purchase(order))
    print("the daemon has written", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
