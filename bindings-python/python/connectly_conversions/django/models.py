"""The outbox's tables, and the params that are kept with carts and orders."""

from __future__ import annotations

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class HashField(models.BinaryField):  # type: ignore[type-arg]
    """A SHA-256: 32 bytes, which MySQL can only index in a column of that length."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column's type."""
        if connection.vendor == "mysql":
            return "binary(32)"
        return super().db_type(connection)


STATES = [
    (state, state)
    for state in (
        *("held", "pending", "leased", "accepted"),
        *("rejected", "dead", "cancelled", "skipped"),
    )
]


class OutboxEvent(models.Model):
    """One conversion: the queue and the ledger. The library's core alone decides about it."""

    business_id = models.CharField(max_length=36)
    event_name = models.CharField(max_length=32)
    conversion_key = HashField(null=True, unique=True, max_length=32)
    content_hash = HashField(null=True, max_length=32)
    tracking_hash = HashField(null=True, max_length=32)
    has_order_id = models.BooleanField()
    state = models.CharField(max_length=16, choices=STATES)
    due_at = models.BigIntegerField(null=True)
    lease_no = models.BigIntegerField()
    leased_at = models.BigIntegerField(null=True)
    lease_until = models.BigIntegerField(null=True)
    attempts = models.BigIntegerField()
    lost_claims = models.BigIntegerField()
    lone_refusals = models.BigIntegerField()
    refused_at = models.BigIntegerField(null=True)
    first_attempt_at = models.BigIntegerField(null=True)
    ambiguous_since = models.BigIntegerField(null=True)
    trying_since = models.BigIntegerField(null=True)
    enqueued_at = models.BigIntegerField()
    finished_at = models.BigIntegerField(null=True)
    code = models.CharField(max_length=64, null=True)
    status = models.IntegerField(null=True)
    message = models.TextField(null=True)
    reason = models.TextField(null=True)
    forget = models.BooleanField()
    forgotten_at = models.BigIntegerField(null=True)
    order_id = models.CharField(max_length=256, null=True)
    event_time = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    value = models.CharField(max_length=40, null=True)
    document = models.TextField(null=True)
    issues = models.TextField(null=True)
    traceparent = models.CharField(max_length=64, null=True)
    wire = models.BinaryField(null=True)

    class Meta:
        """The table is the core's."""

        db_table = "connectly_outbox"
        verbose_name = "conversion"
        permissions = [
            ("replay_outboxevent", "Can replay conversions"),
            ("release_outboxevent", "Can release held conversions"),
            ("cancel_outboxevent", "Can cancel conversions"),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} of order {self.order_id} ({self.state})"


class OutboxControl(models.Model):
    """The queue of a business; the row of the empty business is of the tables as a whole."""

    business_id = models.CharField(max_length=36, primary_key=True)
    version = models.IntegerField(null=True)
    readable_by = models.IntegerField(null=True)
    owner = models.CharField(max_length=16, null=True)
    paused_until = models.BigIntegerField(null=True)
    refused_code = models.CharField(max_length=64, null=True)
    paused_since = models.BigIntegerField(null=True)
    paused_before = models.BigIntegerField(default=0)
    probed_at = models.BigIntegerField(null=True)
    probed_id = models.BigIntegerField(null=True)
    failures = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)
    open_until = models.BigIntegerField(null=True)
    last_accepted_at = models.BigIntegerField(null=True)

    class Meta:
        """The table is the core's."""

        db_table = "connectly_outbox_control"
        default_permissions = ()


class BoundTracking(models.Model):
    """The params of whoever owns a cart or an order, for a webhook that has no session."""

    key = models.CharField(max_length=190, primary_key=True)
    tracking_hash = HashField(max_length=32)
    params = models.TextField()
    bound_at = models.BigIntegerField()

    class Meta:
        """Beside the core's tables."""

        db_table = "connectly_bound_tracking"
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
