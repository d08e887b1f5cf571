"""What Django pays: `python -m bench.django_shop [--quick]`, for `make bench-django`.

CPU time of this process and this thread, on SQLite in memory, so that no disk and no server counts.
"""

from __future__ import annotations

import statistics
import sys
import time

from django.conf import settings

import django

ROUNDS = 7
VISIT = {
    "cnct_tracking_id": "trk-7f9c",
    "sendout_id": "so-4815",
    "ctwa_clid": "ARAkLkA8rmlF",
    "ad_id": "120215559412340678",
}


def median(work, count: int) -> float:
    """CPU microseconds of one call."""
    found = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        for number in range(count):
            work(number)
        found.append((time.thread_time() - began) / count * 1e6)
    return statistics.median(found)


def show(rows: list[tuple[str, float, float | None]]) -> None:
    """What is over its budget comes first."""
    for shown, found, budget in sorted(rows, key=lambda row: row[1] <= (row[2] or row[1])):
        limit = "" if budget is None else f"≤ {budget:.0f}"
        verdict = "" if budget is None else "met" if found <= budget else "**missed**"
        print(f"| {shown} | {found:.1f} | {limit} | {verdict} |")


def main() -> None:
    count = 200 if "--quick" in sys.argv else 2_000
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CONNECTLY={"BUSINESS_ID": "4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e"},
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["connectly_conversions.django"],
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command
    from django.db import transaction
    from django.http import HttpResponse
    from django.test import RequestFactory

    from connectly_conversions import Item, TrackingParams
    from connectly_conversions.django import report_purchase
    from connectly_conversions.django.middleware import ConnectlyMiddleware
    from connectly_conversions.django.models import OutboxEvent

    call_command("migrate", verbosity=0)
    response = HttpResponse("a page")
    page = ConnectlyMiddleware(lambda _request: response)
    request = RequestFactory().get("/phones?color=black", HTTP_USER_AGENT="Mozilla/5.0 (X11)")
    tracking = TrackingParams(**VISIT)
    items = [Item("data-pass-30d", 1, "49.99"), Item("phone-case-blk", 1, "49.98")]

    def report(number: int) -> None:
        report_purchase(
            order_id=f"ORD-{time.monotonic_ns()}-{number}",
            currency="USD",
            value="99.97",
            items=items,
            tracking=tracking,
            strict=True,
        )

    def insert(_number: int) -> None:
        with transaction.atomic():
            OutboxEvent(**columns).save(force_insert=True)

    with transaction.atomic():
        report(0)
        columns = OutboxEvent.objects.values().get()
        columns |= {"id": None, "conversion_key": None}
    print(f"\n### Django {django.__version__} on {sys.version.split()[0]}\n")
    print("| what | CPU µs | budget | |")
    print("|---|--:|--:|---|")
    visits = median(lambda _n: page(request), count * 10)
    with transaction.atomic():
        reports, inserts = median(report, count), median(insert, count)
    show(
        [
            ("`report_purchase`, in a transaction", reports, 150),
            ("middleware, a request without params", visits, 20),
            ("the same row saved by the ORM alone, in a savepoint", inserts, None),
        ]
    )


if __name__ == "__main__":
    main()
