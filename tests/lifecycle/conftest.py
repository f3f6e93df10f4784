from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authtui.demo.backend.server import running_backend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.demo.backend.backend import Backend


@pytest.fixture(scope="module")
def shared_backend() -> Iterator[Backend]:
    with running_backend(port=0) as backend:
        yield backend


@pytest.fixture
def backend(shared_backend: Backend) -> Backend:
    shared_backend.faults.clear()
    shared_backend.state.forget_requests()
    shared_backend.settings.task_answer = "sealed-snake"
    return shared_backend
