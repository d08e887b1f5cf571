"""What pydantic makes of a field of one of the public types; called by pydantic only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectly_conversions._native import TrackingParams
from connectly_conversions.errors import ValidationError

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


def _params(data: dict[str, Any]) -> TrackingParams:
    try:
        return TrackingParams.from_dict(data)
    except ValidationError as error:
        raise ValueError("; ".join(map(str, error.issues))) from error


def schema(public: type) -> CoreSchema:
    """An instance; of ``TrackingParams`` also what its ``to_dict`` gives, which JSON gets."""
    from pydantic_core import core_schema as core  # noqa: PLC0415 - whoever calls this has it

    instance = core.is_instance_schema(public)
    if public is not TrackingParams:
        return instance
    read = core.chain_schema(
        [core.dict_schema(core.str_schema()), core.no_info_plain_validator_function(_params)]
    )
    return core.json_or_python_schema(
        json_schema=read,
        python_schema=core.union_schema([instance, read]),
        serialization=core.plain_serializer_function_ser_schema(
            TrackingParams.to_dict, when_used="json"
        ),
    )
