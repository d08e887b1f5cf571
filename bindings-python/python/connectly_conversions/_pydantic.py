"""What pydantic makes of a field of one of the public types; called by pydantic only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectly_conversions._native import ConversionEvent, TrackingParams
from connectly_conversions.errors import ValidationError

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


def _reader(read: Callable[[Any], object]) -> Callable[[Any], object]:
    def checked(stored: Any) -> object:  # noqa: ANN401 - what pydantic has checked already
        try:
            return read(stored)
        except ValidationError as error:
            # The one kind of exception that pydantic reports as a problem of its field.
            raise ValueError("; ".join(map(str, error.issues))) from error

    return checked


def schema(public: type) -> CoreSchema:
    """An instance, or its stored form, which it becomes in JSON again.

    That is what ``to_dict`` gives for ``TrackingParams``, and the text of ``to_json`` for
    ``ConversionEvent``. The other types have none.
    """
    from pydantic_core import core_schema as core  # noqa: PLC0415 - whoever calls this has it

    instance = core.is_instance_schema(public)
    read: Callable[[Any], object]
    write: Callable[[Any], object]
    if public is TrackingParams:
        form: CoreSchema = core.dict_schema(core.str_schema())
        read, write = _reader(TrackingParams.from_dict), TrackingParams.to_dict
    elif public is ConversionEvent:
        form = core.str_schema()
        read, write = _reader(ConversionEvent.from_json), ConversionEvent.to_json
    else:
        return instance
    stored = core.chain_schema([form, core.no_info_plain_validator_function(read)])
    return core.json_or_python_schema(
        json_schema=stored,
        python_schema=core.union_schema([instance, stored]),
        serialization=core.plain_serializer_function_ser_schema(write, when_used="json"),
    )
