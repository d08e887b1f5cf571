"""The pytest plugin: a sandbox for each test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectly_conversions import Client, Sandbox

# The sandbox takes any key and any UUID.
_API_KEY = "sandbox-key"
_BUSINESS_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def connectly_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A running sandbox, fresh for each test.

    The environment points to it, so that clients which the shop makes meanwhile send there. A
    client that was made before, with other settings, refuses to send (``sandbox_active``): give
    the shop :func:`connectly_client` in its place.
    """
    from connectly_conversions.testing import Sandbox  # noqa: PLC0415 - not before it is needed

    with Sandbox() as sandbox:
        monkeypatch.setenv("CONNECTLY_BASE_URL", sandbox.url)
        monkeypatch.setenv("CONNECTLY_API_KEY", _API_KEY)
        monkeypatch.setenv("CONNECTLY_BUSINESS_ID", _BUSINESS_ID)
        yield sandbox


@pytest.fixture
def connectly_client(connectly_sandbox: Sandbox) -> Iterator[Client]:
    """A client of the sandbox."""
    from connectly_conversions import Client  # noqa: PLC0415 - not before it is needed

    with Client(_API_KEY, _BUSINESS_ID, base_url=connectly_sandbox.url) as client:
        yield client
