"""One backend a test, and a client that talks to it over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from authtui.demo.backend.server import running_backend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.demo.backend.backend import Backend


@pytest.fixture
def backend() -> Iterator[Backend]:
    with running_backend() as running:
        yield running


@pytest.fixture
def http(backend: Backend) -> Iterator[httpx.Client]:
    # Plain HTTP: without `verify=False` each test would load a certificate store for nothing.
    with httpx.Client(
        base_url=backend.base_url,
        trust_env=False,
        verify=False,  # noqa: S501 - as said above
        timeout=5,
    ) as client:
        yield client
