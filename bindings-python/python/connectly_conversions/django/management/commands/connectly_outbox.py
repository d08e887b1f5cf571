"""Looks into the outbox, and changes what is there."""

from __future__ import annotations

import dataclasses
import json
from argparse import ArgumentParser
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from connectly_conversions import ConversionEvent
from connectly_conversions.django import outboxes
from connectly_conversions.django.models import OutboxEvent
from connectly_conversions.errors import ConnectlyError, ValidationError
from connectly_conversions.outbox import Outbox

_OF_AN_ORDER = {
    "release": "lets a held order go",
    "cancel": "takes back an order that was not sent",
    "skip": "writes down that an order is not reported",
    "forget": "erases what is stored of a customer",
    "replay": "sends dead letters again",
    "repair": "enqueues an invalid order from its document, or from a repaired one",
}


class Command(BaseCommand):
    """Prints JSON, one line an answer."""

    help = "Looks into the outbox, and changes what is there."

    def add_arguments(self, parser: CommandParser) -> None:
        """What can be given."""
        parser.add_argument("--database")
        parser.add_argument("--business-id")
        actions = parser.add_subparsers(dest="action", required=True)
        status = actions.add_parser("status", help="counts, or what became of an order")
        status.add_argument("order_id", nargs="?")
        pause = actions.add_parser("pause", help="stops delivery")
        pause.add_argument("--until", help="an ISO 8601 time with an offset")
        actions.add_parser("resume", help="lets delivery go on")
        actions.add_parser("dead", help="dead letters, one a line")
        for name, words in _OF_AN_ORDER.items():
            _arguments(name, actions.add_parser(name, help=words))

    def handle(self, **options: Any) -> None:
        """Does it."""
        outbox = outboxes.outbox(using=options["database"], business_id=options["business_id"])
        try:
            answer = getattr(self, f"_{options['action']}")(outbox, options)
        except ValidationError as error:
            problems = "\n".join(str(issue) for issue in error.issues)
            raise CommandError(problems) from error
        except ConnectlyError as error:
            raise CommandError(str(error)) from error
        for one in answer if isinstance(answer, list) else [answer]:
            self.stdout.write(json.dumps(_plain(one), ensure_ascii=False))

    def _status(self, outbox: Outbox, options: dict[str, Any]) -> Any:
        if options["order_id"] is None:
            return outbox.metrics()
        record = outbox.status(options["order_id"])
        if record is None:
            raise CommandError(f"the outbox knows nothing of order {options['order_id']}")
        return record

    def _pause(self, outbox: Outbox, options: dict[str, Any]) -> Any:
        until = options["until"] and parse_datetime(options["until"])
        if options["until"] and (until is None or until.tzinfo is None):
            raise CommandError("--until is a time such as 2026-05-05T18:20:00+02:00")
        outbox.pause(until)
        return outbox.metrics()

    def _resume(self, outbox: Outbox, _options: dict[str, Any]) -> Any:
        outbox.resume()
        return outbox.metrics()

    def _dead(self, outbox: Outbox, _options: dict[str, Any]) -> Any:
        return list(outbox.dead_letters())

    def _release(self, outbox: Outbox, options: dict[str, Any]) -> Any:
        return outbox.release(options["order_id"])

    def _cancel(self, outbox: Outbox, options: dict[str, Any]) -> Any:
        return outbox.cancel(options["order_id"], options["reason"])

    def _skip(self, outbox: Outbox, options: dict[str, Any]) -> Any:
        return outbox.skip(options["order_id"], options["reason"])

    def _forget(self, outbox: Outbox, options: dict[str, Any]) -> Any:
        if options["tracking_id"]:
            return outbox.forget(tracking_id=options["tracking_id"])
        return outbox.forget(options["order_id"])

    def _replay(self, outbox: Outbox, options: dict[str, Any]) -> Any:
        names = ("order_id", "code", "all")
        which = {name: options[name] for name in names if options[name]}
        return outbox.replay(**which, force=options["force"], plan=options["plan"])

    def _repair(self, outbox: Outbox, options: dict[str, Any]) -> Any:
        if options["document"]:
            document = options["document"].read_text(encoding="utf-8")
        else:
            events = OutboxEvent.objects.using(options["database"] or outboxes.first_database())
            document = events.values_list("document", flat=True).get(
                business_id=outbox.business_id, order_id=options["order_id"]
            )
        return outbox.enqueue(ConversionEvent.from_json(document))


def _arguments(name: str, parser: ArgumentParser) -> None:
    named = name in ("release", "cancel", "skip", "repair")
    parser.add_argument("order_id", nargs=None if named else "?")
    if name in ("cancel", "skip"):
        parser.add_argument("--reason", required=name == "skip")
    elif name == "forget":
        parser.add_argument("--tracking-id", help="every event of this cnct_tracking_id")
    elif name == "replay":
        parser.add_argument("--code", help="all whose last failure had this code")
        parser.add_argument("--all", action="store_true")
        parser.add_argument("--force", action="store_true", help="also what could then count twice")
        parser.add_argument("--plan", action="store_true", help="only tells what it would do")
    elif name == "repair":
        parser.add_argument("--document", type=Path, help="a file with the repaired document")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, tuple):
        fields = getattr(value, "_asdict", None)
        return _plain(fields()) if fields else [_plain(member) for member in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
