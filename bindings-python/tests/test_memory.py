"""What the collector of cycles sees."""

from __future__ import annotations

import gc
import weakref

from connectly_conversions import ConnectlyError, ConversionEvent, Item, Outcome


class Id(str):
    """An id that knows its item, as an object of an ORM may."""

    item: Item


def collected(kept: weakref.ref[object]) -> bool:
    gc.collect()
    return kept() is None


def test_an_error_that_knows_its_outcome_is_collected(event: ConversionEvent) -> None:
    error = ConnectlyError("no")
    error.outcome = Outcome(event, error=error)  # type: ignore[attr-defined]
    kept = weakref.ref[object](error)
    del error
    assert collected(kept)


def test_an_error_whose_traceback_holds_its_outcome_is_collected(event: ConversionEvent) -> None:
    def fail() -> weakref.ref[object]:
        outcome = Outcome(event, error=ConnectlyError("no"))
        assert outcome.error is not None
        try:
            raise outcome.error
        except ConnectlyError as error:
            return weakref.ref[object](error)

    assert collected(fail())


def test_an_item_whose_id_knows_it_is_collected() -> None:
    product = Id("data-pass-30d")
    product.item = Item(product, 1, "49.99")
    kept = weakref.ref[object](product)
    del product
    assert collected(kept)
