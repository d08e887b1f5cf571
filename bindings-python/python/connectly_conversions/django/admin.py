"""The outbox in Django's admin: looks at everything, and changes only by the core's commands."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from connectly_conversions.django.models import OutboxEvent
from connectly_conversions.django.outboxes import outbox
from connectly_conversions.errors import ConnectlyError
from connectly_conversions.outbox import Outbox

_SHOWN = (
    *("state", "order_id", "event_name", "currency", "value", "message", "code", "status"),
    *("reason", "issues", "document", "attempts", "enqueued", "due", "first_attempt", "finished"),
    *("business_id", "traceparent"),
)


def _time(column: str, words: str) -> Callable[[Any, OutboxEvent], str]:
    @admin.display(description=words, ordering=column)
    def show(_admin: Any, event: OutboxEvent) -> str:
        moment = getattr(event, column)
        if moment is None:
            return "-"
        seconds = datetime.datetime.fromtimestamp(moment / 1000, datetime.timezone.utc)
        return f"{seconds:%Y-%m-%d %H:%M:%S} UTC"

    return show


@admin.register(OutboxEvent)
class OutboxEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What became of each order, and why."""

    list_display = ("order_id", "state", "value", "currency", "code", "message", "enqueued")
    list_filter = ("state", "code", "event_name", "business_id", "reason")
    search_fields = ("order_id", "message")
    ordering = ("-id",)
    fields = _SHOWN
    readonly_fields = _SHOWN
    actions = ("replay", "release", "cancel")
    show_full_result_count = False

    enqueued = _time("enqueued_at", "enqueued")
    due = _time("due_at", "due")
    first_attempt = _time("first_attempt_at", "first attempt")
    finished = _time("finished_at", "ended")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEvent]:
        """Without the payloads, which a list does not show."""
        events: QuerySet[OutboxEvent] = super().get_queryset(request)
        light: QuerySet[OutboxEvent] = events.defer("wire")
        return light

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only a report adds to the ledger."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutboxEvent | None = None) -> bool:
        """Only the core changes a row."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboxEvent | None = None) -> bool:
        """A row that is gone could be counted twice: `forget` erases what is personal."""
        del request, obj
        return False

    def _has(self, request: HttpRequest, action: str) -> bool:
        return bool(request.user.has_perm(f"connectly.{action}_outboxevent"))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Django asks it for the action."""
        return self._has(request, "replay")

    def has_release_permission(self, request: HttpRequest) -> bool:
        """Django asks it for the action."""
        return self._has(request, "release")

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Django asks it for the action."""
        return self._has(request, "cancel")

    def _each(
        self,
        request: HttpRequest,
        events: QuerySet[OutboxEvent],
        done: str,
        act: Callable[[Outbox, int], bool],
    ) -> None:
        changed = unchanged = 0
        for event in events.only("id", "business_id"):
            try:
                of_it = outbox(using=events.db, business_id=event.business_id)
                is_changed = act(of_it, event.pk)
            except ConnectlyError as error:
                self.message_user(request, f"{event.pk}: {error}", messages.ERROR)
                continue
            changed += is_changed
            unchanged += not is_changed
        if changed:
            self.message_user(request, f"{changed} {done}.", messages.SUCCESS)
        if unchanged:
            message = f"{unchanged} could not be {done}: their state, or their payload, forbids it."
            self.message_user(request, message, messages.WARNING)

    @admin.action(permissions=["replay"], description="Send again")
    def replay(self, request: HttpRequest, events: QuerySet[OutboxEvent]) -> None:
        """What could count twice is not sent again here: the command can force it."""
        self._each(request, events, "replayed", lambda of, pk: of.replay(id=pk).replayed > 0)

    @admin.action(permissions=["release"], description="Release held orders")
    def release(self, request: HttpRequest, events: QuerySet[OutboxEvent]) -> None:
        """Lets held orders go."""
        self._each(request, events, "released", lambda of, pk: of.release(id=pk).changed)

    @admin.action(permissions=["cancel"], description="Cancel what was not sent")
    def cancel(self, request: HttpRequest, events: QuerySet[OutboxEvent]) -> None:
        """Takes back what was not sent."""
        by = f"by {request.user.get_username()}"
        self._each(request, events, "cancelled", lambda of, pk: of.cancel(id=pk, reason=by).changed)
