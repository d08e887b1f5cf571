"""A pool of processes that enqueue, forked while threads of their parent do."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading

import outbox_shop
import shop


def enqueue(order_id: str) -> int:
    outbox_shop.outbox.enqueue(shop.purchase(order_id))
    return os.getpid()


def main(orders: list[str]) -> None:
    half = len(orders) // 2
    writers = [threading.Thread(target=enqueue, args=(order,)) for order in orders[:half]]
    for writer in writers:
        writer.start()
    # Each process once used is replaced: the later ones are forked while the pool's threads run.
    with multiprocessing.get_context("fork").Pool(4, maxtasksperchild=2) as pool:
        pids = pool.map(enqueue, orders[half:], chunksize=1)
        pool.close()
        pool.join()
    for writer in writers:
        writer.join()
    assert os.getpid() not in pids


if __name__ == "__main__":
    main(sys.argv[1:])
