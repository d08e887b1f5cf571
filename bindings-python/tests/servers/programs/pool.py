"""A pool of processes, started in the way that the first argument names."""

from __future__ import annotations

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import shop


def report(order_id: str) -> int:
    shop.client.send(shop.purchase(order_id))
    return os.getpid()


def main(method: str, orders: list[str]) -> None:
    context = multiprocessing.get_context(method)
    # Each process once used is replaced: the later ones are forked while the pool's threads run.
    with context.Pool(4, maxtasksperchild=2) as pool:
        pids = pool.map(report, orders[::2], chunksize=1)
        pool.close()
        pool.join()
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        pids += executor.map(report, orders[1::2])
    assert os.getpid() not in pids
    shop.client.send(shop.purchase("parent"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
