"""What a shop may listen to."""

from __future__ import annotations

from django.dispatch import Signal

visited = Signal()
"""A visit that is Connectly's: ``request`` and ``visit``, whose ``count`` is a counter's word."""
