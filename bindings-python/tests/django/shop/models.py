"""What a shop has."""

from __future__ import annotations

from django.db import models


class Cart(models.Model):
    """Becomes an order."""


class Order(models.Model):
    """What was bought."""

    total = models.DecimalField(max_digits=12, decimal_places=2, default="99.97")
    tax = models.DecimalField(max_digits=12, decimal_places=2, default="16.66")
    shipping = models.DecimalField(max_digits=12, decimal_places=2, default="5.00")
    is_staff = models.BooleanField(default=False)
