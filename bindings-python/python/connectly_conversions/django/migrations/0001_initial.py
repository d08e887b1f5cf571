"""The outbox's tables: on PostgreSQL exactly those of the library's core."""

from typing import Any

from django.db import migrations, models

import connectly_conversions.django.models as of_this
from connectly_conversions._native import OUTBOX_POSTGRES_SQL

_INDEXES = (
    ("due", "connectly_outbox (business_id, state, due_at, id)"),
    ("leases", "connectly_outbox (business_id, state, lease_until, id)"),
    ("ended", "connectly_outbox (business_id, state, finished_at)"),
    ("tracking", "connectly_outbox (tracking_hash)"),
)


def _create(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(OUTBOX_POSTGRES_SQL)
    else:
        editor.create_model(apps.get_model("connectly", "OutboxEvent"))
        editor.create_model(apps.get_model("connectly", "OutboxControl"))
        for name, of in _INDEXES:
            editor.execute(f"CREATE INDEX connectly_outbox_{name} ON {of}")
    editor.create_model(apps.get_model("connectly", "BoundTracking"))
    editor.execute("CREATE INDEX connectly_bound_hash ON connectly_bound_tracking (tracking_hash)")
    editor.execute("CREATE INDEX connectly_bound_at ON connectly_bound_tracking (bound_at)")
    editor.execute(
        "INSERT INTO connectly_outbox_control (business_id, version, readable_by, owner,"
        " paused_before, failures, opened) VALUES ('', 1, 1, 'django', 0, 0, 0)"
    )


def _drop(apps: Any, editor: Any) -> None:
    for name in ("BoundTracking", "OutboxEvent", "OutboxControl"):
        editor.delete_model(apps.get_model("connectly", name))


_EVENT = migrations.CreateModel(
    name="OutboxEvent",
    fields=[
        (
            "id",
            models.BigAutoField(
                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
            ),
        ),
        ("business_id", models.CharField(max_length=36)),
        ("event_name", models.CharField(max_length=32)),
        ("conversion_key", of_this.HashField(null=True, unique=True, max_length=32)),
        ("content_hash", of_this.HashField(null=True, max_length=32)),
        ("tracking_hash", of_this.HashField(null=True, max_length=32)),
        ("has_order_id", models.BooleanField()),
        ("state", models.CharField(max_length=16, choices=of_this.STATES)),
        ("due_at", models.BigIntegerField(null=True)),
        ("lease_no", models.BigIntegerField()),
        ("leased_at", models.BigIntegerField(null=True)),
        ("lease_until", models.BigIntegerField(null=True)),
        ("attempts", models.BigIntegerField()),
        ("lost_claims", models.BigIntegerField()),
        ("lone_refusals", models.BigIntegerField()),
        ("refused_at", models.BigIntegerField(null=True)),
        ("first_attempt_at", models.BigIntegerField(null=True)),
        ("ambiguous_since", models.BigIntegerField(null=True)),
        ("trying_since", models.BigIntegerField(null=True)),
        ("enqueued_at", models.BigIntegerField()),
        ("finished_at", models.BigIntegerField(null=True)),
        ("code", models.CharField(max_length=64, null=True)),
        ("status", models.IntegerField(null=True)),
        ("message", models.TextField(null=True)),
        ("reason", models.TextField(null=True)),
        ("forget", models.BooleanField()),
        ("forgotten_at", models.BigIntegerField(null=True)),
        ("order_id", models.CharField(max_length=256, null=True)),
        ("event_time", models.BigIntegerField(null=True)),
        ("currency", models.CharField(max_length=3, null=True)),
        ("value", models.CharField(max_length=40, null=True)),
        ("document", models.TextField(null=True)),
        ("issues", models.TextField(null=True)),
        ("traceparent", models.CharField(max_length=64, null=True)),
        ("wire", models.BinaryField(null=True)),
    ],
    options={
        "db_table": "connectly_outbox",
        "verbose_name": "conversion",
        "permissions": [
            ("replay_outboxevent", "Can replay conversions"),
            ("release_outboxevent", "Can release held conversions"),
            ("cancel_outboxevent", "Can cancel conversions"),
        ],
    },
)

_CONTROL = migrations.CreateModel(
    name="OutboxControl",
    fields=[
        ("business_id", models.CharField(max_length=36, primary_key=True, serialize=False)),
        ("version", models.IntegerField(null=True)),
        ("readable_by", models.IntegerField(null=True)),
        ("owner", models.CharField(max_length=16, null=True)),
        ("paused_until", models.BigIntegerField(null=True)),
        ("refused_code", models.CharField(max_length=64, null=True)),
        ("paused_since", models.BigIntegerField(null=True)),
        ("paused_before", models.BigIntegerField(default=0)),
        ("probed_at", models.BigIntegerField(null=True)),
        ("probed_id", models.BigIntegerField(null=True)),
        ("failures", models.BigIntegerField(default=0)),
        ("opened", models.BigIntegerField(default=0)),
        ("open_until", models.BigIntegerField(null=True)),
        ("last_accepted_at", models.BigIntegerField(null=True)),
    ],
    options={"db_table": "connectly_outbox_control", "default_permissions": ()},
)

_BOUND = migrations.CreateModel(
    name="BoundTracking",
    fields=[
        ("key", models.CharField(max_length=190, primary_key=True, serialize=False)),
        ("tracking_hash", of_this.HashField(max_length=32)),
        ("params", models.TextField()),
        ("bound_at", models.BigIntegerField()),
    ],
    options={"db_table": "connectly_bound_tracking", "default_permissions": ()},
)


class Migration(migrations.Migration):
    """Only adds: a worker of the release before works on with the tables of the release after."""

    initial = True
    dependencies = []
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[_EVENT, _CONTROL, _BOUND]),
        migrations.RunPython(_create, _drop, atomic=False),
    ]
