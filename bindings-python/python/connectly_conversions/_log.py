"""What goes to the standard ``logging`` tree: never the key, payloads not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectly_conversions._native import clock_warning

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from connectly_conversions._native import ConversionEvent, Outcome, Receipt
    from connectly_conversions._records import Attempted, Enqueued
    from connectly_conversions.errors import ConnectlyError

_DEBUG, _WARNING = 10, 30
"""``logging.DEBUG`` and ``logging.WARNING``."""


_made: list[logging.Logger] = []


def _logger() -> logging.Logger:
    """Made by the first call: ``logging`` is a quarter of what importing this package costs."""
    if not _made:
        import logging  # noqa: PLC0415

        logger = logging.getLogger("connectly_conversions")
        logger.addHandler(logging.NullHandler())
        _made.append(logger)
    return _made[0]


def received(event: ConversionEvent, receipt: Receipt) -> None:
    """The API has the event."""
    clock()
    logger = _logger()
    if logger.isEnabledFor(_DEBUG):
        logger.debug(
            "%s of order %s received (status %d, attempt %d)",
            event.event_name,
            event.order_id,
            receipt.status,
            receipt.attempts,
        )


def not_received(event: ConversionEvent, error: ConnectlyError) -> None:
    """The API has not said that it has the event. Its own words may tell who the customer is."""
    clock()
    _logger().warning(
        "%s of order %s not received: %s (status %s, attempt %d)",
        event.event_name,
        event.order_id,
        error.code,
        error.status,
        error.attempts,
    )


def outcome(outcome: Outcome) -> None:
    """The line for one event of a batch."""
    if outcome.receipt is not None:
        received(outcome.event, outcome.receipt)
    elif outcome.error is not None:
        not_received(outcome.event, outcome.error)


def enqueued(event: ConversionEvent, done: Enqueued) -> None:
    """An order that was there with another content is worth a look."""
    if done.conflict:
        _logger().warning(
            "%s of order %s was enqueued before with another content; the first stays (%s)",
            event.event_name,
            event.order_id,
            done.state,
        )


def hook(on_attempt: Callable[[Attempted], object] | None) -> Callable[[str], None]:
    """Logs what became of an attempt; what ``on_attempt`` raises breaks nothing."""
    from connectly_conversions import _answers  # noqa: PLC0415 - not before there is an outbox

    def told(attempt: str) -> None:
        clock()
        attempted = _answers.attempted(attempt)
        logger = _logger()
        level = _WARNING if attempted.state in {"rejected", "dead"} else _DEBUG
        if logger.isEnabledFor(level):
            logger.log(
                level,
                "%s of order %s is %s: %s (status %s, attempt %d)",
                attempted.event_name,
                attempted.order_id,
                attempted.state,
                attempted.code,
                attempted.status,
                attempted.attempts,
            )
        if on_attempt is not None:
            try:
                on_attempt(attempted)
            except Exception:  # noqa: BLE001 - whatever it raises
                _logger().exception("on_attempt failed")

    return told


def failing(code: str, message: str) -> None:
    """A worker cannot read or write its outbox."""
    _logger().warning("the outbox fails, its worker tries again: %s: %s", code, message)


def clock() -> None:
    """An answer may have told that the machine's clock is wrong."""
    warning = clock_warning()
    if warning is not None:
        warned([warning])


_warned: set[str] = set()


def warned(warnings: list[str]) -> None:
    """What is wrong although all works, such as a wrong clock; each once in a process."""
    for warning in warnings:
        if warning not in _warned:
            _warned.add(warning)
            _logger().warning("%s", warning)
