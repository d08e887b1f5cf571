"""What a shop may listen to."""

from __future__ import annotations

import logging

from django.dispatch import Signal
from django.http import HttpRequest

from connectly_conversions import Visit

visited = Signal()
"""A visit that is Connectly's: ``request`` and ``visit``, whose ``count`` is a counter's word."""

_log = logging.getLogger("connectly_conversions")


def tell(request: HttpRequest, visit: Visit) -> None:
    """Sends the signal."""
    for receiver, failure in visited.send_robust(type(request), request=request, visit=visit):
        if isinstance(failure, Exception):
            _log.error("a receiver of visited failed: %r", receiver, exc_info=failure)
