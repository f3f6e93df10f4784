"""What every test gets: no credential of the developer's in reach, and no random surprise in CI."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from authtui.known_secrets import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

settings.register_profile(
    "shared", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100
)
settings.register_profile("ci", parent=settings.get_profile("shared"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "shared")


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: two for each processor, since half of the time a test waits for a screen."""
    return 2 * (os.cpu_count() or 1)


_OURS = ("CODEX_", "OPENAI_", "CHATGPT_", "AZURE_OPENAI_")


@pytest.fixture(autouse=True)
def no_credentials_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_secret_of_another_test() -> Iterator[None]:
    yield
    KNOWN.forget()


@pytest.fixture(scope="session", autouse=True)
def reachable_for_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Some tests of root become an ordinary user, who has to reach the files made for them."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    folder = tmp_path_factory.getbasetemp()
    while folder.name.startswith(("pytest-", "popen-gw")):
        folder.chmod(0o755)
        folder = folder.parent
