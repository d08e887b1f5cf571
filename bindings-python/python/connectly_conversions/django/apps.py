"""The Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ConnectlyConfig(AppConfig):
    """Registers the system checks."""

    name = "connectly_conversions.django"
    label = "connectly"
    verbose_name = "Connectly"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Django calls it when all applications are loaded."""
        from connectly_conversions.django import checks  # noqa: F401, PLC0415
