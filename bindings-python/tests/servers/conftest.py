"""What the server tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectly_conversions import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def environment(sandbox: Sandbox) -> dict[str, str]:
    """Where the shops find the sandbox."""
    return {
        "CONNECTLY_BASE_URL": sandbox.url,
        "CONNECTLY_API_KEY": "key-of-the-shop",
        "CONNECTLY_BUSINESS_ID": "4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e",
    }


@pytest.fixture(params=["constructed", "used"])
def before_the_fork(request: pytest.FixtureRequest, environment: dict[str, str]) -> list[str]:
    """What the master does with its client before it forks; the orders that it sends itself."""
    if request.param == "constructed":
        return []
    environment["USED_BEFORE_THE_FORK"] = "1"
    return ["master-blocking", "master-async"]
